package calendar

import (
	"iter"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// What of a text is ours, the rule that all editors keep:
//
//   - A block begins with its first line and ends with its last. Both are known whatever an app has made of their
//     dashes; drawn by somebody else, as a heading, they would look otherwise, so a first line that is not as we write
//     it needs a line of ours behind it.
//   - Where one of the two has been cut off, the block reaches as far as lines of ours follow upon each other: a
//     label of ours with a value of its kind behind it, a line that we are known to have written, or one that says
//     the same behind a label in another language. Line ends and spaces do not count, entities and quotes are as good
//     as what they stand for. What is left of a first or last line beside lines of ours belongs to them.
//   - A first or last line that is not to the character as we write it, and has no line of ours beside it, is a heading
//     of the owner's. It is what is left of a block only where we have written one, and no other is there.
//   - An address of ours may have been broken into lines, put into brackets, or written again in brackets behind
//     itself. A line with the word of a frame and no dashes is one if the block leads where our link leads or led.
//   - In quoted mail a block is ours only if it leads where our link leads or led. Any other one is part of that mail.
//   - Everything else is the owner's, also between our lines, and stays: beside the place where a block was taken
//     out, below the block that took its place. When in doubt whether words are ours, they are the owner's.
//   - Of several blocks the first one that is right stays as it is, else the new one takes the place of the first;
//     the others are taken out.
//
// So a text holds one block after each edit, and none without a link, and the same edit changes nothing any more.

// The first and last line of the block. They never change: a person sees where the block begins and ends, and it is
// found again after any calendar app has rewritten the text.
const (
	BlockFirst = "── Zoom ──────────────"
	BlockLast  = "────────── zoomtag ──"
)

// Labels with which lines of a block begin, so that what a person typed in between can be told from what we wrote even
// when nobody remembers the exact text.
var blockLabels = []string{"Join:", "Meeting ID:", "Passcode:", "Register:"}

// FindBlock returns the byte range of the first block in a plain text. What somebody typed in front of it or behind it
// on the same line is not part of it.
func FindBlock(text string) (start, end int, ok bool) {
	for start, end := range Blocks(text) {
		return start, end, true
	}
	return 0, 0, false
}

// Blocks are the byte ranges of all blocks in a plain text, and of what is left of others, as far as that can be told
// without knowing the link. None reaches into another one. It takes time in proportion to the text, whatever is in it.
func Blocks(text string) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		for _, p := range piecesIn(text, nil) {
			if !p.doubtful && !yield(p.start, p.end) {
				return
			}
		}
	}
}

// BlockIn is what of a plain text is ours: the block, or, where an app has made several of it, all of them.
func BlockIn(text string) string {
	var all []string
	for start, end := range Blocks(text) {
		all = append(all, text[start:end])
	}
	return strings.Join(all, "\n")
}

// StripBlock returns text without its blocks: the owner's own words.
func StripBlock(text string) string {
	var b strings.Builder
	pos := 0
	for start, end := range Blocks(text) {
		b.WriteString(text[pos:start])
		pos = end
	}
	if pos == 0 {
		return text
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
				return wholeURL(strings.TrimSpace(rest))
			}
		}
	}
	if at := joinInside.FindStringIndex(block); at != nil {
		return wholeURL(block[at[1]-1:])
	}
	return strings.TrimRight(address.FindString(block), ".,;:!?)'")
}

// joinInside is a line of ours that was run together with others, up to the first letter of its address.
var joinInside = regexp.MustCompile(`(?:Join|Register)[ \x{a0}]?[:：]\s*h`)

// wholeURL is the address that a line of ours begins with, or all of the line where a preview says in words what it
// will be.
func wholeURL(rest string) string {
	if !linkScheme.MatchString(rest) {
		return rest
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '─' })
	if end < 0 {
		end = len(rest)
	}
	for _, stop := range []string{"Meeting", "Passcode:", "<http", "[http", "<br", "</a", shownBreak, misread[0],
		misread[1]} {
		if at := strings.Index(rest[:end], stop); at > 0 &&
			(stop != "Meeting" || strings.HasPrefix(rest[at:], "Meeting ID:")) {
			end = at
		}
	}
	return rest[:end]
}

