package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// house is a bench with several calendars, by name.
type house struct {
	*bench
	cals  map[string]*calendartest.Fake
	names []string // the configured ones
	// random is where new marks come from; nil is chance.
	random io.Reader
}

func newHouse(t *testing.T, names ...string) *house {
	h := &house{bench: newBench(t), cals: map[string]*calendartest.Fake{}, names: names}
	for _, name := range names {
		h.cals[name] = calendartest.NewFake()
	}
	h.share("plain", "Dentist", names...) // a calendar that is suddenly empty is another matter
	h.configure(names...)
	return h
}

// configure makes a new engine for these calendars, as a reload does.
func (h *house) configure(names ...string) {
	h.names = names
	var list []*Calendar
	for _, name := range names {
		c := h.config
		c.Name, c.Source = name, sourced{h.cals[name], fmt.Sprintf("%p", h.cals[name])}
		list = append(list, &c)
	}
	next := New(h.st, list, Options{Accounts: h.accounts(), Now: func() time.Time { return h.now }, Jitter: func() float64 { return 0 }, Random: h.random})
	if h.e != nil {
		next.Succeed(h.e)
	}
	h.e = next
}

// sourced is a calendar that tells which one it is.
type sourced struct {
	*calendartest.Fake
	source string
}

func (s sourced) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	c, err := s.Fake.Changes(ctx, cursor)
	c.Source = s.source
	return c, err
}

// passes makes a pass over each of these calendars, or all.
func (h *house) passes(names ...string) {
	h.t.Helper()
	if len(names) == 0 {
		names = h.names
	}
	for _, name := range names {
		r, err := h.e.Pass(context.Background(), name)
		if err != nil || r.Error != "" {
			h.t.Fatal(err, r.Error)
		}
	}
}

// settle lets everything come to rest.
func (h *house) settle() {
	h.t.Helper()
	for range 4 {
		h.passes()
		h.now = h.now.Add(11 * time.Minute)
	}
}

// share puts one event into several calendars, in each under its own id.
func (h *house) share(uid, title string, names ...string) {
	start := h.now.Add(week)
	for _, name := range names {
		h.cals[name].Put(calendar.Event{ID: uid + "-" + name, UID: uid, Title: title, Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)})
	}
}

func (h *house) event(name, id string) calendar.Event {
	ev, _ := h.cals[name].Event(id)
	return ev
}

// opened are the open records with a UID.
func (h *house) opened(uid string) (open []string) {
	h.t.Helper()
	list, err := h.st.ByUID(uid)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, rec := range list {
		if !rec.Closed() {
			open = append(open, rec.Calendar)
		}
	}
	return open
}

