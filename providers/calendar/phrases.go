package calendar

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// known is what is known of the lines of a block: what we have written, and what is to be written.
type known struct {
	lines   map[string]bool // whole lines, folded
	phrases *phrase         // the same, word by word, for lines that were run together
	urls    []string        // where our link leads and led
	codes   []string        // passcodes
	values  map[string]bool // what stands behind our labels, folded
	length  int             // of the phrases, in bytes
	earlier bool            // there was a link before this one
}

// hasWritten reports whether we are known to have written into the text before.
func (k *known) hasWritten() bool { return k != nil && k.earlier }

// phrase is a node in the tree of known lines: the words that may come next.
type phrase struct {
	next map[string]*phrase
	ends bool
}

// Bounds on the known lines that are looked for inside other lines.
const (
	maxPhrase  = 40       // words of one
	maxPhrases = 16 << 10 // bytes of all
	maxWord    = 2 << 10  // bytes of a word
	maxCodes   = 8        // passcodes
	minValue   = 4        // bytes behind a label, with the space before them
)

func knownOf(l *Link) *known {
	k := &known{lines: map[string]bool{}, phrases: &phrase{}, values: map[string]bool{},
		earlier: l.Was != (Was{})}
	for _, url := range []string{l.JoinURL, l.Was.JoinURL, BlockURL(l.Block), BlockURL(l.Was.Block)} {
		if url != "" {
			k.urls = append(k.urls, url)
		}
	}
	for _, block := range []string{l.Block, l.Was.Block} {
		for line := range strings.Lines(block) {
			k.line(strings.TrimSpace(line))
		}
	}
	return k
}

func (k *known) line(line string) {
	k.lines[folded(line)] = true
	if code := strings.TrimSpace(strings.TrimPrefix(line, "Passcode:")); code != line && code != "" &&
		len(k.codes) < maxCodes {
		k.codes = append(k.codes, code)
	}
	if label := labelOf(line); label != "" && len(line)-len(label) > minValue {
		k.values[folded(strings.TrimPrefix(line, label))] = true
	}
	words := strings.Fields(line)
	if k.length += len(line); len(words) > maxPhrase || len(words) < 2 || k.length > maxPhrases {
		return
	}
	node := k.phrases
	for _, word := range words {
		word = folded(word)
		if node.next[word] == nil {
			if node.next == nil {
				node.next = map[string]*phrase{}
			}
			node.next[word] = &phrase{}
		}
		node = node.next[word]
	}
	node.ends = true
}

// leads reports whether a text holds an address of our link: that of the same meeting, whatever is behind the question
// mark.
func (k *known) leads(text string) bool {
	for _, url := range k.urls {
		base, _, _ := strings.Cut(url, "?")
		for rest := text; ; {
			_, after, ok := strings.Cut(rest, base)
			if !ok {
				break
			}
			if next, _ := utf8.DecodeRuneInString(after); after == "" || !unicode.IsLetter(next) &&
				!unicode.IsDigit(next) {
				return true
			}
			rest = after
		}
	}
	return false
}

// folded is a line without what apps change of it by themselves: entities, the kinds of dashes, quotes and spaces,
// marks that cannot be seen.
func folded(line string) string {
	plain := true
	for i := range len(line) {
		if c := line[i]; c >= utf8.RuneSelf || c == '&' || c == '"' {
			plain = false
			break
		}
	}
	if !plain {
		line = unescaped(line)
		for _, dash := range misread {
			line = strings.ReplaceAll(line, dash, "-")
		}
		line = strings.Map(foldRune, line)
	}
	if !strings.ContainsAny(line, " \t\r\n\v\f") {
		return line
	}
	return strings.Join(strings.Fields(line), " ")
}

func foldRune(r rune) rune {
	switch {
	case kindOf(r) == drawnDash || kindOf(r) == otherDash:
		return '-'
	case strings.ContainsRune("\"'`´‘’‚‛“”„‟«»‹›′″「」『』", r):
		return '\''
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r): // zero width, soft hyphens, directions
		return -1
	}
	return r
}

