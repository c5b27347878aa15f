package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/sync/plan"
)

// course puts a weekly series of which dates have titles of their own, and returns the ids of those.
func (b *bench) course(title string, dates ...string) (id string, ids []string) {
	start := b.now.Add(week)
	ev := calendar.Event{Title: title, Start: start, End: start.Add(time.Hour), Series: true}
	for i, own := range dates {
		at := start.AddDate(0, 0, 7*(i+1))
		ev.Exceptions = append(ev.Exceptions, calendar.Exception{ID: fmt.Sprint(i), Date: calendar.DateName(at, false),
			Title: own, Description: "words", Start: at, End: at.Add(time.Hour)})
	}
	id = b.cal.Put(ev)
	for _, x := range ev.Exceptions {
		ids = append(ids, calendar.JoinDate(id, x.Date))
	}
	return id, ids
}

// date is what a date of a series shows now.
func (b *bench) date(id string) calendar.Event {
	b.t.Helper()
	ev, err := b.cal.Get(b.t.Context(), id)
	if err != nil {
		b.t.Fatal(err)
	}
	return ev
}

// retag gives a series and its dates, in their order, other titles.
func (b *bench) retag(id, title string, dates ...string) {
	b.cal.Edit(id, func(ev *calendar.Event) {
		ev.Title = title
		for i, own := range dates {
			ev.Exceptions[i].Title = own
		}
	})
}

func (b *bench) grace() {
	b.now = b.now.Add(11 * time.Minute)
	b.pass()
}

// TestDateWithATag: a tag in one date of a series without a tag makes a meeting for that date, and for nothing else,
// which follows the date and ends with its tag.
func TestDateWithATag(t *testing.T) {
	b := newBench(t)
	id, dates := b.course("Course", "Guests #zoom", "Exam")
	b.pass()
	b.meetings(1)
	one := b.date(dates[0])
	l := b.zoom.Meetings()[0]
	if one.Link.Mark != l.Mark || l.Spec.Topic != "Guests" || !l.Spec.Start.Equal(one.Start) {
		t.Fatalf("the date shows %q, and the meeting is %+v", one.Link.Mark, l.Spec)
	}
	if ev, _ := b.cal.Event(id); ev.Link.Mark != "" || ev.Exceptions[1].Link.Mark != "" {
		t.Errorf("the series shows %+v, its other date %+v", ev.Link, ev.Exceptions[1].Link)
	}
	writes := b.cal.Writes()
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) {
		x := &ev.Exceptions[0]
		x.Start, x.End = x.Start.Add(2*time.Hour), x.End.Add(2*time.Hour)
	})
	b.pass()
	if l := b.zoom.Meetings()[0]; !l.Spec.Start.Equal(one.Start.Add(2*time.Hour)) || b.cal.Writes() != writes {
		t.Errorf("the date was moved: the meeting begins at %s, %d writes", l.Spec.Start, b.cal.Writes()-writes)
	}
	b.retag(id, "Course", "Guests", "Exam")
	b.pass()
	b.grace()
	b.meetings(0)
	if now := b.date(dates[0]); now.Link.Mark != "" || now.Description != "words" {
		t.Errorf("the tag is gone: %+v, %q", now.Link, now.Description)
	}
}

// echoing is a calendar in which our own writes are no news.
type echoing struct{ *calendartest.Fake }

// Echoed implements calendar.Echoer.
func (e echoing) Echoed(cursor string) string {
	if now, err := e.Changes(context.Background(), ""); err == nil {
		return now.Cursor
	}
	return cursor
}

// TestDateIsCovered: a series that gets a tag takes its date in, and lets it go again with the tag.
func TestDateIsCovered(t *testing.T) {
	b := newBench(t)
	b.config.Source = echoing{b.cal}
	b.start()
	id, dates := b.course("Course", "Guests #zoom")
	b.pass()
	own := b.date(dates[0]).Link.Mark
	b.retag(id, "Course #zoom", "Guests #zoom")
	b.pass()
	ev, _ := b.cal.Event(id)
	if now := b.date(dates[0]); ev.Link.Mark == "" || now.Link.Mark != ev.Link.Mark {
		t.Errorf("the series shows %q, its date %q, which had %q", ev.Link.Mark, now.Link.Mark, own)
	}
	b.grace()
	b.meetings(1)
	b.retag(id, "Course", "Guests #zoom")
	b.pass()
	b.grace()
	b.meetings(1)
	if now, ev := b.date(dates[0]), b.zoom.Meetings()[0]; now.Link.Mark != ev.Mark || ev.Spec.Topic != "Guests" {
		t.Errorf("the date shows %q, and the meeting is %q of %q", now.Link.Mark, ev.Mark, ev.Spec.Topic)
	}
}

