package engine

import (
	"fmt"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

func TestBudgetKeepsAReserve(t *testing.T) {
	b := newBench(t)
	for i := range 90 {
		b.put(fmt.Sprintf("Later %d #zoom", i), week)
	}
	b.pass()
	b.meetings(DailyLimit - DailyReserve)
	for i := range 30 {
		b.put(fmt.Sprintf("Soon %d #zoom", i), 2*time.Hour)
	}
	b.pass()
	b.meetings(DailyLimit)
	if used, err := b.st.BudgetUsed(hostOfA("alice@example.com"), "2026-03-02"); err != nil || used != DailyLimit {
		t.Errorf("%d calls counted: %v", used, err)
	}
	b.now = time.Date(2026, 3, 3, 0, 0, 1, 0, time.UTC)
	b.pass()
	b.meetings(DailyLimit + 10) // what starts soon has passed by; ten later ones were left
}

// TestQuiet: nothing changed, nothing is asked of Zoom, nothing is written.
func TestQuiet(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.put(fmt.Sprintf("Talk %d #zoom", i), week)
	}
	b.pass()
	b.pass() // sees our own writes come back
	calls := 0
	b.zoom.Hook = func(string, string) error { calls++; return nil }
	writes := b.cal.Writes()
	for range 1000 {
		b.now = b.now.Add(time.Second)
		if r := b.pass(); len(r.Events) != 0 {
			t.Fatalf("something was done: %+v", r.Events)
		}
	}
	if calls != 0 || b.cal.Writes() != writes {
		t.Errorf("%d calls to Zoom, %d writes", calls, b.cal.Writes()-writes)
	}
}

// TestOneNewEventCostsOneCall: a create, and nothing else.
func TestOneNewEventCostsOneCall(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	var calls []string
	b.zoom.Hook = func(call, phase string) error {
		if phase == "before" {
			calls = append(calls, call)
		}
		return nil
	}
	b.pass()
	b.pass()
	if len(calls) != 1 || calls[0] != "create" {
		t.Errorf("calls: %v", calls)
	}
}

// TestOfflineCostsNoBudget: calls that never reached Zoom do not count.
func TestOfflineCostsNoBudget(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	b.zoom.Hook = func(_, phase string) error {
		if phase == "before" {
			return fmt.Errorf("%w: no route to host", meeting.ErrNotSent)
		}
		return nil
	}
	for range 20 {
		b.pass()
		b.now = b.now.Add(7 * time.Hour / 20)
	}
	if used, err := b.st.BudgetUsed(hostOfA("alice@example.com"), "2026-03-02"); err != nil || used != 0 {
		t.Errorf("%d calls counted: %v", used, err)
	}
	b.zoom.Hook = nil
	b.now = b.now.Add(7 * time.Hour)
	b.pass()
	b.meetings(1)
}
