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

// asks reports whether the owner wants a meeting for an item, by the configuration that the walk begins and ends with.
func (w *Multi) asks(it *item) (calendar.Event, bool) {
	ev, ok := it.cal.Event(it.id)
	if !ok || ev.Cancelled || ev.Denied != "" {
		return ev, false
	}
	wish := w.wish(it, &ev)
	// Where what is out of sight is not kept, a block that stands is all that is left of the wish.
	return ev, wish.Asked || wish.Refused == "" && (it.stripped || it.cal.drops == "mark" && ev.Link.Block != "")
}

// wish is what an item asks for as it now stands. It is looked for once for each version of the event: that is what walks spend most of
// their time with otherwise.
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
		if ok && since != 0 && since < w.tick && !now[m.Event] && w.shown(l) && w.broken == nil && !w.bent {
			w.broken = fmt.Errorf("meeting %d (%s) was cancelled while its event stands, is tagged, and shows it", l.ID, l.Spec.Topic)
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

// shows reports whether an event that there is shows this meeting.
func (w *Multi) shows(l meetingtest.Live) bool {
	return slices.ContainsFunc(w.items, func(it *item) bool {
		ev, there := it.cal.Event(it.id)
		return there && strings.Contains(ev.Link.Block, l.JoinURL)
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

// rest lets all be well, with the configuration of the beginning, and then checks that nothing is left to do and all is right.
func (w *Multi) rest() error {
	w.calm, w.flaky, w.cutIn, w.full, w.vanished = true, 0, 0, false, nil
	for _, in := range w.insts {
		w.original(in)
		w.reload(in)
	}
	w.observe()
	w.show()
	w.say("all is well from here on")
	rounds := 6
	if !w.single() { // what one has made, or has found gone, the other has to see first
		rounds = 10
	}
	for i := range rounds {
		w.now = w.now.Add(7 * time.Hour)
		for range 1 + max(6-i, 0)/3 { // the second for what the first was held for, or has woken
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

// original puts the configuration back with which a zoomtag began.
func (w *Multi) original(in *instance) {
	s := &in.setup
	note := s.note
	if w.single() {
		note = ""
	}
	for i, c := range w.cals {
		if len(s.names[c]) == 0 {
			s.names[c] = []string{fmt.Sprintf("c%d", i)}
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
	if w.rng.IntN(8) > 0 {
		return nil
	}
	count := func() (writes, calls int) {
		for _, c := range w.cals {
			writes += c.Writes()
		}
		for _, f := range []*meetingtest.Fake{w.zoom, w.club} {
			calls += f.Creates() + f.Updates() + f.Cancels()
		}
		return writes, calls
	}
	writes, calls := count()
	for range 12 {
		w.now = w.now.Add(43 * time.Hour)
		w.allPasses()
	}
	if !w.single() {
		calls += 2 * len(w.items) // two that follow different copies of an event change its meeting to and fro, until one gives way
	}
	if nowWrites, nowCalls := count(); nowWrites != writes || nowCalls > calls || w.single() && nowCalls != calls {
		return fmt.Errorf("at rest %d writes and %d calls that change something were made in three weeks", nowWrites-writes, nowCalls-calls)
	}
	return w.broken
}

// check is what must hold in the end.
func (w *Multi) check() error {
	live := map[string][]meetingtest.Live{}
	for _, l := range w.live() {
		if w.recovered[l.ID] && !w.shows(l) {
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

// remembered tells what the zoomtags remember of a UID.
func (w *Multi) remembered(uid string) string {
	var b strings.Builder
	for i, in := range w.insts {
		records, err := in.st.ByUID(uid)
		twins, fault := in.st.Twins(uid)
		fmt.Fprintf(&b, "zoomtag %d: twins %v %v\n", i, twins, errors.Join(err, fault))
		for _, r := range records {
			fmt.Fprintf(&b, "  %s/%s %s %s, meeting %d, mark %s, doubt %q, ending %v, closed %v, due %v, cancelled %d: %s\n", r.Calendar, r.EventID,
				r.State, r.Error, r.MeetingID, r.Mark, r.Doubt, r.EndingAt, r.ClosedAt, r.Due, r.CancelledID, r.Reason)
		}
	}
	return b.String()
}

// checkEvent checks what there is of one UID.
func (w *Multi) checkEvent(list []*item, live []meetingtest.Live, bind string) error {
	if w.lost && slices.ContainsFunc(list, func(it *item) bool { return it.cal.drops == "mark" }) {
		return nil // neither state nor event says whose the meeting is
	}
	if slices.ContainsFunc(list, func(it *item) bool { return w.mute(it) && !(it.stripped && len(list) == 1) }) {
		return nil
	}
	if len(live) > w.mayHave(list) && !w.excuse[bind] {
		return fmt.Errorf("%d meetings: %d and %d", len(live), live[0].ID, live[1].ID)
	}
	wanted, right, over := 0, 0, false
	var first error
	for _, it := range list {
		ev, asked := w.asks(it)
		words := strings.TrimSpace(calendar.StripBlock(ev.Description))
		// A note of which nobody remembers that it is ours, as in a copy, is a line that somebody has typed.
		if !w.single() || w.lost || w.cuts+w.unseen > 0 || len(list) > 1 {
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
	switch {
	case wanted == 0 && !over && len(live) > 0 && !w.excuse[bind] && !w.past(live[0]) && !w.denied(list):
		return fmt.Errorf("nobody wants a meeting, and there is %d (%q)", live[0].ID, live[0].Spec.Topic)
	case wanted > 0 && right == 0:
		return first
	case w.single() && w.made[bind] > w.wishes[bind] && !w.excuse[bind]:
		return fmt.Errorf("%d meetings were made, and it came to want one %d times", w.made[bind], w.wishes[bind])
	}
	return nil
}

// mute reports whether an item shows a block, and says nothing of a wish: what was out of sight was dropped. Then the wish is in the record
// alone, as long as that is the item's, and the walk does not know it.
func (w *Multi) mute(it *item) bool {
	ev, there := it.cal.Event(it.id)
	return there && ev.Link.Block != "" && ev.Link.Mark == "" && !w.wish(it, &ev).Asked
}

// mayHave is how many meetings an event may have: one. Where it stands as several items, and two zoomtags with accounts of their own have
// each given another one its link, neither can know whether the other's meeting still exists, and so neither gives way. Nor where neither may
// write what it has into the event.
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
	if want := strings.TrimSpace(plan.WithoutTags(ev.Title, "title", wish.Tags)); w.single() && want != "" && live[i].Spec.Topic != want {
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
		used, err := w.insts[0].st.BudgetUsed(host+"\x00"+hash, day)
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
	said := map[int64]bool{}
	for _, e := range entries {
		switch {
		case e.Step == "create" && !w.created[e.Meeting]:
			return fmt.Errorf("the journal says that meeting %d was made", e.Meeting)
		case e.Step == "cancel" && !w.gone[e.Meeting] && !w.recovered[e.Meeting] && !w.isRecovered(e, entries):
			return fmt.Errorf("the journal says that meeting %d was cancelled", e.Meeting)
		}
		if e.Step == "cancel" {
			said[e.Meeting] = true
		}
	}
	for id, gone := range w.gone {
		if gone && !said[id] && !w.lost && !w.bent {
			return fmt.Errorf("meeting %d was cancelled, and the journal does not say so", id)
		}
	}
	return nil
}

// isRecovered reports whether the journal says that a meeting was brought back after it was cancelled.
func (w *Multi) isRecovered(cancel store.Entry, entries []store.Entry) bool {
	return slices.ContainsFunc(entries, func(e store.Entry) bool {
		return e.Step == "adopt" && e.Meeting == cancel.Meeting && (w.back || !e.At.Before(cancel.At))
	})
}
