package engine

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// instance is another zoomtag on the same calendar, with a state of its own.
func (b *bench) instance(account string, change func(*Calendar)) *bench {
	o := *b
	st, err := store.Open(filepath.Join(b.t.TempDir(), "other.db"),
		store.Options{Now: func() time.Time { return b.now }, NoSync: true, Strict: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			b.t.Error(err)
		}
	})
	o.st = st
	o.config.Settings.Account = plan.AccountHash(account)
	if change != nil {
		change(&o.config)
	}
	o.start()
	return &o
}

// atRestWith checks that two zoomtags, left alone, do not write.
func (b *bench) atRestWith(o *bench) {
	b.t.Helper()
	writes := b.cal.Writes()
	for range 50 {
		b.now = b.now.Add(3 * time.Hour)
		o.now = b.now
		b.pass()
		o.pass()
	}
	if b.cal.Writes() != writes {
		b.t.Errorf("%d writes at rest", b.cal.Writes()-writes)
	}
}

// TestTwoInstances: two zoomtags that do not know of each other watch one calendar with one Zoom account, and make a
// meeting at once.
func TestTwoInstances(t *testing.T) {
	b := newBench(t)
	o := b.instance("a", nil)
	id := b.put("Talk #zoom", week)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "after" {
			b.zoom.Hook = nil
			o.pass()
		}
		return nil
	}
	b.pass()
	for range 5 {
		b.pass()
		o.pass()
		b.now = b.now.Add(11 * time.Minute)
		o.now = b.now
	}
	b.meetings(1)
	ev, _ := b.cal.Event(id)
	if l := b.zoom.Meetings()[0]; l.Mark != ev.Link.Mark {
		t.Errorf("the event shows %s, Zoom has %s", ev.Link.Mark, l.Mark)
	}
	b.atRestWith(o)
}

// TestTwoOfOneMark: the meeting that an event shows was deleted at Zoom, and two zoomtags that remember nothing make
// another at once.
func TestTwoOfOneMark(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	b.zoom.OwnerDelete(b.record(id).MeetingID)
	if err := b.st.Reset(); err != nil {
		t.Fatal(err)
	}
	b.start()
	o := b.instance("a", nil)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "before" {
			b.zoom.Hook = nil
			for range 3 { // until it has looked long enough
				o.pass()
				o.now = o.now.Add(time.Minute)
			}
		}
		return nil
	}
	for range 5 {
		b.pass()
		o.pass()
		b.now = b.now.Add(11 * time.Minute)
		o.now = b.now
	}
	if b.zoom.Hook != nil {
		t.Fatal("none was made")
	}
	b.meetings(1)
	b.atRestWith(o)
}

// TestTwoTexts: two zoomtags want different texts for one meeting. One of them gives way.
func TestTwoTexts(t *testing.T) {
	b := newBench(t)
	o := b.instance("a", func(c *Calendar) { c.Settings.Note = "Bring your badge." })
	b.put("Talk #zoom", week)
	for range 60 {
		b.pass()
		o.pass()
		b.now = b.now.Add(time.Hour)
		o.now = b.now
	}
	if n := b.cal.Writes(); n > 6 {
		t.Errorf("%d writes", n)
	}
	b.meetings(1)
}

// TestRoomsOfTwo: two people have a zoomtag each, for their own rooms, on one calendar. The first one's link stays.
func TestRoomsOfTwo(t *testing.T) {
	b := newBench(t)
	b.rooms("alice's")
	o := b.instance("", nil)
	o.rooms("bob's")
	id := b.put("Talk #zoom", week)
	for range 20 {
		b.pass()
		o.pass()
		b.now = b.now.Add(time.Hour)
		o.now = b.now
	}
	ev, _ := b.cal.Event(id)
	if m, _ := plan.ParseMark(ev.Link.Mark); b.cal.Writes() != 1 || m.Account != plan.AccountHash("alice's") {
		t.Errorf("%d writes, marked %s", b.cal.Writes(), ev.Link.Mark)
	}
}

// TestAnotherRoom: another room is configured. The events get its link, and the words around it stay.
func TestAnotherRoom(t *testing.T) {
	b := newBench(t)
	b.rooms("before")
	start := b.now.Add(week)
	id := b.cal.Put(calendar.Event{Title: "Talk #zoom", Description: "words", Start: start, End: start.Add(time.Hour),
		Until: start.Add(time.Hour)})
	b.pass()
	rec := b.record(id)
	old := "https://us02web.zoom.us/j/1111111111?pwd=old"
	b.cal.Edit(id, func(ev *calendar.Event) {
		ev.Description = strings.ReplaceAll(ev.Description, rec.JoinURL, old)
		ev.Location = old
	})
	err := b.st.Update(func(tx *store.Tx) error {
		now, err := tx.Record("c", id)
		if err != nil {
			return err
		}
		now.Block, now.JoinURL, now.Meeting.JoinURL = strings.ReplaceAll(now.Block, now.JoinURL, old), old, old
		return tx.PutRecord(now)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.rooms("after")
	b.pass()
	ev, _ := b.cal.Event(id)
	if m, _ := plan.ParseMark(ev.Link.Mark); m.Account != plan.AccountHash("after") ||
		strings.Contains(ev.Description, old) ||
		strings.TrimSpace(calendar.StripBlock(ev.Description)) != "words" || ev.Location == old {
		t.Errorf("marked %s, %q at %q", ev.Link.Mark, ev.Description, ev.Location)
	}
}

// TestNumbersInAnyOrder: Zoom gives the numbers to dial in with in another order each time. That is no change.
func TestNumbersInAnyOrder(t *testing.T) {
	a := []meeting.Phone{{Number: "+1 1", Place: "US"}, {Number: "+49 2", Place: "DE"}}
	b := []meeting.Phone{a[1], a[0]}
	if !sameNumbers(a, b) || sameNumbers(a, a[:1]) || sameNumbers(a, []meeting.Phone{a[0], a[0]}) {
		t.Error("numbers are told apart by their order, or not at all")
	}
}
