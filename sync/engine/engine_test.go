package engine

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// bench is an engine on fakes, with a clock that is set by hand.
type bench struct {
	t    *testing.T
	now  time.Time
	st   *store.Store
	cal  *calendartest.Fake
	zoom *meetingtest.Fake
	// service is what the engine works with: zoom, or what stands before it.
	service  meeting.Service
	e        *Engine
	config   Calendar
	observer Observer
}

func newBench(t *testing.T) *bench {
	b := &bench{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), cal: calendartest.NewFake()}
	clock := func() time.Time { return b.now }
	b.zoom = &meetingtest.Fake{Now: clock}
	b.service = b.zoom
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	b.st = st
	b.config = Calendar{Name: "c", Provider: "fake", Source: b.cal, Detects: "1",
		Settings: &plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Keep: true},
			Host: "alice@example.com", Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}}
	b.start()
	return b
}

// accounts are those in which the bench makes meetings.
func (b *bench) accounts() []Account {
	return []Account{{Hash: b.config.Settings.Account, Meetings: b.service, Budgeted: true, Main: true}}
}

// start makes the engine anew, as after a restart or a changed configuration.
func (b *bench) start() {
	c := b.config
	b.e = New(b.st, []*Calendar{&c}, Options{Accounts: b.accounts(), Now: func() time.Time { return b.now },
		Jitter: func() float64 { return 0 }, Observer: b.observer})
}

func (b *bench) put(title string, in time.Duration) string {
	start := b.now.Add(in).Truncate(time.Minute)
	return b.cal.Put(calendar.Event{Title: title, Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)})
}

func (b *bench) pass() Report {
	b.t.Helper()
	r, err := b.e.Pass(context.Background(), "c")
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// meetings checks how many meetings there are.
func (b *bench) meetings(want int) {
	b.t.Helper()
	if got := len(b.zoom.Meetings()); got != want {
		b.t.Fatalf("%d meetings, want %d", got, want)
	}
}

func (b *bench) record(id string) *store.Record {
	b.t.Helper()
	rec, err := b.st.Record("c", id)
	if err != nil || rec == nil {
		b.t.Fatalf("no record of %s: %v", id, err)
	}
	return rec
}

const week = 7 * 24 * time.Hour

// TestDoubtfulAnswersCancelNothing has every call of a pass over linked events fail in every way, for two hours.
func TestDoubtfulAnswersCancelNothing(t *testing.T) {
	faults := map[string]error{
		"server error": errors.New("500"), "cut answer": errors.New("unexpected end of JSON input"),
		"throttled": &meeting.Throttled{Until: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), Err: errors.New("429")},
		"malformed": calendar.ErrMalformed, "incomplete": calendar.ErrIncomplete, "denied": meeting.ErrDenied,
		"cursor": calendar.ErrCursor,
	}
	for name, fault := range faults {
		for _, call := range []string{"changes", "get", "setlink", "find", "create", "get meeting", "update",
			"cancel"} {
			for effect, phase := range map[string]string{"NotPersisted": "before", "Persisted": "after"} {
				t.Run(name+" in "+call+effect, func(t *testing.T) {
					b := newBench(t)
					for i := range 8 {
						b.put(fmt.Sprintf("Talk %d #zoom", i), week)
					}
					b.pass()
					b.meetings(8)
					b.cal.Hook = func(c, p, _ string) error {
						if c == call && p == phase {
							return fault
						}
						return nil
					}
					b.zoom.Hook = func(c, p string) error {
						if (c == call || c+" meeting" == call) && p == phase {
							return fault
						}
						return nil
					}
					b.cal.Edit("event1", func(e *calendar.Event) { e.Title = "Renamed #zoom" })
					b.cal.Expire()
					for range 8 {
						b.now = b.now.Add(15 * time.Minute)
						if _, err := b.e.Pass(context.Background(), "c"); err != nil {
							t.Fatal(err)
						}
					}
					b.meetings(8)
					if n := b.zoom.Cancels(); n != 0 {
						t.Errorf("%d meetings were cancelled", n)
					}
				})
			}
		}
	}
}

// TestGoneOnce has the calendar say once, wrongly, that an event is gone.
func TestGoneOnce(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	lie := true
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "get" && phase == "before" && lie {
			return calendar.ErrGone
		}
		return nil
	}
	b.cal.Bare = true
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk two #zoom" })
	b.pass()
	lie = false
	for range 4 {
		b.now = b.now.Add(11 * time.Minute)
		b.pass()
	}
	b.meetings(1)
	if b.zoom.Cancels() != 0 || b.record(id).State != plan.Linked {
		t.Errorf("%d cancels, state %s (%s)", b.zoom.Cancels(), b.record(id).State, b.record(id).Reason)
	}
}

