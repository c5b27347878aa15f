package zoom

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
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
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
		}
	}
	room := spec.Kind == meeting.Personal
	var w wireMeeting
	err = s.do(ctx, call{what: what, method: http.MethodPost, path: []string{"users", host, "meetings"},
		body: asked.createBody(mark, spec.Options.Passcode == meeting.PasscodeAuto && !room), want: http.StatusCreated, on: aUser}, &w)
	if err != nil {
		return meeting.Meeting{}, err
	}
	if w.ID <= 0 {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: Zoom answered well but named no meeting: it may or may not exist", what)
	}
	s.hosts.learn(int64(w.ID), host)
	wantsPasscode := !room && (spec.Options.Passcode == meeting.PasscodeAuto || own(spec.Options.Passcode))
	if w.JoinURL == "" || wantsPasscode && w.Password == "" || spec.Kind == meeting.Fixed && len(w.Occurrences) == 0 {
		if err := s.complete(ctx, &w); err != nil {
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: it was created, but %s", what, err.Error())
		}
	}
	said := w.terms()
	list := append(begun, notes(asked, said)...)
	if spec.Options.Passcode == meeting.PasscodeAuto && wantsPasscode && w.Password == "" {
		list = append(list, s.givePasscode(ctx, host, &w)...)
	}
	unfinished := false
	if spec.Kind == meeting.Fixed {
		k := workFor(&w, meeting.Spec{}, spec, s.now())
		unfinished = len(k.remove)+len(k.move) > 0
		if k.anew {
			unfinished, list = false, append(list, otherTimes)
		}
	}
	m, err := s.meeting(w, what)
	m.Mark, m.Host, m.Notes, m.Unfinished = mark, spec.Host, list, unfinished
	return m, err
}

// asked says a spec in Zoom's terms, and its host as paths name it. It checks a passcode that is new against the host's settings.
func (s *Service) asked(ctx context.Context, what string, spec meeting.Spec, before terms) (t terms, host string, err error) {
	if host, err = s.hosting(spec.Host); err == nil {
		t, err = termsOf(spec)
	}
	if err == nil && differing(before.passcode, t.passcode) != nil {
		err = s.checkPasscode(ctx, host, spec.Options.Passcode)
	}
	if err != nil {
		return terms{}, "", fmt.Errorf("zoom: %s: %w", what, err)
	}
	return t, host, nil
}

// startNow makes an event that has begun start in the next minute and end when it ends: a start that has passed is never
// sent.
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

// givePasscode gives a passcode to a meeting that Zoom made without one. The meeting exists by now, so that a failure
// becomes a note.
func (s *Service) givePasscode(ctx context.Context, host string, w *wireMeeting) []string {
	p := s.passcodeRule(ctx, host).generate()
	err := s.patch(ctx, int64(w.ID), meetingBody{Password: &p})
	if err == nil {
		err = s.complete(ctx, w)
	}
	if err != nil {
		return []string{"The meeting has no passcode, because Zoom's settings of the host do not make one and setting one failed: " + err.Error()}
	}
	return nil
}

