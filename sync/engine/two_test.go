package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
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
	next := New(h.st, list, Options{Accounts: h.accounts(), Now: func() time.Time { return h.now },
		Jitter: func() float64 { return 0 }, Random: h.random})
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
		h.cals[name].Put(calendar.Event{ID: uid + "-" + name, UID: uid, Title: title, Start: start,
			End: start.Add(time.Hour), Until: start.Add(time.Hour)})
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

// TestSharedEventsOneMeeting: the same events in two calendars whose passes run at once. Whichever comes first has the
// record.
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

// TestTwinHasItsTurn: an item that was left alone gets the meeting when the one that had it goes, in whichever
// calendars they are.
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

// TestUndoElsewhere: an event is deleted, and restored within the week under another id or in another calendar, with
// the link or from before.
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
			if got := h.zoom.Meetings()[0].ID; got != first || !strings.Contains(h.event(to, "restored").Link.Block,
				fmt.Sprint(got)) {
				t.Errorf("restored in %s, from before its link %t: meeting %d, not %d", to, old, got, first)
			}
		}
	}
}

// TestRenamedCalendar: a calendar gets another name in the configuration while some of its events are ending, deleted
// or wanted.
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

// TestCalendarRenamedWithinAPass: the configuration is read again, with another name for the calendar, at each call of
// a pass.
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

