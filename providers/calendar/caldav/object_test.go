package caldav_test

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"zoomtag/providers/calendar"
)

// What the owner's calendar app does to an object: it knows a few properties and keeps all others.

// berlin is the zone of the suite's events, as calendar apps describe it.
const berlin = `BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19961027T030000
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE`

// newObject is an event as an app creates it.
func newObject(e calendar.Event) string {
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//An App//EN", "CALSCALE:GREGORIAN"}
	if e.Zone == "Europe/Berlin" {
		lines = append(lines, strings.Split(berlin, "\n")...)
	}
	lines = append(lines, "BEGIN:VEVENT", "UID:"+e.UID, "DTSTAMP:20260101T000000Z", "CREATED:20260101T000000Z",
		"SEQUENCE:1",
		"ORGANIZER;CN=\"Owner: of it\":mailto:owner@example.com", "X-UNKNOWN;X-P=\"a:b\":kept as it is", "CLASS:PUBLIC")
	lines = append(lines, texts(e)...)
	lines = append(lines, times(e)...)
	return folded(append(lines, "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Reminder", "TRIGGER:-PT15M",
		"END:VALARM", "END:VEVENT", "END:VCALENDAR"))
}

var escape = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// texts are the lines of an event's texts; an empty text has none.
func texts(e calendar.Event) (lines []string) {
	for _, p := range [][2]string{{"SUMMARY", e.Title}, {"DESCRIPTION", e.Description}, {"LOCATION", e.Location}} {
		if p[1] != "" {
			lines = append(lines, p[0]+":"+escape.Replace(p[1]))
		}
	}
	return lines
}

// times are the lines of its times: in its zone where the object describes that, else in UTC.
func times(e calendar.Event) (lines []string) {
	for _, p := range []struct {
		name string
		at   time.Time
	}{{"DTSTART", e.Start}, {"DTEND", e.End}} {
		if e.Zone == "Europe/Berlin" {
			lines = append(lines, p.name+";TZID=Europe/Berlin:"+p.at.Format("20060102T150405"))
		} else {
			lines = append(lines, p.name+":"+p.at.UTC().Format("20060102T150405Z"))
		}
	}
	return lines
}

// edited is an object as it is after its owner has changed the event.
func edited(raw string, change func(e *calendar.Event)) string {
	lines := unfolded(raw)
	begin, end := slices.Index(lines, "BEGIN:VEVENT"), slices.Index(lines, "END:VEVENT")
	inner := begin + 1 + slices.IndexFunc(lines[begin+1:], func(l string) bool {
		return strings.HasPrefix(l, "BEGIN:") || l == "END:VEVENT"
	})
	e, others := known(lines[begin+1 : inner])
	before := e
	change(&e)
	if !e.Start.Equal(before.Start) || !e.End.Equal(before.End) {
		others = slices.DeleteFunc(others,
			func(l string) bool { return property(l) == "DTSTART" || property(l) == "DTEND" })
		others = append(others, times(e)...)
	}
	return folded(slices.Concat(lines[:begin+1], others, texts(e), lines[inner:end], lines[end:]))
}

// recurring is an object as it is after its event was made a series of so many days.
func recurring(raw string, days int) string {
	lines := unfolded(raw)
	at := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "SEQUENCE:") })
	return folded(slices.Insert(lines, at, fmt.Sprintf("RRULE:FREQ=DAILY;COUNT=%d", days)))
}

