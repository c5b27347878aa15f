package enginetest

import (
	"fmt"
	"reflect"
	"slices"

	"zoomtag/sync/plan"
)

// loseState deletes the state of a zoomtag. A meeting that no standing event shows then is known to nobody.
func (w *Multi) loseState() {
	in := w.insts[w.rng.IntN(len(w.insts))]
	w.say("state deleted")
	w.lost, w.vanished = true, nil
	if err := in.st.Reset(); err != nil {
		w.broken = err
	}
	w.restart(in)
	w.excuseDoubles()
	if !reflect.DeepEqual(in.setup.rules, w.rules) {
		w.reword()
	}
	shown := map[string]bool{}
	for _, it := range w.items {
		it.stripped = false // the state alone knew of the wish
		if ev, there := it.cal.Event(it.id); there {
			shown[ev.Link.Mark] = shown[ev.Link.Mark] || !it.cal.file
		}
		if !w.single() {
			w.excuse[plan.Bind(it.uid)] = true
		}
	}
	for _, l := range w.live() {
		if m, ok := plan.ParseMark(l.Mark); ok && !shown[l.Mark] {
			w.excuse[m.Event] = true
		}
	}
}

// reword counts a wish of each event, where other words are configured and a state was deleted: it alone could say that
// an event which is not tagged now was tagged before, and that its meeting is not to be cancelled.
func (w *Multi) reword() {
	for _, it := range w.items {
		w.wishes[plan.Bind(it.uid)]++
	}
}

// excuseDoubles excuses the events that stand as several items, once a state was deleted: which of them has the
// meeting, nobody can tell any more.
func (w *Multi) excuseDoubles() {
	seen := map[string]bool{}
	for _, it := range w.items {
		if _, there := it.cal.Event(it.id); !there {
			continue
		}
		if seen[it.uid] {
			w.excuse[plan.Bind(it.uid)] = true
		}
		seen[it.uid] = true
	}
}

// forget excuses the meeting of an event that is deleted, or stripped, before anything remembers it again: nothing
// points to it any more.
func (w *Multi) forget(it *item) {
	ev, there := it.cal.Event(it.id)
	if !there || ev.Link.Mark == "" || !w.lost {
		return
	}
	rec, err := w.insts[0].st.ByMark(ev.Link.Mark)
	if err != nil {
		w.broken = err
	}
	if rec == nil {
		w.excuse[plan.Bind(it.uid)] = true
	}
}

// configure changes something in the configuration of a zoomtag. named says that it is what calendars are called.
func (w *Multi) configure(in *instance) (named bool) {
	w.tick++
	s := &in.setup
	c := w.cals[w.rng.IntN(len(w.cals))]
	n := w.rng.IntN(10)
	switch {
	case n == 0 && w.rng.IntN(2) == 0:
		w.exchange(in)
	case n == 0: // another name
		if len(s.names[c]) > 0 {
			s.names[c] = []string{fmt.Sprintf("n%d-%d", w.tick, slices.Index(w.cals, c))}
		}
	case n == 1: // taken out
		if w.inUse(in) > 1 {
			s.names[c] = nil
		}
	case n == 2: // all that there are
		for i, c := range w.cals {
			if len(s.names[c]) == 0 {
				s.names[c] = []string{w.unused(in, i)}
			}
		}
	case n == 3:
		s.rules.Words = [][]string{{"#zoom"}, {"#call"}, {"#zoom", "#call"}}[w.rng.IntN(3)]
	case n == 4:
		s.rules.Not = [][]string{{"#nozoom"}, {"#nozoom", "weekly"}, {"#nozoom", "talk"}}[w.rng.IntN(3)]
	case n == 5:
		s.rules.Locations = [][]string{{"Zoom"}, nil}[w.rng.IntN(2)]
		s.rules.Categories = [][]string{{"Zoom"}, nil}[w.rng.IntN(2)]
	case n == 6:
		s.rules.Keep = !s.rules.Keep
	case n == 7:
		s.note = append([]string{""}, notes...)[w.rng.IntN(1+len(notes))]
	case n == 8:
		s.place = []string{"if-empty", "never", "append"}[w.rng.IntN(3)]
	case n == 9 && w.single() && in.account == "a":
		s.without = !s.without
		w.without = true
	}
	return n < 3
}

// exchange has two calendars get each other's names; or the first gets those of the second, and that one a new one.
// Where workers share the state such calendars are held.
func (w *Multi) exchange(in *instance) {
	if in.st.Shared() || in.crew != nil {
		return
	}
	s := &in.setup
	i := w.rng.IntN(len(w.cals))
	c, other := w.cals[i], w.cals[(i+1)%len(w.cals)]
	if len(s.names[c]) == 0 || len(s.names[other]) == 0 {
		return
	}
	if s.names[c], s.names[other] = s.names[other], s.names[c]; w.rng.IntN(2) == 0 {
		s.names[c] = []string{fmt.Sprintf("n%d-%d", w.tick, i)}
	}
	w.say("names are exchanged")
}

// unused is a name for a calendar that is put back.
func (w *Multi) unused(in *instance, i int) string {
	name := fmt.Sprintf("c%d", i)
	if slices.Contains(w.configured(in), name) { // it has gone to another one
		return name + "-again"
	}
	return name
}

// inUse is how many calendars an instance has.
func (w *Multi) inUse(in *instance) (n int) {
	for _, names := range in.setup.names {
		if len(names) > 0 {
			n++
		}
	}
	return n
}