// TestTwoNamesForEachOther: two engines that follow one another over a calendar with two names, of which each has one,
// do not wait for each other.
func TestTwoNamesForEachOther(t *testing.T) {
	h := newHouse(t, "x")
	h.cals["y"] = h.cals["x"]
	h.share("uid", "Talk #zoom", "x")
	h.configure("x", "y")
	h.passes()
	h.configure("x")
	first := h.e
	h.configure("y")
	engines := map[string]*Engine{"x": first, "y": h.e}
	var both sync.WaitGroup
	both.Add(2)
	var mu sync.Mutex
	calls := 0
	h.cals["x"].Hook = func(call, phase, _ string) error {
		mu.Lock()
		calls++
		n := calls
		mu.Unlock()
		if n <= 2 { // both passes hold their own calendar before either goes on
			both.Done()
			both.Wait()
		}
		return nil
	}
	var wg sync.WaitGroup
	for name, e := range engines {
		wg.Go(func() {
			r, err := e.Pass(t.Context(), name)
			if err != nil || r.Error != "" {
				t.Errorf("%s: %q, %v", name, r.Error, err)
			}
		})
	}
	wg.Wait()
	h.cals["x"].Hook = nil
	h.settle()
	h.meetings(1)
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

func (r room) Find(_ context.Context, host string, mark meeting.Mark) (meeting.Meeting, error) {
	m := r.link(host)
	m.Mark = string(mark)
	return m, nil
}

func (room) Cancel(context.Context, int64) error { return nil }

// rooms makes a bench work with a fixed room, which is configured by its name.
func (b *bench) rooms(name string) {
	s := b.config.Settings
	s.Account = plan.AccountHash(name)
	s.NoAPI = true
	s.AnyAccount = true
	s.Kind = meeting.Personal
	s.Host = "alice@example.com"
	s.Room = room{}.link("").JoinURL
	s.Accounts = []plan.Account{{Hash: s.Account, Kind: meeting.Personal, Host: s.Host, Room: s.Room}}
	b.config.Detects = name
	c := b.config
	b.e = New(b.st, []*Calendar{&c},
		Options{Accounts: []Account{{Hash: s.Account, Meetings: room{}, Main: true, Room: true}},
			Now: func() time.Time { return b.now }, Jitter: func() float64 { return 0 }})
}

// TestTwinOfAnUnlistedCalendar: whether the item is gone that the event was before, a calendar cannot tell until its
// own pass has listed it. That is no failure, and a minute later it is known.
func TestTwinOfAnUnlistedCalendar(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x")
	h.settle()
	h.share("uid", "Talk #zoom", "y")
	h.cals["x"].Delete("uid-x")
	h.cals["x"].Hook = func(call, _, _ string) error {
		if call == "get" {
			return fmt.Errorf("%w: the calendar has not been listed yet", calendar.ErrUnlisted)
		}
		return nil
	}
	r, err := h.e.Pass(t.Context(), "y")
	if err != nil || r.Failed() {
		t.Errorf("the pass failed: %+v, %v", r, err)
	}
	h.cals["x"].Hook = nil
	h.now = h.now.Add(2 * time.Minute)
	h.settle()
	h.meetings(1)
	if open := h.opened("uid"); len(open) != 1 || open[0] != "y" || h.zoom.Creates() != 1 {
		t.Errorf("records in %v, %d made", open, h.zoom.Creates())
	}
}

// TestOneMeetingOfTwoRecords: a state from before an event had one record holds two of the same meeting. When one of
// the two items is deleted, the meeting is kept for the other.
func TestOneMeetingOfTwoRecords(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("u", "Talk #zoom", "x", "y")
	h.settle()
	if err := h.st.Update(func(tx *store.Tx) error {
		first, err := tx.Record("x", "u-x")
		if err != nil || first == nil {
			return fmt.Errorf("record %v, %w", first, err)
		}
		second := *first
		second.Calendar, second.EventID, second.Version = "y", "u-y", 0
		if !first.Closed() {
			return tx.PutRecord(&second)
		}
		return errors.New("the record of x is closed")
	}); err != nil {
		t.Fatal(err)
	}
	h.cals["x"].Delete("u-x")
	h.settle()
	if n := h.zoom.Creates(); n != 1 {
		t.Errorf("%d were made", n)
	}
	h.meetings(1)
	if got := h.opened("u"); !slices.Equal(got, []string{"y"}) {
		t.Errorf("open records: %q", got)
	}
}

// TestExchangedNames: names of calendars go to others in the configuration: two have each other's, three go round, or
// each has that of the next and one a new one. Whichever is read first, the events keep their meetings, what is ending
// ends, and nothing is held.
func TestExchangedNames(t *testing.T) {
	for _, c := range []struct {
		name string
		now  string // the names that x, y and z have now
	}{
		{name: "two", now: "y x z"}, {name: "round", now: "y z x"}, {name: "the other way round", now: "z x y"},
		{name: "on", now: "y z new"}, {name: "one new", now: "new x z"}, {name: "and one out", now: "y new -"},
	} {
		for _, order := range []string{"first to last", "last to first"} {
			t.Run(c.name+", "+order, func(t *testing.T) {
				h := newHouse(t, "x", "y", "z")
				for _, name := range h.names {
					h.share("kept-"+name, "Talk #zoom", name)
					h.share("untagged-"+name, "Talk #zoom", name)
					h.share("deleted-"+name, "Talk #zoom", name)
				}
				h.share("both", "Talk #zoom", "x", "y")
				h.settle()
				h.meetings(10)
				old := maps.Clone(h.cals)
				for _, name := range h.names {
					old[name].Edit("untagged-"+name+"-"+name, func(ev *calendar.Event) { ev.Title = "Talk" })
				}
				h.passes()
				var names []string
				for i, now := range strings.Fields(c.now) {
					was := h.names[i]
					old[was].Delete("deleted-" + was + "-" + was)
					if now != "-" {
						h.cals[now] = old[was]
						names = append(names, now)
					}
				}
				slices.Sort(names)
				if order != "first to last" {
					slices.Reverse(names)
				}
				h.configure(names...)
				h.foretold(names)
				h.settle()
				h.settle()
				left := 4
				if len(names) < 3 { // nobody follows those of the one that was taken out
					left += 2
				}
				h.meetings(left)
				if h.zoom.Creates() != 10 {
					t.Errorf("%d made", h.zoom.Creates())
				}
				for _, name := range names {
					st, err := h.st.Calendar(name)
					if err != nil || !st.HeldAt.IsZero() {
						t.Errorf("%s is held: %s, %v", name, st.HeldReason, err)
					}
				}
			})
		}
	}
}

// foretold checks that a preview announces nothing for calendars whose names have changed hands but that what is kept
// of them moves.
func (h *house) foretold(names []string) {
	h.t.Helper()
	moves := 0
	for _, name := range names {
		r, err := h.e.Plan(h.t.Context(), name)
		if err != nil || r.Held {
			h.t.Errorf("%s: %+v, %v", name, r, err)
		}
		if r.Code == reason.CalendarRenamed {
			moves++
		}
	}
	if moves == 0 {
		h.t.Error("no preview tells that anything moves")
	}
}

// TestSecondNameOfACalendar: somebody else's name for a calendar is configured beside the first one: that one keeps
// what it has.
func TestSecondNameOfACalendar(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("uid", "Talk #zoom", "x")
	h.settle()
	h.cals["too"] = h.cals["x"]
	h.configure("too", "x", "y")
	h.settle()
	if open := h.opened("uid"); fmt.Sprint(open) != "[x]" || h.zoom.Creates() != 1 {
		t.Errorf("%v, %d made", open, h.zoom.Creates())
	}
}

// TestNameGoesOnToASilentOne: a calendar gets a new name, and its name goes to one that cannot be read at first.
func TestNameGoesOnToASilentOne(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("one", "Talk #zoom", "x")
	h.share("two", "Talk #zoom", "y")
	h.share("gone", "Talk #zoom", "x")
	h.settle()
	x := h.cals["x"]
	x.Delete("gone-x")
	h.cals["new"], h.cals["x"] = x, h.cals["y"]
	h.configure("new", "x")
	h.cals["x"].Hook = func(call, phase, _ string) error {
		if call == "changes" && phase == "before" {
			return errors.New("no answer")
		}
		return nil
	}
	if _, err := h.e.Pass(t.Context(), "new"); err != nil {
		t.Error(err)
	}
	h.cals["x"].Hook = nil
	h.settle()
	h.meetings(2)
	if open := fmt.Sprint(h.opened("one"), h.opened("two")); open != "[new] [x]" || h.zoom.Creates() != 3 {
		t.Errorf("%s, %d made", open, h.zoom.Creates())
	}
	if st, err := h.st.Calendar("x"); err != nil || !st.HeldAt.IsZero() {
		t.Errorf("held: %s, %v", st.HeldReason, err)
	}
}

// TestExchangedWithASilentOne: the other calendar cannot be read at first.
func TestExchangedWithASilentOne(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("one", "Talk #zoom", "x")
	h.share("two", "Talk #zoom", "y")
	h.settle()
	x, y := h.cals["x"], h.cals["y"]
	h.cals["x"], h.cals["y"] = y, x
	h.configure("x", "y")
	x.Hook = func(call, phase, _ string) error {
		if call == "changes" && phase == "before" {
			return errors.New("no answer")
		}
		return nil
	}
	if r, err := h.e.Pass(t.Context(), "x"); err != nil || !r.Held {
		t.Errorf("held %t, %v", r.Held, err)
	}
	x.Hook = nil
	h.settle()
	h.meetings(2)
	if open := fmt.Sprint(h.opened("one"), h.opened("two")); open != "[y] [x]" || h.zoom.Creates() != 2 {
		t.Errorf("%s, %d made", open, h.zoom.Creates())
	}
	for name, id := range map[string]string{"y": "one-x", "x": "two-y"} { // and they end like any others
		h.cals[name].Delete(id)
	}
	h.zoom.Hook = func(call, _ string) error { // a call takes its time
		h.now = h.now.Add(time.Second)
		return nil
	}
	h.settle()
	h.meetings(0)
	if open := fmt.Sprint(h.opened("one"), h.opened("two")); open != "[] []" {
		t.Errorf("open still: %s", open)
	}
}

// TestMovedIntoAHeldCalendar: an event is moved into a calendar of which nothing is concluded, because it is another
// one than before: its meeting stays until somebody has decided about that calendar, and is then that item's.
func TestMovedIntoAHeldCalendar(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("one", "Talk #zoom", "x")
	h.share("two", "Talk #zoom", "y")
	h.settle()
	first := h.zoom.Meetings()
	h.cals["y"] = calendartest.NewFake()
	h.share("plain", "Dentist", "y")
	h.configure("x", "y")
	h.share("one", "Talk #zoom", "y")
	h.passes()
	h.cals["x"].Delete("one-x")
	h.settle()
	h.settle()
	h.meetings(2)
	if held, _, err := h.e.Release(t.Context(), "y"); err != nil || !held {
		t.Fatal(held, err)
	}
	h.settle()
	h.meetings(1)
	if now := h.zoom.Meetings()[0]; now.ID != first[0].ID || fmt.Sprint(h.opened("one")) != "[y]" {
		t.Errorf("meeting %d, before %d; %v", now.ID, first[0].ID, h.opened("one"))
	}
}

// TestOneOfTwoNames: of two names of one calendar one goes to another calendar. What it has kept is the other name's.
func TestOneOfTwoNames(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.cals["too"] = h.cals["x"]
	h.configure("too", "x", "y")
	h.share("one", "Talk #zoom", "x")
	h.share("two", "Talk #zoom", "y")
	h.settle()
	if open := fmt.Sprint(h.opened("one")); open != "[too]" {
		t.Fatal(open)
	}
	h.cals["too"] = h.cals["y"]
	h.configure("too", "x")
	h.settle()
	h.meetings(2)
	if open := fmt.Sprint(h.opened("one"), h.opened("two")); open != "[x] [too]" || h.zoom.Creates() != 2 {
		t.Errorf("%s, %d made", open, h.zoom.Creates())
	}
	if st, err := h.st.Calendar("too"); err != nil || !st.HeldAt.IsZero() {
		t.Errorf("held: %s, %v", st.HeldReason, err)
	}
}

// TestItselfAsATwin: an item that has the record is remembered as one that was left alone for it, as a calendar's new
// name could bring about. Its meeting is cancelled once.
func TestItselfAsATwin(t *testing.T) {
	h := newHouse(t, "x")
	h.share("uid", "Talk #zoom", "x")
	h.settle()
	itself := store.Item{Calendar: "x", EventID: "uid-x"}
	if err := h.st.Update(func(tx *store.Tx) error { return tx.PutTwin("uid", itself) }); err != nil {
		t.Fatal(err)
	}
	calls := 0
	h.zoom.Hook = func(call, phase string) error {
		if call == "cancel" && phase == "before" {
			calls++
		}
		h.now = h.now.Add(time.Second) // a call takes its time
		return nil
	}
	h.cals["x"].Delete("uid-x")
	h.settle()
	h.meetings(0)
	if open := h.opened("uid"); len(open) > 0 || calls != 1 {
		t.Errorf("open in %v, asked to cancel %d times", open, calls)
	}
}
