package ical

import (
	"slices"
	"strings"
	"testing"
	"time"

	_ "zoomtag/providers/ical/zonetest"
)

// TestZoneWords: names of zones as programs and people write them, and when an event at ten o'clock on 1 July 2027
// begins then.
func TestZoneWords(t *testing.T) {
	const unknown = "01:00 guessed" // in Tokyo
	for tzid, want := range map[string]string{
		"Europe/Berlin":                         "08:00",
		"europe/berlin":                         "08:00",
		"EUROPE\\BERLIN":                        "08:00",
		"Europe-Berlin":                         "08:00",
		"America/New York":                      "14:00",
		"/mozilla.org/20070129_1/Europe/Berlin": "08:00",
		"W. Europe Standard Time":               "08:00",
		"w. europe standard time":               "08:00",
		"W. Europe Standard Time 1":             "08:00",
		"Europe/Berlin 2":                       "08:00",
		"UTC+03:00":                             "07:00",
		"UTC+3":                                 "07:00",
		"UTC+0300":                              "07:00",
		"UTC+03:00:00":                          "07:00",
		"+03:00":                                "07:00",
		"-0530":                                 "15:30",
		"+3":                                    unknown,
		"GMT+0200 (Central European Summer Time)": "08:00",
		"GMT+01:00 (CET)":                         "08:00",
		"UTC-05:00 Eastern Time (US & Canada)":    "14:00",
		"UTC+01:00 Berlin, Rome":                  "08:00",
		"GMT+01:00 (here)":                        "09:00 told",
		"GMT+0530":                                "04:30",
		"GMT-5":                                   "15:00",
		"UTC−03:00":                               "13:00",
		"UTC":                                     "10:00",
		"(UTC) Coordinated Universal Time":        "10:00",
		"(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi":              "04:30",
		"(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "08:00",
		"(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien":    "08:00",
		"(GMT+01.00) Sarajevo/Skopje/Warsaw":                           "08:00",
		"(GMT-05.00) Eastern Time (US & Canada)":                       "14:00",
		"(UTC-08:00) Pacific Time (US & Canada)":                       "17:00",
		"(UTC-06:00) Guadalajara, Mexico City, Monterrey":              "16:00",
		"(UTC-07:00) Arizona":                                          "17:00",
		"(UTC-03:00) Brasilia":                                         "13:00",
		"(UTC+10:00) Canberra, Melbourne, Sydney":                      "00:00",
		"(UTC+00:00) Dublin, Edinburgh, Lisbon, London":                "09:00",
		"Mitteleuropäische Zeit":                                       "08:00",
		"MITTELEUROPÄISCHE SOMMERZEIT":                                 "08:00",
		"heure normale d’Europe centrale":                              "08:00",
		"Hora estándar oriental":                                       "14:00",
		"Central European Time":                                        "08:00",
		"日本標準時":                                                        "01:00",
		"(UTC+01:00) Bruselas, Madrid, París":                          "08:00",
		"(UTC+01:00) Амстердам, Берлин, Берн, Вена, Рим, Стокгольм": "08:00",
		"(UTC+02:00) Афины, Бухарест":                               "07:00",
		"(UTC+08:00) 北京，重庆，香港特别行政区，乌鲁木齐":                            "02:00 told",
		"(UTC+09:00) 大阪、札幌、東京":                                      "01:00",
		"(UTC+02:00) Hora de Europa oriental":                       "07:00",
		"(UTC+01:00) Nirgendwo":                                     "09:00 told",
		"(UTC+99:00) Nirgendwo":                                     unknown,
		"UTC+3 or so":                                               unknown,
		"(UTC+1":                                                    unknown,
		"Nirgendwo/Stadt":                                           unknown,
		"Customized Time Zone":                                      unknown,
		strings.Repeat("(UTC+01:00) Berlin, ", 40):                  unknown,
	} {
		t.Run(tzid, func(t *testing.T) {
			ev := eventIn(t, tzid, "")
			got := ev.Start.UTC().Format("15:04")
			if ev.Guessed != "" {
				got += " guessed"
			} else if len(ev.Notes) > 0 {
				got += " told"
			}
			if got != want {
				t.Errorf("%s, want %s: %q", got, want, ev.Notes)
			}
		})
	}
}

