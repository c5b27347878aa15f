package engine

import (
	"errors"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
)

// heartbeat is how often a pass that changes nothing may still save that it was there.
const heartbeat = time.Hour

// finish saves what is left at the end of a pass: the ids that turned out to be nothing of ours, the cursor behind our own
// writes, and now and then that the calendar was read.
func (p *pass) finish(st store.CalendarState) error {
	now := p.e.opt.Now()
	p.e.mu.Lock()
	p.e.passed[p.c.Name] = now
	p.e.mu.Unlock()
	if p.dry {
		return nil
	}
	cursor := st.Cursor
	if echoer, ok := p.c.Source.(calendar.Echoer); ok && p.wrote && !p.braked {
		cursor = echoer.Echoed(st.Cursor)
	}
	if len(p.clear)+len(p.rest)+len(p.later) == 0 && cursor == st.Cursor && st.LastError == "" && now.Sub(st.LastSuccess) < heartbeat {
		return nil
	}
	current, err := p.e.store.Calendar(p.c.Name)
	if err != nil {
		return err
	}
	problems, err := p.problems()
	if err != nil {
		return err
	}
	return p.e.store.Update(func(tx *store.Tx) error {
		if err := p.keepRemarks(tx, problems); err != nil {
			return err
		}
		for id := range problems {
			if slices.ContainsFunc(p.held, func(held store.Problem) bool { return held.ID == id }) {
				continue
			}
			_, settled := p.rest[id]
			_, waits := p.later[id]
			if settled || waits || slices.Contains(p.clear, id) {
				if err := tx.DeleteProblem(p.c.Name, id); err != nil {
					return err
				}
			}
		}
		for _, id := range p.clear {
			if err := tx.ClearDue(p.c.Name, id); err != nil {
				return err
			}
		}
		for id, at := range p.later {
			if err := tx.SetDue(p.c.Name, id, at); err != nil {
				return err
			}
		}
		for _, rec := range p.rest {
			if err := p.putIfOurs(tx, rec); err != nil && !errors.Is(err, errTakenOver) {
				return err
			}
			if !p.e.opt.Invites {
				continue
			}
			if err := tx.QueueInvite(rec.Calendar, rec.EventID); err != nil {
				return err
			}
		}
		current.Cursor, current.LastSuccess, current.LastError, current.LastErrorAt = cursor, now, "", time.Time{}
		return tx.PutCalendar(p.c.Name, current)
	})
}

// keepRemarks saves what is held back, and the remarks of the pass. Each reason gets into the journal once.
func (p *pass) keepRemarks(tx *store.Tx, problems map[string]store.Problem) error {
	now := p.e.opt.Now()
	for _, held := range p.held {
		before, known := problems[held.ID]
		held.Since = since(problems, held.ID, now)
		if known && before == held {
			continue
		}
		if err := tx.PutProblem(p.c.Name, held); err != nil {
			return err
		}
		if !known || before.Reason != held.Reason {
			p.e.opt.Log.Warn("event held", "calendar", p.c.Name, "event", held.ID, "title", held.Title, "reason", held.Reason)
			p.remarks = append(p.remarks, store.Entry{At: now, Calendar: p.c.Name, EventID: held.ID, Title: held.Title, Reason: "held: " + held.Reason})
		}
	}
	for _, remark := range p.remarks {
		if err := tx.Journal(remark); err != nil {
			return err
		}
	}
	return nil
}

// errTakenOver: the record of an event was taken over by another calendar's pass, because the event was moved there.
var errTakenOver = errors.New("the event was moved to another calendar")

// putIfOurs saves a record unless it was taken over since it was loaded.
func (p *pass) putIfOurs(tx *store.Tx, rec *store.Record) error {
	if p.loaded[rec.EventID] {
		now, err := tx.Record(rec.Calendar, rec.EventID)
		if err != nil {
			return err
		}
		if now == nil {
			return errTakenOver
		}
	}
	return tx.PutRecord(rec)
}

// noteFailure saves why the calendar could not be read, once for each reason.
func (p *pass) noteFailure(cause error) error {
	if p.dry {
		return nil
	}
	st, err := p.e.store.Calendar(p.c.Name)
	if err != nil || st.LastError == cause.Error() {
		return err
	}
	p.e.opt.Log.Warn("calendar failed", "calendar", p.c.Name, "reason", cause.Error())
	st.LastError, st.LastErrorAt = cause.Error(), p.e.opt.Now()
	if errors.Is(cause, calendar.ErrAbsent) {
		// A release that was given before was for what could be seen then.
		st.HeldAt, st.HeldReason, st.Absent, st.Released = p.e.opt.Now(), cause.Error(), true, false
	}
	return p.e.store.Update(func(tx *store.Tx) error { return tx.PutCalendar(p.c.Name, st) })
}
