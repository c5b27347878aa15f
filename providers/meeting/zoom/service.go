package zoom

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
)

// Get implements meeting.Service.
func (s *Service) Get(ctx context.Context, id int64) (meeting.Meeting, error) {
	w, err := s.read(ctx, id)
	if err != nil {
		return meeting.Meeting{}, err
	}
	return s.meeting(w, "read meeting "+strconv.FormatInt(id, 10))
}

// Create implements meeting.Service.
func (s *Service) Create(ctx context.Context, mark string, spec meeting.Spec) (meeting.Meeting, error) {
	what := "create a meeting for " + spec.Host
	asked, host, err := s.asked(ctx, what, spec, terms{})
	if err != nil {
		return meeting.Meeting{}, err
	}
	unlock, err := s.hosts.lock(ctx, host)
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w: %w", what, meeting.ErrNotSent, err)
	}
	defer unlock()
	begun := s.startNow(&asked)
	if spec.Kind == meeting.Fixed {
		if err := s.fixed(&asked, spec); err != nil {
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, unsent{err})
		}
	}
	room := spec.Kind == meeting.Personal
	body := asked.createBody(mark, spec.Options.Passcode == meeting.PasscodeAuto && !room)
	if body.TemplateID, err = s.templateFor(ctx, host, spec.Options.Template); err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
	}
	var w wireMeeting
	err = s.do(ctx, call{what: what, method: http.MethodPost, path: []string{"users", host, "meetings"}, body: body,
		want: http.StatusCreated, on: aUser}, &w)
	switch {
	case err != nil && s.lostLicence(spec.Host, err):
		return meeting.Meeting{}, again{err} // for whom is asked again
	case err != nil:
		return meeting.Meeting{}, s.refused(host, body, err)
	}
	if w.ID <= 0 {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: Zoom answered well but named no meeting: it may or may not "+
			"exist", what)
	}
	s.hosts.learn(int64(w.ID), host)
	return s.created(ctx, w, mark, spec, asked, begun)
}

// created is the meeting that a call has made: what the answer left out is read, and judged by what was asked for.
// begun are the notes on how that was put.
func (s *Service) created(ctx context.Context, w wireMeeting, mark string, spec meeting.Spec, asked terms,
	begun []string) (meeting.Meeting, error) {
	what, room := "create a meeting for "+spec.Host, spec.Kind == meeting.Personal
	wantsPasscode := !room && (spec.Options.Passcode == meeting.PasscodeAuto || own(spec.Options.Passcode))
	noPasscode := wantsPasscode && w.Password == ""
	noRegistration := registers(spec.Options) && w.RegisterURL == ""
	noDates := spec.Kind == meeting.Fixed && len(w.Occurrences) == 0
	if w.JoinURL == "" || noPasscode || noRegistration || noDates {
		if err := s.complete(ctx, &w); err != nil {
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: it was created, but %s", what, err.Error())
		}
	}
	said := w.terms()
	if err := unregistered(asked, said); err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: it was created, but %w", what, err)
	}
	list := append(begun, notes(asked, said)...)
	// an update gives it one
	unfinished := spec.Options.Passcode == meeting.PasscodeAuto && wantsPasscode && w.Password == ""
	if spec.Kind == meeting.Fixed {
		k := workFor(&w, meeting.Spec{}, spec, s.now())
		unfinished = unfinished || len(k.remove)+len(k.move) > 0 && !k.anew
		switch {
		case k.anew:
			list = append(list, otherTimes)
		case k.blind:
			list = append(list, blindNote(spec)...)
		}
	}
	m, err := s.meeting(w, what)
	m.Mark = mark
	m.Host = spec.Host
	m.Notes = list
	m.Unfinished = unfinished
	return m, err
}