// TestSharedEventsOneMeeting: the same events in two calendars whose passes run at once. Whichever comes first has the record.
func TestSharedEventsOneMeeting(t *testing.T) {
	h := newHouse(t, "x", "y")
	const events = 30
	for i := range events {
		h.share(fmt.Sprint("uid", i), fmt.Sprintf("Talk %d #zoom", i), "x", "y")
	}
	var wg sync.WaitGroup
	for _, name := range h.names {
		wg.Go(func() {
			if _, err := h.e.Pass(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	h.settle()
	h.meetings(events)
	if n := h.zoom.Creates(); n != events {
		t.Errorf("%d were made for %d events", n, events)
	}
	for i := range events {
		if open := h.opened(fmt.Sprint("uid", i)); len(open) != 1 {
			t.Errorf("event %d has records in %v", i, open)
		}
	}
}

// TestTwinHasItsTurn: an item that was left alone gets the meeting when the one that had it goes, in whichever calendars they are.
func TestTwinHasItsTurn(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x", "y")
	h.settle()
	h.meetings(1)
	h.cals["x"].Delete("uid-x")
	h.settle()
	h.meetings(1)
	if open := h.opened("uid"); len(open) != 1 || open[0] != "y" || h.zoom.Creates() != 1 {
		t.Fatalf("records in %v, %d made", open, h.zoom.Creates())
	}
	if ev := h.event("y", "uid-y"); !strings.Contains(ev.Link.Block, h.zoom.Meetings()[0].JoinURL) {
		t.Errorf("the copy shows %q", ev.Link.Block)
	}
	if due, err := h.st.Due("x", h.now.AddDate(1, 0, 0), 0); err != nil || len(due) != 0 {
		t.Errorf("left in the queue of x: %q, %v", due, err)
	}
	// An event that has nothing to do with it is cancelled as ever.
	h.share("other", "Other #zoom", "x")
	h.settle()
	h.cals["x"].Delete("other-x")
	h.settle()
	h.meetings(1)
}

// TestTwinOfACalendarTakenOut: the calendar that had the record leaves the configuration.
func TestTwinOfACalendarTakenOut(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x", "y")
	h.settle()
	h.configure("y")
	h.settle()
	if open := h.opened("uid"); len(open) != 1 || open[0] != "y" || h.event("y", "uid-y").Link.Mark == "" {
		t.Errorf("records in %v, the copy shows %q", open, h.event("y", "uid-y").Link.Mark)
	}
	h.configure("x", "y")
	h.settle()
	h.meetings(1)
}

// TestNewOrganizer: the event becomes somebody else's to write, whose calendar is watched as well.
func TestNewOrganizer(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x", "y")
	h.cals["y"].Edit("uid-y", func(ev *calendar.Event) { ev.Denied = "organised by alice@example.com" })
	h.settle()
	h.cals["x"].Edit("uid-x", func(ev *calendar.Event) { ev.Denied = "organised by bob@example.com" })
	h.cals["y"].Edit("uid-y", func(ev *calendar.Event) { ev.Denied = "" })
	h.settle()
	if open := h.opened("uid"); len(open) != 1 || open[0] != "y" || h.event("y", "uid-y").Link.Mark == "" {
		t.Errorf("records in %v, the new organizer's shows %q", open, h.event("y", "uid-y").Link.Mark)
	}
	h.meetings(1)
	if h.zoom.Creates() != 1 {
		t.Errorf("%d made", h.zoom.Creates())
	}
}

// TestNewOrganizerOfWhatWasHeld: it does so while it is held for another reason.
func TestNewOrganizerOfWhatWasHeld(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x", "y")
	h.settle()
	detects := h.config.Detects
	words := func(word string) {
		h.config.Settings.Rules.Words, h.config.Detects = []string{word}, word
		h.configure("x", "y")
	}
	words("#call")
	h.passes("x")
	if rec, err := h.st.Record("x", "uid-x"); err != nil || rec.State != plan.Held {
		t.Fatalf("%s, %v", rec.State, err)
	}
	h.cals["x"].Edit("uid-x", func(ev *calendar.Event) { ev.Denied = "organised by bob@example.com" })
	words("#zoom")
	h.config.Detects = detects
	h.configure("x", "y") // y sees nothing of all this
	h.settle()
	if open := h.opened("uid"); len(open) != 1 || open[0] != "y" || h.event("y", "uid-y").Link.Mark == "" {
		t.Errorf("records in %v, the new organizer's shows %q", open, h.event("y", "uid-y").Link.Mark)
	}
	h.meetings(1)
}

// TestUndoElsewhere: an event is deleted, and restored within the week under another id or in another calendar, with the link or from before.
func TestUndoElsewhere(t *testing.T) {
	for _, to := range []string{"x", "y"} {
		for _, old := range []bool{false, true} {
			h := newHouse(t, "x", "y")
			h.share("uid", "Talk #zoom", "x")
			before := h.event("x", "uid-x")
			h.settle()
			if !old {
				before = h.event("x", "uid-x")
			}
			first := h.zoom.Meetings()[0].ID
			h.cals["x"].Delete("uid-x")
			h.settle()
			h.meetings(0)
			before.ID = "restored"
			h.cals[to].Put(before)
			h.settle()
			h.meetings(1)
			if got := h.zoom.Meetings()[0].ID; got != first || !strings.Contains(h.event(to, "restored").Link.Block, fmt.Sprint(got)) {
				t.Errorf("restored in %s, from before its link %t: meeting %d, not %d", to, old, got, first)
			}
		}
	}
}

// TestRenamedCalendar: a calendar gets another name in the configuration while some of its events are ending, deleted or wanted.
func TestRenamedCalendar(t *testing.T) {
	h := newHouse(t, "x")
	for _, uid := range []string{"kept", "untagged", "deleted", "later"} {
		h.share(uid, "Talk #zoom", "x")
	}
	h.settle()
	h.cals["x"].Edit("untagged-x", func(ev *calendar.Event) { ev.Title = "Talk" })
	h.passes()
	h.cals["x"].Delete("deleted-x")
	h.cals["new"] = h.cals["x"]
	h.configure("new")
	h.settle()
	h.meetings(2)
	h.cals["x"].Delete("later-x")
	h.settle()
	h.meetings(1)
	if h.zoom.Creates() != 4 {
		t.Errorf("%d made", h.zoom.Creates())
	}
	if names, err := h.st.Calendars(); err != nil || fmt.Sprint(names) != "[new]" {
		t.Errorf("calendars %v, %v", names, err)
	}
}

// TestCalendarRenamedWithinAPass: the configuration is read again, with another name for the calendar, at each call of a pass.
func TestCalendarRenamedWithinAPass(t *testing.T) {
	for at := 1; ; at++ {
		h := newHouse(t, "x")
		h.share("uid", "Talk #zoom", "x")
		h.share("second", "Talk two #zoom", "x")
		old, calls := h.e, 0
		var later sync.WaitGroup
		hook := func() {
			if calls++; calls == at {
				h.cals["new"] = h.cals["x"]
				h.configure("new")
				e := h.e
				later.Go(func() {
					if _, err := e.Pass(context.Background(), "new"); err != nil {
						t.Error(err)
					}
				})
			}
		}
		var mu sync.Mutex
		h.cals["x"].Hook = func(string, string, string) error { mu.Lock(); defer mu.Unlock(); hook(); return nil }
		h.zoom.Hook = func(string, string) error { mu.Lock(); defer mu.Unlock(); hook(); return nil }
		if _, err := old.Pass(context.Background(), "x"); err != nil {
			t.Fatal(err)
		}
		later.Wait()
		reached := calls >= at
		h.cals["x"].Hook, h.zoom.Hook = nil, nil
		if !reached {
			return
		}
		h.settle()
		if n := h.zoom.Creates(); n != 2 || len(h.zoom.Meetings()) != 2 {
			t.Fatalf("renamed at call %d: %d made", at, n)
		}
	}
}

// TestBothAdopt: after a lost state two items with one UID show one meeting. When both go, it goes.
func TestBothAdopt(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x")
	h.settle()
	ev := h.event("x", "uid-x")
	ev.ID = "uid-y"
	h.cals["y"].Put(ev)
	if err := h.st.Reset(); err != nil {
		t.Fatal(err)
	}
	h.configure("x", "y")
	var wg sync.WaitGroup
	for _, name := range h.names {
		wg.Go(func() {
			if _, err := h.e.Pass(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	h.settle()
	h.cals["x"].Delete("uid-x")
	h.cals["y"].Delete("uid-y")
	h.settle()
	h.settle()
	h.meetings(0)
}

// TestManyCalendarsOneBudget: what is counted never exceeds what there is, however many passes run at once.
func TestManyCalendarsOneBudget(t *testing.T) {
	var names []string
	for i := range 30 {
		names = append(names, fmt.Sprint("c", i))
	}
	h := newHouse(t, names...)
	for i, name := range names {
		for j := range 6 {
			h.share(fmt.Sprintf("uid%d-%d", i, j), "Talk #zoom", name)
		}
	}
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			if _, err := h.e.Pass(context.Background(), name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := h.zoom.Creates(); n != DailyLimit-DailyReserve {
		t.Errorf("%d made, %d may be", n, DailyLimit-DailyReserve)
	}
}

// TestRefundAcrossMidnight: a call that was counted before midnight and did not reach Zoom is taken back from that day.
func TestRefundAcrossMidnight(t *testing.T) {
	b := newBench(t)
	b.now = time.Date(2026, 3, 2, 23, 59, 59, 0, time.UTC)
	b.put("Talk #zoom", week)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "before" {
			b.now = b.now.Add(2 * time.Second)
			return fmt.Errorf("%w: no network", meeting.ErrNotSent)
		}
		return nil
	}
	b.pass()
	for day, want := range map[string]int{"2026-03-02": 0, "2026-03-03": 0} {
		if used, err := b.st.BudgetUsed(hostOfA("alice@example.com"), day); err != nil || used != want {
			t.Errorf("%s: %d counted, %v", day, used, err)
		}
	}
}

// TestStoppedInTheMiddle: a pass that is asked to end says nothing of the events that it was about to read, and they stay due.
func TestStoppedInTheMiddle(t *testing.T) {
	b := newBench(t)
	b.cal.Bare = true
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Title = "Talk two #zoom" })
	ctx, cancel := context.WithCancel(context.Background())
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "get" && phase == "before" {
			cancel()
			return ctx.Err()
		}
		return nil
	}
	if _, err := b.e.Pass(ctx, "c"); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if rec := b.record(id); rec.State != plan.Linked || rec.Error != "" || rec.Tries != 0 {
		t.Errorf("%s, %q, %d tries", rec.State, rec.Error, rec.Tries)
	}
	b.cal.Hook = nil
	b.pass()
	if b.zoom.Meetings()[0].Spec.Topic != "Talk two" {
		t.Error("the change was forgotten")
	}
}

// instance is another zoomtag on the same calendar, with a state of its own.
func (b *bench) instance(account string, change func(*Calendar)) *bench {
	o := *b
	st, err := store.Open(filepath.Join(b.t.TempDir(), "other.db"), store.Options{Now: func() time.Time { return b.now }, NoSync: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.t.Error(err)
		}
	})
	o.st = st
	o.config.Settings.Account = plan.AccountHash(account)
	if change != nil {
		change(&o.config)
	}
	o.start()
	return &o
}

// TestTwoInstances: two zoomtags that do not know of each other watch one calendar with one Zoom account, and make a meeting at once.
func TestTwoInstances(t *testing.T) {
	b := newBench(t)
	o := b.instance("a", nil)
	id := b.put("Talk #zoom", week)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "after" {
			b.zoom.Hook = nil
			o.pass()
		}
		return nil
	}
	b.pass()
	for range 5 {
		b.pass()
		o.pass()
		b.now = b.now.Add(11 * time.Minute)
		o.now = b.now
	}
	b.meetings(1)
	ev, _ := b.cal.Event(id)
	if l := b.zoom.Meetings()[0]; l.Mark != ev.Link.Mark {
		t.Errorf("the event shows %s, Zoom has %s", ev.Link.Mark, l.Mark)
	}
	writes := b.cal.Writes()
	for range 50 {
		b.now = b.now.Add(3 * time.Hour)
		o.now = b.now
		b.pass()
		o.pass()
	}
	if b.cal.Writes() != writes {
		t.Errorf("%d writes at rest", b.cal.Writes()-writes)
	}
}

// TestTwoTexts: two zoomtags want different texts for one meeting. One of them gives way.
func TestTwoTexts(t *testing.T) {
	b := newBench(t)
	o := b.instance("a", func(c *Calendar) { c.Settings.Note = "Bring your badge." })
	b.put("Talk #zoom", week)
	for range 60 {
		b.pass()
		o.pass()
		b.now = b.now.Add(time.Hour)
		o.now = b.now
	}
	if n := b.cal.Writes(); n > 6 {
		t.Errorf("%d writes", n)
	}
	b.meetings(1)
}

// TestWordAgainstZoomFromTheConfiguration: a word that the configuration begins to take as a refusal cancels nothing by itself.
func TestWordAgainstZoomFromTheConfiguration(t *testing.T) {
	b := newBench(t)
	var ids []string
	for i := range 8 {
		ids = append(ids, b.put(fmt.Sprintf("Private talk %d #zoom", i), week))
	}
	b.pass()
	b.config.Settings.Rules.Not = []string{"#nozoom", "private"}
	b.config.Detects = "2"
	b.start()
	for range 3 {
		b.pass()
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(8)
	if rec := b.record(ids[0]); rec.State != plan.Held || !strings.Contains(rec.Reason, "private") {
		t.Errorf("%s: %s", rec.State, rec.Reason)
	}
	b.cal.Edit(ids[0], func(ev *calendar.Event) { ev.Title = "Private talk #zoom #nozoom" }) // that one was meant
	b.cal.Edit(ids[1], func(ev *calendar.Event) { ev.Title = "Talk #zoom" })
	for range 3 {
		b.pass()
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(7)
	if rec := b.record(ids[1]); rec.State != plan.Linked {
		t.Errorf("%s: %s", rec.State, rec.Reason)
	}
	if _, n, err := b.e.Release(context.Background(), "c"); err != nil || n != 6 {
		t.Errorf("%d released, %v", n, err)
	}
	for range 3 {
		b.pass()
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(1)
}

// TestStripped: an app drops what cannot be seen. A block that still stands is still wanted, also where the tag went out of sight with us.
func TestStripped(t *testing.T) {
	for name, ev := range map[string]calendar.Event{
		"location": {Title: "Talk", Location: "Zoom"},
		"taken":    {Title: "Talk #zoom(passcode=abc123)"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.config.Settings.Rules.Locations, b.config.Settings.Rules.Keep = []string{"Zoom"}, name == "location"
			b.start()
			ev.Start, ev.End, ev.Until = b.now.Add(week), b.now.Add(week+time.Hour), b.now.Add(week+time.Hour)
			id := b.cal.Put(ev)
			b.pass()
			b.pass()
			for range 4 {
				b.cal.Edit(id, func(ev *calendar.Event) { ev.Link.Mark, ev.Link.Tag, ev.Title = "", "", ev.Title+"." })
				b.pass()
				b.now = b.now.Add(11 * time.Minute)
			}
			b.pass()
			b.meetings(1)
			if rec := b.record(id); rec.State != plan.Linked || b.zoom.Updates() != 4 {
				t.Errorf("%s: %s, %d updates", rec.State, rec.Reason, b.zoom.Updates())
			}
			b.cal.Edit(id, func(ev *calendar.Event) { ev.Link = calendar.Link{}; ev.Description, ev.Location = "", "" })
			for range 3 {
				b.pass()
				b.now = b.now.Add(11 * time.Minute)
			}
			b.meetings(0)
		})
	}
}

// TestStrippedBeforeTheAnswer: the answer to writing the link is lost, and an app drops what cannot be seen before the event is read again.
func TestStrippedBeforeTheAnswer(t *testing.T) {
	b := newBench(t)
	b.config.Settings.Rules.Keep = false
	b.start()
	id := b.put("Talk #zoom", week)
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "setlink" && phase == "after" {
			return errors.New("the answer is lost")
		}
		return nil
	}
	b.pass()
	b.cal.Hook = nil
	b.cal.Strip(id)
	for range 4 {
		b.now = b.now.Add(11 * time.Minute)
		b.pass()
	}
	b.meetings(1)
	if rec := b.record(id); rec.State != plan.Linked {
		t.Errorf("%s: %s", rec.State, rec.Reason)
	}
}

// TestMovedIntoThePastAndDeleted: the meeting of an event that was moved into the past, and so left alone, goes with the event.
func TestMovedIntoThePastAndDeleted(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	over := b.put("Over #zoom", time.Hour)
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) {
		ev.Start, ev.End, ev.Until = b.now.Add(-25*time.Hour), b.now.Add(-24*time.Hour), b.now.Add(-24*time.Hour)
	})
	b.now = b.now.Add(3 * time.Hour)
	b.pass()
	b.meetings(2)
	b.cal.Delete(id)
	b.cal.Delete(over)
	for range 3 {
		b.pass()
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(1) // that of an event that is over stays, as it does when nothing is deleted
}

// TestClockSetBack: the state was written by a clock that ran a year ahead.
func TestClockSetBack(t *testing.T) {
	b := newBench(t)
	right := b.now
	b.now = right.AddDate(1, 0, 0)
	id := b.cal.Put(calendar.Event{Title: "Talk #zoom", Start: right.AddDate(2, 0, 0), End: right.AddDate(2, 0, 0).Add(time.Hour), Until: right.AddDate(2, 0, 0).Add(time.Hour)})
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "after" {
			return errors.New("the answer is lost")
		}
		return nil
	}
	b.pass()
	b.zoom.Hook = nil
	b.now = right
	b.pass()
	b.now = b.now.Add(time.Minute)
	b.pass()
	if rec := b.record(id); rec.State != plan.Linked {
		t.Errorf("%s: %s, due %v", rec.State, rec.Reason, rec.Due)
	}
	b.meetings(1)
}

// TestWholeDayIsCheckedAtItsTime: a tag that gives an all-day event a time has its meeting looked at before that time.
func TestWholeDayIsCheckedAtItsTime(t *testing.T) {
	b := newBench(t)
	b.config.Settings.Checks = true
	b.start()
	day := time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)
	id := b.cal.Put(calendar.Event{Title: "Fair #zoom(15:00)", AllDay: true, Start: day, End: day.AddDate(0, 0, 1), Until: day.AddDate(0, 0, 1)})
	b.pass()
	for range 60 {
		due := b.record(id).Due
		if due.Equal(day.Add(14*time.Hour)) || due.After(day.Add(14*time.Hour)) {
			break
		}
		b.now = due
		b.pass()
	}
	if due := b.record(id).Due; !due.Equal(day.Add(14 * time.Hour)) {
		t.Errorf("looked at next at %v", due)
	}
}

// TestSplitSeries: "this and following" makes a series of its own. Its owner hears that people may come to the old link.
func TestSplitSeries(t *testing.T) {
	b := newBench(t)
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "Weekly #zoom", Series: true, Start: start, End: start.Add(time.Hour)})
	b.pass()
	second := b.cal.Copy(id)
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Until = start.Add(2 * week) })
	b.cal.Edit(second, func(ev *calendar.Event) { ev.Start, ev.End = start.Add(2*week), start.Add(2*week+time.Hour) })
	b.pass()
	b.meetings(2)
	if rec := b.record(second); len(rec.Notes) != 1 || !strings.Contains(rec.Notes[0], `goes on from "Weekly"`) {
		t.Errorf("notes %q", rec.Notes)
	}
	entries, err := b.st.Journal(store.JournalFilter{EventID: second})
	if err != nil || !strings.Contains(fmt.Sprint(entries), "link of the dates before") {
		t.Errorf("journal %+v, %v", entries, err)
	}
}

