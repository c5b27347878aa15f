package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/series"
)

// waiting says that a step is not done yet, and that nothing is wrong with that.
type waiting struct {
	state, reason string
	until         time.Time
}

func (w *waiting) Error() string { return w.reason }

// do does one step.
func (s *settling) do(ctx context.Context, d plan.Decision) error {
	switch d.Do {
	case plan.Begin:
		return s.begin(ctx, d)
	case plan.Reopen:
		s.rec.ClosedAt, s.rec.EndingAt, s.rec.Ending, s.rec.Gone = time.Time{}, time.Time{}, "", false
		s.rec.Told, s.rec.LostAt, s.rec.Released = nil, time.Time{}, false
		if s.ev.Link.Mark != s.rec.Mark { // whatever the event shows, it is not what was written
			s.rec.JoinURL, s.rec.Block = "", ""
		}
		return s.save("", "", nil)
	case plan.Seek:
		return s.seek(ctx, d)
	case plan.Switch:
		return s.switchTo(ctx, d)
	case plan.Recover:
		return s.bringBack(ctx, d)
	case plan.Create:
		return s.create(ctx, d)
	case plan.Update:
		return s.update(ctx, d)
	case plan.Probe:
		return s.probe(ctx, d)
	case plan.Check:
		return s.check(ctx, d)
	case plan.Renew:
		return s.renew(d)
	case plan.Word:
		return s.word(ctx)
	case plan.Describe:
		return s.describe(ctx, d)
	case plan.SetLink, plan.Unlink:
		return s.link(ctx, d)
	case plan.End:
		s.rec.EndingAt, s.rec.Ending, s.rec.Gone = s.e.opt.Now(), d.Reason, s.ev == nil && !s.deleted[s.id]
		return s.save("", "", nil)
	case plan.Resume:
		s.rec.EndingAt, s.rec.Ending, s.rec.Gone, s.rec.Released = time.Time{}, "", false, false
		return s.save("", "", nil)
	case plan.Cancel:
		return s.cancel(ctx)
	case plan.Close:
		return s.end(d)
	}
	return fmt.Errorf("unknown step %q", d.Do)
}

// begin makes the record. One that claims a mark is saved in doubt: its meeting is looked for before anything is made. A
// new mark has never been used, so nothing is saved before the create itself.
func (s *settling) begin(ctx context.Context, d plan.Decision) error {
	ev := s.ev
	s.begun[ev.UID] = s.id
	rec := &store.Record{Calendar: s.c.Name, EventID: s.id, UID: ev.UID, Host: d.Spec.Host, Mark: d.Mark,
		Template: d.Spec.Options.Template} // of a meeting that is found again nobody knows: it is taken for what was asked for
	if d.Mark == "" && d.LinkID != 0 {
		var err error
		if rec.Mark, err = s.markAt(ctx, d); err != nil {
			return err
		}
		if m, ok := plan.ParseMark(rec.Mark); ok && m.Account != d.Account {
			rec.Host = s.c.Settings.HostIn(m.Account)
		}
	}
	if rec.Mark == "" {
		mark, err := s.newMark(ev.UID, d.Account)
		if err != nil {
			return err
		}
		rec.Mark = mark
		s.rec = rec
		return nil
	}
	rec.Doubt, rec.DoubtAt = plan.DoubtCreate, s.e.opt.Now()
	s.rec = rec
	return s.save("", "", nil)
}

// markAt asks for the mark of the meeting that the event shows. An app may have dropped the mark from the event and kept the block: the
// meeting itself still knows whose it is. It is asked for first where a new one would be made, and then in every other account, of which
// one that does not let it be read does not have it. "" is a meeting that is not the event's.
func (s *settling) markAt(ctx context.Context, d plan.Decision) (mark string, err error) {
	order := slices.Clone(s.accounts)
	slices.SortStableFunc(order, func(a, b Account) int {
		switch d.Account {
		case b.Hash:
			return 1
		case a.Hash:
			return -1
		}
		return 0
	})
	for _, account := range order {
		first := account.Hash == d.Account
		m, e := account.Meetings.Get(ctx, d.LinkID)
		none := errors.Is(e, meeting.ErrGone) || errors.Is(e, meeting.ErrNotFound) || !first && (errors.Is(e, meeting.ErrDenied) || errors.Is(e, meeting.ErrInvalid))
		switch {
		case e == nil && s.isOurs(m.Mark, s.ev.UID) && s.keeper(m.Mark).Hash == account.Hash:
			return m.Mark, nil
		case e != nil && !none:
			err = fmt.Errorf("the meeting that the event shows could not be read: %w", e)
		}
	}
	return "", err
}

