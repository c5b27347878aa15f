package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// TestFollow: a schedule that comes in the place of another keeps its appointments. What was cut off there, and who has
// only come now, is read at once.
func TestFollow(t *testing.T) {
	st := quickStore(t)
	synctest.Test(t, func(t *testing.T) {
		c := newCrowded(t, st)
		specs := map[string]string{}
		schedule := func() *Schedule {
			for _, one := range c.list {
				specs[one.Name] = "@every 1h"
			}
			s, err := NewSchedule(New(st, c.list, Options{}), specs, nil)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		run := func(s *Schedule) (end func(before func())) {
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			synctest.Wait()
			return func(before func()) {
				cancel()
				before()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
		}
		want := func(when, lane string, n int64) {
			t.Helper()
			if got := c.polls[lane].Load(); got != n {
				t.Errorf("%s, of %s %d were read, want %d", when, lane, got, n)
			}
		}
		hold := make(chan struct{})
		c.in("quiet", 3, nil)
		c.in("slow", 1, hold)
		first := schedule()
		end := run(first)
		let(30 * time.Minute)
		end(func() { close(hold) })
		want("at first", "quiet", 3)
		want("at first", "slow", 1)
		c.in("new", 2, nil)
		second := schedule()
		second.Follow(first)
		end = run(second)
		want("then", "quiet", 3)
		want("then", "slow", 2)
		want("then", "new", 2)
		let(31 * time.Minute)
		want("an hour after the first time", "quiet", 6)
		end(func() {})
	})
}
