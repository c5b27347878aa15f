package icsdir

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// event reads one event of a file that was parsed.
func (d *Dir) event(doc *ical.Doc, f *file, id, uid string, single bool) (calendar.Event, error) {
	ev, _, ok, err := d.reader.Event(doc, id, uid)
	if err != nil {
		return calendar.Event{}, understood(f.name, err)
	}
	if !ok {
		return calendar.Event{}, fmt.Errorf("icsdir: %w: %s holds no event %q any more", calendar.ErrGone, f.name, uid)
	}
	if ev.Version, err = version(doc, uid, single); err != nil {
		return calendar.Event{}, err
	}
	if ev.Denied == "" {
		why := cmp.Or(f.dir.denies(), f.stat.denies(f.name))
		ev.Denied, ev.Cure, ev.Unwritable = why.cause, why.cure, why.cause != ""
	}
	return ev, nil
}

// version changes with every change of the event. Where a file holds several, those of the others do not count, so that
// one pass can write them one after the other; the write itself is guarded by the whole file.
func version(doc *ical.Doc, uid string, single bool) (string, error) {
	sum := [sha256.Size]byte{}
	if single {
		sum = sha256.Sum256(doc.Raw())
	} else {
		var err error
		if sum, err = doc.Sum(uid); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum[:16]), nil
}
