package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store/record"
)

// TestDates: what a date of a series says of itself decides about that date alone.
func TestDates(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	start := now.Add(48 * time.Hour)
	rec := record.Record{Calendar: "c", EventID: "id", UID: "uid", Host: "alice@example.com",
		Mark:      NewMark(AccountHash("ours"), "uid", [10]byte{2}),
		MeetingID: 85000000002, Meeting: meeting.Meeting{ID: 85000000002,
			JoinURL: "https://us02web.zoom.us/j/85000000002"}}
	for _, tt := range []struct {
		name, series, title, text string
		end                       time.Time // of the date; zero is in two weeks
		rec                       *record.Record
		do                        Do
		state, out, says          string
	}{
		{name: "its own words", series: "Course #zoom", title: "Exam", rec: &rec, do: SetLink},
		{name: "#nozoom", series: "Course #zoom", title: "Exam #nozoom", rec: &rec, do: SetLink, out: "x"},
		{name: "#nozoom in its text", series: "Course #zoom", title: "Exam", text: "here\n#nozoom", rec: &rec,
			do: SetLink, out: "x"},
		{name: "#nozoom, long ago", series: "Course #zoom", title: "Exam #nozoom", end: now.Add(-time.Hour), rec: &rec,
			do: SetLink, out: "x"},
		{name: "another conference", series: "Course #zoom", title: "Exam",
			text: "https://teams.microsoft.com/l/meetup-join/x", rec: &rec, do: SetLink, out: "x"},
		{name: "our own link, typed", series: "Course #zoom", title: "Exam", text: rec.Meeting.JoinURL, rec: &rec,
			do: SetLink},
		{name: "a tag, and none in the series", series: "Course", title: "Exam #zoom", state: Held,
			says: "the tag in the date of 16 March 2026 does nothing"},
		{name: "a tag long ago", series: "Course", title: "Exam #zoom", end: now.Add(-time.Hour), state: Ignored,
			says: "not tagged"},
		{name: "a tag, and #nozoom in the series", series: "Course #nozoom", title: "Exam #zoom", state: Ignored,
			says: "#nozoom"},
		{name: "a tag and #nozoom", series: "Course", title: "Exam #zoom #nozoom", state: Ignored, says: "not tagged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.end.IsZero() {
				tt.end = time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC)
			}
			ev := calendar.Event{ID: "id", UID: "uid", Title: tt.series, Start: start, End: start.Add(time.Hour),
				Series: true,
				Exceptions: []calendar.Exception{{ID: "x", Title: tt.title, Description: tt.text,
					Start: tt.end.Add(-time.Hour), End: tt.end}}}
			s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"),
				Location: "if-empty", Grace: 10 * time.Minute}
			if !Interesting(&ev, &s) && tt.state != Ignored {
				t.Error("nobody looks at it")
			}
			in := Input{Now: now, Event: &ev, Settings: &s}
			if tt.rec != nil {
				told := *tt.rec
				spec, _, _ := specFor(&ev, FindWish(&ev, s.Rules), &s, nil)
				told.Told, in.Rec = &spec, &told
			}
			d := Next(in)
			if d.Do != tt.do || tt.state != "" && d.State != tt.state || tt.out != strings.Join(d.Link.Out, " ") {
				t.Errorf("%q, state %s (%s), without %q", d.Do, d.State, d.Reason, d.Link.Out)
			}
			if said := d.Reason + "\n" + strings.Join(d.Notes, "\n"); !strings.Contains(said, tt.says) ||
				tt.says == "" && strings.Contains(said, "the date of") {
				t.Errorf("it says %q", said)
			}
		})
	}
}