// What a line of ours says behind its label. The label may have got a space before its colon, as typographers do in
// French, and the link may have become an element of HTML that is shown as such.
var (
	linkLabel  = regexp.MustCompile(`^(?:Join|Register)[ \x{a0}\x{202f}]?[:：][ \t\x{a0}]*\n?[ \t]*`)
	idLabel    = regexp.MustCompile(`^Meeting[ \x{a0}]ID[ \x{a0}\x{202f}]?[:：][ \t\x{a0}]*([0-9][0-9 \x{a0}]{2,16})`)
	codeLabel  = regexp.MustCompile(`^Passcode[ \x{a0}\x{202f}]?[:：][ \t\x{a0}]*([A-Za-z0-9@_*\-]{1,10})`)
	linkScheme = regexp.MustCompile(`^https?://`)
)

// shownTags are the elements of a block in HTML, and those that editors put around them, as far as they may be shown as
// text.
var shownTags = regexp.MustCompile(`^/?(?:br|a|p|div|span)[ />&]`)

// maxTag bounds such a tag, in bytes.
const maxTag = 4 << 10

// shownBreak is a line end that was escaped once too often.
const shownBreak = `\n`

// shownTag is the length of a tag that is shown as text, which text begins with; 0 for none. Its brackets may be
// entities. A line end may be shown as well.
func shownTag(text string) int {
	if strings.HasPrefix(text, shownBreak) {
		return len(shownBreak)
	}
	at := escapedAt(text, '<', "lt;")
	if at == 0 || !shownTags.MatchString(text[at:]) {
		return 0
	}
	for most := min(len(text), maxTag); at < most; at++ {
		if n := escapedAt(text[at:], '>', "gt;"); n > 0 {
			return at + n
		}
		if text[at] == '<' || text[at] == '\n' {
			return 0
		}
	}
	return 0
}

// escapedAt is the length of a character, as it is or as an entity, that text begins with; 0 if it does not.
func escapedAt(text string, char byte, entity string) int {
	switch {
	case text == "":
		return 0
	case text[0] == char:
		return 1
	case text[0] != '&':
		return 0
	}
	rest := text[1:]
	for range 2 {
		rest = strings.TrimPrefix(rest, "amp;")
	}
	if !strings.HasPrefix(rest, entity) {
		return 0
	}
	return len(text) - len(rest) + len(entity)
}

// urlEnd is how long the address is that a text begins with. It ends where the next line of ours begins, even if
// nothing parts them.
func urlEnd(text string) int {
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("<>\"─", r) })
	if end < 0 {
		end = len(text)
	}
	for _, stop := range []string{"Meeting", "Passcode:", "&lt;", "&amp;lt;", "&quot;", "&amp;quot;", shownBreak,
		misread[0], misread[1]} {
		at := strings.Index(text[:end], stop)
		if at < 0 || stop == "Meeting" && !strings.HasPrefix(text[at:], "Meeting ID:") {
			continue
		}
		end = at
	}
	return end
}

// phraseAt is how much of a text, from its beginning, a line of ours says: 0 where it says something else.
func phraseAt(text string, k *known) int {
	if k != nil {
		if n := k.phraseAt(text); n > 0 {
			word := strings.TrimRightFunc(text[:n], func(r rune) bool { return !unicode.IsSpace(r) })
			if at := len(word); linkScheme.MatchString(text[at:n]) {
				n += againAt(text[n:], text[at:n])
			}
			return n
		}
	}
	if text == "" || !strings.ContainsRune("JRMPh", rune(text[0])) {
		return 0
	}
	if m := linkLabel.FindString(text); m != "" {
		return linkedAt(text, len(m), k)
	}
	if m := idLabel.FindStringSubmatchIndex(text); m != nil {
		return len(strings.TrimRight(text[:m[1]], " \u00a0"))
	}
	if m := codeLabel.FindStringSubmatchIndex(text); m != nil {
		return k.codeAt(text, m[2], m[1])
	}
	return k.urlAt(text)
}

