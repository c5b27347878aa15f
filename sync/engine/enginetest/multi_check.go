package enginetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// live are the meetings that exist, of both accounts.
func (w *Multi) live() []meetingtest.Live { return append(w.zoom.Meetings(), w.club.Meetings()...) }

// check is what must hold in the end.
func (w *Multi) check() error {
	live := map[string][]meetingtest.Live{}
	swept, err := w.swept()
	if err != nil {
		return err
	}
	for _, l := range w.live() {
		if swept[l.ID] && !w.wants(l) {
			continue // people are told of it
		}
		if w.recovered[l.ID] && !w.wants(l) {
			continue
		}
		m, _ := plan.ParseMark(l.Mark)
		live[m.Event] = append(live[m.Event], l)
	}
	items := map[string][]*item{}
	for _, it := range w.items {
		items[it.uid] = append(items[it.uid], it)
	}
	for uid, list := range items {
		bind := plan.Bind(uid)
		if err := w.checkEvent(list, live[bind], bind); err != nil {
			return fmt.Errorf("%s: %w\n%s", uid, err, w.remembered(uid))
		}
		delete(live, bind)
	}
	for bind, left := range live {
		return fmt.Errorf("meeting %d (bind %s, %q) belongs to no event", left[0].ID, bind, left[0].Spec.Topic)
	}
	if !w.single() {
		return nil
	}
	return errors.Join(w.checkRecords(), w.checkBudget(), w.checkJournal())
}

// remembered tells what the zoomtags remember of a UID, and how its items stand.
func (w *Multi) remembered(uid string) string {
	var b strings.Builder
	for i, in := range w.insts {
		records, err := in.st.ByUID(uid)
		twins, fault := in.st.Twins(uid)
		fmt.Fprintf(&b, "zoomtag %d: twins %v %v\n", i, twins, errors.Join(err, fault))
		for _, r := range records {
			fmt.Fprintf(&b, "  %s/%s %s %s, meeting %d, mark %s, doubt %q, ending %v, closed %v, due %v, cancelled "+
				"%d: %s\n", r.Calendar, r.EventID,
				r.State, r.Error, r.MeetingID, r.Mark, r.Doubt, r.EndingAt, r.ClosedAt, r.Due, r.CancelledID, r.Reason)
		}
	}
	for _, it := range w.items {
		if ev, asked := w.asks(it); it.uid == uid {
			fmt.Fprintf(&b, "  %s %s: asked %v (stripped %v), title %q, categories %q, location %q, link %+v\n", it.cal.id,
				it.id, asked, it.stripped, ev.Title, ev.Categories, ev.Location, ev.Link)
		}
	}
	return b.String()
}

// checkEvent checks what there is of one UID.
func (w *Multi) checkEvent(list []*item, live []meetingtest.Live, bind string) error {
	if w.lost && slices.ContainsFunc(list, func(it *item) bool { return it.cal.drops == "mark" }) {
		return nil // neither state nor event says whose the meeting is
	}
	if w.lost && slices.ContainsFunc(list, w.stray) {
		return nil
	}
	if slices.ContainsFunc(list, func(it *item) bool { return w.mute(it) && !(it.stripped && len(list) == 1) }) {
		return nil
	}
	if n := w.beside(live); n > w.mayHave(list) && !w.excuse[bind] {
		return fmt.Errorf("%d meetings: %d and %d", n, live[0].ID, live[1].ID)
	}
	wanted, right, over := 0, 0, false
	var first error
	for _, it := range list {
		ev, asked := w.asks(it)
		words := strings.TrimSpace(calendar.StripBlock(ev.Description))
		// A note of which nobody remembers that it is ours, as in a copy, is a line that somebody has typed.
		forgotten := w.lost || w.crewed || w.cuts+w.unseen > 0
		if forgotten || !w.single() || len(list) > 1 {
			for _, note := range notes {
				words = strings.TrimSpace(strings.ReplaceAll(words, note, ""))
			}
		}
		words = strings.TrimSpace(strings.ReplaceAll(words, addedLine, ""))
		if ev.ID != "" && words != strings.TrimSpace(it.words) {
			return fmt.Errorf("the words of %s, %q, became %q", it.id, it.words, words)
		}
		if asked && !ev.Until.IsZero() && w.now.After(ev.Until) {
			over = true
			continue
		}
		if !asked {
			continue
		}
		wanted++
		err := w.rightLink(it, ev, live)
		if err == nil {
			right++
		} else if first == nil {
			first = fmt.Errorf("%s (%q): %w", it.id, ev.Title, err)
		}
	}
	unwanted := wanted == 0 && !over && !w.excuse[bind]
	// What is made too late, its maker cancels.
	alone := w.single() && !w.crewed
	counted := alone && !over && !w.excuse[bind]
	switch {
	case unwanted && len(live) > 0 && w.mayEnd(list, live[0]):
		return fmt.Errorf("nobody wants a meeting, and there is %d (%q)", live[0].ID, live[0].Spec.Topic)
	case wanted > 0 && right == 0:
		return first
	case counted && w.made[bind] > w.wishes[bind]:
		return fmt.Errorf("%d meetings were made, and it came to want one %d times", w.made[bind], w.wishes[bind])
	}
	return nil
}

