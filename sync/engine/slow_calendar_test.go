package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// TestThrottledCalendarIsLeftAlone: one refusal of the calendar's is enough; the other events wait, and no meeting is
// made whose link could not be written.
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
	id := b.cal.Put(calendar.Event{Title: "New #zoom", Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour), Settled: b.now.Add(20 * time.Second)})
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
	id := b.cal.Put(calendar.Event{Title: "New #zoom", Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour), Settled: b.now.Add(20 * time.Second)})
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Conferences = []string{"https://meet.google.com/abc-defg-hij"} })
	b.now = b.now.Add(21 * time.Second)
	b.pass()
	b.meetings(0)
	if next, err := b.st.NextDue("c"); err != nil || !next.IsZero() {
		t.Errorf("it is still due at %v, %v", next, err)
	}
}

// TestLinkThatDoesNotKeep: a calendar that says yes and keeps only part of a link is not written to again and again.
func TestLinkThatDoesNotKeep(t *testing.T) {
	b := newBench(t)
	b.config.Settings.ReplaceMeet = true
	b.start()
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "Board #zoom", Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour), Meet: true,
		Conferences: []string{"https://meet.google.com/abc-defg-hij"}}) // the fake knows nothing of Meet, and keeps it
	writes := 0
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "setlink" && phase == "after" {
			writes++
		}
		return nil
	}
	r := b.pass()
	if writes > 1 || !r.Failed() || !strings.Contains(r.Events[0].Error, "does not keep") {
		t.Errorf("%d writes, %+v", writes, r.Events)
	}
	for range 100 {
		b.now = b.now.Add(time.Hour)
		b.pass()
	}
	if rec := b.record(id); writes > 1 || rec.State != plan.Failed {
		t.Errorf("%d writes in the end, %s", writes, rec.State)
	}
	b.meetings(1)
}

// TestPlanReplacesMeet: what is planned comes to rest.
func TestPlanReplacesMeet(t *testing.T) {
	b := newBench(t)
	b.config.Settings.ReplaceMeet = true
	b.start()
	start := b.now.Add(week)
	b.cal.Put(calendar.Event{Title: "Board #zoom", Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour),
		Meet:        true,
		Conferences: []string{"https://meet.google.com/abc-defg-hij"}})
	r, err := b.e.Plan(t.Context(), "c")
	if err != nil || r.Failed() || len(r.Events) != 1 || strings.Join(r.Events[0].Steps, " ") != "create link" {
		t.Errorf("planned: %+v, %v", r.Events, err)
	}
}

// TestAbsentCalendarCannotBeReleased: what cannot be seen cannot be looked at, and a release must not wait for the day
// on which the calendar comes back empty.
func TestAbsentCalendarCannotBeReleased(t *testing.T) {
	b := newBench(t)
	for i := range 8 {
		b.put(fmt.Sprintf("Meeting %d #zoom", i), week)
	}
	b.pass()
	b.meetings(8)
	absent := true
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "changes" && phase == "before" && absent {
			return fmt.Errorf("404: %w", calendar.ErrAbsent)
		}
		return nil
	}
	if r := b.pass(); !r.Held || r.OK || !r.Failed() {
		t.Errorf("absent: %+v", r)
	}
	if held, _, err := b.e.Release(context.Background(), "c"); held || err == nil ||
		!strings.Contains(err.Error(), "cannot be seen") {
		t.Errorf("released: %v, %v", held, err)
	}
	absent = false
	b.cal.SetEmpty(true)
	for range 4 {
		b.now = b.now.Add(time.Hour)
		if r := b.pass(); !r.Held {
			t.Errorf("back, and empty: %+v", r)
		}
	}
	b.meetings(8)
	b.cal.SetEmpty(false)
	if r := b.pass(); r.Held {
		t.Errorf("back: %+v", r)
	}
	b.meetings(8)
}