func TestBrake(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		linked, deleted, others int
		empty, held             bool
	}{
		{"a few of many", 20, 5, 0, false, false},
		{"many of many", 20, 7, 0, false, true},
		{"many, but not a third", 30, 9, 0, false, false},
		{"all of a few", 3, 3, 1, false, false},
		{"suddenly empty", 3, 0, 0, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			var ids []string
			for i := range tt.linked {
				ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
			}
			for range tt.others {
				b.put("Dentist", week)
			}
			b.pass()
			for _, id := range ids[:tt.deleted] {
				b.cal.Delete(id)
			}
			b.cal.SetEmpty(tt.empty)
			for range 3 {
				if r := b.pass(); r.Held != tt.held {
					t.Fatalf("held: %v (%s)", r.Held, r.Reason)
				}
				b.now = b.now.Add(11 * time.Minute)
			}
			if !tt.held {
				b.meetings(tt.linked - tt.deleted)
				return
			}
			b.meetings(tt.linked)
			held, _, err := b.e.Release(context.Background(), "c")
			if err != nil || !held {
				t.Fatalf("release: %v, held %v", err, held)
			}
			for range 2 {
				if r := b.pass(); r.Held {
					t.Fatal("held again after the release")
				}
				b.now = b.now.Add(11 * time.Minute)
			}
			gone := tt.deleted
			if tt.empty {
				gone = tt.linked
			}
			b.meetings(tt.linked - gone)
		})
	}
}

// TestBrakeLiftsItself: the events come back.
func TestBrakeLiftsItself(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	b.pass()
	b.cal.SetEmpty(true)
	if !b.pass().Held {
		t.Fatal("not held")
	}
	b.cal.SetEmpty(false)
	b.now = b.now.Add(time.Hour)
	if b.pass().Held {
		t.Fatal("still held")
	}
	st, err := b.st.Calendar("c")
	if err != nil || !st.HeldAt.IsZero() {
		t.Errorf("the store still says held: %+v %v", st.HeldAt, err)
	}
	b.meetings(1)
}

// TestNarrowedTagWords: a changed configuration cancels nothing by itself.
func TestNarrowedTagWords(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	other := b.put("Review #zoom", week)
	b.pass()
	b.config.Settings.Rules.Words, b.config.Detects = []string{"#video"}, "2"
	b.start()
	for range 3 {
		b.pass()
		b.now = b.now.Add(time.Hour)
	}
	b.meetings(2)
	if rec := b.record(id); rec.State != plan.Held || !strings.Contains(rec.Reason, "#zoom") {
		t.Errorf("%s: %s", rec.State, rec.Reason)
	}
	b.cal.Edit(other, func(e *calendar.Event) { e.Title = "Review" }) // the owner really takes it out
	if _, n, err := b.e.Release(context.Background(), "c"); err != nil || n != 2 {
		t.Fatalf("released %d events: %v", n, err)
	}
	for range 3 {
		b.pass()
		b.now = b.now.Add(time.Hour)
	}
	b.meetings(0)
}

func TestBudgetKeepsAReserve(t *testing.T) {
	b := newBench(t)
	for i := range 90 {
		b.put(fmt.Sprintf("Later %d #zoom", i), week)
	}
	b.pass()
	b.meetings(DailyLimit - DailyReserve)
	for i := range 30 {
		b.put(fmt.Sprintf("Soon %d #zoom", i), 2*time.Hour)
	}
	b.pass()
	b.meetings(DailyLimit)
	if used, err := b.st.BudgetUsed(hostOfA("alice@example.com"), "2026-03-02"); err != nil || used != DailyLimit {
		t.Errorf("%d calls counted: %v", used, err)
	}
	b.now = time.Date(2026, 3, 3, 0, 0, 1, 0, time.UTC)
	b.pass()
	b.meetings(DailyLimit + 10) // what starts soon has passed by; ten later ones were left
}

// TestQuiet: nothing changed, nothing is asked of Zoom, nothing is written.
func TestQuiet(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.put(fmt.Sprintf("Talk %d #zoom", i), week)
	}
	b.pass()
	b.pass() // sees our own writes come back
	calls := 0
	b.zoom.Hook = func(string, string) error { calls++; return nil }
	writes := b.cal.Writes()
	for range 1000 {
		b.now = b.now.Add(time.Second)
		if r := b.pass(); len(r.Events) != 0 {
			t.Fatalf("something was done: %+v", r.Events)
		}
	}
	if calls != 0 || b.cal.Writes() != writes {
		t.Errorf("%d calls to Zoom, %d writes", calls, b.cal.Writes()-writes)
	}
}

