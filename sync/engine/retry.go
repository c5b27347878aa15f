package engine

import (
	"errors"
	"slices"
	"time"

	"zoomtag/store"
	"zoomtag/sync/plan"
)

// Again says what is tried again at once.
type Again struct {
	// Calendars are those whose events are meant.
	Calendars []string
	// Event, if set, says which of their events are meant.
	Event func(id, uid, title string) bool
	// Patient says that nobody knows of anything that was mended: a sign-in that was refused several times in a row is
	// not tried once more before its pause is over, unless it is another one by now; and what is held until the event
	// or the configuration changes is let be.
	Patient bool
}

// Retry has all that failed, and all that waits for somebody to mend something, be looked at now: people who have
// mended something do not wait for a pause that was meant for the fault. Only what a service itself has asked for
// stays: a Retry-After, the calls of a day that are used up. It returns how many events that are.
func (e *Engine) Retry(again Again) (events int, err error) {
	if err := e.loadRests(); err != nil {
		return 0, err
	}
	e.forgive(again)
	now := e.opt.Now()
	if e.store.Shared() {
		return e.retryOurs(again, now)
	}
	err = e.store.Update(func(tx *store.Tx) error {
		events = 0
		for _, name := range again.Calendars {
			n, err := again.wake(tx, name, now)
			if err != nil {
				return err
			}
			events += n
		}
		return nil
	})
	return events, err
}

// retryOurs is Retry where several workers share the state: of the calendars that are this worker's, each by itself, so
// that nobody waits for all of them.
func (e *Engine) retryOurs(again Again, now time.Time) (events int, err error) {
	records, problems, err := e.store.Holding()
	if err != nil {
		return 0, err
	}
	for _, name := range again.Calendars {
		// The fence would say so as well, and cost a journey for each.
		if empty := !records[name] && !problems[name]; empty || !e.store.Owns(name) {
			continue
		}
		n := 0
		err := e.store.UpdateFor(name, func(tx *store.Tx) (err error) {
			n, err = again.wake(tx, name, now)
			return err
		})
		if err != nil && !errors.Is(err, store.ErrFenced) { // whoever has it now knows what has failed in it
			return events, err
		}
		events += n
	}
	return events, nil
}

// forgive ends the pauses after refused sign-ins.
func (e *Engine) forgive(again Again) {
	calendars := make(map[string]bool, len(again.Calendars))
	for _, name := range again.Calendars {
		calendars[calendarKey(name)] = true
	}
	for key, rest := range e.rests() {
		isAccount := slices.ContainsFunc(e.opt.Accounts, func(a Account) bool { return key == accountKey(a.Hash) })
		tooOften := again.Patient && rest.Tries > fewRefusals
		ofThese := calendars[key] || isAccount
		if !rest.Refused || !ofThese || tooOften {
			continue
		}
		e.rest(key, false, func(before store.Rest) (store.Rest, bool) {
			before.Until = time.Time{} // how often it was refused is still known
			return before, true
		})
	}
}

// wake has the events of one calendar be due.
func (a *Again) wake(tx *store.Tx, name string, now time.Time) (n int, err error) {
	meant := func(id, uid, title string) bool { return a.Event == nil || a.Event(id, uid, title) }
	records, err := tx.Records(name)
	if err != nil {
		return 0, err
	}
	for _, rec := range records {
		free := !rec.Closed() && rec.Bound == ""
		if !free || !a.mayBeMended(rec, now) || !meant(rec.EventID, rec.UID, rec.Title) {
			continue
		}
		n++
		if rec.Due.IsZero() || rec.Due.After(now) {
			if err := tx.SetDue(name, rec.EventID, now); err != nil {
				return n, err
			}
		}
	}
	problems, err := tx.Problems(name)
	if err != nil {
		return n, err
	}
	for _, p := range problems {
		mayBeMended := p.Unread || !a.Patient
		if !mayBeMended || !meant(p.ID, p.UID, p.Title) {
			continue
		}
		n++
		if err := tx.SetDue(name, p.ID, now); err != nil {
			return n, err
		}
	}
	return n, nil
}

// mayBeMended reports whether an event waits for something that somebody may have mended.
func (a *Again) mayBeMended(rec *store.Record, now time.Time) bool {
	// for a host's plan or settings; the rest shows by itself when it changes
	if rec.State == plan.Held && rec.Error == "" && a.Patient {
		return !rec.Due.IsZero() && !rec.Due.After(now.Add(heldPause))
	}
	if rec.Error != "" || rec.Tries > 0 {
		return true
	}
	return rec.State == plan.Failed || rec.State == plan.Held || rec.State == plan.Doubt
}