// eventIn is an event at ten o'clock on 1 July 2027 in a file with a definition of the zone.
func eventIn(t *testing.T, tzid, zone string) Event {
	t.Helper()
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	name := "TZID=\"" + tzid + "\""
	if zone != "" {
		name = "TZID=" + tzid
	}
	file := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + zone +
		"BEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261101T080000Z\r\nDTSTART;" + name + ":20270701T100000\r\nDTEND;" +
		name + ":20270701T110000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	doc, err := Parse([]byte(file), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	ev, _, err := doc.Event("a", tokyo, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || ev.End.Sub(ev.Start) != time.Hour {
		t.Fatalf("%+v, %v", ev, err)
	}
	return ev
}

// vtimezone writes a VTIMEZONE.
func vtimezone(tzid string, standard, daylight string) string {
	part := func(kind, rule, from, to string) string {
		return "BEGIN:" + kind + "\r\nDTSTART:20070101T0" + map[string]string{"STANDARD": "3", "DAYLIGHT": "2"}[kind] +
			"0000\r\nRRULE:FREQ=YEARLY;" + rule + "\r\nTZOFFSETFROM:" + from + "\r\nTZOFFSETTO:" + to + "\r\nEND:" +
			kind + "\r\n"
	}
	zone := "BEGIN:VTIMEZONE\r\nTZID:" + tzid + "\r\n"
	if daylight == "" {
		return zone + "BEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:" + standard + "\r\nTZOFFSETTO:" +
			standard + "\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
	}
	return zone + part("STANDARD", "BYMONTH=10;BYDAY=-1SU", daylight, standard) +
		part("DAYLIGHT", "BYMONTH=3;BYDAY=-1SU", standard, daylight) + "END:VTIMEZONE\r\n"
}

// TestOwnZoneRules: what the file says of a zone counts, except for names of the zone database with an area. Where both
// agree, the name stays.
func TestOwnZoneRules(t *testing.T) {
	for name, tt := range map[string]struct{ tzid, standard, daylight, at, zone string }{
		"an abbreviation":           {"GMT", "+0000", "+0100", "09:00", ""},
		"Windows, another rule":     {"W. Europe Standard Time", "+0200", "", "08:00", ""},
		"Windows, as it is":         {"W. Europe Standard Time", "+0100", "+0200", "08:00", "Europe/Berlin"},
		"the database's":            {"Europe/Berlin", "+0500", "", "08:00", "Europe/Berlin"},
		"nobody's":                  {"Home", "+0300", "", "07:00", ""},
		"a colon, and no quotes":    {"GMT+05:30", "+0530", "", "04:30", ""},
		"colons, and no quotes":     {"(UTC+05:30) a: b", "+0530", "", "04:30", ""},
		"UTC":                       {"UTC", "+0000", "", "10:00", "UTC"},
		"words, and a rule as well": {"UTC+03:00", "+0400", "", "06:00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			ev := eventIn(t, tt.tzid, vtimezone(tt.tzid, tt.standard, tt.daylight))
			if got := ev.Start.UTC().Format("15:04"); got != tt.at || ev.Zone != tt.zone || ev.Guessed != "" {
				t.Errorf("%s in %q, want %s in %q: %q", got, ev.Zone, tt.at, tt.zone, ev.Notes)
			}
		})
	}
}

