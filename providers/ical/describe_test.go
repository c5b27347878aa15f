package ical

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// customZone is a zone that only the file defines.
const customZone = "BEGIN:VTIMEZONE\nTZID:Our " +
	"zone\nBEGIN:STANDARD\nDTSTART:19701025T030000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100\n" +
	"RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nBEGIN:DAYLIGHT\nDTSTART:19700329T020000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\n" +
	"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\nEND:DAYLIGHT\nEND:VTIMEZONE\n"

func describe(t testing.TB, lines string) (Description, error) {
	t.Helper()
	raw := "BEGIN:VCALENDAR\nVERSION:2.0\n" + customZone + "BEGIN:VEVENT\nUID:u1\n" + lines +
		"\nEND:VEVENT\nEND:VCALENDAR\n"
	d, err := Parse([]byte(strings.ReplaceAll(raw, "\n", "\r\n")), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	x, ok, err := d.Describe("u1", location(t, "Europe/Berlin"))
	if !ok {
		t.Fatal("not found")
	}
	return x, err
}

// TestDescribeRecurrence: whatever form the times of a series are written in, they come out in the event's zone.
func TestDescribeRecurrence(t *testing.T) {
	const berlin, day = "DTSTART;TZID=Europe/Berlin:20260303T180000\nRRULE:FREQ=WEEKLY\n",
		"DTSTART;VALUE=DATE:20260303\nRRULE:FREQ=WEEKLY\n"
	tests := []struct{ name, lines, want string }{
		{"single", "DTSTART:20260303T180000Z", ""},
		{"single with EXDATE", "DTSTART:20260303T180000Z\nEXDATE:20260303T180000Z", ""},
		{"several on a line, unsorted, twice", berlin +
			"EXDATE;TZID=Europe/Berlin:20260317T180000,20260310T180000\nEXDATE;TZID=Europe/Berlin:20260310T180000",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Europe/Berlin:20260310T180000,20260317T180000"},
		{"in UTC", berlin + "EXDATE:20260310T170000Z,20260331T160000Z",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Europe/Berlin:20260310T180000,20260331T180000"},
		{"Windows zone", berlin + "EXDATE;TZID=W. Europe Standard Time:20260310T180000",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Europe/Berlin:20260310T180000"},
		{"Windows zone of the event", "DTSTART;TZID=Eastern Standard " +
			"Time:20260303T180000\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Eastern Standard Time:20260310T180000",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=America/New_York:20260310T180000"},
		{"zone of the file alone", "DTSTART;TZID=Our zone:20260303T180000\nRRULE:FREQ=WEEKLY\nEXDATE;TZID=Our " +
			"zone:20260331T180000\nEXDATE:20260407T160000Z",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Our zone:20260331T180000,20260407T180000"},
		{"EXDATE in a zone of the file", berlin + "EXDATE;TZID=Our zone:20260331T180000",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Europe/Berlin:20260331T180000"},
		{"without a zone", berlin + "EXDATE:20260310T180000",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Europe/Berlin:20260310T180000"},
		{"date of a series of times", berlin + "EXDATE;VALUE=DATE:20260310",
			"RRULE:FREQ=WEEKLY|EXDATE;TZID=Europe/Berlin:20260310T180000"},
		{"date of a series of several times a day",
			"DTSTART:20260303T090000Z\nRRULE:FREQ=DAILY;BYHOUR=9,15\nRDATE:20260304T200000Z\nEXDATE;VALUE=DATE:20260304",
			"RRULE:FREQ=DAILY;BYHOUR=9,15|RDATE:20260304T200000Z|EXDATE:20260304T090000Z,20260304T150000Z,20260304T200000Z"},
		{"times of a series of days",
			day + "EXDATE:20260310T000000Z,20260316T230000Z\nEXDATE;TZID=Europe/Berlin:20260324T000000\nEXDATE:20260331T120000",
			"RRULE:FREQ=WEEKLY|EXDATE;VALUE=DATE:20260310,20260317,20260324,20260331"},
		{"periods and days added", berlin + "RDATE;VALUE=PERIOD:20260305T090000Z/PT1H\nRDATE;VALUE=DATE:20260306",
			"RRULE:FREQ=WEEKLY|RDATE;TZID=Europe/Berlin:20260305T100000,20260306T180000"},
		{"dates only", "DTSTART:20260303T180000Z\nRDATE:20260305T180000Z", "RDATE:20260305T180000Z"},
		{"UNTIL a day", "DTSTART;TZID=America/New_York:20260303T180000\nRRULE:until=20260317; freq=weekly;X-A=1;",
			"RRULE:FREQ=WEEKLY;UNTIL=20260318T035959Z"},
		{"UNTIL local", "DTSTART;TZID=America/New_York:20260303T180000\nRRULE:FREQ=WEEKLY;UNTIL=20260317T180000",
			"RRULE:FREQ=WEEKLY;UNTIL=20260317T220000Z"},
		{"UNTIL of days", "DTSTART;VALUE=DATE:20260303\nRRULE:FREQ=WEEKLY;UNTIL=20260316T230000Z",
			"RRULE:FREQ=WEEKLY;UNTIL=20260317"},
		{"UNTIL of days as midnight in UTC", "DTSTART;VALUE=DATE:20260303\nRRULE:FREQ=WEEKLY;UNTIL=20260317T000000Z",
			"RRULE:FREQ=WEEKLY;UNTIL=20260317"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x, err := describe(t, test.lines)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(x.Recurrence, "|"); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			again, err := ParseRecurrence(x.Recurrence, x.Start, x.AllDay)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(again.Lines(x.form()), "|"); got != test.want {
				t.Errorf("read again: %s", got)
			}
		})
	}
}

func TestDescribeErrors(t *testing.T) {
	tests := []struct {
		lines, want string
		kind        error
	}{
		{"SUMMARY:x", "does not say when it begins", ErrMalformed},
		{"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY\nEXRULE:FREQ=WEEKLY", "EXRULE", ErrRecurrence},
		{"DTSTART:20260303T180000Z\nRRULE:COUNT=3", "no FREQ", ErrRecurrence},
		{"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;COUNT=0", "COUNT=0", ErrRecurrence},
		{"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;COUNT=3;UNTIL=20260401", "both COUNT and UNTIL", ErrRecurrence},
		{"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;BYDAY=M\u00f6", "which no rule has", ErrRecurrence},
		{"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY\nEXDATE:soon", "EXDATE \"soon\"", ErrRecurrence},
	}
	for _, test := range tests {
		if _, err := describe(t, test.lines); !errors.Is(err, test.kind) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q: %v", test.lines, err)
		}
	}
}

func TestDescribe(t *testing.T) {
	x, err := describe(t, `DTSTAMP:20260101T080000Z
CREATED:20251224T180000Z
SEQUENCE:4
DTSTART;TZID=Europe/Berlin:20260303T180000
DURATION:PT45M
RRULE:FREQ=WEEKLY
SUMMARY:All
LOCATION:Room 1
ORGANIZER;CN="Carol: boss":MAILTO:carol@example.com
ATTENDEE;CN=Dave;ROLE=opt-participant;PARTSTAT=ACCEPTED;CUTYPE=ROOM:mailto:dave@example.com
ATTENDEE;CN=foo
ATTENDEE:mailto:erin@example.com`+nextEvent+`RECURRENCE-ID:20260310T170000Z
DTSTART:20260311T090000Z
DTEND:20260311T100000Z
LOCATION:Room 2`+nextEvent+`RECURRENCE-ID;VALUE=DATE:20260317
STATUS:CANCELLED
SUMMARY:Off`)
	if err != nil {
		t.Fatal(err)
	}
	if x.Title != "All" || x.Sequence != 4 || x.Zone != "Europe/Berlin" || x.AllDay || x.Cancelled ||
		x.Organizer != (Person{Name: "Carol: boss", Address: "carol@example.com"}) || len(x.Attendees) != 2 ||
		x.Attendees[0] != (Person{"Dave", "dave@example.com", "OPT-PARTICIPANT", "ACCEPTED", "ROOM"}) {
		t.Errorf("%+v", x)
	}
	for i, pair := range [][2]string{
		{x.Created.Format(time.RFC3339), "2025-12-24T18:00:00Z"},
		{x.Changed.Format(time.RFC3339), "2026-01-01T08:00:00Z"},
		{x.Start.Format(time.RFC3339), "2026-03-03T18:00:00+01:00"},
		{x.End.Format(time.RFC3339), "2026-03-03T18:45:00+01:00"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%d: %s, want %s", i, pair[0], pair[1])
		}
	}
	if len(x.Occurrences) != 2 {
		t.Fatalf("%+v", x.Occurrences)
	}
	moved, off := x.Occurrences[0], x.Occurrences[1]
	if moved.RecurrenceID.Format(time.RFC3339) != "2026-03-10T18:00:00+01:00" ||
		moved.Start.Format(time.RFC3339) != "2026-03-11T10:00:00+01:00" ||
		moved.End.Sub(moved.Start) != time.Hour || moved.Title != "All" || moved.Location != "Room 2" ||
		moved.Cancelled {
		t.Errorf("%+v", moved)
	}
	if off.RecurrenceID.Format(time.RFC3339) != "2026-03-17T18:00:00+01:00" || !off.Cancelled {
		t.Errorf("%+v", off)
	}
}
