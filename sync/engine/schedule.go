package engine

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// Schedule runs the passes of all calendars: at the start, when the cron schedule says so, when something is due, and
// when a calendar nudges. A calendar that waits costs its line here and nothing else, no goroutine and no timer: there
// may be many thousands. Of a lane, some are worked on at once and the others wait; no lane waits for another.
type Schedule struct {
	e       *Engine
	lines   map[string]*line // by calendar; set at the beginning
	reports func(Report)
	stirred chan struct{} // something is to be done sooner than was said
	gather  time.Duration // how long one whose time has come waits for others; set at the beginning

	mu    sync.Mutex // guards all below, and the lines
	queue queue
	lanes map[string]*lane
	pools map[any]*pool // of calendars that go by a pace, by meter or lane
	begun time.Time     // when Run began
	// before is the schedule in whose place this one comes.
	before *Schedule
	// divided says that calendars have come to this worker or gone.
	divided bool
}

// Follow has s, once it runs, keep the appointments of the schedule before it, whose configuration is the same and
// which has ended by then: that somebody has come is no reason to ask for all the others at once.
func (s *Schedule) Follow(old *Schedule) { s.before = old }

// inherit takes over the appointments of the schedule before, and tells whose. What was asked for or cut off then is
// begun anew; so are folders, for what changed while nobody watched them, nobody has told.
func (s *Schedule) inherit() (goesOn map[string]bool) {
	old := s.before
	if old == nil {
		return nil
	}
	s.before = nil // and all those before it
	old.mu.Lock()
	defer old.mu.Unlock()
	goesOn = map[string]bool{}
	for name, l := range s.lines {
		was := old.lines[name]
		_, watched := s.e.calendars[name].Source.(calendar.Watcher)
		if planned := was != nil && !was.away && !was.next.made.IsZero(); !planned || watched || was.asked {
			continue
		}
		l.next, l.due = was.next, was.due
		if l.paced != nil && was.paced != nil {
			l.paced.soon, l.paced.every = was.paced.soon, was.paced.every
		}
		goesOn[name] = true
	}
	return goesOn
}

// line is a calendar's place in the schedule.
type line struct {
	name  string
	table *timetable
	paced *paced // in the place of table
	next  appointment
	// due is when something in the calendar is due, and wake when the calendar is looked after, both by the machine's
	// own clock; zero: nothing is due.
	due, wake time.Time
	first     time.Time // when it is asked for the first time, by that clock
	place     int       // in the queue, from 1 on; 0: it is not in it
	asked     bool      // a pass was asked for, or is due, and was not begun
	busy      bool      // a pass is made, or waits for its turn in the lane
	away      bool      // it is another worker's
}

// lane is who is worked on at the same time.
type lane struct {
	busy    int
	waiting []*line
}

// LaneWidth is how many calendars of a lane are worked on at once. As many connections to a service are kept open.
const LaneWidth = 64

// NewSchedule plans the passes of e by these cron specifications (robfig/cron: five fields, CRON_TZ=…, @every,
// @hourly), one for each calendar but those that go by their Pace. reports, if not nil, gets the report of each pass.
func NewSchedule(e *Engine, specs map[string]string, reports func(Report)) (*Schedule, error) {
	s := &Schedule{e: e, lines: make(map[string]*line, len(e.calendars)), reports: reports,
		stirred: make(chan struct{}, 1), lanes: map[string]*lane{},
		pools: map[any]*pool{}}
	tables := map[string]*timetable{}
	for name, c := range e.calendars {
		spec := specs[name]
		if spec == "" && c.Pace.Max > 0 {
			s.lines[name] = &line{name: name, paced: &paced{Pace: c.Pace, pool: s.poolOf(c)}}
			continue
		}
		if tables[spec] == nil {
			table, err := newTimetable(spec)
			if err != nil {
				return nil, err
			}
			tables[spec] = &table
		}
		s.lines[name] = &line{name: name, table: tables[spec]}
	}
	s.gather = s.gathers()
	return s, nil
}

// gatherPart is how much of the shortest interval, as one part of so many, calendars wait for each other, and
// gatherMost how long at the most. A machine that wakes for each of many polls works two to three times as much as one
// that wakes for some hundred together.
const (
	gatherPart = 20
	gatherMost = 5 * time.Second
)

// gathers is how long calendars wait for each other: not at all where they are few.
func (s *Schedule) gathers() time.Duration {
	if len(s.lines) <= LaneWidth {
		return 0
	}
	wait := gatherMost
	for _, l := range s.lines {
		wait = min(wait, l.shortest()/gatherPart)
	}
	return wait
}

// shortest is how often the calendar is asked at the most, but for nudges.
func (l *line) shortest() time.Duration {
	if l.paced != nil {
		return l.paced.Min
	}
	if every, ok := l.table.every.(cron.ConstantDelaySchedule); ok {
		return every.Delay
	}
	return time.Minute // as cron's five fields have it
}

