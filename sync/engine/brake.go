package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// The brake: when more than brakeCount remembered events and more than a third of them are gone at once, or the whole
// calendar is suddenly empty, or it is another calendar than before, nothing is concluded from it. It is the same
// whether the service says that they were deleted or leaves them out: a client that has lost its own copy deletes them
// one after the other, and no service can tell that from a person.
//
// What a person deletes one by one does not add up: an event that has vanished alone, none other within alone of it,
// does not count.
const (
	brakeCount = 5
	alone      = 30 * time.Second
)

// brake decides whether events that are missing may be believed to be gone. While it is on, the cursor stays where it
// is, so that the question comes up again in each pass, until the events are back or the owner releases the calendar.
func (p *pass) brake(ctx context.Context, st *store.CalendarState, changes calendar.Changes,
	known map[string]*store.Record) error {
	if st.Absent { // it can be seen again; what it now shows is judged afresh
		if err := p.unheld(st); err != nil {
			return err
		}
	}
	if p.leaving() { // all is to end
		return nil
	}
	m, err := p.missing(ctx, changes, known)
	if err != nil {
		return err
	}
	another := anotherThan(*st, changes)
	if m.unsaid, err = p.unsaid(ctx, *st, changes, m); err != nil {
		return err
	}
	empty, err := p.emptied(ctx, changes, m)
	if err != nil {
		return err
	}
	if m.many() && !another && !empty {
		if m.gone, err = p.notRenamed(ctx, changes, known, m.gone); err != nil {
			return err
		}
		m.count(p)
	}
	many := m.many()
	others := another && len(m.gone)+m.unread > 0
	trips := many || empty || others
	if !trips {
		if st.HeldAt.IsZero() && !st.Released {
			return nil
		}
		st.Released = false
		return p.unheld(st)
	}
	if st.Released {
		return p.letGo(st, m.gone)
	}
	p.seen.belief.another, p.seen.belief.braked = another, true
	why := heldReason(st, changes, m, another, empty)
	why.Text += "; nothing is cancelled"
	why.Cure = "if they were really deleted, run zoomtag release " + p.c.Name
	if another {
		why.Cure = "put the first calendar back; or, to end its meetings, run zoomtag release " + p.c.Name
	}
	return p.hold(st, why, another)
}

// unheld saves that the calendar is not held any more.
func (p *pass) unheld(st *store.CalendarState) error {
	p.e.opt.Log.Info("calendar no longer held", "calendar", p.c.Name)
	st.HeldAt = time.Time{}
	st.HeldReason, st.HeldCode, st.HeldCure = "", "", ""
	st.Absent, st.Another = false, false
	return p.putCalendar(*st)
}

// hold reports that the calendar is held, and saves it where that is news.
func (p *pass) hold(st *store.CalendarState, why store.Why, another bool) error {
	p.held(why)
	asSaved := store.Why{Code: st.HeldCode, Text: st.HeldReason, Cure: st.HeldCure}
	if !st.HeldAt.IsZero() && asSaved == why {
		return nil
	}
	p.e.warn("calendar held", "calendar", p.c.Name, "code", why.Code, "reason", words.Join(why.Text, why.Cure))
	st.HeldAt, st.Another = p.e.opt.Now(), another
	st.HeldReason, st.HeldCode, st.HeldCure = why.Text, why.Code, why.Cure
	return p.putCalendar(*st)
}

// held reports that the calendar is held.
func (p *pass) held(why store.Why) {
	p.report.Held, p.report.Reason = true, why.Text
	p.coded(reason.Code(why.Code), why.Cure)
}

// coded reports the code of what the report says of the calendar, and what mends it in this case, if that is known.
func (p *pass) coded(code reason.Code, cure string) {
	p.report.Code, p.report.Cure = code, code.CureOf(cure)
}

// heldReason says why the brake is on.
func heldReason(st *store.CalendarState, changes calendar.Changes, m missing, another, empty bool) store.Why {
	why := store.Why{Code: string(reason.Brake)}
	was := fmt.Sprintf("it is another calendar than before (%s, not %s), and ", changes.Source, st.Source)
	switch {
	case another && len(m.gone) == 0:
		why.Text = was + linked(m.unread) + " of that one could not be looked for in it"
	case another:
		why.Text = was + linked(len(m.gone)) + " of that one " + words.Are(len(m.gone)) + " not in it"
	case empty:
		why.Text = "the calendar is suddenly empty: " + linked(len(m.gone)) + " " + words.Are(len(m.gone)) + " missing"
	default:
		why.Text = fmt.Sprintf("%d of the %s %s missing at once", m.atOnce(), linked(m.open), words.Are(m.atOnce()))
		if m.unread > 0 {
			why.Text += fmt.Sprintf(", of which %d could not be looked for", m.unread)
		}
	}
	if another {
		why.Code = string(reason.OtherCalendar)
	}
	return why
}

// linked counts events with a link in words.
func linked(n int) string { return words.Count(n, "event") + " with a link" }