// mayEnd reports whether the meeting of an event is still to come, and its items may be written: then it ends when
// nobody wants it.
func (w *Multi) mayEnd(list []*item, l meetingtest.Live) bool {
	return !w.past(l) && !w.denied(list) && !w.letGo(l)
}

// letGo reports whether the owner has let a meeting go while its account was not configured: it was said to be left
// alone then, and of an event that is gone nobody hears again when the account comes back.
func (w *Multi) letGo(l meetingtest.Live) bool {
	if !w.crewed && !w.without {
		return false
	}
	rec, err := w.insts[0].st.ByMark(l.Mark)
	if err != nil {
		w.broken = err
	}
	over := rec != nil && rec.Closed()
	return over && rec.Left && rec.Abandoned
}

// stray reports whether an item shows a link without a mark beside the texts: to a state that was deleted since it is
// somebody else's.
func (w *Multi) stray(it *item) bool {
	ev, there := it.cal.Event(it.id)
	return there && ev.Link.Mark == "" && strings.Contains(ev.Location+ev.URL, "zoom.us/")
}

// mute reports whether an item shows a block, and says nothing of a wish: what was out of sight was dropped. Then the
// wish is in the record alone, as long as that is the item's, and the walk does not know it.
func (w *Multi) mute(it *item) bool {
	ev, there := it.cal.Event(it.id)
	onlyBlock := there && ev.Link.Block != "" && ev.Link.Mark == ""
	return onlyBlock && !w.wish(it, &ev).Asked
}

// mayHave is how many meetings an event may have: one. Where it stands as several items, and two zoomtags with accounts
// of their own have each given another one its link, neither can know whether the other's meeting still exists, and so
// neither gives way. Nor where neither may write what it has into the event.
func (w *Multi) mayHave(list []*item) int {
	if w.single() {
		return 1
	}
	if w.insts[0].account != w.insts[1].account && len(list) > 1 || w.denied(list) {
		return 2
	}
	marks := map[string]bool{} // what one item shows is not cancelled for the sake of another
	for _, it := range list {
		if ev, asked := w.asks(it); asked && ev.Link.Mark != "" {
			marks[ev.Link.Mark] = true
		}
	}
	return max(len(marks), 1)
}

// beside is how many meetings there are beside each other: all that are still to come, or those that were at one time.
// Of two items at different times the first may be over before the other is seen: then that one gets a meeting as well.
func (w *Multi) beside(live []meetingtest.Live) (most int) {
	at := map[time.Time]int{}
	for _, l := range live {
		var start time.Time
		if w.past(l) {
			start = l.Spec.Start
		}
		at[start]++
		most = max(most, at[start])
	}
	return most
}

// past reports whether a meeting is over: nobody has to cancel it any more.
func (w *Multi) past(l meetingtest.Live) bool {
	return !l.Spec.Start.IsZero() && !l.Spec.Start.Add(l.Spec.Duration).After(w.now)
}

// denied reports whether one of these items is not the owner's to write: what it had is held.
func (w *Multi) denied(list []*item) bool {
	return slices.ContainsFunc(list, func(it *item) bool {
		ev, _ := it.cal.Event(it.id)
		return ev.Denied != ""
	})
}

