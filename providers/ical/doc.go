// Package ical reads iCalendar files (RFC 5545) written by anybody, and changes single properties in them without touching
// another byte. It is the only package that knows an iCalendar or a recurrence library.
//
// Files are cut into lines by a scanner of our own, which is lenient with what calendar apps write and bounded in what it
// spends on what attackers write. The libraries only give second opinions and expand recurrence rules.
package ical

import (
	"bytes"
	"errors"
	"strconv"
)

// Doc is a scanned file. It refers to the bytes it was made from, which must not change.
type Doc struct {
	raw   []byte
	eol   byte
	props []prop
	comps []comp
	notes []string

	// What index finds.
	byUID     map[string][]int32
	uids      []string
	timezones []int32
}

// prop is one line of a Doc.
type prop struct {
	line
	nameEnd int32
	colon   int32 // -1 where the line has none
	comp    int32 // the innermost component that it is in: an index of Doc.comps
	kind    kind
}

// comp is a component: VCALENDAR, VEVENT, VALARM…
type comp struct {
	name   string // upper case
	parent int32
	first  int32 // index in Doc.props of its BEGIN line
	last   int32 // and of its END line
}

// Parse scans a whole file. Errors are ErrIncomplete or ErrMalformed.
func Parse(raw []byte, limits Limits) (*Doc, error) {
	w, err := newWalker(raw, limits)
	if err != nil {
		return nil, err
	}
	d := &Doc{raw: raw, eol: w.eol, props: make([]prop, 0, bytes.Count(raw, []byte{w.eol})+1)}
	open := int32(-1)
	for {
		l, k, name, err := w.next()
		if errors.Is(err, errEnd) {
			return d, nil
		}
		if err != nil {
			return nil, err
		}
		p := prop{line: l, kind: k, comp: open}
		switch k {
		case blank:
			continue
		case begin:
			p.comp = int32(len(d.comps))
			d.comps = append(d.comps, comp{name: known(name), parent: open, first: int32(len(d.props))})
			open = p.comp
		case end:
			d.comps[open].last = int32(len(d.props))
			open = d.comps[open].parent
		case property:
			nameEnd, colon := head(raw, l)
			p.nameEnd, p.colon = int32(nameEnd), int32(colon)
			if colon < 0 {
				d.note(int(l.no), "has no colon; it is kept as it is and not understood")
			}
		}
		d.props = append(d.props, p)
	}
}

// maxNotes bounds how many remarks one file can cause.
const maxNotes = 20

func (d *Doc) note(line int, text string) {
	if len(d.notes) < maxNotes {
		d.notes = append(d.notes, "line "+strconv.Itoa(line)+" "+text)
	}
}

// known returns the upper-case name of a component, without an allocation for the usual ones.
func known(name []byte) string {
	for _, s := range []string{"VCALENDAR", "VEVENT", "VALARM", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VTODO"} {
		if is(name, s) {
			return s
		}
	}
	return string(bytes.ToUpper(name))
}

// name returns the property's name, unfolded, in the case that it is written in.
func (d *Doc) name(p *prop) []byte {
	return unfold(d.raw[p.start:p.nameEnd], d.eol)
}

// value returns the property's value as written, folds included.
func (d *Doc) value(p *prop) []byte {
	if p.colon < 0 {
		return nil
	}
	return d.raw[p.colon+1 : p.body]
}

// plain returns a value that is not TEXT: unfolded, without the white space around it.
func (d *Doc) plain(p *prop) string {
	return string(bytes.TrimSpace(unfold(d.value(p), d.eol)))
}

// text returns a TEXT value, decoded.
func (d *Doc) text(p *prop) string {
	return text(d.value(p), d.eol)
}

// param returns the first value of a parameter, without its quotes; "" where there is none.
func (d *Doc) param(p *prop, name string) string {
	if p.colon <= p.nameEnd {
		return ""
	}
	b := unfold(d.raw[p.nameEnd:p.colon], d.eol)
	for len(b) > 0 {
		b = b[1:] // the semicolon
		end, quoted := 0, false
		for end < len(b) && (quoted || b[end] != ';') {
			if b[end] == '"' {
				quoted = !quoted
			}
			end++
		}
		key, value, ok := bytes.Cut(b[:end], []byte("="))
		if ok && is(bytes.TrimSpace(key), name) {
			return firstValue(value)
		}
		b = b[end:]
	}
	return ""
}

func firstValue(value []byte) string {
	if len(value) > 0 && value[0] == '"' {
		if i := bytes.IndexByte(value[1:], '"'); i >= 0 {
			return string(value[1 : i+1])
		}
		return string(value[1:])
	}
	first, _, _ := bytes.Cut(value, []byte(","))
	return string(bytes.TrimSpace(first))
}

// each calls f for every property of a component itself, not of those in it.
func (d *Doc) each(c int32, f func(p *prop, name []byte)) {
	for i := d.comps[c].first + 1; i < d.comps[c].last; i++ {
		p := &d.props[i]
		if p.comp != c { // skip the component in it as a whole
			i = d.comps[p.comp].last
			continue
		}
		f(p, d.name(p))
	}
}

// first returns the first property of that name of a component itself, or nil.
func (d *Doc) first(c int32, name string) *prop {
	for i := d.comps[c].first + 1; i < d.comps[c].last; i++ {
		p := &d.props[i]
		if p.comp != c {
			i = d.comps[p.comp].last
			continue
		}
		if p.colon >= 0 && is(d.name(p), name) {
			return p
		}
	}
	return nil
}

// all returns every property of that name of a component itself.
func (d *Doc) all(c int32, name string) []*prop {
	var list []*prop
	d.each(c, func(p *prop, n []byte) {
		if p.colon >= 0 && is(n, name) {
			list = append(list, p)
		}
	})
	return list
}

// index lists the VEVENTs of each UID, in the order of the file.
func (d *Doc) index() {
	if d.byUID != nil {
		return
	}
	d.byUID = map[string][]int32{}
	for c := range d.comps {
		if d.comps[c].parent == 0 && d.comps[c].name == "VTIMEZONE" {
			d.timezones = append(d.timezones, int32(c))
		}
		if d.comps[c].parent != 0 || d.comps[c].name != "VEVENT" {
			continue
		}
		uid := ""
		if p := d.first(int32(c), "UID"); p != nil {
			uid = d.text(p)
		}
		if d.byUID[uid] == nil {
			d.uids = append(d.uids, uid)
		}
		d.byUID[uid] = append(d.byUID[uid], int32(c))
	}
}

// events returns the VEVENTs of a UID, in the order of the file.
func (d *Doc) events(uid string) []int32 {
	d.index()
	return d.byUID[uid]
}

// UIDs returns the UIDs of the file's VEVENTs, as Look does.
func (d *Doc) UIDs() []string {
	d.index()
	return d.uids
}

// Own returns the bytes of the VEVENTs of one UID, and of the file's time zones: what makes up the event in a file that holds
// others as well.
func (d *Doc) Own(uid string) []byte {
	var own []byte
	take := func(c int32) {
		k := &d.comps[c]
		own = append(own, d.raw[d.props[k.first].start:d.props[k.last].end]...)
	}
	for _, c := range d.zones() {
		take(c)
	}
	for _, c := range d.events(uid) {
		take(c)
	}
	return own
}

// zones returns the VTIMEZONEs of the file.
func (d *Doc) zones() []int32 {
	d.index()
	return d.timezones
}
