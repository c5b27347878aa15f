package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// named is a calendar that says its name.
type named struct {
	calendar.Calendar
	name string
}

func (n named) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	changes, err := n.Calendar.Changes(ctx, cursor)
	changes.Source = n.name
	return changes, err
}

// TestAnotherCalendar: where the configuration, or the service, puts another calendar in the place of the one that was
// watched, the few events of that one are not gone. Nothing ends before somebody has said so.
func TestAnotherCalendar(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	one, two := calendartest.NewFake(), calendartest.NewFake()
	zoom := &meetingtest.Fake{Now: clock}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	pass := func(source calendar.Calendar, detects string) engine.Report {
		t.Helper()
		settings := plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Keep: true}, Host: "alice@example.com",
			Account: plan.AccountHash("a"), Grace: 10 * time.Minute}
		e := engine.New(st, []*engine.Calendar{{Name: "c", Source: source, Detects: detects, Settings: &settings}},
			engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: zoom, Main: true}},
				Now: clock, Jitter: func() float64 { return 0 }})
		var report engine.Report
		for range 3 {
			if report, err = e.Pass(t.Context(), "c"); err != nil {
				t.Fatal(err)
			}
			now = now.Add(20 * time.Minute)
		}
		return report
	}
	event := func(title string) calendar.Event {
		return calendar.Event{Title: title, Start: now.Add(48 * time.Hour), End: now.Add(49 * time.Hour)}
	}
	one.Put(event("Talk #zoom"))
	one.Put(event("Call #zoom"))
	for range 3 { // its ids are others
		two.Delete(two.Put(event("nothing")))
	}
	two.Put(event("Another #zoom"))
	if pass(named{one, "one"}, "1"); len(zoom.Meetings()) != 2 {
		t.Fatalf("%d meetings", len(zoom.Meetings()))
	}
	report := pass(named{two, "two"}, "2")
	if !report.Held || !strings.Contains(report.Reason, "another calendar") || len(zoom.Meetings()) != 2 ||
		zoom.Cancels() > 0 {
		t.Errorf("held: %v (%s), %d meetings, %d cancelled", report.Held, report.Reason, len(zoom.Meetings()),
			zoom.Cancels())
	}
	if report := pass(named{one, "one"}, "3"); report.Held || zoom.Cancels() > 0 {
		t.Errorf("with the first one again: held %v (%s), %d cancelled", report.Held, report.Reason, zoom.Cancels())
	}
	pass(named{two, "two"}, "4")
	e := engine.New(st, []*engine.Calendar{{Name: "c", Source: two}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: zoom, Main: true}},
			Now: clock})
	if held, _, err := e.Release(context.Background(), "c"); err != nil || !held {
		t.Fatalf("release: %v, %v", held, err)
	}
	if report := pass(named{two, "two"}, "4"); report.Held || zoom.Cancels() != 2 || len(zoom.Meetings()) != 1 {
		t.Errorf("released: held %v (%s), %d cancelled, %d meetings", report.Held, report.Reason, zoom.Cancels(),
			len(zoom.Meetings()))
	}
}

// TestAnotherCalendarSlowly: what could not be looked for in the other calendar in the first pass is asked for in the
// next one; a cursor that the other calendar takes as its own is no way around the question; and another calendar does
// not take over what it lacks.
func TestAnotherCalendarSlowly(t *testing.T) {
	for _, c := range []struct {
		name    string
		failing bool // events cannot be read in the first pass
		cursor  bool // the cursor is good in the other calendar
	}{{name: "failing", failing: true}, {name: "with a cursor", cursor: true},
		{name: "both", failing: true, cursor: true}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWatch(t)
			one, two := w.cal, calendartest.NewFake()
			var source calendar.Calendar = named{one, "one"}
			detects := "1"
			pass := func() engine.Report {
				t.Helper()
				w.e = engine.New(w.st, []*engine.Calendar{{Name: "c", Source: source, Detects: detects,
					Settings: new(w.settings())}},
					engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom,
						Main: true}}, Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
				report := w.pass()
				w.now = w.now.Add(20 * time.Minute)
				return report
			}
			for _, id := range []string{"talk", "call"} {
				one.Put(calendar.Event{ID: id, Title: id + " #zoom", Start: w.now.Add(48 * time.Hour),
					End: w.now.Add(49 * time.Hour)})
			}
			pass()
			for range 6 { // it has come further
				two.Put(calendar.Event{Title: "nothing", Start: w.now, End: w.now.Add(time.Hour)})
			}
			two.Put(calendar.Event{Title: "Another", Start: w.now.Add(48 * time.Hour), End: w.now.Add(49 * time.Hour)})
			if !c.cursor {
				detects = "2"
			}
			source = named{two, "two"}
			if c.failing {
				source = named{unreadable{two}, "two"}
			}
			pass()
			source = named{two, "two"}
			for range 4 {
				pass()
			}
			if report := pass(); !report.Held || !strings.Contains(report.Reason, "another calendar") ||
				len(w.zoom.Meetings()) != 2 {
				t.Errorf("held: %v (%s), %d meetings", report.Held, report.Reason, len(w.zoom.Meetings()))
			}
		})
	}
}

