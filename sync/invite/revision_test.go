package invite

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

func revised() Invitation {
	start := time.Date(2027, 1, 12, 9, 0, 0, 0, time.UTC)
	return Invitation{Event: calendar.Details{UID: "u", Title: "Talk", Start: start, End: start.Add(time.Hour),
		Zone: "UTC", Sequence: 1,
		Changed: start.Add(-72 * time.Hour)}, Link: Link{JoinURL: "https://zoom.us/j/123456789", Block: "x"}}
}

// TestNext: a change makes a later revision, also where the event's calendar counts none, and no change makes the same.
func TestNext(t *testing.T) {
	now := time.Date(2027, 1, 10, 9, 0, 0, 0, time.UTC)
	var e Encoder
	told := Told{}
	var changes []func(in *Invitation)
	for _, step := range []struct {
		name     string
		change   func(in *Invitation)
		later    time.Duration
		sequence int
		newer    bool
	}{
		{"the first", func(*Invitation) {}, 0, 1, true},
		{"nothing", func(*Invitation) {}, time.Hour, 1, false},
		{"moved, and not counted", func(in *Invitation) {
			in.Event.Start, in.Event.End = in.Event.Start.Add(time.Hour), in.Event.End.Add(time.Hour)
		}, time.Hour, 2, true},
		{"nothing again", func(*Invitation) {}, time.Hour, 2, false},
		{"somebody answers", func(in *Invitation) {
			in.Event.Attendees = []calendar.Person{{Address: "a@example.com", Status: calendar.Declined}}
		}, time.Hour, 3, true},
		{"otherwise", func(in *Invitation) { in.Event.Attendees[0].Status = "ACCEPTED" }, time.Hour, 3, false},
		{"moved, and counted", func(in *Invitation) { in.Event.Title, in.Event.Sequence = "Walk", 7 }, time.Hour,
			7, true},
		{"counted, and nothing else", func(in *Invitation) { in.Event.Sequence = 8 }, time.Hour, 8, true},
		{"another link", func(in *Invitation) { in.Link.JoinURL = "https://zoom.us/j/123456780" }, time.Hour, 9, true},
		{"the clock is set back", func(in *Invitation) { in.Event.Title = "Run" }, -48 * time.Hour, 10, true},
	} {
		in := revised()
		now = now.Add(step.later)
		changes = append(changes, step.change)
		for _, change := range changes {
			change(&in)
		}
		sum, err := e.Sum(Options{}, in)
		if err != nil {
			t.Fatal(err)
		}
		next := Next(sum, &in, told, now)
		if next.Sequence != step.sequence || next.Stamp.After(told.Stamp) != step.newer {
			t.Errorf("%s: %+v after %+v", step.name, next, told)
		}
		told = next
		in.Revision = &next.Revision
		raw, err := e.Encode(nil, Options{}, in)
		if err != nil || !bytes.Contains(raw, []byte("DTSTAMP:"+next.Stamp.UTC().Format("20060102T150405Z"))) {
			t.Errorf("%s, %v", raw, err)
		}
	}
}

// TestLawfulMethod: METHOD is left out where PUBLISH may not be said, by itself and joined.
func TestLawfulMethod(t *testing.T) {
	organized := revised()
	organized.Event.Organizer = calendar.Person{Address: "alice@example.com"}
	guests := organized
	guests.Event.Attendees = []calendar.Person{{Address: "bob@example.com"}}
	untitled := organized
	untitled.Event.Title = ""
	var e Encoder
	encode := func(in Invitation, opt Options) []byte {
		raw, err := e.Encode(nil, opt, in)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for name, tt := range map[string]struct {
		raw  []byte
		want bool
	}{
		"nobody organizes it": {encode(revised(), Options{}), false},
		"organized":           {encode(organized, Options{}), true},
		"guests, not listed":  {encode(guests, Options{}), true},
		"guests, listed":      {encode(guests, Options{Attendees: true}), false},
		"no title":            {encode(untitled, Options{}), true},
	} {
		if got := bytes.Contains(tt.raw, []byte("METHOD:PUBLISH\r\n")); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	for want, list := range map[string][][]byte{"METHOD:PUBLISH": {encode(organized, Options{}),
		encode(guests, Options{})}, "": {encode(organized, Options{}), encode(revised(), Options{})}} {
		raw, err := Join("x", list...)
		if err != nil || strings.Contains(string(raw), "METHOD") != (want != "") {
			t.Errorf("%v, %s", err, raw)
		}
	}
	if _, err := Join("x", encode(guests, Options{Method: Request})); err == nil {
		t.Error("a request was joined")
	}
}
