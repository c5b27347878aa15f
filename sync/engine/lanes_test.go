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
		let(10 * time.Second)
		if n := c.polls["fast"].Load(); n < many/10 || n > many/4 {
			t.Errorf("in the first ten seconds of a minute, %d of %d were read", n, many)
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