// TestDatesHandedBack: dates that give up their own links get that of their series in the same pass, each series is
// told of once, as plan foretells, and the next pass has nothing to do.
func TestDatesHandedBack(t *testing.T) {
	b := newBench(t)
	id, dates := b.course("Course", "Guests #zoom", "Exam", "More guests #zoom")
	b.pass()
	b.meetings(2)
	b.retag(id, "Course #zoom", "Guests #zoom", "Exam", "More guests #zoom")
	planned, err := b.e.Plan(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	did := b.pass()
	if p, d := stepsOf(planned), stepsOf(did); !slices.Equal(p, d) || d[0] != id+" create link" || len(d) != 3 {
		t.Errorf("planned %q, done %q", p, d)
	}
	ev, _ := b.cal.Event(id)
	for _, date := range dates {
		if now := b.date(date); now.Link.Mark != ev.Link.Mark || now.Link.Mark == "" {
			t.Errorf("the series shows %q, its date %q", ev.Link.Mark, now.Link.Mark)
		}
	}
	writes := b.cal.Writes()
	if r := b.pass(); len(r.Events) > 0 || b.cal.Writes() != writes {
		t.Errorf("the next pass: %+v, %d writes", r.Events, b.cal.Writes()-writes)
	}
}

// stepsOf are the events of a report to which something is done, with what.
func stepsOf(r Report) (list []string) {
	for _, e := range r.Events {
		if len(e.Steps) > 0 {
			list = append(list, e.ID+" "+strings.Join(e.Steps, " "))
		}
	}
	return list
}

// TestDateWaitsForItsSeries: the series has a tag that cannot be followed. Its date keeps the link that it has.
func TestDateWaitsForItsSeries(t *testing.T) {
	b := newBench(t)
	id, dates := b.course("Course", "Guests #zoom")
	b.pass()
	own := b.date(dates[0]).Link.Mark
	b.retag(id, "Course #zoom(scheduled, personal)", "Guests #zoom")
	for range 3 {
		b.pass()
		b.grace()
	}
	b.meetings(1)
	if now := b.date(dates[0]); now.Link.Mark != own {
		t.Errorf("the date shows %q, not %q", now.Link.Mark, own)
	}
	b.retag(id, "Course #nozoom", "Guests #zoom")
	b.pass()
	b.grace()
	b.meetings(0)
}

// TestDateIsReset: a date that is as its series again, one that is cancelled, and a series that is deleted.
func TestDateIsReset(t *testing.T) {
	for name, end := range map[string]func(b *bench, id string){
		"reset": func(b *bench, id string) {
			b.cal.Edit(id, func(ev *calendar.Event) { ev.Exceptions = ev.Exceptions[:1] })
		},
		"deleted": func(b *bench, id string) { b.cal.Delete(id) },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.put("Stays #zoom", week)
			id, _ := b.course("Course", "Exam", "Guests #zoom")
			b.pass()
			b.meetings(2)
			end(b, id)
			b.pass()
			b.meetings(2) // for the grace period
			b.grace()
			b.meetings(1)
		})
	}
}

// TestDatesAndTheBrake: a series that is deleted is one thing that is gone, however many of its dates had links. Dates
// that are gone from a series that stands are each one.
func TestDatesAndTheBrake(t *testing.T) {
	titles := slices.Repeat([]string{"Guests #zoom"}, 7)
	b := newBench(t)
	b.put("Stays #zoom", week)
	id, _ := b.course("Course", titles...)
	b.pass()
	b.meetings(8)
	b.cal.Delete(id)
	if r := b.pass(); r.Held {
		t.Error(r.Reason)
	}
	b.grace()
	b.meetings(1)
	id, _ = b.course("Course", titles...)
	b.pass()
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Exceptions = nil })
	if r := b.pass(); !r.Held || !strings.Contains(r.Reason, "7 of the 8 events") {
		t.Errorf("held: %v, %q", r.Held, r.Reason)
	}
}

