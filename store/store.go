package store

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"zoomtag/store/bolt"
	"zoomtag/store/entries"
	"zoomtag/store/postgres"
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
	// Moved opens a store also where what it has kept is somewhere else now, to be looked at and cleared up.
	Moved bool
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

// bolt is the settings of a file.
func (o Options) bolt(schema int) bolt.Options {
	return bolt.Options{Timeout: o.Timeout, Now: o.Now, Hook: o.Hook, NoSync: o.NoSync, Schema: schema,
		Buckets: buckets(), Moved: o.Moved}
}

// postgres is the settings of a database.
func (o Options) postgres(readOnly bool) postgres.Options {
	return postgres.Options{Buckets: sharedBuckets(), Named: quietBuckets, Hook: o.Hook,
		ReadOnly: readOnly, Moved: o.Moved}
}

var (
	// ErrLocked: another process has the store open.
	ErrLocked = bolt.ErrLocked
	// ErrReadOnly: the store was opened with OpenReadOnly.
	ErrReadOnly = bolt.ErrReadOnly
	// ErrClosed: the store has been closed.
	ErrClosed = bolt.ErrClosed
)

// DamagedError says that what is kept cannot be trusted.
type DamagedError = bolt.DamagedError

// Summary says what a database holds.
type Summary = bolt.Summary

// Store is the memory of zoomtag. It may be used from several goroutines at once.
type Store struct {
	engine  entries.Engine
	file    *bolt.Engine     // the same, where it is a file; else nil
	shared  *postgres.Engine // the same, where it is a database that several zoomtags share; else nil
	options Options

	member   atomic.Pointer[postgres.Member] // nil: this process is no worker
	place    Place                           // what tests have in the place of a member; nil is none
	known    known
	readOnly bool

	mu      sync.Mutex // one writer at a time
	waiting requests   // to write
	closed  atomic.Bool

	noteMu  sync.Mutex // guards notices
	notices []string

	passes passTimes
	born   births
	calm   calm
}

// Path returns where the store is: the path of a file, or the URL of a database without its password.
func (s *Store) Path() string { return s.engine.Place() }

// Notices returns what the owner ought to know about how the store was found, and how its folder is now, each as
// words.Pair makes it.
func (s *Store) Notices() []string {
	s.noteMu.Lock()
	defer s.noteMu.Unlock()
	notices := append([]string(nil), s.notices...)
	if s.file != nil {
		notices = append(notices, s.file.Notices()...)
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
	return errors.Join(s.savePasses(), s.engine.Close())
}

// view calls fn with a transaction that sees one state of the store.
func (s *Store) view(fn func(tx *Tx) error) error {
	return s.engine.View(func(r entries.Reader) error { return fn(&Tx{s: s, in: r}) })
}

// strict is what of a record contradicts itself, where that is asked for.
func (s *Store) strict(r *Record) error {
	if !s.options.Strict {
		return nil
	}
	return r.Check()
}

// Generation counts the changes of the database: as long as it is the same, nothing in it has changed.
func (s *Store) Generation() (uint64, error) { return s.engine.Generation() }
