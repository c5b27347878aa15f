package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

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
