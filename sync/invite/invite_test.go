package invite

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// read reads one event back with this project's own reader.
func read(t testing.TB, raw, uid string) (ical.Description, ical.Event) {
	t.Helper()
	d, err := ical.Parse([]byte(raw), ical.DefaultLimits)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	x, ok, err := d.Describe(uid, time.UTC)
	if err != nil || !ok {
		t.Fatalf("%v %v\n%s", ok, err, raw)
	}
	e, _, err := d.Event(uid, time.UTC, windowStart)
	if err != nil {
		t.Fatal(err)
	}
	return x, e
}

// TestRoundTrip: what is read back from each invitation makes the same invitation again.
func TestRoundTrip(t *testing.T) {
	all := samples(t)
	if len(all) < 60 {
		t.Fatalf("only %d samples", len(all))
	}
	for _, s := range all {
		raw := encode(t, s.opt, s.in)
		checkLines(t, raw)
		x, e := read(t, raw, s.in.Event.UID)
		if len(e.Notes) > 0 {
			t.Errorf("%s: %q", s.name, e.Notes)
		}
		format := time.DateOnly
		if !s.in.Event.AllDay {
			format = time.RFC3339
		}
		same := func(a, b time.Time) bool {
			return a.In(b.Location()).Format(format) == b.Format(format) || s.in.Event.AllDay &&
				a.Format(format) == b.Format(format)
		}
		if x.AllDay != s.in.Event.AllDay || !same(x.Start, s.in.Event.Start) || !same(x.End, s.in.Event.End) {
			t.Errorf("%s: from %s to %s", s.name, x.Start, x.End)
		}
		if s.opt.Method != Cancel && (!slices.Contains(e.Conferences, joinURL) || e.Method == "") {
			t.Errorf("%s: conferences %q, method %q", s.name, e.Conferences, e.Method)
		}
		if len(s.in.Event.Recurrence) > 0 && !s.in.Event.AllDay && x.Zone != s.in.Event.Zone {
			t.Errorf("%s: zone %q", s.name, x.Zone)
		}
		again := s.in
		again.Event.Title = x.Title
		again.Event.Description = x.Description
		again.Event.Location = x.Location
		again.Event.HTML = false
		again.Event.Recurrence, again.Event.Occurrences = x.Recurrence, nil
		for _, o := range x.Occurrences {
			again.Event.Occurrences = append(again.Event.Occurrences, calendar.Occurrence{RecurrenceID: o.RecurrenceID,
				Start: o.Start, End: o.End,
				Title: o.Title, Description: o.Description, Location: o.Location})
		}
		if s.in.Event.AllDay {
			again.Event.Start, again.Event.End = x.Start, x.End
		}
		if got := encode(t, s.opt, again); got != raw {
			t.Errorf("%s: again it is\n%s\nafter\n%s", s.name, got, raw)
		}
	}
}

// checkLines holds bytes against RFC 5545 3.1.
func checkLines(t testing.TB, raw string) {
	t.Helper()
	if !utf8.ValidString(raw) || !strings.HasSuffix(raw, "\r\n") ||
		strings.ContainsAny(strings.ReplaceAll(raw, "\r\n", ""), "\r\n\x00\x0b\x0c\x7f\u0085\u2028\u2029") {
		t.Errorf("not clean: %q", raw)
	}
	for line := range strings.SplitSeq(raw, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("a line of %d octets: %q", len(line), line)
		}
	}
}