// newMark makes a mark of an account.
func (s *settling) newMark(uid, account string) (string, error) {
	var random [10]byte
	if _, err := io.ReadFull(s.e.opt.Random, random[:]); err != nil {
		return "", fmt.Errorf("no random numbers for a mark: %w", err)
	}
	return plan.NewMark(account, uid, random), nil
}

// isOurs reports whether mark was made for the event with this UID, by us.
func (s *settling) isOurs(mark, uid string) bool {
	m, ok := plan.ParseMark(mark)
	return ok && m.Event == plan.Bind(uid) && s.c.Settings.Ours(m.Account)
}

// find looks for the meeting that carries mark in the mark's account, by the shortcut of the id that the event shows if there is one.
func (s *settling) find(ctx context.Context, host, mark string, id int64) (meeting.Meeting, error) {
	meetings := s.keeper(mark).Meetings
	if id != 0 {
		m, err := meetings.Get(ctx, id)
		if err == nil && m.Mark == mark {
			return m, nil
		}
		if err != nil && !errors.Is(err, meeting.ErrGone) && !errors.Is(err, meeting.ErrNotFound) {
			return meeting.Meeting{}, err
		}
	}
	return meetings.Find(ctx, host, mark)
}

// seek ends the doubt about a create: the meeting is found and adopted, or known not to exist.
func (s *settling) seek(ctx context.Context, d plan.Decision) error {
	m, err := s.find(ctx, s.rec.Host, s.rec.Mark, d.LinkID)
	if errors.Is(err, meeting.ErrNotFound) {
		if until := s.rec.DoubtAt.Add(s.c.Settings.Settle); s.e.opt.Now().Before(until) {
			return &waiting{state: plan.Doubt, until: until,
				reason: "it is not known yet whether the last call made the meeting: it is looked for once more"}
		}
		s.rec.Doubt = ""
		return s.save("", "", nil)
	}
	if err != nil {
		return fmt.Errorf("the meeting could not be looked for: %w", err)
	}
	s.adopt(m)
	return s.saved("adopt", d.Reason)
}

// adopt takes a meeting that was found as that of the record. What it was told is not known.
func (s *settling) adopt(m meeting.Meeting) {
	s.rec.MeetingID, s.rec.Meeting, s.rec.Told, s.rec.Doubt, s.rec.LostAt = m.ID, m, nil, "", time.Time{}
	s.rec.CheckedAt, s.rec.CancelledID, s.rec.CancelledAt, s.rec.Verdicts = s.e.opt.Now(), 0, time.Time{}, nil
	s.rec.UsedAt = s.rec.CheckedAt
	if m.Host != "" && s.rec.Host == "" {
		s.rec.Host = m.Host
	}
}

// saved notes a step and saves the record with its journal entry.
func (s *settling) saved(step, reason string) error {
	s.steps = append(s.steps, step)
	if !s.dry {
		s.e.opt.Log.Info(step, "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting", s.rec.MeetingID, "reason", reason)
	}
	return s.save(step, reason, nil)
}

// switchTo adopts the meeting whose mark the event carries instead of the record's, if it exists.
func (s *settling) switchTo(ctx context.Context, d plan.Decision) error {
	host := s.rec.Host
	if account := s.keeper(d.Mark).Hash; account != s.mine().Hash { // a host of one account is none of another
		host = s.c.Settings.HostIn(account)
	}
	m, err := s.find(ctx, host, d.Mark, d.LinkID)
	if errors.Is(err, meeting.ErrNotFound) {
		s.dismissed = d.Mark
		return nil
	}
	if err != nil {
		return fmt.Errorf("the meeting that the event shows could not be looked for: %w", err)
	}
	s.rec.Mark, s.rec.Host = d.Mark, host
	s.adopt(m)
	return s.saved("adopt", "the event carries the mark of another meeting of ours")
}

