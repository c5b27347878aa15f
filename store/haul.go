package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"

	"zoomtag/providers/words"
	"zoomtag/store/bolt"
	"zoomtag/store/entries"
	"zoomtag/store/postgres"
)

// Bounds of what is held in memory while everything is copied: so many entries, or so many bytes of them.
const (
	haulEntries = 500
	haulBytes   = 4 << 20
)

// hauling is everything on its way from one place to another.
type hauling struct {
	CopyOptions

	ctx     context.Context //nolint:containedctx // the life of a hauling is that of one call of Copy
	source  origin
	in      entries.Reader
	options Options
	done    *Copied
	all     int // how many entries there are; each is done twice, once written and once compared
	dealt   int
}

// haul brings everything to an address, and returns where it is now.
func (h *hauling) haul(to string) (entries.Elsewhere, error) {
	all, err := h.countAll(h.in)
	if err != nil {
		return entries.Elsewhere{}, err
	}
	h.all = int(all)
	if Shared(to) {
		return h.intoDatabase(to)
	}
	return h.intoFile(to)
}

// countAll counts the entries of all buckets.
func (h *hauling) countAll(r entries.Reader) (n uint64, err error) {
	for _, bucket := range buckets() {
		in, err := h.count(r, bucket)
		if err != nil {
			return 0, err
		}
		n += in
	}
	return n, nil
}

func (h *hauling) count(r entries.Reader, bucket string) (n uint64, err error) {
	err = h.source.protect(func() error {
		return r.Walk(bucket, entries.Range{Head: 1}, func([]byte, []byte) (bool, error) {
			n++
			return true, h.ctx.Err()
		})
	})
	return n, err
}

// step counts one entry that was dealt with.
func (h *hauling) step() {
	h.dealt++
	h.Progress(h.dealt/2, h.all)
}

// pull returns the entries of a bucket one by one. Key and value are good until the next one is asked for.
func (h *hauling) pull(bucket string) (next func() (key, value []byte, ok bool, err error), stop func()) {
	var failed error
	one, stop := iter.Pull2(func(yield func(key, value []byte) bool) {
		failed = h.source.protect(func() error { // a goroutine of its own
			return h.in.Walk(bucket, entries.Range{}, func(key, value []byte) (bool, error) {
				if err := h.ctx.Err(); err != nil {
					return false, err
				}
				return yield(key, value), nil
			})
		})
	})
	return func() ([]byte, []byte, bool, error) {
		key, value, ok := one()
		if !ok {
			return nil, nil, false, failed
		}
		h.step()
		return key, value, true, nil
	}, stop
}

// occupied returns why what is at the other place stays: nil if it may go, because somebody has said so, or because it
// is what has moved to where is copied from now. same says that it is just what would be copied.
func (h *hauling) occupied(place string, n uint64, moved entries.Elsewhere, r func() entries.Reader) (same bool,
	err error) {
	switch {
	case n == 0 || h.Replace || moved.ID == h.source.id():
		return false, nil
	case moved.Place != "":
		return false, words.Usage(&entries.Error{Cause: place + " holds what has moved to " + moved.Place,
			Remedy: "copy from there, or have it replaced with --replace", Err: ErrOccupied})
	}
	err = h.compare(r)
	if err == nil {
		return true, nil
	}
	var other *differentError
	if !errors.As(err, &other) {
		return false, err
	}
	h.dealt, h.done.Entries = 0, 0
	return false, words.Usage(&entries.Error{Cause: fmt.Sprintf("%s holds other entries already, %d of them",
		place, n), Remedy: "name an empty place, or have them replaced with --replace", Err: ErrOccupied})
}

// differentError says that a copy is not what was copied.
type differentError struct{ bucket, what string }

func (e *differentError) Error() string { return "an entry of " + e.bucket + " " + e.what }