// TestDateThatLacksTheLink: the series is as it should be, and one date is not: that is written, with the location,
// until the calendar has shown that it does not keep it.
func TestDateThatLacksTheLink(t *testing.T) {
	l := calendar.Link{Mark: NewMark(AccountHash("ours"), "uid", [10]byte{2}),
		JoinURL: "https://us02web.zoom.us/j/85000000002"}
	l.Block = calendar.BlockFirst + "\nJoin: " + l.JoinURL + "\n" + calendar.BlockLast
	ev := calendar.Event{ID: "id", UID: "uid", Title: "Course #zoom", Series: true, Location: l.JoinURL,
		Description: l.Block, Link: l,
		Exceptions: []calendar.Exception{{ID: "x"}, {ID: "y", Left: "it is over"}, {ID: "z", Link: l}}}
	if lacking := ev.Lacking(l); len(lacking) != 1 || lacking[0].ID != "x" || !ev.Partial() {
		t.Errorf("%+v lack the link", lacking)
	}
	l.Out = []string{"x", "z"}
	if lacking := ev.Lacking(l); len(lacking) != 1 || lacking[0].ID != "z" {
		t.Errorf("%+v are not as they should be", lacking)
	}
	before, after := ev, ev
	after.Exceptions = slices.Clone(ev.Exceptions)
	after.Exceptions[0].Link = ev.Link
	rec := record.Record{Mark: l.Mark, Kept: Written(&before, &after, l)}
	other := ev
	other.Exceptions = append(slices.Clone(after.Exceptions), calendar.Exception{ID: "w"})
	if isKept(&other, l, &rec) {
		t.Error("another date lacks the link, and passes for one that was written")
	}
	l.Out = nil
	if isKept(&after, l, &rec) {
		t.Error("another date is left out, and that passes for written")
	}
}

// TestTakesLocation: an exception gets the place of its series also where the series had it before.
func TestTakesLocation(t *testing.T) {
	const url, old = "https://us02web.zoom.us/j/85000000002", "https://us02web.zoom.us/j/85000000001"
	for _, tt := range []struct {
		exception, before, now, tag string
		want                        bool
	}{
		{"", "", url, "", true},
		{"", url, url, "", true},
		{"", "Room", "Room, " + url, "", false},
		{"Room", "Room", "Room, " + url, "", true},
		{"Room", "Room, " + url, "Room, " + url, "", true},
		{"Room, " + old, "Room, " + url, "Room, " + url, "", true},
		{old, url, url, "", true},
		{"Zoom", url, url, "#zoom(45m) Zoom", true},
		{"Garden", url, url, "#zoom(45m) Zoom", false},
		{"Garden", "Room", url, "", false},
	} {
		l := calendar.Link{JoinURL: url, Tag: tt.tag, Location: &tt.now, Was: calendar.Was{JoinURL: old}}
		if got := l.TakesLocation(tt.exception, tt.before); got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

// TestDateApart: a date of a series in an item of its own is answered while the series has its link, and nobody is held
// up by others' dates.
func TestDateApart(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	s := Settings{Rules: testRules, Host: "alice@example.com", Account: AccountHash("ours"), Grace: 10 * time.Minute}
	twin := record.Record{Calendar: "c", EventID: "series.ics", UID: "uid"}
	date := calendar.Event{ID: "date.ics", UID: "uid", Title: "Moved", Detached: true, Start: now,
		End: now.Add(time.Hour), Until: now.Add(time.Hour)}
	refused, denied, whole := date, date, date
	refused.Title, denied.Denied, whole.Detached = "Moved #nozoom", "organized by carol@example.com", false
	for name, tt := range map[string]struct {
		ev    calendar.Event
		twin  *record.Record
		at    time.Time
		state string
	}{
		"of a series with a link":  {date, &twin, now, Held},
		"of a series without one":  {date, nil, now, Ignored},
		"that is over":             {date, &twin, now.Add(2 * time.Hour), Ignored},
		"with a word against Zoom": {refused, &twin, now, Ignored},
		"of somebody else's":       {denied, &twin, now, Ignored},
		"that is the event itself": {whole, &twin, now, Ignored},
	} {
		d := Next(Input{Now: tt.at, Event: &tt.ev, Twin: tt.twin, Settings: &s})
		if d.Do != Nothing || d.State != tt.state || d.State == Held &&
			d.Cure != "put it into series.ics" {
			t.Errorf("%s: %q, %s (%s)", name, d.Do, d.State, d.Reason)
		}
	}
}
