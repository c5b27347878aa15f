package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/sync/plan"
)

// TestOthersMark: an event in a shared calendar shows the link of a zoomtag that works with another Zoom account. It is
// left alone, tagged or not, edited or not, and plan says why.
func TestOthersMark(t *testing.T) {
	for _, title := range []string{"Talk #zoom", "Talk", "Talk #zoom #nozoom"} {
		t.Run(title, func(t *testing.T) {
			b := newBench(t)
			var calls []string
			b.zoom.Hook = func(call, _ string) error { calls = append(calls, call); return nil }
			start := b.now.Add(week)
			url := "https://us02web.zoom.us/j/85000000099"
			words := "words\n\n" + calendar.BlockFirst + "\nJoin: " + url + "\n" + calendar.BlockLast
			id := b.cal.Put(calendar.Event{Title: title, UID: "theirs", Description: words, URL: url, Start: start,
				End:   start.Add(time.Hour),
				Until: start.Add(time.Hour),
				Link:  calendar.Link{Mark: plan.NewMark(plan.AccountHash("b"), "theirs", [10]byte{1})}})
			b.pass()
			b.cal.Edit(id, func(e *calendar.Event) { e.Start, e.End = start.Add(time.Hour), start.Add(2*time.Hour) })
			for range 3 {
				b.pass()
				b.now = b.now.Add(11 * time.Minute)
			}
			r, err := b.e.Plan(context.Background(), "c")
			if err != nil {
				t.Fatal(err)
			}
			if len(calls) != 0 || b.cal.Writes() != 0 {
				t.Errorf("calls to Zoom: %v; %d writes into the calendar", calls, b.cal.Writes())
			}
			if rec, err := b.st.Record("c", id); rec != nil || err != nil {
				t.Errorf("it is remembered: %+v %v", rec, err)
			}
			if ev, _ := b.cal.Event(id); ev.Description != words {
				t.Errorf("the event now says %q", ev.Description)
			}
			if title == "Talk" {
				return // nobody asked for anything: plan need not speak of it
			}
			if len(r.Events) != 1 || r.Events[0].State != plan.Ignored ||
				!strings.Contains(r.Events[0].Reason, "another Zoom account") {
				t.Errorf("plan says %+v", r.Events)
			}
		})
	}
}

// TestLongID: an id that the store does not keep is reported, and the other events of the calendar go on.
func TestLongID(t *testing.T) {
	b := newBench(t)
	event := func(id, title string) {
		b.cal.Put(calendar.Event{ID: id, Title: title, Start: b.now.Add(week), End: b.now.Add(week + time.Hour),
			Until: b.now.Add(week + time.Hour)})
	}
	longest, tooLong, plain := strings.Repeat("a", maxID), strings.Repeat("b", maxID+1), strings.Repeat("c", maxID+1)
	event("short", "Talk #zoom")
	event(longest, "Talk #zoom")
	event(tooLong, "Talk #zoom")
	event(plain, "Dentist")
	r := b.pass()
	b.meetings(2)
	var failed []EventReport
	for _, ev := range r.Events {
		if ev.Error != "" {
			failed = append(failed, ev)
		}
	}
	if len(failed) != 1 || !strings.HasPrefix(failed[0].ID, "bbb") ||
		!strings.Contains(failed[0].Error, "4097 bytes") || !r.Failed() || r.Error != "" {
		t.Errorf("reported: %+v; the calendar: %q", failed, r.Error)
	}
	if b.record(longest).State != plan.Linked || b.record("short").State != plan.Linked {
		t.Error("the other events have no link")
	}
	// It goes away again, which is nobody's concern, and the rest is followed as before.
	b.cal.Delete(tooLong)
	b.cal.Edit("short", func(e *calendar.Event) { e.Title = "Talk two #zoom" })
	if r := b.pass(); r.Failed() {
		t.Errorf("after it was deleted: %+v", r)
	}
	if rec := b.record("short"); rec.State != plan.Linked || rec.Title != "Talk two" {
		t.Errorf("the other event is %s: %q", rec.State, rec.Title)
	}
}

// pair is a bench with a second calendar, "d", and a tagged event in the first one that has its link.
type pair struct {
	*bench
	other *calendartest.Fake
	id    string
	// inner says that a pass runs inside another one's call. What that one is at work on is then not waited for.
	inner bool
}

// errBusy is how a pass ends that would have to wait for the one inside which it runs.
var errBusy = errors.New("somebody else is at work on it")

