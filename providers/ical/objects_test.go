package ical

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// newYork2007 is New York under a name of its own.
const newYork2007 = "BEGIN:VTIMEZONE\r\nTZID:%s\r\nBEGIN:STANDARD\r\nDTSTART:20071104T020000\r\nTZOFFSETFROM:-0400\r\n" +
	"TZOFFSETTO:-0500\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\n" +
	"DTSTART:20070311T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n" +
	"END:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

const customized = "Customized Time Zone"

// object is a VCALENDAR with a zone of Outlook's name, and an event in it.
func object(zone, uid, lines string) string {
	if zone != "" {
		zone = fmt.Sprintf(zone, customized)
	}
	return "BEGIN:VCALENDAR\r\n" + zone + "BEGIN:VEVENT\r\nUID:" + uid + "\r\n" +
		strings.ReplaceAll(lines, "@", ";TZID="+customized+":") + "DURATION:PT1H\r\nSUMMARY:Talk\r\nEND:VEVENT\r\n" +
		"END:VCALENDAR\r\n"
}

// TestZoneOfItsObject: a TZID names a zone within its own VCALENDAR, whichever comes first in the file; one that has
// none of that name takes that of another.
func TestZoneOfItsObject(t *testing.T) {
	berlin := object(berlin1601, "b", "DTSTART@20270715T120000\r\n")
	york := object(newYork2007, "n", "DTSTART@20270715T120000\r\n")
	none := object("", "x", "DTSTART@20270715T120000\r\n")
	for _, c := range []struct {
		file  []string
		hours map[string]int
	}{
		{[]string{berlin, york, none}, map[string]int{"b": 10, "n": 16, "x": 10}},
		{[]string{york, none, berlin}, map[string]int{"b": 10, "n": 16, "x": 16}},
	} {
		d := parsed(t, strings.Join(c.file, ""))
		for uid, hour := range c.hours {
			e, ok, err := d.Event(uid, time.UTC, testNow)
			if err != nil || !ok || e.Start.UTC().Hour() != hour || e.Guessed != "" {
				t.Errorf("Event(%s) begins %s, guessed %q, %v, %v, want hour %d", uid, e.Start.UTC(), e.Guessed, ok, err,
					hour)
			}
			x, ok, err := d.Describe(uid, time.UTC)
			if err != nil || !ok || x.Start.UTC().Hour() != hour {
				t.Errorf("Describe(%s) begins %s, %v, %v, want hour %d", uid, x.Start.UTC(), ok, err, hour)
			}
		}
	}
}

// TestDateInAnotherObject: a date of a series that lies in a VCALENDAR of its own has its times in the zones of that
// one, and the series keeps those of its own.
func TestDateInAnotherObject(t *testing.T) {
	series := object(berlin1601, "s", "DTSTART@20270715T120000\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE@20270717T120000\r\n")
	date := object(newYork2007, "s", "RECURRENCE-ID@20270716T060000\r\nDTSTART@20270716T150000\r\n")
	for _, file := range []string{series + date, date + series} {
		d := parsed(t, file)
		e, _, err := d.Event("s", time.UTC, testNow)
		if err != nil || len(e.Overrides) != 1 {
			t.Fatalf("Event = %+v, %v", e, err)
		}
		o := e.Overrides[0]
		if e.Start.UTC().Hour() != 10 || o.Original.UTC().Hour() != 10 || o.Start.UTC().Hour() != 19 {
			t.Errorf("the series begins %s, its date %s instead of %s", e.Start.UTC(), o.Start.UTC(), o.Original.UTC())
		}
		if want := time.Date(2027, 7, 16, 20, 0, 0, 0, time.UTC); !e.Until.Equal(want) {
			t.Errorf("the series ends %s, want %s", e.Until.UTC(), want)
		}
		x, _, err := d.Describe("s", time.UTC)
		if err != nil || len(x.Occurrences) != 1 {
			t.Fatalf("Describe = %+v, %v", x, err)
		}
		if got := x.Occurrences[0]; got.RecurrenceID.UTC().Hour() != 10 || got.Start.UTC().Hour() != 19 {
			t.Errorf("described date begins %s instead of %s", got.Start.UTC(), got.RecurrenceID.UTC())
		}
	}
}

// TestSameZoneOfManyObjects: what many VCALENDARs say alike is worked out once.
func TestSameZoneOfManyObjects(t *testing.T) {
	var file strings.Builder
	for i := range 100 {
		file.WriteString(object(berlin1601, fmt.Sprint("u", i), "DTSTART@20270715T120000\r\n"))
	}
	d := parsed(t, file.String())
	for _, uid := range d.UIDs() {
		if _, _, err := d.Event(uid, time.UTC, testNow); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(d.index().worked); n != 1 {
		t.Errorf("one zone was worked out %d times", n)
	}
}

func parsed(t *testing.T, file string) *Doc {
	t.Helper()
	d, err := Parse([]byte(file), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
