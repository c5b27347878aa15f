package ical

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/ical/internal/windowszones"
)

func location(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestParseStamp(t *testing.T) {
	for in, want := range map[string]string{
		"20260317T180000":      "2026-03-17T18:00:00",
		"20260317T180000Z":     "2026-03-17T18:00:00 utc",
		" 20260317t180000z ":   "2026-03-17T18:00:00 utc",
		"20260317":             "2026-03-17T00:00:00 date",
		"20260317T1800":        "2026-03-17T18:00:00",
		"20260317T235960":      "2026-03-18T00:00:00",
		"20260317T240000":      "2026-03-18T00:00:00",
		"2026-03-17T18:00:00Z": "2026-03-17T18:00:00 utc",
		"2026-03-17":           "2026-03-17T00:00:00 date",
		"20240229":             "2024-02-29T00:00:00 date",
		"20260229":             "error",
		"20261301T000000":      "error",
		"20260317T250000":      "error",
		"20260317T240001":      "error",
		"20260317T186000":      "error",
		"20260317T18":          "error",
		"2026031":              "error",
		"00000101":             "error",
		"":                     "error",
		"tomorrow":             "error",
	} {
		s, err := parseStamp(in)
		got := s.wall.Format("2006-01-02T15:04:05")
		switch {
		case err != nil:
			got = "error"
		case s.dateOnly:
			got += " date"
		case s.utc:
			got += " utc"
		}
		if got != want {
			t.Errorf("parseStamp(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestParseDuration(t *testing.T) {
	for in, want := range map[string]string{
		"PT1H30M": "0d 1h30m0s", "P1W": "7d 0s", "P1DT2H": "1d 2h0m0s", "PT5400S": "0d 1h30m0s", "+pt15m": "0d 15m0s",
		"P0D":    "0d 0s",
		"-PT15M": "error", "PT": "0d 0s", "P": "error", "15M": "error", "PT5": "error", "P5M": "error",
		"PT99999999H": "error", "P999999999D": "error",
	} {
		d, err := parseDuration(in)
		got := fmt.Sprintf("%dd %v", d.days, d.exact)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("parseDuration(%q) = %s, want %s", in, got, want)
		}
	}
}

// TestInZone: RFC 5545 3.3.5 for times that a clock skips and times that it shows twice, in zones where time.Date goes
// either way.
func TestInZone(t *testing.T) {
	for _, test := range []struct{ zone, wall, want string }{
		{"Europe/Berlin", "2026-07-01 10:00", "2026-07-01T10:00:00+02:00"},
		{"Europe/Berlin", "2026-03-29 02:30", "2026-03-29T03:30:00+02:00"},
		{"Europe/Berlin", "2026-10-25 02:30", "2026-10-25T02:30:00+02:00"},
		{"Europe/Berlin", "2026-10-25 03:00", "2026-10-25T03:00:00+01:00"},
		{"America/New_York", "2026-03-08 02:30", "2026-03-08T03:30:00-04:00"},
		{"America/New_York", "2026-03-08 03:00", "2026-03-08T03:00:00-04:00"},
		{"America/New_York", "2026-11-01 01:30", "2026-11-01T01:30:00-04:00"},
		{"Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-04T02:45:00+11:00"},
		{"Pacific/Apia", "2011-12-30 12:00", "2011-12-31T12:00:00+14:00"},
		{"Europe/Dublin", "2026-03-29 01:30", "2026-03-29T02:30:00+01:00"},
		{"UTC", "2026-03-29 02:30", "2026-03-29T02:30:00Z"},
	} {
		wall, err := time.Parse("2006-01-02 15:04", test.wall)
		if err != nil {
			t.Fatal(err)
		}
		if got := inZone(wall, location(t, test.zone)).Format(time.RFC3339); got != test.want {
			t.Errorf("%s in %s is %s, want %s", test.wall, test.zone, got, test.want)
		}
	}
}

func TestZoneNames(t *testing.T) {
	for tzid, want := range map[string]string{
		"Europe/Berlin":                                          "Europe/Berlin",
		`"Europe/Berlin"`:                                        "Europe/Berlin",
		"W. Europe Standard Time":                                "Europe/Berlin",
		"Pacific Standard Time":                                  "America/Los_Angeles",
		"/mozilla.org/20070129_1/Europe/Berlin":                  "Europe/Berlin",
		"/freeassociation.sourceforge.net/Tzfile/Europe/Berlin":  "Europe/Berlin",
		"/freeassociation.sourceforge.net/Europe/Berlin":         "Europe/Berlin",
		"/citadel.org/20210210_1/America/Argentina/Buenos_Aires": "America/Argentina/Buenos_Aires",
		"/softwarestudio.org/Olson_20011030_5/America/New_York":  "America/New_York",
		"UTC":                     "UTC",
		"Z":                       "UTC",
		"tzone://Microsoft/Utc":   "UTC",
		"Local":                   "",
		"../../etc/passwd":        "",
		"/etc/passwd":             "",
		"Mars/Olympus":            "",
		"":                        "",
		strings.Repeat("/a", 500): "",
	} {
		got, ok := named(tzid)
		if ok != (want != "") || got.name != want {
			t.Errorf("named(%q) = %q, %v; want %q", tzid, got.name, ok, want)
		}
	}
}

// TestWindowsZones: the table is what the generator makes of the Go distribution in use, and every entry can be loaded.
func TestWindowsZones(t *testing.T) {
	want, err := windowszones.Generate()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("windows_zones.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("windows_zones.go is out of date; run go generate ./providers/ical")
	}
	for windows, iana := range windowsZones {
		if _, ok := load(iana); !ok {
			t.Errorf("%s: %s cannot be loaded", windows, iana)
		}
	}
}

// berlin1601 is how Outlook describes a zone of its own name.
const berlin1601 = "BEGIN:VTIMEZONE\r\nTZID:%s\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\n" +
	"RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\n" +
	"TZOFFSETTO:+0200\r\nRRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"

// TestDefinedZone: a zone known only by its rules has the offsets of the zone that they describe, hour by hour.
func TestDefinedZone(t *testing.T) {
	raw := "BEGIN:VCALENDAR\r\n" + fmt.Sprintf(berlin1601, "Custom") + "END:VCALENDAR\r\n"
	d, err := Parse([]byte(raw), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	z := zones{doc: d, fallback: time.UTC}
	found := z.find("Custom")
	if found.name != "" || found.note != "" {
		t.Fatalf("found %+v", found)
	}
	berlin := location(t, "Europe/Berlin")
	for at := time.Date(1997, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2090; at = at.Add(time.Hour) {
		if got, want := offsetAt(at.Unix(), found.loc), offsetAt(at.Unix(), berlin); got != want {
			t.Fatalf("offset at %s is %d, want %d", at, got, want)
		}
	}
}

func TestDefinedZoneBadRules(t *testing.T) {
	for name, observance := range map[string]string{
		"no offset":          "DTSTART:19700101T000000\r\n",
		"bad offset":         "DTSTART:19700101T000000\r\nTZOFFSETTO:east\r\n",
		"no start":           "TZOFFSETTO:+0100\r\n",
		"daily":              "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nRRULE:FREQ=DAILY\r\n",
		"no rule at all":     "DTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\nRRULE:never\r\n",
		"offset of 24 hours": "DTSTART:19700101T000000\r\nTZOFFSETTO:+2400\r\n",
	} {
		raw := "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Z1\r\nBEGIN:STANDARD\r\n" + observance +
			"END:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
		d, err := Parse([]byte(raw), DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		z := zones{doc: d, fallback: location(t, "Asia/Tokyo")}
		if found := z.find("Z1"); found.name != "Asia/Tokyo" || !strings.Contains(found.note, "Z1") {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}
