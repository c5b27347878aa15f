package engine

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// TestManyCalendarsOneBudget: what is counted never exceeds what there is, however many passes run at once.
func TestManyCalendarsOneBudget(t *testing.T) {
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprint("c", i))
	}
	h := newHouse(t, names...)
	for i, name := range names {
		for j := range 6 {
			h.share(fmt.Sprintf("uid%d-%d", i, j), "Talk #zoom", name)
		}
	}
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			if _, err := h.e.Pass(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := h.zoom.Creates(); n != DailyLimit-DailyReserve {
		t.Errorf("%d made, %d may be", n, DailyLimit-DailyReserve)
	}
}

// TestRefundAcrossMidnight: a call that was counted before midnight and did not reach Zoom is taken back from that day.
func TestRefundAcrossMidnight(t *testing.T) {
	b := newBench(t)
	b.now = time.Date(2026, 3, 2, 23, 59, 59, 0, time.UTC)
	b.put("Talk #zoom", week)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "before" {
			b.now = b.now.Add(2 * time.Second)
			return fmt.Errorf("%w: no network", meeting.ErrNotSent)
		}
		return nil
	}
	b.pass()
	for day, want := range map[string]int{"2026-03-02": 0, "2026-03-03": 0} {
		if used, err := b.st.BudgetUsed(hostOfA("alice@example.com"), day); err != nil || used != want {
			t.Errorf("%s: %d counted, %v", day, used, err)
		}
	}
}
