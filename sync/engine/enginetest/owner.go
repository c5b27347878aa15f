package enginetest

import (
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// asked reports whether the owner wants a meeting for the event as it now stands.
func (w *Walker) asked(id string) (calendar.Event, bool) {
	ev, ok := w.cal.Event(id)
	if !ok || ev.Cancelled {
		return ev, false
	}
	return ev, plan.FindWish(&ev, w.rules).Asked
}

func (w *Walker) pick() string {
	if len(w.events) == 0 {
		return ""
	}
	return w.events[w.rng.IntN(len(w.events))]
}

// wish counts a create that the owner's action explains: the event wants a meeting now and did not before.
func (w *Walker) wish(id string, before bool) {
	if ev, asked := w.asked(id); asked && !before {
		w.needed[plan.Bind(ev.UID)]++
	}
}

var walkTitles = []string{"Weekly #zoom", "Review", "#zoom(45m) Call", "Sync #zoom #nozoom",
	"Plan #zoom(no-waiting-room)",
	"Club #zoom(account=b)", "#zoom(Account=B, 45m) Evening"}

// act is one thing that happens.
func (w *Walker) act() {
	if s, ok := w.cal.(Apart); ok && len(w.events) > 0 && w.rng.IntN(6) == 0 {
		w.actOnSeries(s)
		return
	}
	switch n := w.rng.IntN(100); {
	case n < 15 || len(w.events) == 0:
		w.put()
	case n < 38:
		w.edit(w.pick())
	case n < 45:
		id := w.pick()
		w.say("delete %s", id)
		w.forget(id)
		w.cal.Delete(id)
	case n < 49:
		id := w.pick()
		_, before := w.asked(id)
		w.say("restore %s", id)
		w.cal.Restore(id)
		w.wish(id, before)
		w.countDoubles()
	case n < 53:
		w.copy(w.pick())
	case n < 57:
		w.rename(w.pick())
	case n < 67:
		step := []time.Duration{time.Second, 6 * time.Second, time.Minute, 11 * time.Minute, time.Hour}[w.rng.IntN(5)]
		w.now = w.now.Add(step)
		w.say("%s later", step)
	case n < 70:
		w.loseDatabase()
	case n < 73:
		w.hide(w.pick())
	case n < 76:
		w.without = !w.without
		w.say("account b is configured: %v", !w.without)
		w.restart()
	default:
		w.calm = false
		w.flaky = []float64{0, 0, 0.05, 0.3}[w.rng.IntN(4)]
		if w.cutIn = 0; w.rng.IntN(2) == 0 {
			w.cutIn = 1 + w.rng.IntN(40)
		}
		w.say("pass (flaky %.2f, cut in %d)", w.flaky, w.cutIn)
		pass := w.pass
		if w.flaky == 0 && w.cutIn == 0 && w.rng.IntN(2) == 0 {
			// Nobody disturbs it, and all that is shown late is shown by now, deletions too: so it does what a plan
			// says.
			w.calm, w.now = true, w.now.Add(aWhile)
			pass = func() error { return w.foretold(false) }
		}
		if err := pass(); err != nil && w.broken == nil {
			w.broken = fmt.Errorf("pass: %w", err)
		}
		w.calm = true
	}
}

// aWhile is longer than any calendar or Zoom shows things late.
const aWhile = 16 * time.Minute

// hide has listings lack an event that is there, and remembered. (One that nobody has seen yet cannot be missed.)
func (w *Walker) hide(id string) {
	rec, err := w.st.Record("c", id)
	if err != nil {
		w.broken = err
	}
	if rec == nil || rec.Closed() {
		return
	}
	w.hidden[id] = !w.hidden[id]
	w.say("hide %s: %v", id, w.hidden[id])
	w.cal.Hide(id, w.hidden[id])
	w.cal.Expire()
}

func (w *Walker) put() {
	start := w.now.Add(time.Duration(48+w.rng.IntN(200)) * time.Hour).Truncate(time.Hour)
	ev := calendar.Event{Title: walkTitles[w.rng.IntN(len(walkTitles))], Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour)}
	switch w.rng.IntN(6) {
	case 0:
		ev.Title, ev.Description = "Talk", "some words\n#zoom\nmore"
	case 1:
		ev.Title, ev.Location = "Talk", "Zoom"
	case 2:
		ev.Categories, ev.Location = []string{"Zoom"}, "Room 1"
	case 3:
		ev.Series, ev.Until = true, time.Time{}
		if start.Hour()%2 == 0 {
			ev.Title = "Weekly #zoom(fixed)"
		}
	}
	w.putEvent(ev)
}

func (w *Walker) putEvent(ev calendar.Event) {
	id := w.cal.Put(ev)
	w.events = append(w.events, id)
	w.words[id] = ev.Description
	w.say("put %s %q %q", id, ev.Title, ev.Description)
	w.wish(id, false)
}

// dropBlock deletes the block from an event's texts.
func dropBlock(ev *calendar.Event) {
	if start, end, ok := calendar.FindBlock(ev.Description); ok {
		ev.Description = strings.TrimSuffix(ev.Description[:start], "\n\n") + ev.Description[end:]
	}
}

