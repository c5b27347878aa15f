package engine

import (
	"context"
	"errors"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// TestStoppedInTheMiddle: a pass that is asked to end says nothing of the events that it was about to read, and they
// stay due.
func TestStoppedInTheMiddle(t *testing.T) {
	b := newBench(t)
	b.cal.Bare = true
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Title = "Talk two #zoom" })
	ctx, cancel := context.WithCancel(context.Background())
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "get" && phase == "before" {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	if _, err := b.e.Pass(ctx, "c"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if rec := b.record(id); rec.State != plan.Linked || rec.Error != "" || rec.Tries != 0 {
		t.Errorf("%s, %q, %d tries", rec.State, rec.Error, rec.Tries)
	}
	b.cal.Hook = nil
	b.pass()
	if b.zoom.Meetings()[0].Spec.Topic != "Talk two" {
		t.Error("the change was forgotten")
	}
}
