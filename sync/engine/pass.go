package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// pass is one pass over one calendar.
type pass struct {
	e   *Engine
	c   *Calendar
	dry bool // change nothing anywhere
	// talkative reports events that nothing was done to as well.
	talkative bool

	source  calendar.Calendar
	events  map[string]*calendar.Event // fresh from this pass
	ahead   map[string]bool            // ids that were asked for together with others
	absent  map[string]bool            // ids of which the calendar said in this pass that there is none
	braked  bool
	another bool                     // it is braked because it is another calendar than before
	wrote   bool                     // a link was written
	loaded  map[string]bool          // ids whose record was loaded from the store
	clear   []string                 // ids that are nothing of ours
	later   map[string]time.Time     // ids of which nothing is remembered yet, and when they are looked at again
	rest    map[string]*store.Record // what is concluded of the events, saved in one transaction at the end
	deleted map[string]bool          // ids that the service itself named as deleted
	held    []store.Problem          // events that are held and have no record
	remarks []store.Entry            // for the journal
	begun   map[string]string        // the ids of records begun in this pass, by UID
	dryUsed map[string]int
	report  Report
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
	e.mu.Lock()
	lock := e.once[c.Name]
	if lock == nil {
		lock = &sync.Mutex{}
		e.once[c.Name] = lock
	}
	e.mu.Unlock()
	lock.Lock()
	defer lock.Unlock()
	return e.run(ctx, c, false, true)
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
	e.running[name].Lock()
	defer e.running[name].Unlock()
	return e.run(ctx, c, dry, false)
}

// run returns an error only for what concerns the store; all else is in the report.
func (e *Engine) run(ctx context.Context, c *Calendar, dry, talkative bool) (Report, error) {
	p := &pass{e: e, c: c, dry: dry, talkative: talkative, source: c.Source, events: map[string]*calendar.Event{}, absent: map[string]bool{}, ahead: map[string]bool{},
		dryUsed: map[string]int{}, rest: map[string]*store.Record{}, begun: map[string]string{}, deleted: map[string]bool{}, loaded: map[string]bool{},
		later: map[string]time.Time{}, report: Report{Name: c.Name, Provider: c.Provider, OK: true, Events: []EventReport{}, Calls: map[string]int{}}}
	if dry {
		p.source = previewCalendar{c.Source}
		copied := *c
		copied.Meetings = &previewMeetings{Service: c.Meetings, calls: p.report.Calls}
		p.c = &copied
	}
	err := p.run(ctx)
	if !dry && e.opt.Passed != nil && err == nil {
		e.opt.Passed(ctx, c.Name)
	}
	var damaged *store.DamagedError
	if err != nil && !errors.As(err, &damaged) && ctx.Err() == nil {
		p.report.OK, p.report.Error = false, err.Error()
		if errors.Is(err, calendar.ErrAbsent) {
			p.report.Held, p.report.Reason = true, err.Error()
		}
		return p.report, p.noteFailure(err)
	}
	return p.report, err
}

func (p *pass) run(ctx context.Context) error {
	st, err := p.e.store.Calendar(p.c.Name)
	if err != nil {
		return err
	}
	changes, err := p.changes(ctx, st)
	if err != nil {
		return err
	}
	if err := p.take(ctx, &st, changes); err != nil {
		return err
	}
	if p.another { // what is in it now is not mixed with what was in the other one
		return p.finish(st)
	}
	due, err := p.due()
	if err != nil {
		return err
	}
	p.e.opt.Log.Debug("pass", "calendar", p.c.Name, "listed", len(changes.List), "due", len(due))
	for i, id := range due {
		if ctx.Err() != nil {
			break
		}
		if p.e.opt.Progress != nil {
			p.e.opt.Progress(p.c.Name, i, len(due))
		}
		p.readAhead(ctx, due[i:])
		if err := p.settle(ctx, id); err != nil {
			return err
		}
	}
	if err := p.finish(st); err != nil {
		return err
	}
	return ctx.Err()
}

