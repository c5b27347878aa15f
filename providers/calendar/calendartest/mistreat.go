package calendartest

import (
	"fmt"
	"html"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"zoomtag/providers/calendar"
)

// Mistreated is a description with a block in it, and what apps and people have done to it.
type Mistreated struct {
	Text string
	HTML bool
	// Words are the owner's, each of which is in no other text.
	Words []string
	// Done names what was done.
	Done []string

	rand *rand.Rand
}

// Mistreat does several things to a description at random, all of which apps or people do to texts that they know
// nothing of.
func Mistreat(r *rand.Rand, text string, isHTML bool, words ...string) *Mistreated {
	m := &Mistreated{Text: text, HTML: isHTML, Words: words, rand: r}
	for range 1 + r.IntN(3) {
		one := mistreatments[r.IntN(len(mistreatments))]
		if slices.ContainsFunc(m.Done, func(done string) bool {
			isLast := done == cutOff || done == noDashes
			return isLast || slices.Contains(excludes[done], one.name) || clash(done, one.name)
		}) {
			continue
		}
		was := m.Text
		one.apply(m)
		if m.Text != was {
			m.Done = append(m.Done, one.name)
		}
	}
	return m
}

// cutOff is what happens to a text last: what does not fit is not kept.
const cutOff = "cut off"

// noDashes is what apps make of a block that keep ASCII alone.
const noDashes = "without its dashes"

// excludes are what cannot be undone any more after another thing was done: nobody knows where an address ends with
// words behind it, and there is an end to how often a text is escaped.
var excludes = map[string][]string{
	"with a line typed in": {noSpace}, "with words typed behind a line": {noSpace}, "merged with itself": {noSpace},
	"escaped twice": {"escaped twice"}, "with its address again": {"escaped twice"},
	"with its address in brackets": {"escaped twice"}, "with its address as in Markdown": {"escaped twice"},
	"with its address broken": {noSpace, "translated", "with words typed behind a line", "with a line typed in", "made a list",
		"quoted", "merged with an old copy"},
}

// clashes are pairs of which nobody can undo both, in either order: a cut line is known by being all that its line
// says, and a line that was translated by what it says now.
var clashes = map[string][]string{
	cutFirst:     {cutLast, "with a line typed in", "with words typed behind a line", "made a list", "quoted", runTogether, noSpace, allTogether, shownEnds},
	cutLast:      {"with a line typed in", "with words typed behind a line", "made a list", "quoted", runTogether, noSpace, allTogether, shownEnds},
	"translated": {cutOff, "merged with an old copy", "with words typed behind a line", runTogether, noSpace, allTogether, shownEnds},
}

func clash(a, b string) bool { return slices.Contains(clashes[a], b) || slices.Contains(clashes[b], a) }

const (
	noSpace  = "run together without a space"
	cutFirst = "cut in its first line"
	cutLast  = "cut in its last line"

	runTogether = "run together"
	allTogether = "all run together"
	shownEnds   = "with its line ends shown"
)

