package icsobject

import (
	"encoding/base64"
	"regexp"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// TestTwins: the link stands in the HTML that Outlook and Thunderbird show in place of the description, once, and every
// byte is as it was when it is taken out.
func TestTwins(t *testing.T) {
	const html = "<html><body><p>Agenda, 3; 4</p></body></html>"
	long := strings.Repeat("<p>Words</p>", 20)
	for name, tt := range map[string]struct {
		lines string
		shown bool // whether the link can be shown there
	}{
		"Outlook": {"DESCRIPTION:Agenda\r\nX-ALT-DESC;FMTTYPE=text/html:" +
			strings.NewReplacer(",", `\,`, ";", `\;`).Replace(html), true},
		"Outlook, folded": {"DESCRIPTION:Agenda\r\nX-ALT-DESC;FMTTYPE=text/html:<html><body><p>Age\r\n " +
			"nda</p></b\r\n ody></html>", true},
		"no description": {"X-ALT-DESC;FMTTYPE=text/html:" + long, true},
		"Thunderbird":    {`DESCRIPTION;ALTREP="data:text/html,%3Cbody%3EAgenda%2C%203%3B%3C%2Fbody%3E":Agenda`, true},
		"Thunderbird, folded": {"DESCRIPTION;ALTREP=\"data:text/html,%3Cbody%3EAge\r\n nda%3C%2Fbo\r\n " +
			"dy%3E\":Agenda", true},
		"Thunderbird, and no text": {`DESCRIPTION;ALTREP="data:text/html,%3Cp%3EAgenda%3C%2Fp%3E":`, true},
		"Thunderbird, in base64":   {`DESCRIPTION;ALTREP="data:text/html;base64,PHA+YTwvcD4=":Agenda`, true},
		"Thunderbird, no base64":   {`DESCRIPTION;ALTREP="data:text/html;base64,PHA*":Agenda`, false},
		"a page somewhere":         {`DESCRIPTION;ALTREP="https://example.org/a":Agenda`, false},
		"RFC 9073":                 {"DESCRIPTION:Agenda\r\nSTYLED-DESCRIPTION;VALUE=TEXT;FMTTYPE=text/html:<p>Agenda</p>", true},
		"plain words":              {"DESCRIPTION:Agenda\r\nX-ALT-DESC:Agenda", false},
	} {
		t.Run(name, func(t *testing.T) {
			file := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20261101T080000Z\r\nLAST-MODIFIED:20261101T080000Z\r\n" +
				"DTSTART:20270112T100000Z\r\n" + tt.lines + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
			link := calendar.Link{Mark: "zt-x", Tag: "#zoom",
				JoinURL: "https://us02web.zoom.us/j/85000000001?pwd=aB.1&x=1"}
			link.Block = calendar.BlockFirst + "\nJoin: " + link.JoinURL + "\n" + calendar.BlockLast
			linked := edited(t, []byte(file), link)
			again, err := ical.Parse(linked, ical.DefaultLimits)
			if err != nil {
				t.Fatal(err)
			}
			ev, _, err := again.Event("a", time.UTC, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			shown := 0
			for _, twin := range ev.Elsewhere {
				if _, _, block, ok := calendar.FindBlockHTML(twin); ok && strings.Contains(block, link.JoinURL) {
					shown++
				}
			}
			if tt.shown != (shown == 1) || shown > 1 {
				t.Errorf("shown %d times: %q", shown, ev.Elsewhere)
			}
			if twice := edited(t, linked, link); string(twice) != string(linked) {
				t.Errorf("it does not come to rest:\n%s\n%s", linked, twice)
			}
			if back := edited(t, linked, calendar.Link{}); string(back) != file {
				t.Errorf("%q became %q", file, back)
			}
		})
	}
}

// edited is the file with the link of its event set.
func edited(t *testing.T, file []byte, l calendar.Link) []byte {
	t.Helper()
	doc, err := ical.Parse(file, ical.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	edit := ical.Edit{Mark: l.Mark, Tag: l.Tag, Now: time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC),
		Splice:     func(text string) []ical.Replacement { return replacements(calendar.Edits(text, l)) },
		SpliceHTML: func(text string) []ical.Replacement { return replacements(calendar.EditsHTML(text, l)) }}
	after, err := doc.SetLink("a", edit)
	if err != nil {
		t.Fatal(err)
	}
	return after.Raw()
}

// TestLinesAroundHTML: wherever the lines of a link of any length end in front of the owner's, none is too long, and
// the owner's are as they were when the link goes.
func TestLinesAroundHTML(t *testing.T) {
	r := reader()
	for name, lines := range map[string]string{
		"Outlook": "DESCRIPTION:Hi\r\nX-ALT-DESC;FMTTYPE=text/html:<html><body><p>Hi</p></body></html>",
		"HTML":    "DESCRIPTION:<html><body>Hi</body></html>",
		"Thunderbird": "DESCRIPTION;ALTREP=\"data:text/html,%3Cbody%3EHello%2C%20you%3Cbr%3E%3Cb%3Eb\r\n" +
			" ld%3C%2Fb%3E%3C%2Fbody%3E\":Hello\\, you\\nbold and a longer text that goes on\r\n  and on",
		"base64": "DESCRIPTION;ALTREP=\"data:text/html;base64,PGJvZHk+SGVsb\r\n G88L2JvZHk+\":Hello",
	} {
		file := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:htmld\r\nDTSTAMP:20261101T080000Z\r\n" +
			"LAST-MODIFIED:20261101T080000Z\r\nDTSTART:20270112T100000Z\r\n" + lines +
			"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		for n := range 80 {
			link := linkTo("https://us02web.zoom.us/j/85000000001?pwd=" + strings.Repeat("a", n))
			linked := r.set(t, []byte(file), link)
			for line := range strings.Lines(string(linked)) {
				if len(strings.TrimRight(line, "\r\n")) > 75 {
					t.Errorf("%s, %d letters: a line of %d octets: %s", name, n, len(line), line)
				}
			}
			was := calendar.Was{JoinURL: link.JoinURL, Block: link.Block}
			back := r.set(t, linked, calendar.Link{Was: was})
			if stamps.ReplaceAllString(string(back), "") != stamps.ReplaceAllString(file, "") {
				t.Fatalf("%s, %d letters: came back as\n%s\nfrom\n%s", name, n, back, linked)
			}
		}
	}
}

var stamps = regexp.MustCompile(`(?:DTSTAMP|LAST-MODIFIED):.*\r\n`)

// TestFoldsInBase64: HTML in base64 comes back with its folds, wherever those are.
func TestFoldsInBase64(t *testing.T) {
	r := reader()
	for words := range 4 {
		for width := 7; width < 60; width++ {
			for _, around := range []string{"<body>|</body>", "<p>|</p>"} {
				html := strings.Replace(around, "|", "Hello"[:words], 1)
				value := "\"data:text/html;base64," + base64.StdEncoding.EncodeToString([]byte(html)) + "\":Hello"
				lines := "DESCRIPTION;ALTREP="
				for ; len(value) > width; value = value[width:] {
					lines += value[:width] + "\r\n "
				}
				lines += value
				file := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:htmld\r\n" +
					"DTSTART:20270112T100000Z\r\n" + lines + "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
				link := linkTo("https://us02web.zoom.us/j/85000000001?pwd=abc")
				linked := r.set(t, []byte(file), link)
				two := linkTo("https://us02web.zoom.us/j/85000000002?pwd=ab")
				two.Was = calendar.Was{JoinURL: link.JoinURL, Block: link.Block}
				other := r.set(t, linked, two)
				gone := calendar.Link{Was: calendar.Was{JoinURL: two.JoinURL, Block: two.Block}}
				if back := r.set(t, other, gone); stamps.ReplaceAllString(string(back), "") != file {
					t.Errorf("%s, folded after %d: came back as\n%s\nfrom\n%s\nand\n%s", html, width, back, linked, other)
				}
			}
		}
	}
}
