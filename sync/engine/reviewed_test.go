package engine

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// TestRefusedBeforeAnUpgrade: an event that was ending when the state was written by an earlier version goes on ending.
func TestRefusedBeforeAnUpgrade(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk #zoom #nozoom" })
	b.pass()
	err := b.st.Update(func(tx *store.Tx) error {
		rec, err := tx.Record("c", id)
		if err != nil {
			return err
		}
		rec.Not = nil // as it was written then
		return tx.PutRecord(rec)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.config.Detects = "2"
	b.start()
	b.now = b.now.Add(time.Hour)
	b.pass()
	b.meetings(0)
}

// TestPlainCopyOfASeries: a copy of a series that goes on is no second half of it.
func TestPlainCopyOfASeries(t *testing.T) {
	b := newBench(t)
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "Weekly #zoom", Series: true, Start: start, End: start.Add(time.Hour)})
	b.pass()
	copied := b.cal.Copy(id)
	b.pass()
	if rec := b.record(copied); rec.State != plan.Linked || len(rec.Notes) > 0 {
		t.Errorf("%s: %q", rec.State, rec.Notes)
	}
}

// TestOwnersLinesBesideANote: what the owner edits in the block is kept, and our own note is not taken for theirs.
func TestOwnersLinesBesideANote(t *testing.T) {
	b := newBench(t)
	b.config.Settings.Note = "Please mute yourself"
	b.start()
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Edit(id, func(e *calendar.Event) {
		e.Description = strings.Replace(e.Description, "Passcode: ", "Passcode: please use ", 1)
	})
	b.pass()
	ev, _ := b.cal.Event(id)
	if strings.Count(ev.Description, "Please mute yourself") != 1 ||
		!strings.Contains(ev.Description, "Passcode: please use ") {
		t.Errorf("the event says:\n%s", ev.Description)
	}
}

// TestWishDroppedMarkKept: a service drops the wish that was taken out of sight, and keeps the mark. The block stands,
// and is still wanted.
func TestWishDroppedMarkKept(t *testing.T) {
	b := newBench(t)
	b.config.Settings.Rules.Keep = false
	b.start()
	id := b.put("Talk #zoom", week)
	b.pass()
	ev, _ := b.cal.Event(id)
	l := ev.Link
	l.Tag = ""
	if _, err := b.cal.SetLink(context.Background(), id, ev.Version, l); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		b.pass()
		b.now = b.now.Add(time.Hour)
	}
	b.meetings(1)
}

// TestNotOfferedForCancelling: a meeting that another item with the UID shows is no meeting without an event, whichever
// of the two is to stay.
func TestNotOfferedForCancelling(t *testing.T) {
	for _, marks := range [][]byte{{1, 2}, {2, 1}} {
		h := newHouse(t, "x", "y")
		h.random = bytes.NewReader(append(bytes.Repeat(marks[:1], 10), bytes.Repeat(marks[1:], 10)...))
		lose := func() {
			if err := h.st.Reset(); err != nil {
				t.Fatal(err)
			}
		}
		h.share("u", "Talk #zoom", "x")
		h.configure("x")
		h.passes()
		lose() // the next zoomtag knows nothing of this one
		h.share("u", "Talk #zoom", "y")
		h.configure("y")
		h.passes()
		lose()
		h.configure("x", "y")
		h.settle()
		if err := h.e.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		list, _, err := h.e.Leftovers()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range list {
			for name, id := range map[string]string{"x": "u-x", "y": "u-y"} {
				if h.event(name, id).Link.Mark == l.Mark {
					t.Errorf("meeting %d is offered, and %s shows it", l.MeetingID, id)
				}
			}
		}
	}
}

// TestUntaggedCopyOfACalendarTakenOut: a copy that wants no meeting does not end that of an event whose calendar was
// taken out.
func TestUntaggedCopyOfACalendarTakenOut(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("u", "Talk #zoom", "x", "y")
	h.settle()
	h.cals["y"].Edit("u-y", func(e *calendar.Event) { e.Title = "Talk #zoom #nozoom" })
	h.settle()
	h.configure("y")
	h.settle()
	h.meetings(1)
	h.configure("x", "y")
	h.settle()
	h.meetings(1)
	if ev := h.event("x", "u-x"); !strings.Contains(ev.Link.Block, h.zoom.Meetings()[0].JoinURL) {
		t.Errorf("it shows %q", ev.Link.Block)
	}
}

// TestPastWithATwin: an event is moved into the past while a copy of it in another calendar still comes, and is then
// deleted.
func TestPastWithATwin(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.share("u", "Talk #zoom", "x", "y")
	h.settle()
	h.cals["x"].Edit("u-x", func(e *calendar.Event) {
		e.Start, e.End, e.Until = h.now.Add(-25*time.Hour), h.now.Add(-24*time.Hour), h.now.Add(-24*time.Hour)
	})
	h.settle()
	h.cals["x"].Delete("u-x")
	h.settle()
	h.settle()
	h.meetings(1)
	for _, name := range h.names {
		if due, err := h.st.Due(name, h.now, 0); err != nil || len(due) > 0 {
			t.Errorf("still due in %s: %q, %v", name, due, err)
		}
	}
}

