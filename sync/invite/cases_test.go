package invite

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// sample is an invitation and what everybody has to read out of it.
type sample struct {
	name string
	in   Invitation
	opt  Options
	want []span // the occurrences of two years, in order
}

// span is one occurrence.
type span struct{ start, end time.Time }

// window is the two years that are looked at.
var windowStart, windowEnd = day(2026, 1, 1), day(2028, 1, 1)

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

const (
	joinURL = "https://us02web.zoom.us/j/12345678901?pwd=abcDEF123.1"
	block   = calendar.BlockFirst + "\nJoin: " + joinURL + "\nMeeting ID: 123 4567 8901\nPasscode: 481516\n" +
		calendar.BlockLast
)

var rules = plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Categories: []string{"Zoom"},
	Locations: []string{"Zoom"}}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

// invitation is a meeting at 10:15 on 3 March 2026, a Tuesday, in a zone.
func invitation(t testing.TB, zoneName string, minutes int, recurrence ...string) Invitation {
	start := time.Date(2026, 3, 3, 10, 15, 0, 0, zone(t, zoneName))
	return Invitation{
		Event: calendar.Details{
			UID: "u1@example.com", Title: "Weekly review #zoom", Description: "Agenda: all, of it; and more\nSee you",
			Zone:      zoneName,
			Organizer: calendar.Person{Name: "Carol", Address: "carol@example.com"}, Sequence: 2,
			Created: time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), Changed: time.Date(2026, 2, 3, 8, 30, 0, 0, time.UTC),
			Start: start, End: start.Add(time.Duration(minutes) * time.Minute), Recurrence: recurrence,
		},
		Link: Link{JoinURL: joinURL, Block: block, MeetingID: 12345678901},
	}
}

// on lists the occurrences of a series on the days that which names, within the window. n counts the days since the
// start.
func on(in Invitation, which func(d time.Time, n int) bool) []span {
	var list []span
	start, length := in.Event.Start, in.Event.End.Sub(in.Event.Start)
	for n := 0; ; n++ {
		at := time.Date(start.Year(), start.Month(), start.Day()+n, start.Hour(), start.Minute(), 0, 0,
			start.Location())
		if !at.Before(windowEnd) {
			return list
		}
		if !which(at, n) {
			continue
		}
		end := at.Add(length)
		if in.Event.AllDay {
			end = time.Date(at.Year(), at.Month(), at.Day()+int(length.Hours()/24), 0, 0, 0, 0, at.Location())
		}
		list = append(list, span{at, end})
	}
}

func weekly(_ time.Time, n int) bool { return n%7 == 0 }

func once(in Invitation) []span { return []span{{in.Event.Start, in.Event.End}} }

// zonesOfSamples are those with odd rules, and some of every other kind.
var zonesOfSamples = []string{"Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "America/Nuuk", "America/Godthab",
	"America/Santiago",
	"America/Scoresbysund", "Asia/Gaza", "Asia/Hebron", "Asia/Jerusalem", "Asia/Tel_Aviv", "Chile/Continental", "Egypt",
	"Israel",
	"Europe/Dublin", "Europe/Berlin", "America/New_York", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham",
	"Asia/Kathmandu",
	"Asia/Tokyo", "America/Sao_Paulo", "Antarctica/Troll", "Pacific/Kiritimati", "America/Havana"}

// samples are all of them.
func samples(t testing.TB) []sample {
	var all []sample
	add := func(name string, in Invitation, want []span) *sample {
		all = append(all, sample{name: name, in: in, opt: Options{Rules: rules}, want: want})
		return &all[len(all)-1]
	}
	for _, name := range zonesOfSamples {
		slug := strings.ToLower(strings.ReplaceAll(name, "/", "-"))
		in := invitation(t, name, 50, "RRULE:FREQ=WEEKLY")
		add("weekly-"+slug, in, on(in, weekly))
		in = withOverrides(invitation(t, name, 50, "RRULE:FREQ=DAILY;COUNT=600", "EXDATE;TZID="+name+
			":20260304T101500"))
		add("overrides-"+slug, in, overridden(in))
	}
	all = append(all, ruleSamples(t)...)
	all = append(all, daySamples(t)...)
	all = append(all, textSamples(t)...)
	return append(all, mailSamples(t)...)
}

// withOverrides cancels the 6th occurrence, moves the 5th to the afternoon before, and gives the 8th a room of its own.
func withOverrides(in Invitation) Invitation {
	at := func(d, hour int) time.Time { return time.Date(2026, 3, d, hour, 15, 0, 0, in.Event.Start.Location()) }
	in.Event.Occurrences = []calendar.Occurrence{
		{RecurrenceID: at(10, 10), Start: at(10, 10), End: at(10, 11), Title: "Review of the quarter #zoom",
			Location: "Room 4"},
		{RecurrenceID: at(8, 10), Cancelled: true},
		{RecurrenceID: at(7, 10), Start: at(6, 16), End: at(6, 18), Title: in.Event.Title,
			Description: in.Event.Description},
	}
	return in
}