// asked says a spec in Zoom's terms, and its host as paths name it, without alternative hosts whom Zoom does not take.
// It checks a passcode that is new against the host's settings.
func (s *Service) asked(ctx context.Context, what string, spec meeting.Spec,
	before terms) (t terms, host string, err error) {
	if host, err = s.hosting(spec.Host); err == nil {
		t, err = termsOf(spec)
	}
	if err == nil && differing(before.passcode, t.passcode) != nil {
		err = s.checkPasscode(ctx, host, spec.Options.Passcode)
	}
	if err != nil {
		return terms{}, "", fmt.Errorf("zoom: %s: %w", what, unsent{err})
	}
	s.leaveOut(ctx, host, &t, differing(before.alternate, t.alternate) != nil)
	return t, host, nil
}

// startNow makes an event that has begun start in the next minute and end when it ends: a start that has passed is
// never sent.
func (s *Service) startNow(t *terms) (notes []string) {
	now := s.now()
	if t.start == nil || t.start.After(now) {
		return nil
	}
	soon := now.UTC().Truncate(time.Minute).Add(time.Minute)
	if left := t.start.Add(time.Duration(*t.minutes) * time.Minute).Sub(soon); left > 0 {
		t.minutes = new(max(1, int(left/time.Minute)))
	}
	t.start = &soon
	return []string{"The event has already begun: Zoom shows its meeting from " + soon.Format("15:04") + " UTC on."}
}

// complete fills in what the answer to a create lacks.
func (s *Service) complete(ctx context.Context, w *wireMeeting) error {
	full, err := s.read(ctx, int64(w.ID))
	if err != nil {
		return err
	}
	*w = full
	return nil
}

// Update implements meeting.Service.
func (s *Service) Update(ctx context.Context, id int64, from, to meeting.Spec) (meeting.Meeting, error) {
	what := "change meeting " + strconv.FormatInt(id, 10)
	if !from.IsZero() && !s.sameHost(from.Host, to.Host) {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w: a meeting keeps its host (%s)", what,
			unsent{meeting.ErrInvalid}, from.Host)
	}
	unlock, err := s.hosts.lock(ctx, s.lane(to.Host))
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w: %w", what, meeting.ErrNotSent, err)
	}
	defer unlock()
	before, current, err := s.before(ctx, id, from)
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, first(err))
	}
	asked, host, err := s.asked(ctx, what, to, before)
	if err != nil {
		return meeting.Meeting{}, err
	}
	s.leaveOut(ctx, host, &before, false)
	diff := change(before, asked)
	if current != nil {
		diff = apart(before, asked)
	}
	if s.known.noPush.Load() {
		diff.push = nil
	}
	if lacksPasscode(from, to, current) {
		diff.passcode = new(s.passcodeRule(ctx, host).generate())
	}
	if asked.start != nil && !asked.start.After(s.now()) {
		diff = diff.withoutTime()
	}
	u := revision{host: host, from: from, to: to, asked: asked, diff: diff, current: current}
	if to.Kind == meeting.Fixed {
		return s.updateSeries(ctx, id, what, u)
	}
	m, err := s.updateSingle(ctx, id, what, before, u)
	m.Unsent = err == nil && diff.empty()
	return m, err
}

// updateSingle sends what differs, and reads the meeting back.
func (s *Service) updateSingle(ctx context.Context, id int64, what string, before terms,
	u revision) (meeting.Meeting, error) {
	if u.diff.empty() && u.current != nil {
		return s.updated(*u.current, what, u.to, u.asked)
	}
	if !u.diff.empty() {
		if err := s.patch(ctx, u.host, id, u.diff.updateBody(u.asked)); err != nil {
			return meeting.Meeting{}, err
		}
	}
	return s.readBack(ctx, id, what, u.to, before, u.asked, u.diff)
}

// first is the error of what has to be done before a change can be sent. If that was refused, the change was not sent.
// What leaves open what it has done is left as it is.
func first(err error) error {
	if meeting.Refused(err) {
		return unsent{err}
	}
	return err
}

// before says what a meeting was told before an update; where nobody knows, what it says itself.
func (s *Service) before(ctx context.Context, id int64, from meeting.Spec) (terms, *wireMeeting, error) {
	if !from.IsZero() {
		t, err := termsOf(from)
		return t, nil, err
	}
	w, err := s.read(ctx, id)
	if err != nil {
		return terms{}, nil, err
	}
	return w.terms(), &w, nil
}