func TestErrors(t *testing.T) {
	change := func(f func(in *Invitation)) Invitation {
		in := invitation(t, "Europe/Berlin", 30)
		in.Event.Attendees = []calendar.Person{{Address: "dave@example.com"}}
		f(&in)
		return in
	}
	fine := change(func(*Invitation) {})
	tests := []struct {
		name   string
		method Method
		list   []Invitation
		is     error
		want   string
	}{
		{"no organizer", Request,
			[]Invitation{change(func(in *Invitation) { in.Event.Organizer = calendar.Person{Name: "Carol"} })},
			ErrNoOrganizer, `"Weekly review #zoom" (u1@example.com): it has no organizer`},
		{"no organizer to cancel", Cancel,
			[]Invitation{change(func(in *Invitation) { in.Event.Organizer.Address = "" })}, ErrNoOrganizer, "RFC 5546"},
		{"asked to what does not take place", Request, []Invitation{change(func(in *Invitation) {
			in.Event.Cancelled, in.Event.Attendees = true, []calendar.Person{{Address: "dave@example.com"}}
		})}, ErrCancelled, "--cancel"},
		{"no attendees", Request,
			[]Invitation{change(func(in *Invitation) { in.Event.Attendees = []calendar.Person{{Name: "Dave"}} })},
			ErrNoAttendees, "leave --request out"},
		{"no link", "", []Invitation{change(func(in *Invitation) { in.Link.JoinURL = "" })}, ErrNoLink, "zoomtag sync"},
		{"no UID", "", []Invitation{change(func(in *Invitation) { in.Event.UID = "" })}, nil, "no UID"},
		{"no start", "", []Invitation{change(func(in *Invitation) { in.Event.Start = time.Time{} })}, nil,
			"when it begins"},
		{"strange method", "INVITE", []Invitation{fine}, nil, `"INVITE" is none of`},
		{"several requests", Request, []Invitation{fine, fine}, nil, "cannot hold 2 events"},
		{"nothing", "", nil, nil, "cannot hold 0 events"},
		{"strange rule", "", []Invitation{change(func(in *Invitation) {
			in.Event.Recurrence = []string{"RRULE:weekly"}
		})}, ical.ErrRecurrence, "weekly"},
		{"line in a rule", "", []Invitation{change(func(in *Invitation) {
			in.Event.Recurrence = []string{"RRULE:FREQ=DAILY\r\nX:y"}
		})}, ical.ErrRecurrence, "which no rule has"},
		{"two zones", "", []Invitation{change(func(in *Invitation) {
			in.Event.Recurrence,
				in.Event.Zone = []string{"RRULE:FREQ=DAILY"}, "Asia/Tokyo"
		})}, nil, "Asia/Tokyo"},
	}
	for _, test := range tests {
		dst, err := new(Encoder).Encode([]byte("before"), Options{Method: test.method}, test.list...)
		if err == nil || test.is != nil && !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.want) ||
			string(dst) != "before" {
			t.Errorf("%s: %q, %v", test.name, dst, err)
		}
	}
}

// lines are those of an invitation that begin with a name, unfolded.
func lines(raw, name string) []string {
	var found []string
	for line := range strings.SplitSeq(strings.ReplaceAll(raw, "\r\n ", ""), "\r\n") {
		if strings.HasPrefix(line, name) {
			found = append(found, line)
		}
	}
	return found
}

func TestTexts(t *testing.T) {
	change := func(f func(in *Invitation)) string {
		in := invitation(t, "Europe/Berlin", 30)
		f(&in)
		return encode(t, Options{Rules: rules}, in)
	}
	tests := []struct {
		what, raw, name string
		want            []string
	}{
		{"tag with options", change(func(in *Invitation) { in.Event.Title = "#zoom(45m, mute) Talk" }), "SUMMARY",
			[]string{"SUMMARY:Talk"}},
		{"tag alone", change(func(in *Invitation) { in.Event.Title = "#zoom" }), "SUMMARY", []string{"SUMMARY:Zoom"}},
		{"place that is the tag", change(func(in *Invitation) { in.Event.Location = " zoom " }), "LOCATION",
			[]string{"LOCATION:" + joinURL}},
		{"place", change(func(in *Invitation) { in.Event.Location = "Room 4" }), "LOCATION",
			[]string{"LOCATION:Room 4"}},
		{"URL of the owner's", change(func(in *Invitation) { in.Event.URL = "https://example.com/a b;c,ü" }), "URL",
			[]string{"URL:https://example.com/a%20b;c,%C3%BC"}},
		{"categories", change(func(in *Invitation) { in.Event.Categories = []string{"zoom", "Team, all"} }),
			"CATEGORIES", []string{`CATEGORIES:Team\, all`}},
		{"no time", change(func(in *Invitation) { in.Event.End = in.Event.Start }), "DTEND", nil},
		{"backslash before n", change(func(in *Invitation) { in.Event.Title = `C:\new;` }), "SUMMARY",
			[]string{`SUMMARY:C:\\new\;`}},
		{"phone", change(func(in *Invitation) {
			in.Link.Phones = []Phone{{"+1 (646) 558-8656", ""},
				{"none", "Mars"}}
		}), "CONFERENCE;VALUE=URI;FEATURE=PHONE",
			[]string{"CONFERENCE;VALUE=URI;FEATURE=PHONE;LABEL=Dial in:tel:+16465588656,,12345678901%23"}},
		{"no alarm unasked", change(func(*Invitation) {}), "BEGIN:VALARM", nil},
		{"no guests unasked", change(func(in *Invitation) {
			in.Event.Attendees = []calendar.Person{{Address: "a@example.com"}}
		}), "ATTENDEE", nil},
		{"cancelled", change(func(in *Invitation) { in.Event.Cancelled = true }), "STATUS",
			[]string{"STATUS:CANCELLED"}},
		{"no zone for one event", change(func(*Invitation) {}), "BEGIN:VTIMEZONE", nil},
	}
	for _, test := range tests {
		if got := lines(test.raw, test.name); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, want %q", test.what, got, test.want)
		}
	}
}

