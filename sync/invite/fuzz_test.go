package invite

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// FuzzEncode: whatever people call things, an invitation stays one event of valid lines, and each text comes out as it
// was.
func FuzzEncode(f *testing.F) {
	for i, text := range texts {
		f.Add(text, texts[(i+1)%len(texts)], text, "dave@example.com\r\nX: y", i%2 == 0)
	}
	f.Add(strings.Repeat("ö", 100), strings.Repeat(`\`, 80), strings.Repeat(`"`, 80), "a@b?subject=c", true)
	f.Fuzz(func(t *testing.T, title, text, name, address string, series bool) {
		in := invitation(t, "Europe/Berlin", 30)
		if series {
			in.Event.Recurrence = []string{"RRULE:FREQ=WEEKLY", "EXDATE:20260310T091500Z"}
			in.Event.Occurrences = []calendar.Occurrence{{RecurrenceID: in.Event.Start.AddDate(0, 0, 14),
				Start: in.Event.Start.AddDate(0, 0, 15),
				End:   in.Event.End.AddDate(0, 0, 15), Title: text, Description: name, Location: title}}
		}
		in.Event.Title = title
		in.Event.Description = text
		in.Event.Location = name
		in.Event.URL = text
		in.Event.Categories = []string{title, text}
		in.Event.Organizer.Name = name
		in.Event.Attendees = []calendar.Person{{Name: name, Address: "x@" + address, Role: calendar.Role(text),
			Kind: calendar.Kind(title)}, {Name: title, Address: "erin@example.com"}}
		in.Link.Phones = []Phone{{"1" + text, name}}
		raw := encode(t, Options{Method: Request, Name: title, Alarm: time.Minute}, in)
		checkLines(t, raw)
		events := 1
		if series {
			events = 2
		}
		if n := len(lines(raw, "BEGIN:VEVENT")); n != events || len(lines(raw, "ATTENDEE;")) != 2*events ||
			len(lines(raw, "UID:")) != events || len(lines(raw, "X")) > 1 {
			t.Errorf("%d events:\n%s", n, raw)
		}
		x, _ := read(t, raw, in.Event.UID)
		if want := written(title); strings.TrimSpace(want) != "" && x.Title != want {
			t.Errorf("title %q, want %q", x.Title, want)
		}
		if !strings.Contains(text, calendar.BlockFirst) && strings.TrimSpace(text) != "" &&
			x.Description != written(text)+"\n\n"+block {
			t.Errorf("description %q, want %q", x.Description, written(text))
		}
		if len(x.Attendees) != 2 || x.Attendees[1].Address != "erin@example.com" {
			t.Errorf("%q", x.Attendees)
		}
		if _, err := ical.Parse([]byte(raw), ical.DefaultLimits); err != nil {
			t.Error(err)
		}
	})
}

// written is a text as a guest can get to see it: without control characters, with line ends of one kind.
func written(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085",
		"\n").Replace(strings.ToValidUTF8(text, "\uFFFD"))
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, text)
}
