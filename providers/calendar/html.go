package calendar

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	markup "golang.org/x/net/html"
)

// body is an HTML text and what a person sees of it: lines of plain text, each byte of which knows the bytes of the
// HTML that it comes from. So a block is found whatever an editor has wrapped around its words, and changed without
// touching a byte outside it.
type body struct {
	raw      string
	text     []byte
	from, to []int32 // of each byte of text: the byte range in raw
	document bool    // a whole page, in which line ends are nothing but white space
	quoted   int     // how many quotations are open
	divs     []div   // those that are open
	signing  bool    // one of them is a signature
	hints    Hints
	begins   int // what head says, once it was asked for; -1 before
}

// HTMLText is what a person sees of an HTML text. Line ends count as such unless it is a whole page, as in mails:
// calendar apps that keep fragments of HTML show them. Lines of a quotation begin with >.
func HTMLText(text string) string { return string(readHTML(text).text) }

// Hints are what the elements of an HTML text tell of its words, where the words themselves do not say it.
type Hints struct {
	// Signatures are parts of the text that mail programs have put below a mail.
	Signatures [][2]int
	// Headers are where such a program has drawn a line above a mail that it quotes.
	Headers []int
}

// HTMLWords is HTMLText with the hints to what in it is not the owner's.
func HTMLWords(text string) (words string, h Hints) {
	b := readHTML(text)
	for _, d := range b.divs {
		b.close(d)
	}
	return string(b.text), b.hints
}

// readHTML reads tolerantly: whatever it is, it has a text.
func readHTML(raw string) *body {
	b := &body{raw: raw, begins: -1}
	lower := strings.ToLower(raw)
	b.document = strings.Contains(lower, "<html") || strings.Contains(lower, "<body")
	z := markup.NewTokenizer(strings.NewReader(raw))
	hidden := ""
	for at := 0; ; {
		kind := z.Next()
		if kind == markup.ErrorToken {
			return b
		}
		size := len(z.Raw())
		start, end := at, at+size
		at = end
		if kind == markup.TextToken {
			if hidden == "" {
				b.words(start, end)
			}
			continue
		}
		name, _ := z.TagName()
		tag := string(name)
		switch {
		case hidden != "":
			if kind == markup.EndTagToken && tag == hidden {
				hidden = ""
			}
		case kind == markup.StartTagToken && (tag == "script" || tag == "style" || tag == "title"):
			hidden = tag
		case kind != markup.CommentToken && kind != markup.DoctypeToken:
			b.tag(tag, kind, start, end)
			if tag == "div" && kind != markup.SelfClosingTagToken {
				b.div(z, kind == markup.StartTagToken)
			}
		}
	}
}

// div is an element that is open, and what it is.
type div struct {
	quote bool
	signs bool
	at    int // where its text begins
}

// The classes and ids that mail programs give to what they quote, and to signatures. Outlook puts x_ in front of those
// in mail that it quotes.
var (
	quoteNames = []string{"gmail_quote", "gmail_quote_container", "gmail_extra", "yahoo_quoted", "protonmail_quote",
		"tutanota_quote", "zmail_extra", "moz-forward-container", "gmail_attr",
		"mail-editor-reference-message-container", "ms-outlook-mobile-reference-message", "__quoted_text__"}
	signNames = []string{"gmail_signature", "moz-signature", "signature", "protonmail_signature_block",
		"ms-outlook-mobile-signature", "__sig_pre__"}
	headerNames = []string{"divrplyfwdmsg", "appendonsend", "outlookmessageheader"}
)

// maxAttributes bounds how many attributes of an element are read.
const maxAttributes = 32