// TestBlock: the block is there once, where it was, and no passcode beside it.
func TestBlock(t *testing.T) {
	old := strings.ReplaceAll(block, "481516", "000000")
	tests := []struct{ name, text, want string }{
		{"none", "", block},
		{"behind the text", "Agenda", "Agenda\n\n" + block},
		{"there already", "Agenda\n" + block + "\nBye", "Agenda\n" + block + "\nBye"},
		{"out of date", "Agenda\n" + old + "\nBye", "Agenda\n" + block + "\nBye"},
		{"twice", block + "\nAgenda\n" + old + "Bye", block + "\nAgenda\nBye"},
		{"passcode in a tag", "#zoom(passcode=secret1, mute) and passcode=mine",
			"#zoom(passcode=***, mute) and passcode=mine\n\n" + block},
		{"password in a tag", "#zoom(password=secret1, mute)", "#zoom(password=***, mute)\n\n" + block},
	}
	for _, test := range tests {
		in := invitation(t, "Europe/Berlin", 30)
		in.Event.Description = test.text
		if x, _ := read(t, encode(t, Options{Rules: rules}, in), in.Event.UID); x.Description != test.want {
			t.Errorf("%s: %q, want %q", test.name, x.Description, test.want)
		}
	}
}

// TestSequence: RFC 5546 2.1.4 and 2.1.5. The same event makes the same bytes; a changed one is newer; a cancellation
// is a revision of its own.
func TestSequence(t *testing.T) {
	in := invitation(t, "Europe/Berlin", 30)
	first := encode(t, Options{Rules: rules, Now: day(2026, 5, 1)}, in)
	if again := encode(t, Options{Rules: rules, Now: day(2026, 6, 1)}, in); again != first {
		t.Errorf("another time, other bytes:\n%s", again)
	}
	if got := lines(first, "DTSTAMP")[0] + lines(first, "SEQUENCE")[0]; got != "DTSTAMP:20260203T083000ZSEQUENCE:2" {
		t.Error(got)
	}
	in.Link.Changed = in.Event.Changed.Add(time.Hour)
	if got := lines(encode(t, Options{Rules: rules}, in), "DTSTAMP")[0]; got != "DTSTAMP:20260203T093000Z" {
		t.Error(got)
	}
	if got := lines(encode(t, Options{Rules: rules, Method: Cancel}, in), "SEQUENCE")[0]; got != "SEQUENCE:3" {
		t.Error(got)
	}
	in.Event.Changed, in.Link.Changed = time.Time{}, time.Time{}
	if got := lines(encode(t, Options{Rules: rules, Now: day(2026, 5, 1)}, in),
		"DTSTAMP")[0]; got != "DTSTAMP:20260501T000000Z" {
		t.Error(got)
	}
}

