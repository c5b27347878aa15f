package ical

import (
	"bytes"
	"errors"
	"fmt"

	"zoomtag/providers/words"
)

// kind is what a line is for the structure of the file.
type kind uint8

const (
	property kind = iota
	begin
	end
	blank
)

// walker goes through the lines of a file and checks its structure: VCALENDARs around everything, every BEGIN with its
// END. It keeps a stack of names, never recurses, and allocates nothing for an ordinary file.
type walker struct {
	scanner
	limits Limits
	stack  [][]byte // names of the open components
	store  [8][]byte
	closed bool // END:VCALENDAR was seen
}

func newWalker(raw []byte, limits Limits) (*walker, error) {
	if len(raw) > min(limits.Bytes, maxBytes) {
		return nil, malformed(0, fmt.Sprintf("the file has %d bytes, more than the %d that are accepted", len(raw),
			limits.Bytes))
	}
	if err := encoding(raw); err != nil {
		return nil, err
	}
	w := &walker{scanner: newScanner(raw), limits: limits}
	w.stack = w.store[:0]
	return w, nil
}

// encoding refuses files that are not in UTF-8 at all.
func encoding(raw []byte) error {
	utf16 := bytes.HasPrefix(raw, []byte("\xff\xfe")) || bytes.HasPrefix(raw, []byte("\xfe\xff")) ||
		bytes.HasPrefix(raw, []byte("B\x00E\x00")) || bytes.HasPrefix(raw, []byte("\x00B\x00E"))
	if utf16 {
		return malformed(1, "the file is written in UTF-16; iCalendar files are UTF-8")
	}
	return nil
}

// next returns the next line and what it is. For begin and end, name is the component's name as written.
func (w *walker) next() (line, kind, []byte, error) {
	l, ok := w.scanner.next()
	switch {
	case !ok:
		return l, blank, nil, w.finish()
	case w.closed:
		rest := bytes.Trim(w.raw[l.start:l.body], " \t\r\x00\x1a")
		if len(rest) == 0 {
			return l, blank, nil, nil
		}
		if k, name := w.classify(l); k != begin || !is(name, "VCALENDAR") {
			return l, blank, nil, malformed(int(l.no), "there is text after END:VCALENDAR")
		}
		w.closed = false // several objects may follow each other in one stream (RFC 5545 3.4)
	case l.body == l.start:
		return l, blank, nil, nil
	}
	if err := w.bounded(l); err != nil {
		return l, blank, nil, err
	}
	var err error
	k, name := w.classify(l)
	switch {
	case len(w.stack) == 0 && k != begin, len(w.stack) == 0 && !is(name, "VCALENDAR"):
		return l, k, nil, w.noCalendar(l)
	case k == begin:
		err = w.open(l, name)
	case k == end:
		err = w.close(l, name)
	case len(w.stack) == 1:
		err = w.checkVersion(l)
	}
	return l, k, name, err
}

// classify tells BEGIN and END lines from properties, and returns the name of the component.
func (w *walker) classify(l line) (kind, []byte) {
	b := w.raw[l.start:l.body]
	if l.folded {
		if c := b[0] | 0x20; c != 'b' && c != 'e' {
			return property, nil
		}
		b = unfold(b, w.eol)
	}
	switch {
	case len(b) > 6 && b[5] == ':' && is(b[:5], "BEGIN"):
		return begin, bytes.TrimSpace(b[6:])
	case len(b) > 4 && b[3] == ':' && is(b[:3], "END"):
		return end, bytes.TrimSpace(b[4:])
	}
	return property, nil
}

func (w *walker) open(l line, name []byte) error {
	switch {
	case len(w.stack) > 0 && is(name, "VCALENDAR"):
		return malformed(int(l.no), "a second VCALENDAR begins inside the first; an END:VCALENDAR is missing before it")
	case len(w.stack) >= w.limits.Depth:
		return malformed(int(l.no), fmt.Sprintf("components are nested more than %d deep", w.limits.Depth))
	case len(w.stack) == 2 && is(name, "VEVENT") && is(w.stack[1], "VEVENT"):
		return malformed(int(l.no), "a VEVENT begins inside another; an END:VEVENT is missing before it")
	}
	w.stack = append(w.stack, name)
	return nil
}

func (w *walker) close(l line, name []byte) error {
	top := w.stack[len(w.stack)-1]
	if !equalFold(top, name) {
		return malformed(int(l.no), fmt.Sprintf("END:%s where END:%s is expected", printable(name), printable(top)))
	}
	w.stack = w.stack[:len(w.stack)-1]
	w.closed = len(w.stack) == 0
	return nil
}

// bounded checks the limits of one line. Lines shorter than any limit are not looked at.
func (w *walker) bounded(l line) error {
	size := int(l.body - l.start)
	if size <= w.limits.Params && size <= w.limits.Head {
		return nil
	}
	_, colon := head(w.raw, l)
	if colon < 0 {
		colon = int(l.body)
	}
	b := w.raw[l.start:colon]
	if len(b) > w.limits.Head {
		return malformed(int(l.no), fmt.Sprintf("the name and parameters of this property have more than %d bytes",
			w.limits.Head))
	}
	if bytes.Count(b, []byte(";")) > w.limits.Params {
		return malformed(int(l.no), fmt.Sprintf("this property has more than %d parameters", w.limits.Params))
	}
	return nil
}