// cancelling is an object as it is after a date of its series was taken out, or every other one called off.
func cancelling(raw string, n int) string {
	lines := unfolded(raw)
	begin := slices.Index(lines, "BEGIN:VEVENT")
	e, _ := known(lines[begin:slices.Index(lines, "END:VEVENT")])
	e.Start, e.End = e.Start.AddDate(0, 0, n), e.End.AddDate(0, 0, n)
	at := strings.TrimPrefix(times(e)[0], "DTSTART")
	if n%2 == 0 {
		return folded(slices.Insert(lines, begin+1, "EXDATE"+at))
	}
	uid := lines[begin+slices.IndexFunc(lines[begin:], func(l string) bool { return strings.HasPrefix(l, "UID:") })]
	called := append([]string{"BEGIN:VEVENT", uid, "DTSTAMP:20260101T000000Z", "RECURRENCE-ID" + at,
		"STATUS:CANCELLED"}, times(e)...)
	return folded(slices.Insert(lines, len(lines)-1, append(called, "END:VEVENT")...))
}

// excepting is an object as it is after a date of its series got texts of its own.
func excepting(raw string, n int, title, description string) string {
	lines := unfolded(raw)
	begin := slices.Index(lines, "BEGIN:VEVENT")
	e, _ := known(lines[begin:slices.Index(lines, "END:VEVENT")])
	e.Start = e.Start.AddDate(0, 0, n)
	e.End = e.End.AddDate(0, 0, n)
	e.Title = title
	e.Description = description
	id := "RECURRENCE-ID" + strings.TrimPrefix(times(e)[0], "DTSTART")
	if at := slices.Index(lines, id); at >= 0 { // instead of the one that there is
		from := at - slices.Index(reversed(lines[:at]), "BEGIN:VEVENT") - 1
		lines = slices.Delete(lines, from, at+slices.Index(lines[at:], "END:VEVENT")+1)
	}
	uid := lines[begin+slices.IndexFunc(lines[begin:], func(l string) bool { return strings.HasPrefix(l, "UID:") })]
	own := slices.Concat([]string{"BEGIN:VEVENT", uid, "DTSTAMP:20260101T000000Z", id}, times(e), texts(e),
		[]string{"END:VEVENT"})
	return folded(slices.Insert(lines, len(lines)-1, own...))
}

func reversed(lines []string) []string {
	lines = slices.Clone(lines)
	slices.Reverse(lines)
	return lines
}

// known reads what the app knows of an event: its texts and times. The lines that hold no texts are returned as well.
func known(lines []string) (e calendar.Event, others []string) {
	for _, line := range lines {
		_, value, _ := strings.Cut(line, ":")
		switch property(line) {
		case "SUMMARY":
			e.Title = unescaped(value)
		case "DESCRIPTION":
			e.Description = unescaped(value)
		case "LOCATION":
			e.Location = unescaped(value)
		default:
			others = append(others, line)
		}
		switch property(line) {
		case "DTSTART":
			e.Start, e.Zone = moment(line)
		case "DTEND":
			e.End, _ = moment(line)
		}
	}
	return e, others
}

func property(line string) string {
	return line[:strings.IndexAny(line+":", ":;")]
}

// moment reads a time as newObject writes it.
func moment(line string) (at time.Time, zone string) {
	value := line[strings.LastIndex(line, ":")+1:]
	if at, err := time.Parse("20060102T150405Z", value); err == nil {
		return at, ""
	}
	place, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		place = time.UTC
	}
	at, _ = time.ParseInLocation("20060102T150405", value, place)
	return at, "Europe/Berlin"
}

func unescaped(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, ";", `\,`, ",", `\n`, "\n", `\N`, "\n").Replace(s)
}

func unfolded(raw string) []string {
	raw = strings.NewReplacer("\r\n ", "", "\r\n\t", "", "\n ", "", "\n\t", "").Replace(raw)
	return strings.Split(strings.ReplaceAll(strings.TrimRight(raw, "\r\n"), "\r\n", "\n"), "\n")
}

// folded writes lines folded after 60 bytes, at the end of a character.
func folded(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		column := 0
		for _, r := range line {
			if column += utf8.RuneLen(r); column > 60 {
				b.WriteString("\r\n ")
				column = 1 + utf8.RuneLen(r)
			}
			b.WriteRune(r)
		}
		b.WriteString("\r\n")
	}
	return b.String()
}
