package icsdir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/words"
)

// write is what SetLink did to a file since the last Changes.
type write struct {
	before uint64 // fingerprint of the file's metadata before the first write
	after  uint64 // and after the last one
	ctime  int64  // after the last one, Unix nanoseconds
	raw    uint64 // fingerprint of the bytes written last
}

// SetLink makes l the event's link, or takes it out. The file is replaced by one that differs only in the lines of the
// link, unless it was changed since version, or is changed meanwhile.
func (d *Dir) SetLink(ctx context.Context, id, ver string, l calendar.Link) (calendar.Event, error) {
	if err := ctx.Err(); err != nil {
		return calendar.Event{}, err
	}
	d.writing.Lock()
	defer d.writing.Unlock()
	return d.setLink(ctx, calendar.Setting{ID: id, Version: ver, Link: l})
}

// writable reports why an event, as it is now, does not get what was meant for it at a version.
func writable(name string, now *calendar.Event, ver string) error {
	switch {
	case now.Version != ver:
		return fmt.Errorf("icsdir: %s: %w", name, calendar.ErrConflict)
	case now.Denied != "":
		return words.Mend(fmt.Errorf("icsdir: %w: %s: %s", calendar.ErrDenied, name, now.Denied), now.Cure)
	}
	return nil
}

// unlinkable words an edit that cannot be made.
func unlinkable(name string, err error) error {
	return fmt.Errorf("icsdir: %s: the link cannot be written: %w", name, err)
}

// setLink is SetLink, for who holds d.writing.
func (d *Dir) setLink(ctx context.Context, set calendar.Setting) (calendar.Event, error) {
	it, err := d.openAny(set.ID)
	if err != nil {
		return calendar.Event{}, err
	}
	if err := writable(it.name, &it.event, set.Version); err != nil {
		return calendar.Event{}, err
	}
	linked, err := d.linked(it, set.Link)
	if err != nil {
		return calendar.Event{}, unlinkable(it.name, err)
	}
	if linked != it.doc {
		if err := d.replaceAll(ctx, it, linked, set.Link.Mark == ""); err != nil {
			return calendar.Event{}, err
		}
	}
	again, err := d.openAny(set.ID)
	if err != nil {
		return calendar.Event{}, err
	}
	return again.event, nil
}

// linked is the file with the link of one event, or of one date.
func (d *Dir) linked(it *item, l calendar.Link) (*ical.Doc, error) {
	if it.date != "" {
		return d.reader.LinkDate(it.doc, it.uid, it.date, l)
	}
	return d.reader.Link(it.doc, it.uid, l)
}

// tempSuffix ends the names of files that are being written. Readers of such folders leave them alone.
const (
	tempPrefix = ".zoomtag-"
	tempSuffix = ".tmp"
)

// replaceAll writes the files of an item that differ. Where the power is cut between two of them, the next pass finds
// some dates without the link, and writes it there. Where the link is taken out, that of the series comes last: as long
// as the series shows it, it is known that something is left to do.
func (d *Dir) replaceAll(ctx context.Context, it *item, linked *ical.Doc, takenOut bool) error {
	if it.joined == nil {
		if err := d.replace(ctx, it.files[0], linked.Raw()); err != nil {
			return err
		}
		if len(linked.UIDs()) > 1 { // what it says is known, if it is what is read now
			d.keep(&file{name: it.name}, linked)
		}
		return nil
	}
	texts, files := it.joined.Split(linked), slices.Clone(it.files)
	if takenOut {
		slices.Reverse(texts)
		slices.Reverse(files)
	}
	for i, f := range files {
		if bytes.Equal(texts[i], f.raw) {
			continue
		}
		if err := d.replace(ctx, f, texts[i]); err != nil {
			return err
		}
	}
	return nil
}

// replace puts out in the place of the file that was read, if that is still what it was: written beside it, made
// durable, compared once more, renamed.
func (d *Dir) replace(ctx context.Context, f *file, out []byte) error {
	dir := filepath.Dir(f.path)
	d.sweep(dir)
	d.cfg.Hook("icsdir.write.before")
	temp, err := os.CreateTemp(dir, tempPrefix+"*"+tempSuffix)
	if err != nil {
		return d.unwritable(f.name, err)
	}
	err = d.fillTemp(temp, f, out)
	d.cfg.Hook("icsdir.write.after")
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = d.unchanged(f)
	}
	if err == nil {
		d.cfg.Hook("icsdir.rename.before")
		err = d.unwritable(f.name, os.Rename(temp.Name(), f.path))
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	d.cfg.Hook("icsdir.rename.after")
	if err := syncDir(dir); err != nil {
		return d.unwritable(f.name, err)
	}
	d.cfg.Hook("icsdir.sync.after")
	return d.note(f, out)
}

