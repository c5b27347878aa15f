package engine

import (
	"context"
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/providers/calendar/calendartest"
	"zoomtag/store"
)

// crowded are calendars in lanes, and a schedule for them.
type crowded struct {
	t     *testing.T
	st    *store.Store
	list  []*Calendar
	polls map[string]*atomic.Int64 // by lane
	busy  map[string]*atomic.Int64
	hold  map[string]chan struct{} // polls of a lane wait for it
}

// quickStore is a store that syncs nothing. It is opened outside of a bubble: its lock waits for no clock.
func quickStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

// newCrowded is nobody yet.
func newCrowded(t *testing.T, st *store.Store) *crowded {
	t.Helper()
	return &crowded{t: t, st: st, polls: map[string]*atomic.Int64{}, busy: map[string]*atomic.Int64{},
		hold: map[string]chan struct{}{}}
}

// in puts calendars into a lane.
func (c *crowded) in(lane string, n int, hold chan struct{}) {
	polls, busy := new(atomic.Int64), new(atomic.Int64)
	c.polls[lane], c.busy[lane], c.hold[lane] = polls, busy, hold
	for i := range n {
		source := calendartest.NewFake()
		source.Hook = func(call, phase, _ string) error {
			if call != "changes" || phase != "before" {
				return nil
			}
			busy.Add(1)
			defer busy.Add(-1)
			if hold != nil {
				<-hold
			}
			polls.Add(1)
			return nil
		}
		model := newBench(c.t).config
		model.Name, model.Lane, model.Source = fmt.Sprintf("%s-%d", lane, i), lane, source
		c.list = append(c.list, &model)
	}
}

// TestSilentServers: where three of ten servers do not answer, all calendars on the others are read as often as ever.
func TestSilentServers(t *testing.T) {
	st := quickStore(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, st)
		silent, specs := make(chan struct{}), map[string]string{}
		server := func(i int) string { return fmt.Sprintf("server-%d", i) }
		for i := range 10 {
			hold := silent
			if i >= 3 {
				hold = nil
			}
			c.in(server(i), 20, hold)
		}
		for i, one := range c.list {
			one.Pace = Pace{Min: time.Minute, Max: time.Minute}
			if i%2 == 0 {
				specs[one.Name] = "@every 1m"
			}
		}
		s, err := NewSchedule(New(st, c.list, Options{}), specs, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		let(time.Hour)
		for i := range 10 {
			n := c.polls[server(i)].Load()
			if reads := n >= 20*60 && n <= 20*68; reads == (i < 3) { // by chance, some come a little sooner
				t.Errorf("server %d: %d polls in an hour of 20 calendars", i, n)
			}
		}
		close(silent)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestLanes: of a lane, no more than its width are worked on at once, and all have their turn; who is silent in one
// holds up nobody elsewhere. Calendars without a lane wait for nobody, and those with one are not all asked at once.
func TestLanes(t *testing.T) {
	st := quickStore(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, st)
		hold, alone := make(chan struct{}), make(chan struct{})
		const many = 3 * LaneWidth
		c.in("slow", many, hold)
		c.in("fast", many, nil)
		c.in("", many, alone)
		specs := map[string]string{}
		for _, one := range c.list {
			specs[one.Name] = "@every 1h"
		}
		s, err := NewSchedule(New(st, c.list, Options{}), specs, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		synctest.Wait()
		let(12 * time.Second)
		if n := c.polls["fast"].Load(); n < many/10 || n > many/4 {
			t.Errorf("in the first twelve seconds of a minute, %d of %d were read", n, many)
		}
		let(time.Minute)
		if n := c.busy["slow"].Load(); n != LaneWidth {
			t.Errorf("%d of the lane are worked on", n)
		}
		if n := c.polls["fast"].Load(); n != many {
			t.Errorf("of another lane, %d were read", n)
		}
		if n := c.busy[""].Load(); n != many {
			t.Errorf("without a lane, %d are worked on", n)
		}
		s.Nudge("slow-0") // whether it is at work or waits: once more
		s.Nudge("fast-0")
		synctest.Wait()
		if n := c.polls["fast"].Load(); n != many+1 {
			t.Errorf("one was asked for, and %d were read", n-many)
		}
		close(hold)
		close(alone)
		synctest.Wait()
		if n := c.polls["slow"].Load(); n != many && n != many+1 {
			t.Errorf("of those that waited, %d were read", n)
		}
		let(time.Hour + time.Minute)
		if n := c.polls["fast"].Load(); n != 2*many+1 {
			t.Errorf("in the next hour, %d were read", n-many-1)
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestGather: many calendars are asked in waves, none of them much later than it would be; who is nudged does not wait.
func TestGather(t *testing.T) {
	st := quickStore(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, st)
		const many, tick = 3 * LaneWidth, 100 * time.Millisecond
		c.in("one", many, nil)
		for _, one := range c.list {
			one.Pace = Pace{Min: time.Minute, Max: time.Minute}
		}
		var asked atomic.Value // when the first one was
		s, err := NewSchedule(New(st, c.list, Options{}), nil, func(r Report) {
			if r.Name == c.list[0].Name {
				asked.Store(time.Now())
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		let(5 * time.Minute)
		polls, waves, begun := c.polls["one"], 0, c.polls["one"].Load()
		for at := time.Duration(0); at < 10*time.Minute; at += tick {
			before := polls.Load()
			let(tick)
			if polls.Load() > before {
				waves++
			}
		}
		if most := int(10*time.Minute/s.gather) + 1; waves > most || waves < most/2 {
			t.Errorf("%d waves in ten minutes, of at most %d", waves, most)
		}
		if n := polls.Load() - begun; n < many*10*95/100 {
			t.Errorf("%d polls in ten minutes of %d calendars", n, many)
		}
		s.Nudge(c.list[0].Name)
		synctest.Wait()
		if at, _ := asked.Load().(time.Time); !at.Equal(time.Now()) {
			t.Errorf("who was nudged was asked at %s, and it is %s", at, time.Now())
		}
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for specs, want := range map[string]time.Duration{"@every 10s": 500 * time.Millisecond, "@every 1h": gatherMost,
		"*/5 * * * *": 3 * time.Second} {
		s := Schedule{lines: map[string]*line{}}
		table, err := newTimetable(specs)
		if err != nil {
			t.Fatal(err)
		}
		for i := range LaneWidth {
			s.lines[fmt.Sprint(i)] = &line{table: &table}
		}
		if got := s.gathers(); got != 0 {
			t.Errorf("%s: few wait for each other for %s", specs, got)
		}
		s.lines["more"] = &line{table: &table}
		if got := s.gathers(); got != want {
			t.Errorf("%s: many wait for each other for %s, not %s", specs, got, want)
		}
	}
}
