package enginetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// kinds are the kinds of acts that happen besides what owners do in any calendar.
var kinds = []string{"across", "config", "instances", "reload", "zoom", "lost", "mass", "strip", "organizer", "clock",
	"drops", "command", "limit", "vanish", "hide", "shared"}

// may reports whether a kind of act is to happen in this walk.
func (w *Multi) may(kind string) bool {
	if w.only != nil {
		return w.only[kind]
	}
	return !w.omit[kind]
}

// omitted leaves out some kinds of acts, another choice for each seed: what takes two acts to show is met sooner where
// fewer others come between, and where none of them makes the checks forgiving.
func omitted(seed uint64) map[string]bool {
	if seed%2 == 0 {
		return nil
	}
	rng, omit := rand.New(rand.NewPCG(seed, 3)), map[string]bool{}
	for _, kind := range kinds {
		omit[kind] = rng.IntN(5) < 2
	}
	return omit
}

// act is one thing that happens: somebody does something, or passes are made.
func (w *Multi) act() {
	w.tick++
	switch n := w.rng.IntN(100); {
	case n < 40 || len(w.items) == 0:
		w.owner()
	case n < 50:
		w.later()
	case n < 53 && w.may("lost"):
		w.loseState()
	case n < 54 && w.may("vanish"):
		w.vanish()
	case n < 58 && w.may("zoom"):
		w.atZoom()
	case n < 66 && w.may("config"):
		in := w.insts[w.rng.IntN(len(w.insts))]
		before := in.setup.rules
		named := w.configure(in)
		if w.lost && !reflect.DeepEqual(before, in.setup.rules) {
			w.reword()
		}
		w.say("configured: %v %v keep %t note %q without b %t", w.configured(in), in.setup.rules.Words,
			in.setup.rules.Keep, in.setup.note, in.setup.without)
		w.reload(in, named)
	default:
		w.passes()
		if w.rng.IntN(2) == 0 {
			w.changeOfMind()
		}
	}
	w.observe()
}

// changeOfMind has an owner ask again for what was just cancelled, while nobody knows whether it was: too rare to come
// about by itself.
func (w *Multi) changeOfMind() {
	for _, it := range w.items {
		records, err := w.insts[0].st.ByUID(it.uid)
		if err != nil {
			w.broken = err
			return
		}
		doubted := slices.ContainsFunc(records, func(rec *store.Record) bool { return rec.Doubt == plan.DoubtCancel })
		if !doubted {
			continue
		}
		w.tick++
		w.restore(it)
		if _, there := it.cal.Event(it.id); !there {
			continue
		}
		it.title = "Talk #zoom"
		it.cal.Edit(it.id, func(ev *calendar.Event) { ev.Title = it.title })
		w.say("%s is wanted again, while it is being cancelled", it.id)
		return
	}
}

// passes makes passes over some calendars at once, with whatever goes wrong.
func (w *Multi) passes() {
	w.calm, w.flaky, w.cutIn = false, []float64{0, 0, 0.05, 0.2}[w.rng.IntN(4)], 0
	if w.rng.IntN(3) == 0 {
		w.cutIn = 1 + w.rng.IntN(60)
	}
	w.full = w.may("zoom") && w.rng.IntN(12) == 0
	mayUseUp := w.may("limit") && w.single() && !w.back
	if mayUseUp && w.rng.IntN(12) == 0 {
		w.spendBudget()
	}
	for _, in := range w.insts {
		names := w.works(in)
		for _, name := range names {
			if w.rng.IntN(3) > 0 {
				w.pass(in, name)
			}
		}
	}
	w.commands()
	w.say("passes: %d (flaky %.2f, cut in %d, full %t)", len(w.baton.tasks), w.flaky, w.cutIn, w.full)
	before := w.shownMeetings()
	w.work()
	w.guard(before)
	w.calm, w.full = true, false
}