// appointment is when a calendar is polled next. It is kept by the clock on the wall and by the time that passes, and
// is due when either says so: clocks are set, and machines sleep.
type appointment struct {
	at   time.Time     // by the clock; zero: never
	made time.Time     // when it was made, by the machine's own clock, which nobody sets
	in   time.Duration // how long after that it is
}

// appoint makes the next appointment after a time, which is now or to come.
func (s *Schedule) appoint(l *line, after time.Time) {
	now := s.e.opt.Now()
	l.next = appointment{made: time.Now()}
	if l.paced != nil {
		l.next.at = l.paced.next(after, s.e.opt.Jitter())
	} else {
		l.next.at = l.table.next(after)
	}
	l.next.in = l.next.at.Sub(now.Round(0))
}

// never is longer than anybody waits in one go.
const never = 24 * time.Hour

// left is how long it is until then.
func (a appointment) left(now time.Time) time.Duration {
	if a.at.IsZero() {
		return never
	}
	return min(a.at.Sub(now.Round(0)), a.in-time.Since(a.made))
}

// lookEvery is how often the clock is compared with the time that has passed.
const lookEvery = time.Minute

// Nudge asks for a pass of a calendar soon.
func (s *Schedule) Nudge(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.lines[name]
	if l == nil {
		return
	}
	l.asked = true
	if !l.busy && !l.away && !s.begun.IsZero() {
		s.queue.put(l, time.Now())
		s.stir()
	}
}

// stir has whoever waits for the next line look again.
func (s *Schedule) stir() {
	select {
	case s.stirred <- struct{}{}:
	default: // asked already
	}
}

// Next is when the cron schedule runs the calendar again.
func (s *Schedule) Next(name string) time.Time {
	l := s.lines[name]
	if l == nil {
		return time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.away {
		return time.Time{} // its worker knows
	}
	a := l.next
	now := s.e.opt.Now()
	// the clock was set back since
	if left := a.left(now); !a.at.IsZero() && a.at.Sub(now.Round(0))-left > time.Second {
		return now.Add(left)
	}
	return a.at
}

// Run works until ctx ends, and returns when the steps in hand are finished. A fault of the store ends it.
func (s *Schedule) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for name, c := range s.e.calendars {
		if w, ok := c.Source.(calendar.Watcher); ok {
			wg.Go(func() { s.watch(ctx, name, w) })
		}
	}
	if err := s.begin(); err != nil {
		cancel(err)
	}
	wg.Go(func() { s.tellOverdue(ctx) })
	work := func(l *line) {
		wg.Go(func() {
			if err := s.serve(ctx, l); err != nil {
				cancel(err)
			}
		})
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		s.divide()
		timer.Reset(s.round(work))
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.stirred:
		}
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// begin has every calendar be asked for: at once, or, where a service would be asked for more of them than fit into its
// lane, one after the other over their interval.
func (s *Schedule) begin() error {
	var ours []string
	away := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(s.lines)) {
		if away[name] = !s.e.store.Owns(name); !away[name] {
			ours = append(ours, name)
		}
	}
	if err := s.recall(ours); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, l := range s.lines {
		l.away = away[name]
	}
	s.begun = time.Now()
	s.start(ours, s.inherit())
	return nil
}

// start has calendars be asked for that this worker has. Those that go on keep their appointments. s.mu is held.
func (s *Schedule) start(names []string, goesOn map[string]bool) {
	now, begun := s.e.opt.Now(), time.Now()
	lanes := map[string][]*line{}
	for _, name := range names {
		l := s.lines[name]
		if goesOn[name] {
			s.rest(l)
			continue
		}
		l.asked = true
		lane := s.e.calendars[name].Lane
		lanes[lane] = append(lanes[lane], l)
	}
	for lane, lines := range lanes {
		for i, l := range lines {
			var later time.Duration
			if lane != "" && len(lines) > LaneWidth {
				s.appoint(l, now)
				within := max(min(l.next.left(now), time.Minute), time.Duration(len(lines))*time.Second/paceStart)
				later = within * time.Duration(i) / time.Duration(len(lines))
			}
			s.appoint(l, now.Add(later))
			l.first = begun.Add(later)
			s.queue.put(l, l.first)
		}
	}
}

// watch forwards the nudges of a calendar. A watch that fails is only noted: the schedule goes on.
func (s *Schedule) watch(ctx context.Context, name string, w calendar.Watcher) {
	if err := w.Watch(ctx, func() { s.Nudge(name) }); err != nil && ctx.Err() == nil {
		s.e.opt.Log.Warn("changes are noticed by the schedule only", "calendar", name, "reason", err)
	}
}

