// Package ical reads iCalendar files (RFC 5545) written by anybody, and changes single properties in them without
// touching another byte. It is the only package that knows an iCalendar or a recurrence library.
//
// Files are cut into lines by a scanner of our own, which is lenient with what calendar apps write and bounded in what
// it spends on what attackers write. The libraries only give second opinions and expand recurrence rules.
package ical

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"strconv"
	"strings"
	"sync"
)

// Doc is a scanned file. It refers to the bytes it was made from, which must not change.
type Doc struct {
	raw   []byte
	eol   byte
	props []prop
	comps []comp
	notes []string

	once  sync.Once // guards found
	found *contents
}

// contents is what is where in a file. An edit of ours changes nothing of it.
type contents struct {
	byUID     map[string][]int32 // the VEVENTs of each UID, in the order of the file
	uids      []string
	timezones []int32
	byTZID    map[tzid][]int32 // VTIMEZONEs
	methods   map[int32]string // METHOD of each VCALENDAR that has one
	zones     map[int32]string // X-WR-TIMEZONE likewise
	zonesSum  hash.Cloner      // of the bytes of all VTIMEZONEs

	mu      sync.Mutex // guards defined and worked
	defined map[tzid]defined
	worked  map[[sha256.Size]byte]defined // by what the VTIMEZONEs say: many calendars have the same
}

// tzid is a TZID, which names a zone within its VCALENDAR alone (RFC 5545 3.2.19): Outlook calls all its own ones
// Customized Time Zone.
type tzid struct {
	calendar int32 // anyCalendar for those of all the file's VCALENDARs
	name     string
}

const anyCalendar = -1

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
				d.note(int(l.no), noColon)
			}
		}
		d.props = append(d.props, p)
	}
}

const noColon = "has no colon; it is kept as it is and not understood"

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

// shown returns the property of that name of a component itself that says what its text is: the first one that is not
// empty, else the first; nil where there is none.
func (d *Doc) shown(c int32, name string) (shown *prop) {
	for _, p := range d.all(c, name) {
		if shown == nil {
			shown = p
		}
		if d.text(p) != "" {
			return p
		}
	}
	return shown
}

// encoded is the encoding of a property whose value is not written as iCalendar 2.0 has it, or "".
func (d *Doc) encoded(p *prop) string {
	if encoding := d.param(p, "ENCODING"); !strings.EqualFold(encoding, "8BIT") { // which is none (RFC 5545 3.2.7)
		return encoding
	}
	return ""
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

// index is what is where in the file: it is looked for once, however many events there are.
func (d *Doc) index() *contents {
	d.once.Do(func() {
		if d.found == nil { // else it is that of the file from which this one was made
			d.found = d.list()
		}
	})
	return d.found
}

func (d *Doc) list() *contents {
	x := &contents{byUID: map[string][]int32{}, byTZID: map[tzid][]int32{}, defined: map[tzid]defined{},
		worked: map[[sha256.Size]byte]defined{}, methods: map[int32]string{}, zones: map[int32]string{}}
	for c := range d.comps {
		parent := d.comps[c].parent
		if parent < 0 {
			x.calendar(d, int32(c))
			continue
		}
		if d.comps[parent].parent >= 0 {
			continue
		}
		switch d.comps[c].name {
		case "VTIMEZONE":
			x.timezone(d, int32(c))
		case "VEVENT":
			x.event(d, int32(c))
		}
	}
	return x
}

// calendar notes what one of the file's VCALENDARs says of all that is in it.
func (x *contents) calendar(d *Doc, c int32) {
	if p := d.first(c, "METHOD"); p != nil {
		x.methods[c] = strings.ToUpper(d.plain(p))
	}
	if p := d.first(c, "X-WR-TIMEZONE"); p != nil {
		x.zones[c] = d.text(p)
	}
}

func (x *contents) event(d *Doc, c int32) {
	uid := ""
	if p := d.first(c, "UID"); p != nil {
		uid = d.text(p)
	}
	if x.byUID[uid] == nil {
		x.uids = append(x.uids, uid)
	}
	x.byUID[uid] = append(x.byUID[uid], c)
}

func (x *contents) timezone(d *Doc, c int32) {
	x.timezones = append(x.timezones, c)
	id := d.first(c, "TZID")
	if id == nil {
		return
	}
	text, plain := d.text(id), d.plain(id)
	for _, calendar := range []int32{d.comps[c].parent, anyCalendar} {
		key := tzid{calendar, text}
		x.byTZID[key] = append(x.byTZID[key], c)
		if plain != text {
			key.name = plain
			x.byTZID[key] = append(x.byTZID[key], c)
		}
	}
}

// events returns the VEVENTs of a UID, in the order of the file.
func (d *Doc) events(uid string) []int32 { return d.index().byUID[uid] }

// UIDs returns the UIDs of the file's VEVENTs, as Look does.
func (d *Doc) UIDs() []string { return d.index().uids }

// Raw are the bytes of the file. They must not be changed.
func (d *Doc) Raw() []byte { return d.raw }

// span is the part of the file that a component takes.
func (d *Doc) span(c int32) (start, end int32) {
	k := &d.comps[c]
	return d.props[k.first].start, d.props[k.last].end
}

// Part returns the bytes of the VEVENTs of one UID.
func (d *Doc) Part(uid string) []byte { return d.parts(d.events(uid)) }

// Zones returns the bytes of the file's time zones, which are part of what each of its events means.
func (d *Doc) Zones() []byte { return d.parts(d.index().timezones) }

func (d *Doc) parts(list []int32) []byte {
	var own []byte
	for _, c := range list {
		start, end := d.span(c)
		own = append(own, d.raw[start:end]...)
	}
	return own
}

// Sum is a fingerprint of what makes up one event in a file that holds others as well: its VEVENTs, and the file's time
// zones, which are read once for all of them.
func (d *Doc) Sum(uid string) (sum [sha256.Size]byte, err error) {
	x := d.index()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.zonesSum == nil {
		h := sha256.New()
		h.Write(d.Zones()) // never fails, says package hash
		cloner, ok := h.(hash.Cloner)
		if !ok {
			return sum, errors.New("ical: this build cannot copy the state of a hash")
		}
		x.zonesSum = cloner
	}
	h, err := x.zonesSum.Clone()
	if err != nil {
		return sum, err
	}
	h.Write(d.Part(uid))
	h.Sum(sum[:0])
	return sum, nil
}
