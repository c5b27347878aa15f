package icsdir

import (
	"context"
	"errors"
	"io/fs"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
)

// Together implements calendar.Batcher: events of one file are written with one write. A single date is part of one of
// them, and written by itself; so is a series of which dates lie in files of their own.
func (d *Dir) Together(id string) string {
	if _, _, isDate := calendar.CutDate(id); isDate || len(d.filesOf(id)) > 0 {
		return ""
	}
	name, _, _ := cutID(id)
	return name
}

// SetLinks implements calendar.Batcher.
func (d *Dir) SetLinks(ctx context.Context, list []calendar.Setting) []calendar.Got {
	d.writing.Lock()
	defer d.writing.Unlock()
	got := make([]calendar.Got, len(list))
	files := map[string]*batch{}
	var order []*batch
	for i, set := range list {
		name := d.Together(set.ID)
		if name == "" {
			got[i].Event, got[i].Err = d.setAlone(ctx, set)
			continue
		}
		if files[name] == nil {
			files[name] = &batch{dir: d, name: name}
			order = append(order, files[name])
		}
		files[name].add(set, &got[i])
	}
	for _, b := range order {
		b.write(ctx)
	}
	return got
}

// setAlone is SetLink, for who holds d.writing.
func (d *Dir) setAlone(ctx context.Context, set calendar.Setting) (calendar.Event, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Event{}, err
	}
	return d.setLink(ctx, set)
}

// batch is what one file of several events is to get with one write.
type batch struct {
	dir  *Dir
	name string
	sets []wanted
}

// wanted is the link that one of the events is to have.
type wanted struct {
	calendar.Setting
	uid string
	got *calendar.Got
}

func (b *batch) add(set calendar.Setting, got *calendar.Got) {
	_, uid, _ := cutID(set.ID)
	b.sets = append(b.sets, wanted{set, uid, got})
}

// mostTries is how often a file is read and written anew that somebody else has written in between. What they wrote
// counts: an event that they have changed is a conflict, the others get their links all the same.
const mostTries = 3

// write writes the file once for all of them.
func (b *batch) write(ctx context.Context) {
	err := ctx.Err()
	for try := 0; err == nil; try++ {
		if err = b.once(ctx); err == nil {
			return
		}
		if errors.Is(err, calendar.ErrConflict) && try+1 < mostTries {
			err = nil
		}
	}
	b.each(func(w *wanted) { *w.got = calendar.Got{Err: err} })
}

func (b *batch) each(do func(w *wanted)) {
	for i := range b.sets {
		do(&b.sets[i])
	}
}

// once reads the file, writes it, and reads it again. An error is about all of them: nothing was written.
func (b *batch) once(ctx context.Context) error {
	b.each(func(w *wanted) { *w.got = calendar.Got{} })
	f, doc, err := b.read()
	if err == nil {
		defer f.dir.close()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(doc.UIDs()) < 2: // it is no file of several any more
		b.each(func(w *wanted) { w.got.Event, w.got.Err = b.dir.setAlone(ctx, w.Setting) })
		return nil
	case err != nil:
		return err
	}
	linked, err := b.link(doc, f)
	if err != nil {
		return err
	}
	if linked != doc {
		f.raw = doc.Raw()
		if err := b.dir.replace(ctx, f, linked.Raw()); err != nil {
			return err
		}
		b.dir.keep(&file{name: f.name}, linked) // what it says is known, if it is what is read now
	}
	b.look()
	return nil
}

// read reads the file; whoever asks closes its folder.
func (b *batch) read() (*file, *ical.Doc, error) {
	dir, err := b.dir.openFolder()
	if err != nil {
		return nil, nil, err
	}
	f, err := b.dir.again(dir, b.name)
	var doc *ical.Doc
	if err == nil {
		if doc, err = b.dir.parse(f); err != nil {
			err = understood(b.name, err)
		}
	}
	if err != nil {
		dir.close()
		return nil, nil, err
	}
	return f, doc, nil
}

// link is the file with the links of all events that can have theirs. Why one cannot is said with it.
func (b *batch) link(doc *ical.Doc, f *file) (*ical.Doc, error) {
	edits := ical.Edits{}
	b.each(func(w *wanted) {
		ev, err := b.dir.event(doc, f, w.ID, w.uid, false)
		if err == nil {
			err = writable(b.name, &ev, w.Version)
		}
		if err != nil {
			w.got.Err = err
			return
		}
		e, err := b.dir.reader.Edit(doc, w.uid, w.Link)
		if err != nil {
			w.got.Err = unlinkable(b.name, err)
			return
		}
		edits[w.uid] = e
	})
	linked, failed, err := doc.SetLinks(edits)
	if err != nil {
		return nil, unlinkable(b.name, err)
	}
	b.each(func(w *wanted) {
		if err := failed[w.uid]; err != nil && w.got.Err == nil {
			w.got.Err = unlinkable(b.name, err)
		}
	})
	return linked, nil
}

// look reads what the file says now of the events that were written.
func (b *batch) look() {
	f, doc, err := b.read()
	if err == nil {
		defer f.dir.close()
	}
	b.each(func(w *wanted) {
		switch {
		case w.got.Err != nil:
		case err != nil:
			w.got.Err = err
		default:
			w.got.Event, w.got.Err = b.dir.event(doc, f, w.ID, w.uid, false)
		}
	})
}
