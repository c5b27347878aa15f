package bolt

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"zoomtag/store/entries"

	"go.etcd.io/bbolt"
)

// Options are the settings of an engine.
type Options struct {
	// Timeout is how long to wait for another process to let go of the file.
	Timeout time.Duration
	// Now is the clock.
	Now func() time.Time
	// Hook is called around each commit and rename with the point's name, e.g. "store.commit.before". It may end the
	// process or panic: before a commit the transaction is rolled back, after it the transaction stands.
	Hook func(point string)
	// NoSync leaves out every fsync. For tests only.
	NoSync bool
	// Schema is the one that this program knows, and a new database gets.
	Schema int
	// Buckets are those of that schema.
	Buckets []string
	// Moved opens a file also where its entries have moved elsewhere, to be looked at.
	Moved bool
}

// Engine keeps entries in a file. It may be used from several goroutines at once.
type Engine struct {
	path     string
	options  Options
	readOnly bool
	id       [idSize]byte
	moved    entries.Elsewhere

	mu      sync.Mutex // one transaction that writes at a time, up to and including the sidecar; also Check and Close
	db      *bbolt.DB  // nil: opened for reading where there is none, and so empty
	file    *os.File   // the database; owned by db
	sidecar sidecar
	closed  atomic.Bool
	damaged atomic.Pointer[DamagedError]
	// stuck says that bbolt panicked with its locks held: it cannot be asked any more, not even to close.
	stuck atomic.Bool

	noteMu  sync.Mutex // guards notices
	notices []string

	backupMu sync.Mutex // one copy at a time: the names of copies and which of them go
}

// Place is the path of the database.
func (s *Engine) Place() string { return s.path }

// Empty reports whether there is no database yet, and so nothing to read.
func (s *Engine) Empty() bool { return s.db == nil }

// ID implements entries.Engine.
func (s *Engine) ID() string { return hex.EncodeToString(s.id[:]) }

// Notices returns what the owner ought to know about how the file was found, and who may read it and write
// to its folder now, each as
// words.Pair makes it.
func (s *Engine) Notices() []string {
	s.noteMu.Lock()
	defer s.noteMu.Unlock()
	notices := append([]string(nil), s.notices...)
	for _, said := range []string{s.Readable(), s.Exposed()} { // who mends that is not told of it until a restart
		if said != "" {
			notices = append(notices, said)
		}
	}
	return notices
}

func (s *Engine) note(format string, args ...any) {
	s.noteMu.Lock()
	defer s.noteMu.Unlock()
	s.notices = append(s.notices, fmt.Sprintf(format, args...))
}

func (s *Engine) noteOnce(err error) {
	for _, old := range s.Notices() {
		if old == err.Error() {
			return
		}
	}
	s.note("%v", err)
}

// Close lets go of the file. It waits for transactions to end.
func (s *Engine) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	s.sidecar.close()
	switch {
	case s.db == nil:
		return nil
	case s.stuck.Load():
		return s.file.Close() // gives up the lock; the memory map goes with the process
	}
	if err := s.Protect(s.db.Close); err != nil {
		return explain("close", s.path, err)
	}
	return nil
}

// Usable returns why the file cannot be used, if it cannot.
func (s *Engine) Usable() error {
	if s.closed.Load() {
		return fmt.Errorf("store: use %s: %w", s.path, ErrClosed)
	}
	if damaged := s.damaged.Load(); damaged != nil {
		return damaged
	}
	return nil
}

// Damage implements entries.Engine.
func (s *Engine) Damage(cause error) error {
	damaged := &DamagedError{Path: s.path, What: "is damaged", err: cause}
	s.damaged.CompareAndSwap(nil, damaged)
	return s.damaged.Load()
}

// Protect calls fn, which calls bbolt. bbolt panics at what it does not understand in its file, and faults where the
// file has been cut off under its memory map: both are damage.
func (s *Engine) Protect(fn func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(old)
		if p := recover(); p != nil {
			err = s.Damage(asError(p))
		}
	}()
	return fn()
}

// protectLocked is Protect for the calls during which bbolt holds its locks: a panic would leave them held.
func (s *Engine) protectLocked(fn func() error) error {
	done := false
	err := s.Protect(func() error {
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

// Generation implements entries.Engine.
func (s *Engine) Generation() (n uint64, err error) {
	err = s.view(func(b *bbolt.Tx) error {
		h, err := (&reader{s: s, b: b}).head()
		n = h.generation
		return err
	})
	return n, err
}

func (s *Engine) explain(doing string, err error) error {
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		return damaged
	}
	return explain(doing, s.path, err)
}
