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
//	icsdir 1
//	<fingerprint> <state><name>
//	<tab><UID>
//
// The fingerprint is base64. Names and UIDs that could be mistaken are quoted as in Go. UIDs follow files that do not
// hold exactly one event.
const cursorHeader = "icsdir 1\n"

// state is what is known of a file beside its fingerprint.
type state byte

const (
	settled state = '='
	racy    state = '~' // may have changed without showing it; followed by the fingerprint of what was read
	failed  state = '!' // could not be read
)

// seen is a file as a cursor remembers it.
type seen struct {
	name    string
	print   uint64
	state   state
	content uint64   // of a racy file
	single  bool     // it holds one event, and its id is its name
	uids    []string // else
}

// ids returns the ids of the file's events.
func (s *seen) ids() []string {
	if s.single {
		return []string{s.name}
	}
	ids := make([]string, len(s.uids))
	for i, uid := range s.uids {
		ids[i] = joinID(s.name, uid)
	}
	return ids
}

func (s *seen) count() int {
	if s.single {
		return 1
	}
	return len(s.uids)
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
		kind := byte('n')
		if f.single {
			kind = '1'
		}
		b = append(b, kind, byte(f.state))
		if f.state == racy {
			b = appendPrint(b, f.content)
		}
		b = append(appendName(b, f.name), '\n')
		if f.single {
			continue
		}
		for _, uid := range f.uids {
			b = append(appendName(append(b, '\t'), uid), '\n')
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
			if ok = good && len(files) > 0 && !files[len(files)-1].single; ok {
				last := &files[len(files)-1]
				last.uids = append(last.uids, name)
			}
			continue
		}
		var f seen
		if f, ok = parseSeen(line); ok {
			files = append(files, f)
		}
	}
	sorted := slices.IsSortedFunc(files, func(a, b seen) int { return strings.Compare(a.name, b.name) })
	if !ok || !sorted {
		return nil, fmt.Errorf("icsdir: %w: it is not one of this version; the folder is read again as a whole",
			calendar.ErrCursor)
	}
	return files, nil
}

func parseSeen(line string) (f seen, ok bool) {
	if len(line) < printLen+3 {
		return f, false
	}
	f.print, ok = parsePrint(line[:printLen])
	f.single, f.state = line[printLen] == '1', state(line[printLen+1])
	line = line[printLen+2:]
	switch {
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
