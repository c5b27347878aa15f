package engine

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// heartbeat is how often a pass that changes nothing may still save that it was there.
const heartbeat = time.Hour

// recent reports whether a time is not long ago, and not to come either.
func recent(last, now time.Time) bool {
	return now.Sub(last) < heartbeat && !last.After(now.Add(clockSlack))
}

// notePass notes that the calendar was read, where the database need not know: nothing but what people are shown rests
// on it.
func (p *pass) notePass(now time.Time) {
	if err := p.e.store.NotePass(p.c.Name, now); err != nil {
		p.e.opt.Log.Warn("the time of the pass could not be noted", "calendar", p.c.Name, "reason", err)
	}
}

// nothing reports whether a pass has concluded nothing of any event.
func (c *conclusions) nothing() bool {
	kept := len(c.clear) + len(c.records) + len(c.held) // wake comes with records
	return kept+len(c.others.later)+len(c.others.left) == 0
}

// ids are the events of which something is saved at the end of a pass.
func (c *conclusions) ids() []string {
	ids := slices.Concat(c.clear, c.others.left, c.others.wake)
	for id := range c.records {
		ids = append(ids, id)
	}
	for id := range c.others.later {
		ids = append(ids, id)
	}
	for _, held := range c.held {
		ids = append(ids, held.ID)
	}
	return ids
}

// soon is when the first of the events starts that a pass has looked at, as far as that is worth asking more often.
func (c *conclusions) soon(now time.Time) (start time.Time) {
	for _, rec := range c.records {
		until := rec.Start.Sub(now)
		near := until > 0 && until < soonest
		first := start.IsZero() || rec.Start.Before(start)
		if near && first && !rec.Closed() {
			start = rec.Start
		}
	}
	return start
}

// finish saves what is left at the end of a pass: the ids that turned out to be nothing of ours, the cursor behind our
// own writes, and now and then that the calendar was read.
func (p *pass) finish(st store.CalendarState) error {
	now := p.e.opt.Now()
	p.e.mu.Lock()
	p.e.seat(p.c.Name).passed = now
	delete(p.e.failed, p.c.Name)
	p.e.mu.Unlock()
	if p.mode.dry {
		return nil
	}
	cursor := st.Cursor
	if echoer, ok := p.c.Source.(calendar.Echoer); ok && p.writes.wrote && !p.seen.belief.braked {
		cursor = echoer.Echoed(st.Cursor)
	}
	asSaved := cursor == st.Cursor && st.LastError == "" && st.Unfinished == p.report.Unfinished
	leaves := p.leaving() && st.RemovedAt.IsZero()
	p.report.Stirred = p.report.Stirred || !p.done.nothing()
	p.report.Soon = p.done.soon(now)
	beats := p.report.Stirred && p.c.Pace.Max > 0
	saysNothing := p.done.nothing() && asSaved && !leaves
	if saysNothing && !beats && recent(st.LastSuccess, now) {
		p.notePass(now)
		return nil
	}
	problems, err := p.problems()
	if err != nil {
		return err
	}
	return p.commit(func(tx *store.Tx) error {
		if err := tx.Ahead(p.c.Name, p.done.ids()...); err != nil {
			return err
		}
		if err := p.keepRemarks(tx, problems); err != nil {
			return err
		}
		if err := p.dropProblems(tx, problems); err != nil {
			return err
		}
		if err := p.conclude(tx); err != nil {
			return err
		}
		current, err := tx.Calendar(p.c.Name)
		if err != nil {
			return err
		}
		if beats {
			current.Beat.Note(now, !current.LastSuccess.IsZero())
		}
		current.Cursor = cursor
		current.LastSuccess = now
		current.LastError, current.ErrorCode, current.ErrorCure = "", "", ""
		current.LastErrorAt = time.Time{}
		current.Provider, current.Unfinished = p.c.Provider, p.report.Unfinished
		if err := p.perhapsRemoved(tx, &current); err != nil {
			return err
		}
		return tx.PutCalendar(p.c.Name, current)
	})
}