// missing is what a listing says, or does not say, of the open records of a calendar.
type missing struct {
	gone   []*store.Record // their events are gone, and nobody has let them go
	apart  []*store.Record // those of gone, but of a series and its dates that are gone together one alone
	mass   []*store.Record // those of apart that have not vanished alone
	unsaid bool            // of one of gone the service has not said that it was deleted
	unread int             // could not be asked for
	open   int             // all open records
}

// atOnce is how many events are gone at once, as far as anybody can tell: those that could not be asked for may be as
// well, and once the cursor has moved on nobody would count them together any more.
func (m *missing) atOnce() int {
	if m.unread > 0 {
		return len(m.apart) + m.unread
	}
	return len(m.mass)
}

// missing asks for each open record that the listing lacks or calls deleted, or that was found gone before, whether its
// event is gone.
func (p *pass) missing(ctx context.Context, changes calendar.Changes,
	known map[string]*store.Record) (m missing, err error) {
	doubtful, dates := map[string]bool{}, familyOf(known, nil)
	for i := range changes.List {
		ch := &changes.List[i]
		if ch.Missing || ch.Deleted {
			doubtful[ch.ID] = true
		}
		if !ch.Same {
			for _, id := range dates[ch.ID] {
				doubtful[id] = true
			}
		}
	}
	if changes.Full {
		for _, id := range unlisted(known, changes, p.e.opt.Now()) {
			doubtful[id] = true
		}
	}
	var ask []string
	for id, rec := range known {
		if rec.Closed() {
			continue
		}
		m.open++
		if !rec.Released && (rec.Gone || doubtful[id]) {
			ask = append(ask, id)
		}
	}
	slices.Sort(ask)
	for i, id := range ask {
		p.readAhead(ctx, ask[i:])
		_, err := p.read(ctx, id)
		switch {
		case errors.Is(err, calendar.ErrGone):
			m.gone = append(m.gone, known[id])
			m.unsaid = m.unsaid || !p.seen.deleted[p.goneAs(id)] && !known[id].Gone
		case err != nil && ctx.Err() != nil:
			return m, err
		case err != nil && !errors.Is(err, calendar.ErrMalformed) && !errors.Is(err, calendar.ErrIncomplete):
			m.unread++ // any other error is about this event alone, and says nothing
		}
	}
	m.count(p)
	return m, nil
}

// count counts what of gone goes together.
func (m *missing) count(p *pass) {
	m.apart = p.oneOfEach(m.gone)
	m.mass = notAlone(m.apart, p.e.opt.Now())
}

// many reports whether more events are gone at once than a person deletes.
func (m *missing) many() bool {
	lost := m.atOnce()
	return lost > brakeCount && lost*3 > m.open
}

// notRenamed are the records of events that are gone, but for those that are here under another id: files were given
// other names, or all was uploaded anew. Each of those takes its record over in this pass.
func (p *pass) notRenamed(ctx context.Context, changes calendar.Changes, known map[string]*store.Record,
	gone []*store.Record) ([]*store.Record, error) {
	here := map[string]*calendar.Event{} // by UID
	for i := range changes.List {
		ch := &changes.List[i]
		hasOwn := known[ch.ID] != nil && !known[ch.ID].Closed()
		if stands := !ch.Missing && !ch.Deleted; hasOwn || !stands || ch.Plain {
			continue
		}
		ev := ch.Event
		if ev == nil {
			var err error
			if ev, err = p.read(ctx, ch.ID); err != nil && ctx.Err() != nil {
				return nil, err
			} else if err != nil {
				continue // it says nothing of itself, and is told of when its turn comes
			}
		}
		here[ev.UID] = ev
	}
	return slices.DeleteFunc(gone, func(rec *store.Record) bool {
		if here[rec.UID] != nil {
			return true
		}
		series, date, _ := calendar.CutDate(rec.EventID)
		uid, _, isDate := calendar.CutDate(rec.UID)
		if whole := here[uid]; isDate && whole != nil && whole.ID != series {
			_, stands := whole.Date(date)
			return stands
		}
		return false
	}), nil
}

// goneAs is the item that somebody has deleted where an item is gone: for a date of a series that is gone, the series.
func (p *pass) goneAs(id string) string {
	if series, _, isDate := calendar.CutDate(id); isDate && p.seen.absent[series] {
		return series
	}
	return id
}

// oneOfEach are the records of items that are gone, of a series and its dates that are gone together one.
func (p *pass) oneOfEach(gone []*store.Record) (list []*store.Record) {
	seen := map[string]bool{}
	for _, rec := range gone {
		if as := p.goneAs(rec.EventID); !seen[as] {
			seen[as] = true
			list = append(list, rec)
		}
	}
	return list
}

// notAlone are those of gone that have not vanished by themselves.
func notAlone(gone []*store.Record, now time.Time) (mass []*store.Record) {
	vanished := func(rec *store.Record) time.Time {
		if rec.Gone && !rec.EndingAt.IsZero() && rec.EndingAt.Before(now) {
			return rec.EndingAt
		}
		return now
	}
	gone = slices.SortedFunc(slices.Values(gone),
		func(a, b *store.Record) int { return vanished(a).Compare(vanished(b)) })
	for i, rec := range gone {
		after := i > 0 && vanished(rec).Sub(vanished(gone[i-1])) <= alone
		before := i+1 < len(gone) && vanished(gone[i+1]).Sub(vanished(rec)) <= alone
		if after || before {
			mass = append(mass, rec)
		}
	}
	return mass
}

