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
		if slices.ContainsFunc(m.Done, func(done string) bool { return excludes[done] == one.name || done == cutOff }) {
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

// excludes are what cannot be undone any more after another thing was done: nobody knows where an address ends with
// words behind it, and there is an end to how often a text is escaped.
var excludes = map[string]string{
	"with a line typed in": noSpace, "with words typed behind a line": noSpace, "merged with itself": noSpace,
	"escaped twice": "escaped twice",
}

const noSpace = "run together without a space"

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
	{"run together", func(m *Mistreated) {
		m.inBlock(func(b string) string { return strings.ReplaceAll(b, m.breaks(1), " ") })
	}},
	{noSpace, func(m *Mistreated) {
		m.inBlock(func(b string) string { return strings.ReplaceAll(b, m.breaks(1), "") })
	}},
	{"all run together", func(m *Mistreated) { m.Text = strings.ReplaceAll(m.Text, m.breaks(1), " ") }},
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
