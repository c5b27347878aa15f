package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// runLocked runs a pass when no other one is at work on the calendar, of this engine or of one before it. Where the
// calendar was called otherwise until now, and a pass under that name is at work, it is run anew with both names
// locked: who holds one and waits for another may wait for somebody who does the same the other way round.
func (e *Engine) runLocked(ctx context.Context, c *Calendar, m mode) (Report, error) {
	if !m.dry {
		held, leave, err := e.hold(ctx, c.Name)
		if err != nil {
			return Report{}, err
		}
		defer leave()
		ctx = held
	}
	names := []string{c.Name}
	for {
		report, err := e.runHolding(ctx, names, c, m)
		var busy *formerBusy
		if !errors.As(err, &busy) {
			if err != nil && errors.Is(context.Cause(ctx), store.ErrFenced) {
				err = fmt.Errorf("calendar %s: %w: %w", c.Name, store.ErrFenced, err)
			}
			e.tellObserver(&report, m, err)
			return report, err
		}
		names = append(names, busy.name)
	}
}

// runHolding runs a pass that holds the locks of these names, of which the first is the calendar's.
func (e *Engine) runHolding(ctx context.Context, names []string, c *Calendar, m mode) (Report, error) {
	p, dry := e.newPass(c, m), m.dry
	p.outside.save = func(fn func(tx *store.Tx) error) error { return e.store.UpdateHeld(ctx, c.Name, fn) }
	wait, keys := ctx, make([]string, len(names))
	for i, name := range names {
		keys[i] = calendarLock(name)
	}
	if len(names) > 1 {
		var cancel func()
		wait, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}
	unlock, err := e.locks.lockAll(wait, keys...)
	switch {
	case err != nil && len(names) > 1 && ctx.Err() == nil:
		return p.concluded(ctx, reason.CalendarRenamed.Of(fmt.Errorf("calendar %s was called %s until now, and a pass "+
			"under that name has not ended: the next pass tries again (%w)", c.Name, names[len(names)-1], err)))
	case err != nil:
		return Report{}, err
	}
	defer unlock()
	began := time.Now()
	if err := e.loadRests(); err != nil {
		return Report{}, err
	}
	if !dry {
		if err := e.renewed(); err != nil {
			return Report{}, err
		}
	}
	p.mode.locked = names
	err = p.run(ctx)
	if !dry {
		e.alive(c.Name)
	}
	if !dry && e.opt.Passed != nil && err == nil {
		e.opt.Passed(ctx, c.Name)
	}
	p.report.Took = time.Since(began)
	return p.concluded(ctx, err)
}

// lockEvent keeps others from working on an event under the UID that it has, and under the one that it is remembered
// with.
func (p *pass) lockEvent(ctx context.Context, id string, ev *calendar.Event) (uids []string, unlock func(), err error) {
	if p.mode.dry {
		return nil, func() {}, nil
	}
	rec, err := p.record(id)
	if err != nil {
		return nil, nil, err
	}
	if rec != nil {
		uids = append(uids, rec.UID)
	}
	if ev != nil {
		uids = append(uids, ev.UID)
	}
	keys := make([]string, len(uids))
	for i, uid := range uids {
		keys[i] = eventLock(uid)
	}
	if unlock, err = p.e.locks.lockAll(ended(ctx), keys...); err != nil && len(p.writes.parked) > 0 {
		// Who waits holds nothing that others may wait for, and it may be this pass itself that has the event.
		if err := p.writeTogether(ctx); err != nil {
			return nil, nil, err
		}
		delete(p.seen.events, id)
		unlock, err = p.e.locks.lockAll(ended(ctx), keys...)
	}
	if err == nil || p.mode.impatient {
		return uids, unlock, err
	}
	wait, cancel := context.WithTimeout(ctx, maxPatience)
	defer cancel()
	unlock, err = p.e.locks.lockAll(wait, keys...)
	p.mode.impatient = err != nil
	delete(p.seen.events, id) // whoever was at work on it may have changed it
	return uids, unlock, err
}

// maxPatience is how long a pass waits for somebody who is at work on one of its events. After that it waits for nobody
// any more: one slow calendar must not hold up the others.
const maxPatience = 10 * time.Second

// ended is a context that has ended: with it a lock is taken if it is free.
func ended(ctx context.Context) context.Context {
	over, cancel := context.WithCancel(ctx)
	cancel()
	return over
}