// create makes the meeting. The doubt is saved before the call.
func (s *settling) create(ctx context.Context, d plan.Decision) error {
	if err := s.mayWrite(); err != nil {
		return err // a meeting whose link nobody could see yet
	}
	if s.mine().Hash != d.Account {
		// Nothing was made under the mark, which is of the account that was asked for before. The record knows its account by its mark, from
		// the moment of the doubt.
		if err := s.forgetCancelled(d.Account); err != nil {
			return err
		}
	}
	now := s.e.opt.Now()
	if err := s.preflight(ctx, meeting.Spec{}, startable(d.Spec, now)); err != nil {
		return err
	}
	if err := s.mayCall(d.Spec.Host, s.startsSoon()); err != nil {
		return err
	}
	s.rec.Template = d.Spec.Options.Template
	s.rec.Host, s.rec.Doubt, s.rec.DoubtAt = d.Spec.Host, plan.DoubtCreate, now
	if err := s.spend(s.rec.Host); err != nil {
		return err
	}
	m, err := s.mine().Meetings.Create(ctx, s.rec.Mark, startable(d.Spec, now))
	if err != nil {
		if meeting.Refused(err) {
			s.rec.Doubt = ""
		}
		if s.again(err) {
			return s.save("", "", nil)
		}
		return s.unspent(s.rec.Host, fmt.Errorf("the meeting could not be made: %w", err))
	}
	s.adopt(m)
	s.told(d.Spec, &m)
	return s.saved("create", d.Reason)
}

// bringBack has a meeting that we have cancelled be what it was. Where that is not to be had, the event gets a new one, with a new mark: the
// old one may still be brought back by its owner.
func (s *settling) bringBack(ctx context.Context, d plan.Decision) error {
	id := s.rec.CancelledID
	recoverer, ok := s.mine().Meetings.(meeting.Recoverer)
	if !ok {
		return s.forgetCancelled(d.Account)
	}
	s.rec.Doubt, s.rec.DoubtAt = plan.DoubtCreate, s.e.opt.Now()
	if err := s.save("", "", nil); err != nil {
		return err
	}
	m, err := recoverer.Recover(ctx, id)
	var throttled *meeting.Throttled
	switch {
	case err == nil && (m.Mark == s.rec.Mark || m.Mark == ""): // its owner may have taken the mark out; it is the one that we cancelled
		s.adopt(m)
		return s.saved("adopt", "the meeting that was cancelled is brought back")
	case errors.As(err, &throttled), errors.Is(err, meeting.ErrNotSent):
		s.rec.Doubt = ""
		return s.hushed(s.rec.Host, fmt.Errorf("the meeting could not be brought back: %w", err))
	case err == nil, meeting.Refused(err):
		return s.forgetCancelled(d.Account)
	}
	return fmt.Errorf("the meeting could not be brought back: %w", err)
}

// forgetCancelled goes on as if there had been no meeting, in an account.
func (s *settling) forgetCancelled(account string) error {
	mark, err := s.newMark(s.rec.UID, account)
	if err != nil {
		return err
	}
	s.rec.Mark, s.rec.CancelledID, s.rec.CancelledAt, s.rec.Doubt = mark, 0, time.Time{}, ""
	return s.save("", "", nil)
}

// told notes what the meeting knows by now. Of one that is unfinished that is left open: what it lacks is found by reading it.
func (s *settling) told(spec meeting.Spec, m *meeting.Meeting) {
	s.rec.Told = &spec
	if m.Unfinished {
		s.rec.Told = nil
		s.left++
	}
	s.rec.Meeting.Unfinished = false
}

// startable is spec for a meeting that is made now: a start that has passed is never sent. Of a series whose last occurrence has begun,
// only that one is left.
func startable(spec meeting.Spec, now time.Time) meeting.Spec {
	if spec.Kind == meeting.Fixed {
		if _, ok := spec.Remaining(now); ok {
			return spec
		}
		last, _ := spec.Running(now)
		spec.Kind, spec.Schedule = meeting.Scheduled, nil
		spec.Start, spec.Duration = last.Start.In(spec.Start.Location()), last.Duration
	}
	if spec.Kind != meeting.Scheduled || spec.Start.After(now) {
		return spec
	}
	end := spec.Start.Add(spec.Duration)
	spec.Start = now.Truncate(time.Minute).Add(2 * time.Minute).In(spec.Start.Location())
	spec.Duration = max(end.Sub(spec.Start).Truncate(time.Minute), time.Minute)
	return spec
}