// changes asks the calendar, from the start if the configuration or the calendar wants it so.
func (p *pass) changes(ctx context.Context, st store.CalendarState) (calendar.Changes, error) {
	cursor := st.Cursor
	// While a brake holds the calendar, only a whole listing can answer the question that it waits for.
	braked := !st.HeldAt.IsZero() && !st.Absent
	if p.dry || st.Detects != p.c.Detects || braked {
		cursor = ""
	}
	if until, why := p.restsUntil(); !until.IsZero() {
		return calendar.Changes{}, fmt.Errorf("calendar %s is left alone until %s: %s", p.c.Name, until.UTC().Format(time.RFC3339), why)
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
	p.heed(err)
	if err != nil {
		return changes, fmt.Errorf("calendar %s could not be read: %w", p.c.Name, err)
	}
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

// anotherThan reports whether the calendar is another one than that which was read last.
func anotherThan(st store.CalendarState, changes calendar.Changes) bool {
	return changes.Source != "" && st.Source != "" && changes.Source != st.Source
}

// heed remembers that the calendar has asked to be left alone for a while.
func (p *pass) heed(err error) {
	var throttled *calendar.Throttled
	if errors.As(err, &throttled) {
		p.e.hush("calendar "+p.c.Name, throttled.Until, throttled.Err.Error())
	}
}

// restsUntil is until when the calendar is left alone, and why, or zero.
func (p *pass) restsUntil() (until time.Time, why string) {
	rest := p.e.quietUntil("calendar " + p.c.Name)
	if rest.until.After(p.e.opt.Now()) {
		return rest.until, rest.why
	}
	return time.Time{}, ""
}

// take puts what may have changed into the store as due now, in one transaction with the cursor behind it: a crash in
// between cannot lose a change.
func (p *pass) take(ctx context.Context, st *store.CalendarState, changes calendar.Changes) error {
	if len(changes.List) == 0 && !changes.Full && changes.Cursor == st.Cursor && st.HeldAt.IsZero() && changes.Total != 0 {
		return nil
	}
	known, err := p.known()
	if err != nil {
		return err
	}
	if err := p.brake(ctx, st, changes, known); err != nil {
		return err
	}
	problems, err := p.problems()
	if err != nil {
		return err
	}
	if p.another {
		return nil
	}
	news := p.sift(changes, known, problems)
	if p.dry {
		slices.Sort(news.due)
		p.clear = slices.Compact(news.due) // what due() works on when nothing may be saved
		return nil
	}
	if changes.Cursor == st.Cursor && st.Detects == p.c.Detects && st.Source == cmp.Or(changes.Source, st.Source) && news.empty() {
		return nil
	}
	if !p.braked {
		st.Cursor, st.Detects, st.Source = changes.Cursor, p.c.Detects, cmp.Or(changes.Source, st.Source)
	}
	return p.e.store.Update(func(tx *store.Tx) error {
		for _, id := range news.due {
			if err := tx.SetDue(p.c.Name, id, p.e.opt.Now()); err != nil {
				return err
			}
		}
		for _, problem := range news.problems {
			if err := tx.PutProblem(p.c.Name, problem); err != nil {
				return err
			}
		}
		for _, id := range news.solved {
			if err := tx.DeleteProblem(p.c.Name, id); err != nil {
				return err
			}
		}
		return tx.PutCalendar(p.c.Name, *st)
	})
}

// news is what a list of changes means for the store.
type news struct {
	due      []string        // ids to be looked at
	problems []store.Problem // items that cannot be read, new ones or such with a new reason
	solved   []string        // ids that are no problem any more
}

func (n *news) empty() bool { return len(n.due)+len(n.problems)+len(n.solved) == 0 }

// sift works out what a list of changes means, and reports the items that cannot be followed.
func (p *pass) sift(changes calendar.Changes, known map[string]*store.Record, problems map[string]store.Problem) (n news) {
	for i := range changes.List {
		ch := &changes.List[i]
		rec, isKnown := known[ch.ID]
		wanted := isKnown || p.concerns(ch)
		switch {
		case ch.Same && !(isKnown && rec.Gone && !rec.Closed()): // what was gone and is there again is news
			continue
		case len(ch.ID) > maxID:
			if wanted {
				p.tooLong(ch.ID)
			}
			continue
		case ch.Err != nil && !isKnown:
			if problems[ch.ID].Reason != ch.Err.Error() {
				n.problems = append(n.problems, store.Problem{ID: ch.ID, Reason: ch.Err.Error(), Since: since(problems, ch.ID, p.e.opt.Now()), Unread: unread(ch.Err)})
			}
			p.report.Events = append(p.report.Events, EventReport{ID: ch.ID, UID: ch.ID, Steps: []string{}, State: plan.Failed,
				Reason: ch.Err.Error(), Error: ch.Err.Error()})
			continue
		case wanted:
			n.due = append(n.due, ch.ID)
		}
		if before, had := problems[ch.ID]; had && !(before.Held && wanted) { // whether it is still held is seen when it is settled
			n.solved = append(n.solved, ch.ID)
		}
	}
	if changes.Full {
		n.due = append(n.due, unlisted(known, changes)...)
		n.solved = append(n.solved, solved(problems, changes)...)
	}
	return n
}

// concerns reports whether an item that is not remembered has to be looked at.
func (p *pass) concerns(ch *calendar.Change) bool {
	if ch.Event != nil {
		return plan.Interesting(ch.Event, &p.c.Settings)
	}
	return !ch.Plain && !ch.Missing && !ch.Deleted
}

// known are the records of the calendar by event id.
func (p *pass) known() (map[string]*store.Record, error) {
	records, err := p.e.store.Records(p.c.Name)
	if err != nil {
		return nil, err
	}
	known := make(map[string]*store.Record, len(records))
	for _, r := range records {
		known[r.EventID] = r
	}
	return known, nil
}

func (p *pass) problems() (map[string]store.Problem, error) {
	list, err := p.e.store.Problems(p.c.Name)
	if err != nil {
		return nil, err
	}
	problems := make(map[string]store.Problem, len(list))
	for _, problem := range list {
		problems[problem.ID] = problem
	}
	return problems, nil
}

// unread reports whether an item could not be read at all: nobody knows what is in it.
func unread(err error) bool {
	return !errors.Is(err, calendar.ErrMalformed) && !errors.Is(err, calendar.ErrIncomplete)
}

// maxID bounds event ids, in bytes: the store keeps them in keys.
const maxID = 4096

// tooLong reports an item that is left alone for its id.
func (p *pass) tooLong(id string) {
	reason := fmt.Sprintf("the event's id has %d bytes, more than the %d that are accepted: it is left alone", len(id), maxID)
	p.report.Events = append(p.report.Events, EventReport{ID: id[:100] + "…", UID: id[:100] + "…", Steps: []string{}, State: plan.Failed, Reason: reason, Error: reason})
}

// since is when an item began to be a problem.
func since(problems map[string]store.Problem, id string, now time.Time) time.Time {
	if before, ok := problems[id]; ok {
		return before.Since
	}
	return now
}

// unlisted are the open records that a full list does not name: a question that Get answers.
func unlisted(known map[string]*store.Record, changes calendar.Changes) []string {
	var ids []string
	listed := listedIDs(changes)
	for id, rec := range known {
		if !rec.Closed() && !listed[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

func solved(problems map[string]store.Problem, changes calendar.Changes) []string {
	var ids []string
	if len(problems) == 0 {
		return nil
	}
	listed := listedIDs(changes)
	for id := range problems {
		if !listed[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

func listedIDs(changes calendar.Changes) map[string]bool {
	listed := make(map[string]bool, len(changes.List))
	for i := range changes.List {
		if !changes.List[i].Missing {
			listed[changes.List[i].ID] = true
		}
	}
	return listed
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