// rightLink reports what is wrong with the link that an event shows.
func (w *Multi) rightLink(it *item, ev calendar.Event, live []meetingtest.Live) error {
	if !w.single() && strings.Contains(ev.Link.Block, "zoom.us/my/") {
		return nil // the room of one of the two
	}
	i := slices.IndexFunc(live, func(l meetingtest.Live) bool { return strings.Contains(ev.Link.Block, l.JoinURL) })
	if i < 0 {
		return fmt.Errorf("it shows no meeting that there is (mark %q, block %q)", ev.Link.Mark, ev.Link.Block)
	}
	wish := w.wish(it, &ev)
	if want := strings.TrimSpace(plan.WithoutTags(ev.Title, "title", wish.Tags)); w.single() && want != "" &&
		live[i].Spec.Topic != want {
		return fmt.Errorf("the topic is %q, not %q", live[i].Spec.Topic, want)
	}
	return nil
}

// checkRecords checks that no UID has two open records, and nothing ghostly is queued.
func (w *Multi) checkRecords() error {
	in := w.insts[0]
	open := map[string]string{}
	names, err := in.st.Calendars()
	if err != nil {
		return err
	}
	for _, name := range names {
		records, err := in.st.Records(name)
		if err != nil {
			return err
		}
		for _, rec := range records {
			if rec.Closed() {
				continue
			}
			if other := open[rec.UID]; other != "" && !w.excuse[plan.Bind(rec.UID)] {
				return fmt.Errorf("%s has open records in %s and %s", rec.UID, other, name)
			}
			open[rec.UID] = name
			if !slices.Contains(w.configured(in), name) && !strings.HasPrefix(name, linkName) {
				return fmt.Errorf("the record of %s is kept under %s, which is not configured", rec.UID, name)
			}
		}
	}
	return nil
}

// checkBudget checks that no more calls were made than were counted.
func (w *Multi) checkBudget() error {
	for key, n := range w.spent {
		day, host, _ := strings.Cut(key, " ")
		hash := own
		if host == "bob@example.com" {
			hash = club
		}
		used, err := w.insts[0].st.BudgetUsed(store.Host(host+"\x00"+hash), day)
		if err != nil {
			return err
		}
		switch {
		case used < n && !w.lost:
			return fmt.Errorf("%s on %s: %d calls were made and %d counted", host, day, n, used)
		case n > engine.DailyLimit && !w.lost:
			return fmt.Errorf("%s on %s: %d calls were made", host, day, n)
		}
	}
	return nil
}

// checkJournal checks that what the journal says has happened.
func (w *Multi) checkJournal() error {
	entries, err := w.insts[0].st.Journal(store.JournalFilter{})
	if err != nil {
		return err
	}
	said, made := map[int64]bool{}, map[int64]bool{}
	uid, last := map[int64]string{}, map[string]int64{} // of whom a meeting is, and the last that was made for one
	for _, e := range entries {
		switch {
		case e.Step == "create" && !w.created[e.Meeting]:
			return fmt.Errorf("the journal says that meeting %d was made", e.Meeting)
		case e.Step == "cancel" && !w.wasGone(e, entries):
			return fmt.Errorf("the journal says that meeting %d was cancelled", e.Meeting)
		}
		made[e.Meeting] = made[e.Meeting] || e.Meeting != 0 && e.Step != "cancel"
		switch e.Step {
		case "cancel":
			said[e.Meeting] = true
		case "create":
			uid[e.Meeting], last[e.UID] = e.UID, e.Meeting
		}
	}
	for id, gone := range w.gone {
		// It never was anybody's, and its maker has cancelled it; or it was wanted again while a frozen worker was
		// about to cancel it, was found gone, and another one was made.
		tooLate := w.crewed && (!made[id] || last[uid[id]] != id)
		remembered := !w.lost && !w.bent && !tooLate
		if gone && remembered && !said[id] {
			return fmt.Errorf("meeting %d was cancelled, and the journal does not say so", id)
		}
	}
	return nil
}

// wasGone reports whether the meeting of a cancellation is gone, or was before it came back.
func (w *Multi) wasGone(cancel store.Entry, entries []store.Entry) bool {
	return w.gone[cancel.Meeting] || w.recovered[cancel.Meeting] || w.isRecovered(cancel, entries)
}

// isRecovered reports whether the journal says that a meeting was brought back after it was cancelled.
func (w *Multi) isRecovered(cancel store.Entry, entries []store.Entry) bool {
	return slices.ContainsFunc(entries, func(e store.Entry) bool {
		later := w.back || !e.At.Before(cancel.At) // a clock that went back tells nothing
		return e.Step == "adopt" && e.Meeting == cancel.Meeting && later
	})
}