// update tells the meeting what changed. From before the call until it has succeeded, what it was told is unknown.
func (s *settling) update(ctx context.Context, d plan.Decision) error {
	told := s.rec.Told
	if told != nil { // else it is read, and only what differs is told
		if err := s.preflight(ctx, *told, d.Spec); err != nil {
			return err
		}
	}
	if err := s.mayCall(s.rec.Host, s.startsSoon()); err != nil {
		return err
	}
	s.rec.Told = nil
	if err := s.spend(s.rec.Host); err != nil {
		return err
	}
	var from meeting.Spec
	if told != nil {
		from = *told
	}
	m, err := s.mine().Meetings.Update(ctx, s.rec.MeetingID, from, d.Spec)
	if errors.Is(err, meeting.ErrGone) {
		s.rec.LostAt = s.e.opt.Now()
		return s.save("", "", nil)
	}
	if err != nil {
		if meeting.Refused(err) {
			s.rec.Told = told
		}
		if s.again(err) {
			return s.save("", "", nil)
		}
		return s.unspent(s.rec.Host, fmt.Errorf("the meeting could not be updated: %w", err))
	}
	now := s.e.opt.Now()
	same := told == nil && sameMeeting(s.rec.Meeting, m, now)
	s.used(&m, nil)
	s.rec.Meeting, s.rec.CheckedAt = m, now
	s.told(d.Spec, &m)
	switch {
	case same && !m.Unfinished: // it was only read: nothing had to be sent
		return s.refund(s.rec.Host)
	case m.Unfinished:
		return s.save("", "", nil)
	}
	return s.saved("update", d.Reason)
}

func sameMeeting(a, b meeting.Meeting, now time.Time) bool {
	return a.JoinURL == b.JoinURL && a.Passcode == b.Passcode && a.Topic == b.Topic && a.Start.Equal(b.Start) && a.Duration == b.Duration &&
		sameTimes(a.Occurrences, b.Occurrences, now)
}

// sameTimes reports whether two lists of coming occurrences, read one after the other, agree on what has not begun at now.
func sameTimes(a, b []meeting.Occurrence, now time.Time) bool {
	coming := func(list []meeting.Occurrence) []meeting.Occurrence {
		return slices.DeleteFunc(slices.Clone(list), func(o meeting.Occurrence) bool { return !o.Start.After(now) })
	}
	return slices.EqualFunc(coming(a), coming(b), func(x, y meeting.Occurrence) bool {
		return x.Start.Equal(y.Start) && x.Duration == y.Duration
	})
}

// probe asks again about a meeting that Zoom said is gone, or that we may have cancelled.
func (s *settling) probe(ctx context.Context, d plan.Decision) error {
	m, err := s.mine().Meetings.Get(ctx, s.rec.MeetingID)
	switch {
	case err == nil:
		s.rec.LostAt, s.rec.Doubt, s.rec.Told = time.Time{}, "", nil
		s.rec.Meeting, s.rec.CheckedAt = m, s.e.opt.Now()
		return s.save("", "", nil)
	case !errors.Is(err, meeting.ErrGone):
		return fmt.Errorf("the meeting could not be read: %w", err)
	case s.rec.LostAt.IsZero():
		s.rec.LostAt = s.e.opt.Now()
		return s.save("", "", nil)
	}
	mark, err := s.newMark(s.rec.UID, d.Account)
	if err != nil {
		return err
	}
	s.rec.Mark, s.rec.MeetingID, s.rec.Meeting, s.rec.Told = mark, 0, meeting.Meeting{}, nil
	s.rec.LostAt, s.rec.Doubt = time.Time{}, ""
	return s.save("", "the meeting was deleted or has expired at Zoom while its event stands: a new one is made", nil)
}

// used notes whether the meeting, as it was just read, has been held since it was read before, or is being held.
func (s *settling) used(m *meeting.Meeting, i *meeting.Inspection) {
	before := s.rec.Meeting.Instance
	if s.rec.UsedAt.IsZero() || before != "" && m.Instance != before || i != nil && i.Running {
		s.rec.UsedAt = s.e.opt.Now()
	}
	s.rec.Meeting.Instance = m.Instance
}

// renew lets the meeting be, which expires by itself, and has a new one made for the event.
func (s *settling) renew(d plan.Decision) error {
	mark, err := s.newMark(s.rec.UID, d.Account)
	if err != nil {
		return err
	}
	unused := int(s.e.opt.Now().Sub(s.rec.UsedAt).Hours() / 24)
	s.rec.Retired, s.rec.Mark, s.rec.MeetingID, s.rec.Meeting, s.rec.Told = s.rec.Mark, mark, 0, meeting.Meeting{}, nil
	reason := fmt.Sprintf("nobody has started the meeting for %d days, and Zoom lets it expire after 365: a new one is made", unused)
	s.e.opt.Log.Info("renew", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "reason", reason)
	return s.save("", reason, nil)
}