// TestMeetingsWithoutAnEvent: after a lost state a meeting whose event was deleted is known to nobody. It is found, told, and cancelled on
// demand; nothing else is.
func TestMeetingsWithoutAnEvent(t *testing.T) {
	b := newBench(t)
	kept := b.put("Kept #zoom", week)
	lost := b.put("Lost #zoom", week)
	b.pass()
	b.cal.Delete(lost)
	if err := b.st.Reset(); err != nil {
		t.Fatal(err)
	}
	b.start()
	ctx := context.Background()
	if err := b.e.Sweep(ctx); !errors.Is(err, ErrUnread) { // everything would be found
		t.Fatal(err)
	}
	if list, _, err := b.e.Leftovers(); err != nil || len(list) != 0 {
		t.Fatalf("before the first pass: %+v, %v", list, err)
	}
	b.pass()
	if err := b.e.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	list, failures, err := b.e.Leftovers()
	if err != nil || len(list) != 1 || list[0].Topic != "Lost" || len(failures) != 0 || !strings.Contains(LeftoverMend(list[0]), "zoomtag cancel ") {
		t.Fatalf("%+v, %v, %v", list, failures, err)
	}
	b.meetings(2)
	if _, err := b.e.CancelLeftover(ctx, b.record(kept).MeetingID); !errors.Is(err, ErrNoLeftover) {
		t.Errorf("the meeting of an event: %v", err)
	}
	if _, err := b.e.CancelLeftover(ctx, list[0].MeetingID); err != nil {
		t.Fatal(err)
	}
	b.meetings(1)
	if list, _, _ := b.e.Leftovers(); len(list) != 0 {
		t.Errorf("still there: %+v", list)
	}
	entries, err := b.st.Journal(store.JournalFilter{EventID: "Lost"})
	if err != nil || len(entries) != 1 || entries[0].Step != "cancel" || entries[0].Meeting != list[0].MeetingID {
		t.Errorf("journal: %+v, %v", entries, err)
	}
	// Within the day nobody is asked again.
	asked := 0
	b.zoom.Hook = func(call, phase string) error {
		if call == "marked" && phase == "before" {
			asked++
		}
		return nil
	}
	for range 30 {
		b.now = b.now.Add(time.Hour)
		if err := b.e.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times in 30 hours", asked)
	}
}

