package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// maxSteps bounds how often plan is asked for one event in one pass. The longest way there is takes half of it.
const maxSteps = 20

// settleAll settles what is due, and what becomes so meanwhile, and saves what was concluded.
func (p *pass) settleAll(ctx context.Context, due []string) error {
	for _, id := range due {
		p.seen.queue.ids[id] = true
	}
	for i := 0; i < len(due); i++ {
		if ctx.Err() != nil || p.pause(i, len(due)) {
			break
		}
		if p.e.opt.Progress != nil {
			p.e.opt.Progress(p.c.Name, i, len(due))
		}
		p.readAhead(ctx, due[i:])
		if err := p.settle(ctx, due[i]); err != nil {
			return err
		}
		due = append(due, p.queued()...)
		p.e.alive(p.c.Name)
		if err := p.writeInTime(ctx); err != nil {
			return err
		}
	}
	if err := p.writeTogether(ctx); err != nil {
		return err
	}
	if err := p.settleAgain(ctx); err != nil {
		return err
	}
	p.inOrder(due)
	return nil
}

// maxAnew bounds how often an event is settled anew because its record was changed meanwhile.
const maxAnew = 4

// settle does what is missing for one event. Only a fault of the store is returned: all else is noted with the event.
// Where somebody else has changed the record meanwhile, what was decided from the old one is not saved, and the event
// is settled anew.
func (p *pass) settle(ctx context.Context, id string) error { return p.settleFrom(ctx, id, 0) }

// settleFrom is settle for an event that was begun anew so often already.
func (p *pass) settleFrom(ctx context.Context, id string, anew int) error {
	for ; anew < maxAnew; anew++ {
		err := p.settleOnce(ctx, id, anew)
		if !errors.Is(err, store.ErrChanged) {
			return err
		}
		p.outdated(id, err)
	}
	return p.putOff(id)
}

// outdated drops what was concluded of an event from an old record.
func (p *pass) outdated(id string, err error) {
	p.e.opt.Log.Debug("settled anew", "calendar", p.c.Name, "event", id, "reason", err)
	delete(p.done.records, id)
}

// aWhile is when an event is looked at again that could not be worked on, because somebody else did.
const aWhile = 10 * time.Second

// putOff has an event looked at again in a while.
func (p *pass) putOff(id string) error {
	if p.mode.dry {
		return nil
	}
	return p.commit(func(tx *store.Tx) error {
		return tx.SetDue(p.c.Name, id, p.e.opt.Now().Add(aWhile))
	})
}

func (p *pass) settleOnce(ctx context.Context, id string, anew int) error {
	s := &settling{pass: p, id: id, work: work{anew: anew, left: maxSteps}}
	ev, unread := p.read(ctx, id)
	uids, unlock, err := p.lockEvent(ctx, id, ev)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // it stays due; the pass says that it was stopped
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return p.putOff(id)
	case err != nil:
		return err
	}
	s.claim.unlock = unlock
	defer s.letGo()
	if ev != nil && p.seen.events[id] == nil {
		ev, unread = p.read(ctx, id)
	}
	if err := s.load(); err != nil {
		return err
	}
	otherRecord := s.rec != nil && !slices.Contains(uids, s.rec.UID)
	otherEvent := ev != nil && !slices.Contains(uids, ev.UID)
	if !p.mode.dry && (otherRecord || otherEvent) {
		return store.ErrChanged // what is locked is not this event
	}
	if unread != nil && !errors.Is(unread, calendar.ErrGone) {
		return s.failRead(ctx, fmt.Errorf("the event could not be read: %w", unread))
	}
	if p.waitsForSeries(ev, s.rec) {
		p.seen.queue.ids[id] = false
		p.seen.queue.dates = append(p.seen.queue.dates, id)
		return nil
	}
	s.ev = ev
	s.story.before = s.ev
	if err := p.queueDates(ev); err != nil {
		return err
	}
	if err := s.kin(ctx); err != nil {
		return s.failRead(ctx, err)
	}
	return s.takeSteps(ctx)
}

// takeSteps does one missing thing after the other. Between two steps the pass may be asked to stop; a step itself is
// finished.
func (s *settling) takeSteps(ctx context.Context) error {
	p := s.pass
	steady, release := steadied(ctx)
	defer release()
	for ; s.work.left > 0; s.work.left-- {
		settings, err := s.settings(steady)
		if err != nil {
			return s.hostUnknown(err)
		}
		d := plan.Next(plan.Input{Now: p.e.opt.Now(), Event: s.ev, Rec: s.rec, Twin: s.twin,
			Braked: p.seen.belief.braked, Dismissed: s.work.dismissed, Untold: s.story.untold.err != nil,
			Looked: s.work.looked, Schedule: s.work.schedule, Settings: settings})
		open := s.rec != nil && !s.rec.Closed()
		if open && s.ev != nil && d.Do != plan.Close {
			s.note(d)
		}
		s.sight(d)
		if d.Do == plan.Nothing {
			return s.conclude(d)
		}
		if ctx.Err() != nil {
			return nil // it stays due; the pass says that it was stopped
		}
		var told *meeting.Spec
		if s.rec != nil {
			told = s.rec.Told
		}
		err = s.do(steady, d)
		if errors.Is(err, errParked) {
			s.park(d)
			return nil
		}
		if over, err := s.after(ctx, d, told, err); over {
			return err
		}
	}
	return s.fail(reason.Fault.Because("the event does not come to rest: this is a fault in zoomtag").Mend("please report it"),
		reason.Fault)
}

// after takes what has come of a step. It is over where nothing is to be done for the event any more in this pass, or
// an error is returned.
func (s *settling) after(ctx context.Context, d plan.Decision, told *meeting.Spec, err error) (over bool, _ error) {
	var wait *waiting
	switch {
	case s.goesOn(d, told, err):
		s.story.untold.step = d.Do
	case err == nil:
		s.work.looked = s.work.looked || d.Do == plan.Check
		err := s.reached(d.Do)
		return err != nil, err
	case errors.As(err, &wait):
		d.State, d.At = wait.state, wait.until
		d.Reason, d.Code, d.Cure = wait.why.Plain(), wait.why.Code(), wait.why.Cure()
		s.claim.bound = wait.bound
		return true, s.conclude(d)
	case errors.Is(err, calendar.ErrConflict) && !s.work.reread:
		if err := s.readAgain(ctx); err != nil {
			return true, s.failRead(ctx, err)
		}
	default:
		return true, s.fail(err, asks(d.Do))
	}
	return false, nil
}