// checkVersion refuses vCalendar 1.0, whose texts follow other rules.
func (w *walker) checkVersion(l line) error {
	b := w.raw[l.start:l.body]
	if len(b) < 8 || !is(b[:7], "VERSION") {
		return nil
	}
	_, colon := head(w.raw, l)
	if colon >= 0 && string(bytes.TrimSpace(w.raw[colon+1:l.body])) == "1.0" {
		return words.Mend(malformed(int(l.no), "this is a vCalendar 1.0 file"), "export it again as iCalendar 2.0")
	}
	return nil
}

// noCalendar is the error for a file that begins with something else. A beginning of BEGIN:VCALENDAR is a file whose
// writer has only just started.
func (w *walker) noCalendar(l line) error {
	const first = "BEGIN:VCALENDAR"
	b := w.raw[l.start:]
	if len(b) < len(first) && is(b, first[:len(b)]) {
		return incomplete("the file ends in its first line")
	}
	return malformed(int(l.no), "the file does not begin with BEGIN:VCALENDAR")
}

// finish judges the end of the file.
func (w *walker) finish() error {
	if w.closed {
		return errEnd
	}
	if len(w.stack) == 0 {
		return incomplete("the file is empty")
	}
	return incomplete("the file ends before its END:VCALENDAR")
}

// errEnd tells that a file has been read to its good end.
var errEnd = errors.New("end of file")

// equalFold reports whether two ASCII names are the same in any case.
func equalFold(a, b []byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if upper(a[i]) != upper(b[i]) {
			return false
		}
	}
	return true
}

// printable shortens foreign bytes so that they can stand in an error text.
func printable(b []byte) string {
	return fmt.Sprintf("%.40q", b)
}

// Outline is what can be said of a file at a glance.
type Outline struct {
	// UIDs are the UIDs of the file's VEVENTs, each once, in the order of the file. "" stands for events without one.
	UIDs []string
	// Apart says that all that is here are single dates of one series (RECURRENCE-ID), which is somewhere else.
	Apart bool
}

// Look checks the structure of a file and lists its events without reading them.
func Look(raw []byte, limits Limits) (Outline, error) {
	var o Outline
	w, err := newWalker(raw, limits)
	if err != nil {
		return o, err
	}
	var uid string
	var known bool // the event's UID was seen; the first one counts
	var seen map[string]bool
	date, whole := false, false // the event is a date of a series; there is an event that is none
	for {
		l, k, name, err := w.next()
		switch {
		case errors.Is(err, errEnd):
			o.Apart = !whole && len(o.UIDs) == 1 && o.UIDs[0] != "" && w.eol == '\n'
			return o, nil
		case err != nil:
			return o, err
		case k == begin && len(w.stack) == 2 && is(name, "VEVENT"):
			uid, known, date = "", false, false
		case k == end && len(w.stack) == 1 && is(name, "VEVENT"):
			seen, whole = o.add(uid, seen), whole || !date
		case k == property && !date && isDateOf(raw, l, w.eol) && len(w.stack) == 2 && is(w.stack[1], "VEVENT"):
			date = true
		case k == property && !known && perhapsUID(raw, l) && len(w.stack) == 2 && is(w.stack[1], "VEVENT"):
			uid, known = uidOf(raw, l, w.eol)
		}
	}
}

// perhapsUID reports whether a line may be that of a UID, as cheaply as that can be said.
func perhapsUID(raw []byte, l line) bool { return l.folded || raw[l.start]|0x20 == 'u' }

// isDateOf reports whether a line says which date of a series its event is.
func isDateOf(raw []byte, l line, eol byte) bool {
	if !l.folded && raw[l.start]|0x20 != 'r' {
		return false
	}
	nameEnd, colon := head(raw, l)
	return colon >= 0 && is(unfold(raw[l.start:nameEnd], eol), "RECURRENCE-ID")
}

// add notes a UID once. A file of one event needs no map.
func (o *Outline) add(uid string, seen map[string]bool) map[string]bool {
	if n := len(o.UIDs); n > 0 && o.UIDs[n-1] == uid || seen[uid] {
		return seen
	}
	if len(o.UIDs) > 0 && seen == nil {
		seen = map[string]bool{o.UIDs[0]: true}
	}
	if seen != nil {
		seen[uid] = true
	}
	o.UIDs = append(o.UIDs, uid)
	return seen
}

// uidOf returns the value of a UID property; ok is false for any other property.
func uidOf(raw []byte, l line, eol byte) (uid string, ok bool) {
	nameEnd, colon := head(raw, l)
	if colon < 0 || !is(unfold(raw[l.start:nameEnd], eol), "UID") {
		return "", false
	}
	return text(raw[colon+1:l.body], eol), true
}