func (w *Multi) later() {
	step := []time.Duration{time.Second, 6 * time.Second, time.Minute, 11 * time.Minute, time.Hour,
		25 * time.Hour}[w.rng.IntN(6)]
	if w.may("clock") && !w.limited && w.rng.IntN(20) == 0 {
		step = -[]time.Duration{time.Minute, time.Hour, 30 * time.Hour}[w.rng.IntN(3)]
	}
	if step < 0 { // a service has its own clock
		w.back = true
		w.zoom.Lag, w.club.Lag = 0, 0
	}
	w.now = w.now.Add(step)
	w.say("%s later", step)
}

// owner is one thing that the owner of the calendars does.
func (w *Multi) owner() {
	w.tick++
	switch n := w.rng.IntN(100); {
	case n < 22 || len(w.items) == 0:
		w.put()
	case n < 55:
		w.edit(w.pick())
	case n < 67:
		w.delete(w.pick())
	case n < 72:
		w.restore(w.pick())
	case n < 88 && w.may("across"):
		w.across(w.pick())
	case n < 91 && w.may("mass"):
		w.mass()
	case n < 94 && w.may("strip"):
		w.strip(w.pick())
	case n < 95 && w.may("hide"):
		w.hide(w.pick())
	case n < 97 && w.may("command"):
		w.file()
	case w.may("organizer"):
		w.organize(w.pick())
	}
	w.observe()
}

func (w *Multi) pick() *item { return w.items[w.rng.IntN(len(w.items))] }

func (w *Multi) put() { w.putInto(w.cals[w.rng.IntN(len(w.cals))]) }

// putInto puts a new event into a calendar.
func (w *Multi) putInto(c *watched) {
	start := w.now.Add(time.Duration(48+w.rng.IntN(200)) * time.Hour).Truncate(time.Hour)
	w.uids++
	ev := calendar.Event{UID: fmt.Sprintf("uid%d", w.uids), Title: w.aTitle(), Start: start, End: start.Add(time.Hour),
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
	}
	w.add(c, ev, ev.Description)
}

// aTitle is a title, where there are several zoomtags one that both understand.
func (w *Multi) aTitle() string {
	titles := walkTitles
	if !w.single() {
		titles = titles[:5]
	}
	return titles[w.rng.IntN(len(titles))]
}

// add puts an event into a calendar, under an id of its own there.
func (w *Multi) add(c *watched, ev calendar.Event, words string) {
	w.found(&item{uid: ev.UID})
	ev.ID = fmt.Sprintf("%s-%d", ev.UID, len(w.items))
	c.Put(ev)
	w.items = append(w.items, &item{cal: c, id: ev.ID, uid: ev.UID, words: words, title: ev.Title})
	w.say("put %s into %s: %q %q mark %q", ev.ID, c.id, ev.Title, ev.Location, ev.Link.Mark)
}

func (w *Multi) edit(it *item) {
	ev, there := it.cal.Event(it.id)
	if !there {
		return
	}
	kind := w.rng.IntN(9)
	it.cal.Edit(it.id, func(ev *calendar.Event) { it.words = rewrite(ev, kind, it.title, w.aTitle) + it.words })
	if kind == 5 { // no block stands any more
		it.stripped = false
	}
	it.title = ev.Title
	w.say("edit %s kind %d", it.id, kind)
}

func (w *Multi) delete(it *item) {
	if it.cal.file { // then no command can be asked for it any more
		return
	}
	w.say("delete %s", it.id)
	w.forget(it)
	it.cal.Delete(it.id)
}

func (w *Multi) restore(it *item) {
	if _, there := it.cal.Event(it.id); !there {
		w.found(it)
		w.say("restore %s", it.id)
		it.cal.Restore(it.id)
	}
}

// across copies an event into another calendar, or the same, with its UID, as apps do that move or restore events. What
// it was copied from is deleted at once, later, or never.
func (w *Multi) across(it *item) {
	ev, there := it.cal.Event(it.id)
	if !there {
		w.restoreElsewhere(it)
		return
	}
	w.add(w.cals[w.rng.IntN(len(w.cals))], ev, it.words)
	if w.rng.IntN(3) == 0 {
		w.delete(it)
	}
}

