package ical

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Edit is the link that an event gets, or loses.
type Edit struct {
	// Mark names the meeting. Without it the link is taken out: properties that were made for it go as a whole, texts
	// that were put into others are cut out again.
	Mark, Tag string
	JoinURL   string
	// Title and Location replace those of the event where they are not nil. An override follows where its own is the
	// same as that of the event. Without a mark, Location takes the place of a location that is nothing but our link.
	Title, Location *string
	// Old are the join URLs that earlier links wrote.
	Old []string
	// Splice says what is replaced in a description, in the order of the text; nothing is no change.
	Splice func(text string) []Replacement
	// SpliceHTML says the same of HTML that apps show in place of the description; nil leaves that alone.
	SpliceHTML func(text string) []Replacement
	// Organizes says that the calendar's owner is the organizer: the change then gets a new SEQUENCE.
	Organizes bool
	// Others are what becomes of single overrides instead, by their RECURRENCE-ID as written.
	Others map[string]*Edit
	// Apart are overrides that are left as they are, by their RECURRENCE-ID as written.
	Apart map[string]bool
	// Only is the one override that is edited, likewise, as if it were the event; "" is all of the event.
	Only string
	// Now is for LAST-MODIFIED and DTSTAMP.
	Now time.Time
	// Limits of the file; zero is DefaultLimits.
	Limits Limits
}

// Replacement puts With in the place of text[Start:End].
type Replacement struct {
	Start, End int
	With       string
}

// ErrNoEvent says that the file holds no event with the UID.
var ErrNoEvent = errors.New("the file holds no such event")

// splice replaces raw[start:end]. Offsets are into the file as it was.
type splice struct {
	start, end int
	with       []byte
}

// SetLink returns the file with the link set in all VEVENTs of a UID that take place, or taken out of all of them.
// Every byte that does not belong to the link is as it was; a file that already says what it should is returned as it
// is. The result has been read again and compared with the original.
func SetLink(raw []byte, uid string, e Edit) ([]byte, error) {
	if e.Limits == (Limits{}) {
		e.Limits = DefaultLimits
	}
	d, err := Parse(raw, e.Limits)
	if err != nil {
		return nil, err
	}
	out, err := d.SetLink(uid, e)
	if err != nil {
		return nil, err
	}
	return out.raw, nil
}

// SetLink is SetLink for a file that was read before; what it returns need not be read again. It takes time for the
// event, and little more for the rest of the file than copying it.
func (d *Doc) SetLink(uid string, e Edit) (*Doc, error) {
	c, err := d.revise(uid, &e)
	if err != nil || c.edited == nil {
		return d, err
	}
	return d.replaced(uid, c.splices, c.edited, e.Limits)
}

// revision is what becomes of the VEVENTs of one UID.
type revision struct {
	splices []splice
	after   []byte // they alone, as alone has them
	edited  *Doc   // of after; nil where nothing changes
}

// grows is by how many bytes the file gets longer.
func (c *revision) grows() int {
	n := 0
	for _, s := range c.splices {
		n += len(s.with) - (s.end - s.start)
	}
	return n
}

// revise works an edit out, and judges it.
func (d *Doc) revise(uid string, e *Edit) (revision, error) {
	if e.Limits == (Limits{}) {
		e.Limits = DefaultLimits
	}
	if i := strings.IndexFunc(e.JoinURL, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return revision{}, fmt.Errorf("ical: the join URL has a space or control character at byte %d and cannot be "+
			"written", i)
	}
	splices, err := d.splices(uid, e)
	if err != nil {
		return revision{}, err
	}
	before, after := d.alone(uid, nil), d.alone(uid, splices)
	if bytes.Equal(before, after) {
		return revision{}, nil
	}
	edited, err := verify(before, after, uid, e)
	return revision{splices: splices, after: after, edited: edited}, err
}

