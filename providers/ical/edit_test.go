package ical

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	testBlock = "-- block --\nJoin: https://us02web.zoom.us/j/85000000001?pwd=a.1\n-- end --"
	testURL   = "https://us02web.zoom.us/j/85000000001?pwd=a.1"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// set is the edit that puts a link in, unset the one that takes it out.
func set() Edit {
	location := testURL
	return Edit{Mark: "zt-mark", JoinURL: testURL, Now: testNow, Splice: func(text string) []Replacement {
		if strings.Contains(text, testBlock) {
			return nil
		}
		if text == "" {
			return []Replacement{{0, 0, testBlock}}
		}
		return []Replacement{{len(text), len(text), "\n\n" + testBlock}}
	}, Location: &location}
}

func unset() Edit {
	return Edit{Old: []string{testURL}, Now: testNow, Splice: func(text string) []Replacement {
		i := strings.Index(text, testBlock)
		if i < 0 {
			return nil
		}
		if strings.HasSuffix(text[:i], "\n\n") {
			return []Replacement{{i - 2, i + len(testBlock), ""}}
		}
		return []Replacement{{i, i + len(testBlock), ""}}
	}}
}

// event wraps lines into a file with these line ends.
func event(eol string, lines ...string) []byte {
	all := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", "BEGIN:VEVENT", "UID:u1",
		"DTSTAMP:20260101T000000Z"}, lines...)
	return []byte(strings.Join(append(all, "END:VEVENT", "END:VCALENDAR"), eol) + eol)
}

const when = "DTSTART:20270101T100000Z"

// samples are files as different writers leave them.
func samples() map[string][]byte {
	long := strings.Repeat("Zürich – ", 30)
	return map[string][]byte{
		"plain":          event("\r\n", when, "SUMMARY:Talk"),
		"bare LF":        event("\n", when, "SUMMARY:Talk", "DESCRIPTION:words"),
		"with text":      event("\r\n", when, "DESCRIPTION:a\\, b\\; c\\nd \\\\ e"),
		"empty text":     event("\r\n", when, "DESCRIPTION:", "LOCATION:", "URL:"),
		"folded":         event("\r\n", when, "DESCRIPTION:some wor\r\n ds that are fol\r\n\tded oddly\r\n "),
		"folded in rune": event("\r\n", when, "DESCRIPTION:Z\xc3\r\n \xbcrich"),
		"one long line":  event("\r\n", when, "DESCRIPTION:"+long),
		"lower case": event("\r\n", "dtstart:20270101T100000Z", "description:words",
			"summary;language=de:Gespräch"),
		"unknown": event("\r\n", when, "X-A;X-B=\"c:d;e\":f", "ATTENDEE;CN=\"Doe, J\":mailto:j@example.com",
			"NO COLON HERE"),
		"alarm": event("\r\n", when, "BEGIN:VALARM", "ACTION:DISPLAY", "DESCRIPTION:Remind", "TRIGGER:-PT5M",
			"END:VALARM"),
		"html beside":      event("\r\n", when, "DESCRIPTION:words", "X-ALT-DESC;FMTTYPE=text/html:<p>words</p>"),
		"sequence":         event("\r\n", when, "SEQUENCE:4", "LAST-MODIFIED:20260102T000000Z"),
		"BOM":              append([]byte("\xef\xbb\xbf"), event("\r\n", when, "SUMMARY:Talk")...),
		"no last line end": bytes.TrimRight(event("\r\n", when, "SUMMARY:Talk"), "\r\n"),
		"blank lines":      event("\r\n", when, "", "SUMMARY:Talk", ""),
		"other events": []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u0\r\n" + when +
			"\r\nDESCRIPTION:other\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:u1\r\n" + when +
			"\r\nEND:VEVENT\r\nBEGIN:VTODO\r\nUID:u1\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"),
		"series": []byte("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:u1\r\n" + when +
			"\r\nRRULE:FREQ=WEEKLY\r\nDESCRIPTION:all\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:u1\r\nRECURRENCE-ID:20270108T100000Z\r\nDTSTART:20270108T110000Z\r\nDESCRIPTION:this one\r\nEND:VEVENT\r\n" +
			"BEGIN:VEVENT\r\nUID:u1\r\nRECURRENCE-ID:20270115T100000Z\r\nDTSTART:20270115T100000Z\r\nSTATUS:CANCELLED\r\nDESCRIPTION:off\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
	}
}

var stamps = regexp.MustCompile(`(?mi)^(DTSTAMP|LAST-MODIFIED|SEQUENCE):[^\r\n]*\r?\n`)

