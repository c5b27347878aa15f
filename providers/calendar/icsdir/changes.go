package icsdir

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
)

// Changes lists the folder and reads the files whose metadata differs from what the cursor remembers. Files without
// anything that could be a tag are named as Plain. An undisturbed folder costs one look at each file's metadata.
func (d *Dir) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	before, err := parseCursor(cursor)
	if err != nil {
		return calendar.Changes{}, err
	}
	dir, err := d.openFolder()
	if err != nil {
		return calendar.Changes{}, err
	}
	defer dir.close()
	d.forget()
	entries, err := dir.list()
	if err != nil {
		return calendar.Changes{}, err
	}
	if len(entries) > d.cfg.MaxEvents {
		return calendar.Changes{}, d.tooMany(len(entries), "files")
	}
	looks := pair(before, entries)
	if err := d.look(ctx, dir, looks); err != nil {
		return calendar.Changes{}, err
	}
	if err := d.outwait(ctx, dir, looks); err != nil {
		return calendar.Changes{}, err
	}
	if err := d.gather(ctx, dir, looks); err != nil {
		return calendar.Changes{}, err
	}
	if err := dir.check(); err != nil { // else what vanished meanwhile might only have been moved away with the folder
		return calendar.Changes{}, err
	}
	changes := collect(looks)
	if changes.Total > d.cfg.MaxEvents {
		return calendar.Changes{}, d.tooMany(changes.Total, "events")
	}
	why := dir.denies()
	changes.Full, changes.Source = cursor == "", d.cfg.Path
	changes.ReadOnly, changes.Cure = why.cause, why.cure
	if changes.Cursor == "" {
		changes.Cursor = cursor
	}
	if changes.Cursor == "" {
		changes.Cursor = formatCursor(nil)
	}
	return changes, nil
}

// tooMany says that the folder holds more than is read in a pass.
func (d *Dir) tooMany(n int, what string) error {
	return words.Mend(fmt.Errorf("icsdir: the folder %s holds %d %s, more than the %d that are read in one pass",
		d.cfg.Path, n, what, d.cfg.MaxEvents), "raise limits.events in the configuration")
}

