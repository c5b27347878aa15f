package ical

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// text decodes a TEXT value (RFC 5545 3.3.11) leniently: unknown escapes keep their backslash, commas and semicolons
// need no escape, a tab may be written \t, and quotes and colons may be escaped although they should not be.
func text(value []byte, eol byte) string {
	d := decoder{raw: value, eol: eol}
	var b strings.Builder
	b.Grow(len(value))
	for {
		c, ok := d.next()
		if !ok {
			return asUTF8(decoded{text: b.String()}).text
		}
		b.WriteByte(c)
	}
}

// asUTF8 takes bytes that are no UTF-8 for Windows-1252, which they are in practice: iCalendar has no other encoding
// than UTF-8 (RFC 5545 3.1.4), and programs that do not know that write the one of Windows.
func asUTF8(d decoded) decoded {
	if utf8.ValidString(d.text) {
		return d
	}
	var b strings.Builder
	after := d.after[:min(1, len(d.after)):min(1, len(d.after))]
	for i := 0; i < len(d.text); {
		r, n := utf8.DecodeRuneInString(d.text[i:])
		if r == utf8.RuneError && n == 1 {
			r = charmap.Windows1252.DecodeByte(d.text[i])
		}
		b.WriteRune(r)
		if d.after != nil {
			for len(after) < b.Len() { // nothing begins or ends within a character
				after = append(after, d.after[i])
			}
			after = append(after, d.after[i+n])
		}
		i += n
	}
	return decoded{text: b.String(), after: after}
}

// decoded is a TEXT value with a map from its bytes to those of the file.
type decoded struct {
	text string
	// after[i] is the offset in the file behind what text[:i] is written as, and before a fold that may follow.
	after []int32
}

// decodeText is text that remembers where everything stood. base is the offset of value in the file.
func decodeText(value []byte, base int, eol byte) decoded {
	d := decoder{raw: value, eol: eol}
	var b strings.Builder
	after := make([]int32, 1, len(value)+1)
	after[0] = int32(base)
	for {
		c, ok := d.next()
		if !ok {
			return asUTF8(decoded{text: b.String(), after: after})
		}
		b.WriteByte(c)
		after = append(after, int32(base+d.pos))
	}
}

// decoder yields the bytes of a TEXT value, each escape decoded.
type decoder struct {
	raw []byte
	pos int
	eol byte
	// returns is the end of a run of carriage returns that belongs to no fold: it is looked at once.
	returns int
}

func (d *decoder) skipFolds() {
	for d.pos >= d.returns {
		n := fold(d.raw[d.pos:], d.eol)
		if n == 0 {
			for d.returns = d.pos; d.returns < len(d.raw) && d.raw[d.returns] == '\r'; d.returns++ {
			}
			return
		}
		d.pos += n
	}
}

func (d *decoder) next() (byte, bool) {
	at := d.pos
	if d.skipFolds(); d.pos >= len(d.raw) {
		d.pos = at
		return 0, false
	}
	c := d.raw[d.pos]
	d.pos++
	if c != '\\' {
		return c, true
	}
	at = d.pos
	if d.skipFolds(); d.pos < len(d.raw) {
		e := d.raw[d.pos]
		d.pos++
		switch e {
		case 'n', 'N':
			return '\n', true
		case 't':
			return '\t', true
		case '\\', ',', ';', ':', '"':
			return e, true
		}
	}
	d.pos, d.returns = at, at // what is behind the backslash is looked at anew
	return '\\', true
}

// list splits a value of several texts at its unescaped commas (CATEGORIES).
func list(value []byte, eol byte) []string {
	value = unfold(value, eol)
	var items []string
	from := 0
	for i := 0; i <= len(value); i++ {
		if i+1 < len(value) && value[i] == '\\' {
			i++
			continue
		}
		if i == len(value) || value[i] == ',' {
			if item := strings.TrimSpace(text(value[from:i], eol)); item != "" {
				items = append(items, item)
			}
			from = i + 1
		}
	}
	return items
}

// escape encodes a text as a TEXT value. Line ends become \n; other control characters, which no content line may hold
// (RFC 5545 3.1), are dropped, but for the tab.
func escape(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\\' || r == ',' || r == ';':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t':
			b.WriteByte('\t')
		case r < ' ' || r == 0x7f:
		case r == utf8.RuneError && n == 1: // a stray byte: the file would no longer be UTF-8
			b.WriteRune(utf8.RuneError)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// maxLine is how many octets a physical line should have at most, its ending not counted (RFC 5545 3.1).
const maxLine = 75

// lastUnit is how many bytes the last character of an escaped text takes, with the backslash before it.
func lastUnit(content string) int {
	n := 0
	for rest := content; rest != ""; rest = rest[n:] {
		n = firstUnit(rest)
	}
	return n
}

// firstUnit is the same for the first character.
func firstUnit(content string) int {
	if content[0] == '\\' && len(content) > 1 {
		return 2
	}
	if _, size := utf8.DecodeRuneInString(content); size > 1 {
		return size
	}
	return 1
}

// appendFolded appends content to dst, folding where a physical line would become too long. column is how many octets
// the line already holds. UTF-8 sequences and escapes stay whole.
func appendFolded(dst []byte, content, eol string, column int) []byte {
	for len(content) > 0 {
		n := firstUnit(content)
		if column+n > maxLine {
			dst = append(append(dst, eol...), ' ')
			column = 1
		}
		dst = append(dst, content[:n]...)
		column += n
		content = content[n:]
	}
	return dst
}