func overridden(in Invitation) []span {
	list := on(in, func(d time.Time, n int) bool { return n < 600 && n != 1 && n != 4 && n != 5 && n != 7 })
	for _, o := range in.Event.Occurrences {
		if !o.Cancelled {
			list = append(list, span{o.Start, o.End})
		}
	}
	slices.SortFunc(list, func(a, b span) int { return a.start.Compare(b.start) })
	return list
}

// ruleSamples are series of all sorts.
func ruleSamples(t testing.TB) []sample {
	lastDay := func(d time.Time) int { return time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }
	tests := []struct {
		name, zone string
		lines      []string
		which      func(d time.Time, n int) bool
	}{
		{"two-days-a-week", "Europe/Berlin", []string{"RRULE:FREQ=WEEKLY;BYDAY=TU,TH"},
			func(d time.Time, _ int) bool { return d.Weekday() == time.Tuesday || d.Weekday() == time.Thursday }},
		{"every-other-week", "America/New_York", []string{"RRULE:FREQ=WEEKLY;INTERVAL=2"},
			func(_ time.Time, n int) bool { return n%14 == 0 }},
		{"working-days", "Europe/London", []string{"RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
			"EXDATE:20260306T101500Z,20260401T091500Z"},
			func(d time.Time, n int) bool { return d.Weekday()%6 != 0 && n != 3 && n != 29 }},
		{"first-tuesday", "Asia/Kolkata", []string{"RRULE:FREQ=MONTHLY;BYDAY=1TU"},
			func(d time.Time, _ int) bool { return d.Weekday() == time.Tuesday && d.Day() <= 7 }},
		{"last-day", "Europe/Paris", []string{"RDATE;TZID=Europe/Paris:20260303T101500",
			"RRULE:FREQ=MONTHLY;BYMONTHDAY=3"}, func(d time.Time, _ int) bool { return d.Day() == 3 }},
		{"month-ends", "America/Chicago", []string{"RRULE:FREQ=MONTHLY;BYMONTHDAY=3,-1"},
			func(d time.Time, _ int) bool { return d.Day() == 3 || d.Day() == lastDay(d) }},
		{"yearly", "America/Los_Angeles", []string{"RRULE:FREQ=YEARLY"},
			func(d time.Time, _ int) bool { return d.Month() == 3 && d.Day() == 3 }},
		{"until-a-day", "America/Denver", []string{"RRULE:FREQ=WEEKLY;UNTIL=20260414"},
			func(_ time.Time, n int) bool { return n%7 == 0 && n <= 42 }},
		{"until-in-utc", "Asia/Tokyo", []string{"RRULE:FREQ=WEEKLY;UNTIL=20260414T011500Z"},
			func(_ time.Time, n int) bool { return n%7 == 0 && n <= 42 }},
		{"count", "Australia/Sydney", []string{"RRULE:FREQ=WEEKLY;COUNT=7"},
			func(_ time.Time, n int) bool { return n%7 == 0 && n <= 42 }},
		{"more-dates", "Europe/Madrid",
			[]string{"RRULE:FREQ=WEEKLY;COUNT=3", "RDATE:20260501T081500Z,20260612T081500Z"},
			func(_ time.Time, n int) bool { return n%7 == 0 && n <= 14 || n == 59 || n == 101 }},
		{"dates-alone", "Europe/Rome", []string{"RDATE;TZID=Europe/Rome:20260304T101500,20261111T101500"},
			func(_ time.Time, n int) bool { return n == 0 || n == 1 || n == 253 }},
		{"in-utc", "UTC", []string{"RRULE:FREQ=WEEKLY", "EXDATE:20260310T101500Z"},
			func(_ time.Time, n int) bool { return n%7 == 0 && n != 7 }},
	}
	var all []sample
	for _, test := range tests {
		in := invitation(t, test.zone, 45, test.lines...)
		all = append(all, sample{test.name, in, Options{Rules: rules}, on(in, test.which)})
	}
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Kathmandu", "UTC"} {
		in := invitation(t, name, 30)
		all = append(all, sample{"single-" + strings.ToLower(strings.ReplaceAll(name, "/", "-")), in,
			Options{Rules: rules}, once(in)})
	}
	return all
}

