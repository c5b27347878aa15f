package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// cancel deletes the meeting and closes the record, unless another item with the same UID asks for the meeting.
func (s *settling) cancel(ctx context.Context) error {
	if taken, err := s.inherit(ctx); taken || err != nil {
		return err
	}
	if err := s.perhapsMoved(); err != nil {
		return err
	}
	if err := s.heldElsewhere(ctx); err != nil {
		return err
	}
	if s.rec.Room && !s.mine().Room { // of a room that is configured no more there is nothing to cancel
		return s.close(s.rec.Ending)
	}
	if err := s.mayCall(s.rec.Host, true); err != nil {
		return err
	}
	var kept *keptError
	if err := s.doubtCancel(); errors.As(err, &kept) {
		s.rec.Hand()
		return s.closeButFormer(kept.Error(), s.wakeTwins)
	} else if err != nil {
		return err
	}
	if err := s.mine().Meetings.Cancel(ctx, s.rec.MeetingID); err != nil {
		if meeting.Refused(err) {
			s.rec.Certain()
		}
		return s.unspent(s.rec.Host, fmt.Errorf("the meeting could not be cancelled: %w", err))
	}
	return s.cancelled()
}

// keptError says that a meeting is not cancelled, because another item has it.
type keptError struct{ other *store.Record }

func (e *keptError) Error() string {
	return "its meeting is kept for " + e.other.EventID + " in calendar " + e.other.Calendar
}

// doubtCancel saves that the meeting may be cancelled from here on. That nobody else has it is decided in the same
// transaction.
func (s *settling) doubtCancel() error {
	doubted := func(rec *store.Record) { rec.Doubtful(plan.DoubtCancel, s.e.opt.Now()) }
	return s.spend(s.rec.Host, true, doubted, func(tx *store.Tx) error {
		other, err := keptFor(tx, s.rec)
		if err == nil && other != nil {
			err = &keptError{other}
		}
		return err
	})
}

// cancelled closes the record of a meeting that was cancelled.
func (s *settling) cancelled() error {
	now, id := s.e.opt.Now(), s.rec.MeetingID
	s.story.steps = append(s.story.steps, "cancel")
	if !s.mode.dry {
		s.e.opt.Log.Info("cancel", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting", id, "reason",
			s.rec.Ending)
	}
	s.rec.Cancelled(now)
	return s.closeButFormer(s.rec.Ending, func(tx *store.Tx) error {
		err := tx.Journal(store.Entry{At: now, Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID, Title: s.rec.Title,
			Step: "cancel", Meeting: id, Reason: s.rec.Ending})
		return errors.Join(err, s.wakeTwins(tx))
	})
}

// wakeTwins has the other items with this UID looked at again: what was left alone for the sake of this one may now
// have its turn.
func (s *settling) wakeTwins(tx *store.Tx) error {
	if err := tx.DeleteTwin(s.rec.UID, store.Item{Calendar: s.c.Name, EventID: s.id}); err != nil {
		return err // or it would wake itself, and its record would be another than the one that is being saved
	}
	return tx.WakeTwins(s.rec.UID, s.e.opt.Now())
}

// discard cancels a meeting that was made for the event and that it does not show, once nothing else with the event's
// UID shows it. One that cannot be cancelled yet goes behind the others.
func (s *settling) discard(ctx context.Context, d plan.Decision) error {
	i := plan.FirstFormer(s.rec, s.c.Settings)
	mark := s.rec.Former[i].Mark
	err := s.discardOne(ctx, d, i)
	if err != nil && i < len(s.rec.Former) && s.rec.Former[i].Mark == mark {
		s.rec.Postpone(i)
	}
	return err
}

func (s *settling) discardOne(ctx context.Context, d plan.Decision, i int) error {
	f := s.rec.Former[i]
	if f.MeetingID == 0 {
		return s.seekFormer(ctx, d, i)
	}
	s.claim.paying = s.keeper(f.Mark)
	defer func() { s.claim.paying = nil }()
	if shown, err := s.showsElsewhere(ctx, f.Mark); err != nil {
		return err
	} else if shown != "" {
		return &waiting{state: d.State, until: s.e.opt.Now().Add(heldPause),
			why: reason.EarlierShown.Because("an earlier meeting of the event is kept as long as " + shown +
				" shows it")}
	}
	if err := s.mayCall(f.Host, true); err != nil {
		return err
	}
	if err := s.spend(f.Host, true, func(*store.Record) {}, nil); err != nil {
		return err
	}
	if err := s.keeper(f.Mark).Meetings.Cancel(ctx, f.MeetingID); err != nil {
		return s.unspent(f.Host, fmt.Errorf("an earlier meeting of the event could not be cancelled: %w", err))
	}
	s.rec.Discarded(i)
	s.story.steps = append(s.story.steps, "cancel")
	const one = "two meetings were made for this event: the other one stays"
	return s.save("", "", func(tx *store.Tx) error {
		return tx.Journal(store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID,
			Title: s.rec.Title,
			Step:  "cancel", Meeting: f.MeetingID, Reason: one})
	})
}

