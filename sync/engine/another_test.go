package engine_test

import (
	"context"
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

// TestAnotherCalendar: where the configuration, or the service, puts another calendar in the place of the one that was watched, the few
// events of that one are not gone. Nothing ends before somebody has said so.
func TestAnotherCalendar(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	one, two := calendartest.NewFake(), calendartest.NewFake()
	zoom := &meetingtest.Fake{Now: clock}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	pass := func(source calendar.Calendar, detects string) engine.Report {
		t.Helper()
		settings := plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Keep: true}, Host: "alice@example.com", Account: plan.AccountHash("a"), Grace: 10 * time.Minute}
		e := engine.New(st, []*engine.Calendar{{Name: "c", Source: source, Meetings: zoom, Detects: detects, Settings: settings}},
			engine.Options{Now: clock, Jitter: func() float64 { return 0 }})
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
	if !report.Held || !strings.Contains(report.Reason, "another calendar") || len(zoom.Meetings()) != 2 || zoom.Cancels() > 0 {
		t.Errorf("held: %v (%s), %d meetings, %d cancelled", report.Held, report.Reason, len(zoom.Meetings()), zoom.Cancels())
	}
	if report := pass(named{one, "one"}, "3"); report.Held || zoom.Cancels() > 0 {
		t.Errorf("with the first one again: held %v (%s), %d cancelled", report.Held, report.Reason, zoom.Cancels())
	}
	pass(named{two, "two"}, "4")
	e := engine.New(st, []*engine.Calendar{{Name: "c", Source: two, Meetings: zoom}}, engine.Options{Now: clock})
	if held, _, err := e.Release("c"); err != nil || !held {
		t.Fatalf("release: %v, %v", held, err)
	}
	if report := pass(named{two, "two"}, "4"); report.Held || zoom.Cancels() != 2 || len(zoom.Meetings()) != 1 {
		t.Errorf("released: held %v (%s), %d cancelled, %d meetings", report.Held, report.Reason, zoom.Cancels(), len(zoom.Meetings()))
	}
}
