package main

import (
	"strconv"
	"testing"
	"time"

	"zoomtag/providers/calendar/caldav/caldavtest"
	"zoomtag/sync/reason"
)

// massKinds are all kinds of calendars, with each way in which servers let changes be found.
func massKinds() []crashKind {
	kinds := []crashKind{{name: "folder", make: newCrashFolder}, {name: "google", make: newCrashGoogle},
		{name: "outlook", make: newCrashOutlook}}
	for name, options := range map[string]caldavtest.Options{
		"caldav with sync reports":               {},
		"caldav with sync reports without texts": {NoData: true, PageLimit: 3},
		"caldav with a ctag":                     {Detect: caldavtest.CTag, Save: caldavtest.LikeRadicale},
		"caldav with etags alone":                {Detect: caldavtest.Plain, ETags: caldavtest.SomeMissing},
	} {
		kinds = append(kinds, crashKind{name: name,
			make: func(w *crashWorld) crashCalendar { return newCrashDAVOf(w, options) }})
	}
	return kinds
}

// TestMassesOnEachKind: the same losses have the same verdict on every kind of calendar, whether its service says that
// events were deleted or leaves them out: a few end, many at once and all that there are end nothing.
func TestMassesOnEachKind(t *testing.T) {
	for _, kind := range massKinds() {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []struct {
				name         string
				linked, lost int
				others, held bool
			}{
				{name: "a few", linked: 12, lost: 4, others: true},
				{name: "many", linked: 12, lost: 7, others: true, held: true},
				{name: "all", linked: 3, lost: 3, held: true},
				{name: "all that are linked", linked: 3, lost: 3, others: true},
			} {
				t.Run(c.name, func(t *testing.T) { massLoss(t, kind, c.linked, c.lost, c.others, c.held) })
			}
		})
	}
}

func massLoss(t *testing.T, kind crashKind, linked, lost int, others, held bool) {
	w := newCrashWorldOf(t, kind.make)
	if others {
		w.put("plain", "Dentist", "", "")
	}
	name := func(i int) string { return "e" + strconv.Itoa(i) }
	for i := range linked {
		w.put(name(i), "Talk #zoom", "words", "")
	}
	w.pass(exitOK)
	if n := len(w.zoom.Meetings()); n != linked {
		t.Fatalf("%d meetings were made", n)
	}
	for i := range lost {
		w.remove(name(i))
	}
	for range 3 {
		w.pass(exitOK)
	}
	left := linked
	if !held {
		left -= lost
	}
	if n := len(w.zoom.Meetings()); n != left {
		t.Errorf("%d meetings are left, want %d", n, left)
	}
	c := w.status().Calendars[0]
	if c.Held != held || held && c.Code != reason.Brake {
		t.Errorf("held: %+v", c)
	}
	if !held {
		return
	}
	if out, errs, code := w.zoomtagAt("release", "f"); code != exitOK {
		t.Fatalf("release: exit %d\n%s%s", code, out, errs)
	}
	for range 3 {
		w.pass(exitOK)
	}
	if n := len(w.zoom.Meetings()); n != linked-lost {
		t.Errorf("after the release %d meetings are left, want %d", n, linked-lost)
	}
}

// pass makes a pass, and lets the grace period go by.
func (w *crashWorld) pass(want int) {
	w.t.Helper()
	if out, code, _ := w.sync(); code != want {
		w.t.Fatalf("sync: exit %d\n%s", code, out)
	}
	w.ahead += 10 * time.Minute
}