// TestOneNewEventCostsOneCall: a create, and nothing else.
func TestOneNewEventCostsOneCall(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	var calls []string
	b.zoom.Hook = func(call, phase string) error {
		if phase == "before" {
			calls = append(calls, call)
		}
		return nil
	}
	b.pass()
	b.pass()
	if len(calls) != 1 || calls[0] != "create" {
		t.Errorf("calls: %v", calls)
	}
}

// TestPlanChangesNothing: not in the calendar, not at Zoom, not in the store; and it says what would be.
func TestPlanChangesNothing(t *testing.T) {
	b := newBench(t)
	linked := b.put("Old #zoom", week)
	b.pass()
	b.put("New #zoom", week)
	b.put("All right #nozoom #zoom", week)
	b.cal.Edit(linked, func(e *calendar.Event) { e.Title = "Old" })
	before, err := b.st.Calendar("c")
	if err != nil {
		t.Fatal(err)
	}
	writes, creates, cancels := b.cal.Writes(), b.zoom.Creates(), b.zoom.Cancels()
	r, err := b.e.Plan(context.Background(), "c")
	if err != nil {
		t.Fatal(err)
	}
	after, err := b.st.Calendar("c")
	if err != nil || after.Cursor != before.Cursor {
		t.Errorf("the cursor moved: %v", err)
	}
	if b.cal.Writes() != writes || b.zoom.Creates() != creates || b.zoom.Cancels() != cancels {
		t.Error("something was changed")
	}
	if rec, err := b.st.Record("c", "event2"); rec != nil || err != nil {
		t.Errorf("a record was made: %v", err)
	}
	got := map[string]string{}
	for _, ev := range r.Events {
		got[ev.Title] = strings.Join(ev.Steps, " ") + " " + ev.State
		if ev.Title == "New #zoom" && !strings.Contains(ev.Diff, "+ "+calendar.BlockFirst) {
			t.Errorf("no diff: %q", ev.Diff)
		}
	}
	want := map[string]string{"New #zoom": "create link linked", "Old": "unlink ending",
		"All right #nozoom #zoom": " ignored"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestDeletedAtZoom: the meeting is gone while its event stands. It is replaced, once, after a second look.
func TestDeletedAtZoom(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	old := b.record(id).MeetingID
	b.zoom.OwnerDelete(old)
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk two #zoom" })
	b.pass()
	b.meetings(0) // one answer is not enough
	b.now = b.now.Add(time.Minute)
	b.pass()
	b.meetings(1)
	ev, _ := b.cal.Event(id)
	if rec := b.record(id); rec.MeetingID == old || !strings.Contains(ev.Description, rec.JoinURL) {
		t.Errorf("the event shows %q, the record %d (before %d)", ev.Description, rec.MeetingID, old)
	}
}

// TestStopBetweenSteps: a pass that is asked to stop finishes the step in hand and loses nothing.
func TestStopBetweenSteps(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	ctx, cancel := context.WithCancel(context.Background())
	b.zoom.Hook = func(call, phase string) error {
		cancel() // in the middle of the create
		return nil
	}
	if _, err := b.e.Pass(ctx, "c"); !errors.Is(err, context.Canceled) {
		t.Fatalf("pass: %v", err)
	}
	b.meetings(1)
	b.zoom.Hook = nil
	b.pass()
	b.meetings(1)
	if ev, _ := b.cal.Event("event1"); ev.Link.Mark == "" {
		t.Error("the event has no link")
	}
}

func TestForeignConferenceAndOthersMarks(t *testing.T) {
	b := newBench(t)
	meet := b.put("Talk #zoom", week)
	b.cal.Edit(meet, func(e *calendar.Event) { e.Description = "https://meet.google.com/abc-defg-hij" })
	b.cal.Put(calendar.Event{Title: "Theirs #zoom", Start: b.now.Add(week), End: b.now.Add(week + time.Hour),
		Until: b.now.Add(week + time.Hour),
		UID:   "theirs", Link: calendar.Link{Mark: plan.NewMark(plan.AccountHash("b"), "theirs", [10]byte{1})}})
	b.pass()
	b.meetings(0)
	if b.cal.Writes() != 0 {
		t.Error("something was written")
	}
}

// TestOfflineCostsNoBudget: calls that never reached Zoom do not count.
func TestOfflineCostsNoBudget(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	b.zoom.Hook = func(_, phase string) error {
		if phase == "before" {
			return fmt.Errorf("%w: no route to host", meeting.ErrNotSent)
		}
		return nil
	}
	for range 20 {
		b.pass()
		b.now = b.now.Add(7 * time.Hour / 20)
	}
	if used, err := b.st.BudgetUsed(hostOfA("alice@example.com"), "2026-03-02"); err != nil || used != 0 {
		t.Errorf("%d calls counted: %v", used, err)
	}
	b.zoom.Hook = nil
	b.now = b.now.Add(7 * time.Hour)
	b.pass()
	b.meetings(1)
}

// TestMassesOfDeletions: many at once are held, also where the service itself says that they were deleted: a client
// that has lost its own copy deletes as a person does. What a person deletes one by one is not, however much it
// becomes.
func TestMassesOfDeletions(t *testing.T) {
	for _, explicit := range []bool{false, true} {
		b := newBench(t)
		b.cal.Explicit = explicit
		b.put("Stays #zoom", week)
		var ids []string
		for i := range 18 {
			ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
		}
		b.pass()
		for _, id := range ids[:9] { // one by one
			b.cal.Delete(id)
			if r := b.pass(); r.Held {
				t.Fatal(r.Reason)
			}
			b.now = b.now.Add(time.Minute)
		}
		b.now = b.now.Add(11 * time.Minute)
		b.pass()
		b.meetings(10)
		for _, id := range ids[9:] { // at once
			b.cal.Delete(id)
		}
		for range 3 {
			if r := b.pass(); !r.Held || !strings.Contains(r.Reason, "9 of the 10 events") {
				t.Fatalf("named as deleted %t: %q", explicit, r.Reason)
			}
			b.now = b.now.Add(11 * time.Minute)
		}
		b.meetings(10)
	}
}

// TestMassesWithFailures: of many events that are gone at once some cannot be asked for just then. They count as well.
func TestMassesWithFailures(t *testing.T) {
	b := newBench(t)
	b.put("Stays #zoom", week)
	var ids []string
	for i := range 7 {
		ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
	}
	b.pass()
	for _, id := range ids {
		b.cal.Delete(id)
	}
	failing := 0
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "get" && phase == "before" && failing < 3 {
			failing++
			return errors.New("503")
		}
		return nil
	}
	if r := b.pass(); !r.Held {
		t.Errorf("not held, while %d events could not be looked for", failing)
	}
	b.cal.Hook = nil
	for range 3 {
		b.now = b.now.Add(11 * time.Minute)
		if r := b.pass(); !r.Held {
			t.Error("not held any more")
		}
	}
	b.meetings(8)
}

// TestMassesInPieces: a client that deletes file by file is seen in the middle of it.
func TestMassesInPieces(t *testing.T) {
	b := newBench(t)
	b.cal.Explicit = true
	var ids []string
	for i := range 9 {
		ids = append(ids, b.put(fmt.Sprintf("Talk %d #zoom", i), week))
	}
	b.pass()
	for i, id := range ids[:8] {
		b.cal.Delete(id)
		if r := b.pass(); r.Held != (i >= 5) {
			t.Fatalf("after %d of 9: held %t, %s", i+1, r.Held, r.Reason)
		}
		b.now = b.now.Add(5 * time.Second)
	}
	b.now = b.now.Add(time.Hour)
	b.pass()
	b.meetings(9)
	if _, _, err := b.e.Release(context.Background(), "c"); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.pass()
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(1)
}

// TestMovedToAnotherCalendar: first copied there, then deleted here, as many apps move events. The link lives on.
func TestMovedToAnotherCalendar(t *testing.T) {
	b := newBench(t)
	other := calendartest.NewFake()
	second := b.config
	second.Name, second.Source = "d", other
	first := b.config
	b.e = New(b.st, []*Calendar{&first, &second},
		Options{Accounts: b.accounts(), Now: func() time.Time { return b.now }, Jitter: func() float64 { return 0 }})
	both := func() {
		for _, name := range []string{"d", "c"} {
			if _, err := b.e.Pass(context.Background(), name); err != nil {
				t.Fatal(err)
			}
		}
	}
	id := b.put("Talk #zoom", week)
	b.put("Other #zoom", week)
	both()
	ev, _ := b.cal.Event(id)
	ev.ID = "moved"
	other.Put(ev)
	both() // it is a twin there, and left alone
	b.cal.Delete(id)
	for range 4 {
		both()
		b.now = b.now.Add(11 * time.Minute)
	}
	if b.zoom.Cancels() != 0 || b.zoom.Creates() != 2 {
		t.Errorf("%d cancels, %d creates", b.zoom.Cancels(), b.zoom.Creates())
	}
	if rec, err := b.st.Record("d", "moved"); err != nil || rec == nil || rec.State != plan.Linked {
		t.Errorf("the record did not follow: %+v %v", rec, err)
	}
}

// hostOfA is under which name the calls of a host in the first account are counted.
func hostOfA(host string) store.Host { return (&Account{Hash: plan.AccountHash("a")}).BudgetKey(host) }
