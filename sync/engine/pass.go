package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// pass is one pass over one calendar.
type pass struct {
	e   *Engine
	c   *Calendar
	dry bool // change nothing anywhere
	// talkative reports events that nothing was done to as well.
	talkative bool

	began     time.Time // by the machine's own clock
	source    calendar.Calendar
	accounts  []Account
	events    map[string]*calendar.Event // fresh from this pass
	ahead     map[string]bool            // ids that were asked for together with others
	absent    map[string]bool            // ids of which the calendar said in this pass that there is none
	braked    bool
	another   bool                     // it is braked because it is another calendar than before
	wrote     bool                     // a link was written
	locked    []string                 // the names of calendars whose locks it holds
	impatient bool                     // it waits for nobody any more
	clear     []string                 // ids that are nothing of ours
	left      []string                 // ids that are left to another item with their UID
	handOn    []string                 // UIDs whose items are no longer ours to write: another item may have its turn
	later     map[string]time.Time     // ids of which nothing is remembered yet, and when they are looked at again
	rest      map[string]*store.Record // what is concluded of the events, saved in one transaction at the end
	deleted   map[string]bool          // ids that the service itself named as deleted
	held      []store.Problem          // events that are held and have no record
	noted     map[string]store.Problem // the problems of the calendar as they are saved; nil: not read yet
	remarks   []store.Entry            // for the journal
	begun     map[string]string        // the ids of records begun in this pass, by UID
	dryUsed   map[string]int
	moved     map[store.Item]bool // items whose records others have taken over, where that is not saved
	parked    []*parked           // events whose links are to be written together
	parkedAt  time.Time           // the first of them
	writing   time.Duration       // how long the last such write took
	report    Report
}

// Pass reads what changed in the calendar of this name and settles every event that is due.
// When ctx ends it finishes the step in hand and returns.
func (e *Engine) Pass(ctx context.Context, name string) (Report, error) {
	return e.runNamed(ctx, name, false)
}

// Once is a pass over a calendar that is not one of the engine's. What is remembered of it is remembered under its name, so that a
// second pass goes on from the first. The report tells of every event.
func (e *Engine) Once(ctx context.Context, c *Calendar) (Report, error) {
	if c.Settings.Settle == 0 {
		c.Settings.Settle = DefaultSettle
	}
	return e.runLocked(ctx, c, false, true)
}

// Plan is the pass that reads everything and changes nothing, in the calendar, at Zoom or in the store.
func (e *Engine) Plan(ctx context.Context, name string) (Report, error) {
	return e.runNamed(ctx, name, true)
}

func (e *Engine) runNamed(ctx context.Context, name string, dry bool) (Report, error) {
	c := e.calendars[name]
	if c == nil {
		return Report{}, fmt.Errorf("there is no calendar %q in the configuration", name)
	}
	return e.runLocked(ctx, c, dry, false)
}

// runLocked runs a pass when no other one is at work on the calendar, of this engine or of one before it. Where the calendar was called
// otherwise until now, and a pass under that name is at work, it is run anew with both names locked: who holds one and waits for another may
// wait for somebody who does the same the other way round.
func (e *Engine) runLocked(ctx context.Context, c *Calendar, dry, talkative bool) (Report, error) {
	names := []string{c.Name}
	for {
		report, err := e.runHolding(ctx, names, c, dry, talkative)
		var busy *formerBusy
		if !errors.As(err, &busy) {
			return report, err
		}
		names = append(names, busy.name)
	}
}

// runHolding runs a pass that holds the locks of these names, of which the first is the calendar's.
func (e *Engine) runHolding(ctx context.Context, names []string, c *Calendar, dry, talkative bool) (Report, error) {
	p := e.newPass(c, dry, talkative)
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
		return p.concluded(ctx, fmt.Errorf("calendar %s was called %s until now, and a pass under that name has not ended: the next pass tries again (%w)",
			c.Name, names[len(names)-1], err))
	case err != nil:
		return Report{}, err
	}
	defer unlock()
	if err := e.loadRests(); err != nil {
		return Report{}, err
	}
	if !dry {
		if err := e.renewed(); err != nil {
			return Report{}, err
		}
	}
	p.locked = names
	err = p.run(ctx)
	if !dry {
		e.alive(c.Name)
	}
	if !dry && e.opt.Passed != nil && err == nil {
		e.opt.Passed(ctx, c.Name)
	}
	return p.concluded(ctx, err)
}

