package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// The brake: when more than brakeCount remembered events and more than a third of them are missing at once, or the whole
// calendar is suddenly empty, or it is another calendar than before, nothing is concluded from it.
const brakeCount = 5

// brake decides whether events that are missing may be believed to be gone. While it is on, the cursor stays where it is,
// so that the question comes up again in each pass, until the events are back or the owner releases the calendar.
func (p *pass) brake(ctx context.Context, st *store.CalendarState, changes calendar.Changes, known map[string]*store.Record) error {
	if st.Absent { // it can be seen again; what it now shows is judged afresh
		p.e.opt.Log.Info("calendar no longer held", "calendar", p.c.Name)
		st.HeldAt, st.HeldReason, st.Absent, st.Another = time.Time{}, "", false, false
		if err := p.putCalendar(*st); err != nil {
			return err
		}
	}
	gone, unread, open, err := p.countGone(ctx, changes, known)
	if err != nil {
		return err
	}
	another := anotherThan(*st, changes)
	trips := len(gone) > brakeCount && len(gone)*3 > open || (changes.Total == 0 || another) && len(gone) > 0 ||
		another && unread > 0 // perhaps gone; once the new name is remembered nobody would ask
	if !trips {
		if st.HeldAt.IsZero() && !st.Released {
			return nil
		}
		p.e.opt.Log.Info("calendar no longer held", "calendar", p.c.Name)
		st.HeldAt, st.HeldReason, st.Released, st.Another = time.Time{}, "", false, false
		return p.putCalendar(*st)
	}
	if st.Released {
		return p.letGo(st, gone)
	}
	reason := fmt.Sprintf("%d of the %d events with a link are missing at once", len(gone), open)
	if changes.Total == 0 {
		reason = fmt.Sprintf("the calendar is suddenly empty: %d events with a link are missing", len(gone))
	}
	if p.another = another; another {
		reason = fmt.Sprintf("it is another calendar than before (%s, not %s), and %d events with a link that were in that one are not in it", changes.Source, st.Source, len(gone))
		if len(gone) == 0 {
			reason = fmt.Sprintf("it is another calendar than before (%s, not %s), and %d events with a link that were in that one could not be looked for in it", changes.Source, st.Source, unread)
		}
	}
	reason += "; nothing is cancelled. If they were really deleted: zoomtag release " + p.c.Name
	p.braked, p.report.Held, p.report.Reason = true, true, reason
	if !st.HeldAt.IsZero() && st.HeldReason == reason {
		return nil
	}
	p.e.opt.Log.Warn("calendar held", "calendar", p.c.Name, "reason", reason)
	st.HeldAt, st.HeldReason, st.Another = p.e.opt.Now(), reason, another
	return p.putCalendar(*st)
}

// countGone asks for each open record that the listing lacks, or that was found gone before, whether its event is gone. What
// the service itself named as deleted is proof and does not count. unread is how many could not be asked for.
func (p *pass) countGone(ctx context.Context, changes calendar.Changes, known map[string]*store.Record) (gone []*store.Record, unread, open int, err error) {
	doubtful := map[string]bool{}
	for i := range changes.List {
		if changes.List[i].Missing {
			doubtful[changes.List[i].ID] = true
		}
	}
	if changes.Full {
		for _, id := range unlisted(known, changes) {
			doubtful[id] = true
		}
	}
	var ask []string
	for id, rec := range known {
		if rec.Closed() {
			continue
		}
		open++
		if !rec.Released && (rec.Gone || doubtful[id]) {
			ask = append(ask, id)
		}
	}
	for i, id := range ask {
		p.readAhead(ctx, ask[i:])
		_, err := p.read(ctx, id)
		switch {
		case errors.Is(err, calendar.ErrGone):
			gone = append(gone, known[id])
		case err != nil && ctx.Err() != nil:
			return nil, 0, 0, err
		case err != nil && !errors.Is(err, calendar.ErrMalformed) && !errors.Is(err, calendar.ErrIncomplete):
			unread++ // any other error is about this event alone, and says nothing
		}
	}
	return gone, unread, open, nil
}

// letGo lifts the brake after the owner's release: from here on these events are gone.
func (p *pass) letGo(st *store.CalendarState, gone []*store.Record) error {
	st.HeldAt, st.HeldReason, st.Released, st.Another = time.Time{}, "", false, false
	if p.dry {
		return nil
	}
	return p.e.store.Update(func(tx *store.Tx) error {
		for _, rec := range gone {
			rec.Released, rec.Due = true, p.e.opt.Now()
			if err := tx.PutRecord(rec); err != nil {
				return err
			}
		}
		return tx.PutCalendar(p.c.Name, *st)
	})
}

func (p *pass) putCalendar(st store.CalendarState) error {
	if p.dry {
		return nil
	}
	return p.e.store.Update(func(tx *store.Tx) error { return tx.PutCalendar(p.c.Name, st) })
}

// Release lets the next pass of a calendar go through its brake, and lets go the events that are held because only the
// configuration changed. It returns how many such events there are, and whether the calendar was held.
func (e *Engine) Release(name string) (held bool, events int, err error) {
	c := e.calendars[name]
	if c == nil {
		return false, 0, fmt.Errorf("there is no calendar %q in the configuration", name)
	}
	e.running[name].Lock()
	defer e.running[name].Unlock()
	st, err := e.store.Calendar(name)
	if err != nil {
		return false, 0, err
	}
	records, err := e.store.Records(name)
	if err != nil {
		return false, 0, err
	}
	if st.Absent {
		return false, 0, fmt.Errorf("calendar %s cannot be seen at the moment, so there is nothing to release: %s", name, st.HeldReason)
	}
	held = !st.HeldAt.IsZero()
	err = e.store.Update(func(tx *store.Tx) error {
		for _, rec := range records {
			if rec.Closed() || rec.State != plan.Held || rec.Released {
				continue
			}
			events++
			rec.Released, rec.Due = true, e.opt.Now()
			if err := tx.PutRecord(rec); err != nil {
				return err
			}
		}
		if !held {
			return nil
		}
		st.Released = true
		return tx.PutCalendar(name, st)
	})
	return held, events, err
}
