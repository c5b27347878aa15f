package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// TestWordAgainstZoomFromTheConfiguration: a word that the configuration begins to take as a refusal cancels nothing by
// itself.
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

// TestStripped: an app drops what cannot be seen. A block that still stands is still wanted, also where the tag went
// out of sight with us.
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

// TestStrippedBeforeTheAnswer: the answer to writing the link is lost, and an app drops what cannot be seen before the
// event is read again.
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

// TestNothingTakenAfterAll: the owner takes the tag off while zoomtag is about to take it out of sight, and the power
// is cut before the event was read again. The event shows the link of before, and wants it no more.
func TestNothingTakenAfterAll(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	b.config.Settings.Rules.Keep = false
	b.start()
	cut := errors.New("the power is cut")
	edited := false
	b.cal.Hook = func(call, phase, _ string) error {
		switch {
		case call == "setlink" && phase == "before":
			edited = true
			b.cal.Edit(id, func(ev *calendar.Event) { ev.Title = "Talk" })
		case edited && call == "get":
			return cut
		}
		return nil
	}
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Start = ev.Start.Add(time.Hour) })
	b.pass()
	b.cal.Hook = nil
	if !edited {
		t.Fatal("the link was not written")
	}
	for range 4 {
		b.now = b.now.Add(11 * time.Minute)
		b.pass()
	}
	b.meetings(0)
}

// TestSeriesWithoutDates: each date of a series was cancelled. It is over, whether it had a link or not, and nobody is
// asked to do anything; when a date is put back, it has the link again.
func TestSeriesWithoutDates(t *testing.T) {
	b := newBench(t)
	id, late := b.put("Weekly #zoom", week), b.put("Late #zoom", week)
	series := func(ev *calendar.Event) { ev.Series, ev.Until = true, time.Time{} }
	b.cal.Edit(id, series)
	empty := func(ev *calendar.Event) { ev.Empty, ev.Start, ev.End = true, time.Time{}, time.Time{} }
	b.cal.Edit(late, func(ev *calendar.Event) { series(ev); empty(ev) })
	b.pass()
	b.meetings(1)
	b.cal.Edit(id, empty)
	for range 3 {
		r := b.pass()
		if r.Held {
			t.Errorf("held: %s", r.Reason)
		}
		for _, ev := range r.Events {
			if ev.State == plan.Held || ev.State == plan.Failed {
				t.Errorf("%s is %s: %s", ev.ID, ev.State, ev.Reason)
			}
		}
		b.now = b.now.Add(11 * time.Minute)
	}
	b.meetings(1)
	b.cal.Edit(id, func(ev *calendar.Event) {
		ev.Empty, ev.Start, ev.End = false, b.now.Add(week), b.now.Add(week+time.Hour)
	})
	b.pass()
	b.meetings(1)
	if ev, _ := b.cal.Event(id); ev.Link.Mark == "" || b.zoom.Creates() != 1 {
		t.Errorf("link %+v, %d made", ev.Link, b.zoom.Creates())
	}
}

// TestMovedIntoThePastAndDeleted: the meeting of an event that was moved into the past, and so left alone, goes with
// the event.
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
	id := b.cal.Put(calendar.Event{Title: "Talk #zoom", Start: right.AddDate(2, 0, 0),
		End: right.AddDate(2, 0, 0).Add(time.Hour), Until: right.AddDate(2, 0, 0).Add(time.Hour)})
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
	id := b.cal.Put(calendar.Event{Title: "Fair #zoom(15:00)", AllDay: true, Start: day, End: day.AddDate(0, 0, 1),
		Until: day.AddDate(0, 0, 1)})
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

// TestSplitSeries: "this and following" makes a series of its own. Its owner hears that people may come to the old
// link.
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
