package store

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Options are the settings of a store. The zero value is good.
type Options struct {
	// Timeout is how long to wait for another process to let go of the store; zero is one second.
	Timeout time.Duration
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Hook is called around each commit and rename with the point's name, e.g. "store.commit.before"; nil is none. It
	// may end the process or panic: before a commit the transaction is rolled back, after it the transaction stands,
	// and the panic goes on to the caller. At "store.update", before a transaction begins, nothing is locked: there
	// others may go first.
	Hook func(point string)
	// Journaled, if set, is told of each entry of the journal once it is saved. It has to return at once.
	Journaled func(Entry)
	// NoSync leaves out every fsync. For tests only.
	NoSync bool
	// Strict refuses to save a record that contradicts itself (record.Record.Check). For tests only: people are better
	// served by a record with a flaw, which heals, than by one that cannot be saved.
	Strict bool
}

func (o Options) withDefaults() Options {
	if o.Timeout == 0 {
		o.Timeout = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Hook == nil {
		o.Hook = func(string) {}
	}
	return o
}

// Store is the memory of zoomtag. It may be used from several goroutines at once.
type Store struct {
	path     string
	options  Options
	readOnly bool
	id       [idSize]byte

	mu      sync.Mutex // one writer at a time, up to and including the sidecar
	waiting requests   // to write
	db      *bolt.DB   // nil: opened for reading where there is none, and so empty
	file    *os.File   // the database; owned by db
	sidecar sidecar
	closed  atomic.Bool
	damaged atomic.Pointer[DamagedError]
	// stuck says that bbolt panicked with its locks held: it cannot be asked any more, not even to close.
	stuck atomic.Bool

	noteMu  sync.Mutex
	notices []string

	backupMu sync.Mutex

	passes passTimes
	born   births
}

// Path returns the path of the database.
func (s *Store) Path() string { return s.path }

// Notices returns what the owner ought to know about how the store was found, and how its folder is now, in sentences.
func (s *Store) Notices() []string {
	s.noteMu.Lock()
	defer s.noteMu.Unlock()
	notices := append([]string(nil), s.notices...)
	if said := s.Exposed(); said != "" { // who mends that is not told of it until a restart
		notices = append(notices, said)
	}
	return notices
}

func (s *Store) note(format string, args ...any) {
	s.noteMu.Lock()
	defer s.noteMu.Unlock()
	s.notices = append(s.notices, fmt.Sprintf(format, args...))
}

// Close lets go of the store. It waits for transactions to end.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	s.sidecar.close()
	if s.db == nil {
		return nil
	}
	unsaved := s.savePasses()
	if s.stuck.Load() {
		return errors.Join(s.file.Close(), unsaved) // gives up the lock; the memory map goes with the process
	}
	if err := s.protect(s.db.Close); err != nil {
		return errors.Join(explain("close", s.path, err), unsaved)
	}
	return unsaved
}

// usable returns why the store cannot be used, if it cannot.
func (s *Store) usable() error {
	if s.closed.Load() {
		return fmt.Errorf("store: use %s: %w", s.path, ErrClosed)
	}
	if damaged := s.damaged.Load(); damaged != nil {
		return damaged
	}
	return nil
}

// damage makes the store refuse everything from now on.
func (s *Store) damage(cause error) error {
	damaged := &DamagedError{Path: s.path, What: "is damaged", err: cause}
	s.damaged.CompareAndSwap(nil, damaged)
	return s.damaged.Load()
}

// protect calls fn, which calls bbolt. bbolt panics at what it does not understand in its file, and faults where the
// file has been cut off under its memory map: both are damage.
func (s *Store) protect(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if p := recover(); p != nil {
			err = s.damage(asError(p))
		}
	}()
	return fn()
}

// protectLocked is protect for the calls during which bbolt holds its locks: a panic would leave them held.
func (s *Store) protectLocked(fn func() error) error {
	done := false
	err := s.protect(func() error {
		err := fn()
		done = true
		return err
	})
	if !done {
		s.stuck.Store(true)
	}
	return err
}

func asError(p any) error {
	if err, ok := p.(error); ok {
		return err
	}
	return fmt.Errorf("%v", p)
}

// view calls fn with a transaction that sees one state of the store.
func (s *Store) view(fn func(tx *Tx) error) error {
	if err := s.usable(); err != nil || s.db == nil {
		return err
	}
	var b *bolt.Tx
	err := s.protectLocked(func() (err error) {
		b, err = s.db.Begin(false)
		return err
	})
	if err != nil {
		return s.explain("read", err)
	}
	err = s.protect(func() error { return fn(&Tx{s: s, group: &group{b: b}}) })
	if ended := s.protectLocked(b.Rollback); err == nil {
		err = ended
	}
	return err
}

func (s *Store) noteOnce(err error) {
	for _, old := range s.Notices() {
		if old == err.Error() {
			return
		}
	}
	s.note("%v", err)
}

func (s *Store) explain(doing string, err error) error {
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		return damaged
	}
	return explain(doing, s.path, err)
}

// strict is what of a record contradicts itself, where that is asked for.
func (s *Store) strict(r *Record) error {
	if !s.options.Strict {
		return nil
	}
	return r.Check()
}
