package calendar

import (
	"iter"
	"regexp"
	"strings"
	"unicode"
)

// The first and last line of the block. They never change: a person sees where the block begins and ends, and it is found
// again after any calendar app has rewritten the text.
const (
	BlockFirst = "── Zoom ──────────────"
	BlockLast  = "────────── zoomtag ──"
)

// Labels with which lines of a block begin, so that what a person typed in between can be told from what we wrote even
// when nobody remembers the exact text.
var blockLabels = []string{"Join:", "Meeting ID:", "Passcode:", "Register:"}

// FindBlock returns the byte range of the first block in a plain text, from the beginning of its first line to the end of its last
// (line end excluded). What somebody typed in front of it or behind it on the same line is not part of it. A block in quoted
// mail is not ours.
func FindBlock(text string) (start, end int, ok bool) {
	for start, end := range Blocks(text) {
		return start, end, true
	}
	return 0, 0, false
}

// Blocks are the byte ranges of all blocks in a plain text, in the order of their ends: one that stands inside another comes before
// it. Each byte is looked at once, whatever is in the text.
func Blocks(text string) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		f := frames{text: text, first: -1, last: -1}
		var open []int // first lines that are behind every last line without a first one
		for {
			at, isFirst := f.next()
			switch n := len(open); {
			case at < 0:
				return
			case isFirst && f.quoted(at):
				open = open[:0] // neither ours nor the beginning of what is
			case isFirst:
				open = append(open, at)
			case n > 0:
				if !yield(open[n-1], at+len(BlockLast)) {
					return
				}
				open = open[:n-1]
			}
		}
	}
}

// frames finds the first and last lines of blocks in a text, one after the other.
type frames struct {
	text        string
	pos         int // what is before has been looked at
	first, last int // the next ones at or behind pos; -1 where they are looked for, len(text) where there is none

	// Of the line in which the last first line was found: where it begins, and where its first character that is no white space stands.
	line, visible int
	seen          int // where that line was looked for last
}

// next is the next first or last line of a block; at is -1 where there is none.
func (f *frames) next() (at int, isFirst bool) {
	f.first, f.last = f.find(f.first, BlockFirst), f.find(f.last, BlockLast)
	at, isFirst = f.last, false
	size := len(BlockLast)
	if f.first < f.last {
		at, isFirst, size = f.first, true, len(BlockFirst)
	}
	if at == len(f.text) {
		return -1, false
	}
	f.pos = at + size
	return at, isFirst
}

// find is where a line of a block begins at or behind pos, if that is not known yet.
func (f *frames) find(known int, what string) int {
	if known >= f.pos {
		return known
	}
	if i := strings.Index(f.text[f.pos:], what); i >= 0 {
		return f.pos + i
	}
	return len(f.text)
}

// quoted reports whether what stands at a place, which is behind those asked for before, is in a line of quoted mail.
func (f *frames) quoted(at int) bool {
	if i := strings.LastIndexByte(f.text[f.seen:at], '\n'); i >= 0 || f.seen == 0 {
		f.line = f.seen + i + 1
		f.visible = at
		if j := strings.IndexFunc(f.text[f.line:at], func(r rune) bool { return !unicode.IsSpace(r) }); j >= 0 {
			f.visible = f.line + j
		}
	}
	f.seen = at
	return f.text[f.visible] == '>'
}

// StripBlock returns text without its blocks: the owner's own words.
func StripBlock(text string) string {
	var cuts [][2]int
	for start, end := range Blocks(text) {
		for len(cuts) > 0 && cuts[len(cuts)-1][0] > start { // it stood inside this one
			cuts = cuts[:len(cuts)-1]
		}
		cuts = append(cuts, [2]int{start, end})
	}
	if len(cuts) == 0 {
		return text
	}
	var b strings.Builder
	pos := 0
	for _, cut := range cuts {
		b.WriteString(text[pos:cut[0]])
		pos = cut[1]
	}
	b.WriteString(text[pos:])
	return b.String()
}

// address is a link in a text.
var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// BlockURL returns the join URL that a block shows, or "": what stands behind a label, else the first address.
func BlockURL(block string) string {
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		for _, label := range []string{"Join:", "Register:"} {
			if rest, ok := strings.CutPrefix(line, label); ok {
				return strings.TrimSpace(rest)
			}
		}
	}
	return strings.TrimRight(address.FindString(block), ".,;:!?)'")
}

