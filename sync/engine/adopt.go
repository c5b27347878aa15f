package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// markAt asks for the mark of the meeting that the event shows. An app may have dropped the mark from the event and
// kept the block: the meeting itself still knows whose it is. It is asked for first where a new one would be made, and
// then in every other account, of which one that does not let it be read does not have it. "" is a meeting that is not
// the event's.
func (s *settling) markAt(ctx context.Context, d plan.Decision) (mark string, err error) {
	order := slices.Clone(s.outside.accounts)
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
		missing := errors.Is(e, meeting.ErrGone) || errors.Is(e, meeting.ErrNotFound)
		none := missing || !first && isForbidden(e)
		switch {
		case e == nil && s.isOurs(m.Mark, s.ev.UID) && s.keeper(m.Mark).Hash == account.Hash:
			return m.Mark, nil
		case e != nil && !none:
			err = fmt.Errorf("the meeting that the event shows could not be read: %w", e)
		}
	}
	return "", err
}

// find looks for the meeting that carries mark in the mark's account, by the shortcut of the id that the event shows if
// there is one.
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
	return meetings.Find(ctx, host, meeting.Mark(mark))
}

// seek ends the doubt about a create: the meeting is found and adopted, or known not to exist.
func (s *settling) seek(ctx context.Context, d plan.Decision) error {
	m, err := s.find(ctx, s.rec.Host, s.rec.Mark, d.LinkID)
	if errors.Is(err, meeting.ErrNotFound) {
		if until := s.settledAt(s.rec.DoubtAt); s.e.opt.Now().Before(until) {
			return &waiting{state: plan.Doubt, until: until,
				why: reason.AnswerLost.Because("it is not known yet whether the last call made the meeting: it is " +
					"looked for once more")}
		}
		if d.Account != "" && s.ev.Link.Mark == s.rec.Mark {
			// Everybody who follows the event sees this mark. Two that know nothing of each other would make two
			// meetings under it, which nobody could tell apart.
			return s.anew(d.Account)
		}
		s.rec.Certain()
		return s.save("", "", nil)
	}
	if err != nil {
		return fmt.Errorf("the meeting could not be looked for: %w", err)
	}
	s.adopt(m)
	return s.saved("adopt", d.Reason)
}

// adopt takes a meeting that was found as that of the record. What it was told is not known.
func (s *settling) adopt(m meeting.Meeting) { s.rec.Adopt(m, s.mine().Room, s.e.opt.Now()) }

// switchTo adopts the meeting whose mark the event carries instead of the record's, if it exists.
func (s *settling) switchTo(ctx context.Context, d plan.Decision) error {
	host := s.rec.Host
	if account := s.keeper(d.Mark).Hash; account != s.mine().Hash { // a host of one account is none of another
		host = s.c.Settings.HostIn(account)
	}
	m, err := s.find(ctx, host, d.Mark, d.LinkID)
	if errors.Is(err, meeting.ErrNotFound) {
		s.work.dismissed, s.rec.Rival = d.Mark, ""
		return nil
	}
	if err != nil {
		return fmt.Errorf("the meeting that the event shows could not be looked for: %w", err)
	}
	s.depose()
	s.rec.Switch(d.Mark, host, s.ev.Link.Mark == d.Mark)
	s.adopt(m)
	return s.saved("adopt", "the event carries the mark of another meeting of ours")
}

// rehouse gives the event a mark of the room that is configured now. The one that it had is nobody's to cancel.
func (s *settling) rehouse(d plan.Decision) error {
	mark, err := s.newMark(s.rec.UID, d.Account)
	if err != nil {
		return err
	}
	s.rec.Retire(mark)
	return s.save("", "another personal room is configured: the event gets its link", nil)
}

// depose notes that the record's meeting, if it has one, is not the event's any more. It was made for this event alone
// and nothing shows it: it is cancelled. One that is only perhaps made is looked for by its mark first.
func (s *settling) depose() {
	if s.rec.MeetingID == 0 && s.rec.Doubt != plan.DoubtCreate || s.mine().Room {
		return
	}
	s.rec.Depose(s.e.opt.Now())
}

