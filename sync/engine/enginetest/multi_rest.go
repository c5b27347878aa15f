package enginetest

import (
	"fmt"
	"maps"
	"time"

	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/sync/plan"
)

// rest lets all be well, with the configuration of the beginning, and then checks that nothing is left to do and all is
// right.
func (w *Multi) rest() error {
	w.calm = true
	w.flaky = 0
	w.cutIn = 0
	w.full = false
	w.vanished = nil
	if err := w.restWithout(); err != nil {
		return err
	}
	for _, in := range w.insts {
		w.original(in)
		w.reload(in, false)
	}
	w.observe()
	w.show()
	w.say("all is well from here on")
	rounds := 6
	if !w.single() { // what one has made, or has found gone, the other has to see first
		rounds = 10
	}
	if w.crewed && w.back { // whoever saw the clock go back has perhaps died: what waits for a day waits for that one
		rounds = 10
	}
	for i := range rounds {
		w.now = w.now.Add(7 * time.Hour)
		w.round = i + 1
		passes := 1 + max(6-i, 0)/3 // the second for what the first was held for, or has woken
		if i == rounds-1 {
			passes++ // an item that has just come to its end has woken another with its UID
		}
		for range passes {
			w.allPasses()
		}
		if w.broken != nil {
			return w.broken
		}
	}
	if err := w.check(); err != nil {
		return err
	}
	return w.checkRest()
}

// restWithout lets all be well while a calendar is taken out, in some walks: what is in the others has its link all the
// same.
func (w *Multi) restWithout() error {
	in := w.insts[0]
	undisturbed := !w.lost && !w.back && !w.bent
	several := w.single() && w.inUse(in) > 1
	if !undisturbed || !several || !w.may("config") {
		return nil
	}
	if w.rng.IntN(4) > 0 {
		return nil
	}
	names := maps.Clone(in.setup.names)
	w.original(in)
	in.setup.names = names
	in.setup.names[w.cals[w.rng.IntN(len(w.cals))]] = nil
	if w.inUse(in) == 0 {
		return nil
	}
	w.reload(in, false)
	w.observe()
	w.show()
	w.say("all is well from here on, with %v alone", w.configured(in))
	for range 4 {
		w.now = w.now.Add(7 * time.Hour)
		w.allPasses()
		w.allPasses()
		if w.broken != nil {
			return w.broken
		}
	}
	return w.checkWithout(in)
}

// checkWithout checks that each event that somebody asks for in a calendar that is configured shows a meeting there.
func (w *Multi) checkWithout(in *instance) error {
	live, right, wrong := map[string][]meetingtest.Live{}, map[string]bool{}, map[string]error{}
	for _, l := range w.live() {
		m, _ := plan.ParseMark(l.Mark)
		live[m.Event] = append(live[m.Event], l)
	}
	for _, it := range w.items {
		ev, asked := w.asks(it)
		over := !ev.Until.IsZero() && w.now.After(ev.Until)
		watched := it.cal.file || len(in.setup.names[it.cal]) > 0
		if !asked || over || !watched {
			continue
		}
		bind := plan.Bind(it.uid)
		unknown := w.mute(it) || w.excuse[bind]
		if err := w.rightLink(it, ev, live[bind]); err == nil || unknown {
			right[it.uid] = true
		} else {
			wrong[it.uid] = fmt.Errorf("%s: without a calendar: %s (%q): %w\n%s", it.uid, it.id, ev.Title, err,
				w.remembered(it.uid))
		}
	}
	for uid, err := range wrong {
		if !right[uid] {
			return err
		}
	}
	return nil
}

// original puts the configuration back with which a zoomtag began.
func (w *Multi) original(in *instance) {
	s := &in.setup
	note := s.note
	if w.single() {
		note = ""
	}
	for i, c := range w.cals {
		if len(s.names[c]) == 0 {
			s.names[c] = []string{w.unused(in, i)}
		}
	}
	*s = setup{names: s.names, rules: w.rules, place: "if-empty", note: note}
}

// allPasses makes a pass over each calendar, one after the other.
func (w *Multi) allPasses() {
	before := w.shownMeetings()
	for _, it := range w.files {
		w.link(w.insts[0], it)
		w.work()
	}
	for _, in := range w.insts {
		for _, name := range w.configured(in) {
			w.pass(in, name)
			w.work()
		}
	}
	w.guard(before)
}

// checkRest lets weeks pass in which nothing happens: nothing may be written then, nor asked of Zoom but to look.
func (w *Multi) checkRest() error {
	if w.rng.IntN(8) > 0 || w.turns() {
		return nil
	}
	count := func() (writes, calls int) {
		for _, c := range w.cals {
			writes += c.Writes()
		}
		for _, f := range []*meetingtest.Fake{w.zoom, w.club} {
			calls += f.Creates() + f.Updates() + f.Ends()
		}
		return writes, calls
	}
	writes, calls := count()
	for range 12 {
		w.now = w.now.Add(43 * time.Hour)
		w.allPasses()
	}
	if !w.single() {
		// two that follow different copies of an event change its meeting to and fro, until one gives way
		calls += 2 * len(w.items)
	}
	nowWrites, nowCalls := count()
	tooMany := nowCalls > calls || w.single() && nowCalls != calls
	if nowWrites != writes || tooMany {
		return fmt.Errorf("at rest %d writes and %d calls that change something were made in three weeks",
			nowWrites-writes, nowCalls-calls)
	}
	return w.broken
}

// turns reports whether copies of one event end at different times: when the first is over, the meeting goes with it,
// and the next has its turn.
func (w *Multi) turns() bool {
	ends := map[string]time.Time{}
	for _, it := range w.items {
		ev, asked := w.asks(it)
		if !asked {
			continue
		}
		if end, known := ends[it.uid]; known && !end.Equal(ev.Until) {
			return true
		}
		ends[it.uid] = ev.Until
	}
	return false
}
