package icsdir

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// Some apps put a date of a series that was edited by itself into a file of its own. Such a file is part of the series,
// if the folder has exactly one: the event is read from both, and a link is written into both. Which files belong
// together is found out by Changes, and remembered in its cursor.

// gathering finds the series of the files that hold dates only.
type gathering struct {
	dir   *Dir
	in    *folder
	looks []look

	dates  map[string][]*look  // the files of dates, by the UID of their series
	series map[string][]string // the ids of the series, by their UIDs: what was read of them
	at     map[string]*look    // the file of each id in series, and of each series that dates belonged to
	stale  map[string]bool     // ids of series that something has changed about
}

// gather puts files of dates to their series, and lists a series of which such a file has changed.
func (d *Dir) gather(ctx context.Context, dir *folder, looks []look) error {
	g := newGathering(d, dir, looks)
	if len(g.dates) > 0 {
		if err := g.find(ctx); err != nil {
			return err
		}
	}
	together := g.together()
	for uid, dates := range g.dates {
		for _, l := range dates {
			g.move(l, g.only(uid))
		}
	}
	for _, id := range slices.Sorted(maps.Keys(g.stale)) {
		if l := g.at[id]; l != nil && (!l.news || len(together[id]) > 0) {
			g.list(l, id)
		}
	}
	return nil
}

func newGathering(d *Dir, dir *folder, looks []look) *gathering {
	g := &gathering{dir: d, in: dir, looks: looks, dates: map[string][]*look{}, series: map[string][]string{},
		at: map[string]*look{}, stale: map[string]bool{}}
	g.sort()
	return g
}

// only is the id of the series with a UID, or nothing where there is none, or more than one.
func (g *gathering) only(uid string) string {
	if ids := g.series[uid]; len(ids) == 1 {
		return ids[0]
	}
	return ""
}

// together are the files of dates of each series, by its id, which the calendar remembers from now on.
func (g *gathering) together() map[string][]string {
	files := map[string][]string{}
	for uid, dates := range g.dates {
		if id := g.only(uid); id != "" {
			for _, l := range dates {
				files[id] = append(files[id], l.last().name)
			}
			slices.Sort(files[id])
		}
	}
	g.dir.mu.Lock()
	defer g.dir.mu.Unlock()
	g.dir.apart = files
	return files
}

// sort finds the files of dates, and what they belonged to.
func (g *gathering) sort() {
	belonged := map[string]bool{}
	for i := range g.looks {
		l := &g.looks[i]
		if was := l.was; was != nil && was.kind == apart && was.series != "" {
			belonged[was.series] = true
			if l.news {
				g.stale[was.series] = true
			}
		}
		if !l.gone && l.last().kind == apart {
			uid := l.last().uids[0]
			g.dates[uid] = append(g.dates[uid], l)
		}
	}
	if len(belonged) == 0 && len(g.dates) == 0 {
		return
	}
	for i := range g.looks {
		l := &g.looks[i]
		if l.gone {
			continue
		}
		for j, id := range l.last().ids() {
			if l.uids != nil {
				if uid := l.uids[j]; len(g.dates[uid]) > 0 && l.is.kind != apart {
					g.add(uid, id, l)
				}
			}
			if belonged[id] {
				g.at[id] = l
			}
		}
	}
}

// add notes a series.
func (g *gathering) add(uid, id string, l *look) {
	g.series[uid] = append(g.series[uid], id)
	g.at[id] = l
	if l.news {
		g.stale[id] = true
	}
}

// find finds the series of the dates. What was found before and did not change is so still; else the files that this
// pass did not read are read.
func (g *gathering) find(ctx context.Context) error {
	changed := slices.ContainsFunc(g.looks, func(l look) bool { return l.news })
	search := false
	for uid, dates := range g.dates {
		for _, l := range dates {
			was := l.was
			if l.news && (was == nil || was.kind != apart || was.uids[0] != uid) {
				search = true
				continue
			}
			at := g.at[was.series]
			switch {
			case at == nil: // the series has gone, or there was none
				search = search || changed
			case at.uids == nil && !slices.Contains(g.series[uid], was.series):
				g.add(uid, was.series, at)
			}
		}
	}
	if !search {
		return nil
	}
	for i := range g.looks {
		if err := ctx.Err(); err != nil {
			return err
		}
		if l := &g.looks[i]; !l.gone && l.uids == nil && l.last().kind != apart {
			g.read(l)
		}
	}
	return nil
}

