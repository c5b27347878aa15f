package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"zoomtag/providers/calendar"
	"zoomtag/store"
)

// Schedule runs the passes of all calendars: at the start, when the cron schedule says so, when something is due, and when
// a calendar nudges. One calendar never waits for another.
type Schedule struct {
	e    *Engine
	cron *cron.Cron

	mu      sync.Mutex
	entries map[string]cron.EntryID
	nudges  map[string]chan struct{}
	last    map[string]Report
	reports func(Report)
}

// NewSchedule plans the passes of e by these cron specifications (robfig/cron: five fields, CRON_TZ=…, @every, @hourly), one
// for each calendar. reports, if not nil, gets the report of each pass.
func NewSchedule(e *Engine, specs map[string]string, reports func(Report)) (*Schedule, error) {
	s := &Schedule{e: e, cron: cron.New(), entries: map[string]cron.EntryID{}, nudges: map[string]chan struct{}{},
		last: map[string]Report{}, reports: reports}
	for name := range e.calendars {
		nudge := make(chan struct{}, 1)
		s.nudges[name] = nudge
		id, err := s.cron.AddFunc(specs[name], func() { poke(nudge) })
		if err != nil {
			return nil, err
		}
		s.entries[name] = id
	}
	return s, nil
}

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
	return s.cron.Entry(s.entries[name]).Next
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
	s.cron.Start()
	defer func() { <-s.cron.Stop().Done() }()
	var wg sync.WaitGroup
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
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-due.C:
		case <-s.nudges[name]:
		}
		report, err := s.e.Pass(ctx, name)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		s.keep(report)
		if report.Error != "" {
			continue // what could not be read now is read when the schedule says so
		}
		next, err := s.e.store.NextDue(name)
		if err != nil {
			return err
		}
		due.Stop()
		if !next.IsZero() {
			due.Reset(max(next.Sub(s.e.opt.Now()), minimumPause))
		}
	}
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