// splices are the edit, in the order of the file, without a judgement of the result.
func (d *Doc) splices(uid string, e *Edit) ([]splice, error) {
	all := d.events(uid)
	if len(all) == 0 {
		return nil, fmt.Errorf("%w (UID %.60q)", ErrNoEvent, uid)
	}
	master, _ := d.split(all)
	b := editor{doc: d, edit: e, title: d.textOf(master, "SUMMARY"), location: d.textOf(master, "LOCATION")}
	if p := d.shown(master, "LOCATION"); p != nil {
		b.folded = fold(d.value(p), d.eol) > 0
	}
	for _, c := range all {
		if d.leaves(c, e) {
			continue
		}
		if b.edit = e; c != master {
			b.edit = d.editOf(c, e)
		}
		if p := d.first(c, "STATUS"); b.edit.Mark != "" && p != nil && isCancelled(d.plain(p)) {
			continue
		}
		if err := b.event(c, c == master || e.Only != ""); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(b.splices, func(x, y splice) int { return cmp.Compare(x.start, y.start) })
	return b.splices, nil
}

// leaves reports whether an edit leaves a VEVENT as it is, whatever is in it.
func (d *Doc) leaves(c int32, e *Edit) bool {
	id := d.recurrenceID(c)
	return e.Only != "" && id != e.Only || id != "" && e.Apart[id]
}

// recurrenceID is the RECURRENCE-ID of an override as written, or "".
func (d *Doc) recurrenceID(c int32) string {
	if p := d.first(c, "RECURRENCE-ID"); p != nil {
		return d.plain(p)
	}
	return ""
}

// editOf is what becomes of an override.
func (d *Doc) editOf(c int32, e *Edit) *Edit {
	if other := e.Others[d.recurrenceID(c)]; other != nil {
		return other
	}
	return e
}

func (d *Doc) textOf(c int32, name string) string {
	if p := d.shown(c, name); p != nil {
		return d.text(p)
	}
	return ""
}

// editor collects what changes in a file.
type editor struct {
	doc     *Doc
	edit    *Edit
	splices []splice
	// title and location are those of the event as a whole.
	title, location string
	folded          bool // its location begins on a fold, as ours do in the place of words

	// Of the VEVENT in work: its line ending, and the lines that are added to it.
	eol   string
	added []byte

	// The physical line that column was asked of last: where it begins, and up to where it is known to have no end.
	lineStart, lineUpTo int32
}

func (b *editor) replace(start, end int32, with []byte) {
	b.splices = append(b.splices, splice{int(start), int(end), with})
}

// remove takes out a property with all its lines.
func (b *editor) remove(p *prop) { b.replace(p.start, p.end, nil) }

// add makes a new property. value is written as it is.
func (b *editor) add(nameAndParams, value string) {
	b.added = appendFolded(b.added, nameAndParams+":"+value, b.eol, 0)
	b.added = append(b.added, b.eol...)
}

// event edits one VEVENT. Its stamps change only if something else does.
func (b *editor) event(c int32, master bool) error {
	d, before := b.doc, len(b.splices)
	first := &d.props[d.comps[c].first]
	b.eol, b.added = string(d.raw[first.body:first.end]), nil
	if err := b.description(c); err != nil {
		return err
	}
	if err := b.twins(c); err != nil {
		return err
	}
	b.setTitle(c, master)
	b.setLocation(c, master)
	b.setURL(c)
	b.setConference(c)
	b.setOwn(c, propMark, b.edit.Mark)
	tag := b.edit.Tag
	if b.edit.Mark == "" {
		tag = ""
	}
	b.setOwn(c, propTag, tag)
	if len(b.splices) > before || len(b.added) > 0 {
		b.stamps(c)
	}
	if len(b.added) > 0 {
		at := d.insertion(c)
		b.replace(at, at, b.added)
	}
	return nil
}

// insertion is where new properties of a component go: behind its own, before the components in it (RFC 5545 3.6.1).
func (d *Doc) insertion(c int32) int32 {
	for i := d.comps[c].first + 1; i < d.comps[c].last; i++ {
		if d.props[i].comp != c {
			return d.props[i].start
		}
	}
	return d.props[d.comps[c].last].start
}

// stamps notes the change where calendar apps look for it (RFC 5545 3.8.7).
func (b *editor) stamps(c int32) {
	now := b.edit.Now.UTC().Format("20060102T150405Z")
	for _, name := range []string{"DTSTAMP", "LAST-MODIFIED"} {
		b.setValue(c, name, now)
	}
	if !b.edit.Organizes {
		return
	}
	sequence := 0
	if p := b.doc.first(c, "SEQUENCE"); p != nil {
		sequence, _ = number(b.doc.plain(p))
	}
	b.setValue(c, "SEQUENCE", strconv.Itoa(sequence+1))
}

// setValue replaces the whole value of a property, or adds the property.
func (b *editor) setValue(c int32, name, value string) {
	p := b.doc.first(c, name)
	switch {
	case p == nil:
		b.add(name, value)
	case b.doc.plain(p) != value:
		b.replace(p.colon+1, p.body, appendFolded(nil, value, b.eol, b.column(p.colon+1)))
	}
}

// setOwn makes one of our own properties hold a text, once; an empty text takes it out.
func (b *editor) setOwn(c int32, name, value string) {
	found := b.doc.all(c, name)
	value = text([]byte(escape(value)), '\n') // what can be written of it
	if value != "" && len(found) == 0 {
		b.add(name, escape(value))
	}
	for i, p := range found {
		switch {
		case value == "" || i > 0:
			b.remove(p)
		case b.doc.text(p) != value:
			b.replace(p.colon+1, p.body, appendFolded(nil, escape(value), b.eol, b.column(p.colon+1)))
		}
	}
}

// column is how many octets stand before an offset in its physical line. A line may be as long as the file and have
// many splices, which are asked for in their order: none of it is searched twice.
func (b *editor) column(at int32) int {
	raw, from := b.doc.raw, b.lineUpTo
	if at < b.lineStart {
		b.lineStart, from = 0, 0
	}
	if at > from {
		if i := bytes.LastIndexByte(raw[from:at], b.doc.eol); i >= 0 {
			b.lineStart = from + int32(i) + 1
		}
	}
	b.lineUpTo = max(at, from)
	return int(at - b.lineStart)
}
