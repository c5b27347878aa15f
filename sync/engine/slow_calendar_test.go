package engine

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// TestThrottledCalendarIsLeftAlone: one refusal of the calendar's is enough; the other events wait, and no meeting is made whose
// link could not be written.
func TestThrottledCalendarIsLeftAlone(t *testing.T) {
	b := newBench(t)
	for i := range 5 {
		b.put(fmt.Sprintf("Meeting %d #zoom", i), week)
	}
	until := b.now.Add(2 * time.Hour)
	asked := 0
	b.cal.Hook = func(call, phase, _ string) error {
		if phase != "before" || call == "changes" && b.now.Before(until) && asked == 0 {
			return nil
		}
		if b.now.Before(until) {
			asked++
			return &calendar.Throttled{Until: until, Err: errors.New("enough for now")}
		}
		return nil
	}
	r := b.pass()
	if asked != 1 {
		t.Errorf("the calendar was asked %d times after it had asked for a pause", asked)
	}
	b.meetings(1)
	if !r.Failed() {
		t.Error("nothing is said of the refusal")
	}
	b.now = b.now.Add(time.Hour)
	if r := b.pass(); r.Error == "" || asked != 1 {
		t.Errorf("an hour later: asked %d times, %q", asked, r.Error)
	}
	b.now = until.Add(time.Minute)
	b.pass()
	b.meetings(5)
	for _, id := range b.cal.IDs() {
		if ev, _ := b.cal.Event(id); ev.Link.Mark == "" {
			t.Errorf("%s has no link after the pause", id)
		}
	}
}

// TestYoungEventWaits: an event of which the calendar says that it was just made is looked at again by itself.
func TestYoungEventWaits(t *testing.T) {
	b := newBench(t)
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "New #zoom", Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour), Settled: b.now.Add(20 * time.Second)})
	r := b.pass()
	if len(r.Events) != 1 || r.Events[0].State != plan.Pending {
		t.Errorf("reported: %+v", r.Events)
	}
	b.meetings(0)
	next, err := b.st.NextDue("c")
	if err != nil || !next.Equal(b.now.Add(20*time.Second)) {
		t.Errorf("looked at again at %v, %v", next, err)
	}
	b.start() // a restart forgets nothing
	b.now = b.now.Add(21 * time.Second)
	b.pass()
	b.meetings(1)
	if ev, _ := b.cal.Event(id); ev.Link.Mark == "" {
		t.Error("it has no link")
	}
}

// TestYoungEventGetsConference: what Google or an add-on put in meanwhile wins.
func TestYoungEventGetsConference(t *testing.T) {
	b := newBench(t)
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "New #zoom", Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour), Settled: b.now.Add(20 * time.Second)})
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Conferences = []string{"https://meet.google.com/abc-defg-hij"} })
	b.now = b.now.Add(21 * time.Second)
	b.pass()
	b.meetings(0)
	if next, err := b.st.NextDue("c"); err != nil || !next.IsZero() {
		t.Errorf("it is still due at %v, %v", next, err)
	}
}