// TestLeftoverThatIsNone: a meeting that an event has by now, or that does not carry its mark any more, is not cancelled.
func TestLeftoverThatIsNone(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	ev, _ := b.cal.Event(id)
	b.cal.Delete(id)
	if err := b.st.Reset(); err != nil {
		t.Fatal(err)
	}
	b.start()
	b.put("Other #zoom", week)
	b.pass()
	ctx := context.Background()
	if err := b.e.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	list, _, err := b.e.Leftovers()
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	ev.ID = "again"
	b.cal.Put(ev)
	b.pass()
	if _, err := b.e.CancelLeftover(ctx, list[0].MeetingID); err == nil || !strings.Contains(err.Error(), "an event has meeting") {
		t.Errorf("an event has it: %v", err)
	}
	b.meetings(2)
}

// room is a meeting service of one fixed room, as of a person without an account.
type room struct{ meeting.Service }

func (room) link(host string) meeting.Meeting {
	return meeting.Meeting{ID: 1234567890, JoinURL: "https://us02web.zoom.us/j/1234567890?pwd=new", Host: host}
}

func (r room) Create(_ context.Context, mark string, s meeting.Spec) (meeting.Meeting, error) {
	m := r.link(s.Host)
	m.Mark = mark
	return m, nil
}

func (r room) Update(_ context.Context, _ int64, _, to meeting.Spec) (meeting.Meeting, error) {
	return r.link(to.Host), nil
}