// lacksPasscode reports whether a passcode has to be made up: one is wanted and there was none.
func lacksPasscode(from, to meeting.Spec, current *wireMeeting) bool {
	if to.Options.Passcode != meeting.PasscodeAuto || to.Kind == meeting.Personal {
		return false
	}
	if current != nil {
		return current.Password == ""
	}
	return from.Options.Passcode == meeting.PasscodeNone
}

// readBack reads a meeting after a change: the answer to a PATCH is empty, and Zoom is known to ignore some of them.
func (s *Service) readBack(ctx context.Context, id int64, what string, to meeting.Spec, before, asked,
	told terms) (meeting.Meeting, error) {
	w, err := s.read(ctx, id)
	if told.empty() && err != nil {
		return meeting.Meeting{}, err
	}
	if err != nil {
		// Not wrapped: what reading says (gone, denied, throttled) is not true of the change.
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: it was changed, but could not be read back: %s", what,
			err.Error())
	}
	said := w.terms()
	switch {
	case told.start != nil && !sameTime(said, asked):
		return meeting.Meeting{}, words.Mend(fmt.Errorf("zoom: %s: Zoom answered well but did not move it to %s for %s",
			what, asked.start.UTC().Format("2006-01-02 15:04 UTC"), minutesText(asked.minutes)), lookThere)
	case told.topic != nil && *said.topic != *asked.topic && before.topic != nil && *said.topic == *before.topic:
		return meeting.Meeting{}, words.Mend(fmt.Errorf("zoom: %s: Zoom answered well but kept the old topic", what),
			lookThere)
	}
	return s.updated(w, what, to, asked)
}

// lookThere mends what Zoom accepts and does not do.
const lookThere = "look at the meeting in Zoom's own app"

func (s *Service) updated(w wireMeeting, what string, to meeting.Spec, asked terms) (meeting.Meeting, error) {
	s.hosts.learn(int64(w.ID), s.lane(to.Host))
	said := w.terms()
	if err := unregistered(asked, said); err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
	}
	m, err := s.meeting(w, what)
	m.Host, m.Notes = to.Host, notes(asked, said)
	if to.Options.Passcode == meeting.PasscodeAuto && to.Kind != meeting.Personal && w.Password == "" {
		m.Notes = append(m.Notes, "Zoom left the passcode out.")
	}
	return m, err
}

func (s *Service) read(ctx context.Context, id int64) (wireMeeting, error) {
	var w wireMeeting
	what := "read meeting " + strconv.FormatInt(id, 10)
	err := s.do(ctx, call{what: what, method: http.MethodGet, path: meetingPath(id), want: http.StatusOK,
		on: aMeeting}, &w)
	switch {
	case err != nil:
		return wireMeeting{}, err
	case int64(w.ID) != id:
		return wireMeeting{}, fmt.Errorf("zoom: %s: the answer is not about this meeting", what)
	}
	return w, nil
}

// Invitation implements meeting.Inviter: the text that Zoom's own apps copy, in the host's language, with the numbers
// to dial in.
func (s *Service) Invitation(ctx context.Context, id int64) (string, error) {
	var w struct {
		Invitation text `json:"invitation"`
	}
	what := "read the invitation to meeting " + strconv.FormatInt(id, 10)
	err := s.do(ctx, call{what: what, method: http.MethodGet, path: append(meetingPath(id), "invitation"),
		want: http.StatusOK, on: aMeeting}, &w)
	return string(w.Invitation), err
}

func (s *Service) patch(ctx context.Context, host string, id int64, body meetingBody) error {
	err := s.do(ctx, call{what: "change meeting " + strconv.FormatInt(id, 10), method: http.MethodPatch,
		path: meetingPath(id),
		body: body, want: http.StatusNoContent, on: aMeeting}, nil)
	return s.refused(host, body, err)
}

func meetingPath(id int64) []string { return []string{"meetings", strconv.FormatInt(id, 10)} }