// bringBack has a meeting that we have cancelled be what it was. Where that is not to be had, the event gets a new one,
// with a new mark: the old one may still be brought back by its owner.
func (s *settling) bringBack(ctx context.Context, d plan.Decision) error {
	id := s.rec.CancelledID
	recoverer, ok := s.mine().Meetings.(meeting.Recoverer)
	if !ok {
		return s.anew(d.Account)
	}
	s.rec.Doubtful(plan.DoubtCreate, s.e.opt.Now())
	if err := s.save("", "", nil); err != nil {
		return err
	}
	m, err := recoverer.Recover(ctx, id)
	var throttled *meeting.Throttled
	switch {
	case err == nil && (m.Mark == s.rec.Mark || m.Mark == ""):
		// its owner may have taken the mark out; it is the one that we cancelled
		s.adopt(m)
		return s.saved("adopt", "the meeting that was cancelled is brought back")
	case errors.As(err, &throttled), errors.Is(err, meeting.ErrNotSent):
		s.rec.Certain()
		return s.hushed(s.rec.Host, fmt.Errorf("the meeting could not be brought back: %w", err))
	case err == nil, meeting.Refused(err):
		return s.anew(d.Account)
	}
	return fmt.Errorf("the meeting could not be brought back: %w", err)
}

// anew goes on as if there had been no meeting, in an account.
func (s *settling) anew(account string) error {
	mark, err := s.newMark(s.rec.UID, account)
	if err != nil {
		return err
	}
	s.rec.Fresh(mark)
	return s.save("", "", nil)
}

// probe asks again about a meeting that Zoom said is gone, or that we may have cancelled.
func (s *settling) probe(ctx context.Context, d plan.Decision) error {
	m, err := s.mine().Meetings.Get(ctx, s.rec.MeetingID)
	switch {
	case err == nil:
		s.rec.Found(m, s.e.opt.Now())
		return s.save("", "", nil)
	case !errors.Is(err, meeting.ErrGone):
		return fmt.Errorf("the meeting could not be read: %w", err)
	case s.rec.LostAt.IsZero():
		s.rec.Lost(s.e.opt.Now())
		return s.save("", "", nil)
	case s.rec.Doubt == plan.DoubtCancel:
		return s.cancelledAfterAll()
	}
	mark, err := s.newMark(s.rec.UID, d.Account)
	if err != nil {
		return err
	}
	s.rec.Replace(mark)
	return s.save("", "the meeting was deleted or has expired at Zoom while its event stands: a new one is made", nil)
}

// cancelledAfterAll notes that a cancellation of which nobody knew has taken effect. The event is wanted again: its
// meeting is brought back.
func (s *settling) cancelledAfterAll() error {
	id, now := s.rec.MeetingID, s.e.opt.Now()
	s.rec.Cancelled(now)
	s.story.steps = append(s.story.steps, "cancel")
	return s.save("", "", func(tx *store.Tx) error {
		return tx.Journal(store.Entry{At: now, Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID, Title: s.rec.Title,
			Step:    "cancel",
			Meeting: id, Reason: "the answer to an earlier call was lost, and the meeting is gone"})
	})
}

// isForbidden reports whether Zoom refuses what was asked for, which trying again does not change.
func isForbidden(err error) bool {
	return errors.Is(err, meeting.ErrDenied) || errors.Is(err, meeting.ErrInvalid)
}

// used notes whether the meeting, as it was just read, has been held since it was read before, or is being held.
func (s *settling) used(m *meeting.Meeting, i *meeting.Inspection) {
	before := s.rec.Meeting.Instance
	held := before != "" && m.Instance != before
	running := i != nil && i.Running
	if s.rec.UsedAt.IsZero() || held || running {
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
	s.rec.Retire(mark)
	unstarted := fmt.Sprintf("nobody has started the meeting for %d days, and Zoom lets it expire after 365: a new one "+
		"is made", unused)
	s.e.opt.Log.Info("renew", "calendar", s.c.Name, "event", s.id, "title", s.rec.Title, "reason", unstarted)
	return s.save("", unstarted, nil)
}
