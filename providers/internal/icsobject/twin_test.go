package icsobject

import (
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
