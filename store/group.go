package store

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// A commit waits for the disk, so those who save while another commit does share the next one: whoever gets the lock
// first carries out what all others wait to save, one after the other, and commits once. Each function still saves all
// that it wrote, or nothing, and its caller hears of it when that is on the disk. What a function reads may have been
// written by one before it that is not on the disk yet: both get there together, or neither does.

// request is a function that waits for its transaction.
type request struct {
	fn    func(tx *Tx) error
	alone bool // it changes more than entries, which is undone with the whole transaction only

	// What came of it; guarded by the store's lock.
	done     bool
	err      error
	panicked any // what fn panicked with
	entries  []Entry
	born     []string
}

func (r *request) end(err error) { r.done, r.err = true, err }

// requests are those that wait.
type requests struct {
	mu   sync.Mutex
	list []*request
}

func (q *requests) add(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.list = append(q.list, r)
}

func (q *requests) take() []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	list := q.list
	q.list = nil
	return list
}

// errCutOff is for those whose transaction another one has taken with it.
var errCutOff = errors.New("another change in the same transaction has ended it")

// group is a transaction of bbolt that several requests share.
type group struct {
	b     *bolt.Tx
	head  head // as it will be; loaded with the first write
	dirty bool
}

// change is what an entry, or a bucket, was before it was written.
type change struct {
	in     *bolt.Bucket
	key    []byte
	old    []byte // nil: there was none
	bucket bool   // it is a bucket that was made
}

func (c change) undo() error {
	switch {
	case c.bucket:
		return c.in.DeleteBucket(c.key)
	case c.old == nil:
		return c.in.Delete(c.key)
	}
	return c.in.Put(c.key, c.old)
}

// noteChange remembers how to undo what is about to be written.
func (tx *Tx) noteChange(in *bolt.Bucket, key, old []byte, bucket bool) {
	if !tx.shared {
		return
	}
	tx.changes = append(tx.changes, change{in: in, key: bytes.Clone(key), old: bytes.Clone(old), bucket: bucket})
}

// Update calls fn with a transaction and saves what it wrote, or nothing: if fn or one of the calls on tx fails, all is
// undone. An fn that changes nothing costs no write. It may be called on another goroutine, while this one waits.
func (s *Store) Update(fn func(tx *Tx) error) error { return s.update(&request{fn: fn}) }

// update carries out a request, by itself or together with others that wait.
func (s *Store) update(r *request) error {
	s.options.Hook("store.update")
	s.waiting.add(r)
	s.carryOut(r)
	if r.panicked != nil {
		panic(r.panicked) //nolint:forbidigo // fn's own panic goes on to whoever has called
	}
	return r.err
}

// carryOut carries out all requests that wait, unless somebody else has done so for this one.
func (s *Store) carryOut(r *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.done {
		return
	}
	list := s.waiting.take()
	defer func() { // where the hook panics, or a function ends the goroutine
		for _, one := range list {
			if !one.done {
				one.end(fmt.Errorf("store: save to %s: %w", s.path, errCutOff))
			}
		}
	}()
	for len(list) > 0 {
		n := 1
		for !list[0].alone && n < len(list) && !list[n].alone {
			n++
		}
		together := list[:n]
		list = list[n:]
		s.save(together)
	}
}

// save carries out requests in one transaction.
func (s *Store) save(list []*request) {
	fail := func(err error) {
		for _, r := range list {
			if !r.done {
				r.end(err)
			}
		}
	}
	defer func() { fail(fmt.Errorf("store: save to %s: %w", s.path, errCutOff)) }()
	g, err := s.begin()
	if err != nil {
		fail(err)
		return
	}
	defer func() { // also when fn or the hook panics
		if g.b.DB() != nil && !s.stuck.Load() {
			_ = s.protectLocked(g.b.Rollback) // damage is remembered by protect
		}
	}()
	for _, r := range list {
		if err := s.try(g, r, len(list) > 1); err != nil {
			fail(err)
			return
		}
	}
	if err := s.commit(g, list); err != nil {
		fail(err)
	}
}

// begin begins a transaction.
func (s *Store) begin() (*group, error) {
	if err := s.usable(); err != nil {
		return nil, err
	}
	if s.readOnly {
		return nil, fmt.Errorf("store: save to %s: %w", s.path, ErrReadOnly)
	}
	g := &group{}
	err := s.protectLocked(func() (err error) {
		g.b, err = s.db.Begin(true)
		return err
	})
	if err != nil {
		return nil, s.explain("save to", err)
	}
	return g, nil
}

// try calls the function of a request. Where it fails, what it wrote is undone, and the others of the group go on; err
// is not nil where that cannot be.
func (s *Store) try(g *group, r *request, shared bool) (err error) {
	tx := &Tx{s: s, group: g, now: s.options.Now(), shared: shared}
	before, dirty := g.head, g.dirty
	func() {
		defer func() { r.panicked = recover() }()
		err = r.fn(tx)
	}()
	if err == nil {
		err = tx.failed
	}
	if err == nil && r.panicked == nil {
		if tx.wrote {
			g.head.generation++ // of each: their entries of the journal are told apart by it
		}
		r.entries, r.born = tx.entries, tx.born
		return nil
	}
	r.end(err)
	if undone := s.protect(tx.undo); undone != nil {
		return s.explain("save to", undone)
	}
	g.head, g.dirty = before, dirty
	if !shared {
		g.dirty = false // nothing is left to save: all is rolled back
	}
	return nil
}

// undo takes back what was written, the last first.
func (tx *Tx) undo() error {
	for i := len(tx.changes) - 1; i >= 0; i-- {
		if err := tx.changes[i].undo(); err != nil {
			return err
		}
	}
	return nil
}

// commit saves what the requests have written, if anything.
func (s *Store) commit(g *group, list []*request) error {
	var saved []*request
	for _, r := range list {
		if !r.done {
			saved = append(saved, r)
		}
	}
	end := func() {
		for _, r := range saved {
			s.born.note(r.born)
			r.end(nil)
		}
	}
	if !g.dirty {
		end()
		return nil
	}
	if err := s.protect(g.putHead); err != nil {
		return s.explain("save to", err)
	}
	s.options.Hook("store.commit.before")
	if err := s.protect(g.b.Commit); err != nil {
		return s.explain("save to", err)
	}
	end()
	if err := s.sidecar.write(stamp{id: s.id, generation: g.head.generation}); err != nil {
		s.noteOnce(err) // it lags, which is harmless; the transaction stands
	}
	s.options.Hook("store.commit.after")
	if s.options.Journaled != nil {
		for _, r := range saved {
			for _, entry := range r.entries {
				s.options.Journaled(entry)
			}
		}
	}
	return nil
}