func withoutStamps(raw []byte) string { return stamps.ReplaceAllString(string(raw), "") }

func TestSetThenUnsetRestores(t *testing.T) {
	for name, raw := range samples() {
		t.Run(name, func(t *testing.T) {
			linked, err := SetLink(raw, "u1", set())
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(linked, []byte("X-ZOOMTAG-MARK:zt-mark")) {
				t.Errorf("no mark in\n%s", linked)
			}
			again, err := SetLink(linked, "u1", set())
			if err != nil || !bytes.Equal(again, linked) {
				t.Errorf("the second edit changes something (%v)", err)
			}
			for i, line := range bytes.SplitAfter(linked, []byte("\n")) {
				if len(line) > 77 && !bytes.Contains(raw, line) {
					t.Errorf("line %d is ours and longer than 75 octets: %q", i+1, line)
				}
			}
			back, err := SetLink(linked, "u1", unset())
			if err != nil {
				t.Fatal(err)
			}
			if withoutStamps(back) != withoutStamps(raw) {
				t.Errorf("not restored:\n%q\nwas\n%q", back, raw)
			}
			doc, err := Parse(linked, DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			ev, ok, err := doc.Event("u1", time.UTC, testNow)
			if err != nil || !ok || !strings.Contains(ev.Description, testBlock) || ev.Mark != "zt-mark" {
				t.Errorf("the link is not read back: %v %+v", err, ev)
			}
		})
	}
}

// TestLinkedGolden shows whole files as they become.
func TestLinkedGolden(t *testing.T) {
	for name, raw := range samples() {
		linked, err := SetLink(raw, "u1", set())
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "linked", strings.ReplaceAll(name, " ", "-")+".ics")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, linked, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(linked, want) {
			t.Errorf("%s became\n%s\nwant\n%s", name, linked, want)
		}
	}
}

func TestEditDetails(t *testing.T) {
	title := "Talk"
	for _, tt := range []struct {
		name     string
		raw      []byte
		edit     func(e *Edit)
		has, not []string
	}{
		{"sequence only for the organizer", event("\r\n", when, "SEQUENCE:4"), func(e *Edit) { e.Organizes = true },
			[]string{"SEQUENCE:5\r\n"}, nil},
		{"no sequence otherwise", event("\r\n", when, "SEQUENCE:4"), func(*Edit) {}, []string{"SEQUENCE:4\r\n"},
			[]string{"SEQUENCE:5"}},
		{"title", event("\r\n", when, "SUMMARY;LANGUAGE=en:Talk #zoom"), func(e *Edit) { e.Title = &title },
			[]string{"SUMMARY;LANGUAGE=en:Talk\r\n"}, nil},
		{"url of the owner stays", event("\r\n", when, "URL:https://example.com/a"), func(*Edit) {},
			[]string{"URL:https://example.com/a\r\n"}, []string{"URL:https://us02"}},
		{"conference of others stays", event("\r\n", when, "CONFERENCE;VALUE=URI:tel:+1"), func(*Edit) {},
			[]string{"CONFERENCE;VALUE=URI:tel:+1\r\n", "CONFERENCE;VALUE=URI;FEATURE=AUDIO,VIDEO;LABEL="}, nil},
		{"cancelled occurrence untouched", samples()["series"], func(*Edit) {},
			[]string{"STATUS:CANCELLED\r\nDESCRIPTION:off\r\nEND:VEVENT"}, nil},
		{"stamps", event("\r\n", when, "LAST-MODIFIED:20260102T000000Z"), func(*Edit) {},
			[]string{"DTSTAMP:20260301T120000Z\r\n", "LAST-MODIFIED:20260301T120000Z\r\n"}, []string{"20260102"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := set()
			tt.edit(&e)
			out, err := SetLink(tt.raw, "u1", e)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.has {
				if !bytes.Contains(out, []byte(s)) {
					t.Errorf("lacks %q:\n%s", s, out)
				}
			}
			for _, s := range tt.not {
				if bytes.Contains(out, []byte(s)) {
					t.Errorf("has %q:\n%s", s, out)
				}
			}
		})
	}
}

func TestEditRefuses(t *testing.T) {
	if _, err := SetLink(event("\r\n", when), "nobody", set()); err == nil {
		t.Error("a UID that is not there is edited")
	}
	e := set()
	e.JoinURL = "https://zoom.us/j/1\r\nX-EVIL:1"
	if _, err := SetLink(event("\r\n", when), "u1", e); err == nil {
		t.Error("a URL with a line end is written")
	}
}

