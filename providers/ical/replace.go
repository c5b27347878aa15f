package ical

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
)

// alone is a file of nothing but the VEVENTs of one UID, edited by splices, which are sorted. Lines mean the same there
// as in their own file: a logical line begins where one begins there, and all are whole.
func (d *Doc) alone(uid string, splices []splice) []byte {
	eol := []byte("\r\n")
	if begin := &d.props[0]; begin.body < begin.end {
		eol = d.raw[begin.body:begin.end]
	}
	out := append([]byte("BEGIN:VCALENDAR"), eol...)
	for _, c := range d.events(uid) {
		start, end := d.span(c)
		out, splices = appendSpliced(out, d.raw, start, end, splices)
	}
	return append(append(out, "END:VCALENDAR"...), eol...)
}

// appendSpliced appends raw[start:end] with those of the splices that are in it, and returns the others behind it.
func appendSpliced(dst, raw []byte, start, end int32, splices []splice) (out []byte, rest []splice) {
	pos := int(start)
	for len(splices) > 0 && splices[0].end <= int(end) {
		s := splices[0]
		dst = append(append(dst, raw[pos:s.start]...), s.with...)
		pos, splices = s.end, splices[1:]
	}
	return append(dst, raw[pos:end]...), splices
}

// replaced is the Doc of the file in which the VEVENTs of one UID are those of edited, which was made from them by the
// splices. The lines of the other components are where they were, or moved as a whole: they need not be read again.
func (d *Doc) replaced(uid string, splices []splice, edited *Doc, limits Limits) (*Doc, error) {
	size := len(d.raw) + (&revision{splices: splices}).grows()
	if err := tooLong(size, limits); err != nil {
		return nil, err
	}
	m := mover{from: d, to: &Doc{eol: d.eol, found: d.index(), comps: slices.Clone(d.comps),
		props: make([]prop, 0, len(d.props)+len(edited.props)), notes: d.notes}}
	raw, _ := appendSpliced(make([]byte, 0, size), d.raw, 0, int32(len(d.raw)), splices)
	m.to.raw = raw
	all, theirs := d.events(uid), edited.events(uid)
	if len(theirs) != len(all) {
		return nil, errors.New("ical: the edit would change which events there are, and is not made")
	}
	for i, c := range all {
		if err := m.take(c, edited, theirs[i]); err != nil {
			return nil, err
		}
	}
	m.copy(int32(len(d.props)))
	m.renote()
	return m.to, nil
}

// tooLong says of a file that would have so many bytes that it would not be read again.
func tooLong(size int, limits Limits) error {
	if size <= min(limits.Bytes, maxBytes) {
		return nil
	}
	return malformed(0, fmt.Sprintf("the file would have %d bytes, more than the %d that are accepted", size,
		limits.Bytes))
}

// mover puts the lines of a file together anew.
type mover struct {
	from, to *Doc
	prop     int32 // of from: those before it are done with
	comp     int32
	shift    int32 // what is behind is so many bytes further on
	lines    int32 // and so many lines
}

// copy takes over the properties before one, and the components that begin there.
func (m *mover) copy(until int32) {
	moved := int32(len(m.to.props)) - m.prop
	for ; int(m.comp) < len(m.from.comps) && m.from.comps[m.comp].first < until; m.comp++ {
		k := &m.to.comps[m.comp]
		k.first, k.last = k.first+moved, k.last+moved
	}
	m.to.props = append(m.to.props, m.from.props[m.prop:until]...)
	for i := m.prop + moved; i < until+moved; i++ {
		m.to.props[i].move(m.shift, m.lines)
	}
	m.prop = until
	if int(until) == len(m.from.props) {
		m.close()
	}
}

// close says where the VCALENDARs end now, around all that was moved.
func (m *mover) close() {
	for i := range m.to.props {
		if p := &m.to.props[i]; p.kind == end && m.to.comps[p.comp].parent < 0 {
			m.to.comps[p.comp].last = int32(i)
		}
	}
}

func (p *prop) move(bytes, lines int32) {
	p.start = p.start + bytes
	p.body = p.body + bytes
	p.end = p.end + bytes
	p.no = p.no + lines
	if p.kind != property { // it has neither
		return
	}
	p.nameEnd += bytes
	if p.colon >= 0 {
		p.colon += bytes
	}
}

// take puts a component of another file in the place of c.
func (m *mover) take(c int32, edited *Doc, theirs int32) error {
	old, is := m.from.comps[c], edited.comps[theirs]
	m.copy(old.first)
	start, end := m.from.span(c)
	newStart, newEnd := edited.span(theirs)
	bytesOn := start + m.shift - newStart
	linesOn := m.from.props[old.first].no + m.lines - edited.props[is.first].no
	propsOn := int32(len(m.to.props)) - is.first
	for i := is.first; i <= is.last; i++ {
		p := edited.props[i]
		p.move(bytesOn, linesOn)
		p.comp += c - theirs
		m.to.props = append(m.to.props, p)
	}
	for n := int32(0); int(c+n) < len(m.from.comps) && m.from.comps[c+n].first <= old.last; n++ {
		if int(theirs+n) >= len(edited.comps) || edited.comps[theirs+n].name != m.from.comps[c+n].name {
			return errors.New("ical: the edit would change what an event is made of, and is not made")
		}
		k := edited.comps[theirs+n]
		k.first, k.last = k.first+propsOn, k.last+propsOn
		if k.parent += c - theirs; n == 0 {
			k.parent = old.parent
		}
		m.to.comps[c+n] = k
		m.comp = c + n + 1
	}
	eol := []byte{m.from.eol}
	m.lines += int32(bytes.Count(edited.raw[newStart:newEnd], eol) - bytes.Count(m.from.raw[start:end], eol))
	m.shift += newEnd - newStart - (end - start)
	m.prop = old.last + 1
	return nil
}

// renote makes the remarks anew where there are any: they say the numbers of lines.
func (m *mover) renote() {
	if len(m.to.notes) == 0 {
		return
	}
	m.to.notes = nil
	for i := range m.to.props {
		if p := &m.to.props[i]; p.kind == property && p.colon < 0 {
			m.to.note(int(p.no), noColon)
		}
	}
}
