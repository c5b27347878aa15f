//go:build peers

package engine_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// BenchmarkQuietPolls is what it costs the database when nothing has changed in the calendars of several workers, and
// how evenly they share them:
//
//	go test -tags peers ./sync/engine -run '^$' -bench QuietPolls -benchtime 3x
//
// A poll of the calendar itself costs nothing here: it is in memory. It answers with its changes, or with all that is
// in it, and then its cursor may be too long to be remembered.
func BenchmarkQuietPolls(b *testing.B) {
	for _, size := range []int{1_000, 10_000} {
		for name, source := range map[string]func(*calendartest.Fake) calendar.Calendar{
			"changes": func(f *calendartest.Fake) calendar.Calendar { return f },
			"whole":   func(f *calendartest.Fake) calendar.Calendar { return snapshot{f, ""} },
			"long":    func(f *calendartest.Fake) calendar.Calendar { return snapshot{f, strings.Repeat("x", 10_000)} },
		} {
			b.Run(fmt.Sprintf("%s/%dx4", name, size), func(b *testing.B) { quietPolls(b, size, 4, source) })
		}
	}
}

func quietPolls(b *testing.B, size, workers int, source func(*calendartest.Fake) calendar.Calendar) {
	s := server.Server(b)
	url := s.Database(b)
	account := plan.AccountHash("a")
	settings := plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}}, Host: "alice@example.com", Account: account}
	calendars := make([]*engine.Calendar, size)
	start := time.Now().Add(24 * time.Hour)
	for i := range calendars {
		f := calendartest.NewFake()
		f.Explicit = true // what is asked for are the changes, as of a web API
		f.Put(calendar.Event{UID: fmt.Sprint("event", i), Title: "Talk", Start: start, End: start.Add(time.Hour)})
		calendars[i] = &engine.Calendar{Name: fmt.Sprint("calendar", i), Provider: "fake",
			Source: source(f), Settings: &settings, Detects: "1"}
	}
	stores, engines := make([]*store.Store, workers), make([]*engine.Engine, workers)
	var working sync.WaitGroup
	ctx, end := context.WithCancel(context.Background())
	b.Cleanup(func() {
		end()
		working.Wait()
		for _, st := range stores {
			if err := st.Close(); err != nil {
				b.Error(err)
			}
		}
	})
	for i := range workers {
		st, err := store.Open(url, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		stores[i] = st
		engines[i] = engine.New(st, calendars, engine.Options{Accounts: []engine.Account{{Hash: account,
			Meetings: &meetingtest.Fake{}, Main: true}}})
		working.Go(func() {
			if err := st.Work(ctx, store.WorkerOptions{Name: fmt.Sprint("worker", i)}); err != nil {
				b.Error(err)
			}
		})
	}
	most, least := shared(b, stores[0], workers)
	round(b, stores, engines, calendars) // each is read for the first time
	round(b, stores, engines, calendars)
	before := s.Counters(b, url)
	began := time.Now()
	polls := 0
	for b.Loop() {
		polls += round(b, stores, engines, calendars)
	}
	took := time.Since(began)
	cost := s.Counters(b, url).Since(before)
	b.ReportMetric(float64(cost.Statements)/float64(polls), "statements/poll")
	b.ReportMetric(float64(cost.Statements)/took.Seconds()/float64(workers), "statements/s/worker")
	b.ReportMetric(float64(cost.Written)/float64(polls), "B-written/poll")
	b.ReportMetric(float64(cost.Processor.Microseconds())/float64(polls), "database-µs/poll")
	b.ReportMetric(float64(took.Microseconds())/float64(polls), "µs/poll")
	b.ReportMetric(100*float64(most*workers)/store.ShardCount, "%most")
	b.ReportMetric(100*float64(least*workers)/store.ShardCount, "%least")
}

// shared waits until each shard is somebody's and none changes hands any more, and returns the largest and the least
// share.
func shared(b *testing.B, st *store.Store, workers int) (most, least int) {
	b.Helper()
	still, last := 0, ""
	for range time.Tick(500 * time.Millisecond) {
		list, err := st.Workers()
		if err != nil {
			b.Fatal(err)
		}
		sum, now := 0, ""
		most, least = 0, store.ShardCount
		for _, w := range list {
			n := len(w.Shards)
			sum, most, least = sum+n, max(most, n), min(least, n)
			now += fmt.Sprint(n, " ")
		}
		if still++; now != last || sum < store.ShardCount || len(list) < workers {
			still, last = 0, now
		}
		if still == 6 {
			break
		}
	}
	return most, least
}

// round has each worker make a pass over each of its calendars, side by side, and returns how many there were.
func round(b *testing.B, stores []*store.Store, engines []*engine.Engine, calendars []*engine.Calendar) (polls int) {
	b.Helper()
	var all sync.WaitGroup
	counts := make([]int, len(stores))
	for i, e := range engines {
		all.Go(func() {
			for _, c := range calendars {
				if !stores[i].Owns(c.Name) {
					continue
				}
				if _, err := e.Pass(context.Background(), c.Name); err != nil {
					b.Errorf("%s: %v", c.Name, err)
				}
				counts[i]++
			}
		})
	}
	all.Wait()
	for _, n := range counts {
		polls += n
	}
	return polls
}