// div notes what begins or ends with a div.
func (b *body) div(z *markup.Tokenizer, starts bool) {
	if !starts {
		if n := len(b.divs); n > 0 {
			b.close(b.divs[n-1])
			b.divs = b.divs[:n-1]
		}
		return
	}
	d := div{at: len(b.text)}
	for range maxAttributes {
		key, value, more := z.TagAttr()
		switch string(key) {
		case "name": // GMX and web.de
			d.quote = d.quote || strings.EqualFold(string(value), "quote")
		case "class", "id", "data-marker":
			for name := range strings.FieldsSeq(strings.ToLower(string(value))) {
				name = strings.TrimPrefix(name, "x_")
				d.quote = d.quote || slices.Contains(quoteNames, name)
				d.signs = d.signs || slices.Contains(signNames, name)
				if slices.Contains(headerNames, name) {
					b.hints.Headers = append(b.hints.Headers, d.at)
				}
			}
		case "style": // Outlook for Windows: no border but the one above
			style := strings.ReplaceAll(strings.ToLower(string(value)), " ", "")
			if strings.Contains(style, "border:none") && strings.Contains(style, "border-top:solid") {
				b.hints.Headers = append(b.hints.Headers, d.at)
			}
		}
		if !more {
			break
		}
	}
	if d.quote {
		b.quoted++
	}
	if d.signs = d.signs && !b.signing; d.signs { // one inside another one is part of it
		b.signing = true
	}
	b.divs = append(b.divs, d)
}

func (b *body) close(d div) {
	if d.quote && b.quoted > 0 {
		b.quoted--
	}
	if d.signs {
		b.signing = false
		b.hints.Signatures = append(b.hints.Signatures, [2]int{d.at, len(b.text)})
	}
}

// breaks are the elements that begin on a line of their own.
var breaks = " p div li tr ul ol table h1 h2 h3 h4 h5 h6 hr pre blockquote section article dl dt dd "

func (b *body) tag(name string, kind markup.TokenType, start, end int) {
	switch {
	case name == "br":
		b.put('\n', start, end)
	case strings.Contains(breaks, " "+name+" ") && name != "":
		if n := len(b.text); n > 0 && b.text[n-1] != '\n' {
			b.put('\n', start, end)
		}
	}
	if name == "blockquote" {
		if kind == markup.StartTagToken {
			b.quoted++
		} else if b.quoted > 0 {
			b.quoted--
		}
	}
}

// put adds one byte of text that stands for raw[start:end].
func (b *body) put(c byte, start, end int) {
	if n := len(b.text); b.quoted > 0 && c != '\n' && (n == 0 || b.text[n-1] == '\n') {
		b.text = append(b.text, '>', ' ')
		b.from, b.to = append(b.from, int32(start), int32(start)), append(b.to, int32(start), int32(start))
	}
	b.text = append(b.text, c)
	b.from, b.to = append(b.from, int32(start)), append(b.to, int32(end))
}

// maxEntity is longer than the name of any character that HTML knows.
const maxEntity = 34

// words reads text between tags.
func (b *body) words(start, end int) {
	for i := start; i < end; {
		size, said := 1, b.raw[i:i+1]
		switch c := b.raw[i]; {
		case c == '&':
			if semi := strings.IndexByte(b.raw[i:min(end, i+maxEntity)], ';'); semi > 0 {
				if entity := b.raw[i : i+semi+1]; html.UnescapeString(entity) != entity {
					size, said = semi+1, html.UnescapeString(entity)
				}
			}
		case c >= utf8.RuneSelf:
			_, size = utf8.DecodeRuneInString(b.raw[i:end])
			said = b.raw[i : i+size]
		case c == '\r':
			said = ""
		}
		said = strings.ReplaceAll(said, "\u00a0", " ")
		if b.document && (said == "\n" || said == "\t") {
			said = " "
		}
		if b.document && said == " " && (len(b.text) == 0 || b.text[len(b.text)-1] == ' ' ||
			b.text[len(b.text)-1] == '\n') {
			said = "" // white space of a page is one space, and none where a line begins
		}
		for j := range len(said) {
			b.put(said[j], i, i+size)
		}
		i += size
	}
}

