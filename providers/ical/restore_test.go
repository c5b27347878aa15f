package ical

import (
	"bytes"
	"strings"
	"testing"
)

// TestRestored: what owners and apps have left in the properties that a link goes into comes back to the byte when the
// link goes, in lines that are no longer than they may be.
func TestRestored(t *testing.T) {
	for name, lines := range map[string][]string{
		"a location of white space":            {"LOCATION: "},
		"a location of a line end":             {`LOCATION:\N`},
		"a text cut off in a backslash":        {`DESCRIPTION:hello\`},
		"the same, and an empty fold":          {"DESCRIPTION:hello\\\r\n "},
		"the same, and an empty line":          {"DESCRIPTION:hello\\\r\n \r\n \\"},
		"a backslash in two lines":             {"DESCRIPTION:hello\\\r\n \\"},
		"a location cut off":                   {`LOCATION:Room\`},
		"a parameter without a value":          {"DESCRIPTION;QUOTED-PRINTABLE:Hello", "LOCATION;X-S:", "URL;X-S:"},
		"a parameter that is empty":            {"DESCRIPTION;X-R=:Hello", "LOCATION;X-R=;X-S:", "URL;X-R=:"},
		"a quote that is never closed":         {`DESCRIPTION;X-R="a:Hello`, `LOCATION;X-R=a"b:`},
		"an empty property before another one": {"DESCRIPTION:", "DESCRIPTION:Hi", "LOCATION:", "LOCATION:Room"},
		"a location in quoted-printable":       {"LOCATION;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:", "URL;ENCODING=BASE64:"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := event("\r\n", append([]string{when}, lines...)...)
			for _, appended := range []bool{false, true} {
				edit := set()
				if d, err := Parse(raw, DefaultLimits); err != nil {
					t.Fatal(err)
				} else if now := d.textOf(d.events("u1")[0], "LOCATION"); strings.TrimSpace(now) != "" {
					edit.Location = nil
					if location := now + ", " + testURL; appended {
						edit.Location = &location
					}
				}
				linked, err := SetLink(raw, "u1", edit)
				if err != nil {
					t.Fatal(err)
				}
				if again, err := SetLink(linked, "u1", edit); err != nil || !bytes.Equal(again, linked) {
					t.Errorf("it does not come to rest: %v\n%s\n%s", err, linked, again)
				}
				back, err := SetLink(linked, "u1", unset())
				if err != nil || withoutStamps(back) != withoutStamps(raw) {
					t.Errorf("not restored: %v\n%s\nlinked\n%s", err, back, linked)
				}
				for line := range strings.Lines(string(linked)) {
					if len(strings.TrimRight(line, "\r\n")) > maxLine {
						t.Errorf("a line of %d octets: %s", len(line), line)
					}
				}
			}
		})
	}
}

// TestOddHeads: what another decoder reads only with a link in it, because it takes part of the link for a parameter,
// can be taken out again.
func TestOddHeads(t *testing.T) {
	for _, head := range []string{"QUOTED-PRINTABLE", "X-R=;X-S", "X-S", `X-S="a`, "X-S,T"} {
		raw := event("\r\n", when, "DESCRIPTION;"+head+":Hello")
		block := "Join: " + testURL + "\nMeeting ID: 8 \"x\":"
		edit := set()
		edit.Splice = func(text string) []Replacement {
			if strings.Contains(text, block) {
				return nil
			}
			return []Replacement{{len(text), len(text), block}}
		}
		linked, err := SetLink(raw, "u1", edit)
		if err != nil || !bytes.Contains(linked, []byte("Meeting")) {
			t.Fatalf("%s: %v\n%s", head, err, linked)
		}
		out := unset()
		out.Splice = func(text string) []Replacement {
			if at := strings.Index(text, block); at >= 0 {
				return []Replacement{{at, at + len(block), ""}}
			}
			return nil
		}
		back, err := SetLink(linked, "u1", out)
		if err != nil || withoutStamps(back) != withoutStamps(raw) {
			t.Errorf("%s: not restored: %v\n%s\nlinked\n%s", head, err, back, linked)
		}
	}
}

// Test8Bit: what says that it is not encoded is spliced as any other text.
func Test8Bit(t *testing.T) {
	edit := set()
	edit.Splice = func(string) []Replacement { return []Replacement{{0, len("Hello"), "Hallo"}} }
	raw := event("\r\n", when, "DESCRIPTION;ENCODING=8BIT:Hello")
	if now, err := SetLink(raw, "u1", edit); err != nil || !strings.Contains(string(now), "Hallo") {
		t.Errorf("%v\n%s", err, now)
	}
}

// TestEncoded: a property whose value is encoded takes no link as it is.
func TestEncoded(t *testing.T) {
	for _, head := range []string{"LOCATION;ENCODING=QUOTED-PRINTABLE:", "LOCATION;ENCODING=BASE64:",
		"URL;ENCODING=QUOTED-PRINTABLE:", "SUMMARY;ENCODING=QUOTED-PRINTABLE:Talk=20#zoom"} {
		edit, title := set(), "Talk"
		edit.Title = &title
		linked, err := SetLink(event("\r\n", when, head), "u1", edit)
		if err != nil || !strings.Contains(string(linked), "\r\n"+head+"\r\n") {
			t.Errorf("%s became %v\n%s", head, err, linked)
		}
	}
}

// TestShownProperty: of several properties of a name the one is written that is read.
func TestShownProperty(t *testing.T) {
	edit, location := set(), "Room 5, "+testURL
	edit.Location = &location
	linked, err := SetLink(event("\r\n", when, "LOCATION:", "LOCATION:Room 5"), "u1", edit)
	if err != nil || !strings.Contains(string(linked), "LOCATION:\r\nLOCATION:Room 5\r\n \\, https://") {
		t.Errorf("%v\n%s", err, linked)
	}
}

// TestPlaceOfWords: a link in the place of the owner's words gives them back, in dates as well, and takes none to a
// date that had none.
func TestPlaceOfWords(t *testing.T) {
	date := func(id, location string) string {
		return "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:u1\r\nDTSTAMP:20260101T000000Z\r\nRECURRENCE-ID:" + id +
			"\r\nDTSTART:" + id + location
	}
	raw := event("\r\n", when, "RRULE:FREQ=WEEKLY", "LOCATION;LANGUAGE=de:Zoom"+date("20270108T100000Z", "")+
		date("20270115T100000Z", "\r\nLOCATION:Zoom")+date("20270122T100000Z", "\r\nLOCATION:Room"))
	linked, err := SetLink(raw, "u1", set())
	if err != nil || strings.Count(string(linked), ":\r\n https://") != 2 ||
		strings.Count(string(linked), "LOCATION:https://") != 1 {
		t.Fatalf("%v\n%s", err, linked)
	}
	edit, place := unset(), "Zoom"
	edit.Location = &place
	back, err := SetLink(linked, "u1", edit)
	if err != nil || withoutStamps(back) != withoutStamps(raw) {
		t.Errorf("not restored: %v\n%s\nlinked\n%s", err, back, linked)
	}
}