func (r room) Get(context.Context, int64) (meeting.Meeting, error) { return r.link(""), nil }

func (r room) Find(_ context.Context, host, mark string) (meeting.Meeting, error) {
	m := r.link(host)
	m.Mark = mark
	return m, nil
}

func (room) Cancel(context.Context, int64) error { return nil }

// rooms makes a bench work with a fixed room, which is configured by its name.
func (b *bench) rooms(name string) {
	s := &b.config.Settings
	s.Account, s.NoAPI, s.AnyAccount, s.Kind, s.Host = plan.AccountHash(name), true, true, meeting.Personal, "alice@example.com"
	s.Room = room{}.link("").JoinURL
	s.Accounts = []plan.Account{{Hash: s.Account, Kind: meeting.Personal, Host: s.Host, Room: s.Room}}
	b.config.Detects = name
	c := b.config
	b.e = New(b.st, []*Calendar{&c}, Options{Accounts: []Account{{Hash: s.Account, Meetings: room{}, Main: true, Room: true}},
		Now: func() time.Time { return b.now }, Jitter: func() float64 { return 0 }})
}

// TestRoomsOfTwo: two people have a zoomtag each, for their own rooms, on one calendar. The first one's link stays.
func TestRoomsOfTwo(t *testing.T) {
	b := newBench(t)
	b.rooms("alice's")
	o := b.instance("", nil)
	o.rooms("bob's")
	id := b.put("Talk #zoom", week)
	for range 20 {
		b.pass()
		o.pass()
		b.now = b.now.Add(time.Hour)
		o.now = b.now
	}
	ev, _ := b.cal.Event(id)
	if m, _ := plan.ParseMark(ev.Link.Mark); b.cal.Writes() != 1 || m.Account != plan.AccountHash("alice's") {
		t.Errorf("%d writes, marked %s", b.cal.Writes(), ev.Link.Mark)
	}
}