// raws is the part of the HTML that the text from start to end comes from.
func (b *body) raws(start, end int) (from, to int) {
	return int(b.from[start]), int(b.to[end-1])
}

// FindBlockHTML returns the byte range of the first block in an HTML text, and that block as plain lines.
func FindBlockHTML(text string) (start, end int, block string, ok bool) {
	b := readHTML(text)
	from, to, ok := FindBlock(string(b.text))
	if !ok {
		return 0, 0, "", false
	}
	start, end = b.raws(from, to)
	return start, end, string(b.text[from:to]), true
}

// markupTags are what an HTML text cannot do without, and what hardly anybody writes into a plain one.
var markupTags = regexp.MustCompile(`(?i)<br ?/?>|</(?:a|b|i|u|p|ul|ol|li|em|div|span|strong|h[1-6]|table|font|html|body|blockquote)>`)

// IsHTML reports whether a description that nobody declares to be the one or the other is HTML: as iCalendar has it,
// where some apps put HTML into what is to be plain text. Our own block does not count. When in doubt it is plain.
func IsHTML(text string) bool {
	return strings.Contains(text, "<") && markupTags.MatchString(text) && markupTags.MatchString(StripBlock(text))
}

// BlockInHTML is BlockIn for an HTML text.
func BlockInHTML(text string) string {
	return BlockIn(HTMLText(text))
}

// StripBlockHTML is StripBlock for an HTML text: what is left is HTML.
func StripBlockHTML(text string) string {
	b := readHTML(text)
	var left strings.Builder
	pos := 0
	for from, to := range Blocks(string(b.text)) {
		start, end := b.raws(from, to)
		left.WriteString(text[pos:max(pos, start)])
		pos = max(pos, end)
	}
	left.WriteString(text[pos:])
	return left.String()
}

// blockHTML is the block as simple HTML: the same lines, links that can be clicked.
func blockHTML(block string) string {
	lines := strings.Split(block, "\n")
	for i, line := range lines {
		words := strings.Split(line, " ")
		for j, word := range words {
			escaped := html.EscapeString(word)
			if strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://") {
				escaped = `<a href="` + escaped + `">` + escaped + `</a>`
			}
			words[j] = escaped
		}
		lines[i] = strings.Join(words, " ")
	}
	return strings.Join(lines, "<br>")
}

// EditsHTML is Edits for an HTML text. Where nobody would see the block at the end, because something is left open
// there (a quotation, a comment), it goes to the beginning. Whoever writes the result looks whether the block is in it.
func EditsHTML(text string, l Link) []Edit {
	b := readHTML(text)
	e := newEditor(string(b.text), l)
	at, right := e.place()
	var list []Edit
	end := 0
	for i, p := range e.pieces {
		if i == at && right {
			_, end = b.raws(p.start, p.end)
			continue
		}
		edit := b.edit(e, p, i == at)
		if edit.Start < end { // the tags around a quotation can be those of the piece before
			edit.Start = min(end, edit.End)
		}
		list, end = append(list, edit), max(end, edit.End)
	}
	if at >= 0 || l.Mark == "" {
		return list
	}
	return b.placed(list, l.Block)
}

// SpliceHTML is EditsHTML as a single one.
func SpliceHTML(text string, l Link) (start, end int, with string) {
	return joinEdits(text, EditsHTML(text, l))
}

// edit puts the block in the place of an old one, or takes that out.
func (b *body) edit(e *editor, p piece, replaced bool) Edit {
	from, above := p.start, ""
	if !replaced {
		from -= e.lead(from)
	} else if lead, quoted := e.unquote(from); quoted {
		if from -= lead; lead == 0 {
			above = "<br>"
		}
	}
	start, end := b.raws(from, p.end)
	typed := strings.Join(b.typed(p, owned(e.text, p, e.known)), "<br>")
	closing, opening := unbalanced(b.raw[start:end])
	switch {
	case replaced && typed != "":
		typed = above + blockHTML(e.link.Block) + "<br>" + typed
	case replaced:
		typed = above + blockHTML(e.link.Block)
	case typed == "":
		start, end = b.withLead(start, end)
	}
	return Edit{start, end, closing + typed + opening}
}

