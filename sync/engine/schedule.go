package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
)

// Schedule runs the passes of all calendars: at the start, when the cron schedule says so, when something is due, and
// when a calendar nudges. One calendar never waits for another.
type Schedule struct {
	e      *Engine
	tables map[string]timetable
	nudges map[string]chan struct{}

	mu      sync.Mutex // guards all below
	planned map[string]appointment
	begun   time.Time // when Run began
	last    map[string]Report
	reports func(Report)
}

// NewSchedule plans the passes of e by these cron specifications (robfig/cron: five fields, CRON_TZ=…, @every,
// @hourly), one for each calendar. reports, if not nil, gets the report of each pass.
func NewSchedule(e *Engine, specs map[string]string, reports func(Report)) (*Schedule, error) {
	s := &Schedule{e: e, tables: map[string]timetable{}, nudges: map[string]chan struct{}{},
		planned: map[string]appointment{},
		last:    map[string]Report{}, reports: reports}
	for name := range e.calendars {
		s.nudges[name] = make(chan struct{}, 1)
		var err error
		if s.tables[name], err = newTimetable(specs[name]); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// appointment is when a calendar is polled next. It is kept by the clock on the wall and by the time that passes, and
// is due when either says so: clocks are set, and machines sleep.
type appointment struct {
	at   time.Time     // by the clock; zero: never
	made time.Time     // when it was made, by the machine's own clock, which nobody sets
	in   time.Duration // how long after that it is
}

// appoint makes the next appointment of a calendar.
func (s *Schedule) appoint(name string) appointment {
	now := s.e.opt.Now()
	a := appointment{at: s.tables[name].next(now), made: time.Now()}
	a.in = a.at.Sub(now.Round(0))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planned[name] = a
	return a
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

// poke asks for a pass; one that is already asked for is enough.
func poke(nudge chan<- struct{}) {
	select {
	case nudge <- struct{}{}:
	default:
	}
}

// Nudge asks for a pass of a calendar soon.
func (s *Schedule) Nudge(name string) {
	if nudge, ok := s.nudges[name]; ok {
		poke(nudge)
	}
}

// Next is when the cron schedule runs the calendar again.
func (s *Schedule) Next(name string) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.planned[name]
	now := s.e.opt.Now()
	// the clock was set back since
	if left := a.left(now); !a.at.IsZero() && a.at.Sub(now.Round(0))-left > time.Second {
		return now.Add(left)
	}
	return a.at
}

// Last is the report of the last pass over the calendar, if there was one.
func (s *Schedule) Last(name string) (Report, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.last[name]
	return r, ok
}

// Run works until ctx ends, and returns when the steps in hand are finished. A fault of the store ends it.
func (s *Schedule) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	s.mu.Lock()
	s.begun = time.Now()
	s.mu.Unlock()
	var wg sync.WaitGroup
	wg.Go(func() { s.tellOverdue(ctx) })
	for name, c := range s.e.calendars {
		if w, ok := c.Source.(calendar.Watcher); ok {
			wg.Go(func() { s.watch(ctx, name, w) })
		}
		wg.Go(func() {
			if err := s.serve(ctx, name); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// watch forwards the nudges of a calendar. A watch that fails is only noted: the schedule goes on.
func (s *Schedule) watch(ctx context.Context, name string, w calendar.Watcher) {
	if err := w.Watch(ctx, func() { s.Nudge(name) }); err != nil && ctx.Err() == nil {
		s.e.opt.Log.Warn("changes are noticed by the schedule only", "calendar", name, "reason", err)
	}
}

// serve runs one calendar.
func (s *Schedule) serve(ctx context.Context, name string) error {
	due := time.NewTimer(0)
	defer due.Stop()
	next := s.appoint(name)
	poll := time.NewTimer(min(lookEvery, next.left(s.e.opt.Now())))
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-due.C:
		case <-s.nudges[name]:
		case <-poll.C:
			left := next.left(s.e.opt.Now())
			if left <= 0 {
				next = s.appoint(name)
			}
			poll.Reset(min(lookEvery, next.left(s.e.opt.Now())))
			if left > 0 {
				continue
			}
		}
		err := s.pass(ctx, name, due)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// pass makes a pass, and sets when something is due.
func (s *Schedule) pass(ctx context.Context, name string, due *time.Timer) error {
	report, err := s.e.Pass(ctx, name)
	if err != nil || ctx.Err() != nil {
		return err
	}
	s.keep(report)
	if report.Error != "" {
		return nil // what could not be read now is read when the schedule says so
	}
	next, err := s.e.store.NextDue(name)
	if err != nil {
		return err
	}
	due.Stop()
	if !next.IsZero() {
		due.Reset(max(next.Sub(s.e.opt.Now()), minimumPause))
	}
	return nil
}

// minimumPause keeps a calendar whose due events cannot be settled from spinning.
const minimumPause = time.Second

func (s *Schedule) keep(r Report) {
	s.mu.Lock()
	s.last[r.Name] = r
	s.mu.Unlock()
	if s.reports != nil {
		s.reports(r)
	}
}

// SavePasses saves when each calendar was last read: passes that changed nothing wrote nothing.
func (e *Engine) SavePasses() error {
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
				st.LastError, st.LastErrorAt = "", time.Time{}
			}
			if err := tx.PutCalendar(name, st); err != nil {
				return err
			}
		}
		return nil
	})
}