// Typed returns what somebody typed into the block found in an event: what neither was, the block as we last wrote it,
// says, nor what any block of ours says.
func Typed(found, was string) []string {
	var typed []string
	k := knownOf(&Link{Was: Was{Block: was}})
	for _, p := range piecesIn(found, k) {
		typed = append(typed, linesOf(found, owned(found, p, k))...)
	}
	return typed
}

// linesOf are parts of a text as lines; a whole line keeps the white space that it begins with.
func linesOf(text string, spans []span) []string {
	var lines []string
	for _, s := range spans {
		start := s.start
		if s.line {
			start -= len(text[:start]) - len(strings.TrimRightFunc(text[max(0, start-maxGap):start], isBlank)) - max(0,
				start-maxGap)
		}
		lines = append(lines, text[start:s.end])
	}
	return lines
}

// SameBlock reports whether a block found in an event still says what want says: every line of want is there, in order.
// Lines typed in between and white space do not count, lines of ours that are out of date do.
func SameBlock(found, want string) bool {
	if !single(found) {
		return false
	}
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

// single reports whether a block found in an event has no more than one first and one last line.
func single(found string) bool {
	first, last := 0, 0
	for _, f := range framesIn(found) {
		switch {
		case f.quoted || !f.sure:
		case f.first:
			first++
		default:
			last++
		}
	}
	return first < 2 && last < 2
}

// ShownBy reports whether a block found in an event shows the link, and no line of ours that is not to be in it any
// more, such as a note that was taken out of the configuration. Lines that somebody typed do not count.
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

// WithoutLink returns a location without the link that is it, or that was appended to it. White space that was there
// before the link stays behind it.
func WithoutLink(location, link string) (rest string, ok bool) {
	if onlyLink(location, link) {
		return location[len(link):], true
	}
	if link == "" {
		return location, false
	}
	return strings.CutSuffix(location, ", "+link)
}

// onlyLink reports whether a location is nothing but a link.
func onlyLink(location, link string) bool {
	rest, ours := strings.CutPrefix(location, link)
	return link != "" && ours && strings.TrimSpace(rest) == ""
}

// Edit replaces text[Start:End].
type Edit struct {
	Start, End int
	With       string
}

// Edits is what has to be done to a plain text so that it holds the block of l, once, or none where l has no mark. They
// are in the order of the text; none is no change. Adapters that keep the owner's bytes apply them to their raw form.
func Edits(text string, l Link) []Edit {
	return newEditor(text, l).edits()
}

// Splice is Edits as a single one: text[:start]+with+text[end:] is the result. start == end and with == "" is no
// change.
func Splice(text string, l Link) (start, end int, with string) {
	return joinEdits(text, Edits(text, l))
}

func joinEdits(text string, edits []Edit) (start, end int, with string) {
	if len(edits) == 0 {
		return len(text), len(text), ""
	}
	var b strings.Builder
	start = edits[0].Start
	end = start
	for _, e := range edits {
		b.WriteString(text[end:e.Start])
		b.WriteString(e.With)
		end = e.End
	}
	return start, end, b.String()
}

// editor works out the edits of one plain text.
type editor struct {
	text   string
	link   Link
	known  *known
	pieces []piece // what is ours
}

func newEditor(text string, l Link) *editor {
	e := &editor{text: text, link: l, known: knownOf(&l)}
	e.pieces = slices.DeleteFunc(piecesIn(text, e.known), func(p piece) bool {
		return p.doubtful && !e.known.leads(text[p.start:p.end])
	})
	return e
}

// place is which piece the new block takes the place of, and whether that is right as it is; -1 where it goes to the
// end.
func (e *editor) place() (at int, right bool) {
	at = -1
	if e.link.Mark == "" {
		return at, false
	}
	for i, p := range e.pieces {
		if p.quoted {
			continue
		}
		if !p.doubtful && e.link.ShownBy(e.text[p.start:p.end]) {
			return i, true
		}
		if at < 0 {
			at = i
		}
	}
	return at, false
}

func (e *editor) edits() []Edit {
	var list []Edit
	at, right := e.place()
	end := 0
	for i, p := range e.pieces {
		edit := Edit{p.end, p.end, ""}
		switch {
		case i == at && right:
		case i == at:
			edit = e.replace(p)
		default:
			edit = e.remove(p)
		}
		edit.Start = max(edit.Start, end)
		if end = edit.End; i != at || !right {
			list = append(list, edit)
		}
	}
	if at >= 0 || e.link.Mark == "" {
		return list
	}
	return append(list, e.append(list))
}

// append is the block behind the text, after an empty line.
func (e *editor) append(before []Edit) Edit {
	n := len(e.text)
	if e.text == "" || len(before) == 1 && before[0] == (Edit{0, n, ""}) {
		return Edit{n, n, e.link.Block}
	}
	return Edit{n, n, "\n\n" + e.link.Block}
}

// replace puts the block in the place of an old one, on lines of its own. What somebody has typed into that moves below
// it.
func (e *editor) replace(p piece) Edit {
	edit := Edit{p.start, p.end, e.link.Block}
	if typed := linesOf(e.text, owned(e.text, p, e.known)); len(typed) > 0 {
		edit.With += "\n" + strings.Join(typed, "\n")
	}
	if lead, quoted := e.unquote(p.start); quoted {
		edit.Start -= lead
		if lead == 0 {
			edit.With = "\n" + edit.With
		}
		return edit
	}
	if strings.Contains(e.text[p.start:p.end], "\n") {
		return edit
	}
	if before := strings.TrimRightFunc(e.text[:p.start], isBlank); before != "" && !strings.HasSuffix(before, "\n") {
		edit.Start, edit.With = len(before), "\n\n"+edit.With
	}
	if after := strings.TrimLeftFunc(e.text[p.end:], isBlank); after != "" && after[0] != '\n' && after[0] != '\r' {
		edit.End, edit.With = len(e.text)-len(after), edit.With+"\n"
	}
	return edit
}

// remove takes a block out. What somebody has typed into it stays in its place; else the empty line that went in with
// it goes as well.
func (e *editor) remove(p piece) Edit {
	edit := Edit{p.start, p.end, strings.Join(linesOf(e.text, owned(e.text, p, e.known)), "\n")}
	edit.Start -= e.lead(p.start)
	if edit.With != "" {
		return edit
	}
	if strings.HasSuffix(e.text[:edit.Start], "\n\n") {
		edit.Start -= 2
	} else if edit.Start == 0 && strings.HasPrefix(e.text[edit.End:], "\n") {
		edit.End++
	}
	return edit
}

// unquote reports whether a block begins in a line of quoted mail, in which a new one would not be seen as ours, and
// how much of that line goes with it: none where there are words.
func (e *editor) unquote(at int) (lead int, quoted bool) {
	line := strings.TrimSpace(e.text[strings.LastIndexByte(e.text[:at], '\n')+1 : at])
	return e.lead(at), strings.HasPrefix(line, ">")
}

// maxLead bounds what an app has put in front of the first line of a block, in bytes.
const maxLead = 64

// lead is how much stands in front of a block on its line, if that is no more than what apps put there: indentation,
// marks of quotations and of lists.
func (e *editor) lead(at int) int {
	before := e.text[max(0, at-maxLead):at]
	if i := strings.LastIndexByte(before, '\n'); i >= 0 {
		before = before[i+1:]
	} else if at > maxLead {
		return 0
	}
	if strings.ContainsAny(before, "<&") || between(before) < len(before) {
		return 0
	}
	return len(before)
}