// outwait waits, for a few milliseconds at most, until a further change of the files that were read so shortly after a
// change would show, and reads them once more: if they are what they were, the next pass need not do so. File systems
// with coarse time stamps would need too long a wait; their files stay racy.
func (d *Dir) outwait(ctx context.Context, dir *folder, looks []look) error {
	var fresh []*look
	latest := int64(0)
	for i := range looks {
		if l := &looks[i]; l.is.state == racy && l.ctime%int64(time.Second) != 0 {
			fresh = append(fresh, l)
			latest = max(latest, l.ctime)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if wait := racyFine - time.Duration(time.Now().UnixNano()-latest); wait > 0 && wait <= racyFine {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
	}
	for _, l := range fresh {
		f, err := d.readEntry(dir, *l.now, nil)
		if err == nil && !f.racy && f.stat.print() == l.is.print && contentPrint(f.raw) == l.is.content {
			l.is.state, l.is.content = settled, 0
		} // else the next pass finds out what has become of it
	}
	return nil
}

// look is one file of a pass: as the cursor remembers it, as it is listed now, and what came of it.
type look struct {
	was *seen  // nil for a new file
	now *entry // nil for one that is not there
	// keep says that nothing is known to have changed.
	keep bool

	ctime int64 // of a racy file, Unix nanoseconds

	is   seen // what the next cursor remembers, if there is still a file
	gone bool
	news bool     // the file says something that it did not say before, or is gone
	uids []string // of the events of a file that was read; nil where they are not known
	list []calendar.Change
}

// last is what is known of the file.
func (l *look) last() *seen {
	if l.keep {
		return l.was
	}
	return &l.is
}

// open has the file be listed, though it did not change itself.
func (l *look) open() {
	if l.keep {
		l.keep, l.is = false, *l.was
	}
}

// pair matches what the cursor remembers with what is there; both are sorted by name.
func pair(before []seen, entries []entry) []look {
	looks := make([]look, 0, max(len(before), len(entries)))
	for len(before) > 0 || len(entries) > 0 {
		switch {
		case len(entries) == 0 || len(before) > 0 && before[0].name < entries[0].name:
			looks = append(looks, look{was: &before[0], gone: true, news: true})
			before = before[1:]
		case len(before) == 0 || entries[0].name < before[0].name:
			looks = append(looks, look{now: &entries[0]})
			entries = entries[1:]
		default:
			l := look{was: &before[0], now: &entries[0]}
			l.keep = l.was.print == l.now.print && l.was.state == settled
			looks = append(looks, l)
			before, entries = before[1:], entries[1:]
		}
	}
	return looks
}

// look reads what may have changed.
func (d *Dir) look(ctx context.Context, dir *folder, looks []look) error {
	var todo []*look
	for i := range looks {
		if l := &looks[i]; !l.keep && l.now != nil {
			todo = append(todo, l)
		}
	}
	return share(len(todo), func(from, to int) error {
		var buf, scratch []byte
		for _, l := range todo[from:to] {
			if err := ctx.Err(); err != nil {
				return err
			}
			buf, scratch = d.examine(dir, l, buf, scratch)
		}
		return nil
	})
}

// examine reads one file. It returns its buffers for the next one.
func (d *Dir) examine(dir *folder, l *look, buf, scratch []byte) ([]byte, []byte) {
	f, err := d.readEntry(dir, *l.now, buf)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		l.gone, l.news = true, true
		return buf, scratch
	case err != nil:
		l.is = seen{name: l.now.name, print: l.now.print, state: settled, kind: single}
		d.fail(l, err)
		return buf, scratch
	}
	if cap(f.raw) > cap(buf) {
		buf = f.raw
	}
	l.is = seen{name: f.name, print: f.stat.print(), state: settled}
	if f.racy {
		l.is.state, l.is.content = racy, contentPrint(f.raw)
		l.ctime = f.stat.ctime
	}
	if w := l.was; w != nil && w.state == racy && w.print == l.is.print && w.content == contentPrint(f.raw) {
		l.is.same(w) // it was not changed after all
		return buf, scratch
	}
	l.news = true
	outline, err := ical.Look(f.raw, d.reader.Limits)
	if err != nil {
		d.fail(l, understood(f.name, err))
		return buf, scratch
	}
	l.holds(outline)
	plain := false
	if d.needles != nil {
		scratch = ical.Lower(scratch[:0], f.raw)
		plain = !d.needles.In(scratch) && l.is.kind != apart
	}
	if plain {
		for _, id := range l.is.ids() {
			l.list = append(l.list, calendar.Change{ID: id, Plain: true})
		}
	} else {
		d.parsed(l, f, outline.UIDs)
	}
	return buf, scratch
}

// holds notes what is in the file.
func (l *look) holds(o ical.Outline) {
	l.uids, l.is.uids, l.is.kind = o.UIDs, o.UIDs, several
	switch {
	case o.Apart:
		l.is.kind = apart
	case len(o.UIDs) == 1:
		l.is.kind, l.is.uids = single, nil
	}
}

// parsed lists the events of a file that may hold a tag. Without needles that says nothing; the events are then left
// for Get, so that a large folder is not held in memory.
func (d *Dir) parsed(l *look, f *file, uids []string) {
	doc, err := ical.Parse(f.raw, d.reader.Limits)
	alone := l.is.kind != several
	all := alone || d.needles == nil
	if err == nil && !all {
		all = d.needles.In(ical.Lower(nil, doc.Zones())) // it could be in any event
	}
	for i, id := range l.is.ids() {
		c := calendar.Change{ID: id, Err: err}
		switch {
		case err != nil:
			c.Err = understood(f.name, err)
		case !all && !d.needles.In(ical.Lower(nil, doc.Part(uids[i]))):
			c.Plain = true
		default:
			var ev calendar.Event
			if ev, c.Err = d.event(doc, f, id, uids[i], alone); c.Err == nil && d.needles != nil {
				c.Event = &ev
			}
		}
		l.list = append(l.list, c)
	}
}

// fail reports a file that cannot be read or understood, under the ids that its events had before. One that could not
// be read before either is no news.
func (d *Dir) fail(l *look, err error) {
	l.is.kind, l.is.uids = single, nil
	if l.was != nil && (l.was.count() > 0 || l.was.kind == apart) {
		l.is.same(l.was)
	}
	if !errors.Is(err, calendar.ErrMalformed) && !errors.Is(err, calendar.ErrIncomplete) {
		l.is.state = failed // it is tried again: what prevents us may not show in the file's metadata
		if l.was != nil && l.was.state == failed && l.was.print == l.is.print {
			return
		}
	}
	l.news = true
	for _, id := range l.is.ids() {
		l.list = append(l.list, calendar.Change{ID: id, Err: err})
	}
}

// contentPrint is a fingerprint of a file's bytes.
func contentPrint(raw []byte) uint64 {
	sum := sha256.Sum256(raw)
	return binary.BigEndian.Uint64(sum[:])
}

// collect makes the answer of a pass. The cursor stays empty where it is the same as before.
func collect(looks []look) calendar.Changes {
	var c calendar.Changes
	same := true
	n := 0
	for i := range looks {
		n += len(looks[i].list)
	}
	c.List = make([]calendar.Change, 0, n)
	for i := range looks {
		l := &looks[i]
		if l.keep {
			c.Total += l.was.count()
			continue
		}
		var ids []string
		if !l.gone {
			ids = l.is.ids()
			c.Total += len(ids)
		}
		if l.was != nil {
			c.List = appendMissing(c.List, l.was.ids(), ids)
		}
		c.List = append(c.List, l.list...)
		same = same && l.was != nil && !l.gone && l.was.equal(&l.is)
	}
	if !same {
		c.Cursor = nextCursor(looks)
	}
	return c
}

// appendMissing adds the ids that were there and are not there now.
func appendMissing(list []calendar.Change, were, are []string) []calendar.Change {
	if slices.Equal(were, are) {
		return list
	}
	there := make(map[string]bool, len(are))
	for _, id := range are {
		there[id] = true
	}
	for _, id := range were {
		if !there[id] {
			list = append(list, calendar.Change{ID: id, Missing: true})
		}
	}
	return list
}

func (s *seen) equal(t *seen) bool {
	holdsSame := s.kind == t.kind && s.series == t.series && slices.Equal(s.uids, t.uids)
	return holdsSame && s.print == t.print && s.state == t.state && s.content == t.content
}

// same takes over what the file held before.
func (s *seen) same(t *seen) { s.kind, s.uids, s.series = t.kind, t.uids, t.series }

func nextCursor(looks []look) string {
	files := make([]seen, 0, len(looks))
	for i := range looks {
		switch l := &looks[i]; {
		case l.keep:
			files = append(files, *l.was)
		case !l.gone:
			files = append(files, l.is)
		}
	}
	return formatCursor(files)
}
