package ical

import (
	"strings"
	"time"
	"unicode/utf8"
)

// Writer writes content lines to the end of a byte slice (RFC 5545 3.1): ended by CRLF and folded at 75 octets, with
// UTF-8 sequences and escapes in one piece. A line is a Name, its Params and one value. Whatever a text or a name may
// hold, it stays within its line. The zero value is ready for use.
type Writer struct {
	out    []byte
	column int // octets in the physical line so far
}

// NewWriter returns a Writer that appends to dst.
func NewWriter(dst []byte) *Writer { return &Writer{out: dst} }

// Bytes is what has been written, dst included.
func (w *Writer) Bytes() []byte { return w.out }

// Lines appends whole content lines, such as those of AppendZone.
func (w *Writer) Lines(lines []byte) { w.out = append(w.out, lines...) }

// Begin opens a component.
func (w *Writer) Begin(component string) {
	w.Name("BEGIN")
	w.Word(component)
}

// End closes it.
func (w *Writer) End(component string) {
	w.Name("END")
	w.Word(component)
}

// Name begins a line. The name is a constant of the program's and may have constant parameters behind it.
func (w *Writer) Name(name string) {
	w.column = 0
	w.put(name)
}

// Word ends the line with a value that is a word of the program's own or of digits: it is written as it is.
func (w *Writer) Word(value string) {
	w.put(":")
	w.put(value)
	w.endLine()
}

// Param writes a parameter. What must not stand in one (RFC 5545 3.2) is replaced: control characters and line ends by
// a space, a double quote by a single one. RFC 6868 has escapes for both, but few programs read them, and a name needs
// neither; only a ^ that would be taken for such an escape is itself escaped.
func (w *Writer) Param(name, value string) {
	w.put(";")
	w.put(name)
	w.put("=")
	quote := false
	for i := range len(value) {
		switch c := value[i]; {
		case c < ' ' || c >= 0x7f || c == '"' || c == '^':
			w.oddParam(value)
			return
		case c == ':' || c == ';' || c == ',':
			quote = true
		}
	}
	w.quoted(value, quote)
}

// oddParam writes the value of a parameter that holds more than letters.
func (w *Writer) oddParam(value string) {
	value = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(value, "\uFFFD"), breaksLine), " ")
	value = strings.ReplaceAll(strings.TrimSpace(value), `"`, "'")
	w.quoted(carets.Replace(value), strings.ContainsAny(value, ":;,"))
}

func (w *Writer) quoted(value string, quote bool) {
	if !quote {
		w.put(value)
		return
	}
	w.put(`"`)
	w.put(value)
	w.put(`"`)
}

var carets = strings.NewReplacer("^^", "^^^^", "^n", "^^n", "^'", "^^'")

// breaksLine reports whether some reader takes r for the end of a line, or whether no content line may hold it.
func breaksLine(r rune) bool {
	return r < ' ' || r >= 0x7f && r <= 0x9f || r == '\u2028' || r == '\u2029'
}

// plainText are the bytes that a TEXT value holds as they are. 0xC2 and 0xE2 begin the line ends of Unicode among
// others.
var plainText = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c >= ' '
	}
	for _, c := range []byte("\\,;\x7f\xc2\xe2") {
		plain[c] = false
	}
	plain['\t'] = true
	return plain
}()

// Text ends the line with a TEXT value (RFC 5545 3.3.11). Line ends of every kind become \n, those of Unicode included:
// some readers would break the content line there. Other control characters, which no content line may hold, are
// dropped.
func (w *Writer) Text(value string) {
	w.put(":")
	if !utf8.ValidString(value) {
		value = strings.ToValidUTF8(value, "\uFFFD")
	}
	from := 0
	for i := 0; i < len(value); {
		if plainText[value[i]] {
			i++
			continue
		}
		with, n := escaped(value[i:])
		if n == 0 {
			i++ // one of the many other characters that begin with 0xC2 or 0xE2
			continue
		}
		w.put(value[from:i])
		w.whole(with)
		i += n
		from = i
	}
	w.put(value[from:])
	w.endLine()
}

