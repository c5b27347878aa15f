package ical

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

// FuzzRead: whatever a file holds, reading ends soon, Look and Parse agree, and times make sense.
func FuzzRead(f *testing.F) {
	for _, raw := range samples() {
		f.Add(raw)
	}
	for _, rule := range []string{"FREQ=WEEKLY;BYDAY=MO,-1TU;COUNT=3", "FREQ=YEARLY;BYWEEKNO=53,-53;BYSETPOS=-1",
		"FREQ=MONTHLY;UNTIL=20991231;BYMONTHDAY=-31", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"} {
		f.Add(event("\r\n", when, "RRULE:"+rule, "EXDATE;VALUE=DATE:20270108,20270109",
			"RDATE;VALUE=PERIOD:20270101T000000Z/PT1H"))
	}
	f.Add([]byte(strings.ReplaceAll(berlin1601, "%s", "Z1")))
	f.Fuzz(func(t *testing.T, raw []byte) {
		began := time.Now()
		o, looking := Look(raw, DefaultLimits)
		d, err := Parse(raw, DefaultLimits)
		if (looking == nil) != (err == nil) {
			t.Fatalf("Look says %v, Parse says %v", looking, err)
		}
		if err != nil {
			return
		}
		if !slices.Equal(o.UIDs, d.UIDs()) {
			t.Fatalf("Look finds %q, Parse finds %q", o.UIDs, d.UIDs())
		}
		if len(o.UIDs) > 5 {
			return
		}
		for _, uid := range o.UIDs {
			e, ok, err := d.Event(uid, time.UTC, testNow)
			if !ok && err == nil {
				t.Fatalf("event %q is listed and not found", uid)
			}
			if x, ok, err := d.Describe(uid, time.UTC); err == nil && ok {
				checkDescription(t, &x)
			}
			if e.End.Before(e.Start) || !e.Until.IsZero() && e.Until.Before(e.End) {
				t.Errorf("from %v to %v, over at %v", e.Start, e.End, e.Until)
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

// checkDescription holds what was described against itself: its recurrence is in the one form that reads as the same
// again.
func checkDescription(t *testing.T, x *Description) {
	t.Helper()
	if x.End.Before(x.Start) {
		t.Errorf("from %v to %v", x.Start, x.End)
	}
	if x.Start.Year() < 1000 || x.Start.Year() > 9000 {
		return
	}
	found, err := ParseRecurrence(x.Recurrence, x.Start, x.AllDay)
	if err != nil {
		t.Errorf("%q: %v", x.Recurrence, err)
		return
	}
	for i, line := range found.Lines(x.form()) {
		if i >= len(x.Recurrence) || line != x.Recurrence[i] {
			t.Errorf("%q reads as %q", x.Recurrence, found.Lines(x.form()))
			return
		}
	}
}

// FuzzRestore: a link that is put in and taken out again leaves nothing behind, whatever the texts look like.
func FuzzRestore(f *testing.F) {
	f.Add("words", "Room 1", "https://example.com", "\r\n")
	f.Add("a\\, b\\nc", "", "", "\n")
	f.Add("Z\xc3\r\n \xbcrich\r\n ", "x\\", "", "\r\n")
	f.Add("cut off\\", " ", "", "\r\n")
	f.Add("cut off\\\r\n ", "\\n", "", "\r\n")
	f.Add("cut off\\\r\n \\", " \\n", "", "\n")
	f.Fuzz(func(t *testing.T, description, location, url, eol string) {
		if eol != "\n" {
			eol = "\r\n"
		}
		raw := event(eol, when, "DESCRIPTION:"+description, "LOCATION:"+location, "URL:"+url)
		d, err := Parse(raw, DefaultLimits)
		if err != nil || len(d.events("u1")) != 1 || bytes.Contains(raw, []byte("oom")) ||
			bytes.Contains(raw, []byte("block")) {
			return
		}
		e := set()
		if strings.TrimSpace(d.textOf(d.events("u1")[0], "LOCATION")) != "" {
			e.Location = nil
		}
		linked, err := SetLink(raw, "u1", e)
		if err != nil {
			return
		}
		back, err := SetLink(linked, "u1", unset())
		if err != nil {
			t.Fatalf("the link cannot be taken out again: %v\n%q", err, linked)
		}
		if withoutStamps(back) != withoutStamps(raw) {
			t.Fatalf("not restored:\n%q\nwas\n%q\nlinked\n%q", back, raw, linked)
		}
	})
}

// FuzzTimes: dates, durations, offsets and rules of any form are read or refused, and what is read can be worked with.
func FuzzTimes(f *testing.F) {
	for _, s := range []string{"20260317T180000Z", "20260317", "PT1H30M", "P1W", "+0100", "-033000",
		"FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1", "FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO",
		"FREQ=WEEKLY;INTERVAL=2;WKST=SU;UNTIL=20270101"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		start := time.Date(2026, 3, 1, 18, 0, 0, 0, time.UTC)
		if at, err := parseStamp(s); err == nil && (at.wall.Year() < 1 || at.wall.Year() > 10000) {
			t.Errorf("%q is %v", s, at.wall)
		}
		if d, err := parseDuration(s); err == nil && d.after(start).Before(start) {
			t.Errorf("%q leads back in time", s)
		}
		if offset, ok := parseOffset(s); ok && (offset <= -86400 || offset >= 86400) {
			t.Errorf("%q is %d seconds", s, offset)
		}
		r, err := parseRule(s, time.UTC)
		if err != nil {
			return
		}
		last := time.Time{}
		began := time.Now()
		// some rules cannot be followed, which is fine
		_ = r.from(start, start.AddDate(1, 0, 0), func(wall time.Time) bool {
			if wall.Before(last) {
				t.Errorf("%q: %v comes after %v", s, wall, last)
			}
			last = wall
			return true
		})
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("%q took %v", s, took)
		}
	})
}

// FuzzJoin: files that are read as one and taken apart again are what they were to the byte, and files after an edit.
func FuzzJoin(f *testing.F) {
	whole := string(event("\r\n", when, "RRULE:FREQ=WEEKLY"))
	f.Add(whole, string(event("\n", when, "RECURRENCE-ID:20270108T100000Z")))
	f.Add(strings.TrimSpace(whole), "\uFEFF\n\n"+strings.TrimSpace(string(event("\n", when))))
	f.Add(whole+whole, whole+"\r\n"+whole+"\x1a")
	f.Fuzz(func(t *testing.T, first, second string) {
		raws := [][]byte{[]byte(first), []byte(second), []byte(second)}
		for _, raw := range raws {
			if _, err := Parse(raw, DefaultLimits); err != nil {
				return
			}
		}
		j, err := Join(raws, DefaultLimits)
		if err != nil {
			return
		}
		for i, raw := range j.Split(j.Doc) {
			if !bytes.Equal(raw, raws[i]) {
				t.Fatalf("file %d came back as %q, and was %q", i, raw, raws[i])
			}
		}
		for _, uid := range j.Doc.UIDs() {
			out, err := j.Doc.SetLink(uid, set())
			if err != nil {
				continue
			}
			for i, raw := range j.Split(out) {
				if _, err := Parse(raw, DefaultLimits); err != nil {
					t.Fatalf("file %d became %q: %v", i, raw, err)
				}
			}
		}
	})
}
