package enginetest

import (
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// lossSize is how many events vanish at once: more than the brake lets pass.
const lossSize = 7

// vanish has many linked events disappear at once from a calendar, as when a client has lost its copy and has the
// service do the same. Until the owner lets them go, nothing may be concluded from that.
func (w *Multi) vanish() {
	if !w.single() || len(w.insts[0].setup.names[w.cals[0]]) == 0 || w.everIn(w.cals[0]) > lossSize {
		return
	}
	calm := w.calm
	w.calm = true
	defer func() { w.calm = calm }()
	start := w.now.Add(72 * time.Hour).Truncate(time.Hour)
	first := len(w.items)
	for range lossSize {
		w.uids++
		end := start.Add(time.Hour)
		w.add(w.cals[0], calendar.Event{UID: fmt.Sprintf("uid%d", w.uids), Title: "Many #zoom", Start: start, End: end,
			Until: end}, "")
	}
	w.tick++
	w.observe()
	w.allPasses()
	w.allPasses()
	w.vanished = nil
	for _, it := range w.items[first:] {
		if ev, _ := it.cal.Event(it.id); w.rightLink(it, ev, w.live()) != nil || !w.known(it) {
			w.vanished = nil
			break
		}
		w.vanished = append(w.vanished, it)
	}
	for _, it := range w.items[first:] {
		w.delete(it)
	}
	w.say("%d vanish at once", lossSize)
}

// everIn is how many events there are, or were, in a calendar.
func (w *Multi) everIn(c *watched) (n int) {
	for _, it := range w.items {
		if it.cal == c {
			n++
		}
	}
	return n
}

// found forgets that events have vanished: one of them is touched, and the rest may be few enough to be believed.
func (w *Multi) found(it *item) {
	for _, lost := range w.vanished {
		if lost.uid == it.uid {
			w.vanished = nil
			return
		}
	}
}

// checkVanished checks that the meetings of events that have vanished at once are kept.
func (w *Multi) checkVanished() error {
	kept := map[string]bool{}
	for _, l := range w.live() {
		m, _ := plan.ParseMark(l.Mark)
		kept[m.Event] = true
	}
	for _, it := range w.vanished {
		if !kept[plan.Bind(it.uid)] {
			return fmt.Errorf("the meeting of %s was cancelled, which vanished together with many others", it.id)
		}
	}
	return nil
}
