package invite

import (
	"bytes"
	"fmt"
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
		// one that needs more rules for its zone than the other
		if strings.Contains(s.name, "casablanca") || strings.Contains(s.name, "cairo") {
			early := s.in
			early.Event.UID = "early-" + early.Event.UID
			early.Event.Start, early.Event.End = early.Event.Start.AddDate(-14, 0, 0),
				early.Event.End.AddDate(-14, 0, 0)
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
		if err != nil || !got.Start.Equal(want.Start) || !got.End.Equal(want.End) || !got.Until.Equal(want.Until) ||
			got.Title != want.Title || got.Zone != want.Zone {
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

// TestJoinZones: of the descriptions of a zone, that of the earliest event holds for all, however long the others are.
func TestJoinZones(t *testing.T) {
	for _, name := range []string{"Africa/Casablanca", "Africa/Cairo", "America/Nuuk", "Asia/Gaza", "Europe/Berlin"} {
		var alone [][]byte
		for year := 2030; year >= 2005; year-- {
			in := invitation(t, name, 50, "RRULE:FREQ=WEEKLY;COUNT=5")
			in.Event.UID = fmt.Sprintf("%d@example.com", year)
			length := in.Event.End.Sub(in.Event.Start)
			in.Event.Start = time.Date(year, 3, 3, 10, 15, 0, 0, in.Event.Start.Location())
			in.Event.End = in.Event.Start.Add(length)
			alone = append(alone, []byte(encode(t, Options{Rules: rules}, in)))
		}
		joined, err := Join("x", alone...)
		if err != nil {
			t.Fatal(err)
		}
		earliest := take(alone[len(alone)-1])
		if !bytes.Contains(joined, earliest.zone) || bytes.Count(joined, []byte("BEGIN:VTIMEZONE")) != 1 {
			t.Errorf("%s is not described as for the earliest event", name)
		}
	}
}

// TestJoinNamelessZones: two zones that no database knows may have one name.
func TestJoinNamelessZones(t *testing.T) {
	nameless := func(uid string, hours int) []byte {
		in := invitation(t, "UTC", 50, "RRULE:FREQ=WEEKLY;COUNT=5")
		zone := time.FixedZone("Our office, with a name that is long enough to have lines folded elsewhere", hours*3600)
		in.Event.UID, in.Event.Zone = uid, ""
		in.Event.Start, in.Event.End = in.Event.Start.In(zone), in.Event.End.In(zone)
		return []byte(encode(t, Options{Rules: rules}, in))
	}
	joined, err := Join("x", nameless("a", 1), nameless("b", 2), nameless("c", 1), nameless("d", 2))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := ical.Parse(joined, ical.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for _, uid := range []string{"a", "b", "c", "d"} {
		ev, ok, err := doc.Event(uid, time.UTC, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		if want := invitation(t, "UTC", 50).Event.Start; err != nil || !ok || !ev.Start.Equal(want) {
			t.Errorf("%s begins at %v, not at %v (%v)", uid, ev.Start, want, err)
		}
	}
	if n := bytes.Count(joined, []byte("BEGIN:VTIMEZONE")); n != 2 {
		t.Errorf("%d zones", n)
	}
	for line := range bytes.SplitSeq(joined, []byte("\r\n")) {
		if len(line) > 75 {
			t.Errorf("a line of %d octets: %s", len(line), line)
		}
	}
}
