package engine

import (
	"context"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

func (b *bench) remove(removal plan.Removal) Report {
	b.t.Helper()
	r, err := b.e.Remove(context.Background(), "c", removal)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// shown are the events that still show something of ours.
func (b *bench) shown(ids ...string) (shown []string) {
	for _, id := range ids {
		if ev, ok := b.cal.Event(id); ok && ev.Link.Mark+ev.Link.Block != "" {
			shown = append(shown, id)
		}
	}
	return shown
}

// TestRemoval: events to come, one that is over, a cancelled one and one that nobody tagged any more are all bare; the
// passes after it read nothing, and all is back once the removal is taken back.
func TestRemoval(t *testing.T) {
	b := newBench(t)
	over, coming := b.put("Over #zoom", time.Hour), b.put("Coming #zoom", week)
	calledOff := b.put("Off #zoom", week)
	b.pass()
	b.now = b.now.Add(3 * time.Hour)
	b.pass() // one is over by now
	copied := b.cal.Copy(coming)
	b.cal.Edit(copied, func(e *calendar.Event) { e.Title = "Copy" })
	b.cal.Edit(calledOff, func(e *calendar.Event) { e.Cancelled = true })
	b.pass()
	if got := b.shown(over, coming, calledOff); len(got) != 3 {
		t.Fatalf("before the removal %q show a link", got)
	}
	planned, err := b.e.PlanRemoval(t.Context(), "c", plan.RemoveCancel)
	if err != nil || len(planned.Events) == 0 || len(b.shown(over, coming)) != 2 {
		t.Fatalf("the plan: %+v, %v", planned, err)
	}
	r := b.remove(plan.RemoveCancel)
	if got := b.shown(over, coming, calledOff, copied); !r.Removed || len(got) > 0 {
		t.Errorf("removed %v, and %q still show a link: %+v", r.Removed, got, r.Events)
	}
	for _, m := range b.zoom.Meetings() {
		if m.Spec.Topic != "Over" { // what was is left as it was
			t.Errorf("%s is left", m.Spec.Topic)
		}
	}
	asked := 0
	b.cal.Hook = func(string, string, string) error { asked++; return nil }
	b.now = b.now.Add(time.Hour)
	if r := b.pass(); !r.Held || !strings.Contains(r.Cure, "zoomtag release c") || asked > 0 {
		t.Errorf("a later pass: %+v, %d calls", r, asked)
	}
	// a retry by hand
	if err := b.st.Update(func(tx *store.Tx) error { return tx.SetDue("c", coming, b.now) }); err != nil {
		t.Fatal(err)
	}
	b.pass()
	if next, err := b.st.NextDue("c"); err != nil || !next.IsZero() {
		t.Errorf("something is due at %v, %v", next, err)
	}
	if held, _, err := b.e.Release(t.Context(), "c"); err != nil || !held {
		t.Fatalf("taken back: %v, %v", held, err)
	}
	b.pass()
	if got := b.shown(over, coming); len(got) != 1 || got[0] != coming {
		t.Errorf("once the removal is taken back %q show a link", got)
	}
}

// TestRemovalKeepsMeetings: links go, meetings stay, and nobody cancels them later.
func TestRemovalKeepsMeetings(t *testing.T) {
	b := newBench(t)
	ids := []string{b.put("One #zoom", week), b.put("Two #zoom", 2*week)}
	b.pass()
	r := b.remove(plan.RemoveKeep)
	if got := b.shown(ids...); !r.Removed || len(got) > 0 {
		t.Errorf("removed %v, and %q still show a link", r.Removed, got)
	}
	b.now = b.now.Add(time.Hour)
	b.pass()
	b.meetings(2)
	if len(r.Events) != 2 || !strings.Contains(r.Events[0].Reason, "to be kept") {
		t.Errorf("said: %+v", r.Events)
	}
}

// TestRemovalOfTheSealed: a link that cannot be taken out does not keep zoomtag in the calendar, and its owner is told.
func TestRemovalOfTheSealed(t *testing.T) {
	b := newBench(t)
	id := b.put("One #zoom", week)
	b.pass()
	b.cal.Edit(id, func(e *calendar.Event) { e.Sealed = "the event is signed" })
	r := b.remove(plan.RemoveCancel)
	if !r.Removed || len(r.Events) != 1 || !strings.Contains(r.Events[0].Told(), "the event is signed: take it out by hand") ||
		strings.Contains(r.Events[0].Reason, "by hand") {
		t.Errorf("removed %v: %+v", r.Removed, r.Events)
	}
	b.meetings(0)
}

// TestRemovalGoesOn: what could not be done in one pass is done in the next, and said until then.
func TestRemovalGoesOn(t *testing.T) {
	b := newBench(t)
	b.put("One #zoom", week)
	b.pass()
	b.zoom.Hook = func(call, phase string) error {
		if call == "cancel" && phase == "before" {
			return errInThe(phase)
		}
		return nil
	}
	if r := b.remove(plan.RemoveCancel); r.Removed || !r.Held || !strings.Contains(r.Reason, "is being removed") ||
		!r.Failed() {
		t.Errorf("said: %+v", r)
	}
	b.zoom.Hook = nil
	b.now = b.now.Add(time.Hour)
	if r := b.pass(); !r.Removed {
		t.Errorf("it does not go on: %+v", r)
	}
	b.meetings(0)
	if _, _, err := b.e.Release(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if b.pass(); len(b.shown("event1")) != 1 { // of its own link that went nothing tells but a listing of all
		t.Error("once the removal is taken back the event has no link")
	}
}

// TestRemovalFailsForOne: zoomtag has not left as long as one event that is over still shows its link.
func TestRemovalFailsForOne(t *testing.T) {
	b := newBench(t)
	id := b.put("Over #zoom", time.Hour)
	b.pass()
	b.now = b.now.Add(3 * time.Hour)
	b.pass()
	b.cal.HideFromListing(id, true) // it is too old to be listed
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "setlink" && phase == "before" {
			return errInThe(phase)
		}
		return nil
	}
	if r := b.remove(plan.RemoveCancel); r.Removed || !r.Failed() {
		t.Errorf("said: %+v", r)
	}
	b.cal.Hook = nil
	b.now = b.now.Add(time.Hour)
	if r := b.pass(); !r.Removed || len(b.shown(id)) > 0 {
		t.Errorf("it does not go on: %+v", r)
	}
}

// TestRemovalOfTheHeld: no brake holds up the removal, and none holds the calendar once that is taken back.
func TestRemovalOfTheHeld(t *testing.T) {
	b := newBench(t)
	var ids []string
	for range 8 {
		ids = append(ids, b.put("Talk #zoom", week))
	}
	b.pass()
	for _, id := range ids[1:] {
		b.cal.Delete(id)
	}
	b.cal.Expire()
	if r := b.pass(); !r.Held {
		t.Fatalf("not held: %+v", r)
	}
	if r := b.remove(plan.RemoveCancel); !r.Removed {
		t.Errorf("it does not come to an end: %+v", r)
	}
	b.meetings(0)
	if _, _, err := b.e.Release(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	if st, err := b.st.Calendar("c"); err != nil || !st.HeldAt.IsZero() {
		t.Errorf("held since %v, %v", st.HeldAt, err)
	}
}

// TestRemovalIsHandsOff: what only somebody else may write is left to them.
func TestRemovalIsHandsOff(t *testing.T) {
	b := newBench(t)
	id := b.put("One #zoom", week)
	b.pass()
	if err := b.st.Reset(); err != nil {
		t.Fatal(err)
	}
	b.cal.Edit(id, func(e *calendar.Event) { e.Denied = "it is Bob's" })
	if r := b.remove(plan.RemoveCancel); !r.Removed || len(b.shown(id)) != 1 {
		t.Errorf("removed %v, shown %q", r.Removed, b.shown(id))
	}
	b.meetings(1)
}

// TestRemovalAfterALostCancellation: a meeting that is to be kept, and whose cancellation nobody knows of, is looked
// at.
func TestRemovalAfterALostCancellation(t *testing.T) {
	b := newBench(t)
	id := b.put("One #zoom", week)
	b.pass()
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "One" })
	b.pass()
	b.now = b.now.Add(11 * time.Minute)
	b.zoom.Hook = func(call, phase string) error {
		if call == "cancel" && phase == "after" {
			return errInThe(phase)
		}
		return nil
	}
	b.pass()
	b.zoom.Hook = nil
	if r := b.remove(plan.RemoveKeep); !r.Removed || b.record(id).MeetingID != 0 {
		t.Errorf("removed %v, and meeting %d is said to be kept", r.Removed, b.record(id).MeetingID)
	}
}

// TestRemovalBesideAnother: a copy in a calendar that zoomtag leaves does not come into the place of an event in one
// that was taken out of the configuration: that one keeps link and meeting.
func TestRemovalBesideAnother(t *testing.T) {
	h := newHouse(t, "old", "new")
	h.share("talk", "Talk #zoom", "old", "new")
	h.settle()
	h.configure("new")
	r, err := h.e.Remove(t.Context(), "new", plan.RemoveCancel)
	if err != nil || !r.Removed {
		t.Fatalf("%+v, %v", r, err)
	}
	h.meetings(1)
}

type errInThe string

func (e errInThe) Error() string { return "it broke " + string(e) }
