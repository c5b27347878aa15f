package calendar_test

import (
	"strings"
	"testing"

	"zoomtag/providers/calendar"
)

const (
	firstURL  = "https://us02web.zoom.us/j/81?pwd=a.1"
	secondURL = "https://us02web.zoom.us/j/82?pwd=b.1&x=<y>"
)

func linkTo(url string) calendar.Link {
	return calendar.Link{Mark: "m", JoinURL: url, Block: calendar.BlockFirst + "\nJoin: " + url + "\nPasscode: 1\n" +
		calendar.BlockLast}
}

func splice(text string, l calendar.Link) string {
	start, end, with := calendar.SpliceHTML(text, l)
	return text[:start] + with + text[end:]
}

func TestHTMLText(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                   "",
		"plain":                              "plain",
		"a<br>b<br/>c":                       "a\nb\nc",
		"<p>a</p><p>b</p>":                   "a\nb\n",
		"<ul><li>a</li><li>b</li></ul>c":     "a\nb\nc",
		"Tom &amp; Jerry&nbsp;&#35;zoom":     "Tom & Jerry #zoom",
		"a\nb":                               "a\nb",
		"<html><body>a\r\n  b</body></html>": "a b",
		"<b>#zo</b>om":                       "#zoom",
		"x<!-- #zoom -->y":                   "xy",
		"<style>#zoom</style>z":              "z",
		"<blockquote>old<br>#zoom</blockquote>new": "> old\n> #zoom\nnew",
		"a < b & c > d": "a < b & c > d",
		`<a href="https://a.example/?q=1">here</a>`: "here",
		"an &unknown; one &":                        "an &unknown; one &",
	} {
		if got := calendar.HTMLText(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

// texts are bodies as editors make them.
var texts = []string{
	"", "one<br>two", "<p>one</p>", "<b>one</b> &amp; two", "<ul><li>one</li></ul>", "a<br><br>b", "Zażółć 🎥<br>",
	"one &lt;two&gt;<br>",
	"<html><body><div>one</div></body></html>", "<br><br>", "<div><br><br>", "<span>\r\n\n", "one\n\n", "<br>", " ",
	"<br><br>one",
	"<b>Agenda</b><blockquote>quoted, and not closed", "one<!-- two", "<a href=\"", "<style>one", "<title>",
	"<textarea>one", "<b>one",
	"<iframe>", "one<br", "<html><body>one<!-- two </body></html>",
}

// hopeless are bodies in which nothing can be seen wherever it is put.
var hopeless = []string{"<plaintext>"}

func TestSpliceHTMLAndBack(t *testing.T) {
	for _, text := range texts {
		one := splice(text, linkTo(firstURL))
		_, _, block, ok := calendar.FindBlockHTML(one)
		if !ok || !calendar.SameBlock(block, linkTo(firstURL).Block) || calendar.BlockURL(block) != firstURL {
			t.Errorf("%q became %q, with the block %q", text, one, block)
		}
		if again := splice(one, linkTo(firstURL)); again != one {
			t.Errorf("a second time: %q became %q", one, again)
		}
		second := linkTo(secondURL)
		second.Was = calendar.Was{Block: linkTo(firstURL).Block}
		two := splice(one, second)
		if _, _, block, _ := calendar.FindBlockHTML(two); calendar.BlockURL(block) != secondURL ||
			strings.Contains(two, "j/81") {
			t.Errorf("%q became %q", one, two)
		}
		if back := splice(two, calendar.Link{Was: calendar.Was{Block: second.Block}}); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}

// TestSpliceHTMLRewritten has the block rewritten by editors before it is replaced.
func TestSpliceHTMLRewritten(t *testing.T) {
	lines := strings.Split(linkTo(firstURL).Block, "\n")
	for name, c := range map[string]struct{ text, want string }{
		"paragraphs": {"<p>mine</p><p>" + strings.Join(lines, "</p><p>") + "</p><p>too</p>",
			"<p>mine</p><p>NEW</p><p>too</p>"},
		"bold": {"mine<b>" + lines[0] + "</b><br>" + strings.Join(lines[1:], "<br>") + " too",
			"mine<b></b>NEW too"},
		"entities": {"mine<br>" + strings.ReplaceAll(strings.Join(lines, "<br>"), "─", "&#9472;") + "<br>too",
			"mine<br>NEW<br>too"},
		"spans": {"<div><span>" + strings.Join(lines, "</span></div><div><span>") + "</span></div>",
			"<div><span>NEW</span></div>"},
		"typed": {"x<br>" + lines[0] + "<br><i>Bring</i> <a href=\"https://a.example\">slides</a><br>" +
			strings.Join(lines[1:], "<br>"),
			"x<br>NEW<br><i>Bring</i> <a href=\"https://a.example\">slides</a>"},
		"typed across lines": {lines[0] + "<br><b>Slides: <a href=\"https://a.example\">here</a><br>Notes</b> and " +
			"<img src=\"x\"><br><img src=\"y\"><br>" + strings.Join(lines[1:], "<br>"),
			"NEW<br><b>Slides: <a href=\"https://a.example\">here</a></b><br><b>Notes</b> and <img " +
				"src=\"x\"><br><img src=\"y\">"},
	} {
		l := calendar.Link{Mark: "m", Block: "NEW", Was: calendar.Was{Block: linkTo(firstURL).Block}}
		if got := splice(c.text, l); got != c.want {
			t.Errorf("%s:\n%s\nbecame\n%s\nwant\n%s", name, c.text, got, c.want)
		}
	}
}

// FuzzSpliceHTML links any text twice and unlinks it: where the block can be seen at all, it is there once, and the
// owner's bytes come back as they were.
func FuzzSpliceHTML(f *testing.F) {
	for _, text := range append(texts, hopeless...) {
		f.Add(text)
		f.Add(splice(text, linkTo(firstURL)))
	}
	f.Fuzz(func(t *testing.T, text string) {
		l := linkTo(secondURL)
		start, end, with := calendar.SpliceHTML(text, l)
		if start < 0 || end < start || end > len(text) {
			t.Fatalf("%d to %d of %d bytes", start, end, len(text))
		}
		one := text[:start] + with + text[end:]
		_, _, block, ok := calendar.FindBlockHTML(one)
		if !ok || !calendar.SameBlock(block, l.Block) {
			return // whoever writes refuses it
		}
		if again := splice(one, l); again != one {
			t.Fatalf("not at rest: %q became %q", one, again)
		}
		if strings.Contains(text, "zoomtag") || strings.Contains(calendar.HTMLText(text), "──") ||
			calendar.BlockInHTML(text) != "" {
			return // it began with a block, or a part of one
		}
		if back := splice(one, calendar.Link{Was: calendar.Was{Block: l.Block}}); back != text {
			t.Fatalf("%q came back as %q", text, back)
		}
	})
}