// escaped returns what is written for the first character of s, which is valid UTF-8, and how many bytes that stands
// for, 0 where it needs no escape.
func escaped(s string) (with string, n int) {
	switch s[0] {
	case '\\':
		return `\\`, 1
	case ',':
		return `\,`, 1
	case ';':
		return `\;`, 1
	case '\n':
		return `\n`, 1
	case '\r':
		if strings.HasPrefix(s, "\r\n") {
			return `\n`, 2
		}
		return `\n`, 1
	case 0xc2: // U+0085
		if s[1] == 0x85 {
			return `\n`, 2
		}
		return "", 0
	case 0xe2: // U+2028, U+2029
		if s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9) {
			return `\n`, 3
		}
		return "", 0
	}
	return "", 1
}

// URI ends the line with a URI, which is not escaped (RFC 5545 3.3.13). What no URI may hold (RFC 3986 2) is encoded
// with %.
func (w *Writer) URI(value string) {
	w.put(":")
	from := 0
	for i := range len(value) {
		if c := value[i]; !plainURI[c] {
			w.put(value[from:i])
			w.put(string([]byte{'%', hex[c>>4], hex[c&15]}))
			from = i + 1
		}
	}
	w.put(value[from:])
	w.endLine()
}

// plainURI are the bytes that a URI may hold.
var plainURI = func() (plain [256]bool) {
	for c := range plain {
		plain[c] = c > ' ' && c < 0x7f && strings.IndexByte("\"<>\\^`{|}", byte(c)) < 0
	}
	return plain
}()

const hex = "0123456789ABCDEF"

// Form is how the times of an event are written: all as its DTSTART is (RFC 5545 3.8.4.4, 3.8.5.1, 3.8.5.2).
type Form struct {
	Dates bool   // days, VALUE=DATE
	TZID  string // the clock of this zone; "" is UTC
}

// Times writes a whole line with one or more times.
func (w *Writer) Times(name string, f Form, times ...time.Time) {
	w.Name(name)
	switch {
	case f.Dates:
		w.put(";VALUE=DATE")
	case f.TZID != "":
		w.Param("TZID", f.TZID)
	}
	for i, t := range times {
		sep := ","
		if i == 0 {
			sep = ":"
		}
		w.put(sep)
		var b [16]byte
		w.put(string(f.append(b[:0], t)))
	}
	w.endLine()
}

// append appends a time, which is in the event's zone.
func (f Form) append(dst []byte, t time.Time) []byte {
	if !f.Dates && f.TZID == "" {
		t = t.UTC()
	}
	y, m, d := t.Date()
	dst = digits(dst, max(0, min(y, 9999)), 4)
	dst = digits(digits(dst, int(m), 2), d, 2)
	if f.Dates {
		return dst
	}
	hour, minute, second := t.Clock()
	dst = digits(digits(digits(append(dst, 'T'), hour, 2), minute, 2), second, 2)
	if f.TZID == "" {
		dst = append(dst, 'Z')
	}
	return dst
}

// digits appends n with that many digits.
func digits(dst []byte, n, width int) []byte {
	for range width {
		dst = append(dst, '0')
	}
	for i := len(dst) - 1; n > 0 && width > 0; i, width = i-1, width-1 {
		dst[i] = byte('0' + n%10)
		n /= 10
	}
	return dst
}

// put writes valid UTF-8 and folds where the line becomes too long.
func (w *Writer) put(s string) {
	for w.column+len(s) > maxLine {
		n := maxLine - w.column
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		w.out = append(append(w.out, s[:n]...), "\r\n "...)
		w.column = 1
		s = s[n:]
	}
	w.out = append(w.out, s...)
	w.column += len(s)
}

// whole is put for what must not be cut.
func (w *Writer) whole(s string) {
	if w.column+len(s) > maxLine {
		w.out = append(w.out, "\r\n "...)
		w.column = 1
	}
	w.put(s)
}

func (w *Writer) endLine() {
	w.out = append(w.out, "\r\n"...)
	w.column = 0
}
