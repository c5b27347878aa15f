package calendar

import (
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// frame is a first or last line of a block as it is found in a text, whatever an app has made of its dashes.
type frame struct {
	start, end int
	first      bool
	sure       bool // nobody else writes such a line; what is not sure may be a heading of the owner's
	quoted     bool // it stands in a line of quoted mail
	bare       bool // it has lost its dashes: the word is all that its line says
	whole      bool // it is to the character as we write it
}

// The words in the first and last line, and how many dashes stand on both sides of them.
const (
	firstWord, firstBefore, firstAfter = "Zoom", 2, 14
	lastWord, lastBefore, lastAfter    = "zoomtag", 10, 2
)

// framesIn finds the first and last lines of blocks in a text. Each byte is looked at a few times, whatever is in the
// text.
func framesIn(text string) []frame {
	var list []frame
	s := frameSearch{text: text, next: [2]int{-1, -1}}
	for {
		f, found, more := s.step()
		if !more {
			return list
		}
		if found {
			f.quoted = s.quoted(f.start)
			list = append(list, f)
		}
	}
}

// frameSearch goes through a text from one word of a frame to the next.
type frameSearch struct {
	text string
	pos  int // what is before has been looked at
	// where the two words stand next, at or behind pos; -1 where that is not known, len(text) where there is none
	next [2]int

	// Of the line in which the last frame was found: where its first character that is no white space stands, and where
	// it was looked for.
	visible, seen int
}

func (s *frameSearch) step() (f frame, found, more bool) {
	for i, word := range [...]string{firstWord, lastWord} {
		if s.next[i] < s.pos {
			s.next[i] = len(s.text)
			if at := strings.Index(s.text[s.pos:], word); at >= 0 {
				s.next[i] += s.pos + at - len(s.text)
			}
		}
	}
	at, first := min(s.next[0], s.next[1]), s.next[0] < s.next[1]
	if at == len(s.text) {
		return f, false, false
	}
	word, most, mostAfter := lastWord, lastBefore, lastAfter
	if first {
		word, most, mostAfter = firstWord, firstBefore, firstAfter
	}
	before := dashesBefore(s.text[s.pos:at], most)
	after := dashesAfter(s.text[at+len(word):], mostAfter)
	f = frame{start: at - before.size, end: at + len(word) + after.size, first: first}
	asWritten := before.drawn && after.drawn || !before.longer && !after.longer
	f.sure = before.count == most && after.count == mostAfter && asWritten
	f.whole = f.sure && before.drawn && after.drawn
	found = before.count > 0 && after.count > 0 && !(before.lost || after.lost) || f.sure
	if before.drawn && before.count > 1 && (endsHere(s.text[f.end:]) || after.drawn && !first) {
		// The end of a text may be cut off, and "zoomtag" between drawn lines is nobody's heading.
		found, f.sure = true, !first || after.count > 0
	}
	if !found {
		f.start, f.end = at, at+len(word)
		f.bare = before.count+after.count == 0 && isLine(s.text, f.start, f.end)
		found = f.bare
	}
	s.pos = f.end
	return f, found, true
}

// isLine reports whether a part of a text is all that its line says.
func isLine(text string, start, end int) bool {
	before := strings.TrimRightFunc(text[max(0, start-maxGap):start], isFaint)
	after := strings.TrimLeftFunc(text[end:min(len(text), end+maxGap)], isFaint)
	begins := strings.HasSuffix(before, "\n") || before == "" && start <= maxGap
	return begins && (strings.HasPrefix(after, "\n") || strings.HasPrefix(after, "\r") || after == "" &&
		len(text)-end <= maxGap)
}

// endsHere reports whether nothing but a little white space is left of a text.
func endsHere(rest string) bool { return len(rest) <= maxGap && strings.TrimSpace(rest) == "" }

// quoted reports whether what stands at a place, which is behind those asked for before, is in a line of quoted mail.
func (s *frameSearch) quoted(at int) bool {
	if i := strings.LastIndexByte(s.text[s.seen:at], '\n'); i >= 0 || s.seen == 0 {
		line := s.seen + i + 1
		s.visible = at
		if j := strings.IndexFunc(s.text[line:at], func(r rune) bool { return !unicode.IsSpace(r) }); j >= 0 {
			s.visible = line + j
		}
	}
	s.seen = at
	return s.visible < at && s.text[s.visible] == '>'
}

// dashes are those on one side of the word in a frame.
type dashes struct {
	count, size int  // with the white space between them and the word, in bytes
	drawn       bool // all are the ones that we write, in some encoding
	lost        bool // some are characters that could not be kept
	longer      bool // there are more
}

func (d *dashes) take(kind dashKind, size int) {
	d.drawn = d.drawn && kind == drawnDash
	d.lost = d.lost || kind == lostDash
	d.count++
	d.size += size
}

// parts reports whether a dash is none of a line that begins with those: a question mark beside dashes as we draw them
// is one of words or of an address.
func (d *dashes) parts(kind dashKind) bool { return d.count > 0 && d.drawn && kind == lostDash }

// maxGap bounds the white space beside the word of a frame, in bytes.
const maxGap = 16

func dashesAfter(text string, most int) dashes {
	d := dashes{drawn: true}
	rest := strings.TrimLeftFunc(text[:min(len(text), maxGap)], isFaint)
	d.size = min(len(text), maxGap) - len(rest)
	for {
		kind, size := dashAt(text[d.size:])
		if size == 0 || d.count == most || d.parts(kind) {
			d.longer = size > 0
			return d.orNone()
		}
		d.take(kind, size)
	}
}

func dashesBefore(text string, most int) dashes {
	d := dashes{drawn: true}
	tail := text[max(0, len(text)-maxGap):]
	d.size = len(tail) - len(strings.TrimRightFunc(tail, isFaint))
	for {
		kind, size := dashEnding(text[:len(text)-d.size])
		if size == 0 || d.count == most || d.parts(kind) {
			d.longer = size > 0
			return d.orNone()
		}
		d.take(kind, size)
	}
}

// orNone leaves the white space out where there are no dashes behind it.
func (d dashes) orNone() dashes {
	if d.count == 0 {
		return dashes{}
	}
	return d
}

func isBlank(r rune) bool { return r != '\n' && r != '\r' && unicode.IsSpace(r) }

// isFaint is isBlank, and what cannot be seen at all.
func isFaint(r rune) bool { return isBlank(r) || unicode.Is(unicode.Cf, r) }

// dashKind tells what has become of a dash.
type dashKind int

const (
	noDash    dashKind = iota
	drawnDash          // as we write it
	otherDash          // an app has put another one in its place
	lostDash           // a character that could not be kept
)

// misread is the dash that we write, in UTF-8, read as Windows-1252 and as ISO 8859-1.
var misread = []string{"â”€", "â\u0094\u0080"}

func kindOf(r rune) dashKind {
	switch {
	case r == '─':
		return drawnDash
	case strings.ContainsRune(otherDashes, r):
		return otherDash
	case r == '?' || r == utf8.RuneError:
		return lostDash
	}
	return noDash
}

// otherDashes are those that apps put in the place of others.
const otherDashes = "-‐‑‒–—―−━"

// maxEscaped bounds an entity that was escaped again, in bytes.
const maxEscaped = 24

// dashAt is the dash that text begins with: its kind and its size in bytes, 0 for none.
func dashAt(text string) (kind dashKind, size int) {
	for _, dash := range misread {
		if strings.HasPrefix(text, dash) {
			return drawnDash, len(dash)
		}
	}
	if entity, again := strings.CutPrefix(text, "&"); again {
		for again { // &amp;#9472;
			entity, again = strings.CutPrefix(entity, "amp;")
		}
		from := len(text) - len(entity)
		if end := strings.IndexByte(text[from:min(len(text), from+maxEscaped)], ';'); end > 0 {
			return escapedDash(text[:from+end+1])
		}
	}
	r, size := utf8.DecodeRuneInString(text)
	if kind = kindOf(r); kind == noDash || size == 0 || r == utf8.RuneError && size == 1 { // a byte of no character
		return noDash, 0
	}
	return kind, size
}

// dashEnding is dashAt for the end of a text.
func dashEnding(text string) (kind dashKind, size int) {
	for _, dash := range misread {
		if strings.HasSuffix(text, dash) {
			return drawnDash, len(dash)
		}
	}
	if strings.HasSuffix(text, ";") {
		from := max(0, len(text)-maxEscaped)
		if at := strings.LastIndexByte(text[from:], '&'); at >= 0 {
			return escapedDash(text[from+at:])
		}
	}
	r, size := utf8.DecodeLastRuneInString(text)
	if kind = kindOf(r); kind == noDash || size == 0 || r == utf8.RuneError && size == 1 { // a byte of no character
		return noDash, 0
	}
	return kind, size
}

func escapedDash(entity string) (kind dashKind, size int) {
	r, n := utf8.DecodeRuneInString(unescaped(entity))
	if kind = kindOf(r); kind == noDash || n != len(unescaped(entity)) {
		return noDash, 0
	}
	return kind, len(entity)
}

// unescaped is a text without entities, even if they were escaped again and again.
func unescaped(text string) string {
	for range 3 {
		if !strings.Contains(text, "&") {
			break
		}
		text = html.UnescapeString(text)
	}
	return text
}

// piece is a block, or what an app has left of one.
type piece struct {
	start, end int
	frames     []frame // its own first, in their order; those that stand inside are among them
	quoted     bool    // it stands in quoted mail
	doubtful   bool    // it is ours only if it leads where our link leads
	slight     bool    // it is a single frame without a line of ours beside it, and not as we write it
}

// paired are the pieces that have a first and a last line, and the frames that are left over, in the order of the text.
// A last line belongs to the nearest first line before it; quoted mail is looked at by itself.
func paired(text string, all []frame) (pieces []piece, single []frame) {
	var open [2][]int // the first lines without a last one, as indices of all
	closed := make([]int, len(all))
	for i, f := range all {
		stack := &open[0]
		if f.quoted {
			stack = &open[1]
		}
		switch n := len(*stack); {
		case f.first && (f.sure || leadsIn(text, all, i)):
			*stack = append(*stack, i)
		case !f.first && n > 0 && all[(*stack)[n-1]].bare == f.bare:
			closed[(*stack)[n-1]] = i
			*stack = (*stack)[:n-1]
		}
	}
	for i := 0; i < len(all); i++ {
		last := closed[i]
		if last == 0 {
			single = append(single, all[i])
			continue
		}
		pieces = append(pieces, piece{start: all[i].start, end: all[last].end, frames: all[i : last+1],
			quoted: all[i].quoted, doubtful: all[i].quoted || all[i].bare})
		i = last // what stands inside is part of it
	}
	return pieces, single
}

// leadsIn reports whether lines of ours follow a frame.
func leadsIn(text string, all []frame, i int) bool {
	return forward(text, all[i].end, nextFrame(text, all, i), nil) > all[i].end
}

func nextFrame(text string, all []frame, i int) int {
	if i+1 < len(all) {
		return all[i+1].start
	}
	return len(text)
}

// piecesIn finds the blocks in a text and what is left of others, in their order. known may be nil: then only what any
// block of ours says is known.
func piecesIn(text string, k *known) []piece {
	if !strings.Contains(text, firstWord) && !strings.Contains(text, lastWord) {
		return nil
	}
	all := framesIn(text)
	pieces, single := paired(text, all)
	for _, f := range single {
		i, _ := slices.BinarySearchFunc(all, f.start, func(f frame, at int) int { return f.start - at })
		p := piece{start: f.start, end: f.end, frames: all[i : i+1], quoted: f.quoted, doubtful: f.quoted || f.bare}
		if f.first {
			p.end = forward(text, f.end, nextFrame(text, all, i), k)
			p.doubtful = p.doubtful || !f.sure
		} else {
			from := 0
			if i > 0 {
				from = all[i-1].end
			}
			p.start = backward(text, from, f.start, k)
		}
		alone := p.end-p.start == f.end-f.start
		if p.slight = alone && !f.whole; !alone || f.sure && (f.whole || k.hasWritten()) {
			pieces = append(pieces, p)
		}
	}
	if slices.ContainsFunc(pieces, func(p piece) bool { return !p.slight }) {
		pieces = slices.DeleteFunc(pieces, func(p piece) bool { return p.slight })
	}
	slices.SortFunc(pieces, func(a, b piece) int { return a.start - b.start })
	return apart(pieces)
}

// apart leaves out pieces that reach into the one before them.
func apart(pieces []piece) []piece {
	kept, end := pieces[:0], 0
	for _, p := range pieces {
		if p.start < end && p.end <= end {
			continue
		}
		p.start = max(p.start, end)
		kept, end = append(kept, p), p.end
	}
	return kept
}