// placed adds a new block to edits that take others out: where it is read in what they leave, and where that is in what
// there was.
func (b *body) placed(list []Edit, block string) []Edit {
	if len(list) == 0 {
		start, end, with := b.place(block)
		return []Edit{{start, end, with}}
	}
	start, end, with := joinEdits(b.raw, list)
	left := b.raw[:start] + with + b.raw[end:]
	from, to, put := readHTML(left).place(block)
	with = left[min(from, start):from] + put + left[to:max(to, start+len(with))]
	return []Edit{{min(from, start), max(end, to-len(left)+len(b.raw)), with}}
}

// lead is the empty line between the owner's words and the block.
const lead = "<br><br>"

// place puts a new block where it can be seen.
func (b *body) place(block string) (start, end int, with string) {
	with = blockHTML(block)
	if b.raw == "" {
		return 0, 0, with
	}
	foot := b.foot()
	if seen := b.raw[:foot] + lead + with + b.raw[foot:]; showsBlock(seen, block) {
		return foot, foot, lead + with
	}
	head := b.head()
	return head, head, with + lead
}

func showsBlock(text, block string) bool {
	return SameBlock(BlockInHTML(text), block)
}

// foot is where the body of a page, or the fragment, ends.
func (b *body) foot() int {
	lower := strings.ToLower(b.raw)
	for _, tag := range []string{"</body", "</html"} {
		if at := strings.LastIndex(lower, tag); b.document && at >= 0 && len(lower) == len(b.raw) {
			return at
		}
	}
	return len(b.raw)
}

// head is where it begins.
func (b *body) head() int {
	lower := strings.ToLower(b.raw)
	at := strings.Index(lower, "<body")
	if !b.document || at < 0 || len(lower) != len(b.raw) {
		return 0
	}
	if end := strings.IndexByte(lower[at:], '>'); end >= 0 {
		return at + end + 1
	}
	return 0
}

// withLead adds to the range of a block the empty line that went in with it: in front of it, or behind one that begins
// the text.
func (b *body) withLead(start, end int) (int, int) {
	before := b.raw[:start]
	for _, lead := range []string{lead, "\n\n", "<br/><br/>", "<br /><br />"} {
		if strings.HasSuffix(before, lead) {
			return start - len(lead), end
		}
	}
	if b.begins < 0 {
		b.begins = b.head()
	}
	if start == b.begins && strings.HasPrefix(b.raw[end:], lead) {
		end += len(lead)
	}
	return start, end
}

// typed are parts of the text as the HTML that they were, each well-formed by itself.
func (b *body) typed(p piece, spans []span) []string {
	var lines []string
	var around nesting
	read := int(b.from[p.start])
	for _, s := range b.withImages(p, spans) {
		from, to := b.partOf(s)
		around.read(b.raw[min(read, from):from])
		read = max(read, from)
		lines = append(lines, balanced(around.short()+b.raw[from:to]))
	}
	return lines
}

// withImages adds the lines in which there is nothing but an image: we write none.
func (b *body) withImages(p piece, spans []span) []span {
	all := spans
	for at := p.start + 1; at < p.end; at++ {
		if b.text[at] == '\n' && b.text[at-1] == '\n' && b.to[at-1] < b.from[at] &&
			strings.Contains(strings.ToLower(b.raw[b.to[at-1]:b.from[at]]), "<img") {
			all = append(all, span{at, at, true})
		}
	}
	slices.SortStableFunc(all, func(x, y span) int { return x.start - y.start })
	return all
}