// mistreatments are each a thing that happens to a block.
var mistreatments = []struct {
	name  string
	apply func(m *Mistreated)
}{
	{"merged with itself", func(m *Mistreated) { m.Text += m.breaks(2) + m.word() + m.breaks(2) + m.block() }},
	{"copied to the front", func(m *Mistreated) { m.Text = m.block() + m.breaks(2) + m.word() + m.breaks(1) + m.Text }},
	{"merged with an old copy", func(m *Mistreated) {
		old := strings.NewReplacer("/j/81", "/j/79", "aBc", "old", "481516", "111111").Replace(m.block())
		m.Text += m.breaks(2) + old
	}},
	{runTogether, func(m *Mistreated) {
		m.inBlock(func(b string) string { return strings.ReplaceAll(b, m.breaks(1), " ") })
	}},
	{noSpace, func(m *Mistreated) {
		m.inBlock(func(b string) string { return strings.ReplaceAll(b, m.breaks(1), "") })
	}},
	{allTogether, func(m *Mistreated) { m.Text = strings.ReplaceAll(m.Text, m.breaks(1), " ") }},
	{"cut at its end", func(m *Mistreated) {
		m.lines(func(l []string) []string { return l[:1+m.rand.IntN(len(l)-1)] })
	}},
	{"cut at its beginning", func(m *Mistreated) {
		m.lines(func(l []string) []string { return l[1+m.rand.IntN(len(l)-1):] })
	}},
	{cutOff, func(m *Mistreated) {
		if start, end := m.find(); !m.HTML && end == len(m.Text) && start < end {
			at := start + len(calendar.BlockFirst) + m.rand.IntN(end-start-len(calendar.BlockFirst))
			for !utf8.RuneStart(m.Text[at]) {
				at--
			}
			m.Text = m.Text[:at]
		}
	}},
	{"indented", func(m *Mistreated) { m.each("    ") }},
	{"made a list", func(m *Mistreated) { m.each("* ") }},
	{"quoted", func(m *Mistreated) {
		if m.HTML {
			m.inBlock(func(b string) string { return "<blockquote>" + b + "</blockquote>" })
			return
		}
		m.each("> ")
	}},
	{"hyphens for dashes", func(m *Mistreated) { m.replace("─", "-") }},
	{"long dashes", func(m *Mistreated) { m.replace("──", "—") }},
	{"other dashes", func(m *Mistreated) { m.replace("─", "–") }},
	{"in another character set", func(m *Mistreated) { m.replace("─", "?") }},
	{"read in another character set", func(m *Mistreated) { m.replace("─", "â”€") }},
	{"escaped", func(m *Mistreated) {
		m.inBlock(func(b string) string {
			return strings.ReplaceAll(b, "&",
				"&amp;")
		})
	}},
	{"escaped dashes", func(m *Mistreated) { m.replace("─", "&#9472;") }},
	{"escaped twice", func(m *Mistreated) {
		m.inBlock(func(b string) string { return html.EscapeString(html.EscapeString(b)) })
	}},
	{"escaped dashes, twice", func(m *Mistreated) { m.replace("─", "&amp;#9472;") }},
	{"read in a second other character set", func(m *Mistreated) { m.replace("─", "â\u0094\u0080") }},
	{noDashes, func(m *Mistreated) {
		if len(m.Done) == 0 { // the word of a frame has to be all that its line says
			m.replace("─", "")
		}
	}},
	{"with marks that nobody sees", func(m *Mistreated) { m.replace("─ ", "─\u200b \ufeff") }},
	{shownEnds, func(m *Mistreated) {
		m.inBlock(func(b string) string { return strings.ReplaceAll(b, m.breaks(1), `\n`) })
	}},
	{"translated", func(m *Mistreated) {
		german := strings.NewReplacer("Join:", "Beitreten:", "Meeting ID:", "Meeting-ID :", "Passcode:", "Kenncode:")
		m.inBlock(german.Replace)
	}},
	{cutFirst, func(m *Mistreated) {
		m.lines(func(l []string) []string {
			l[0] = string([]rune(l[0])[1+m.rand.IntN(6):])
			return l
		})
	}},
	{cutLast, func(m *Mistreated) {
		m.lines(func(l []string) []string {
			last := []rune(l[len(l)-1])
			l[len(l)-1] = string(last[:len(last)-4-m.rand.IntN(6)])
			return l
		})
	}},
	{"with its address again", func(m *Mistreated) {
		m.address(func(url string) string { return url + " <" + url + ">" })
	}},
	{"with its address in brackets", func(m *Mistreated) {
		m.address(func(url string) string { return "<" + url + ">" })
	}},
	{"with its address as in Markdown", func(m *Mistreated) {
		m.address(func(url string) string { return "[" + url + "](" + url + ")" })
	}},
	{"with its address broken", func(m *Mistreated) {
		m.address(func(url string) string {
			at := len("https://") + 1 + m.rand.IntN(len(url)-len("https://")-1)
			return url[:at] + "\n" + url[at:]
		})
	}},
	{"with other quotes", func(m *Mistreated) {
		m.Text = strings.NewReplacer("'", "’", `it's`,
			"it’s").Replace(m.Text)
	}},
	{"with wide spaces", func(m *Mistreated) {
		m.inBlock(func(b string) string { return strings.ReplaceAll(b, ": ", ":\u00a0") })
	}},
	{"with a line typed in", func(m *Mistreated) {
		m.lines(func(l []string) []string {
			at := 1 + m.rand.IntN(len(l)-1)
			return append(append(append([]string{}, l[:at]...), m.word()), l[at:]...)
		})
	}},
	{"with words typed behind a line", func(m *Mistreated) {
		m.lines(func(l []string) []string {
			l[1+m.rand.IntN(max(1, len(l)-2))] += " " + m.word()
			return l
		})
	}},
	{"in an element", func(m *Mistreated) {
		if m.HTML {
			m.inBlock(func(b string) string { return `<div style="margin:0"><span>` + b + "</span></div>" })
		}
	}},
	{"in paragraphs", func(m *Mistreated) {
		if m.HTML {
			m.inBlock(func(b string) string { return "<p>" + strings.ReplaceAll(b, "<br>", "</p>\r\n<p>") + "</p>" })
		}
	}},
	{"in a table", func(m *Mistreated) {
		if m.HTML {
			m.inBlock(func(b string) string {
				return "<table><tr><td>" + strings.ReplaceAll(b, "<br>", "</td></tr><tr><td>") + "</td></tr></table>"
			})
		}
	}},
	{"without its links", func(m *Mistreated) {
		if m.HTML {
			m.inBlock(func(b string) string { return anchors.ReplaceAllString(b, "") })
		}
	}},
}

