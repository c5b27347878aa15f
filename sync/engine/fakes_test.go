package engine

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// bench is an engine on fakes, with a clock that is set by hand.
type bench struct {
	t    *testing.T
	now  time.Time
	st   *store.Store
	cal  *calendartest.Fake
	zoom *meetingtest.Fake
	// service is what the engine works with: zoom, or what stands before it.
	service  meeting.Service
	e        *Engine
	config   Calendar
	observer Observer
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), cal: calendartest.NewFake()}
	clock := func() time.Time { return b.now }
	b.zoom = &meetingtest.Fake{Now: clock}
	b.service = b.zoom
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	b.st = st
	b.config = Calendar{Name: "c", Provider: "fake", Source: b.cal, Detects: "1",
		Settings: &plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Keep: true},
			Host: "alice@example.com", Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}}
	b.start()
	return b
}

// accounts are those in which the bench makes meetings.
func (b *bench) accounts() []Account {
	return []Account{{Hash: b.config.Settings.Account, Meetings: b.service, Budgeted: true, Main: true}}
}

// start makes the engine anew, as after a restart or a changed configuration.
func (b *bench) start() {
	c := b.config
	b.e = New(b.st, []*Calendar{&c}, Options{Accounts: b.accounts(), Now: func() time.Time { return b.now },
		Jitter: func() float64 { return 0 }, Observer: b.observer})
}

func (b *bench) put(title string, in time.Duration) string {
	start := b.now.Add(in).Truncate(time.Minute)
	return b.cal.Put(calendar.Event{Title: title, Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)})
}

func (b *bench) pass() Report {
	b.t.Helper()
	r, err := b.e.Pass(context.Background(), "c")
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// meetings checks how many meetings there are.
func (b *bench) meetings(want int) {
	b.t.Helper()
	if got := len(b.zoom.Meetings()); got != want {
		b.t.Fatalf("%d meetings, want %d", got, want)
	}
}

func (b *bench) record(id string) *store.Record {
	b.t.Helper()
	rec, err := b.st.Record("c", id)
	if err != nil || rec == nil {
		b.t.Fatalf("no record of %s: %v", id, err)
	}
	return rec
}

const week = 7 * 24 * time.Hour

// hostOfA is under which name the calls of a host in the first account are counted.
func hostOfA(host string) store.Host { return (&Account{Hash: plan.AccountHash("a")}).BudgetKey(host) }