// Typed returns the lines that somebody typed into the block found in an event: those that are neither in was, the block
// as we last wrote it, nor, where nobody remembers that one, begin with a label of ours.
func Typed(found, was string) []string {
	ours := map[string]bool{BlockFirst: true, BlockLast: true, "": true}
	for line := range strings.Lines(was) {
		ours[strings.TrimSpace(line)] = true
	}
	var typed []string
	for line := range strings.Lines(found) {
		trimmed := strings.TrimSpace(line)
		if !ours[trimmed] && (was != "" || !hasLabel(trimmed)) {
			typed = append(typed, strings.TrimRight(line, "\r\n"))
		}
	}
	return typed
}

// SameBlock reports whether a block found in an event still says what want says: every line of want is there, in order.
// Lines typed in between and white space do not count, lines of ours that are out of date do.
func SameBlock(found, want string) bool {
	var lines []string
	for line := range strings.Lines(found) {
		if t := strings.TrimSpace(line); t != "" {
			lines = append(lines, t)
		}
	}
	wanted := map[string]bool{}
	i := 0
	for line := range strings.Lines(want) {
		t := strings.TrimSpace(line)
		if t == "" {
			continue
		}
		wanted[t] = true
		for i < len(lines) && lines[i] != t {
			i++
		}
		if i == len(lines) {
			return false
		}
		i++
	}
	for _, line := range lines {
		if hasLabel(line) && !wanted[line] {
			return false
		}
	}
	return true
}

// Rewritten is was, a block as we have written it, with the lines of another one that somebody else who writes blocks, another zoomtag, has
// put in its place: found leads elsewhere than was. A person types lines of their own beside ours; those are in neither.
func Rewritten(found, was string) string {
	if url := BlockURL(found); was == "" || url == "" || url == BlockURL(was) {
		return was
	}
	all := []string{was}
	for line := range strings.Lines(found) {
		if trimmed := strings.TrimSpace(line); hasLabel(trimmed) {
			all = append(all, trimmed)
		}
	}
	return strings.Join(all, "\n")
}

// ShownBy reports whether a block found in an event shows the link, and no line of ours that is not to be in it any more, such as a note
// that was taken out of the configuration. Lines that somebody typed do not count.
func (l *Link) ShownBy(found string) bool {
	return SameBlock(found, l.Block) && !outlived(found, l.Was.Block, l.Block)
}

// outlived reports whether a block shows a line of what it was that is not in what it is to be.
func outlived(found, was, want string) bool {
	shown, wanted := lineSet(found), lineSet(want)
	for line := range lineSet(was) {
		if shown[line] && !wanted[line] {
			return true
		}
	}
	return false
}

func lineSet(block string) map[string]bool {
	lines := map[string]bool{}
	for line := range strings.Lines(block) {
		if line = strings.TrimSpace(line); line != "" {
			lines[line] = true
		}
	}
	return lines
}

func hasLabel(line string) bool { return labelOf(line) != "" }

// labelOf is the label of ours that a line begins with, or "".
func labelOf(line string) string {
	for _, label := range blockLabels {
		if strings.HasPrefix(line, label) {
			return label
		}
	}
	return ""
}

// WithoutLink returns a location without the link that is it, or that was appended to it.
func WithoutLink(location, link string) (rest string, ok bool) {
	switch {
	case link == "":
		return location, false
	case location == link:
		return "", true
	}
	return strings.CutSuffix(location, ", "+link)
}

// Splice is what the description becomes in plain text: the block of l in the place of the old one, or at the end after an
// empty line; without a mark, the text as it was before. Lines typed into the old block move below the new one.
//
// It gives the replacement as an edit: text[start:end] becomes with. Adapters that keep the owner's bytes apply it to
// their raw form; text[:start]+with+text[end:] is the result for the others. start == end and with == "" is no change.
func Splice(text string, l Link) (start, end int, with string) {
	start, end, ok := FindBlock(text)
	if !ok {
		switch {
		case l.Mark == "":
			return len(text), len(text), ""
		case text == "":
			return 0, 0, l.Block
		default:
			return len(text), len(text), "\n\n" + l.Block
		}
	}
	if l.Mark != "" && l.ShownBy(text[start:end]) {
		return start, start, ""
	}
	typed := strings.Join(Typed(text[start:end], l.Was.Block), "\n")
	if l.Mark != "" {
		with = l.Block
		if typed != "" {
			with += "\n" + typed
		}
		return start, end, with
	}
	// Taking the block out also takes out the empty line that went in with it.
	if typed == "" {
		if strings.HasSuffix(text[:start], "\n\n") {
			start -= 2
		} else if start == 0 && strings.HasPrefix(text[end:], "\n") {
			end++
		}
	}
	return start, end, typed
}
