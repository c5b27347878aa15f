package main

import (
	"strings"
	"testing"
	"time"
)

// TestExpiredAndMoved: a single meeting expires thirty days after its date. An event that is moved into the future
// after that gets another one, in place of a link that leads nowhere; one that is moved in time keeps its link.
func TestExpiredAndMoved(t *testing.T) {
	for _, late := range []bool{false, true} {
		w := newCrashWorld(t)
		sync := func() {
			t.Helper()
			if out, code, _ := w.sync(); code != exitOK {
				t.Fatalf("exit %d\n%s", code, out)
			}
		}
		w.put("a", "Alpha #zoom", "", "")
		sync()
		first := w.zoom.Meetings()[0]
		days := 20
		if late {
			days = 45
		}
		w.ahead += time.Duration(days) * 24 * time.Hour
		sync() // the event is over
		if late {
			w.zoom.OwnerDelete(first.ID) // the emulator's own clock stands still
		}
		start := nextWeek().AddDate(0, 0, 60)
		w.folder().edit("a", "DTSTART", start.Format("20060102T150405Z"))
		sync()
		w.ahead += time.Hour // Zoom is asked twice before it is believed
		sync()
		all := w.zoom.Meetings()
		ev, err := w.read("a")
		if err != nil || len(all) != 1 || !all[0].Start.Equal(start) || ev.Link.JoinURL != all[0].JoinURL ||
			(all[0].ID != first.ID) != late {
			t.Fatalf("late %t: %v, the event shows %s, Zoom has %+v", late, err, ev.Link.JoinURL, all)
		}
		if out, _, _ := w.zoomtag("log"); strings.Contains(out, "has expired") != late {
			t.Errorf("late %t: the journal says\n%s", late, out)
		}
	}
}