// compare compares everything with a copy, entry by entry. r returns a reader that remembers nothing.
func (h *hauling) compare(r func() entries.Reader) error {
	for _, bucket := range buckets() {
		n, err := h.compareBucket(bucket, r)
		if err != nil {
			return err
		}
		there, err := h.count(r(), bucket)
		if err != nil {
			return err
		}
		if there != n {
			return &differentError{bucket, fmt.Sprintf("is one too many: there are %d of %d", there, n)}
		}
		h.done.Buckets[bucket] = n
		h.done.Entries += n
	}
	return nil
}

// hauled is an entry.
type hauled struct{ key, value []byte }

func (h *hauling) compareBucket(bucket string, r func() entries.Reader) (n uint64, err error) {
	var batch []hauled
	size := 0
	flush := func() error {
		err := compareBatch(bucket, batch, r())
		n += uint64(len(batch))
		batch, size = batch[:0], 0
		return err
	}
	next, stop := h.pull(bucket)
	defer stop()
	for {
		key, value, ok, err := next()
		if err != nil {
			return n, err
		}
		if !ok {
			return n, flush()
		}
		batch = append(batch, hauled{bytes.Clone(key), bytes.Clone(value)})
		if size += len(key) + len(value); len(batch) < haulEntries && size < haulBytes {
			continue
		}
		if err := flush(); err != nil {
			return n, err
		}
	}
}

func compareBatch(bucket string, batch []hauled, r entries.Reader) error {
	keys := make([]entries.Key, len(batch))
	for i, p := range batch {
		keys[i] = entries.Key{Bucket: bucket, Key: p.key}
	}
	if err := r.Ahead(keys); err != nil {
		return err
	}
	for _, p := range batch {
		value, err := r.Get(bucket, p.key)
		switch {
		case err != nil:
			return err
		case value == nil:
			return &differentError{bucket, "is missing"}
		case !bytes.Equal(value, p.value):
			return &differentError{bucket, "is another one"}
		}
	}
	return nil
}

// misread is the error of a copy that is not what was copied.
func misread(place string, err error) error {
	var other *differentError
	if !errors.As(err, &other) {
		return err
	}
	return words.Mend(words.Say(err, "what was written to "+place+" reads back otherwise ("+err.Error()+
		"); nothing was changed"), "check its disk, then try again")
}

