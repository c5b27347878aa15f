package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// TestPlanChangesNothing: not in the calendar, not at Zoom, not in the store; and it says what would be.
func TestPlanChangesNothing(t *testing.T) {
	b := newBench(t)
	linked := b.put("Old #zoom", week)
	b.pass()
	b.put("New #zoom", week)
	b.put("All right #nozoom #zoom", week)
	b.cal.Edit(linked, func(e *calendar.Event) { e.Title = "Old" })
	before, err := b.st.Calendar("c")
	if err != nil {
		t.Fatal(err)
	}
	writes, creates, cancels := b.cal.Writes(), b.zoom.Creates(), b.zoom.Cancels()
	r, err := b.e.Plan(context.Background(), "c")
	if err != nil {
		t.Fatal(err)
	}
	after, err := b.st.Calendar("c")
	if err != nil || after.Cursor != before.Cursor {
		t.Errorf("the cursor moved: %v", err)
	}
	if b.cal.Writes() != writes || b.zoom.Creates() != creates || b.zoom.Cancels() != cancels {
		t.Error("something was changed")
	}
	if rec, err := b.st.Record("c", "event2"); rec != nil || err != nil {
		t.Errorf("a record was made: %v", err)
	}
	got := map[string]string{}
	for _, ev := range r.Events {
		got[ev.Title] = strings.Join(ev.Steps, " ") + " " + ev.State
		if ev.Title == "New #zoom" && !strings.Contains(ev.Diff, "+ "+calendar.BlockFirst) {
			t.Errorf("no diff: %q", ev.Diff)
		}
	}
	want := map[string]string{"New #zoom": "create link linked", "Old": "unlink ending",
		"All right #nozoom #zoom": " ignored"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestStopBetweenSteps: a pass that is asked to stop finishes the step in hand and loses nothing.
func TestStopBetweenSteps(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	ctx, cancel := context.WithCancel(context.Background())
	b.zoom.Hook = func(call, phase string) error {
		cancel() // in the middle of the create
		return nil
	}
	if _, err := b.e.Pass(ctx, "c"); !errors.Is(err, context.Canceled) {
		t.Fatalf("pass: %v", err)
	}
	b.meetings(1)
	b.zoom.Hook = nil
	b.pass()
	b.meetings(1)
	if ev, _ := b.cal.Event("event1"); ev.Link.Mark == "" {
		t.Error("the event has no link")
	}
}

func TestForeignConferenceAndOthersMarks(t *testing.T) {
	b := newBench(t)
	meet := b.put("Talk #zoom", week)
	b.cal.Edit(meet, func(e *calendar.Event) { e.Description = "https://meet.google.com/abc-defg-hij" })
	b.cal.Put(calendar.Event{Title: "Theirs #zoom", Start: b.now.Add(week), End: b.now.Add(week + time.Hour),
		Until: b.now.Add(week + time.Hour),
		UID:   "theirs", Link: calendar.Link{Mark: plan.NewMark(plan.AccountHash("b"), "theirs", [10]byte{1})}})
	b.pass()
	b.meetings(0)
	if b.cal.Writes() != 0 {
		t.Error("something was written")
	}
}