// codeAt is where a passcode ends that begins at start, if it is one: a known one, or a single word up to end.
func (k *known) codeAt(text string, start, end int) int {
	if k != nil {
		for _, code := range k.codes {
			if strings.HasPrefix(text[start:], code) {
				return start + len(code)
			}
		}
	}
	if endsPhrase(text[end:]) {
		return end
	}
	return 0
}

// linkedAt is the end of the address behind a label, with what an app has put around it: 0 where there is none.
func linkedAt(text string, at int, k *known) int {
	at += shownTag(text[at:])
	closing := ""
	if at < len(text) && strings.ContainsRune("<[(", rune(text[at])) {
		closing = map[byte]string{'<': ">", '[': "]", '(': ")"}[text[at]]
		at++
	}
	if !linkScheme.MatchString(text[at:]) {
		return 0
	}
	n := k.urlAt(text[at:])
	if n == 0 {
		n = urlEnd(text[at:])
	}
	url := text[at : at+n]
	at += n
	if strings.HasPrefix(text[at:], closing) {
		at += len(closing)
	}
	for range 3 {
		at += againAt(text[at:], url)
	}
	return at
}

// againAt is how much of a text is an address again, in brackets, as apps write it that make plain text of HTML.
func againAt(text, url string) int {
	rest := text
	if after := strings.TrimLeftFunc(text[:min(len(text), maxGap)], isBlank); strings.HasPrefix(after, "<") {
		rest = text[min(len(text), maxGap)-len(after):]
	}
	if rest == "" || !strings.ContainsRune("<[(", rune(rest[0])) || !linkScheme.MatchString(rest[1:]) {
		return 0
	}
	closing := map[byte]byte{'<': '>', '[': ']', '(': ')'}[rest[0]]
	end := strings.IndexByte(rest[:min(len(rest), maxTag)], closing)
	if end < 0 && len(rest) <= maxTag && strings.HasPrefix(url, strings.TrimSpace(rest[1:])) {
		return len(text) // the end of the text was cut off
	}
	if end < 0 || strings.ContainsAny(rest[:end], " \n") {
		return 0
	}
	isGlued := len(rest) == len(text) && rest[0] == '<'
	if !isGlued && !strings.Contains(rest[:end], url) {
		return 0
	}
	return len(text) - len(rest) + end + 1
}

// urlAt is how much of a text one of our own addresses is, as a word by itself; 0 for none.
func (k *known) urlAt(text string) int {
	if k == nil {
		return 0
	}
	for _, url := range k.urls {
		if n := prefixed(text, url); n > 0 && !strings.HasPrefix(text[n:], "/") {
			return n
		}
	}
	return 0
}

// prefixed is how much of a text says what want says, entities or not; 0 if it does not begin with it. An address may
// have been broken into lines that are short enough for a mail.
func prefixed(text, want string) int {
	i, broken := 0, 0
	for j := range len(want) {
		if n := breakAt(text[i:]); n > 0 && j > len("https://") && broken < maxBroken {
			broken++
			i += n
		}
		switch {
		case i < len(text) && text[i] == want[j]:
			i++
			for want[j] == '&' && strings.HasPrefix(text[i:], "amp;") {
				i += len("amp;")
			}
		default:
			return 0
		}
	}
	return i
}

// maxBroken bounds how many line ends an app has put into an address.
const maxBroken = 4

// breakAt is how much of a text, from its beginning, is a line end that an app has put there, or has made something
// else of since.
func breakAt(text string) int {
	if strings.HasPrefix(text, shownBreak) {
		return len(shownBreak)
	}
	if text == "" || !strings.ContainsRune("\r\n ", rune(text[0])) {
		return 0
	}
	return len(text) - len(strings.TrimLeft(text, "\r\n \t>"))
}