// intoDatabase copies everything into a database, in one transaction.
func (h *hauling) intoDatabase(url string) (now entries.Elsewhere, err error) {
	o := h.options
	o.Moved = true
	e, err := postgres.Open(url, o.postgres(false))
	if err != nil {
		return now, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	now = entries.Elsewhere{ID: e.ID(), Place: e.Place()}
	h.done.To = e.Place()
	if e.ID() == h.source.id() {
		return now, words.Usage(words.Mend(errors.New("both addresses name the database "+e.Place()), "name another one"))
	}
	w, err := e.Whole(h.ctx)
	if err != nil {
		return now, err
	}
	defer w.Rollback()
	n, err := h.countAll(w.Reader())
	if err != nil {
		return now, err
	}
	h.done.Same, err = h.occupied("the database "+e.Place(), n, w.Moved(), w.Reader)
	if err != nil || h.done.Same {
		return now, err
	}
	if now.ID, err = w.Rename(); err != nil {
		return now, err
	}
	return now, h.fillDatabase(e, w, n)
}

func (h *hauling) fillDatabase(e *postgres.Engine, w *postgres.Whole, old uint64) error {
	if old > 0 {
		if err := w.Clear(buckets()); err != nil {
			return err
		}
	}
	for _, bucket := range buckets() {
		next, stop := h.pull(bucket)
		err := w.Fill(bucket, next)
		stop()
		if err != nil {
			return err
		}
	}
	if err := h.compare(w.Reader); err != nil {
		return misread(e.Place(), err)
	}
	generation, err := h.source.generation()
	if err != nil {
		return err
	}
	return w.Commit(generation, entries.Elsewhere{})
}

// intoFile copies everything into a new file, which then takes the place of the one that is there.
func (h *hauling) intoFile(path string) (now entries.Elsewhere, err error) {
	h.done.To = path
	there, err := h.lookAt(path)
	if err != nil {
		return now, err
	}
	defer func() { err = errors.Join(err, closeIfOpen(there)) }() // until then nobody writes to it
	if h.done.Same {
		return elsewhereFile(there.ID(), path), nil
	}
	temp := path + ".copy"
	defer func() { err = errors.Join(err, dropFile(temp)) }()
	id, err := h.fillFile(temp)
	if err != nil {
		return now, err
	}
	file, err := os.Open(temp)
	if err != nil {
		return now, err
	}
	defer file.Close()
	if err := closeIfOpen(there); err != nil {
		return now, err
	}
	h.done.Old, err = Restore(path, file, h.options)
	return elsewhereFile(id, path), err
}

// elsewhereFile is how a database says that it has moved to a file.
func elsewhereFile(id, path string) entries.Elsewhere {
	if host, err := os.Hostname(); err == nil {
		path += " on " + host
	}
	return entries.Elsewhere{ID: id, Place: path}
}

// lookAt looks whether the file at a path may be replaced, and keeps others from writing to it until it is closed; nil
// where there is none that can be read.
func (h *hauling) lookAt(path string) (e *bolt.Engine, err error) {
	o := h.options.bolt(1 + len(steps()))
	o.Moved = true
	e, _, err = bolt.OpenReadOnly(path, o)
	switch {
	case err != nil && h.Replace && !errors.Is(err, ErrLocked): // whatever it is, it is kept under another name
		return nil, nil
	case err != nil:
		return nil, err
	}
	err = e.View(func(r entries.Reader) error {
		n, err := h.countAll(r)
		if err != nil {
			return err
		}
		h.done.Same, err = h.occupied(path, n, e.Moved(), func() entries.Reader { return r })
		return err
	})
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return e, nil
}

// closeIfOpen closes what may be there.
func closeIfOpen(e *bolt.Engine) error {
	if e == nil {
		return nil
	}
	return e.Close()
}

// fillFile makes a new file of everything, compares it, and returns its id. Nobody else knows the file: it needs no
// fsync before it takes its place.
func (h *hauling) fillFile(path string) (id string, err error) {
	if err := dropFile(path); err != nil { // of a copy that was killed
		return "", err
	}
	o := h.options.bolt(1 + len(steps()))
	o.NoSync, o.Hook = true, func(string) {}
	e, _, err := bolt.Open(path, o)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	for _, bucket := range buckets() {
		if err := h.fillBucket(e, bucket); err != nil {
			return "", err
		}
	}
	if err := h.advance(e); err != nil {
		return "", err
	}
	err = e.View(func(r entries.Reader) error { return h.compare(func() entries.Reader { return r }) })
	return e.ID(), misread(path, err)
}

// fillBucket writes a bucket in transactions of a bounded size.
func (h *hauling) fillBucket(e *bolt.Engine, bucket string) error {
	next, stop := h.pull(bucket)
	defer stop()
	for more := true; more; {
		tx, err := e.Begin()
		if err != nil {
			return err
		}
		if more, err = fillSome(tx, bucket, next); err == nil {
			err = tx.Commit(func() {})
		}
		tx.Rollback()
		if err != nil {
			return err
		}
	}
	return nil
}

// fillSome writes entries until there is none any more, or enough for one transaction.
func fillSome(tx entries.Transaction, bucket string,
	next func() (key, value []byte, ok bool, err error)) (more bool, err error) {
	for size := 0; size < haulBytes; {
		key, value, ok, err := next()
		if err != nil || !ok {
			return false, err
		}
		if err := tx.Put(bucket, key, value); err != nil {
			return false, err
		}
		size += len(key) + len(value)
	}
	return true, nil
}

// advance has the copy go on counting where the source has stopped.
func (h *hauling) advance(e *bolt.Engine) error {
	generation, err := h.source.generation()
	if err != nil {
		return err
	}
	tx, err := e.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := tx.(bolt.Filling).AdvanceTo(generation + 1); err != nil {
		return err
	}
	return tx.Commit(func() {})
}

// dropFile removes a file that was on its way, and what lies beside it.
func dropFile(path string) error {
	var errs []error
	for _, name := range []string{path, path + ".sidecar", path + ".new"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