// TestFeed: many events in one file have each zone once, right for the first of them.
func TestFeed(t *testing.T) {
	early, late := invitation(t, "America/New_York", 30, "RRULE:FREQ=WEEKLY"),
		invitation(t, "America/New_York", 30, "RRULE:FREQ=DAILY")
	early.Event.UID, early.Event.Start = "early", time.Date(2005, 11, 1, 9, 0, 0, 0, early.Event.Start.Location())
	early.Event.End = early.Event.Start.Add(time.Hour)
	single := invitation(t, "Asia/Tokyo", 30)
	single.Event.UID = "single"
	raw := encode(t, Options{Name: "Meetings; all"}, late, early, single)
	if n := len(lines(raw, "TZID:")); n != 1 {
		t.Errorf("%d zones", n)
	}
	if got := lines(raw, "X-WR-CALNAME"); len(got) != 1 || got[0] != `X-WR-CALNAME:Meetings\; all` ||
		len(lines(raw, "METHOD")) != 1 {
		t.Errorf("%q", got)
	}
	// In 2005 summer time ended in October, since 2007 it does in November.
	d, err := ical.Parse([]byte(strings.NewReplacer("TZID=America/New_York", "TZID=X", "TZID:America/New_York",
		"TZID:X").Replace(raw)), ical.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := d.Describe("early", time.UTC)
	if err != nil || !x.Start.Equal(early.Event.Start) || x.Zone != "" {
		t.Errorf("%v: %s, want %s", err, x.Start, early.Event.Start)
	}
}

// TestNamelessZones: zones that no database knows, two of which have the same name.
func TestNamelessZones(t *testing.T) {
	fixed := func(uid, name string, offset int) Invitation {
		in := invitation(t, "UTC", 30, "RRULE:FREQ=DAILY;COUNT=3")
		in.Event.UID, in.Event.Zone = uid, ""
		in.Event.Start = in.Event.Start.In(time.FixedZone(name, offset))
		return in
	}
	list := []Invitation{fixed("a", `Our "zone": x`, 3600), fixed("b", `Our "zone": x`, 7200),
		fixed("c", `Our "zone": x`, 3600), fixed("d", "", -12600)}
	raw := encode(t, Options{}, list...)
	if got := lines(raw, "TZID:"); !slices.Equal(got, []string{"TZID:Our -zone-- x", "TZID:Our -zone-- x 2",
		"TZID:Zone of the event -0330"}) {
		t.Errorf("%q", got)
	}
	for _, in := range list {
		if x, _ := read(t, raw, in.Event.UID); !x.Start.Equal(in.Event.Start) ||
			x.Start.Hour() != in.Event.Start.Hour() {
			t.Errorf("%s: %s, want %s", in.Event.UID, x.Start, in.Event.Start)
		}
	}
}

// TestSkippedMidnight: in Santiago no clock shows midnight on 6 September 2026, yet there is such a day.
func TestSkippedMidnight(t *testing.T) {
	in := invitation(t, "America/Santiago", 0, "RRULE:FREQ=WEEKLY", "EXDATE;VALUE=DATE:20260920")
	midnight := func(m time.Month, d int) time.Time {
		return time.Date(2026, m, d, 0, 0, 0, 0, in.Event.Start.Location())
	}
	in.Event.AllDay, in.Event.Start, in.Event.End = true, midnight(8, 30), midnight(8, 31)
	in.Event.Occurrences = []calendar.Occurrence{
		{RecurrenceID: midnight(9, 6), Cancelled: true},
		{RecurrenceID: midnight(9, 13), Start: midnight(9, 6), End: midnight(9, 7), Title: "Moved"},
	}
	raw := encode(t, Options{}, in)
	for name, want := range map[string][]string{
		"EXDATE": {"EXDATE;VALUE=DATE:20260906,20260920"}, "RECURRENCE-ID": {"RECURRENCE-ID;VALUE=DATE:20260913"},
		"DTSTART": {"DTSTART;VALUE=DATE:20260830", "DTSTART;VALUE=DATE:20260906"},
		"DTEND":   {"DTEND;VALUE=DATE:20260831", "DTEND;VALUE=DATE:20260907"},
	} {
		if got := lines(raw, name); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
