package icsdir

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"zoomtag/providers/calendar"
)

// A cursor is a list of the folder's files as they were last read, sorted by name, one a line:
//
//	icsdir 2
//	<fingerprint><kind><state><name>
//	<tab><UID>
//
// The fingerprint is base64. Names and UIDs that could be mistaken are quoted as in Go. UIDs follow files that do not
// hold exactly one event. A file of dates is followed by the UID of their series, and by its id, or nothing where the
// folder has no such series.
const cursorHeader = "icsdir 2\n"

// state is what is known of a file beside its fingerprint.
type state byte

const (
	settled state = '='
	racy    state = '~' // may have changed without showing it; followed by the fingerprint of what was read
	failed  state = '!' // could not be read
)

// kind is what a file holds.
type kind byte

const (
	single  kind = '1' // one event, and its id is the file's name
	several kind = 'n' // any other number of events
	apart   kind = 'd' // dates of one series, which is not in this file
)

// seen is a file as a cursor remembers it.
type seen struct {
	name    string
	print   uint64
	state   state
	content uint64 // of a racy file
	kind    kind
	uids    []string // of several events, or of the series that dates belong to
	series  string   // the id of the series that dates belong to; "" where the folder has none, or more than one
}

// ids returns the ids of the file's events. Dates are no event of their own where their series is in the folder.
func (s *seen) ids() []string {
	switch {
	case s.kind == apart && s.series != "":
		return nil
	case s.kind != several:
		return []string{s.name}
	}
	ids := make([]string, len(s.uids))
	for i, uid := range s.uids {
		ids[i] = joinID(s.name, uid)
	}
	return ids
}

func (s *seen) count() int {
	if s.kind == several {
		return len(s.uids)
	}
	return len(s.ids())
}

const printLen = 11 // of 8 bytes in base64

func appendPrint(b []byte, print uint64) []byte {
	return base64.RawURLEncoding.AppendEncode(b, binary.BigEndian.AppendUint64(nil, print))
}

func parsePrint(s string) (uint64, bool) {
	var raw [8]byte
	if len(s) != printLen {
		return 0, false
	}
	if n, err := base64.RawURLEncoding.Decode(raw[:], []byte(s)); err != nil || n != len(raw) {
		return 0, false
	}
	return binary.BigEndian.Uint64(raw[:]), true
}

// formatCursor writes files, which are sorted by name.
func formatCursor(files []seen) string {
	size := len(cursorHeader)
	for i := range files {
		size += len(files[i].name) + 2*printLen + 4
	}
	b := append(make([]byte, 0, size), cursorHeader...)
	for i := range files {
		f := &files[i]
		b = appendPrint(b, f.print)
		b = append(b, byte(f.kind), byte(f.state))
		if f.state == racy {
			b = appendPrint(b, f.content)
		}
		b = append(appendName(b, f.name), '\n')
		for _, uid := range f.uids {
			b = append(appendName(append(b, '\t'), uid), '\n')
		}
		if f.kind == apart {
			b = append(appendName(append(b, '\t'), f.series), '\n')
		}
	}
	return string(b)
}

func appendName(b []byte, name string) []byte {
	odd := strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == '"' }) >= 0
	if odd || !utf8.ValidString(name) {
		return strconv.AppendQuote(b, name)
	}
	return append(b, name...)
}

func parseName(s string) (string, bool) {
	if !strings.HasPrefix(s, `"`) {
		return s, s != "" && utf8.ValidString(s)
	}
	name, err := strconv.Unquote(s)
	return name, err == nil
}

// parseCursor reads a cursor; an empty one is an empty folder.
func parseCursor(cursor string) ([]seen, error) {
	if cursor == "" {
		return nil, nil
	}
	rest, ok := strings.CutPrefix(cursor, cursorHeader)
	files := make([]seen, 0, strings.Count(rest, "\n"))
	for number := 2; ok && rest != ""; number++ {
		var line string
		if line, rest, ok = strings.Cut(rest, "\n"); !ok {
			break
		}
		if uid, isUID := strings.CutPrefix(line, "\t"); isUID {
			name, good := "", true
			if uid != "" {
				name, good = parseName(uid)
			}
			ok = good && len(files) > 0 && files[len(files)-1].take(name)
			continue
		}
		var f seen
		if f, ok = parseSeen(line); ok {
			files = append(files, f)
		}
	}
	for i := range files {
		ok = ok && files[i].whole()
	}
	sorted := slices.IsSortedFunc(files, func(a, b seen) int { return strings.Compare(a.name, b.name) })
	if !ok || !sorted {
		return nil, fmt.Errorf("icsdir: %w: it is not one of this version; the folder is read again as a whole",
			calendar.ErrCursor)
	}
	return files, nil
}

// take adds what a line below that of the file says; ok is false where none can be.
func (s *seen) take(uid string) (ok bool) {
	s.uids = append(s.uids, uid)
	return s.kind == several || s.kind == apart && len(s.uids) <= 2
}

// whole tells the UID of dates from the id of their series, when all lines were read; ok is false where one is missing.
func (s *seen) whole() (ok bool) {
	if s.kind != apart {
		return true
	}
	if ok = len(s.uids) == 2; ok {
		s.uids, s.series = s.uids[:1], s.uids[1]
	}
	return ok
}

func parseSeen(line string) (f seen, ok bool) {
	if len(line) < printLen+3 {
		return f, false
	}
	f.print, ok = parsePrint(line[:printLen])
	f.kind, f.state = kind(line[printLen]), state(line[printLen+1])
	line = line[printLen+2:]
	switch {
	case f.kind != single && f.kind != several && f.kind != apart:
		return f, false
	case f.state == racy && len(line) > printLen:
		var good bool
		f.content, good = parsePrint(line[:printLen])
		ok = ok && good
		line = line[printLen:]
	case f.state != settled && f.state != failed:
		return f, false
	}
	name, good := parseName(line)
	f.name = name
	return f, ok && good && name != ""
}