// Update implements meeting.Service.
func (s *Service) Update(ctx context.Context, id int64, from, to meeting.Spec) (meeting.Meeting, error) {
	what := "change meeting " + strconv.FormatInt(id, 10)
	if !from.IsZero() && !s.sameHost(from.Host, to.Host) {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w: a meeting keeps its host (%s)", what, meeting.ErrInvalid, from.Host)
	}
	unlock, err := s.hosts.lock(ctx, s.lane(to.Host))
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w: %w", what, meeting.ErrNotSent, err)
	}
	defer unlock()
	before, current, err := s.before(ctx, id, from)
	if err != nil {
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: %w", what, err)
	}
	asked, host, err := s.asked(ctx, what, to, before)
	if err != nil {
		return meeting.Meeting{}, err
	}
	diff := change(before, asked)
	if current != nil {
		diff = apart(before, asked)
	}
	if lacksPasscode(from, to, current) {
		diff.passcode = new(s.passcodeRule(ctx, host).generate())
	}
	if asked.start != nil && !asked.start.After(s.now()) {
		diff = diff.withoutTime()
	}
	if to.Kind == meeting.Fixed {
		return s.updateSeries(ctx, id, what, series{from: from, to: to, asked: asked, diff: diff, current: current})
	}
	if diff.empty() && current != nil {
		return s.updated(*current, what, to, asked)
	}
	if !diff.empty() {
		if err := s.patch(ctx, id, diff.updateBody(asked.mail)); err != nil {
			return meeting.Meeting{}, err
		}
	}
	return s.readBack(ctx, id, what, to, before, asked, diff)
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
func (s *Service) readBack(ctx context.Context, id int64, what string, to meeting.Spec, before, asked, told terms) (meeting.Meeting, error) {
	w, err := s.read(ctx, id)
	if told.empty() && err != nil {
		return meeting.Meeting{}, err
	}
	if err != nil {
		// Not wrapped: what reading says (gone, denied, throttled) is not true of the change.
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: it was changed, but could not be read back: %s", what, err.Error())
	}
	said := w.terms()
	switch {
	case told.start != nil && !sameTime(said, asked):
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: Zoom answered well but did not move it to %s for %s: "+
			"look at the meeting in Zoom's own app", what, asked.start.UTC().Format("2006-01-02 15:04 UTC"), minutesText(asked.minutes))
	case told.topic != nil && *said.topic != *asked.topic && before.topic != nil && *said.topic == *before.topic:
		return meeting.Meeting{}, fmt.Errorf("zoom: %s: Zoom answered well but kept the old topic: look at the meeting in Zoom's own app", what)
	}
	return s.updated(w, what, to, asked)
}

func (s *Service) updated(w wireMeeting, what string, to meeting.Spec, asked terms) (meeting.Meeting, error) {
	s.hosts.learn(int64(w.ID), s.lane(to.Host))
	m, err := s.meeting(w, what)
	m.Host, m.Notes = to.Host, notes(asked, w.terms())
	return m, err
}

// Cancel implements meeting.Service. Nobody is mailed about it.
func (s *Service) Cancel(ctx context.Context, id int64) error {
	what := "delete meeting " + strconv.FormatInt(id, 10)
	unlock, err := s.hosts.lock(ctx, s.hosts.hostOf(id))
	if err != nil {
		return fmt.Errorf("zoom: %s: %w: %w", what, meeting.ErrNotSent, err)
	}
	defer unlock()
	err = s.do(ctx, call{what: what, method: http.MethodDelete, path: meetingPath(id), want: http.StatusNoContent, on: aMeeting,
		query: url.Values{"schedule_for_reminder": {"false"}, "cancel_meeting_reminder": {"false"}}}, nil)
	if err != nil && !errors.Is(err, meeting.ErrGone) {
		return err
	}
	s.hosts.forget(id)
	return nil
}

func (s *Service) read(ctx context.Context, id int64) (wireMeeting, error) {
	var w wireMeeting
	what := "read meeting " + strconv.FormatInt(id, 10)
	err := s.do(ctx, call{what: what, method: http.MethodGet, path: meetingPath(id), want: http.StatusOK, on: aMeeting}, &w)
	switch {
	case err != nil:
		return wireMeeting{}, err
	case int64(w.ID) != id:
		return wireMeeting{}, fmt.Errorf("zoom: %s: the answer is not about this meeting", what)
	}
	return w, nil
}

// Recover implements meeting.Recoverer: Zoom keeps deleted meetings for some days. It needs a scope of its own, without which it is refused.
func (s *Service) Recover(ctx context.Context, id int64) (meeting.Meeting, error) {
	what := "bring meeting " + strconv.FormatInt(id, 10) + " back"
	err := s.do(ctx, call{what: what, method: http.MethodPut, path: append(meetingPath(id), "status"), body: map[string]string{"action": "recover"},
		want: http.StatusNoContent, on: aMeeting}, nil)
	if err != nil && !errors.Is(err, meeting.ErrInvalid) { // one that was not deleted cannot be recovered: reading tells
		return meeting.Meeting{}, err
	}
	return s.Get(ctx, id)
}

