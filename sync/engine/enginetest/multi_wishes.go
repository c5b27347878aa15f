package enginetest

import (
	"fmt"
	"slices"
	"strings"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// asks reports whether the owner wants a meeting for an item, by the configuration that the walk begins and ends with.
func (w *Multi) asks(it *item) (calendar.Event, bool) {
	ev, ok := it.cal.Event(it.id)
	if !ok || ev.Cancelled || ev.Denied != "" {
		return ev, false
	}
	wish := w.wish(it, &ev)
	// Where what is out of sight is not kept, a block that stands is all that is left of the wish.
	blockLeft := it.stripped || it.cal.drops == "mark" && ev.Link.Block != ""
	return ev, wish.Asked || wish.Refused == "" && blockLeft
}

// wish is what an item asks for as it now stands. It is looked for once for each version of the event: that is what
// walks spend most of their time with otherwise.
func (w *Multi) wish(it *item, ev *calendar.Event) plan.Wish {
	if it.version != ev.Version {
		it.version, it.wish = ev.Version, plan.FindWish(ev, w.rulesOf(it.cal))
	}
	return it.wish
}

// observe notes which events are wanted since when, and counts the wishes.
func (w *Multi) observe() {
	wanted := map[string]string{} // in which accounts
	if w.lost {
		w.excuseDoubles()
	}
	for _, it := range w.items {
		if ev, asked := w.asks(it); asked {
			account := "a"
			if c := w.wish(it, &ev).Choice.Account; c != nil {
				account = strings.ToLower(*c)
			}
			if bind := plan.Bind(it.uid); !strings.Contains(wanted[bind], account) {
				wanted[bind] += account
			}
		}
	}
	for bind, accounts := range wanted {
		if w.wanted[bind] == 0 {
			w.wanted[bind] = w.tick
		}
		if w.in[bind] != accounts { // what was cancelled in one account is not brought back for another
			w.in[bind] = accounts
			w.wishes[bind]++
		}
	}
	for bind := range w.wanted {
		if wanted[bind] == "" {
			delete(w.wanted, bind)
			delete(w.in, bind)
		}
	}
}

// guard checks that passes have not cancelled the only meeting of an event that was wanted all the time.
func (w *Multi) guard(before []meetingtest.Live) {
	w.watchZoom()
	now := map[string]bool{} // binds that have a meeting
	for _, l := range w.live() {
		if m, ok := plan.ParseMark(l.Mark); ok {
			now[m.Event] = true
		}
	}
	for _, l := range before {
		m, ok := plan.ParseMark(l.Mark)
		since := w.wanted[m.Event]
		vanished := ok && !now[m.Event]
		wantedBefore := since != 0 && since < w.tick
		if w.broken != nil || w.bent {
			continue
		}
		if vanished && wantedBefore && w.shown(l) {
			w.broken = fmt.Errorf("meeting %d (%s) was cancelled while its event stands, is tagged, and shows it", l.ID,
				l.Spec.Topic)
		}
	}
	if err := w.checkVanished(); err != nil && w.broken == nil {
		w.broken = err
	}
}

// shownMeetings are those that are shown by items which every zoomtag knows.
func (w *Multi) shownMeetings() []meetingtest.Live {
	return slices.DeleteFunc(w.live(), func(l meetingtest.Live) bool { return !w.shown(l) })
}

// shown reports whether an item that asks for a meeting shows this one, and some zoomtag has seen it.
func (w *Multi) shown(l meetingtest.Live) bool {
	return slices.ContainsFunc(w.items, func(it *item) bool {
		ev, asked := w.asks(it)
		return asked && ev.Link.Mark == l.Mark && w.known(it)
	})
}

// wants reports whether an event that asks for a meeting shows this one.
func (w *Multi) wants(l meetingtest.Live) bool {
	return slices.ContainsFunc(w.items, func(it *item) bool {
		ev, asked := w.asks(it)
		return asked && strings.Contains(ev.Link.Block, l.JoinURL)
	})
}

// known reports whether each zoomtag remembers an item, or that it was left alone.
func (w *Multi) known(it *item) bool {
	for _, in := range w.insts {
		twins, err := in.st.Twins(it.uid)
		if err != nil {
			w.broken = err
		}
		records, err := in.st.ByUID(it.uid)
		if err != nil {
			w.broken = err
		}
		mine := func(calendar, id string) bool {
			return id == it.id && slices.Contains(in.setup.names[it.cal], calendar)
		}
		if !slices.ContainsFunc(twins, func(t store.Item) bool { return mine(t.Calendar, t.EventID) }) &&
			!slices.ContainsFunc(records, func(r *store.Record) bool { return mine(r.Calendar, r.EventID) }) {
			return false
		}
	}
	return true
}