// unreadable is a calendar whose events cannot be read one by one.
type unreadable struct{ calendar.Calendar }

func (unreadable) Get(context.Context, string) (calendar.Event, error) {
	return calendar.Event{}, errors.New("503 Service Unavailable")
}

// TestTwinInAnotherCalendar: an event that is the same one in two calendars keeps its meeting while one of the two
// cannot be told from gone.
func TestTwinInAnotherCalendar(t *testing.T) {
	w := newWatch(t)
	a, b, elsewhere := calendartest.NewFake(), calendartest.NewFake(), calendartest.NewFake()
	var source calendar.Calendar = named{a, "one"}
	pass := func(names ...string) {
		t.Helper()
		e := engine.New(w.st, []*engine.Calendar{
			{Name: "a", Source: source, Detects: fmt.Sprint(source), Settings: new(w.settings())},
			{Name: "b", Source: b, Settings: new(w.settings())},
		}, engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom, Main: true}},
			Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
		for _, name := range names {
			if _, err := e.Pass(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		w.now = w.now.Add(20 * time.Minute)
	}
	event := func(title, uid string) calendar.Event {
		return calendar.Event{Title: title, UID: uid, Start: w.now.Add(48 * time.Hour), End: w.now.Add(49 * time.Hour)}
	}
	inB := b.Put(event("Talk #zoom", "same"))
	b.Put(event("Something else", ""))
	pass("b")
	a.Put(event("Talk #zoom", "same"))
	a.Put(event("Call #zoom", ""))
	pass("a")
	for range 3 {
		elsewhere.Delete(elsewhere.Put(event("nothing", "")))
	}
	elsewhere.Put(event("Nothing", ""))
	source = named{elsewhere, "two"}
	pass("a")
	b.Delete(inB)
	for range 6 {
		pass("a", "b")
	}
	if len(w.zoom.Meetings()) != 2 || w.zoom.Cancels() > 0 {
		t.Errorf("%d meetings, %d cancelled", len(w.zoom.Meetings()), w.zoom.Cancels())
	}
}

// TestCopyOfAnotherCalendars: a calendar that is another one than before says nothing of the events that were in it; an
// event with the UID of one of them is not that event moved.
func TestCopyOfAnotherCalendars(t *testing.T) {
	w := newWatch(t)
	b, other := calendartest.NewFake(), calendartest.NewFake()
	source := named{w.cal, "one"}
	pass := func(names ...string) {
		t.Helper()
		e := engine.New(w.st, []*engine.Calendar{
			{Name: "c", Source: source, Detects: source.name, Settings: new(w.settings())},
			{Name: "b", Source: b, Settings: new(w.settings())},
		}, engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom, Main: true}},
			Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
		for _, name := range names {
			if _, err := e.Pass(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		w.now = w.now.Add(time.Hour)
	}
	start := w.now.Add(20 * 24 * time.Hour)
	talk := calendar.Event{ID: "talk", UID: "same", Title: "Talk #zoom", Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour)}
	w.cal.Put(talk)
	pass("c")
	other.Put(calendar.Event{ID: "nothing", Title: "Nothing", Start: start, End: start.Add(time.Hour)})
	source = named{other, "two"}
	pass("c")
	talk.ID = "copy"
	b.Put(talk)
	pass("b", "c")
	rec, err := w.st.Record("c", "talk")
	if err != nil || rec == nil || rec.Closed() || len(w.zoom.Meetings()) != 1 {
		t.Fatalf("the copy took the meeting over: %+v, %v", rec, err)
	}
	// When the first one is back, all is as it was, and the copy is left alone.
	source = named{w.cal, "one"}
	pass("c", "b")
	if ev, _ := b.Event("copy"); strings.Contains(ev.Description, "zoomtag") || len(w.zoom.Meetings()) != 1 {
		t.Errorf("%+v", ev)
	}
}