// addresses are what leads somewhere in a plain text.
var addresses = regexp.MustCompile(`https://[^\s<>()\[\]─]+`)

// address changes the address in the block of a plain text. That comes first, while it is clear where it ends.
func (m *Mistreated) address(change func(url string) string) {
	if m.HTML || len(m.Done) > 0 {
		return
	}
	m.inBlock(func(b string) string {
		return addresses.ReplaceAllStringFunc(b, change)
	})
}

// anchors are the beginnings and ends of links.
var anchors = regexp.MustCompile(`</?a[^>]*>`)

// word is a word of the owner's that is in no other text.
func (m *Mistreated) word() string {
	word := fmt.Sprintf("cake%dmilk", len(m.Words))
	m.Words = append(m.Words, word)
	return word
}

// breaks are line ends.
func (m *Mistreated) breaks(n int) string {
	if m.HTML {
		return strings.Repeat("<br>", n)
	}
	return strings.Repeat("\n", n)
}

// find is where the first block stands that has both its lines.
func (m *Mistreated) find() (start, end int) {
	start = strings.Index(m.Text, calendar.BlockFirst)
	if start < 0 {
		return 0, 0
	}
	end = strings.Index(m.Text[start:], calendar.BlockLast)
	if end < 0 {
		return 0, 0
	}
	return start, start + end + len(calendar.BlockLast)
}

func (m *Mistreated) block() string {
	start, end := m.find()
	return m.Text[start:end]
}

func (m *Mistreated) inBlock(change func(block string) string) {
	if start, end := m.find(); start < end {
		m.Text = m.Text[:start] + change(m.Text[start:end]) + m.Text[end:]
	}
}

// lines changes the lines of a block that has some.
func (m *Mistreated) lines(change func(lines []string) []string) {
	m.inBlock(func(b string) string {
		lines := strings.Split(b, m.breaks(1))
		if len(lines) < 3 {
			return b
		}
		return strings.Join(change(lines), m.breaks(1))
	})
}

func (m *Mistreated) each(lead string) {
	m.inBlock(func(b string) string {
		return lead + strings.ReplaceAll(b, m.breaks(1), m.breaks(1)+lead)
	})
}

func (m *Mistreated) replace(old, with string) {
	m.inBlock(func(b string) string { return strings.ReplaceAll(b, old, with) })
}

// testMistreated has apps and people do things to the block of an event, and then the adapter write the same link,
// another one, and none.
func testMistreated(s *scene) {
	for seed := range uint64(12) {
		id := s.Put(sample("Meeting"))
		one, two := link("1"), link("2")
		s.setLink(id, one)
		var m *Mistreated
		s.Edit(id, func(e *calendar.Event) {
			m = Mistreat(rand.New(rand.NewPCG(seed, 2)), e.Description, e.HTML, "budget", "travel")
			e.Description = m.Text
		})
		words := shown(s.get(id))
		for i, l := range []calendar.Link{one, two, {}} {
			l.Was = calendar.Was{JoinURL: one.JoinURL, Block: one.Block}
			if i == 2 {
				l.Was = calendar.Was{JoinURL: two.JoinURL, Block: two.Block}
			}
			after := s.setLink(id, l)
			for _, word := range m.Words {
				if was, is := strings.Count(words, word), strings.Count(shown(after), word); is != was {
					s.Errorf("%q: the word %s is there %d times and was %d times:\n%s", m.Done, word, is, was,
						after.Description)
				}
			}
			if l.Mark == "" && after.Link.Block != "" || l.Mark != "" &&
				(!calendar.SameBlock(after.Link.Block, l.Block) || after.Link.JoinURL != l.JoinURL) {
				s.Errorf("%q: the link is not right:\n%s", m.Done, after.Description)
			}
			if again := s.setLink(id, l); again.Version != after.Version {
				s.Errorf("%q: not at rest:\n%s\nthen\n%s", m.Done, after.Description, again.Description)
			}
		}
	}
}

// shown is a description as a person sees it.
func shown(e calendar.Event) string {
	if e.HTML {
		return calendar.HTMLText(e.Description)
	}
	return e.Description
}
