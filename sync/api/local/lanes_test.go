package local

import (
	"testing"

	"zoomtag/sync/engine"
)

// TestLanes: of a service a sync works on as many calendars at once as a daemon does, whatever others do, and of
// folders on more.
func TestLanes(t *testing.T) {
	s := &Service{reader: reader{calendars: map[string]*engine.Calendar{"a": {Lane: "google"}, "b": {Lane: "google"},
		"c": {Lane: "outlook"}, "d": {}, "e": {}}}}
	lanes := s.lanes()
	for lane, want := range map[string]int{"google": engine.LaneWidth, "outlook": engine.LaneWidth,
		"": parallelFolders} {
		if got := cap(lanes[lane]); got != want || len(lanes) != 3 {
			t.Errorf("lane %q has %d places, want %d", lane, got, want)
		}
	}
}