// restoreElsewhere restores a deleted event under another id, perhaps in another calendar, perhaps as it was before it
// had a link.
func (w *Multi) restoreElsewhere(it *item) {
	it.cal.Restore(it.id)
	ev, there := it.cal.Event(it.id)
	it.cal.Delete(it.id)
	if !there {
		return
	}
	if w.rng.IntN(2) == 0 {
		ev.Description, ev.URL, ev.Link = it.words, "", calendar.Link{}
		if strings.Contains(ev.Location, "zoom.us") {
			ev.Location = ""
		}
		if len(plan.FindWish(&ev, w.rules).Tags) == 0 {
			ev.Title += " #zoom"
		}
	}
	w.say("restore %s elsewhere", it.id)
	w.add(w.cals[w.rng.IntN(len(w.cals))], ev, it.words)
}

// mass has many events vanish at once from a calendar.
func (w *Multi) mass() {
	c := w.cals[w.rng.IntN(len(w.cals))]
	w.say("all of %s is deleted", c.id)
	for _, it := range w.items {
		if it.cal == c {
			w.forget(it)
			c.Delete(it.id)
		}
	}
}

// organize makes an event somebody else's to write, or the owner's again.
func (w *Multi) organize(it *item) {
	it.cal.Edit(it.id, func(ev *calendar.Event) {
		if ev.Denied == "" {
			ev.Denied = "organised by somebody else"
		} else {
			ev.Denied = ""
		}
		w.say("%s: %q", it.id, ev.Denied)
	})
}

// atZoom is one thing that an owner does in Zoom's own app.
func (w *Multi) atZoom() {
	fake := []*meetingtest.Fake{w.zoom, w.zoom, w.club}[w.rng.IntN(3)]
	live := fake.Meetings()
	if len(live) == 0 {
		return
	}
	l := live[w.rng.IntN(len(live))]
	w.bent = true
	switch w.rng.IntN(4) {
	case 0:
		w.say("the passcode of %d is changed at Zoom", l.ID)
		fake.OwnerEdit(l.ID, func(l *meetingtest.Live) { l.Passcode = fmt.Sprint("changed", w.tick) })
	case 1:
		w.say("the topic of %d is changed at Zoom", l.ID)
		fake.OwnerEdit(l.ID, func(l *meetingtest.Live) { l.Spec.Topic = "Changed" })
	case 2:
		w.recover(fake)
	case 3:
		w.say("%d is deleted at Zoom", l.ID)
		w.vanished = nil
		fake.OwnerDelete(l.ID)
		if m, ok := plan.ParseMark(l.Mark); ok {
			w.wishes[m.Event]++
		}
	}
}

// strip has an app drop what is out of sight of an event.
func (w *Multi) strip(it *item) {
	if !w.single() { // then nobody could tell whose a link is
		return
	}
	_, before := w.asks(it)
	w.say("an app strips %s", it.id)
	seen := w.known(it)
	w.forget(it)
	it.cal.Strip(it.id)
	_, after := w.asks(it)
	dropped := before && !after
	it.stripped = dropped && seen && !w.lost
}

// recover has the owner bring back at Zoom what was deleted last, by whomever.
func (w *Multi) recover(fake *meetingtest.Fake) {
	if id, ok := fake.OwnerRecover(); ok {
		w.say("%d is brought back at Zoom", id)
		w.recovered[id] = true
		w.watchZoom()
	}
}

// hide has listings lack an event that is there and remembered, or show it again, and has cursors expire.
func (w *Multi) hide(it *item) {
	if !it.cal.file && w.known(it) {
		it.hidden = !it.hidden
		w.say("hidden %s: %t", it.id, it.hidden)
		it.cal.HideFromListing(it.id, it.hidden)
	}
	it.cal.Expire()
}

// show has listings show all that there is.
func (w *Multi) show() {
	for _, it := range w.items {
		if it.hidden {
			it.hidden = false
			it.cal.HideFromListing(it.id, false)
			it.cal.Expire()
		}
	}
}
