package engine

import (
	"context"
	"time"

	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Removal: zoomtag leaves a calendar. That is saved before anything is done, so that any pass goes on with it, whoever
// makes it, until no event shows a link of ours and no record is open. Then the calendar is not read any more: the tags
// are still in its events, and would ask for new links. Release takes the removal back, at any time.

// Remove has zoomtag leave a calendar, and makes a pass that begins with it.
func (e *Engine) Remove(ctx context.Context, name string, removal plan.Removal) (Report, error) {
	if e.calendars[name] == nil {
		return e.runNamed(ctx, name, false)
	}
	if err := e.beginRemoval(ctx, name, removal); err != nil {
		return Report{}, err
	}
	return e.runNamed(ctx, name, false)
}

// PlanRemoval tells what Remove would do, and changes nothing.
func (e *Engine) PlanRemoval(ctx context.Context, name string, removal plan.Removal) (Report, error) {
	c := e.calendars[name]
	if c == nil {
		return e.runNamed(ctx, name, true)
	}
	return e.runLocked(ctx, c.leaving(removal), mode{dry: true})
}

// leaving is the calendar as one that zoomtag leaves.
func (c *Calendar) leaving(removal plan.Removal) *Calendar {
	left, settings := *c, *c.Settings
	settings.Removal = removal
	left.Settings = &settings
	return &left
}

// beginRemoval saves that zoomtag leaves a calendar, once nobody is at work in it. One that it has left before is
// looked through again.
func (e *Engine) beginRemoval(ctx context.Context, name string, removal plan.Removal) error {
	ctx, leave, err := e.hold(ctx, name)
	if err != nil {
		return err
	}
	defer leave()
	unlock, err := e.locks.lockAll(ctx, calendarLock(name))
	if err != nil {
		return err
	}
	defer unlock()
	return e.store.UpdateHeld(ctx, name, func(tx *store.Tx) error {
		st, err := tx.Calendar(name)
		if err != nil {
			return err
		}
		st.Removal, st.RemovedAt = removal, time.Time{}
		st.HeldAt, st.Released = time.Time{}, false
		st.HeldReason, st.HeldCode, st.HeldCure = "", "", "" // what is missing is to end as well
		return tx.PutCalendar(name, st)
	})
}

// leaves has the pass take zoomtag out of the calendar, where its state says so. It is over where that was done before.
func (p *pass) leaves(st store.CalendarState) (over bool, err error) {
	if p.leaving() || st.Removal == "" {
		return false, nil
	}
	p.c = p.c.leaving(st.Removal)
	if st.RemovedAt.IsZero() {
		return false, nil
	}
	p.report.Removed = true
	p.held(said(Removed(p.c.Name)))
	if p.mode.dry {
		return true, nil
	}
	due, err := p.e.store.Due(p.c.Name, p.e.opt.Now(), 1)
	if err != nil {
		return true, err
	}
	if len(due) > 0 { // an event was asked for by hand
		err := p.commit(func(tx *store.Tx) error { return forgetDue(tx, p.c.Name) })
		if err != nil {
			return true, err
		}
	}
	return true, p.finish(st)
}

// stays reports whether nothing is done in the calendar, and says why.
func (p *pass) stays() bool {
	why := p.c.Away
	if why == nil || p.leaving() {
		return false
	}
	p.held(said(*why))
	return true
}

// leaving reports whether the pass takes zoomtag out of the calendar.
func (p *pass) leaving() bool { return p.c.Settings.Removal != "" }

// Removed tells people what becomes of a calendar that zoomtag has left.
func Removed(name string) reason.Reason {
	return reason.Removed.Because("zoomtag was removed from it").Mend("take it out of the configuration, or have it " +
		"watched again with zoomtag release " + name)
}

// Removing tells people what becomes of a calendar that zoomtag is about to leave.
func Removing(name string) reason.Reason {
	return reason.Removing.Because("zoomtag is being removed from it, which goes on with each pass").
		Mend("to have it watched again, run zoomtag release " + name)
}

// said is a reason as the store has it.
func said(why reason.Reason) store.Why {
	return store.Why{Code: string(why.Code()), Text: why.Plain(), Cure: why.Cure()}
}

// alsoEnded are the closed records that a whole list does not name: an event that is over may still show its link.
func (p *pass) alsoEnded(known map[string]*store.Record, listed map[string]bool) (ids []string) {
	if !p.leaving() {
		return nil
	}
	for id, rec := range known {
		if rec.Closed() && rec.JoinURL != "" && !listed[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// perhapsRemoved notes, at the end of a pass that leaves the calendar, that nothing is left to do there, or how much
// is.
func (p *pass) perhapsRemoved(tx *store.Tx, st *store.CalendarState) error {
	if !p.leaving() || !st.RemovedAt.IsZero() {
		return nil
	}
	now := p.e.opt.Now()
	left, err := p.stillOurs(tx, now)
	if err != nil {
		return err
	}
	if left || p.report.Failed() || p.report.Unfinished != "" {
		p.held(said(Removing(p.c.Name)))
		return nil
	}
	st.RemovedAt = now
	p.report.Removed = true
	p.e.opt.Log.Info("zoomtag was removed from a calendar", "calendar", p.c.Name)
	problems, err := tx.Problems(p.c.Name)
	if err != nil {
		return err
	}
	for _, problem := range problems {
		if err := tx.DeleteProblem(p.c.Name, problem.ID); err != nil {
			return err
		}
	}
	if err := forgetDue(tx, p.c.Name); err != nil {
		return err
	}
	return tx.Journal(store.Entry{At: now, Calendar: p.c.Name, Reason: "zoomtag was removed from the calendar"})
}

// stillOurs reports whether something in the calendar is still followed, or is still to be looked at.
func (p *pass) stillOurs(tx *store.Tx, now time.Time) (bool, error) {
	records, err := tx.Records(p.c.Name)
	if err != nil {
		return false, err
	}
	for _, rec := range records {
		if !rec.Closed() {
			return true, nil
		}
	}
	waiting, err := tx.Waiting(p.c.Name)
	if err != nil || len(waiting) == 0 {
		return false, err
	}
	return !waiting[0].Due.After(now.Add(aWhile)), nil
}

// forgetDue has nothing of a calendar be looked at any more.
func forgetDue(tx *store.Tx, name string) error {
	waiting, err := tx.Waiting(name)
	if err != nil {
		return err
	}
	for _, w := range waiting {
		if err := tx.ClearDue(name, w.ID); err != nil {
			return err
		}
	}
	return nil
}

// takeBack has a calendar be watched again that zoomtag has left, or was about to. All of it is read anew.
func takeBack(tx *store.Tx, name string, st store.CalendarState) error {
	st.Removal, st.RemovedAt, st.Cursor = "", time.Time{}, ""
	return tx.PutCalendar(name, st)
}
