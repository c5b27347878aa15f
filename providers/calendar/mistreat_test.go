package calendar_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
)

// rich is a link with lines that only its own text shows to be ours.
func rich(number, code string) calendar.Link {
	url := "https://us02web.zoom.us/j/8" + number + "234567890?pwd=aBc.1&from=addon"
	return calendar.Link{Mark: "m", JoinURL: url, Block: calendar.BlockFirst + "\nJoin: " + url + "\nMeeting ID: 8" +
		number + "2 3456 7890\nPasscode: " + code +
		"\nIt's on: +49 30 5679 5800,,8" + number + "234567890#\n" + calendar.BlockLast}
}

// editors are what writes a block into a text, each with a reading of what it has written.
var editors = map[string]struct {
	html  bool
	edits func(text string, l calendar.Link) []calendar.Edit
	in    func(text string) string
	seen  func(text string) string
}{
	"plain": {false, calendar.Edits, calendar.BlockIn, func(text string) string { return text }},
	"HTML":  {true, calendar.EditsHTML, calendar.BlockInHTML, calendar.HTMLText},
}

func applied(text string, edits []calendar.Edit) string {
	var b strings.Builder
	pos := 0
	for _, e := range edits {
		b.WriteString(text[pos:e.Start] + e.With)
		pos = e.End
	}
	return b.String() + text[pos:]
}

// TestMistreated has apps and people do things to a block, and asks each editor to write the same link, another one,
// and none. It is the rule at the head of block.go.
func TestMistreated(t *testing.T) {
	for name, editor := range editors {
		for seed := range uint64(3000) {
			r := rand.New(rand.NewPCG(seed, 1))
			l := rich("1", "481516")
			text := "Agenda alpha\nit's beta"
			if editor.html {
				text = "<p>Agenda <b>alpha</b></p><p>it's beta</p>"
			}
			begin := applied(text, editor.edits(text, l))
			m := calendartest.Mistreat(r, begin, editor.html, "alpha", "beta")
			next := []calendar.Link{l, rich("2", "222333"), {}}[r.IntN(3)]
			next.Was = calendar.Was{JoinURL: l.JoinURL, Block: l.Block}
			after := applied(m.Text, editor.edits(m.Text, next))
			fail := func(what string) {
				t.Errorf("%s, seed %d, %q: %s\nfrom\n%s\nto\n%s", name, seed, m.Done, what, m.Text, after)
			}
			if again := applied(after, editor.edits(after, next)); again != after {
				fail("not at rest: then it becomes\n" + again)
			}
			for _, word := range m.Words {
				if was, is := strings.Count(editor.seen(m.Text), word),
					strings.Count(editor.seen(after), word); is != was {
					fail(fmt.Sprintf("the word %s is there %d times, and was %d times", word, is, was))
				}
			}
			block := editor.in(after)
			if next.Mark != "" && !calendar.SameBlock(block, next.Block) || next.Mark == "" && block != "" {
				fail("the block is " + block)
			}
			left := calendar.StripBlock(editor.seen(after))
			if slices.Contains(m.Done, "quoted") && len(m.Done) > 1 {
				continue // of a quoted block nobody knows whose it was, once it does not show its link any more
			}
			if strings.Contains(left, "zoom.us") || strings.Contains(left, "zoomt") ||
				strings.Contains(left, "Zoom ─") {
				fail("a part of a block is left")
			}
			if t.Failed() {
				return
			}
		}
	}
}

// TestOwnHeadings: a line of the owner's that looks like one of ours stays through a link that comes and goes.
func TestOwnHeadings(t *testing.T) {
	l := calendar.Link{Mark: "zt-x", JoinURL: "https://us02web.zoom.us/j/81?pwd=a.1"}
	l.Block = calendar.BlockFirst + "\nJoin: " + l.JoinURL + "\n" + calendar.BlockLast
	for _, text := range []string{"Notes\n── Zoom ──", "Ask there\n── zoomtag ──\n\nBye", "a\n---------- zoomtag --\nb",
		"-- Zoom --------------\nlater", "── Zoom ──\n── zoomtag ──", "── zoomtag ──"} {
		apply := func(text string, l calendar.Link) string {
			start, end, with := calendar.Splice(text, l)
			return text[:start] + with + text[end:]
		}
		linked := apply(text, l)
		again := l
		again.Was = calendar.Was{JoinURL: l.JoinURL, Block: l.Block}
		if calendar.BlockIn(text) != "" || !calendar.SameBlock(calendar.BlockIn(linked), l.Block) ||
			apply(linked, again) != linked {
			t.Errorf("%q: block %q, linked\n%s\nagain\n%s", text, calendar.BlockIn(text), linked, apply(linked, again))
		}
		if back := apply(linked, calendar.Link{Was: again.Was}); back != text {
			t.Errorf("%q came back as %q from\n%s", text, back, linked)
		}
	}
}