// unsaid reports whether the service has not said of an event that is gone that it was deleted. A plan lists the whole
// calendar, which does not tell: where it makes a difference, it asks for what a pass would ask for.
func (p *pass) unsaid(ctx context.Context, st store.CalendarState, changes calendar.Changes, m missing) (bool, error) {
	matters := m.unsaid && len(m.apart) == 1 && changes.Total == 0
	if !p.mode.dry || !matters || p.cursor(st, false) == "" {
		return m.unsaid, nil
	}
	news, err := p.outside.source.Changes(ctx, st.Cursor)
	if errors.Is(err, calendar.ErrCursor) {
		return true, nil
	}
	p.heed(err)
	if err != nil {
		return true, fmt.Errorf("calendar %s could not be read: %w", p.c.Name, err)
	}
	i := slices.IndexFunc(news.List, func(ch calendar.Change) bool { return ch.ID == p.goneAs(m.gone[0].EventID) })
	if i < 0 {
		return news.Total >= 0, nil // of what is not among the news a pass notices nothing: it was told of that before
	}
	return !news.List[i].Deleted, nil
}

// emptied reports whether the whole calendar is empty, which it was not before the grace period. A single event that
// the service itself calls deleted is no such thing. Where a list of changes does not tell how many items there are,
// and all that have a link are gone, all are listed once.
func (p *pass) emptied(ctx context.Context, changes calendar.Changes, m missing) (bool, error) {
	if len(m.gone) == 0 || len(m.apart) < 2 && !m.unsaid {
		return false, nil
	}
	if changes.Total < 0 && len(m.gone) == m.open {
		whole, err := p.outside.source.Changes(ctx, "")
		p.heed(err)
		if err != nil {
			return false, fmt.Errorf("calendar %s could not be read: %w", p.c.Name, err)
		}
		changes = whole
	}
	return changes.Total == 0, nil
}

// letGo lifts the brake after the owner's release: from here on these events are gone.
func (p *pass) letGo(st *store.CalendarState, gone []*store.Record) error {
	st.HeldAt = time.Time{}
	st.HeldReason, st.HeldCode, st.HeldCure = "", "", ""
	st.Released = false
	st.Another = false
	if p.mode.dry {
		return nil
	}
	return p.commit(func(tx *store.Tx) error {
		for _, rec := range gone {
			if _, err := p.e.release(tx, rec.Calendar, rec.EventID); err != nil {
				return err
			}
		}
		return tx.PutCalendar(p.c.Name, *st)
	})
}

// release lets one event go, if it is still remembered, and reports whether it was waiting for that.
func (e *Engine) release(tx *store.Tx, calendar, id string) (waited bool, err error) {
	rec, err := tx.Record(calendar, id)
	if err != nil || rec == nil || rec.Closed() {
		return false, err
	}
	abandoned := e.calendars[calendar].Settings.Abandons(rec)
	if rec.Released && rec.Abandoned == abandoned {
		return false, nil
	}
	rec.Released, rec.Abandoned, rec.Due = true, abandoned, e.opt.Now()
	return true, tx.PutRecord(rec)
}

func (p *pass) putCalendar(st store.CalendarState) error {
	if p.mode.dry {
		return nil
	}
	return p.commit(func(tx *store.Tx) error { return tx.PutCalendar(p.c.Name, st) })
}

// Release lets the next pass of a calendar go through its brake, and lets go the events that are held because only the
// configuration changed. It returns how many such events there are, and whether the calendar was held.
func (e *Engine) Release(ctx context.Context, name string) (held bool, events int, err error) {
	c := e.calendars[name]
	if c == nil {
		return false, 0, fmt.Errorf("there is no calendar %q in the configuration", name)
	}
	ctx, leave, err := e.hold(ctx, name)
	if err != nil {
		return false, 0, err
	}
	defer leave()
	unlock, err := e.locks.lockAll(ctx, calendarLock(name))
	if err != nil {
		return false, 0, err
	}
	defer unlock()
	err = e.store.UpdateHeld(ctx, name, func(tx *store.Tx) error {
		st, err := tx.Calendar(name)
		if err != nil {
			return err
		}
		if held = st.Removal != ""; held {
			return takeBack(tx, name, st)
		}
		if st.Absent {
			return words.Mend(fmt.Errorf("calendar %s cannot be seen at the moment, so there is nothing to release: %s",
				name, st.HeldReason), st.HeldCure)
		}
		records, err := tx.Records(name)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if rec.State != plan.Held {
				continue
			}
			waited, err := e.release(tx, name, rec.EventID)
			if err != nil {
				return err
			}
			if waited {
				events++
			}
		}
		if held = !st.HeldAt.IsZero(); !held {
			return nil
		}
		st.Released = true
		return tx.PutCalendar(name, st)
	})
	if err != nil {
		return false, 0, err
	}
	return held, events, nil
}