// dropProblems forgets the problems of items that were settled.
func (p *pass) dropProblems(tx *store.Tx, problems map[string]store.Problem) error {
	for id := range problems {
		if slices.ContainsFunc(p.done.held, func(held store.Problem) bool { return held.ID == id }) {
			continue
		}
		if p.done.settled(id) {
			if err := tx.DeleteProblem(p.c.Name, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// settled reports whether something was concluded of an event, other than that it is held.
func (c *conclusions) settled(id string) bool {
	_, recorded := c.records[id]
	_, waits := c.others.later[id]
	if recorded || waits {
		return true
	}
	return slices.Contains(c.clear, id) || slices.Contains(c.others.left, id)
}

// conclude saves what was concluded of the events. A conclusion about a record that was changed meanwhile is dropped:
// whoever changed it has queued it.
func (p *pass) conclude(tx *store.Tx) error {
	for _, id := range p.done.clear {
		if err := tx.ClearDue(p.c.Name, id); err != nil {
			return err
		}
	}
	for id, at := range p.done.others.later {
		if err := tx.SetDue(p.c.Name, id, at); err != nil {
			return err
		}
	}
	for _, rec := range p.done.records {
		err := putRecord(tx, rec)
		if errors.Is(err, store.ErrChanged) {
			err = p.stayDue(tx, rec.EventID)
		}
		if err != nil {
			return err
		}
		if !p.e.opt.Invites {
			continue
		}
		if err := tx.QueueInvite(rec.Calendar, rec.EventID); err != nil {
			return err
		}
	}
	for _, id := range p.done.others.wake {
		if err := tx.SetDue(p.c.Name, id, p.e.opt.Now()); err != nil {
			return err
		}
	}
	for _, uid := range p.done.others.handOn {
		if err := tx.WakeTwins(uid, p.e.opt.Now()); err != nil {
			return err
		}
	}
	return nil
}

// stayDue has an event looked at again soon, if it is still remembered here.
func (p *pass) stayDue(tx *store.Tx, id string) error {
	rec, err := tx.Record(p.c.Name, id)
	if err != nil || rec == nil {
		return err
	}
	return tx.SetDue(p.c.Name, id, p.e.opt.Now())
}

// keepRemarks saves what is held back, and the remarks of the pass. Each reason gets into the journal once.
func (p *pass) keepRemarks(tx *store.Tx, problems map[string]store.Problem) error {
	now := p.e.opt.Now()
	for _, held := range p.done.held {
		before, known := problems[held.ID]
		held.Since = since(problems, held.ID, now)
		if known && before == held {
			continue
		}
		if err := tx.PutProblem(p.c.Name, held); err != nil {
			return err
		}
		if !known || before.Reason != held.Reason {
			if held.Reason != p.report.ReadOnly { // that was said of the calendar
				p.e.warn("event held", "calendar", p.c.Name, "event", held.ID, "title", held.Title, "code", held.Code,
					"reason", held.Reason)
			}
			p.done.remarks = append(p.done.remarks, store.Entry{At: now, Calendar: p.c.Name, EventID: held.ID,
				UID: held.UID, Title: held.Title, Reason: "held: " + held.Reason, Code: held.Code, Cure: held.Cure})
		}
	}
	for _, remark := range p.done.remarks {
		if err := tx.Journal(remark); err != nil {
			return err
		}
	}
	return nil
}

// putRecord saves a record. One that begins, or begins again, takes the UID: ErrChanged where another item has an open
// record of it by now. That is decided where it is saved, so that of two items with one UID only one can get a meeting.
func putRecord(tx *store.Tx, rec *store.Record) error {
	before, err := tx.Record(rec.Calendar, rec.EventID)
	if err != nil {
		return err
	}
	if !rec.Closed() && (before == nil || before.Closed()) {
		others, err := tx.ByUID(rec.UID)
		if err != nil {
			return err
		}
		for _, other := range others {
			if !other.Closed() {
				return fmt.Errorf("%w: %s in %s has the UID by now", store.ErrChanged, other.EventID, other.Calendar)
			}
		}
	}
	return tx.PutRecord(rec)
}

// noteFailure saves why the calendar could not be read, once for each reason.
func (p *pass) noteFailure(cause error) error {
	if p.mode.dry {
		return nil
	}
	now := p.e.opt.Now()
	st, err := p.e.store.Calendar(p.c.Name)
	if err != nil {
		return err
	}
	why := failed(cause, reason.CalendarFails)
	if p.e.isNews(p.c.Name, why.Text) { // once in each process, also where it has failed before
		p.e.opt.Log.Debug("calendar failed", "calendar", p.c.Name, "chain", cause.Error())
		p.e.warn("calendar failed", "calendar", p.c.Name, "code", why.Code, "reason",
			words.Join(why.Text, why.Cure))
	}
	if asSaved := (store.Why{Code: st.ErrorCode, Text: st.LastError, Cure: st.ErrorCure}); asSaved == why {
		return nil
	}
	return p.commit(func(tx *store.Tx) error {
		st, err := tx.Calendar(p.c.Name)
		if err != nil {
			return err
		}
		st.LastError, st.ErrorCode, st.ErrorCure = why.Text, why.Code, why.Cure
		st.LastErrorAt = now
		if errors.Is(cause, calendar.ErrAbsent) {
			// A release that was given before was for what could be seen then.
			st.HeldAt = now
			st.HeldReason, st.HeldCode, st.HeldCure = why.Text, why.Code, why.Cure
			st.Absent = true
			st.Released = false
		}
		return tx.PutCalendar(p.c.Name, st)
	})
}

// isNews reports whether a calendar has failed for another reason than the last time, as far as this process knows.
func (e *Engine) isNews(calendar, reason string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failed[calendar] == reason {
		return false
	}
	e.failed[calendar] = reason
	return true
}