func (e *Engine) newPass(c *Calendar, dry, talkative bool) *pass {
	p := &pass{e: e, c: c, dry: dry, talkative: talkative, source: c.Source, accounts: e.opt.Accounts, events: map[string]*calendar.Event{}, absent: map[string]bool{}, ahead: map[string]bool{},
		dryUsed: map[string]int{}, moved: map[store.Item]bool{}, rest: map[string]*store.Record{}, begun: map[string]string{}, deleted: map[string]bool{},
		later: map[string]time.Time{}, report: Report{Name: c.Name, Provider: c.Provider, OK: true, Events: []EventReport{}, Calls: map[string]int{}}}
	if dry {
		p.source, p.accounts = previewCalendar{c.Source}, rehearsed(e.opt.Accounts, p.report.Calls, e.opt.Now)
	}
	return p
}

// concluded is the report of a pass that has ended like this. An error is returned only for what concerns the store, or the pass as such;
// all else is in the report.
func (p *pass) concluded(ctx context.Context, err error) (Report, error) {
	var damaged *store.DamagedError
	var busy *formerBusy
	if err == nil || errors.As(err, &damaged) || errors.As(err, &busy) || ctx.Err() != nil {
		return p.report, err
	}
	p.report.OK, p.report.Error, p.report.Unchosen = false, words.Of(err), errors.Is(err, calendar.ErrUnchosen)
	if errors.Is(err, calendar.ErrAbsent) {
		p.report.Held, p.report.Reason = true, words.Of(err)
	}
	return p.report, p.noteFailure(err)
}

func (p *pass) run(ctx context.Context) error {
	st, err := p.e.store.Calendar(p.c.Name)
	if err != nil {
		return err
	}
	back := p.setBack(st)
	listed, err := p.look(ctx, &st)
	if err != nil {
		return err
	}
	if p.another { // what is in it now is not mixed with what was in the other one
		return p.finish(st)
	}
	if err := p.pullIn(back); err != nil {
		return err
	}
	due, err := p.due()
	if err != nil {
		return err
	}
	p.e.opt.Log.Debug("pass", "calendar", p.c.Name, "listed", listed, "due", len(due))
	defer p.unpark()
	for i, id := range due {
		if ctx.Err() != nil || p.pause(i, len(due)) {
			break
		}
		if p.e.opt.Progress != nil {
			p.e.opt.Progress(p.c.Name, i, len(due))
		}
		p.readAhead(ctx, due[i:])
		if err := p.settle(ctx, id); err != nil {
			return err
		}
		p.e.alive(p.c.Name)
		if err := p.writeInTime(ctx); err != nil {
			return err
		}
	}
	if err := p.writeTogether(ctx); err != nil {
		return err
	}
	p.inOrder(due)
	if err := p.finish(st); err != nil {
		return err
	}
	return ctx.Err()
}

// look asks the calendar what may have changed, and saves that. It returns how much that is.
func (p *pass) look(ctx context.Context, st *store.CalendarState) (listed int, err error) {
	p.began = time.Now() // waiting for another pass does not count
	reading, cancel := context.WithDeadline(ctx, p.began.Add(longestPass))
	defer cancel()
	changes, err := p.changes(reading, *st)
	if err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	if err := p.former(reading, st, changes); err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	if err := p.take(reading, st, changes); err != nil {
		return 0, p.slow(ctx, reading, err)
	}
	return len(changes.List), nil
}

// cursor is from where on changes are asked for; "" is from the start, as it is for the whole of a calendar.
func (p *pass) cursor(st store.CalendarState, whole bool) string {
	// While a brake holds the calendar, only a whole listing can answer the question that it waits for.
	braked := !st.HeldAt.IsZero() && !st.Absent
	// A clock that was set back leaves times behind for which everything would wait.
	if whole || st.Detects != p.c.Detects || braked || p.setBack(st) {
		return ""
	}
	return st.Cursor
}

