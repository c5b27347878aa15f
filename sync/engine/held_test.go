package engine_test

import (
	"strings"
	"testing"
	"time"

	"zoomtag/store"
)

// TestHeldUntilItIsOver: an event that is held before anything is begun is remembered with the reason, in the journal
// once, and forgotten when it is mended, untagged, deleted or over.
func TestHeldUntilItIsOver(t *testing.T) {
	const contradictory = "Talk #zoom(mute, waiting-room, join-before-host)"
	for name, end := range map[string]func(w *watch, id string){
		"over":     func(w *watch, _ string) { w.until(w.now.Add(80 * time.Hour)) },
		"mended":   func(w *watch, id string) { w.retitle(id, "Talk #zoom") },
		"untagged": func(w *watch, id string) { w.retitle(id, "Talk") },
		"deleted":  func(w *watch, id string) { w.cal.Delete(id) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWatch(t)
			id := w.put(contradictory, 72*time.Hour)
			held := func() (list []store.Problem) {
				t.Helper()
				list, err := w.st.Problems("c")
				if err != nil {
					t.Fatal(err)
				}
				return list
			}
			for range 3 {
				w.pass()
				w.retitle(id, contradictory+"!") // a change that mends nothing
				w.pass()
				w.retitle(id, contradictory)
				w.pass()
			}
			if list := held(); len(list) != 1 || !list[0].Held || list[0].ID != id ||
				!strings.Contains(list[0].Reason, "contradict") || !list[0].Since.Equal(w.now) {
				t.Fatalf("held: %+v", list)
			}
			if one := held()[0]; one.UID == "" || !one.Start.Equal(w.now.Add(72*time.Hour)) {
				t.Errorf("it is remembered with the UID %q and the start %s", one.UID, one.Start)
			}
			before, err := w.st.Generation()
			w.now = w.now.Add(time.Second)
			w.pass()
			if after, failed := w.st.Generation(); err != nil || failed != nil || after != before {
				t.Errorf("what has not changed is saved anew: %d, then %d, %v, %v", before, after, err, failed)
			}
			journal, err := w.st.Journal(store.JournalFilter{EventID: id, Limit: 10})
			if err != nil || len(journal) != 1 {
				t.Errorf("the journal has %+v, %v", journal, err)
			}
			end(w, id)
			w.pass()
			if list := held(); len(list) > 0 {
				t.Errorf("still held: %+v", list)
			}
		})
	}
}