// word reads the service's own invitation text. Where that is not to be had, the block gets the short text, and the owner hears why.
func (s *settling) word(ctx context.Context) error {
	inviter, ok := s.mine().Meetings.(meeting.Inviter)
	if !ok {
		s.rec.Meeting.NoInvitation = "there is no invitation text of Zoom's for it: the short text is used"
		return s.save("", "", nil)
	}
	if err := s.mayAsk(s.rec.Host, plan.Pending); err != nil {
		return err
	}
	text, err := inviter.Invitation(ctx, s.rec.MeetingID)
	switch {
	case errors.Is(err, meeting.ErrGone):
		s.rec.LostAt = s.e.opt.Now()
	case errors.Is(err, meeting.ErrDenied), errors.Is(err, meeting.ErrInvalid):
		s.rec.Meeting.NoInvitation = "Zoom's own invitation text could not be read (" + err.Error() + "): the short text is used"
	case err != nil:
		return s.hushed(s.rec.Host, fmt.Errorf("Zoom's invitation text could not be read: %w", err)) //nolint:staticcheck // Zoom is a name
	case strings.TrimSpace(text) == "":
		s.rec.Meeting.NoInvitation = "Zoom's own invitation text is empty: the short text is used"
	default:
		s.rec.Meeting.Invitation = text
	}
	return s.save("", "", nil)
}

// describe works out whether Zoom can have the schedule of the series.
func (s *settling) describe(ctx context.Context, d plan.Decision) error {
	describer, ok := s.c.Source.(calendar.Describer)
	if !ok {
		s.schedule = &plan.Schedule{Why: "its calendar does not tell when the series takes place"}
		return nil
	}
	details, err := describer.Describe(ctx, s.id)
	s.heed(err)
	switch {
	case errors.Is(err, calendar.ErrGone):
		return s.readAgain(ctx)
	case errors.Is(err, calendar.ErrMalformed):
		s.schedule = &plan.Schedule{Why: err.Error()}
		return nil
	case err != nil:
		return fmt.Errorf("the times of the series could not be read: %w", err)
	}
	c := d.Wish.Choice
	spec, why := series.Of(details, series.Options{At: c.At, Length: c.Length}, plan.Length)
	s.schedule = &plan.Schedule{Spec: spec, Why: why}
	return nil
}

// link makes the event show what it should, and believes only what the calendar then says.
func (s *settling) link(ctx context.Context, d plan.Decision) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	wanted := d.Link
	wanted.Was = calendar.Was{}
	if s.tried != nil && reflect.DeepEqual(*s.tried, wanted) {
		return fmt.Errorf("%w: the calendar accepts the link, but does not keep all of it: nothing more is written into the event for now", calendar.ErrDenied)
	}
	s.wrote, s.tried = true, &wanted
	ev, err := s.source.SetLink(ctx, s.id, s.ev.Version, d.Link)
	s.heed(err)
	if errors.Is(err, calendar.ErrGone) {
		return s.readAgain(ctx)
	}
	if err != nil {
		return fmt.Errorf("the link could not be written into the event: %w", err)
	}
	s.ev = &ev
	s.events[s.id] = &ev
	if d.Do == plan.Unlink {
		if ev.Link.Mark != "" || ev.Link.Block != "" {
			return errors.New("the calendar accepted the change, but the link is still in the event")
		}
		return s.linked("unlink", d.Reason, "", "")
	}
	if ev.Link.Mark != d.Link.Mark || !calendar.SameBlock(ev.Link.Block, d.Link.Block) {
		return errors.New("the calendar accepted the link, but the event does not show it: it may not be ours to write")
	}
	return s.linked("link", d.Reason, d.Link.JoinURL, d.Link.Block)
}

// mayWrite reports, as a waiting error, that the calendar has asked to be left alone.
func (s *settling) mayWrite() error {
	until, why := s.restsUntil()
	if until.IsZero() {
		return nil
	}
	return &waiting{state: plan.Pending, until: until, reason: "the calendar is left alone until " + until.UTC().Format(time.RFC3339) + ": " + why}
}