// Invitation implements meeting.Inviter: the text that Zoom's own apps copy, in the host's language, with the numbers to dial in.
func (s *Service) Invitation(ctx context.Context, id int64) (string, error) {
	var w struct {
		Invitation text `json:"invitation"`
	}
	what := "read the invitation to meeting " + strconv.FormatInt(id, 10)
	err := s.do(ctx, call{what: what, method: http.MethodGet, path: append(meetingPath(id), "invitation"), want: http.StatusOK, on: aMeeting}, &w)
	return string(w.Invitation), err
}

func (s *Service) patch(ctx context.Context, id int64, body meetingBody) error {
	return s.do(ctx, call{what: "change meeting " + strconv.FormatInt(id, 10), method: http.MethodPatch, path: meetingPath(id),
		body: body, want: http.StatusNoContent, on: aMeeting}, nil)
}

func meetingPath(id int64) []string { return []string{"meetings", strconv.FormatInt(id, 10)} }

// meeting makes ours of Zoom's. It believes no join link that does not lead to Zoom: guests will click it.
func (s *Service) meeting(w wireMeeting, what string) (meeting.Meeting, error) {
	m := meeting.Meeting{
		ID: int64(w.ID), Host: string(w.HostEmail), JoinURL: string(w.JoinURL), Passcode: meeting.Passcode(w.Password),
		Topic: string(w.Topic), Start: w.StartTime.Time, Duration: time.Duration(w.Duration) * time.Minute, Occurrences: s.occurrences(&w),
		Instance: string(w.UUID),
	}
	if w.Type == typeFixed { // they are those of one of its occurrences
		m.Start, m.Duration = time.Time{}, 0
	}
	if m.Host == "" {
		m.Host = string(w.HostID)
	}
	m.Mark = markOf(string(w.Agenda))
	// A meeting without registration has a registration page in some answers as well.
	if a := w.Settings.ApprovalType; a == nil || *a != approvalNone {
		m.RegisterURL = string(w.RegisterURL)
	}
	m.DialIn = dialIn(w.Settings.DialIn)
	links := []string{m.JoinURL}
	if m.RegisterURL != "" {
		links = append(links, m.RegisterURL)
	}
	for _, link := range links {
		if wrong := s.checkLink(link); wrong != "" {
			return meeting.Meeting{}, fmt.Errorf("zoom: %s: Zoom's answer %s", what, wrong)
		}
	}
	return m, nil
}

// maxDialIn bounds how many numbers are kept: some accounts have those of fifty countries.
const maxDialIn = 8

// dialIn are the numbers to dial in with, each once.
func dialIn(list phones) []meeting.Phone {
	var found []meeting.Phone
	for _, p := range list {
		phone := meeting.Phone{Number: strings.TrimSpace(string(p.Number)), Place: strings.TrimSpace(string(p.City))}
		if phone.Place == "" {
			phone.Place = strings.TrimSpace(string(p.Country))
		}
		known := slices.ContainsFunc(found, func(other meeting.Phone) bool { return other.Number == phone.Number })
		if phone.Number != "" && !known && len(found) < maxDialIn {
			found = append(found, phone)
		}
	}
	return found
}

// checkLink says what is wrong with a link for guests, or "".
func (s *Service) checkLink(link string) string {
	if link == "" {
		return "holds no join link"
	}
	u, err := url.Parse(link)
	switch {
	case err != nil || u.User != nil:
		return "holds a join link that cannot be read"
	case u.Query().Has("zak") || strings.HasPrefix(u.Path, "/s/"):
		return "holds a start link, which is the host's own, in the place of a join link"
	case u.Scheme == "https" && meeting.OnZoom(u.Hostname()):
		return ""
	case rest.Loopback(s.api.Host) && rest.Loopback(u.Host):
		return ""
	}
	return "holds a join link that does not lead to Zoom but to " + strconv.Quote(rest.Cut(u.Hostname(), 80))
}