// several is a file in which the event that is edited stands in several places, between others, with components in it
// and lines that cannot be understood.
var several = []byte("\uFEFFBEGIN:VCALENDAR\nno " +
	"colon\nBEGIN:VEVENT\nUID:u1\nSUMMARY:a\nBEGIN:VALARM\nACTION:x\nEND:VALARM\nEND:VEVENT\n\n" +
	"BEGIN:VEVENT\nUID:u2\nnone " +
	"here\n\nBEGIN:VALARM\nX:1\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nUID:u1\nRECURRENCE-ID:20260317T180000Z\nnor " +
	"here\n" +
	"DESCRIPTION:words\n  and " +
	"more\nEND:VEVENT\nBEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\nX-LAST:1\nBEGIN:VEVENT\nUID:u3\nEND:VEVENT\nEND:VCALENDAR\n\n")

// TestDocOfEdit: what an edit returns is what reading its file again would say, though only the event was read again.
func TestDocOfEdit(t *testing.T) {
	for _, raw := range samples() {
		checkDoc(t, raw, "u1", set())
	}
	checkDoc(t, several, "u1", set())
	checkDoc(t, several, "u2", set())
}

func checkDoc(t *testing.T, raw []byte, uid string, e Edit) {
	t.Helper()
	d, err := Parse(raw, DefaultLimits)
	if err != nil {
		return
	}
	got, err := d.SetLink(uid, e)
	if err != nil {
		return
	}
	want, err := Parse(got.raw, DefaultLimits)
	if err != nil {
		t.Fatalf("the result cannot be read: %v\n%q", err, got.raw)
	}
	want.index()
	got.index()
	if !slices.Equal(got.props, want.props) || !slices.Equal(got.comps, want.comps) ||
		!slices.Equal(got.notes, want.notes) || got.eol != want.eol ||
		!reflect.DeepEqual(got.found.byUID, want.found.byUID) || !reflect.DeepEqual(got.found.timezones,
		want.found.timezones) {
		t.Errorf("an edit of %q says something else than its result\n%+v\n%+v\n%+v\n%+v", raw, got.comps, want.comps,
			got.notes, want.notes)
	}
	e.Limits = DefaultLimits
	if _, err := compare(raw, got.raw, uid, &e); err != nil {
		t.Errorf("%q: %v", raw, err)
	}
}

func FuzzEdit(f *testing.F) {
	for _, raw := range samples() {
		f.Add(raw)
	}
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u1\nDESCRIPTION:\\\nEND:VEVENT\nEND:VCALENDAR"))
	f.Add(several)
	f.Fuzz(func(t *testing.T, raw []byte) {
		linked, err := SetLink(raw, "u1", set())
		if err != nil {
			return
		}
		checkDoc(t, raw, "u1", set())
		checkDoc(t, linked, "u1", unset())
		again, err := SetLink(linked, "u1", set())
		if err != nil || !bytes.Equal(again, linked) {
			t.Fatalf("the second edit changes something (%v):\n%q\n%q", err, linked, again)
		}
		if err := sameOutside(raw, linked); err != nil {
			t.Fatal(err)
		}
		if _, err := SetLink(linked, "u1", unset()); err != nil {
			t.Fatalf("the link cannot be taken out again: %v\n%q", err, linked)
		}
	})
}

// sameOutside checks, without the package's own scanner, that every physical line of the original is in the result, in
// order, apart from lines of the properties that an edit may change and their continuation lines.
func sameOutside(raw, linked []byte) error {
	left := bytes.SplitAfter(linked, []byte("\n"))
	inOurs := false
	for _, line := range bytes.SplitAfter(raw, []byte("\n")) {
		body := bytes.ToUpper(bytes.TrimLeft(line, "\xef\xbb\xbf"))
		if fold := len(line) > 0 && (line[0] == ' ' || line[0] == '\t'); !fold && len(bytes.TrimSpace(line)) > 0 {
			inOurs = false
			for _, name := range changing {
				inOurs = inOurs || bytes.HasPrefix(body, []byte(name))
			}
		}
		if inOurs || bytes.IndexByte(line, '\r') >= 0 && bytes.IndexByte(line, '\r') < len(line)-2 {
			continue
		}
		at := 0
		for at < len(left) && !bytes.Equal(left[at], line) {
			at++
		}
		if at == len(left) {
			return fmt.Errorf("line %q of %q is missing or out of order in %q", line, raw, linked)
		}
		left = left[at+1:]
	}
	return nil
}