// read finds out which series are in a file that was not read in this pass. One that cannot be read now is read by the
// pass that follows.
func (g *gathering) read(l *look) {
	uids := l.last().uids
	if l.last().kind == single {
		f, err := g.dir.readEntry(g.in, *l.now, nil)
		if err != nil {
			return
		}
		outline, err := ical.Look(f.raw, g.dir.reader.Limits)
		if err != nil || len(outline.UIDs) != 1 {
			return
		}
		uids = outline.UIDs
	}
	for i, id := range l.last().ids() {
		if uid := uids[i]; len(g.dates[uid]) > 0 && !slices.Contains(g.series[uid], id) {
			g.add(uid, id, l)
		}
	}
}

// move puts a file of dates to a series, or to none.
func (g *gathering) move(l *look, series string) {
	was := ""
	if l.was != nil {
		was = l.was.series
	}
	if l.news || was != series {
		g.stale[series], g.stale[was] = true, true
	}
	if l.last().series == series {
		return
	}
	said := l.list != nil
	l.open()
	l.is.series, l.list = series, nil
	if series == "" && !said {
		g.list(l, l.is.name)
	}
}

// list lists an event anew, with the dates that are its own now.
func (g *gathering) list(l *look, id string) {
	l.open()
	c := calendar.Change{ID: id}
	it, err := g.dir.openIn(g.in, id)
	switch needles := g.dir.needles; {
	case errors.Is(err, calendar.ErrGone):
		return // the pass that follows finds out what has become of it
	case err != nil:
		c.Err = err
	case needles == nil:
	case !it.event.Detached && !needles.In(ical.Lower(nil, it.doc.Part(it.uid))) &&
		!needles.In(ical.Lower(nil, it.doc.Zones())):
		c.Plain = true
	default:
		c.Event = &it.event
	}
	l.list = append(slices.DeleteFunc(l.list, func(c calendar.Change) bool { return c.ID == id }), c)
}

// filesOf are the files that hold dates of a series, as far as is known.
func (d *Dir) filesOf(id string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.apart[id]
}

// survey finds out which files belong together, where no pass has done it yet.
func (d *Dir) survey(dir *folder) error {
	d.mu.Lock()
	known := d.apart != nil
	d.mu.Unlock()
	if known {
		return nil
	}
	entries, err := dir.list()
	if err != nil {
		return err
	}
	looks := pair(nil, entries)
	err = share(len(looks), func(from, to int) error {
		var buf []byte
		for i := range looks[from:to] {
			buf = d.outline(dir, &looks[from+i], buf)
		}
		return nil
	})
	if err == nil {
		newGathering(d, dir, looks).together()
	}
	return err
}

// outline finds out what a file holds. One that cannot be read holds nothing, as far as is known; the pass tells why.
func (d *Dir) outline(dir *folder, l *look, buf []byte) []byte {
	l.is = seen{name: l.now.name, kind: several}
	f, err := d.readEntry(dir, *l.now, buf)
	if err != nil {
		return buf
	}
	if outline, err := ical.Look(f.raw, d.reader.Limits); err == nil {
		l.holds(outline)
	}
	return f.raw
}

// join reads the files of dates that belong to an item, and has it be of all of them.
func (d *Dir) join(dir *folder, it *item) error {
	if it.uid == "" {
		return nil
	}
	if err := d.survey(dir); err != nil {
		return err
	}
	raws := [][]byte{it.files[0].raw}
	for _, name := range d.filesOf(it.id) {
		f, err := d.read(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the date has been taken away, or put into the file of its series
		}
		if err != nil {
			return err
		}
		outline, err := ical.Look(f.raw, d.reader.Limits)
		if err != nil {
			return understood(name, err)
		}
		if outline.Apart && outline.UIDs[0] == it.uid {
			it.files, raws = append(it.files, f), append(raws, f.raw)
		}
	}
	if len(raws) == 1 {
		return nil
	}
	joined, err := ical.Join(raws, d.reader.Limits)
	if err != nil {
		return understood(it.name, err)
	}
	it.joined, it.doc = joined, joined.Doc
	return nil
}