func (w *Walker) edit(id string) {
	now, before := w.asked(id)
	if now.ID == "" {
		return
	}
	kind := w.rng.IntN(9)
	title := now.Title
	w.cal.Edit(id, func(ev *calendar.Event) {
		aTitle := func() string { return walkTitles[w.rng.IntN(len(walkTitles))] }
		w.words[id] = rewrite(ev, kind, w.titles[id], aTitle) + w.words[id]
	})
	w.titles[id] = title
	w.say("edit %s kind %d", id, kind)
	w.wish(id, before)
}

// rewrite is one of the things that owners do to an event. It returns the words that it has put in front of theirs.
func rewrite(ev *calendar.Event, kind int, before string, aTitle func() string) (words string) {
	switch kind {
	case 0:
		ev.Title = aTitle()
	case 1:
		ev.Start = ev.Start.Add(time.Hour)
		ev.End = ev.Start.Add(time.Hour)
		if !ev.Until.IsZero() {
			ev.Until = ev.End
		}
	case 2:
		ev.Title = strings.TrimSpace(strings.ReplaceAll(ev.Title, "#zoom", ""))
		ev.Categories = nil
	case 3:
		ev.Title += " #zoom"
	case 4: // in front of whatever there is
		words = "note. "
		ev.Description = words + ev.Description
	case 5: // the block is deleted
		dropBlock(ev)
	case 6:
		ev.Cancelled = !ev.Cancelled
	default: // what was before
		if before != "" {
			ev.Title = before
		}
	}
	return words
}

// meanwhile has the owner write into an event that is being written.
func (w *Walker) meanwhile(id string) {
	if w.calm {
		return
	}
	w.say("edit %s meanwhile", id)
	w.cal.Edit(id, func(ev *calendar.Event) { ev.Description = "meanwhile. " + ev.Description })
	w.words[id] = "meanwhile. " + w.words[id]
}

func (w *Walker) copy(id string) {
	if _, ok := w.cal.Event(id); ok {
		copied := w.cal.Copy(id)
		w.events = append(w.events, copied)
		w.words[copied] = w.words[id]
		w.inherit(id, copied)
		w.say("copy %s to %s", id, copied)
		w.wish(copied, false)
	}
}

func (w *Walker) rename(id string) {
	if _, ok := w.cal.Event(id); !ok {
		return
	}
	renamed, ok := w.cal.Rename(id, fmt.Sprintf("%s-%d", id, len(w.events)))
	if !ok {
		return
	}
	w.cal.Hide(renamed, false)
	w.events = append(w.events, renamed)
	w.words[renamed] = w.words[id]
	w.inherit(id, renamed)
	w.say("rename %s to %s", id, renamed)
}

// loseDatabase deletes the database. What only it knew is excused: meetings that no standing event shows.
func (w *Walker) loseDatabase() {
	w.disturbed = true
	w.say("database deleted")
	w.lost = true
	w.countDoubles()
	shown := map[string]bool{}
	for _, id := range w.events {
		if ev, ok := w.cal.Event(id); ok {
			if m, _ := plan.ParseMark(ev.Link.Mark); m.Event == plan.Bind(ev.UID) {
				shown[ev.Link.Mark] = true
			}
		}
		for _, date := range w.datesOf(id) {
			shown[date.Link.Mark] = shown[date.Link.Mark] || showsOwn(&date)
		}
	}
	for _, l := range w.meetings() {
		if !shown[l.Mark] {
			w.excuse[l.Mark] = true
			if m, ok := plan.ParseMark(l.Mark); ok {
				w.needed[m.Event]++
			}
		}
	}
	if err := w.st.Reset(); err != nil {
		w.broken = err
	}
	if w.leaving { // that is forgotten with all else: what is wanted is made again
		w.leaving = false
		for _, id := range w.events {
			w.wish(id, false)
		}
	}
	w.restart()
}

// countDoubles notes the UIDs that two standing items have, once the database was lost. Which of them has the meeting,
// only the items themselves could tell; should the one that shows it be unreadable just then, the other one gets its
// own.
func (w *Walker) countDoubles() {
	seen := map[string]bool{}
	for _, id := range w.events {
		if ev, ok := w.cal.Event(id); ok && w.lost {
			w.double[plan.Bind(ev.UID)] = w.double[plan.Bind(ev.UID)] || seen[ev.UID]
			seen[ev.UID] = true
		}
		for _, date := range w.datesOf(id) {
			if w.lost {
				w.double[plan.Bind(date.UID)] = w.double[plan.Bind(date.UID)] || seen[date.UID]
				seen[date.UID] = true
			}
		}
	}
}

// forget excuses the meeting of an event that is deleted before anything remembers it again: nothing points to it any
// more.
func (w *Walker) forget(id string) {
	w.forgetDates(id)
	ev, ok := w.cal.Event(id)
	if !ok || ev.Link.Mark == "" {
		return
	}
	rec, err := w.st.ByMark(ev.Link.Mark)
	if err != nil {
		w.broken = err
	}
	if rec == nil {
		w.excuse[ev.Link.Mark] = true
	}
}