func (s *settling) linked(step, reason, url, block string) error {
	if s.rec == nil {
		s.steps = append(s.steps, step)
		return nil
	}
	s.rec.JoinURL, s.rec.Block = url, block
	return s.saved(step, reason)
}

// cancel deletes the meeting and closes the record, unless another item with the same UID asks for the meeting.
func (s *settling) cancel(ctx context.Context) error {
	if taken, err := s.inherit(ctx); taken || err != nil {
		return err
	}
	if err := s.perhapsMoved(); err != nil {
		return err
	}
	if other, err := s.heldElsewhere(ctx); other || err != nil {
		return err
	}
	if err := s.mayCall(s.rec.Host, true); err != nil {
		return err
	}
	s.rec.Doubt, s.rec.DoubtAt = plan.DoubtCancel, s.e.opt.Now()
	if err := s.spend(s.rec.Host); err != nil {
		return err
	}
	if err := s.mine().Meetings.Cancel(ctx, s.rec.MeetingID); err != nil {
		if meeting.Refused(err) {
			s.rec.Doubt = ""
		}
		return s.unspent(s.rec.Host, fmt.Errorf("the meeting could not be cancelled: %w", err))
	}
	now := s.e.opt.Now()
	s.steps = append(s.steps, "cancel")
	if !s.dry {
		s.e.opt.Log.Info("cancel", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting", s.rec.MeetingID, "reason", s.rec.Ending)
	}
	id := s.rec.MeetingID
	s.rec.Doubt, s.rec.ClosedAt, s.rec.Reason = "", now, s.rec.Ending
	s.rec.MeetingID, s.rec.Meeting, s.rec.Told, s.rec.CancelledID, s.rec.CancelledAt = 0, meeting.Meeting{}, nil, id, now
	return s.save("", "", func(tx *store.Tx) error {
		err := tx.Journal(store.Entry{At: now, Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID, Title: s.rec.Title,
			Step: "cancel", Meeting: id, Reason: s.rec.Ending})
		return errors.Join(err, s.wakeTwins(tx))
	})
}

// wakeTwins has the other items with this UID looked at again: what was left alone for the sake of this one may now have
// its turn.
func (s *settling) wakeTwins(tx *store.Tx) error {
	s.clear = slices.DeleteFunc(s.clear, func(id string) bool { return slices.Contains(s.rec.Twins, id) })
	for _, id := range s.rec.Twins {
		if err := tx.SetDue(s.c.Name, id, s.e.opt.Now()); err != nil {
			return err
		}
	}
	return nil
}

// movedWithin is how long before an event vanished an unreadable item may have appeared that could be the event itself under
// another name: files are renamed by copying, too.
const movedWithin = 10 * time.Minute

// perhapsMoved reports, as a waiting error, that an event which is gone may be the item that cannot be read since then.
func (s *settling) perhapsMoved() error {
	if s.ev != nil {
		return nil
	}
	problems, err := s.problems()
	if err != nil {
		return err
	}
	for _, problem := range problems {
		if problem.Unread && problem.Since.After(s.rec.EndingAt.Add(-movedWithin)) {
			return &waiting{state: plan.Ending, until: s.e.opt.Now().Add(time.Minute), reason: "the event is gone, but " + problem.ID +
				", which cannot be read, may be the same event under another name: its meeting is kept until that one can be read or is gone as well"}
		}
	}
	return nil
}

// end closes the record of an event that is over, or has no meeting, or one that is left alone because its account is not configured:
// that is worth a line in the journal.
func (s *settling) end(d plan.Decision) error {
	if !d.Left {
		return s.close(d.Reason)
	}
	s.rec.ClosedAt, s.rec.Reason = s.e.opt.Now(), d.Reason
	s.e.opt.Log.Warn("meeting left alone", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting", s.rec.MeetingID, "reason", d.Reason)
	return s.save("", "", func(tx *store.Tx) error {
		return errors.Join(s.wakeTwins(tx), tx.Journal(store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID,
			Title: s.rec.Title, Meeting: s.rec.MeetingID, Reason: d.Reason}))
	})
}

// close ends the record, leaving the meeting, if there is one, alone.
func (s *settling) close(reason string) error {
	s.rec.ClosedAt, s.rec.Reason = s.e.opt.Now(), reason
	return s.save("", "", s.wakeTwins)
}