// changes asks the calendar, from the start if the configuration or the calendar wants it so.
func (p *pass) changes(ctx context.Context, st store.CalendarState) (calendar.Changes, error) {
	cursor := p.cursor(st, p.dry)
	var asked *calendar.Throttled
	if err := p.mayRead(); errors.As(err, &asked) {
		return calendar.Changes{}, fmt.Errorf("calendar %s is left alone until %s: %w", p.c.Name, asked.Until.UTC().Format(time.RFC3339), asked.Err)
	} else if err != nil {
		return calendar.Changes{}, err
	}
	changes, err := p.source.Changes(ctx, cursor)
	if errors.Is(err, calendar.ErrCursor) && cursor != "" {
		p.e.opt.Log.Info("everything is read again", "calendar", p.c.Name, "reason", err)
		changes, err = p.source.Changes(ctx, "")
	}
	if err == nil && !changes.Full && anotherThan(st, changes) {
		p.e.opt.Log.Info("everything is read again", "calendar", p.c.Name, "reason", "it is another calendar than before: "+changes.Source)
		changes, err = p.source.Changes(ctx, "")
	}
	if err == nil && !changes.Full && changes.ReadOnly != st.ReadOnly { // what nobody could write is looked at again
		changes, err = p.source.Changes(ctx, "")
	}
	if err != nil {
		err = fmt.Errorf("calendar %s could not be read: %w", p.c.Name, err)
	}
	p.heed(err)
	if err != nil {
		return changes, err
	}
	if err := p.signedIn(); err != nil {
		return changes, err
	}
	p.report.ReadOnly = changes.ReadOnly
	p.report.Seen = changes.Total
	if changes.Total < 0 {
		p.report.Seen = len(changes.List)
	}
	for i := range changes.List {
		ch := &changes.List[i]
		if ch.Event != nil {
			p.events[ch.ID] = ch.Event
		}
		if ch.Deleted {
			p.deleted[ch.ID] = true
		}
	}
	return changes, nil
}

// clockSlack is how far a clock is set back without anybody having to mind: by a time service, now and then.
const clockSlack = 10 * time.Minute

// anotherThan reports whether the calendar is another one than that which was read last.
func anotherThan(st store.CalendarState, changes calendar.Changes) bool {
	return changes.Source != "" && st.Source != "" && changes.Source != st.Source
}

// heed remembers that the calendar has asked to be left alone for a while, or does not know who asks.
func (p *pass) heed(err error) {
	if err != nil {
		p.e.heedCalendar(p.c, err, p.dry)
	}
}

// mayRead reports why the calendar is not to be asked just now: a Throttled where it has said so itself. Whoever plans has asked for it: a
// refused sign-in is tried then.
func (p *pass) mayRead() error {
	switch rest := p.e.quietUntil(calendarKey(p.c.Name)); {
	case rest.Until.IsZero(), rest.Refused && p.dry:
		return nil
	case rest.Refused:
		return errors.New(rest.Why)
	default:
		return &calendar.Throttled{Until: rest.Until, Err: errors.New(rest.Why)}
	}
}

// signedIn notes that the calendar knows who asks. What failed for the sign-in before is due.
func (p *pass) signedIn() error {
	if p.dry || !p.e.accept(calendarKey(p.c.Name)) {
		return nil
	}
	_, err := p.e.Retry(Again{Calendars: []string{p.c.Name}, Patient: true})
	return err
}

// due is what has to be looked at now, by start; what ends comes last. (Cancellations need not hurry: the reserve of the daily
// budget is kept for them.)
func (p *pass) due() ([]string, error) {
	ids := p.clear
	if p.dry {
		p.clear = nil
	} else {
		var err error
		if ids, err = p.e.store.Due(p.c.Name, p.e.opt.Now(), 0); err != nil {
			return nil, err
		}
	}
	if len(ids) < 2 {
		return ids, nil
	}
	type urgency struct {
		id    string
		class int
		start time.Time
	}
	list := make([]urgency, 0, len(ids))
	for _, id := range ids {
		u := urgency{id: id, class: 2}
		rec, err := p.e.store.Record(p.c.Name, id)
		if err != nil {
			return nil, err
		}
		ev := p.events[id]
		switch {
		case rec != nil && (!rec.EndingAt.IsZero() || p.absent[id]):
			u.class = 3 // its meeting may be taken over by an item that is only seen in this pass
		case ev != nil && rec == nil && ev.Link.Mark != "":
			u.class = 0 // after a lost database, an item that shows its meeting goes before one with the same UID that does not
		case ev != nil:
			u.class, u.start = 1, ev.Start
		case rec != nil:
			u.class, u.start = 1, rec.Start
		}
		list = append(list, u)
	}
	slices.SortStableFunc(list, func(a, b urgency) int {
		return cmp.Or(cmp.Compare(a.class, b.class), a.start.Compare(b.start))
	})
	for i, u := range list {
		ids[i] = u.id
	}
	return ids, nil
}