// fillTemp writes the new file, with owner and mode of the old one, and closes it.
func (d *Dir) fillTemp(temp *os.File, f *file, out []byte) error {
	_, err := temp.Write(out)
	if err == nil {
		err = temp.Chmod(f.stat.mode)
	}
	if err == nil {
		err = f.stat.giveOwner(temp)
	}
	if err == nil {
		err = temp.Sync()
	}
	return d.unwritable(f.name, errors.Join(err, temp.Close()))
}

// unchanged reports ErrConflict if the file is no longer what was read: by size, times and inode, and by its bytes.
func (d *Dir) unchanged(f *file) error {
	dir, err := d.openFolder()
	if err != nil {
		return err
	}
	defer dir.close()
	now, err := d.read(dir, f.name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("icsdir: %s is no longer there: %w", f.name, calendar.ErrConflict)
	}
	if err != nil {
		return err
	}
	if now.stat != f.stat || now.path != f.path || !bytes.Equal(now.raw, f.raw) {
		return fmt.Errorf("icsdir: %s: %w", f.name, calendar.ErrConflict)
	}
	return nil
}

// unwritable words an error about writing; nil stays nil.
func (d *Dir) unwritable(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return words.Mend(fmt.Errorf("icsdir: %w: %s cannot be written (%w)", calendar.ErrDenied, name, err),
			"let the user that runs zoomtag write to "+d.cfg.Path)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return words.Mend(fmt.Errorf("icsdir: %s cannot be written: there is no space left where %s lies: %w", name,
			d.cfg.Path, err), "make room")
	}
	return fmt.Errorf("icsdir: %s cannot be written: %w", name, err)
}

// staleTemp is how old a temporary file of ours must be to be known for a leftover of a crash.
const staleTemp = time.Hour

// sweep removes what a crash has left, once in a while: it lists the whole folder. It is only housekeeping: what cannot
// be removed is left.
func (d *Dir) sweep(dir string) {
	if time.Since(d.swept) < staleTemp {
		return
	}
	d.swept = time.Now()
	left, err := filepath.Glob(filepath.Join(globEscape(dir), tempPrefix+"*"+tempSuffix))
	if err != nil {
		return
	}
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && time.Since(info.ModTime()) > staleTemp {
			if err := os.Remove(path); err != nil {
				d.cfg.Log.Debug("a leftover could not be removed", "file", path, "reason", err)
			}
		}
	}
}

// globEscape takes the meaning from characters that Glob would read as patterns.
func globEscape(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// note remembers a write for Echoed.
func (d *Dir) note(f *file, out []byte) error {
	dir, err := d.openFolder()
	if err != nil {
		return err
	}
	defer dir.close()
	st, _, ok, err := dir.stat(f.name)
	if err != nil || !ok {
		return err // somebody else's change is no fault of this write
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	w := write{before: f.stat.print(), after: st.print(), ctime: st.ctime, raw: contentPrint(out)}
	if earlier, ok := d.written[f.name]; ok && earlier.after == w.before {
		w.before = earlier.before
	}
	d.written[f.name] = w
	return nil
}

// forget begins a new pass.
func (d *Dir) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.written)
	d.kept = nil
}

// Echoed returns the cursor as it would be had it been taken after our own writes. A file that somebody else has
// touched in between is left as it was in the cursor, so that the next pass reads it.
func (d *Dir) Echoed(cursor string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	files, err := parseCursor(cursor)
	if err != nil || len(d.written) == 0 {
		return cursor
	}
	d.letSettle()
	dir, err := d.openFolder()
	if err != nil {
		return cursor
	}
	defer dir.close()
	for i := range files {
		f := &files[i]
		w, ok := d.written[f.name]
		if !ok || w.before != f.print || f.state == failed {
			continue
		}
		st, _, ok, err := dir.stat(f.name)
		if err != nil || !ok || st.print() != w.after {
			continue
		}
		f.print, f.state, f.content = w.after, settled, 0
		if st.racy(time.Now()) {
			f.state, f.content = racy, w.raw
		}
	}
	return formatCursor(files)
}

// letSettle waits, for a few milliseconds at most, until a change of what was written last would show in its time
// stamp: then the next pass need not read it again to be sure.
func (d *Dir) letSettle() {
	latest := int64(0)
	for _, w := range d.written {
		if w.ctime%int64(time.Second) != 0 {
			latest = max(latest, w.ctime)
		}
	}
	if wait := racyFine - time.Duration(time.Now().UnixNano()-latest); latest > 0 && wait > 0 && wait <= racyFine {
		time.Sleep(wait) //nolint:forbidigo // racyFine, a few milliseconds, is the longest that it can be
	}
}