// endsPhrase reports whether the text behind a passcode leaves no doubt that it is one: the line ends, or goes on with
// one of ours.
func endsPhrase(rest string) bool {
	line := strings.TrimLeftFunc(rest, isBlank)
	if line == "" || strings.ContainsRune("\r\n<&", rune(line[0])) || strings.HasPrefix(line, shownBreak) {
		return true
	}
	if kind, _ := dashAt(line); kind == drawnDash || labelOf(line) != "" {
		return true
	}
	return false
}

// phraseAt is how much of a text is a known line, whose words may stand on other lines than they did.
func (k *known) phraseAt(text string) int {
	node, at, found := k.phrases, 0, 0
	for range maxPhrase {
		if node.next == nil {
			return found
		}
		end := at + strings.IndexFunc(text[at:], unicode.IsSpace)
		if end < at {
			end = len(text)
		}
		if dash := strings.Index(text[at:end], "─"); dash > 0 {
			end = at + dash // the last line follows without a space
		}
		if end-at > maxWord {
			return found
		}
		if node = node.next[folded(text[at:end])]; node == nil {
			return found
		}
		if node.ends {
			found = end
		}
		rest := strings.TrimLeftFunc(text[end:min(len(text), end+maxGap)], unicode.IsSpace)
		at = min(len(text), end+maxGap) - len(rest)
	}
	return found
}

// between is how much of a text, from its beginning, is what may stand between lines of ours: white space, line ends
// that are shown as tags, the marks of quotations and lists.
func between(text string) int {
	at := 0
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if n := shownTag(text[at:]); n > 0 {
			size = n
		} else if !unicode.IsSpace(r) && !strings.ContainsRune(">•*|·", r) && !unicode.Is(unicode.Cf, r) {
			break
		}
		at += size
	}
	return at
}

// forward is where the lines of ours end that follow a place; they go no further than to end.
func forward(text string, at, end int, k *known) int {
	start, last := at, at
	for at < end {
		at += between(text[at:end])
		n := phraseAt(text[at:end], k)
		if n == 0 {
			n = k.lineAt(text[at:end])
		}
		if n > 0 {
			at += n
			last = at
		} else if next := k.resumes(text[last:end]); next > 0 {
			at = last + next
		} else {
			break
		}
	}
	if end == len(text) && k.begins(text[last+between(text[last:]):]) {
		return last + len(strings.TrimRightFunc(text[last:], unicode.IsSpace))
	}
	below := strings.TrimLeftFunc(text[last:end], unicode.IsSpace)
	if line, _, _ := strings.Cut(below, "\n"); last > start && isPartOfFrame(line, strings.HasPrefix) {
		return end - len(below) + len(line)
	}
	return last
}

// maxTyped bounds how much somebody may have typed between lines of ours that have lost their frame, in bytes.
const maxTyped = 2 << 10

// resumes is where a line begins that we are known to have written, behind somebody's words: 0 where there is none.
func (k *known) resumes(text string) int {
	if k == nil {
		return 0
	}
	text = text[:min(len(text), maxTyped)]
	for at := between(text); at < len(text); {
		if k.wrote(text[at:]) {
			return at
		}
		at += wordEnd(text[at:])
		at += between(text[at:])
	}
	return 0
}

// wrote reports whether a text begins with a line that we are known to have written.
func (k *known) wrote(text string) bool {
	if k == nil {
		return false
	}
	n := phraseAt(text, k)
	return n > 0 && (k.phraseAt(text) > 0 || k.leads(text[:n]))
}

// lineAt is the length of the first line of a text if that is known as a whole, else 0.
func (k *known) lineAt(text string) int {
	line, _, _ := strings.Cut(text, "\n")
	if k == nil || strings.TrimSpace(line) == "" || !k.lines[folded(line)] && !k.translated(line) {
		return 0
	}
	return len(line)
}

