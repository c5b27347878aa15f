package local

import (
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"zoomtag/sync/engine"
)

// TestInLanes: of a service a sync works on as many calendars at once as a daemon does, whatever others do, and of
// folders on more; each has its turn once.
func TestInLanes(t *testing.T) {
	s := &Service{reader: reader{calendars: map[string]*engine.Calendar{}}}
	var names []string
	for i := range 500 {
		name := strconv.Itoa(i)
		names = append(names, name)
		s.calendars[name] = &engine.Calendar{Name: name, Lane: []string{"google", "outlook", ""}[i%3]}
	}
	names = append(names, "alone")
	s.calendars["alone"] = &engine.Calendar{Lane: "caldav"}
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		done, busy, most := map[int]int{}, map[string]int{}, map[string]int{}
		release, over := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(over)
			s.inLanes(names, func(i int) {
				lane := s.calendars[names[i]].Lane
				mu.Lock()
				done[i]++
				busy[lane]++
				most[lane] = max(most[lane], busy[lane])
				mu.Unlock()
				<-release
				mu.Lock()
				busy[lane]--
				mu.Unlock()
			})
		}()
		synctest.Wait() // all are at work that may be at once
		close(release)
		<-over
		for lane, want := range map[string]int{"google": engine.LaneWidth, "outlook": engine.LaneWidth,
			"": parallelFolders, "caldav": 1} {
			if most[lane] != want {
				t.Errorf("lane %q: %d at once, want %d", lane, most[lane], want)
			}
		}
		for i := range names {
			if done[i] != 1 {
				t.Errorf("%s had %d turns", names[i], done[i])
			}
		}
	})
}
