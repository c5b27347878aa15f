package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"zoomtag/store"
	"zoomtag/sync/plan"
)

// TestMeetingsWithoutAnEvent: after a lost state a meeting whose event was deleted is known to nobody. It is found,
// told, and cancelled on demand; nothing else is.
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
	if err != nil || len(list) != 1 || list[0].Topic != "Lost" || len(failures) != 0 ||
		!strings.Contains(LeftoverMend(list[0]), "zoomtag cancel ") {
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

// TestLeftoverThatIsNone: a meeting that an event has by now, or that does not carry its mark any more, is not
// cancelled.
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
	if _, err := b.e.CancelLeftover(ctx, list[0].MeetingID); err == nil ||
		!strings.Contains(err.Error(), "an event has meeting") {
		t.Errorf("an event has it: %v", err)
	}
	b.meetings(2)
}

// TestSecondMeetingOfAMark: a meeting that carries the mark of an event which has another one is nobody's, and can be
// cancelled; while it is not known which of them is the event's, neither is touched.
func TestSecondMeetingOfAMark(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	rec := b.record(id)
	spare, err := b.zoom.Create(context.Background(), rec.Mark, *rec.Told)
	if err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(25 * time.Hour)
	b.pass()
	if err := b.e.Sweep(context.Background()); err != nil {
		t.Fatal(err)
	}
	list, _, err := b.e.Leftovers()
	if err != nil || len(list) != 1 || list[0].MeetingID != spare.ID {
		t.Fatalf("%+v, %v", list, err)
	}
	named := bearers{}
	named.add(rec.Mark, bearerOf(&store.Record{Mark: rec.Mark, Doubt: plan.DoubtCreate}))
	if !named[rec.Mark].names(spare.ID) {
		t.Error("while it is not known which of them is the event's, neither may be touched")
	}
	if _, err := b.e.CancelLeftover(context.Background(), spare.ID); err != nil {
		t.Error(err)
	}
	b.meetings(1)
}

// TestNothingToSweep: within the day no calendar is looked at, however much is to be done in it: with many thousands
// that would cost more than all polls.
func TestNothingToSweep(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	b.pass()
	if err := b.e.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.st.Update(func(tx *store.Tx) error { return tx.SetDue("c", "an event", b.now) }); err != nil {
		t.Fatal(err)
	}
	if err := b.e.Sweep(t.Context()); err != nil {
		t.Errorf("within the day: %v", err)
	}
	b.now = b.now.Add(sweepEvery)
	if err := b.e.Sweep(t.Context()); !errors.Is(err, ErrUnread) {
		t.Errorf("after a day: %v", err)
	}
}

// TestEndedWithoutAMeeting: a meeting that was made for an event which has come to its end meanwhile is told, though it
// carries the mark of that event's record.
func TestEndedWithoutAMeeting(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	rec := b.record(id)
	made := rec.MeetingID
	rec.MeetingID, rec.Told = 0, nil
	rec.ClosedAt, rec.Due = b.now, time.Time{}
	if err := b.st.Update(func(tx *store.Tx) error { return tx.PutRecord(rec) }); err != nil {
		t.Fatal(err)
	}
	b.cal.Delete(id)
	if err := b.e.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list, _, err := b.e.Leftovers(); err != nil || len(list) != 1 || list[0].MeetingID != made {
		t.Errorf("%+v, %v", list, err)
	}
}
