package invite

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/ical"
)

// TestJoin: each event of a joined calendar reads as it does alone, its zone included.
func TestJoin(t *testing.T) {
	var alone [][]byte
	seen := map[string]bool{}
	for _, s := range samples(t) {
		if s.opt.Method == Request || s.opt.Method == Cancel {
			continue
		}
		s.in.Event.UID = s.name + "@example.com"
		if strings.Contains(s.name, "casablanca") || strings.Contains(s.name, "cairo") { // one that needs more rules for its zone than the other
			early := s.in
			early.Event.UID = "early-" + early.Event.UID
			early.Event.Start, early.Event.End = early.Event.Start.AddDate(-14, 0, 0), early.Event.End.AddDate(-14, 0, 0)
			early.Event.Occurrences, early.Event.Recurrence = nil, []string{"RRULE:FREQ=WEEKLY"}
			alone = append(alone, []byte(encode(t, s.opt, early)))
		}
		alone = append(alone, []byte(encode(t, s.opt, s.in)))
	}
	joined, err := Join("Everything", alone...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := ical.Parse(joined, ical.Limits{Bytes: 1 << 24, Head: 1 << 16, Depth: 10, Params: 100})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(all.UIDs()); n != len(alone) {
		t.Fatalf("%d events of %d", n, len(alone))
	}
	now := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, raw := range alone {
		doc, err := ical.Parse(raw, ical.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		uid := doc.UIDs()[0]
		want, _, err := doc.Event(uid, time.UTC, now)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := all.Event(uid, time.UTC, now)
		if err != nil || !got.Start.Equal(want.Start) || !got.End.Equal(want.End) || !got.Until.Equal(want.Until) || got.Title != want.Title || got.Zone != want.Zone {
			t.Errorf("%s: %v\n%+v\nalone\n%+v", uid, err, got, want)
		}
		seen[uid] = true
	}
	for _, zone := range []string{"Africa/Casablanca", "Africa/Cairo", "Europe/Berlin"} {
		if n := bytes.Count(joined, []byte("\r\nTZID:"+zone+"\r\n")); n != 1 {
			t.Errorf("%s is described %d times", zone, n)
		}
	}
	if !bytes.Contains(joined, []byte("\r\nX-WR-CALNAME:Everything\r\n")) {
		t.Error("it has no name")
	}
	empty, err := Join("Nothing")
	if _, parse := ical.Parse(empty, ical.DefaultLimits); err != nil || parse != nil {
		t.Errorf("an empty one: %v, %v", err, parse)
	}
}

// TestJoinOnlyPublished: a request is about one event.
func TestJoinOnlyPublished(t *testing.T) {
	for _, s := range samples(t) {
		if s.opt.Method != Request {
			continue
		}
		if _, err := Join("x", []byte(encode(t, s.opt, s.in))); err == nil {
			t.Fatal("a request was joined")
		}
		return
	}
	t.Fatal("no sample is a request")
}
