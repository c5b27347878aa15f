package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"zoomtag/store/entries"
)

// A commit waits for the disk, so those who save while another commit does share the next one: whoever gets the lock
// first carries out what all others wait to save, one after the other, and commits once. Each function still saves all
// that it wrote, or nothing, and its caller hears of it when that is on the disk. What a function reads may have been
// written by one before it that is not on the disk yet: both get there together, or neither does.

// request is a function that waits for its transaction.
type request struct {
	fn    func(tx *Tx) error
	owner string // whose calendar or job it is about; "": nobody's in particular
	// lease ends when whoever asks has lost it, even if this worker has got it again since; nil: there is none.
	lease context.Context //nolint:containedctx // the request waits, and is over before whoever asks goes on
	alone bool            // it changes more than entries, which is undone with the whole transaction only

	// What came of it; guarded by the store's lock.
	done     bool
	err      error
	panicked any // what fn panicked with
	entries  []Entry
	born     []string
	touched  []string // calendars of which it has changed what a quiet pass reads
}

func (r *request) end(err error) { r.done, r.err = true, err }

// requests are those that wait.
type requests struct {
	mu   sync.Mutex // guards list
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

// note remembers that something is about to be written.
func (tx *Tx) note(bucket string, key []byte) {
	tx.wrote = true
	if slices.Contains(quietBuckets, bucket) {
		name, _, _ := bytes.Cut(key, []byte{0})
		if n := len(tx.touched); n == 0 || tx.touched[n-1] != string(name) {
			tx.touched = append(tx.touched, string(name))
		}
	}
}

// Update calls fn with a transaction and saves what it wrote, or nothing: if fn or one of the calls on tx fails, all is
// undone. An fn that changes nothing costs no write. It may be called on another goroutine, while this one waits.
func (s *Store) Update(fn func(tx *Tx) error) error { return s.update(&request{fn: fn}) }

// UpdateFor is Update for what is done for a calendar, or for a job that only one may do, of this name. Where several
// workers share the store nothing is saved, and the error is ErrFenced, unless it is this worker's.
func (s *Store) UpdateFor(name string, fn func(tx *Tx) error) error {
	return s.update(&request{fn: fn, owner: name})
}

// UpdateHeld is UpdateFor for somebody who holds it (Hold), with a context of that: ErrFenced also where it was lost
// and has come back since. What another worker has done with it meanwhile, whoever held it before knows nothing of.
func (s *Store) UpdateHeld(ctx context.Context, name string, fn func(tx *Tx) error) error {
	return s.update(&request{fn: fn, owner: name, lease: Lease(ctx)})
}

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
				one.end(fmt.Errorf("store: save to %s: %w", s.Path(), errCutOff))
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
	defer func() { fail(fmt.Errorf("store: save to %s: %w", s.Path(), errCutOff)) }()
	if s.readOnly {
		fail(fmt.Errorf("store: save to %s: %w", s.Path(), ErrReadOnly))
		return
	}
	out, err := s.engine.Begin()
	if err != nil {
		fail(err)
		return
	}
	defer out.Rollback() // also when fn or the hook panics
	wrote := false
	for _, r := range list {
		saved, err := s.try(out, r, len(list) > 1)
		if err != nil {
			fail(err)
			return
		}
		wrote = wrote || saved
	}
	if err := s.commit(out, list, wrote); err != nil {
		fail(err)
	}
}

// try calls the function of a request; wrote says that it has something to be saved. Where it fails, what it wrote is
// undone, and the others of the group go on; err is not nil where that cannot be.
func (s *Store) try(out entries.Transaction, r *request, shared bool) (wrote bool, err error) {
	tx := &Tx{s: s, in: out, out: out, now: s.options.Now()}
	undo := func() error { return nil }
	if shared { // else all of it is rolled back
		undo = out.Savepoint()
	}
	func() {
		defer func() { r.panicked = recover() }()
		if err = r.fence(out); err == nil {
			err = r.fn(tx)
		}
	}()
	if err == nil {
		err = tx.failed
	}
	if err == nil && r.panicked == nil {
		if tx.wrote {
			out.Advance() // of each: their entries of the journal are told apart by it
		}
		r.entries, r.born, r.touched = tx.entries, tx.born, tx.touched
		return tx.wrote, nil
	}
	r.end(err)
	return false, s.engine.Protect(undo)
}

// fence returns ErrFenced unless what a transaction is for is this worker's, and was so without a break for whoever
// asks.
func (r *request) fence(out entries.Transaction) error {
	fenced, ok := out.(entries.Fenced)
	if !ok || r.owner == "" {
		return nil
	}
	if err := fenced.Fence(r.owner); err != nil { // it has those lose it first who have lost it
		return err
	}
	if r.lease != nil && r.lease.Err() != nil {
		return fmt.Errorf("%s was lost, and has come back since: %w", r.owner, ErrFenced)
	}
	return nil
}

// commit saves what the requests have written, if anything.
func (s *Store) commit(out entries.Transaction, list []*request, wrote bool) error {
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
	if !wrote {
		end()
		return nil
	}
	defer s.forget(saved) // also where it is not known whether the commit came about
	if err := out.Commit(end); err != nil {
		return err
	}
	if s.options.Journaled != nil {
		for _, r := range saved {
			for _, entry := range r.entries {
				s.options.Journaled(entry)
			}
		}
	}
	return nil
}