// maxLabelSize bounds what may stand before the colon of a line, in bytes.
const maxLabelSize = 48

// translated reports whether a line says, behind a label that is not ours, just what one of our lines says: an app has
// translated the label.
func (k *known) translated(line string) bool {
	at := strings.IndexAny(line[:min(len(line), maxLabelSize)], ":：")
	if at <= 0 {
		return false
	}
	_, size := utf8.DecodeRuneInString(line[at:])
	said := strings.TrimSpace(line[at+size:])
	return k.values[folded(said)] || k.leads(said) && linkedAt(said, 0, k) == len(said)
}

// begins reports whether a text is the beginning of a line of ours, as where the end was cut off.
func (k *known) begins(part string) bool { return k.part(part, strings.HasPrefix) }

// ends reports the same of the end of a line.
func (k *known) ends(part string) bool { return k.part(part, strings.HasSuffix) }

func (k *known) part(part string, is func(line, part string) bool) bool {
	part = folded(part)
	if len(part) > 4096 || part == "" || strings.Contains(part, "\n") {
		return false
	}
	for _, line := range []string{folded(BlockFirst), folded(BlockLast)} {
		if is(line, part) && (k != nil || len(part) > 6) {
			return true
		}
	}
	if k == nil || len(part) < 3 {
		return false
	}
	for line := range k.lines {
		if is(line, part) {
			return true
		}
	}
	return false
}

// backward is where the lines of ours begin that lead up to a place; they begin no earlier than from.
func backward(text string, from, at int, k *known) int {
	if from < at-maxPhrases {
		from = at - maxPhrases
	}
	start, after, open := at, from, false // where the lines begin, and where the last phrase ended that belongs to them
	wrote := false                        // one of them is known to be ours: then somebody may have typed between them
	for pos := from; pos < at; {
		gap := between(text[pos:at])
		begins := pos == from || strings.Contains(text[pos:pos+gap], "\n")
		pos += gap
		n := phraseAt(text[pos:at], k)
		if n == 0 && begins {
			n = k.lineAt(text[pos:at])
		}
		if n > 0 {
			if !open || between(text[after:pos]) < pos-after && (!wrote || pos-after > maxTyped) {
				start, open, wrote = pos, true, false
			}
			wrote = wrote || k.wrote(text[pos:at])
			pos += n
			after = pos
			continue
		}
		if pos < at {
			pos += wordEnd(text[pos:at])
		}
	}
	if !open || between(text[after:at]) < at-after && (!wrote || at-after > maxTyped) {
		start = at
	}
	if from == 0 && k.ends(text[:start]) {
		return 0
	}
	above := strings.TrimRightFunc(text[from:start], unicode.IsSpace)
	if line := above[strings.LastIndexByte(above, '\n')+1:]; start < at && isPartOfFrame(line, strings.HasSuffix) {
		return from + len(above) - len(line)
	}
	return start
}

// isPartOfFrame reports whether a line is a part of our first or last line, as where a block was cut: dashes and
// letters of the word.
func isPartOfFrame(line string, is func(frame, part string) bool) bool {
	part := folded(line)
	isDrawn := strings.Trim(line, "─") == "" // or a ruler of the owner's, but not beside our lines
	if !strings.Contains(part, "-") || !isDrawn && !strings.ContainsAny(part, "zomtagZ") {
		return false
	}
	return is(folded(BlockFirst), part) || is(folded(BlockLast), part)
}

// wordEnd is where the first word of a text ends.
func wordEnd(text string) int {
	switch end := strings.IndexFunc(text, unicode.IsSpace); {
	case end > 0:
		return end
	case end < 0:
		return len(text)
	}
	_, size := utf8.DecodeRuneInString(text)
	return size
}

// span is a part of a text that is the owner's.
type span struct {
	start, end int
	line       bool // it is all that the line says
}