// TestDateIsMoved: the series is now in another file, and its date keeps its meeting.
func TestDateIsMoved(t *testing.T) {
	b := newBench(t)
	id, dates := b.course("Course", "Guests #zoom")
	b.pass()
	own := b.date(dates[0]).Link.Mark
	b.cal.Rename(id, "elsewhere")
	b.pass()
	b.grace()
	b.meetings(1)
	_, date, _ := calendar.CutDate(dates[0])
	if now := b.date(calendar.JoinDate("elsewhere", date)); now.Link.Mark != own {
		t.Errorf("the date shows %q, not %q", now.Link.Mark, own)
	}
}

// TestDateAfterLostState: the date's own mark finds its meeting again.
func TestDateAfterLostState(t *testing.T) {
	b := newBench(t)
	_, dates := b.course("Course", "Guests #zoom")
	b.pass()
	own := b.date(dates[0]).Link.Mark
	if err := b.st.Reset(); err != nil {
		t.Fatal(err)
	}
	b.start()
	for range 3 {
		b.pass()
		b.now = b.now.Add(time.Minute)
	}
	b.meetings(1)
	if rec := b.record(dates[0]); rec == nil || rec.Mark != own || rec.State != plan.Linked {
		t.Errorf("it is remembered as %+v", rec)
	}
}

// TestDateThatIsOnlyTold: where a date cannot be an event of its own, what its tag lacks is said.
func TestDateThatIsOnlyTold(t *testing.T) {
	b := newBench(t)
	id, _ := b.course("Course", "Guests #zoom")
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Exceptions[0].Date = "" })
	r := b.pass()
	b.meetings(0)
	if len(r.Events) != 1 || !strings.Contains(r.Events[0].Told(), "tag the series") {
		t.Errorf("%+v", r.Events)
	}
}

// TestOneDateByName: a command can ask for the link of one date alone.
func TestOneDateByName(t *testing.T) {
	b := newBench(t)
	_, dates := b.course("Course", "Guests #zoom", "Others #zoom")
	r, err := b.e.Settle(t.Context(), "c", "Others")
	if err != nil || r.Chosen != dates[1] {
		t.Fatalf("%q is chosen, %v", r.Chosen, err)
	}
	b.meetings(1)
	b.pass()
	b.meetings(2)
}

// TestDatesAndRemoval: zoomtag leaves a calendar whose series got a tag after one of its dates had a meeting of its
// own, also when it is told to leave once more.
func TestDatesAndRemoval(t *testing.T) {
	b := newBench(t)
	id, dates := b.course("Course", "Course, the second #zoom")
	b.pass()
	b.meetings(1)
	for range 2 {
		if r := b.remove(plan.RemoveCancel); !r.Removed {
			t.Errorf("it was not removed: %+v", r)
		}
		b.meetings(0)
		if ev := b.date(dates[0]); ev.Link.Block != "" {
			t.Errorf("the date shows %q", ev.Link.Block)
		}
		b.retag(id, "Course #zoom")
	}
}

// TestPlanOfCopiedDates: the link that a copied series brought along goes out of all its dates with one write; a plan
// does not foretell it twice, though a date between them gets a link of its own.
func TestPlanOfCopiedDates(t *testing.T) {
	b := newBench(t)
	first, _ := b.course("Course #zoom", "Guests", "Exam")
	b.pass()
	copied, _ := b.cal.Event(first)
	copied.ID, copied.UID, copied.Title = "", "", "Copy"
	copied.Exceptions = slices.Clone(copied.Exceptions)
	copied.Exceptions[0].Title = "Guests #zoom"
	id := b.cal.Put(copied)
	planned, err := b.e.Plan(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	did := b.pass()
	if p, d := stepsOf(planned), stepsOf(did); !slices.Equal(p, d) || len(d) == 0 {
		t.Errorf("planned %q, done %q", p, d)
	}
	if ev, _ := b.cal.Event(id); ev.Exceptions[0].Link.Mark == "" || ev.Exceptions[1].Link.Mark != "" {
		t.Errorf("the dates show %q and %q", ev.Exceptions[0].Link.Mark, ev.Exceptions[1].Link.Mark)
	}
}
