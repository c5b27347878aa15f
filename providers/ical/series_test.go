package ical

import (
	"strings"
	"testing"
	"time"
)

// read reads the event u1 of a file with the given lines.
func read(t testing.TB, now, lines string) Event {
	t.Helper()
	at, err := time.Parse(time.RFC3339, now)
	if err != nil {
		t.Fatal(err)
	}
	raw := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u1\r\n" + strings.ReplaceAll(lines, "\n", "\r\n") +
		"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	d, err := Parse([]byte(raw), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	e, ok, err := d.Event("u1", location(t, "Europe/Berlin"), at)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return e
}

const nextEvent = "\nEND:VEVENT\nBEGIN:VEVENT\nUID:u1\n"

// TestEmpty: a series of which no date takes place is told from one of which that is not known.
func TestEmpty(t *testing.T) {
	const daily = "DTSTART:20260303T180000Z\nDTEND:20260303T190000Z\nRRULE:FREQ=DAILY;COUNT=2"
	called := func(day string) string {
		return nextEvent + "RECURRENCE-ID:" + day + "T180000Z\nDTSTART:" + day + "T180000Z\nSTATUS:CANCELLED"
	}
	tests := []struct {
		name, lines string
		empty       bool
	}{
		{"all taken out", daily + "\nEXDATE:20260303T180000Z,20260304T180000Z", true},
		{"all taken out by their days", daily + "\nEXDATE;VALUE=DATE:20260303,20260304", true},
		{"all called off", daily + called("20260303") + called("20260304"), true},
		{"both", daily + "\nEXDATE:20260303T180000Z" + called("20260304"), true},
		{"until a day", "DTSTART:20260303T180000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;UNTIL=20260304\nEXDATE:20260303T180000Z,20260304T180000Z", true},
		{"dates alone", "DTSTART:20260303T180000Z\nDURATION:PT1H\nRDATE:20260304T180000Z\nEXDATE:20260303T180000Z,20260304T180000Z", true},
		{"days", "DTSTART;VALUE=DATE:20260303\nRRULE:FREQ=DAILY;COUNT=2\nEXDATE;VALUE=DATE:20260303,20260304", true},
		{"one is left", daily + "\nEXDATE:20260303T180000Z", false},
		{"one was moved", daily + "\nEXDATE:20260303T180000Z" + nextEvent +
			"RECURRENCE-ID:20260304T180000Z\nDTSTART:20260310T180000Z", false},
		{"one was moved, nobody knows where", daily + "\nEXDATE:20260303T180000Z" + nextEvent +
			"RECURRENCE-ID:20260304T180000Z\nDTSTART:later", false},
		{"a further one that cannot be read", daily + "\nEXDATE:20260303T180000Z,20260304T180000Z\nRDATE:later", false},
		{"one taken out that cannot be read", daily + "\nEXDATE:20260303T180000Z,20260304T180000Z,later", true},
		{"a rule that is not followed",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=SECONDLY;COUNT=1\nEXDATE:20260303T180000Z", false},
		{"a rule without an end",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30\nEXDATE:20260303T180000Z", false},
	}
	for _, test := range tests {
		for _, now := range []string{"2026-01-01T00:00:00Z", "2026-03-03T18:30:00Z", "2027-01-01T00:00:00Z"} {
			e := read(t, now, test.lines)
			if e.Empty != test.empty || !e.Series {
				t.Errorf("%s, at %s: empty is %v, series %v", test.name, now, e.Empty, e.Series)
			}
			if e.Empty && (!e.Start.IsZero() || !e.End.IsZero() || e.Until.IsZero() || e.Until.Day() > 4) {
				t.Errorf("%s, at %s: from %s to %s, until %s", test.name, now, e.Start, e.End, e.Until)
			}
		}
	}
}

// TestOccurrence: which occurrence is meant, and when the last one ends.
func TestOccurrence(t *testing.T) {
	const none = "0001-01-01T00:00:00Z"
	tests := []struct {
		name, now, lines, start, end, until, note string
	}{
		{"single", "2026-01-01T00:00:00Z",
			"DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=Europe/Berlin:20260302T110000",
			"2026-03-02T10:00:00+01:00", "2026-03-02T11:00:00+01:00", "2026-03-02T11:00:00+01:00", ""},
		{"end in another zone", "2026-01-01T00:00:00Z",
			"DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=America/New_York:20260302T060000",
			"2026-03-02T10:00:00+01:00", "2026-03-02T12:00:00+01:00", "2026-03-02T12:00:00+01:00", ""},
		{"duration", "2026-01-01T00:00:00Z", "DTSTART:20260302T100000Z\nDURATION:PT45M", "2026-03-02T10:00:00Z",
			"2026-03-02T10:45:00Z", "2026-03-02T10:45:00Z", ""},
		{"no end", "2026-01-01T00:00:00Z", "DTSTART:20260302T100000Z", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z",
			"2026-03-02T10:00:00Z", ""},
		{"end before start", "2026-01-01T00:00:00Z", "DTSTART:20260302T100000Z\nDTEND:20260302T090000Z",
			"2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z", "ends before"},
		{"all day over the change of summer time", "2026-01-01T00:00:00Z",
			"DTSTART;VALUE=DATE:20260328\nDTEND;VALUE=DATE:20260330",
			"2026-03-28T00:00:00+01:00", "2026-03-30T00:00:00+02:00", "2026-03-30T00:00:00+02:00", ""},
		{"weekly, next", "2026-03-26T12:00:00Z",
			"DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=Europe/Berlin:20260302T110000\nRRULE:FREQ=WEEKLY",
			"2026-03-30T10:00:00+02:00", "2026-03-30T11:00:00+02:00", none, ""},
		{"weekly, running", "2026-03-30T08:30:00Z",
			"DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=Europe/Berlin:20260302T110000\nRRULE:FREQ=WEEKLY",
			"2026-03-30T10:00:00+02:00", "2026-03-30T11:00:00+02:00", none, ""},
		{"weekly, just over", "2026-03-30T09:00:00Z",
			"DTSTART;TZID=Europe/Berlin:20260302T100000\nDTEND;TZID=Europe/Berlin:20260302T110000\nRRULE:FREQ=WEEKLY",
			"2026-04-06T10:00:00+02:00", "2026-04-06T11:00:00+02:00", none, ""},
		{"daily since 1990", "2026-03-30T09:00:00Z",
			"DTSTART:19900101T100000Z\nDTEND:19900101T110000Z\nRRULE:FREQ=DAILY", "2026-03-30T10:00:00Z",
			"2026-03-30T11:00:00Z", none, ""},
		{"every other week keeps its weeks", "2026-03-30T09:00:00Z",
			"DTSTART:19960101T100000Z\nRRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", "2026-03-30T10:00:00Z",
			"2026-03-30T10:00:00Z", none, ""},
		{"count, over", "2027-01-01T00:00:00Z",
			"DTSTART:20260302T100000Z\nDTEND:20260302T110000Z\nRRULE:FREQ=WEEKLY;COUNT=4", "2026-03-23T10:00:00Z",
			"2026-03-23T11:00:00Z", "2026-03-23T11:00:00Z", ""},
		{"until a date is that whole day, west of Greenwich", "2026-03-15T00:00:00Z",
			"DTSTART;TZID=America/New_York:20260303T180000\nRRULE:FREQ=WEEKLY;UNTIL=20260317",
			"2026-03-17T18:00:00-04:00", "2026-03-17T18:00:00-04:00", "2026-03-17T18:00:00-04:00", ""},
		{"until in UTC", "2026-01-01T00:00:00Z",
			"DTSTART;TZID=America/New_York:20260303T180000\nRRULE:FREQ=WEEKLY;UNTIL=20260317T220000Z",
			"2026-03-03T18:00:00-05:00", "2026-03-03T18:00:00-05:00", "2026-03-17T18:00:00-04:00", ""},
		{"until in the far future", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;UNTIL=20991231",
			"2026-03-04T18:00:00Z", "2026-03-04T18:00:00Z", "2099-12-31T18:00:00Z", ""},
		{"lower case, spaces, X- parts", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nRRULE: freq=weekly; byday=tu ;X-A=1;", "2026-03-10T18:00:00Z",
			"2026-03-10T18:00:00Z", none, ""},
		{"last Friday of the month", "2026-03-04T00:00:00Z", "DTSTART:20260130T180000Z\nRRULE:FREQ=MONTHLY;BYDAY=-1FR",
			"2026-03-27T18:00:00Z", "2026-03-27T18:00:00Z", none, ""},
		{"31st of each month", "2026-04-01T00:00:00Z", "DTSTART:20260131T180000Z\nRRULE:FREQ=MONTHLY",
			"2026-05-31T18:00:00Z", "2026-05-31T18:00:00Z", none, ""},
		{"29 February", "2026-04-01T00:00:00Z", "DTSTART:20240229T180000Z\nRRULE:FREQ=YEARLY", "2028-02-29T18:00:00Z",
			"2028-02-29T18:00:00Z", none, ""},
		{"in a gap of summer time", "2026-03-07T12:00:00Z",
			"DTSTART;TZID=America/New_York:20260301T023000\nRRULE:FREQ=DAILY", "2026-03-08T03:30:00-04:00",
			"2026-03-08T03:30:00-04:00", none, ""},
		{"excluded", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=WEEKLY\nEXDATE:20260310T180000Z,20260317T180000Z",
			"2026-03-24T18:00:00Z", "2026-03-24T18:00:00Z", none, ""},
		{"excluded by date", "2026-03-04T00:00:00Z",
			"DTSTART;TZID=Europe/Berlin:20260303T000000\nRRULE:FREQ=WEEKLY\nEXDATE;VALUE=DATE:20260310",
			"2026-03-17T00:00:00+01:00", "2026-03-17T00:00:00+01:00", none, ""},
		{"last ones excluded", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=WEEKLY;COUNT=3\nEXDATE:20260310T180000Z\nEXDATE:20260317T180000Z",
			"2026-03-03T18:00:00Z", "2026-03-03T18:00:00Z", "2026-03-03T18:00:00Z", ""},
		{"dates only", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nDURATION:PT1H\nRDATE:20260305T070000Z,20260304T070000Z\nRDATE;VALUE=PERIOD:20260306T070000Z/PT2H",
			"2026-03-04T07:00:00Z", "2026-03-04T08:00:00Z", "2026-03-06T08:00:00Z", ""},
		{"moved occurrence", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=WEEKLY;COUNT=2" + nextEvent +
			"RECURRENCE-ID:20260310T180000Z\nDTSTART:20260312T090000Z\nDTEND:20260312T093000Z",
			"2026-03-12T09:00:00Z", "2026-03-12T09:30:00Z", "2026-03-12T09:30:00Z", ""},
		{"cancelled occurrence", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=WEEKLY;COUNT=3" +
			nextEvent + "RECURRENCE-ID:20260310T180000Z\nDTSTART:20260310T180000Z\nSTATUS:CANCELLED",
			"2026-03-17T18:00:00Z", "2026-03-17T18:00:00Z", "2026-03-17T18:00:00Z", ""},
		{"two rules", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=MONTHLY;COUNT=2\nRRULE:FREQ=WEEKLY;COUNT=2", "2026-03-10T18:00:00Z",
			"2026-03-10T18:00:00Z", "2026-04-03T18:00:00Z", ""},
		{"hostile rule", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=SECONDLY",
			"2026-03-03T18:00:00Z", "2026-03-03T18:00:00Z", none, "too often"},
		{"COUNT=0", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;COUNT=0",
			"2026-03-03T18:00:00Z", "2026-03-03T18:00:00Z", none, "COUNT=0"},
		{"impossible rule", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "2026-03-03T18:00:00Z",
			"2026-03-03T18:00:00Z", none, ""},
		{"interval beyond all bounds", "2026-03-04T00:00:00Z",
			"DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;INTERVAL=9223372036854775807", "2026-03-03T18:00:00Z",
			"2026-03-03T18:00:00Z", none, "INTERVAL"},
		{"too many occurrences", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=DAILY;COUNT=999999",
			"2026-03-04T18:00:00Z", "2026-03-04T18:00:00Z", none, "too many"},
		{"another calendar", "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:RSCALE=CHINESE;FREQ=YEARLY",
			"2026-03-03T18:00:00Z", "2026-03-03T18:00:00Z", none, "CHINESE"},
		{"unknown zone", "2026-01-01T00:00:00Z", "DTSTART;TZID=Mars:20260302T100000", "2026-03-02T10:00:00+01:00",
			"2026-03-02T10:00:00+01:00", "2026-03-02T10:00:00+01:00", `"Mars" is not known; Europe/Berlin`},
		{"unknown start", "2026-01-01T00:00:00Z", "DTSTART:soon", none, none, none, `"soon" is not a date`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			e := read(t, test.now, test.lines)
			for what, pair := range map[string][2]string{
				"start": {e.Start.Format(time.RFC3339), test.start}, "end": {e.End.Format(time.RFC3339), test.end},
				"until": {e.Until.Format(time.RFC3339), test.until},
			} {
				if pair[0] != pair[1] {
					t.Errorf("%s is %s, want %s", what, pair[0], pair[1])
				}
			}
			if notes := strings.Join(e.Notes, "; "); !strings.Contains(notes, test.note) || test.note == "" &&
				notes != "" {
				t.Errorf("notes: %q, want %q", notes, test.note)
			}
		})
	}
}

func TestEventTexts(t *testing.T) {
	e := read(t, "2026-01-01T00:00:00Z", `DTSTART;TZID=W. Europe Standard Time:20260302T100000
SUMMARY;LANGUAGE=en:Talk\, #zoom
DESCRIPTION:a\nb
LOCATION:Room 1
URL:https://example.com/?a=1
CATEGORIES:Work,Zoom\, Berlin
CATEGORIES:More
CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL="Meet: us":https://meet.google.com/abc
X-GOOGLE-CONFERENCE:https://meet.google.com/def
X-MICROSOFT-SKYPETEAMSMEETINGURL:https://teams.microsoft.com/l/x
ORGANIZER;CN=Carol:MAILTO:carol@example.com
ATTENDEE;CN="Dave: D";EMAIL=dave@example.com:/aaa/principal/
ATTENDEE;CN=foo
STATUS:confirmed
BEGIN:VALARM
DESCRIPTION:Not this
SUMMARY:Nor this
END:VALARM`)
	if e.Title != "Talk, #zoom" || e.Description != "a\nb" || e.Location != "Room 1" ||
		e.URL != "https://example.com/?a=1" || e.Zone != "Europe/Berlin" || e.Cancelled {
		t.Errorf("%+v", e)
	}
	for what, pair := range map[string][2]string{
		"categories": {strings.Join(e.Categories, "|"), "Work|Zoom, Berlin|More"},
		"conferences": {strings.Join(e.Conferences, "|"),
			"https://meet.google.com/abc|https://meet.google.com/def|https://teams.microsoft.com/l/x"},
		"organizer": {e.Organizer, "carol@example.com"},
		"attendees": {strings.Join(e.Attendees, "|"), "dave@example.com"},
		"notes":     {strings.Join(e.Notes, "|"), "line 17 has no colon; it is kept as it is and not understood"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: %q, want %q", what, pair[0], pair[1])
		}
	}
}

func TestEventOverrides(t *testing.T) {
	e := read(t, "2026-03-04T00:00:00Z", "DTSTART:20260303T180000Z\nRRULE:FREQ=WEEKLY\nSUMMARY:All"+
		nextEvent+"RECURRENCE-ID:20260310T180000Z\nDTSTART:20260310T190000Z\nSUMMARY:One\nX-ZOOMTAG-MARK:m"+
		nextEvent+"RECURRENCE-ID:20260317T180000Z\nDTSTART:20260317T180000Z\nSTATUS:CANCELLED\nSUMMARY:Off")
	if len(e.Overrides) != 1 || e.Overrides[0].ID != "20260310T180000Z" || e.Overrides[0].Title != "One" ||
		e.Overrides[0].Mark != "m" || e.Title != "All" || !e.Series {
		t.Errorf("%+v", e)
	}
}

func TestEventWithoutUIDs(t *testing.T) {
	one := "BEGIN:VEVENT\r\nDTSTART:20260303T180000Z\r\nEND:VEVENT\r\n"
	d, err := Parse([]byte("BEGIN:VCALENDAR\r\n"+one+one+"END:VCALENDAR\r\n"), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.Event("", time.UTC, time.Time{}); err == nil ||
		!strings.Contains(err.Error(), "line 5: two events have no UID") {
		t.Errorf("error %v", err)
	}
}
