package ical

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// Edits are what becomes of several events of a file, by their UIDs.
type Edits map[string]Edit

// SetLinks is SetLink for several events of one file at once: the file is put together and read again once for all of
// them. An edit that cannot be made stands under its UID in what failed, and the others are made without it. The error
// is about all of them: nothing is made.
func (d *Doc) SetLinks(edits Edits) (out *Doc, failed map[string]error, err error) {
	failed = map[string]error{}
	made := map[string]*revision{}
	var splices []splice
	size, limits := len(d.raw), DefaultLimits
	for _, uid := range d.UIDs() { // in the order of the file: which of them find room in it is not left to chance
		e, asked := edits[uid]
		if !asked {
			continue
		}
		c, err := d.revise(uid, &e)
		limits = e.Limits
		if err == nil {
			err = tooLong(size+c.grows(), limits)
		}
		switch {
		case err != nil:
			failed[uid] = err
		case c.edited != nil:
			made[uid], size, splices = &c, size+c.grows(), append(splices, c.splices...)
		}
	}
	for uid := range edits {
		if len(d.events(uid)) == 0 {
			failed[uid] = fmt.Errorf("%w (UID %.60q)", ErrNoEvent, uid)
		}
	}
	if len(made) == 0 {
		return d, failed, nil
	}
	slices.SortStableFunc(splices, func(x, y splice) int { return cmp.Compare(x.start, y.start) })
	raw, _ := appendSpliced(make([]byte, 0, size), d.raw, 0, int32(len(d.raw)), splices)
	out, err = d.reread(raw, made, limits)
	return out, failed, err
}

// reread reads what edits have made of the file, and has each event in it be what was judged.
func (d *Doc) reread(raw []byte, made map[string]*revision, limits Limits) (*Doc, error) {
	out, err := Parse(raw, limits)
	if err != nil {
		return nil, fmt.Errorf("ical: the edits would damage the file and are not made: %w", err)
	}
	if !slices.Equal(d.UIDs(), out.UIDs()) {
		return nil, errors.New("ical: the edits would change which events there are, and are not made")
	}
	for uid, c := range made {
		if !bytes.Equal(out.alone(uid, nil), c.after) {
			return nil, fmt.Errorf("ical: the edits would make something else of the event with the UID %.60q, and "+
				"are not made", uid)
		}
	}
	return out, nil
}