// owned are the parts of a piece that are the owner's: what somebody has typed into it.
func owned(text string, p piece, k *known) []span {
	var spans []span
	at := p.start
	for i, f := range p.frames {
		inside := i > 0 && i < len(p.frames)-1
		if f.start < at || f.quoted && !p.quoted || !f.sure && inside {
			continue
		}
		spans = appendOwned(spans, text, at, f.start, k)
		at = f.end
	}
	spans = appendOwned(spans, text, at, p.end, k)
	if n := len(spans); n > 0 && p.frames[len(p.frames)-1].first && isCutEnd(text, spans[n-1], p, k) {
		spans = spans[:n-1]
	}
	if len(spans) > 0 && !p.frames[0].first && isCutBeginning(text, spans[0], p, k) {
		spans = spans[1:]
	}
	return spans
}

// isCutEnd reports whether the last words in a piece without its last line are what is left of a line of ours, where
// the text ends or the piece does.
func isCutEnd(text string, s span, p piece, k *known) bool {
	if endsHere(text[s.end:]) && k.begins(text[s.start+between(text[s.start:]):]) {
		return true
	}
	ends := s.line && strings.TrimSpace(text[s.end:p.end]) == ""
	return ends && isPartOfFrame(text[s.start:s.end], strings.HasPrefix)
}

// isCutBeginning is the same of the first words in a piece without its first line.
func isCutBeginning(text string, s span, p piece, k *known) bool {
	if endsHere(text[:s.start]) && k.ends(text[:s.end]) {
		return true
	}
	begins := s.line && strings.TrimSpace(text[p.start:s.start]) == ""
	return begins && isPartOfFrame(text[s.start:s.end], strings.HasSuffix)
}

func appendOwned(spans []span, text string, at, end int, k *known) []span {
	for at < end {
		line, _, _ := strings.Cut(text[at:end], "\n")
		from, until := at+between(line), at+len(line)
		if n := phraseAt(text[min(from, until):end], k); from+n > until { // an address that was broken in two
			at = from + n
			continue
		}
		at = min(until+1, end)
		to := from + len(strings.TrimRightFunc(text[min(from, until):until], unicode.IsSpace))
		if from < to && k.lineAt(text[from:to]) == 0 {
			spans = typedIn(spans, text, from, to, k)
		}
	}
	return spans
}

// typedIn appends what in a line is not ours. Marks alone that are left over beside words of ours are nobody's.
func typedIn(spans []span, text string, from, to int, k *known) []span {
	begin, ours := from, false
	add := func(until int) {
		part := strings.TrimSpace(text[begin:until])
		if part == "" || ours && !saysSomething(part) {
			return
		}
		start := begin + strings.Index(text[begin:until], part)
		spans = append(spans, span{start, start + len(part), start == from && until == to})
	}
	for at := from; at < to; {
		n := phraseAt(text[at:to], k)
		if n == 0 {
			n = shownTag(text[at:to])
		}
		if n == 0 {
			n = bareLabel(text[at:to], k)
		}
		if n > 0 {
			ours = true
			add(at)
			at += n
			begin = at
			if at < to && !unicode.IsSpace(rune(text[at])) {
				continue // run together
			}
		} else {
			at += wordEnd(text[at:to])
		}
		at += len(text[at:to]) - len(strings.TrimLeftFunc(text[at:to], unicode.IsSpace))
	}
	add(to)
	return spans
}

// bareLabel is the length of a label of ours that stands before somebody's words, if what it labels is known.
func bareLabel(text string, k *known) int {
	if k == nil {
		return 0
	}
	label := labelOf(text)
	if label == "" {
		return 0
	}
	line, _, _ := strings.Cut(text[:min(len(text), maxTag)], "\n")
	for _, url := range k.urls {
		if strings.Contains(line, url) && (label == "Join:" || label == "Register:") {
			return len(label)
		}
	}
	return 0
}

// saysSomething reports whether there is more in a text than punctuation and drawn lines.
func saysSomething(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) && r >= 0x2600
	})
}