// TestAnotherRoom: another room is configured. The events get its link, and the words around it stay.
func TestAnotherRoom(t *testing.T) {
	b := newBench(t)
	b.rooms("before")
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "Talk #zoom", Description: "words", Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)})
	b.pass()
	rec := b.record(id)
	old := "https://us02web.zoom.us/j/1111111111?pwd=old"
	b.cal.Edit(id, func(ev *calendar.Event) {
		ev.Description = strings.ReplaceAll(ev.Description, rec.JoinURL, old)
		ev.Location = old
	})
	err := b.st.Update(func(tx *store.Tx) error {
		now, err := tx.Record("c", id)
		if err != nil {
			return err
		}
		now.Block, now.JoinURL, now.Meeting.JoinURL = strings.ReplaceAll(now.Block, now.JoinURL, old), old, old
		return tx.PutRecord(now)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.rooms("after")
	b.pass()
	ev, _ := b.cal.Event(id)
	if m, _ := plan.ParseMark(ev.Link.Mark); m.Account != plan.AccountHash("after") || strings.Contains(ev.Description, old) ||
		strings.TrimSpace(calendar.StripBlock(ev.Description)) != "words" || ev.Location == old {
		t.Errorf("marked %s, %q at %q", ev.Link.Mark, ev.Description, ev.Location)
	}
}

// TestNumbersInAnyOrder: Zoom gives the numbers to dial in with in another order each time. That is no change.
func TestNumbersInAnyOrder(t *testing.T) {
	a := []meeting.Phone{{Number: "+1 1", Place: "US"}, {Number: "+49 2", Place: "DE"}}
	b := []meeting.Phone{a[1], a[0]}
	if !sameNumbers(a, b) || sameNumbers(a, a[:1]) || sameNumbers(a, []meeting.Phone{a[0], a[0]}) {
		t.Error("numbers are told apart by their order, or not at all")
	}
}