// seekFormer looks for an earlier meeting of which it is not known whether it was made.
func (s *settling) seekFormer(ctx context.Context, d plan.Decision, i int) error {
	f := s.rec.Former[i]
	if until := s.settledAt(f.At); s.e.opt.Now().Before(until) {
		return &waiting{state: d.State, until: until, why: reason.EarlierSought.Because(d.Reason +
			"; an earlier meeting of the event is looked for")}
	}
	m, err := s.keeper(f.Mark).Meetings.Find(ctx, f.Host, meeting.Mark(f.Mark))
	switch {
	case errors.Is(err, meeting.ErrNotFound):
		s.rec.Discarded(i)
	case err != nil:
		return s.hushed(f.Host, fmt.Errorf("an earlier meeting of the event could not be looked for: %w", err))
	default:
		s.rec.FormerIs(i, m.ID)
	}
	return s.save("", "", nil)
}

// showsElsewhere names another item with the event's UID that asks for a meeting and shows the one with a mark, or is
// "".
func (s *settling) showsElsewhere(ctx context.Context, mark string) (string, error) {
	twins, err := s.e.store.Twins(s.rec.UID)
	if err != nil {
		return "", err
	}
	for _, twin := range twins {
		ev, stands, err := s.standing(ctx, &store.Record{Calendar: twin.Calendar, EventID: twin.EventID})
		if err != nil {
			return "", fmt.Errorf("another item with the same UID (%s in %s) could not be read: %w", twin.EventID,
				twin.Calendar, unreadTwin(err))
		}
		shows := stands && ev != nil && ev.Link.Mark == mark
		if shows && !ev.Cancelled && s.e.asks(twin.Calendar, ev) {
			return twin.EventID + " in calendar " + twin.Calendar, nil
		}
	}
	return "", nil
}

// movedWithin is how long before an event vanished an unreadable item may have appeared that could be the event itself
// under another name: files are renamed by copying, too.
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
		// it was read since: it is gone, or another one
		if ev := s.seen.events[problem.ID]; s.seen.absent[problem.ID] || ev != nil && ev.UID != s.rec.UID {
			continue
		}
		if problem.Unread && problem.Since.After(s.rec.EndingAt.Add(-movedWithin)) {
			return &waiting{state: plan.Ending, until: s.e.opt.Now().Add(time.Minute),
				why: reason.MaybeMoved.Because("the event is gone, but " + problem.ID +
					", which cannot be read, may be the same event under another name: its meeting is kept until " +
					"that one can be read or is gone as well")}
		}
	}
	return nil
}

// end closes the record of an event that is over, or has no meeting, or one that is left alone because its account is
// not configured: that is worth a line in the journal.
func (s *settling) end(d plan.Decision) error {
	if !d.Left {
		return s.close(d.Reason)
	}
	s.rec.Leave(s.e.opt.Now(), d.Reason)
	s.e.opt.Log.Warn("meeting left alone", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "meeting",
		s.rec.MeetingID, "reason", d.Reason)
	return s.save("", "", func(tx *store.Tx) error {
		return errors.Join(s.wakeTwins(tx),
			tx.Journal(store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID,
				Title: s.rec.Title, Meeting: s.rec.MeetingID, Reason: d.Reason}))
	})
}

// closeButFormer closes the record, unless there are earlier meetings left that have to be cancelled.
func (s *settling) closeButFormer(reason string, with func(*store.Tx) error) error {
	if plan.FirstFormer(s.rec, s.c.Settings) < 0 {
		s.rec.Close(s.e.opt.Now(), reason)
	}
	return s.save("", "", with)
}

// close ends the record, leaving the meeting, if there is one, alone.
func (s *settling) close(reason string) error {
	s.rec.Close(s.e.opt.Now(), reason)
	return s.save("", "", s.wakeTwins)
}
