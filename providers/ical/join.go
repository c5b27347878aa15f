package ical

import "errors"

// Joined is several files read as one, because what is about one event is spread over them.
type Joined struct {
	Doc   *Doc
	parts []part
}

// part is one of the files.
type part struct {
	lead []byte // what stands before its first VCALENDAR
	root int    // which VCALENDAR of all is its first
	glue int    // how many bytes were put behind the file before it, so that it begins on a line of its own
}

// Join reads files as if they were one behind the other. The limits are those of all together.
func Join(raws [][]byte, limits Limits) (*Joined, error) {
	j := &Joined{}
	var all []byte
	var starts []int
	for i, raw := range raws {
		var p part
		if i > 0 {
			eol := newScanner(raw).eol
			if eol != newScanner(raws[0]).eol {
				return nil, malformed(1, "the file ends its lines in another way than the file of its series")
			}
			p.lead = raw[:leading(raw)]
			if len(all) > 0 && all[len(all)-1] != eol {
				all, p.glue = append(all, eol), 1
			}
		}
		starts = append(starts, len(all))
		all = append(all, raw[len(p.lead):]...)
		j.parts = append(j.parts, p)
	}
	doc, err := Parse(all, limits)
	if err != nil {
		return nil, err
	}
	j.Doc = doc
	begins := doc.calendars()
	for i, next := 1, 0; i < len(j.parts); i++ {
		for next < len(begins) && begins[next] < starts[i] {
			next++
		}
		if next == len(begins) || begins[next] != starts[i] {
			return nil, errors.New("ical: files were joined that are none")
		}
		j.parts[i].root = next
	}
	return j, nil
}

// leading is how many bytes stand before the first line that says something.
func leading(raw []byte) int {
	s := newScanner(raw)
	for {
		at := s.pos
		if l, ok := s.next(); !ok || l.body > l.start {
			return at
		}
	}
}

// calendars are the offsets at which the VCALENDARs begin.
func (d *Doc) calendars() (begins []int) {
	for i := range d.comps {
		if c := &d.comps[i]; c.parent < 0 {
			begins = append(begins, int(d.props[c.first].start))
		}
	}
	return begins
}

// Split returns the files that an edit of j.Doc makes of those that were joined.
func (j *Joined) Split(out *Doc) [][]byte {
	begins := out.calendars()
	raws := make([][]byte, len(j.parts))
	for i := range j.parts {
		from, to := 0, len(out.raw)
		if i > 0 {
			from = begins[j.parts[i].root]
		}
		if i+1 < len(j.parts) {
			to = begins[j.parts[i+1].root] - j.parts[i+1].glue
		}
		raws[i] = append(append([]byte{}, j.parts[i].lead...), out.raw[from:to]...)
	}
	return raws
}
