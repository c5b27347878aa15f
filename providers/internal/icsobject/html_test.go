package icsobject

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/ical"
)

const htmlFile = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//X//Y//EN\r\nBEGIN:VEVENT\r\nUID:htmld\r\nDTSTAMP:20261101T080000Z\r\n" +
	"DTSTART:20270112T100000Z\r\nDTEND:20270112T110000Z\r\nSUMMARY:htmld " +
	"#zoom\r\nDESCRIPTION:TEXT\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func reader() *Reader {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return &Reader{Owners: NewOwners([]string{AnyOwner}), Zone: time.UTC, Now: func() time.Time { return now },
		Limits: ical.DefaultLimits}
}

func linkTo(url string) calendar.Link {
	return calendar.Link{Mark: "zt-a-b-c", JoinURL: url, Block: calendar.BlockFirst + "\nJoin: " + url +
		"\nPasscode: 481516\n" + calendar.BlockLast}
}

func (r *Reader) read(t *testing.T, raw []byte) calendar.Event {
	t.Helper()
	doc, err := ical.Parse(raw, r.Limits)
	if err != nil {
		t.Fatal(err)
	}
	ev, _, ok, err := r.Event(doc, "htmld", "htmld")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	return ev
}

func (r *Reader) set(t *testing.T, raw []byte, l calendar.Link) []byte {
	t.Helper()
	out, err := r.SetLink(raw, "htmld", l)
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	return out
}

// TestHTMLInDescription: where an app has put HTML into DESCRIPTION, the block is HTML and stands inside the page;
// plain text stays plain.
func TestHTMLInDescription(t *testing.T) {
	r := reader()
	one := linkTo("https://us02web.zoom.us/j/81?pwd=a.1")
	for text, html := range map[string]bool{
		`<body>\n<div>This is an open day.</div>\n</body>`: true, `<p>Agenda</p>`: true, `one<br>two`: true,
		`<HTML><BODY>Agenda</BODY></HTML>`: true,
		`Agenda`:                           false, `if a <b> c\, then d`: false, `see <https://a.example>`: false,
		``: false,
	} {
		raw := []byte(strings.Replace(htmlFile, "TEXT", text, 1))
		linked := r.set(t, raw, one)
		ev := r.read(t, linked)
		if ev.HTML != html || ev.Link.Block != one.Block {
			t.Errorf("%q: HTML %v, block %q in\n%s", text, ev.HTML, ev.Link.Block, ev.Description)
		}
		if strings.Contains(ev.Description, `<a href="https://us02web`) != html {
			t.Errorf("%q: the block is written as if it were the other:\n%s", text, ev.Description)
		}
		if end := strings.LastIndex(ev.Description, "</body>"); end >= 0 &&
			strings.Contains(ev.Description[end:], "Zoom") {
			t.Errorf("%q: the block stands behind the page:\n%s", text, ev.Description)
		}
		back := r.read(t, r.set(t, linked, calendar.Link{Was: calendar.Was{JoinURL: one.JoinURL, Block: one.Block}}))
		if before := r.read(t, raw); back.Description != before.Description {
			t.Errorf("%q came back as %q", before.Description, back.Description)
		}
	}
}

// TestPlainBlockInHTML: a plain block in HTML, as earlier versions wrote it behind the page, becomes HTML in its place.
func TestPlainBlockInHTML(t *testing.T) {
	r := reader()
	one := linkTo("https://us02web.zoom.us/j/81?pwd=a.1")
	text := `<body>\n<div>Words</div>\n</body>\n\n` + strings.ReplaceAll(one.Block, "\n", `\n`)
	one.Was = calendar.Was{JoinURL: one.JoinURL, Block: one.Block}
	ev := r.read(t, r.set(t, []byte(strings.Replace(htmlFile, "TEXT", text, 1)), one))
	if !calendar.SameBlock(ev.Link.Block, one.Block) || strings.Count(ev.Description, "zoomtag") != 1 ||
		!strings.Contains(ev.Description, "<a href") {
		t.Errorf("it became\n%s", ev.Description)
	}
}

// TestMistreatedInFiles is the block's rule in files, with plain and with HTML descriptions: what is the owner's stays
// to the byte there.
func TestMistreatedInFiles(t *testing.T) {
	r := reader()
	for seed := range uint64(1500) {
		random := rand.New(rand.NewPCG(seed, 3))
		one, two := linkTo("https://us02web.zoom.us/j/81?pwd=aBc.1&from=x"),
			linkTo("https://us02web.zoom.us/j/82?pwd=aBc.2&from=x")
		text := []string{`Agenda alpha\nbeta`, `<p>Agenda <b>alpha</b></p><p>beta</p>`}[seed%2]
		ev := r.read(t, r.set(t, []byte(strings.Replace(htmlFile, "TEXT", text, 1)), one))
		m := calendartest.Mistreat(random, ev.Description, ev.HTML, "alpha", "beta")
		raw := []byte(strings.Replace(htmlFile, "TEXT", escaped.Replace(m.Text), 1))
		next := []calendar.Link{one, two, {}}[random.IntN(3)]
		next.Was = calendar.Was{JoinURL: one.JoinURL, Block: one.Block}
		out := r.set(t, raw, next)
		after := r.read(t, out)
		if after.HTML != ev.HTML || !sameOrNone(after.Link.Block, next) {
			t.Fatalf("seed %d, %q: from\n%s\nto\n%s", seed, m.Done, m.Text, after.Description)
		}
		for _, word := range m.Words {
			if strings.Count(after.Description, word) != strings.Count(m.Text, word) {
				t.Fatalf("seed %d, %q: the word %s: from\n%s\nto\n%s", seed, m.Done, word, m.Text, after.Description)
			}
		}
		if again := r.set(t, out, next); string(again) != string(out) {
			t.Fatalf("seed %d, %q: not at rest:\n%s", seed, m.Done, again)
		}
	}
}

func sameOrNone(block string, l calendar.Link) bool {
	if l.Mark == "" {
		return block == ""
	}
	return calendar.SameBlock(block, l.Block)
}

// escaped is a text as a value of iCalendar.
var escaped = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`)
