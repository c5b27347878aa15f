package plan

import (
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestPlaceOfWords: the location whose place the link takes is kept, and comes back with the link gone; a wish that
// came from elsewhere is put into no location.
func TestPlaceOfWords(t *testing.T) {
	m := meeting.Meeting{ID: 85000000002, JoinURL: "https://us02web.zoom.us/j/85000000002"}
	command := testRules
	command.Command, command.Options = true, "45m"
	taken := testRules
	taken.Keep = false
	kept := testRules
	kept.Keep = true
	for _, tt := range []struct {
		name            string
		rules           Rules
		title, location string
		tag, back       string // what is kept beside the mark, and where the link is taken out of
	}{
		{"a word", kept, "Talk", "Zoom", "@location:Zoom", "Zoom"},
		{"a tag", kept, "Talk", "#zoom(45m)", "@location:#zoom(45m)", "#zoom(45m)"},
		{"white space", kept, "Talk", " Zoom ", "@location: Zoom", " Zoom"},
		{"none", kept, "Talk #zoom", "", "", ""},
		{"a command", command, "Talk", "", "#zoom(45m)", ""},
		{"a command, and a word", command, "Talk", "Zoom", "#zoom(45m) @location:Zoom", "Zoom"},
		{"a title", taken, "Talk #zoom(50m)", "", "#zoom(50m)", ""},
		{"a title, and a word", taken, "Talk #zoom(50m)", "Zoom", "#zoom(50m) @location:Zoom", "Zoom"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Settings{Rules: tt.rules, Host: "alice@example.com", Account: AccountHash("ours"),
				Location: "if-empty"}
			rec := record.Record{Mark: NewMark(s.Account, "uid", [10]byte{2}), MeetingID: m.ID, Meeting: m}
			ev := calendar.Event{ID: "id", UID: "uid", Title: tt.title, Location: tt.location}
			l, _ := linkFor(&ev, FindWish(&ev, s.Rules), &rec, &s)
			if l.Tag != tt.tag || l.Location == nil || *l.Location != m.JoinURL {
				t.Fatalf("the link is %+v", l)
			}
			if l.Title != nil {
				ev.Title = *l.Title
			}
			ev.Location, ev.Description, ev.Link = m.JoinURL, l.Block, l
			rec.JoinURL, rec.Block = l.JoinURL, l.Block
			w := FindWish(&ev, s.Rules)
			again, right := linkFor(&ev, w, &rec, &s)
			if !w.Asked || !right || again.Tag != l.Tag {
				t.Errorf("it does not come to rest: asked %v, %+v", w.Asked, again)
			}
			back := unlinked(&ev, written(&ev, w, &rec, &s))
			if got := back.Location; got == nil && tt.back != "" || got != nil && *got != tt.back {
				t.Errorf("the location becomes %s", said(got))
			}
			ev.Link.Block = "" // its owner has deleted it: the wish is over
			if back := unlinked(&ev, written(&ev, w, &rec, &s)); back.Location != nil {
				t.Errorf("the wish comes back: %q", *back.Location)
			}
			ev.Link.Block, ev.Location = l.Block, "Room 5"
			if back := unlinked(&ev, written(&ev, w, &rec, &s)); back.Location != nil {
				t.Errorf("another location becomes %q", *back.Location)
			}
		})
	}
}

// TestPlaceOfDates: a date of a series that loses the link gets the word back whose place the link took, and no other
// location is touched.
func TestPlaceOfDates(t *testing.T) {
	l := calendar.Link{Mark: "zt-x", JoinURL: "https://us02web.zoom.us/j/85000000002", Tag: "@location:Zoom",
		Out: []string{"x"}, Was: calendar.Was{JoinURL: "https://us02web.zoom.us/j/85000000002"}}
	in := l.In("x", "")
	if in.Mark != "" || in.Location == nil || *in.Location != "Zoom" {
		t.Fatalf("the date gets %+v", in)
	}
	for location, want := range map[string]bool{l.JoinURL: true, "Room": false, "": false,
		"Room, " + l.JoinURL: false} {
		if got := in.TakesLocation(location, "Room"); got != want {
			t.Errorf("%q takes it: %v", location, got)
		}
	}
}