// TestEarlierMeetingThatHasToStay: while a copy shows an earlier meeting of the event, the one that the event shows is
// looked after, and a second earlier one is cancelled.
func TestEarlierMeetingThatHasToStay(t *testing.T) {
	h := newHouse(t, "x", "y")
	h.config.Settings.Checks = true
	h.configure("x", "y")
	h.share("u", "Talk #zoom", "x", "y")
	h.settle()
	var former []store.Former
	rec, err := h.st.Record("x", "u-x")
	if err != nil {
		t.Fatal(err)
	}
	for _, end := range []string{"zzzzzzzzzzzzzzza", "zzzzzzzzzzzzzzzb"} { // of several marks the least stays
		mark := rec.Mark[:len(rec.Mark)-len(end)] + end
		m, err := h.zoom.Create(t.Context(), mark, meeting.Spec{Topic: "Talk", Host: "me"})
		if err != nil {
			t.Fatal(err)
		}
		former = append(former, store.Former{MeetingID: m.ID, Mark: mark, Host: "me", At: h.now})
	}
	l := h.event("x", "u-x").Link
	l.Mark = former[0].Mark
	if _, err := h.cals["y"].SetLink(t.Context(), "u-y", h.event("y", "u-y").Version, l); err != nil {
		t.Fatal(err)
	}
	err = h.st.Update(func(tx *store.Tx) error {
		rec, err := tx.Record("x", "u-x")
		if err != nil {
			return err
		}
		rec.Former, rec.Due = former, h.now
		return tx.PutRecord(rec)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.zoom.OwnerDelete(rec.MeetingID)
	for range 30 {
		h.now = h.now.Add(61 * time.Minute)
		h.passes()
	}
	rec, err = h.st.Record("x", "u-x")
	if err != nil {
		t.Fatal(err)
	}
	marks := []string{}
	for _, l := range h.zoom.Meetings() {
		marks = append(marks, l.Mark)
	}
	if ev := h.event("x", "u-x"); rec.MeetingID == 0 || !strings.Contains(ev.Link.Block, rec.JoinURL) ||
		!slices.Contains(marks, rec.Mark) {
		t.Errorf("the event's meeting is gone, and it shows %q", ev.Link.Block)
	}
	if slices.Contains(marks, former[1].Mark) || !slices.Contains(marks, former[0].Mark) {
		t.Errorf("Zoom has %q of the earlier %q", marks, []string{former[0].Mark, former[1].Mark})
	}
}

// TestRestoredWithoutItsWish: an event is restored as it was before a tag was taken out of its title, asked for by a
// category by now. The answer to writing its link is lost, and the category is taken off: that is its owner's word, and
// no app's that drops what cannot be seen.
func TestRestoredWithoutItsWish(t *testing.T) {
	b := newBench(t)
	b.config.Settings.Rules.Keep = false
	b.config.Settings.Rules.Categories = []string{"Zoom"}
	b.start()
	id := b.put("Talk #zoom", week)
	b.pass()
	ev, _ := b.cal.Event(id)
	b.cal.Delete(id)
	restored := ev
	restored.ID, restored.Title, restored.Categories = "restored", "Talk", []string{"Zoom"}
	restored.Description, restored.Link = "", calendar.Link{}
	b.cal.Put(restored)
	b.cal.Hook = func(call, phase, _ string) error {
		if call == "setlink" && phase == "after" {
			return errors.New("the answer is lost")
		}
		return nil
	}
	b.pass()
	b.cal.Hook = nil
	if ev, _ = b.cal.Event("restored"); ev.Link.Block == "" || ev.Link.Tag != "" {
		t.Fatalf("the restored event was to show a link, with nothing taken out of sight: %+v", ev.Link)
	}
	b.cal.Edit("restored", func(e *calendar.Event) { e.Categories = nil })
	for range 4 {
		b.now = b.now.Add(11 * time.Minute)
		b.pass()
	}
	b.meetings(0)
}

// TestLongTitle: of a title that nobody would read to its end, the beginning is remembered, reported and written down.
func TestLongTitle(t *testing.T) {
	b := newBench(t)
	long := strings.Repeat("äb", 100_000)
	id := b.put(long+" #zoom", week)
	b.put(long+" #zoom(account=nobody)", week) // it is held
	report := b.pass()
	titles := []string{b.record(id).Title}
	for _, ev := range report.Events {
		titles = append(titles, ev.Title)
	}
	problems, err := b.st.Problems("c")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		titles = append(titles, p.Title)
	}
	entries, err := b.st.Journal(store.JournalFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		titles = append(titles, e.Title)
	}
	if len(report.Events) != 2 || len(problems) != 1 || len(entries) == 0 {
		t.Errorf("%d events, %d problems, %d entries", len(report.Events), len(problems), len(entries))
	}
	for _, title := range titles {
		if !strings.HasPrefix(title, "äbäb") || len([]rune(title)) > 300 {
			t.Errorf("a title of %d characters", len([]rune(title)))
		}
	}
}