// daySamples are about whole days.
func daySamples(t testing.TB) []sample {
	days := func(zoneName string, n int, recurrence ...string) Invitation {
		in := invitation(t, zoneName, 0, recurrence...)
		y, m, d := in.Event.Start.Date()
		in.Event.AllDay = true
		in.Event.Start = time.Date(y, m, d, 0, 0, 0, 0, in.Event.Start.Location())
		in.Event.End = in.Event.Start.AddDate(0, 0, n)
		return in
	}
	one, many, series := days("Europe/Berlin", 1), days("America/New_York", 7),
		days("Pacific/Auckland", 1, "RRULE:FREQ=WEEKLY;UNTIL=20260630", "EXDATE;VALUE=DATE:20260317")
	moved := days("America/Santiago", 2, "RRULE:FREQ=MONTHLY;COUNT=5")
	loc := moved.Event.Start.Location()
	moved.Event.Occurrences = []calendar.Occurrence{
		{RecurrenceID: time.Date(2026, 4, 3, 0, 0, 0, 0, loc), Start: time.Date(2026, 4, 5, 0, 0, 0, 0, loc),
			End: time.Date(2026, 4, 6, 0, 0, 0, 0, loc), Title: "Moved"},
		{RecurrenceID: time.Date(2026, 6, 3, 0, 0, 0, 0, loc), Cancelled: true},
	}
	month := func(d time.Time, _ int) bool {
		return d.Day() == 3 && d.Year() == 2026 && d.Month() <= 7 && d.Month() != 4 && d.Month() != 6
	}
	monthly := append(on(moved, month), span{moved.Event.Occurrences[0].Start, moved.Event.Occurrences[0].End})
	slices.SortFunc(monthly, func(a, b span) int { return a.start.Compare(b.start) })
	opt := Options{Rules: rules}
	return []sample{
		{"day", one, opt, once(one)},
		{"week-of-days", many, opt, once(many)},
		{"days-weekly", series, opt,
			on(series, func(_ time.Time, n int) bool { return n%7 == 0 && n != 14 && n <= 119 })},
		{"days-overrides", moved, opt, monthly},
	}
}

// texts are what people write, and what they should not.
var texts = []string{
	"Gespräch über die Größe, „in Ruhe“; und mehr",
	"四半期レビュー：売上、在庫、次の計画について",
	"اجتماع الفريق، يوم الثلاثاء",
	"Συνάντηση για τον προϋπολογισμό",
	"Планёрка: итоги недели; планы, сроки",
	"👩‍👩‍👧‍👦 family 🏳️‍🌈 plan 🎉🎉",
	`C:\temp\table, "quoted"; a^nb ^^ ^' end`, // python3-icalendar 4.0.3 takes a backslash before an n for a line end
	"a\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil\rX: y",
	"one\u2028two\u2029three\u0085four\vfive\ffive\x00six\x7f",
	"half a rune \xc3 and \xff",
}

func textSamples(t testing.TB) []sample {
	var all []sample
	for i, text := range texts {
		in := invitation(t, "Europe/Berlin", 30)
		in.Event.Title = "#zoom " + text
		in.Event.Description = strings.Repeat(text+" ", 40)
		in.Event.Location = text
		in.Link.Phones = []Phone{{"+49 69 7104 9922", "Deutschland"}, {"+1 (646) 558-8656", text}}
		all = append(all, sample{fmt.Sprintf("text-%d", i), in, Options{Rules: rules, Alarm: 15 * time.Minute},
			once(in)})
	}
	in := invitation(t, "Europe/Berlin", 30, "RRULE:FREQ=WEEKLY;COUNT=2")
	in.Event.HTML = true
	in.Event.Description = "<p>Agenda</p><ul><li>one &amp; two</li></ul><br>" + strings.ReplaceAll(block, "\n",
		"<br>") + "<p>Bye</p>"
	return append(all, sample{"html", in, Options{Rules: rules},
		on(in, func(_ time.Time, n int) bool { return n == 0 || n == 7 })})
}

// mailSamples are requests and cancellations, with names as mailed by strangers.
func mailSamples(t testing.TB) []sample {
	var all []sample
	for i, name := range texts {
		in := invitation(t, "Europe/Berlin", 30)
		in.Event.Organizer.Name = name
		in.Event.Attendees = []calendar.Person{
			{Name: name, Address: "dave@example.com"},
			{Name: "Erin", Address: "mailto:erin@example.com", Role: calendar.Optional, Status: calendar.Accepted},
			{Name: `Room "4": big; quiet, dark`, Address: "room4@example.com", Kind: calendar.Room,
				Status: "X-STRANGE"},
		}
		all = append(all, sample{fmt.Sprintf("request-%d", i), in, Options{Rules: rules, Method: Request}, once(in)})
	}
	in := withOverrides(invitation(t, "Europe/Berlin", 50, "RRULE:FREQ=DAILY;COUNT=600"))
	in.Event.Attendees = []calendar.Person{{Address: "dave@example.com"}}
	all = append(all, sample{"request-series", in, Options{Rules: rules, Method: Request}, nil})
	last := &all[len(all)-1]
	last.want = append(last.want, overridden(in)...)
	second := span{in.Event.Start.AddDate(0, 0, 1), in.Event.End.AddDate(0, 0, 1)}
	last.want = slices.Insert(last.want, 1, second)
	in.Event.Occurrences = nil
	return append(all, sample{"cancel-series", in, Options{Rules: rules, Method: Cancel},
		on(in, func(_ time.Time, n int) bool { return n < 600 })})
}

func encode(t testing.TB, opt Options, list ...Invitation) string {
	t.Helper()
	raw, err := new(Encoder).Encode(nil, opt, list...)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
