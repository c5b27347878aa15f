package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
	"zoomtag/sync/series"
)

// waiting says that a step is not done yet, and that nothing is wrong with that.
type waiting struct {
	state string
	why   reason.Reason
	until time.Time
	bound string // the service that has said until when, and is asked no earlier (store.Record.Bound)
}

func (w *waiting) Error() string { return w.why.Error() }

// do does one step.
func (s *settling) do(ctx context.Context, d plan.Decision) error {
	switch d.Do {
	case plan.Begin:
		return s.begin(ctx, d)
	case plan.Reopen:
		return s.reopen(d)
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
	case plan.Rehouse:
		return s.rehouse(d)
	case plan.Discard:
		return s.discard(ctx, d)
	case plan.Word:
		return s.word(ctx)
	case plan.Describe:
		return s.describe(ctx, d)
	case plan.SetLink, plan.Unlink:
		return s.link(ctx, d)
	case plan.End:
		return s.beginEnding(d)
	case plan.Resume:
		s.rec.Resume()
		return s.save("", "", nil)
	case plan.Cancel:
		return s.cancel(ctx)
	case plan.Close:
		return s.end(d)
	}
	return fmt.Errorf("unknown step %q", d.Do)
}

// reopen has a closed record go on, unless that of another item sees to its meeting.
func (s *settling) reopen(d plan.Decision) error {
	if d.State == plan.Ending {
		if given, err := s.giveAway(); given || err != nil {
			return err
		}
	}
	shown := s.rec.Mark
	if s.ev != nil {
		shown = s.ev.Link.Mark
	}
	s.rec.Reopen(shown)
	return s.save("", "", nil)
}

// beginEnding notes that the event wants no meeting any more: from now on the grace period passes.
func (s *settling) beginEnding(d plan.Decision) error {
	s.rec.End(s.e.opt.Now(), d.Reason, s.ev == nil)
	if untagged := s.ev != nil && !s.ev.Cancelled; untagged && s.c.Settings.Abandons(s.rec) {
		s.rec.Abandon() // the owner was told, and has taken the tag out
	}
	return s.save("", "", nil)
}

// giveAway has the open record of another item with this UID see to the meeting of a closed one that is still to come,
// where there is such a record: this one cannot be opened again then.
func (s *settling) giveAway() (given bool, err error) {
	if s.mode.dry {
		return false, nil
	}
	f := store.Former{MeetingID: s.rec.MeetingID, Mark: s.rec.Mark, Host: s.rec.Host, At: s.e.opt.Now()}
	err = s.commit(func(tx *store.Tx) error {
		others, err := tx.ByUID(s.rec.UID)
		if err != nil || len(others) == 0 || others[0].Closed() {
			return err
		}
		given = true
		other := others[0]
		other.Discard(f)
		other.Due = s.e.opt.Now()
		s.rec.Hand()
		return errors.Join(tx.PutRecord(other), tx.PutRecord(s.rec))
	})
	return given, err
}

// begin makes the record. One that claims a mark is saved in doubt: its meeting is looked for before anything is made.
// A new mark has never been used, so nothing is saved before the create itself.
func (s *settling) begin(ctx context.Context, d plan.Decision) error {
	ev := s.ev
	s.done.begun[ev.UID] = s.id
	rec := &store.Record{Calendar: s.c.Name, EventID: s.id, UID: ev.UID, Host: d.Spec.Host, Mark: d.Mark,
		Not: s.c.Settings.Rules.Not,
		// of a meeting that is found again nobody knows: it is taken for what was asked for
		Template: d.Spec.Options.Template}
	if err := s.originOf(ctx, rec); err != nil {
		return err
	}
	if s.rec != nil { // a closed one, in the place of which this one comes
		rec.Version = s.rec.Version
	}
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
	rec.Doubtful(plan.DoubtCreate, s.e.opt.Now())
	s.rec = rec
	return s.save("", "", nil)
}

// originOf notes of which series the event is a copy, as it is where a series was split: that one keeps its meeting.
func (s *settling) originOf(ctx context.Context, rec *store.Record) error {
	mark := s.ev.Link.Mark
	if mark == "" || mark == rec.Mark || !s.ev.Series {
		return nil
	}
	origin, err := s.e.store.ByMark(mark)
	if err != nil || origin == nil || !plan.Recurs(origin.Told) {
		return err
	}
	ev, _, err := s.standing(ctx, origin)
	if err != nil { // the meeting does not wait for a note
		s.e.opt.Log.Debug("whether a series was split is not known", "calendar", s.c.Name, "event", s.id, "reason", err)
	}
	if ev == nil || ev.Until.IsZero() || ev.Until.After(s.ev.Start) {
		return nil // a copy, as far as anybody knows
	}
	rec.Origin, rec.OriginAt = origin.Title, s.e.opt.Now()
	return nil
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

// saved notes a step and saves the record with its journal entry.
func (s *settling) saved(step, reason string) error {
	s.story.steps = append(s.story.steps, step)
	if !s.mode.dry {
		s.e.opt.Log.Info(step, "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting", s.rec.MeetingID,
			"reason", reason)
	}
	return s.save(step, reason, nil)
}

// describe works out whether Zoom can have the schedule of the series.
func (s *settling) describe(ctx context.Context, d plan.Decision) error {
	describer, ok := s.c.Source.(calendar.Describer)
	if !ok {
		s.work.schedule = &plan.Schedule{Why: "its calendar does not tell when the series takes place"}
		return nil
	}
	details, err := describer.Describe(ctx, s.id)
	s.heed(err)
	switch {
	case errors.Is(err, calendar.ErrGone):
		return s.readAgain(ctx)
	case errors.Is(err, calendar.ErrMalformed):
		s.work.schedule = &plan.Schedule{Why: err.Error()}
		return nil
	case err != nil:
		return fmt.Errorf("the times of the series could not be read: %w", err)
	}
	plan.LeaveOut(&details, s.c.Settings.Rules)
	c := d.Wish.Choice
	spec, why := series.Of(details, series.Options{At: c.At, Length: c.Length}, plan.Length)
	s.work.schedule = &plan.Schedule{Spec: spec, Why: why}
	return nil
}
