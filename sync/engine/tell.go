package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// create makes the meeting. The doubt is saved before the call.
func (s *settling) create(ctx context.Context, d plan.Decision) error {
	if err := s.mayWrite(); err != nil {
		return err // a meeting whose link nobody could see yet
	}
	if s.mine().Hash != d.Account {
		// Nothing was made under the mark, which is of the account that was asked for before. The record knows its
		// account by its mark, from the moment of the doubt.
		if err := s.anew(d.Account); err != nil {
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
	doubted := func(rec *store.Record) {
		rec.Template, rec.Host = d.Spec.Options.Template, d.Spec.Host
		rec.Doubtful(plan.DoubtCreate, now)
	}
	if err := s.spend(d.Spec.Host, s.startsSoon(), doubted, nil); err != nil {
		return err
	}
	m, err := s.mine().Meetings.Create(ctx, s.rec.Mark, startable(d.Spec, now))
	if err != nil {
		if meeting.Refused(err) {
			s.rec.Certain()
		} else if errors.Is(context.Cause(ctx), store.ErrFenced) {
			s.unheard()
		}
		if s.again(err) {
			return s.save("", "", nil)
		}
		return s.unspent(s.rec.Host, fmt.Errorf("the meeting could not be made: %w", err))
	}
	s.adopt(m)
	s.told(d.Spec, &m)
	if err := s.saved("create", d.Reason); errors.Is(err, store.ErrFenced) {
		return s.disown(m.ID, err)
	} else if err != nil {
		return err
	}
	return nil
}

// told notes what the meeting knows by now. Of one that is unfinished that is left open: what it lacks is found by
// reading it.
func (s *settling) told(spec meeting.Spec, m *meeting.Meeting) {
	s.rec.Knows(spec)
	if m.Unfinished {
		s.rec.Telling()
		s.work.left++
	}
	s.rec.Meeting.Unfinished = false
}

// startable is spec for a meeting that is made now: a start that has passed is never sent. Of a series whose last
// occurrence has begun, only that one is left.
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
	forgotten := func(rec *store.Record) {
		if told != nil { // the event has changed
			rec.Undone = 0
		}
		rec.Telling()
	}
	if err := s.spend(s.rec.Host, s.startsSoon(), forgotten, nil); err != nil {
		return err
	}
	var from meeting.Spec
	if told != nil {
		from = *told
	}
	m, err := s.mine().Meetings.Update(ctx, s.rec.MeetingID, from, d.Spec)
	if err != nil {
		return s.notUpdated(told, err)
	}
	now := s.e.opt.Now()
	changed := told != nil && changedBeside(s.rec.Meeting, m, *told, d.Spec)
	same := told == nil && sameMeeting(s.rec.Meeting, m, now)
	s.used(&m, nil)
	s.rec.Seen(m, now)
	s.told(d.Spec, &m)
	if changed {
		s.rec.Telling()
	}
	s.rec.Meeting.Unsent = false
	switch {
	case m.Unsent:
		return errors.Join(s.refund(), s.save("", "", nil))
	case same || m.Unfinished:
		return s.save("", "", nil)
	}
	return s.saved("update", d.Reason)
}

// notUpdated notes what is known after an update that failed; told is what the meeting knew before it.
func (s *settling) notUpdated(told *meeting.Spec, err error) error {
	if errors.Is(err, meeting.ErrGone) {
		if errors.Is(err, meeting.ErrNotSent) {
			if err := s.refund(); err != nil {
				return err
			}
		}
		s.rec.Lost(s.e.opt.Now())
		return s.save("", "", nil)
	}
	if meeting.Refused(err) && told != nil {
		s.rec.Knows(*told)
	}
	if s.again(err) {
		return s.save("", "", nil)
	}
	return s.unspent(s.rec.Host, fmt.Errorf("the meeting could not be updated: %w", err))
}

// changedBeside reports whether an update, which told only what differs between two specs, has brought to light that
// topic or time were changed at Zoom as well.
func changedBeside(before, after meeting.Meeting, from, to meeting.Spec) bool {
	titled := from.Topic == to.Topic && from.Kind != meeting.Personal
	if titled && after.Topic != before.Topic {
		return true
	}
	timed := from.Start.Equal(to.Start) && from.Duration == to.Duration && from.Kind == to.Kind
	if !timed || from.Kind != meeting.Scheduled {
		return false
	}
	return !after.Start.Equal(before.Start) || after.Duration != before.Duration
}

func sameMeeting(a, b meeting.Meeting, now time.Time) bool {
	sameWayIn := a.JoinURL == b.JoinURL && a.Passcode == b.Passcode
	return sameWayIn && a.Topic == b.Topic && sameSchedule(a, b, now)
}

// sameSchedule reports whether a meeting that was read twice takes place at the same times, as far as they have not
// begun at now.
func sameSchedule(a, b meeting.Meeting, now time.Time) bool {
	return a.Start.Equal(b.Start) && a.Duration == b.Duration && sameTimes(a.Occurrences, b.Occurrences, now)
}

// sameTimes reports whether two lists of coming occurrences, read one after the other, agree on what has not begun at
// now.
func sameTimes(a, b []meeting.Occurrence, now time.Time) bool {
	coming := func(list []meeting.Occurrence) []meeting.Occurrence {
		return slices.DeleteFunc(slices.Clone(list), func(o meeting.Occurrence) bool { return !o.Start.After(now) })
	}
	return slices.EqualFunc(coming(a), coming(b), func(x, y meeting.Occurrence) bool {
		return x.Start.Equal(y.Start) && x.Duration == y.Duration
	})
}

// word reads the service's own invitation text. Where that is not to be had, the block gets the short text, and the
// owner hears why.
func (s *settling) word(ctx context.Context) error {
	inviter, ok := s.mine().Meetings.(meeting.Inviter)
	if !ok {
		s.rec.Meeting.NoInvitation = "there is no invitation text of Zoom's for it: the short text is used"
		return s.save("", "", nil)
	}
	if err := s.mayLook(plan.Pending); err != nil {
		return err
	}
	text, err := inviter.Invitation(ctx, s.rec.MeetingID)
	switch {
	case errors.Is(err, meeting.ErrGone):
		if _, err := s.mine().Meetings.Get(ctx, s.rec.MeetingID); err == nil {
			s.rec.Meeting.NoInvitation = "Zoom has no invitation text for it: the short text is used"
			break
		}
		s.rec.Lost(s.e.opt.Now())
	case errors.Is(err, meeting.ErrDenied), errors.Is(err, meeting.ErrInvalid):
		s.rec.Meeting.NoInvitation = "Zoom's own invitation text could not be read (" + words.Of(err) +
			"): the short text is used"
	case err != nil:
		err = fmt.Errorf("Zoom's invitation text could not be read: %w", err) //nolint:staticcheck // Zoom is a name
		return s.hushed(s.rec.Host, err)
	case strings.TrimSpace(text) == "":
		s.rec.Meeting.NoInvitation = "Zoom's own invitation text is empty: the short text is used"
	default:
		s.rec.Meeting.Invitation = text
	}
	return s.save("", "", nil)
}