// readFirst reads the first event of a file.
func readFirst(t *testing.T, file string) Event {
	t.Helper()
	doc, err := Parse([]byte(strings.ReplaceAll(file, "\n", "\r\n")), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	ev, _, err := doc.Event(doc.UIDs()[0], time.UTC, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return ev
}

const (
	opening = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n"
	closing = "END:VEVENT\nEND:VCALENDAR\n"
	berlins = "DTSTART;TZID=Europe/Berlin:20270112T100000\nDTEND;TZID=Europe/Berlin:20270112T110000\n"
)

// TestCalendarZone: times that name no zone are in that of the calendar, where it says one.
func TestCalendarZone(t *testing.T) {
	for zone, want := range map[string]string{"X-WR-TIMEZONE:Europe/Berlin\n": "09:00",
		"X-WR-TIMEZONE:UTC+03:00\n": "07:00", "X-WR-TIMEZONE:Nirgendwo\n": "10:00 guessed", "": "10:00"} {
		ev := readFirst(t, opening+zone+"BEGIN:VEVENT\nUID:a\nDTSTART:20270112T100000\n"+closing)
		got := ev.Start.UTC().Format("15:04")
		if ev.Guessed != "" {
			got += " guessed"
		}
		if got != want {
			t.Errorf("%q: %s, want %s", zone, got, want)
		}
	}
}

// TestDaysInDisguise: a day that is written as two midnights, or as a date with a time, is a day.
func TestDaysInDisguise(t *testing.T) {
	const flag = "X-MICROSOFT-CDO-ALLDAYEVENT:TRUE\n"
	for name, tt := range map[string]struct {
		lines string
		day   bool
	}{
		"flagged": {flag +
			"DTSTART;TZID=Europe/Berlin:20270118T000000\nDTEND;TZID=Europe/Berlin:20270119T000000\n", true},
		"two midnights": {"DTSTART;TZID=Europe/Berlin:20270118T000000\nDTEND;TZID=Europe/Berlin:20270119T000000\n",
			false},
		"flagged, and a time": {flag +
			"DTSTART;TZID=Europe/Berlin:20270118T090000\nDTEND;TZID=Europe/Berlin:20270119T000000\n", false},
		"flagged, in UTC": {flag + "DTSTART:20270118T000000Z\nDTEND:20270119T000000Z\n", true},
		"flagged, in UTC, and midnight here": {"X-MICROSOFT-CDO-ALLDAYEVENT:1\n" +
			"DTSTART:20270117T230000Z\nDTEND:20270118T230000Z\n", true},
		"flagged, in UTC, and midnight elsewhere": {flag + "DTSTART:20270118T220000Z\nDTEND:20270119T220000Z\n",
			false},
		"flagged not": {"X-MICROSOFT-CDO-ALLDAYEVENT:FALSE\nDTSTART:20270118T000000\nDTEND:20270119T000000\n",
			false},
		"a date with a time":    {"DTSTART;VALUE=DATE:20270118T000000\nDTEND;VALUE=DATE:20270119T000000\n", true},
		"a date":                {"DTSTART;VALUE=DATE:20270118\n", true},
		"of Microsoft's others": {"X-MICROSOFT-MSNCALENDAR-ALLDAYEVENT:TRUE\nDTSTART:20270118T000000\nDTEND:20270119T000000\n", true},
	} {
		t.Run(name, func(t *testing.T) {
			ev := readFirst(t, opening+"X-WR-TIMEZONE:Europe/Berlin\nBEGIN:VEVENT\nUID:a\n"+tt.lines+closing)
			if ev.AllDay != tt.day || ev.Start.Format("02") != "18" || ev.AllDay &&
				ev.End.Sub(ev.Start) != 24*time.Hour {
				t.Errorf("whole day: %v, from %v to %v", ev.AllDay, ev.Start, ev.End)
			}
		})
	}
}

// TestTwoMasters: of two events with one UID that with the higher SEQUENCE counts, whichever is first.
func TestTwoMasters(t *testing.T) {
	one := func(title, sequence string) string {
		return "BEGIN:VEVENT\nUID:a\nSUMMARY:" + title + "\n" + sequence + berlins + "END:VEVENT\n"
	}
	for name, tt := range map[string]struct{ file, want string }{
		"the second": {one("old", "SEQUENCE:1\n") + one("new", "SEQUENCE:2\n"), "new"},
		"the first":  {one("new", "SEQUENCE:2\n") + one("old", "SEQUENCE:1\n"), "new"},
		"no other":   {one("old", "") + one("new", "SEQUENCE:1\n"), "new"},
		"the same":   {one("first", "SEQUENCE:1\n") + one("second", "SEQUENCE:1\n"), "first"},
	} {
		if ev := readFirst(t, opening+tt.file+"END:VCALENDAR\n"); ev.Title != tt.want || len(ev.Notes) != 1 {
			t.Errorf("%s: %q, %q", name, ev.Title, ev.Notes)
		}
	}
}

func TestStatusSpellings(t *testing.T) {
	for status, want := range map[string]bool{"CANCELLED": true, "CANCELED": true, "canceled": true,
		"CONFIRMED": false} {
		if ev := readFirst(t, opening+"BEGIN:VEVENT\nUID:a\nSTATUS:"+status+"\n"+berlins+
			closing); ev.Cancelled != want {
			t.Errorf("%s: %v", status, ev.Cancelled)
		}
	}
}

// TestLater: an override of one date and of all behind it moves them all.
func TestLater(t *testing.T) {
	const series = opening + "BEGIN:VEVENT\nUID:a\nSUMMARY:Talk\nRRULE:FREQ=WEEKLY;COUNT=4\n" +
		"DTSTART;TZID=Europe/Berlin:20270316T100000\nDTEND;TZID=Europe/Berlin:20270316T110000\nEND:VEVENT\n" +
		"BEGIN:VEVENT\nUID:a\nSUMMARY:Later\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20270323T100000\n" +
		"DTSTART;TZID=Europe/Berlin:20270323T150000\nDTEND;TZID=Europe/Berlin:20270323T163000\n" + closing
	doc, err := Parse([]byte(series), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[int]string{10: "16 10:00", 17: "23 15:00", 24: "30 15:00"} {
		ev, _, err := doc.Event("a", time.UTC, time.Date(2027, 3, day, 0, 0, 0, 0, time.UTC))
		if err != nil || ev.Start.Format("02 15:04") != want {
			t.Errorf("on %d March the next is %v, %v, want %s", day, ev.Start, err, want)
		}
		if until := ev.Until.Format("02.01. 15:04"); until != "06.04. 16:30" {
			t.Errorf("the last one ends on %s", until)
		}
	}
	d, _, err := doc.Describe("a", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, o := range d.Occurrences {
		told = append(told, o.RecurrenceID.Format("02.01. 15:04")+" "+o.Start.Format("15:04")+" "+o.End.Format("15:04")+
			" "+o.Title)
		if o.Later {
			t.Error("it is told as one for all later dates")
		}
	}
	if got := strings.Join(told, ", "); got != "23.03. 10:00 15:00 16:30 Later, 30.03. 10:00 15:00 16:30 Later, "+
		"06.04. 10:00 15:00 16:30 Later" {
		t.Error(got)
	}
	endless, err := Parse([]byte(strings.Replace(series, ";COUNT=4", "", 1)), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	if d, _, err = endless.Describe("a", time.UTC); err != nil || len(d.Occurrences) != 1 || !d.Occurrences[0].Later {
		t.Errorf("%+v, %v", d.Occurrences, err)
	}
}

// TestSeveralCalendars: several calendars in one stream are each read and edited by themselves.
func TestSeveralCalendars(t *testing.T) {
	one := func(uid, head string) string {
		return opening + head + "BEGIN:VEVENT\nUID:" + uid + "\nDTSTAMP:20261101T080000Z\nSUMMARY:" + uid +
			"\nDTSTART:20270112T100000\n" + closing
	}
	file := strings.ReplaceAll(one("a", "X-WR-TIMEZONE:Europe/Berlin\n")+
		one("b", "METHOD:REQUEST\nX-WR-TIMEZONE:Asia/Tokyo\n")+"\n"+one("c", ""), "\n", "\r\n")
	doc, err := Parse([]byte(file), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	for _, uid := range []string{"b", "a", "c"} {
		ev, ok, err := doc.Event(uid, time.UTC, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		if err != nil || !ok || ev.Method != map[string]string{"b": "REQUEST"}[uid] ||
			ev.Start.UTC().Hour() != map[string]int{"a": 9, "b": 1, "c": 10}[uid] {
			t.Errorf("%+v, %v, %v", ev, ok, err)
		}
		edited, err := doc.SetLink(uid, Edit{Mark: "zt-x", JoinURL: "https://zoom.us/j/1",
			Splice: func(text string) []Replacement { return []Replacement{{0, len(text), "link"}} }})
		if err != nil {
			t.Fatal(err)
		}
		again, err := Parse(edited.Raw(), DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []*Doc{edited, again} {
			if got, _, err := d.Event(uid, time.UTC, time.Now()); err != nil || got.Mark != "zt-x" {
				t.Errorf("%+v, %v", got, err)
			}
		}
		doc = edited
	}
	if left := strings.Count(string(doc.Raw()), "BEGIN:VCALENDAR"); left != 3 {
		t.Errorf("%d calendars", left)
	}
}

// TestCalledOff: an event of which only the title says that it was called off is remarked on.
func TestCalledOff(t *testing.T) {
	for lines, want := range map[string]int{
		"SUMMARY:Canceled: Talk\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\n":                   1,
		"SUMMARY:Abgesagt: Talk\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\n":                   1,
		"SUMMARY:Canceled: Talk\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\n":                   0,
		"SUMMARY:Canceled: Talk\n":                                                    0,
		"SUMMARY:Canceled: Talk\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\nSTATUS:CANCELLED\n": 0,
	} {
		if ev := readFirst(t, opening+"BEGIN:VEVENT\nUID:a\n"+lines+berlins+closing); len(ev.Notes) != want {
			t.Errorf("%q: %q", lines, ev.Notes)
		}
	}
}

// TestNoUTF8: bytes that are no UTF-8 are Windows-1252; they stay as they are when the event is edited.
func TestNoUTF8(t *testing.T) {
	file := strings.ReplaceAll(opening+"BEGIN:VEVENT\nUID:a\nDTSTAMP:20261101T080000Z\nSUMMARY:B\xfcro M\xf6dling "+
		"#zoom\nDESCRIPTION:\x80 5\\, Zürich Z\xfcrich\n"+berlins+closing, "\n", "\r\n")
	doc, err := Parse([]byte(file), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	ev, _, err := doc.Event("a", time.UTC, time.Now())
	if err != nil || ev.Title != "Büro Mödling #zoom" || ev.Description != "€ 5, Zürich Zürich" {
		t.Fatalf("%q, %q, %v", ev.Title, ev.Description, err)
	}
	title := "Büro Mödling"
	edited, err := doc.SetLink("a", Edit{Mark: "zt-x", JoinURL: "https://zoom.us/j/1", Title: &title,
		Splice: func(text string) []Replacement {
			if strings.HasSuffix(text, "link") {
				return nil
			}
			return []Replacement{{len(text), len(text), " link"}}
		}})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"SUMMARY:B\xfcro M\xf6dling\r\n", "DESCRIPTION:\x80 5\\, Zürich Z\xfcrich\r\n"} {
		if !strings.Contains(string(edited.Raw()), part) {
			t.Errorf("%q is not in %q", part, edited.Raw())
		}
	}
}

// TestZoneTranslations: each line is one that is understood, and names a zone that there is.
func TestZoneTranslations(t *testing.T) {
	n := 0
	for line := range strings.Lines(translations) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		n++
		kind, rest, _ := strings.Cut(line, "\t")
		zone, names, _ := strings.Cut(strings.TrimSpace(rest), "\t")
		if _, ok := load(zone); !ok || names == "" || kind != "time" && kind != "city" {
			t.Errorf("%.80q", line)
		}
	}
	if n < 200 || len(translated().times) < 1000 {
		t.Errorf("%d lines, %d names", n, len(translated().times))
	}
}

// TestLocalZoneIsNamed: in place of a zone that nobody knows, people are told of this computer's, and not of a word of
// Go's.
func TestLocalZoneIsNamed(t *testing.T) {
	file := opening + "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Nirgendwo:20270701T100000\n" + closing
	doc, err := Parse([]byte(strings.ReplaceAll(file, "\n", "\r\n")), DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	ev, ok, err := doc.Event("a", time.Local, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if want := `the time zone "Nirgendwo" is not known; this computer's time zone is used instead`; err != nil || !ok ||
		!slices.Contains(ev.Notes, want) {
		t.Errorf("%v, %q", err, ev.Notes)
	}
}