// partOf is the HTML of a span.
func (b *body) partOf(s span) (from, to int) {
	if s.line {
		return b.wholeLine(s)
	}
	return b.raws(s.start, s.end)
}

// wholeLine is a line with the tags around its words: from the end of the line end before it to the next one.
func (b *body) wholeLine(s span) (from, to int) {
	start, end := s.start, s.end
	if start < end {
		from, to = b.raws(start, end)
	}
	for start > 0 && b.text[start-1] != '\n' && b.text[start-1] <= ' ' {
		start--
	}
	for end < len(b.text) && b.text[end] != '\n' && b.text[end] <= ' ' {
		end++
	}
	if start > 0 && b.text[start-1] == '\n' {
		from = int(b.to[start-1])
	}
	if end < len(b.text) && b.text[end] == '\n' {
		to = int(b.from[end])
	}
	return from, to
}

// balanced makes part well-formed by itself: what is left open is closed, and ends without a beginning are left out.
func balanced(part string) string {
	var b strings.Builder
	var open []string
	z := markup.NewTokenizer(strings.NewReader(part))
	for {
		kind := z.Next()
		if kind == markup.ErrorToken {
			break
		}
		raw := string(z.Raw())
		name, _ := z.TagName()
		tag := string(name)
		switch {
		case strings.Contains(voids, " "+tag+" "):
		case kind == markup.StartTagToken:
			open = append(open, tag)
		case kind == markup.EndTagToken:
			if n := len(open); n == 0 || open[n-1] != tag {
				continue
			}
			open = open[:len(open)-1]
		}
		b.WriteString(raw)
	}
	for i := len(open) - 1; i >= 0; i-- {
		b.WriteString("</" + open[i] + ">")
	}
	return b.String()
}

// voids are the elements that have no end tag.
var voids = " br hr img input meta link wbr area base col embed source track "

// unbalanced returns the tags in part whose other half lies outside it, end tags and start tags apart. Whoever replaces
// the part keeps them, so that the text around stays what it is.
func unbalanced(part string) (closing, opening string) {
	var n nesting
	n.read(part)
	closers, openers := n.apart()
	return joined(closers), joined(openers)
}

// nesting are the tags of an HTML text that have no other half in it.
type nesting struct {
	closers, openers []element
	size             int // bytes of all openers
}

type element struct{ name, raw string }

// read goes on with the next part of the text.
func (n *nesting) read(part string) {
	z := markup.NewTokenizer(strings.NewReader(part))
	for {
		kind := z.Next()
		if kind == markup.ErrorToken {
			return
		}
		raw := string(z.Raw())
		name, _ := z.TagName()
		t := element{string(name), raw}
		switch {
		case strings.Contains(voids, " "+t.name+" "):
		case kind == markup.StartTagToken:
			n.openers = append(n.openers, t)
			n.size += len(raw)
		case kind == markup.EndTagToken:
			if last := len(n.openers) - 1; last >= 0 && n.openers[last].name == t.name {
				n.size -= len(n.openers[last].raw)
				n.openers = n.openers[:last]
			} else {
				n.closers = append(n.closers, t)
			}
		}
	}
}

// apart are the tags without those that end what begins again at once.
func (n *nesting) apart() (closers, openers []element) {
	closers, openers = n.closers, n.openers
	for len(closers) > 0 && len(openers) > 0 && closers[len(closers)-1].name == openers[0].name {
		closers, openers = closers[:len(closers)-1], openers[1:]
	}
	return closers, openers
}

// maxAround bounds the tags that are repeated around a line, in bytes: a line that is deeper in others stands without
// them.
const maxAround = 4 << 10

// short are the start tags that are open, if they are not too many.
func (n *nesting) short() string {
	if n.size > maxAround {
		return ""
	}
	_, openers := n.apart()
	return joined(openers)
}

func joined(tags []element) string {
	var b strings.Builder
	for _, t := range tags {
		b.WriteString(t.raw)
	}
	return b.String()
}
