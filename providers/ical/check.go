package ical

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	goical "github.com/emersion/go-ical"
)

// changing are the properties that an edit may change in the VEVENTs of its UID.
var changing = []string{"DESCRIPTION", "LOCATION", "URL", "CONFERENCE", propMark, propTag, "LAST-MODIFIED", "DTSTAMP"}

// mayChange reports whether an edit may change a property.
func (e *Edit) mayChange(name string) bool {
	switch name {
	case "SUMMARY":
		return e.Title != nil
	case "SEQUENCE":
		return e.Organizes
	case "X-ALT-DESC", "STYLED-DESCRIPTION":
		return e.SpliceHTML != nil
	}
	return slices.Contains(changing, name)
}

// verify reads both files again and compares them: outside the properties that the edit may change, everything is the
// same to the byte; foreign conferences and cancelled occurrences are untouched; and the same edit once more changes
// nothing. It returns what the second one says.
func verify(before, after []byte, uid string, e *Edit) (*Doc, error) {
	edit := *e
	e = &edit
	e.Limits.Bytes = maxBytes // how large the whole file may be is judged elsewhere
	is, err := compare(before, after, uid, e)
	if err != nil {
		return nil, fmt.Errorf("ical: the edit would damage the file and is not made: %w", err)
	}
	again, err := is.splices(uid, e)
	if err != nil {
		return nil, fmt.Errorf("ical: the edit would damage the file and is not made: %w", err)
	}
	if !bytes.Equal(is.alone(uid, again), is.alone(uid, nil)) {
		return nil, errors.New("ical: the edit does not come to rest and is not made")
	}
	return is, secondOpinion(before, after, uid, e)
}

func compare(before, after []byte, uid string, e *Edit) (*Doc, error) {
	was, err := Parse(before, e.Limits)
	if err != nil {
		return nil, err
	}
	is, err := Parse(after, e.Limits)
	if err != nil {
		return nil, err
	}
	kept, left := was.untouchable(uid, e), is.untouchable(uid, e)
	if !bytes.Equal(kept, left) {
		at := 0
		for at < min(len(kept), len(left)) && kept[at] == left[at] {
			at++
		}
		return nil, fmt.Errorf("what stands around %.40q would change", kept[max(0, at-20):])
	}
	return is, nil
}

// untouchable returns the file without the lines that the edit may change.
func (d *Doc) untouchable(uid string, e *Edit) []byte {
	target := map[int32]bool{}
	for _, c := range d.events(uid) {
		target[c] = !d.leaves(c, e)
	}
	kept := make([]byte, 0, len(d.raw))
	pos := int32(0)
	for i := range d.props {
		p := &d.props[i]
		if p.kind != property || p.colon < 0 || !target[p.comp] {
			continue
		}
		if name := strings.ToUpper(string(d.name(p))); e.mayChange(name) &&
			(name != "CONFERENCE" || d.ourConference(p)) {
			kept = append(kept, d.raw[pos:p.start]...)
			pos = p.end
		}
	}
	return append(kept, d.raw[pos:]...)
}

// Bounds within which go-ical is asked: it takes time quadratic in the length of a parameter, and recurses.
const (
	maxOpinion     = 1 << 20
	maxOpinionHead = 4 << 10
)

// secondOpinion has another decoder read both files. If it can read the original, it must be able to read the result,
// and see a difference only where one is meant.
func secondOpinion(before, after []byte, uid string, e *Edit) error {
	limits := e.Limits
	limits.Bytes, limits.Head = maxOpinion, maxOpinionHead
	first, err := Parse(before, limits)
	if err != nil {
		return nil //nolint:nilerr // the file is beyond what the other decoder is asked about
	}
	was, err := decode(first.withoutOddHeads())
	if err != nil {
		return nil //nolint:nilerr // nothing to hold the result against
	}
	second, err := Parse(after, e.Limits)
	if err != nil {
		return err
	}
	is, err := decode(second.withoutOddHeads())
	if err != nil {
		return fmt.Errorf("ical: the edit is not made, because another decoder could not read its result: %w", err)
	}
	strip(was, uid, e)
	strip(is, uid, e)
	if !reflect.DeepEqual(was, is) {
		return fmt.Errorf("ical: the edit is not made, because another decoder sees a change that is not meant")
	}
	return nil
}

// withoutOddHeads is the file without the parameters of properties in which the other decoder would read on into the
// value: it would read them with a link in the value, and not without one.
func (d *Doc) withoutOddHeads() []byte {
	out := make([]byte, 0, len(d.raw))
	pos := int32(0)
	for i := range d.props {
		p := &d.props[i]
		if p.kind == property && p.colon > p.nameEnd && !evenHead(unfold(d.raw[p.nameEnd:p.colon], d.eol)) {
			out = append(out, d.raw[pos:p.nameEnd]...)
			pos = p.colon
		}
	}
	return append(out, d.raw[pos:]...)
}

// parameter is one as RFC 5545 3.1 has it.
var parameter = regexp.MustCompile(`^;[^=;:,"]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*`)

// evenHead reports whether what stands between the name and the colon of a property are parameters.
func evenHead(head []byte) bool {
	for len(head) > 0 {
		n := len(parameter.Find(head))
		if n == 0 {
			return false
		}
		head = head[n:]
	}
	return true
}

// decode is go-ical's decoder without its panics.
func decode(raw []byte) (c *goical.Calendar, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("it panics (%v)", p)
		}
	}()
	return goical.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\uFEFF")))).Decode()
}

// strip takes the properties out that the edit may change.
func strip(c *goical.Calendar, uid string, e *Edit) {
	for _, child := range c.Children {
		if child.Name != goical.CompEvent {
			continue
		}
		found := ""
		if p := child.Props.Get(goical.PropUID); p != nil {
			found = text([]byte(p.Value), '\n')
		}
		if found != uid {
			continue
		}
		for name, list := range child.Props {
			list = slices.DeleteFunc(list, func(p goical.Prop) bool {
				return e.mayChange(name) && (name != "CONFERENCE" || p.Params.Get("LABEL") == Label)
			})
			if child.Props[name] = list; len(list) == 0 {
				delete(child.Props, name)
			}
		}
	}
}
