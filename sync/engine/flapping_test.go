package engine

import (
	"context"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// flapping is a calendar that lists everything now and then only, as those do whose service has no cursor, and may then
// say that there is nothing, neither in the list nor when asked for one event.
type flapping struct {
	calendar.Calendar
	full, empty bool
}

func (f *flapping) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	if cursor != "" && !f.full {
		return calendar.Changes{Total: -1, Cursor: cursor}, nil
	}
	changes, err := f.Calendar.Changes(ctx, "")
	if cursor != "" {
		changes.Cursor = cursor
	}
	if f.empty {
		changes.List = nil
	}
	changes.Full, changes.Total = true, len(changes.List)
	return changes, err
}

func (f *flapping) Get(ctx context.Context, id string) (calendar.Event, error) {
	if f.empty {
		return calendar.Event{}, calendar.ErrGone
	}
	return f.Calendar.Get(ctx, id)
}

// TestBrakeOutlastsPartialListings: passes that list only what has changed prove nothing about what is gone, so they do
// not let go of a calendar that is held.
func TestBrakeOutlastsPartialListings(t *testing.T) {
	for _, grace := range []time.Duration{0, 10 * time.Minute} {
		b := newBench(t)
		f := &flapping{Calendar: b.cal, full: true}
		b.config.Source, b.config.Settings.Grace = f, grace
		b.start()
		for range 12 {
			b.put("Talk #zoom", week)
		}
		b.pass()
		b.meetings(12)
		f.empty = true
		for i := range 40 {
			f.full = i%12 == 0
			b.now = b.now.Add(time.Minute + time.Second)
			if r := b.pass(); !r.Held {
				t.Fatalf("grace %v: pass %d is not held", grace, i)
			}
		}
		b.meetings(12)
		f.empty, f.full = false, true
		for range 2 {
			b.now = b.now.Add(time.Hour)
			if r := b.pass(); r.Held {
				t.Fatalf("grace %v: still held, though the events are back: %s", grace, r.Reason)
			}
		}
		b.meetings(12)
	}
}
