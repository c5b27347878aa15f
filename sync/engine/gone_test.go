package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/sync/plan"
)

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

// TestBrokenAnswer: an event of which one answer was broken is read again, though nobody has changed it. One that
// really is broken is left alone after a day, until it changes.
func TestBrokenAnswer(t *testing.T) {
	for _, broken := range []error{calendar.ErrMalformed, calendar.ErrIncomplete} {
		b := newBench(t)
		b.cal.Bare = true
		gets, whole := 0, false
		b.cal.Hook = func(call, phase, _ string) error {
			if call != "get" || phase != "after" {
				return nil
			}
			if gets++; !whole {
				return broken
			}
			return nil
		}
		b.put("Talk #zoom", 4*week)
		for range 7 * 24 * 6 {
			b.pass()
			b.now = b.now.Add(10 * time.Minute)
		}
		if gets < 5 || gets > 20 {
			t.Errorf("%v: it was read %d times in a week", broken, gets)
		}
		b.meetings(0)
		gets = 0
		b.put("Other #zoom", 4*week)
		b.pass()
		whole = true
		b.now = b.now.Add(2 * time.Hour)
		b.pass()
		b.meetings(1)
		if gets != 2 {
			t.Errorf("%v: both were read %d times", broken, gets)
		}
	}
}

// TestGraceIsShortened: what already waits does so for as long as the configuration says now.
func TestGraceIsShortened(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk" })
	b.pass()
	b.pass() // it has seen what it wrote itself
	b.meetings(1)
	b.now = b.now.Add(time.Minute)
	b.config.Settings.Grace = 30 * time.Second
	b.start()
	b.pass()
	b.meetings(0)
}
