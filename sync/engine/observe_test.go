package engine

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/providers/calendar"
)

// heard is an observer that remembers what it was told.
type heard struct {
	passes []string // how each ended
	links  []time.Duration
}

func (h *heard) PassEnded(r *Report, fault error) {
	end := "ok"
	if r.Error != "" || fault != nil {
		end = "failed"
	}
	h.passes = append(h.passes, r.Provider+" "+end)
}

func (h *heard) LinkMade(_ string, after time.Duration) { h.links = append(h.links, after) }

// observed is a bench whose engine is observed, in a bubble.
func observed(t *testing.T) (*bench, *heard) {
	b, h := newBench(t), &heard{}
	b.observer = h
	b.start()
	return b, h
}

// TestLinkDelay: it is measured from the pass that first saw the tag, over failures and an engine that takes over; what
// changes a link is no new one, and being held does not count.
func TestLinkDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, h := observed(t)
		wait := func(d time.Duration) {
			<-time.After(d)
			b.now = b.now.Add(d)
		}
		id := b.put("Talk #zoom", week)
		b.cal.Hook = func(call, phase, _ string) error {
			if call == "setlink" && phase == "before" {
				return errors.New("503")
			}
			return nil
		}
		b.pass()
		wait(time.Hour)
		old := b.e
		b.start()
		b.e.Succeed(old)
		b.pass()
		if len(h.links) != 0 {
			t.Fatalf("a link that is not there: %v", h.links)
		}
		b.cal.Hook = nil
		wait(time.Hour)
		b.pass()
		if len(h.links) != 1 || h.links[0] != 2*time.Hour {
			t.Errorf("a link after two hours: %v", h.links)
		}
		b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk again #zoom" })
		wait(time.Minute)
		b.pass()
		if len(h.links) != 1 {
			t.Errorf("a link that was there: %v", h.links)
		}
		if len(b.e.sights.first) != 0 {
			t.Errorf("still remembered: %v", b.e.sights.first)
		}
	})
}

// TestPassesAreTold: each pass that may change something, well or not.
func TestPassesAreTold(t *testing.T) {
	b, h := observed(t)
	b.pass()
	if _, err := b.e.Plan(context.Background(), "c"); err != nil {
		t.Fatal(err)
	}
	b.cal.Hook = func(call, _, _ string) error { return errors.New(call + " fails") }
	b.pass()
	if len(h.passes) != 2 || h.passes[0] != "fake ok" || h.passes[1] != "fake failed" {
		t.Errorf("%q", h.passes)
	}
}