func newPair(t *testing.T) *pair {
	p := &pair{bench: newBench(t), other: calendartest.NewFake()}
	first, second := p.config, p.config
	second.Name, second.Source = "d", p.other
	p.e = New(p.st, []*Calendar{&first, &second},
		Options{Accounts: p.accounts(), Now: func() time.Time { return p.now }, Jitter: func() float64 { return 0 },
			Locks: NewLocks(func(context.Context) error { return errBusy })})
	p.id = p.put("Talk #zoom", week)
	p.put("Other #zoom", week)
	p.passOf("c")
	p.passOf("d")
	return p
}

func (p *pair) passOf(name string) {
	p.t.Helper()
	if _, err := p.e.Pass(context.Background(), name); err != nil && !(p.inner && errors.Is(err, errBusy)) {
		p.t.Error(err)
	}
}

// move moves the event as apps do: it is put into the other calendar, and deleted in the first.
func (p *pair) move() {
	ev, ok := p.cal.Event(p.id)
	if !ok {
		p.t.Error("there is nothing to move")
	}
	ev.ID = "moved"
	p.other.Put(ev)
	p.cal.Delete(p.id)
}

// check lets both calendars come to rest and then looks for one record and one meeting.
func (p *pair) check() {
	p.t.Helper()
	for range 4 {
		p.passOf("c")
		p.passOf("d")
		p.now = p.now.Add(11 * time.Minute)
	}
	moved, ok := p.other.Event("moved")
	if !ok {
		p.t.Fatal("the event was not moved")
	}
	records, err := p.st.ByUID(moved.UID)
	if err != nil {
		p.t.Fatal(err)
	}
	var open []string
	for _, rec := range records {
		if !rec.Closed() {
			open = append(open, rec.Calendar+"/"+rec.EventID+" "+rec.State)
		}
	}
	if fmt.Sprint(open) != "[d/moved linked]" {
		p.t.Errorf("open records: %v, want that of the moved event alone", open)
	}
	if p.zoom.Cancels() != 0 || p.zoom.Creates() != 2 {
		p.t.Errorf("%d cancels, %d creates: the meeting did not live on", p.zoom.Cancels(), p.zoom.Creates())
	}
	for _, l := range p.zoom.Meetings() {
		if l.Mark == moved.Link.Mark && strings.Contains(moved.Link.Block, l.JoinURL) {
			return
		}
	}
	p.t.Errorf("the moved event shows %q, which Zoom does not have", moved.Link.JoinURL)
}

// TestMoveBetweenSteps moves an event to another calendar at each point where a pass calls somebody, and runs the other
// calendar's pass right there, or right after.
func TestMoveBetweenSteps(t *testing.T) {
	for _, pass := range [][2]string{{"c", "d"}, {"d", "c"}} {
		for _, late := range []bool{false, true} { // whether the event is moved before the pass begins or within it
			for at := 1; ; at++ {
				p := newPair(t)
				// so that the pass has work to do
				p.cal.Edit(p.id, func(e *calendar.Event) { e.Title = "Talk two #zoom" })
				if !late {
					p.move()
				}
				calls := 0
				hook := func() {
					if p.inner {
						return
					}
					if calls++; calls != at {
						return
					}
					p.inner = true
					if late {
						p.move()
					}
					p.passOf(pass[1])
					p.inner = false
				}
				p.cal.Hook = func(string, string, string) error { hook(); return nil }
				p.other.Hook = p.cal.Hook
				p.zoom.Hook = func(string, string) error { hook(); return nil }
				p.passOf(pass[0])
				reached := calls >= at
				p.cal.Hook, p.other.Hook, p.zoom.Hook = nil, nil, nil
				if late && !reached {
					p.move()
				}
				p.check()
				if t.Failed() {
					t.Fatalf("pass of %s inside that of %s at its call %d, moved late: %t", pass[1], pass[0], at, late)
				}
				if !reached {
					t.Logf("%s inside %s, moved late %t: %d points", pass[1], pass[0], late, at-1)
					break
				}
			}
		}
	}
}

// TestMoveWhileBothPassesRun has both calendars worked on at once while the event is moved: for the race detector.
func TestMoveWhileBothPassesRun(t *testing.T) {
	for range 30 {
		p := newPair(t)
		p.e.locks = NewLocks(nil)
		p.cal.Edit(p.id, func(e *calendar.Event) { e.Title = "Talk two #zoom" })
		var wg sync.WaitGroup
		for _, name := range []string{"c", "d"} {
			wg.Go(func() {
				for range 4 {
					p.passOf(name)
				}
			})
		}
		wg.Go(p.move)
		wg.Wait()
		if p.check(); t.Failed() {
			return
		}
	}
}
