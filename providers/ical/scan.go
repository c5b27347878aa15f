package ical

import (
	"bytes"
)

// Limits bound what a file may ask of us. They are far beyond what calendar apps write; what exceeds them is an attack
// or an accident. The values of properties have no limit of their own: attachments travel in them.
type Limits struct {
	Bytes  int // of the whole file
	Head   int // bytes of a property's name and parameters
	Depth  int // of components in components
	Params int // of one property
}

// DefaultLimits are the limits that apply where nobody says otherwise.
var DefaultLimits = Limits{Bytes: 1 << 20, Head: 64 << 10, Depth: 10, Params: 1000}

// maxBytes is the largest file that can be read whatever the limits say: offsets are kept in 32 bits.
const maxBytes = 1 << 30

// line is one logical line (RFC 5545 3.1: a content line with its folds). Offsets are into the file.
type line struct {
	start int32 // first byte
	body  int32 // end of the content: the last line ending and all before it that belongs to it excluded
	end   int32 // after the last line ending
	no    int32 // number of its first physical line, from 1
	// folded says that there are line endings between start and body.
	folded bool
}

// scanner cuts a file into logical lines. It copies nothing and looks at each byte once.
type scanner struct {
	raw []byte
	pos int
	no  int
	eol byte
}

// newScanner skips a byte order mark and finds out how the file ends its lines: with LF, CRLF, or the bare CR of old
// Macintosh programs.
func newScanner(raw []byte) scanner {
	s := scanner{raw: raw, no: 1, eol: '\n'}
	if bytes.HasPrefix(raw, []byte("\uFEFF")) {
		s.pos = len("\uFEFF")
	}
	if bytes.IndexByte(raw, '\n') < 0 && bytes.IndexByte(raw, '\r') >= 0 {
		s.eol = '\r'
	}
	return s
}

// next returns the next logical line; empty lines are lines as well.
func (s *scanner) next() (line, bool) {
	if s.pos >= len(s.raw) {
		return line{}, false
	}
	l := line{start: int32(s.pos), no: int32(s.no)}
	for {
		end := len(s.raw)
		if i := bytes.IndexByte(s.raw[s.pos:], s.eol); i >= 0 {
			end = s.pos + i + 1
		}
		s.pos = end
		s.no++
		if end == len(s.raw) || s.raw[end] != ' ' && s.raw[end] != '\t' {
			break
		}
		l.folded = true
	}
	l.end = int32(s.pos)
	body := s.pos
	if s.raw[body-1] == s.eol {
		body--
	}
	for body > int(l.start) && s.raw[body-1] == '\r' { // some writers end lines with CR CR LF
		body--
	}
	l.body = int32(body)
	return l, true
}

// head finds the end of the name and the colon before the value; both are offsets into the file, colon is -1 where the
// line has none. A colon in a quoted parameter value does not count, unless the quotes are never closed.
func head(raw []byte, l line) (nameEnd, colon int) {
	nameEnd, colon = -1, -1
	quoted, first := false, -1
	for i := int(l.start); i < int(l.body); i++ {
		switch raw[i] {
		case '"':
			quoted = !quoted
		case ';':
			if nameEnd < 0 {
				nameEnd = i
			}
		case ':':
			if first < 0 {
				first = i
			}
			if !quoted {
				colon = i
			}
		}
		if colon >= 0 {
			break
		}
	}
	if colon < 0 {
		colon = first
	}
	if colon >= 0 && nameEnd >= 0 && colon > nameEnd {
		colon = behindZone(raw[nameEnd:l.body], colon-nameEnd) + nameEnd
	}
	if nameEnd < 0 || colon >= 0 && colon < nameEnd {
		nameEnd = colon
	}
	if nameEnd < 0 {
		nameEnd = int(l.body)
	}
	return nameEnd, colon
}

// behindZone is the colon before the value of a property whose TZID holds one and is not quoted, as in
// TZID=GMT+05:30:20270310T100000: that behind which a date stands. Of any other property it is the colon that was
// found. b begins behind the name.
func behindZone(b []byte, colon int) int {
	if !bytes.Contains(bytes.ToUpper(b[:colon]), []byte("TZID=")) || isDate(b[colon+1:]) {
		return colon
	}
	for i := colon + 1; i < min(len(b), colon+maxZoneName); i++ {
		if b[i] == ':' && isDate(b[i+1:]) {
			return i
		}
	}
	return colon
}

// isDate reports whether b begins with the eight digits of a date.
func isDate(b []byte) bool {
	digits := 0
	for i := 0; i < len(b) && digits < 8; i++ {
		switch {
		case b[i] >= '0' && b[i] <= '9':
			digits++
		case b[i] != ' ' && b[i] != '\r' && b[i] != '\n' && b[i] != '\t' && b[i] != '-': // white space is a fold
			return false
		}
	}
	return digits == 8
}

// fold returns the length of the fold at the beginning of b: a line ending and the one white space after it (RFC 5545
// 3.1); 0 where there is none. Within a logical line, only folds are followed by white space.
func fold(b []byte, eol byte) int {
	i := 0
	for i < len(b) && b[i] == '\r' && eol == '\n' {
		i++
	}
	if i+1 < len(b) && b[i] == eol && (b[i+1] == ' ' || b[i+1] == '\t') {
		return i + 2
	}
	return 0
}

// unfold returns b without its folds: b itself where it has none.
func unfold(b []byte, eol byte) []byte {
	if bytes.IndexByte(b, eol) < 0 {
		return b
	}
	return appendUnfolded(make([]byte, 0, len(b)), b, eol)
}

func appendUnfolded(dst, b []byte, eol byte) []byte {
	for len(b) > 0 {
		i := bytes.IndexByte(b, eol)
		if i < 0 || i+1 >= len(b) || b[i+1] != ' ' && b[i+1] != '\t' {
			if i < 0 {
				return append(dst, b...)
			}
			dst = append(dst, b[:i+1]...)
			b = b[i+1:]
			continue
		}
		end := i
		for eol == '\n' && end > 0 && b[end-1] == '\r' {
			end--
		}
		dst = append(dst, b[:end]...)
		b = b[i+2:]
	}
	return dst
}

// Lower appends raw to dst, unfolded and with ASCII letters in lower case: a form in which words can be looked for
// before anything is parsed.
func Lower(dst, raw []byte) []byte {
	s := newScanner(raw)
	from := len(dst)
	dst = appendUnfolded(dst, raw, s.eol)
	for i, c := range dst[from:] {
		if 'A' <= c && c <= 'Z' {
			dst[from+i] = c + 'a' - 'A'
		}
	}
	return dst
}

// is reports whether b is the given upper-case ASCII name in any case.
func is(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if upper(c) != name[i] {
			return false
		}
	}
	return true
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}