// round looks after all lines whose time has come, has those be worked on that are to be, and returns how long nothing
// is to be done.
func (s *Schedule) round(work func(*line)) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(s.queue) > 0 {
		now := time.Now()
		l := s.queue[0]
		if wait := l.wake.Sub(now); wait > 0 {
			return min(wait+s.gather, lookEvery)
		}
		s.queue.take(l)
		if !s.isDue(l, now, s.e.opt.Now()) {
			s.rest(l)
			continue
		}
		l.asked, l.busy = true, true // until it is made
		if s.enter(l) {
			work(l)
		}
	}
	return lookEvery
}

// isDue reports whether it is time for a pass, and makes the next appointment where that was it.
func (s *Schedule) isDue(l *line, now, wall time.Time) bool {
	due := l.asked
	if !l.due.IsZero() && !now.Before(l.due) {
		due, l.due = true, time.Time{}
	}
	if l.next.left(wall) <= 0 {
		due = true
		s.appoint(l, wall)
	}
	return due
}

// rest puts a line where it is looked after in time.
func (s *Schedule) rest(l *line) {
	now := time.Now()
	wake := now.Add(max(0, min(lookEvery, l.next.left(s.e.opt.Now()))))
	if !l.due.IsZero() && l.due.Before(wake) {
		wake = l.due
	}
	if l.asked {
		wake = now
	}
	s.queue.put(l, wake)
}

// enter takes a place in the lane of a line; false: it waits for one.
func (s *Schedule) enter(l *line) bool {
	name := s.e.calendars[l.name].Lane
	if name == "" {
		return true
	}
	if s.lanes[name] == nil {
		s.lanes[name] = &lane{}
	}
	in := s.lanes[name]
	if in.busy >= LaneWidth {
		in.waiting = append(in.waiting, l)
		return false
	}
	in.busy++
	return true
}

// leave gives up a place, to the line that is returned, if one waits. It has waited longest.
func (s *Schedule) leave(l *line) *line {
	in := s.lanes[s.e.calendars[l.name].Lane]
	if in == nil {
		return nil
	}
	if len(in.waiting) == 0 {
		in.busy--
		in.waiting = nil
		return nil
	}
	next := in.waiting[0]
	in.waiting = in.waiting[1:]
	return next
}

// serve makes a pass, and then those of its lane that wait for its place.
func (s *Schedule) serve(ctx context.Context, l *line) error {
	for l != nil && ctx.Err() == nil {
		s.mu.Lock()
		l.asked = false // what is asked for from now on is for the next one
		s.mu.Unlock()
		due, err := s.pass(ctx, l.name)
		if err != nil && ctx.Err() == nil && !s.elsewhere(l, err) {
			return err
		}
		l = s.ended(l, due, ctx.Err() != nil)
	}
	return nil
}

// ended puts a line back after its pass, which was perhaps cut off, and returns the one that has its place now.
func (s *Schedule) ended(l *line, due dueTime, cut bool) *line {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.busy, l.asked = false, l.asked || cut
	if due.known {
		l.due = due.at
	}
	if !l.away {
		s.rest(l)
	}
	s.stir()
	return s.leave(l)
}

// dueTime is when something is due in a calendar, by the machine's own clock, where a pass has found that out.
type dueTime struct {
	known bool
	at    time.Time // zero: nothing is
}

// pass makes a pass, and returns when something is due.
func (s *Schedule) pass(ctx context.Context, name string) (dueTime, error) {
	report, err := s.e.Pass(ctx, name)
	if err != nil || ctx.Err() != nil {
		return dueTime{}, err
	}
	if s.reports != nil {
		s.reports(report)
	}
	if report.Error != "" || report.Code == reason.LeftList {
		return dueTime{}, nil // what could not be read now is read when the schedule says so
	}
	if err := s.heard(name, &report); err != nil {
		return dueTime{}, err
	}
	next, err := s.e.store.NextDue(name)
	if err != nil || next.IsZero() {
		return dueTime{known: err == nil}, err
	}
	return dueTime{true, time.Now().Add(max(next.Sub(s.e.opt.Now()), minimumPause))}, nil
}

// minimumPause keeps a calendar whose due events cannot be settled from spinning.
const minimumPause = time.Second

// SavePasses saves when each calendar was last read: passes that changed nothing wrote nothing.
func (e *Engine) SavePasses() error {
	if e.store.Shared() { // by now the calendars may be others', who know from what is noted beside the state
		return nil
	}
	return e.store.Update(func(tx *store.Tx) error {
		for name := range e.calendars {
			last := e.LastPass(name)
			st, err := tx.Calendar(name)
			if err != nil {
				return err
			}
			if !last.After(st.LastSuccess) {
				continue
			}
			st.LastSuccess = last
			if last.After(st.LastErrorAt) {
				st.LastError, st.ErrorCode, st.ErrorCure = "", "", ""
				st.LastErrorAt = time.Time{}
			}
			if err := tx.PutCalendar(name, st); err != nil {
				return err
			}
		}
		return nil
	})
}
