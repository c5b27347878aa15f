package icsdir

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

const body = "UID:%\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:Talk #zoom\r\n"

func ics(id, lines string) string {
	return "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//t//EN\r\nBEGIN:VEVENT\r\n" + strings.Replace(body, "%", id, 1) +
		lines + "END:VEVENT\r\nEND:VCALENDAR\r\n"
}

// TestHostileFiles: each file gives a reason, or works; none stops the others, none takes long.
func TestHostileFiles(t *testing.T) {
	start := "DTSTART:20270101T100000Z\r\n"
	files := map[string]struct {
		text string
		err  error  // nil: the event works
		says string // part of the error or of a note
	}{
		"good.ics":  {ics("good", start), nil, ""},
		"empty.ics": {"", calendar.ErrIncomplete, "empty"},
		"half.ics": {strings.TrimSuffix(ics("half", start), "END:VCALENDAR\r\n"), calendar.ErrIncomplete,
			"END:VCALENDAR"},
		"cut line.ics": {ics("cut", start)[:90], calendar.ErrIncomplete, ""},
		"panic.ics":    {ics("panic", start+"ORGANIZER;CN=Sixt SE\r\n"), nil, ""},
		"quotes.ics":   {ics("quotes", start+"X;P=\"a\"b:c\r\nY;P=\r\n"), nil, ""},
		"deep.ics": {"BEGIN:VCALENDAR\r\n" + strings.Repeat("BEGIN:X\r\n", 300000), calendar.ErrMalformed,
			"nested"},
		"parameter.ics": {ics("parameter", start+"X;P="+strings.Repeat("a", 1<<20)+":b\r\n"),
			calendar.ErrMalformed, ""},
		"parameters.ics": {ics("parameters", start+"X"+strings.Repeat(";A=b", 300000)+":b\r\n"),
			calendar.ErrMalformed, ""},
		"bom.ics":   {"\xef\xbb\xbf" + ics("bom", start), nil, ""},
		"utf16.ics": {"\xff\xfeB\x00E\x00G\x00I\x00N\x00", calendar.ErrMalformed, "UTF-16"},
		"two.ics": {ics("two", start) + strings.Replace(ics("two", start), "BEGIN:VEVENT", "BEGIN:VTODO", 1),
			calendar.ErrMalformed, "VTODO"},
		"stream.ics": {ics("stream", start) + ics("stream", start), nil, "twice"},
		"vcal1.ics": {strings.Replace(ics("vcal1", start), "VERSION:2.0", "VERSION:1.0", 1), calendar.ErrMalformed,
			"1.0"},
		"text.ics":     {"hello #zoom\r\n", calendar.ErrMalformed, ""},
		"fragment.ics": {"BEGIN:VEVENT\r\nUID:x\r\nSUMMARY:#zoom\r\nEND:VEVENT\r\n", calendar.ErrMalformed, ""},
		"mismatch.ics": {"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:#zoom\r\nEND:VALARM\r\nEND:VCALENDAR\r\n",
			calendar.ErrMalformed, ""},
		"windows.ics": {ics("windows", "DTSTART;TZID=W. Europe Standard Time:20270701T100000\r\n"), nil, ""},
		"prefix.ics": {ics("prefix", "DTSTART;TZID=/mozilla.org/20050126_1/Europe/Berlin:20270701T100000\r\n"),
			nil, ""},
		"unknown tz.ics": {ics("tz", "DTSTART;TZID=Middle Earth:20270701T100000\r\n"), nil, "Middle Earth"},
		"no tz.ics":      {ics("notz", "DTSTART:20270701T100000\r\n"), nil, ""},
		"no start.ics":   {ics("nostart", ""), nil, ""},
		"rule.ics":       {ics("rule", start+"RRULE:FREQ=SECONDLY\r\n"), nil, ""},
		"bad rule.ics":   {ics("badrule", start+"RRULE:FREQ=NEVER;COUNT=0\r\n"), nil, ""},
		"nul.ics":        {ics("nul", start+"DESCRIPTION:a\x00b\r\n"), nil, ""},
		"latin1.ics":     {ics("latin1", start+"DESCRIPTION:Z\xfcrich\r\n"), nil, ""},
		"bare cr.ics":    {strings.ReplaceAll(ics("cr", start), "\r\n", "\r"), nil, ""},
		"todo.ics":       {"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:#zoom\r\nEND:VTODO\r\nEND:VCALENDAR\r\n", errNothing, ""},
	}
	dir := t.TempDir()
	for name, f := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(f.text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d, err := New(Config{Path: dir, Needles: []string{"zoom"}})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := d.Changes(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]calendar.Change{}
	for _, c := range changes.List {
		seen[c.ID] = c
	}
	for name, f := range files {
		t.Run(name, func(t *testing.T) {
			c, listed := seen[name]
			switch {
			case errors.Is(f.err, errNothing):
				if listed && (c.Err != nil || c.Event != nil) {
					t.Errorf("no event, and yet: %+v", c)
				}
			case !listed:
				t.Error("not listed")
			case f.err != nil:
				if !errors.Is(c.Err, f.err) || !strings.Contains(c.Err.Error(), f.says) ||
					!strings.Contains(c.Err.Error(), name) {
					t.Errorf("the reason is %v", c.Err)
				}
				if _, err := d.Get(context.Background(), name); !errors.Is(err, f.err) {
					t.Errorf("Get: %v", err)
				}
			case c.Err != nil || c.Event == nil:
				t.Errorf("should work: %v", c.Err)
			default:
				works(t, d, *c.Event, f.says)
			}
		})
	}
}

var errNothing = errors.New("holds no event")

// works links the event and takes the link out again.
func works(t *testing.T, d *Dir, ev calendar.Event, says string) {
	if !strings.Contains(strings.Join(ev.Notes, " "), says) {
		t.Errorf("notes: %q", ev.Notes)
	}
	block := calendar.BlockFirst + "\nJoin: https://zoom.us/j/85000000001\n" + calendar.BlockLast
	linked, err := d.SetLink(context.Background(), ev.ID, ev.Version,
		calendar.Link{Mark: "m", JoinURL: "https://zoom.us/j/85000000001", Block: block})
	if err != nil || linked.Link.Mark != "m" || linked.Link.Block != block {
		t.Errorf("link: %v %+v", err, linked.Link)
	}
	if back, err := d.SetLink(context.Background(), ev.ID, linked.Version, calendar.Link{}); err != nil ||
		back.Link.Mark != "" || back.Description != ev.Description {
		t.Errorf("unlink: %v %+v", err, back)
	}
}

// TestZones: what the zone of a start means.
func TestZones(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	custom := "BEGIN:VTIMEZONE\r\nTZID:Custom\r\nBEGIN:STANDARD\r\nDTSTART:16010101T030000\r\nTZOFFSETFROM:-0300\r\nTZOFFSETTO:-0400\r\n" +
		"RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\nEND:STANDARD\r\nBEGIN:DAYLIGHT\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0300\r\n" +
		"RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\nEND:DAYLIGHT\r\nEND:VTIMEZONE\r\n"
	for line, want := range map[string]string{
		"DTSTART:20270701T100000Z":                                                 "2027-07-01T10:00:00Z",
		"DTSTART;TZID=America/New_York:20270701T100000":                            "2027-07-01T14:00:00Z",
		"DTSTART;TZID=Pacific Standard Time:20270701T100000":                       "2027-07-01T17:00:00Z",
		"DTSTART;TZID=/freeassociation.sourceforge.net/Asia/Tokyo:20270701T100000": "2027-07-01T01:00:00Z",
		"DTSTART;TZID=Custom:20270701T100000":                                      "2027-07-01T13:00:00Z",
		"DTSTART;TZID=Custom:20271201T100000":                                      "2027-12-01T14:00:00Z",
		"DTSTART:20270701T100000":                                                  "2027-07-01T08:00:00Z",
		"DTSTART;TZID=Nowhere:20270701T100000":                                     "2027-07-01T08:00:00Z",
		// twice: the first
		"DTSTART;TZID=Europe/Berlin:20261025T023000": "2026-10-25T00:30:00Z",
		// never: the offset before the gap
		"DTSTART;TZID=America/New_York:20270314T023000": "2027-03-14T07:30:00Z",
		"DTSTART;VALUE=DATE:20270701":                   "2027-06-30T22:00:00Z",
	} {
		dir := t.TempDir()
		text := strings.Replace(ics("z", line+"\r\n"), "BEGIN:VEVENT", custom+"BEGIN:VEVENT", 1)
		if err := os.WriteFile(filepath.Join(dir, "z.ics"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := New(Config{Path: dir, Zone: berlin})
		if err != nil {
			t.Fatal(err)
		}
		ev, err := d.Get(context.Background(), "z.ics")
		if err != nil {
			t.Errorf("%s: %v", line, err)
			continue
		}
		if got := ev.Start.UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s is %s, want %s (%q)", line, got, want, ev.Notes)
		}
	}
}

// TestBoundsAreNamed: a folder or a file that is larger than may be says how large that is, and which key of the
// configuration raises it.
func TestBoundsAreNamed(t *testing.T) {
	d, path := manyInOne(t, 30)
	d.cfg.MaxEvents = 29
	if changes, err := d.Changes(t.Context(), ""); err == nil ||
		!strings.Contains(err.Error(), "30 events, more than the 29") ||
		!strings.Contains(err.Error(), "limits.events") {
		t.Errorf("%d events, %v", len(changes.List), err)
	}
	d.cfg.MaxEvents = 30
	d.cfg.MaxBytes = 100
	changes, err := d.Changes(t.Context(), "")
	if err != nil || len(changes.List) != 1 || !strings.Contains(changes.List[0].Err.Error(),
		"limits.file_megabytes") || !errors.Is(changes.List[0].Err, calendar.ErrMalformed) {
		t.Errorf("%s: %+v, %v", path, changes.List, err)
	}
	if _, err := d.Get(t.Context(), "many.ics#1@x"); err == nil || errors.Is(err, calendar.ErrGone) {
		t.Errorf("an event in a file that is too large: %v", err)
	}
}
