package bolt

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
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

	noteMu  sync.Mutex
	notices []string

	backupMu sync.Mutex
}

// Place is the path of the database.
func (s *Engine) Place() string { return s.path }

// Empty reports whether there is no database yet, and so nothing to read.
func (s *Engine) Empty() bool { return s.db == nil }

// ID implements entries.Engine.
func (s *Engine) ID() string { return hex.EncodeToString(s.id[:]) }

// Notices returns what the owner ought to know about how the file was found, and how its folder is now, in sentences.
func (s *Engine) Notices() []string {
	s.noteMu.Lock()
	defer s.noteMu.Unlock()
	notices := append([]string(nil), s.notices...)
	if said := s.Exposed(); said != "" { // who mends that is not told of it until a restart
		notices = append(notices, said)
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

// View implements entries.Engine.
func (s *Engine) View(fn func(entries.Reader) error) error {
	return s.view(func(b *bbolt.Tx) error { return fn(&reader{s: s, b: b}) })
}

func (s *Engine) view(fn func(*bbolt.Tx) error) error {
	if err := s.Usable(); err != nil || s.db == nil {
		return err
	}
	var b *bbolt.Tx
	err := s.protectLocked(func() (err error) {
		b, err = s.db.Begin(false)
		return err
	})
	if err != nil {
		return s.explain("read", err)
	}
	err = s.Protect(func() error { return fn(b) })
	if ended := s.protectLocked(b.Rollback); err == nil {
		err = ended
	}
	return err
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

// reader sees one state of the file.
type reader struct {
	s *Engine
	b *bbolt.Tx
}

// nested is the bucket whose entries have a bucket each, so that a large value is not copied with others when one of
// them changes. Each has one key.
const nested = "cursors"

const nestedKey = "cursor"

// place is where an entry is kept: in which bucket, what that is called in its seal, and under which key. in is nil
// where there is none yet.
func (r *reader) place(name string, key []byte) (in *bbolt.Bucket, path string, at []byte, err error) {
	b, err := r.bucket(name)
	if err != nil || name != nested {
		return b, name, key, err
	}
	return b.Bucket(key), joinPath(name, key), []byte(nestedKey), nil
}

// bucket returns a bucket that every database has.
func (r *reader) bucket(name string) (*bbolt.Bucket, error) {
	if b := r.b.Bucket([]byte(name)); b != nil {
		return b, nil
	}
	return nil, r.s.Damage(fmt.Errorf("the bucket %s is missing", name))
}

// Get implements entries.Reader.
func (r *reader) Get(bucket string, key []byte) ([]byte, error) {
	b, path, key, err := r.place(bucket, key)
	if err != nil || b == nil {
		return nil, err
	}
	framed := b.Get(key)
	if framed == nil {
		return nil, nil
	}
	return r.unseal(path, key, framed)
}

func (r *reader) unseal(path string, key, framed []byte) ([]byte, error) {
	value, err := entries.Unseal(path, key, framed)
	if err != nil {
		return nil, r.s.Damage(fmt.Errorf("an entry of %s: %w", strings.ReplaceAll(path, "\x00", "/"), err))
	}
	return value, nil
}

// Walk implements entries.Reader.
func (r *reader) Walk(bucket string, in entries.Range, fn func(key, value []byte) (bool, error)) error {
	b, err := r.bucket(bucket)
	if err != nil {
		return err
	}
	n := 0
	c := b.Cursor()
	for key, framed := first(c, in); key != nil; key, framed = next(c, in) {
		if outside(key, in) {
			return nil
		}
		var value []byte
		if bucket == nested {
			value, err = r.Get(bucket, key)
			if value == nil && err == nil {
				continue
			}
		} else {
			value, err = r.unseal(bucket, key, framed)
		}
		if err != nil {
			return err
		}
		if more, err := fn(key, value); err != nil || !more {
			return err
		}
		if n++; n == in.Limit {
			return nil
		}
	}
	return nil
}

func first(c *bbolt.Cursor, in entries.Range) (key, value []byte) {
	switch {
	case !in.Back && in.From == nil:
		return c.First()
	case !in.Back:
		return c.Seek(in.From)
	case in.To == nil:
		return c.Last()
	}
	if key, _ := c.Seek(in.To); key == nil {
		return c.Last()
	}
	return c.Prev()
}

func next(c *bbolt.Cursor, in entries.Range) (key, value []byte) {
	if in.Back {
		return c.Prev()
	}
	return c.Next()
}

// outside reports whether a walk has left its range.
func outside(key []byte, in entries.Range) bool {
	if in.Back {
		return bytes.Compare(key, in.From) < 0
	}
	return in.To != nil && bytes.Compare(key, in.To) >= 0
}

// Names implements entries.Reader.
func (r *reader) Names(bucket string, fn func(name string)) error {
	b, err := r.bucket(bucket)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for key, _ := c.First(); key != nil; {
		name, _, _ := bytes.Cut(key, []byte{0})
		fn(string(name))
		key, _ = c.Seek(append(bytes.Clone(name), 1)) // past the last key of this name
	}
	return nil
}

// Ahead implements entries.Reader: here all is near.
func (r *reader) Ahead([]entries.Key) error { return nil }

// head reads how far the database has come.
func (r *reader) head() (head, error) {
	value, err := r.Get(bucketMeta, []byte(keyHead))
	if err != nil {
		return head{}, err
	}
	h, err := decodeHead(value)
	if err != nil {
		return head{}, r.s.Damage(err)
	}
	return h, nil
}

// transaction is the one that writes. It holds Engine.mu.
type transaction struct {
	reader

	counts head // as it will be; loaded with the first write
	loaded bool
	ended  bool
	noting bool     // what is written is to be undone, perhaps
	notes  []change // since the last savepoint, the first first
}

// change is what an entry was before it was written.
type change struct {
	bucket   string
	key, old []byte // old is nil where there was none
}

// Known implements entries.Transaction.
func (tx *transaction) Known(string, []byte) bool { return true }

// Savepoint implements entries.Transaction.
func (tx *transaction) Savepoint() (undo func() error) {
	tx.noting, tx.notes = true, nil
	return func() error {
		notes := tx.notes
		tx.noting, tx.notes = false, nil
		for i := len(notes) - 1; i >= 0; i-- {
			if err := tx.revert(notes[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

func (tx *transaction) revert(c change) error {
	if c.old == nil {
		return tx.Delete(c.bucket, c.key)
	}
	return tx.Put(c.bucket, c.key, c.old)
}

// note remembers what an entry is, before it is changed. framed is it as it is stored.
func (tx *transaction) note(bucket string, key, framed []byte) {
	if !tx.noting {
		return
	}
	c := change{bucket: bucket, key: bytes.Clone(key)}
	if framed != nil {
		c.old = append([]byte{}, entries.Bare(framed)...)
	}
	tx.notes = append(tx.notes, c)
}

// Begin implements entries.Engine.
func (s *Engine) Begin() (entries.Transaction, error) {
	s.mu.Lock()
	tx, err := s.begin()
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	return tx, nil
}

func (s *Engine) begin() (*transaction, error) {
	if err := s.Usable(); err != nil {
		return nil, err
	}
	if s.readOnly {
		return nil, fmt.Errorf("store: save to %s: %w", s.path, ErrReadOnly)
	}
	tx := &transaction{reader: reader{s: s}}
	err := s.protectLocked(func() (err error) {
		tx.b, err = s.db.Begin(true)
		return err
	})
	if err != nil {
		return nil, s.explain("save to", err)
	}
	return tx, nil
}

// touch loads the head before the first write.
func (tx *transaction) touch() (err error) {
	if !tx.loaded {
		tx.counts, err = tx.head()
		tx.loaded = err == nil
	}
	return err
}

// Put implements entries.Transaction.
func (tx *transaction) Put(bucket string, key, value []byte) error {
	if err := tx.touch(); err != nil {
		return err
	}
	b, path, at, err := tx.place(bucket, key)
	if err != nil {
		return err
	}
	if b == nil {
		all, err := tx.bucket(bucket)
		if err != nil {
			return err
		}
		if b, err = all.CreateBucket(key); err != nil {
			return err
		}
	}
	old := b.Get(at)
	tx.note(bucket, key, old)
	if old == nil {
		tx.counts.count++
	}
	framed := entries.Seal(path, at, value)
	tx.counts.sum += uint64(entries.Sum(framed)) - uint64(entries.Sum(old))
	return b.Put(at, framed)
}

// Delete implements entries.Transaction.
func (tx *transaction) Delete(bucket string, key []byte) error {
	b, _, at, err := tx.place(bucket, key)
	if err != nil || b == nil {
		return err
	}
	old := b.Get(at)
	if old == nil {
		return nil
	}
	if err := tx.touch(); err != nil {
		return err
	}
	tx.note(bucket, key, old)
	tx.counts.count--
	tx.counts.sum -= uint64(entries.Sum(old))
	if bucket == nested {
		all, err := tx.bucket(bucket)
		if err != nil {
			return err
		}
		return all.DeleteBucket(key)
	}
	return b.Delete(at)
}

// Clear implements entries.Transaction.
func (tx *transaction) Clear() error {
	if err := tx.touch(); err != nil {
		return err
	}
	tx.counts.count, tx.counts.sum = 0, 0
	for _, name := range tx.s.options.Buckets {
		if err := tx.b.DeleteBucket([]byte(name)); err != nil {
			return err
		}
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return tx.recountMeta()
}

// recountMeta adds the entries of meta to a head that counts nothing yet.
func (tx *transaction) recountMeta() error {
	b, err := tx.bucket(bucketMeta)
	if err != nil {
		return err
	}
	return b.ForEach(func(key, framed []byte) error {
		if string(key) != keyHead {
			tx.counts.count++
			tx.counts.sum += uint64(entries.Sum(framed))
		}
		return nil
	})
}

// AddBuckets makes buckets that the database has not yet, as a step to a newer schema does.
func (tx *transaction) AddBuckets(names ...string) error {
	for _, name := range names {
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// SetSchema says which schema the database has now.
func (tx *transaction) SetSchema(version int) error {
	return tx.Put(bucketMeta, []byte(keySchema), encodeSchema(version))
}

// Generation implements entries.Transaction.
func (tx *transaction) Generation() uint64 {
	if err := tx.touch(); err != nil {
		return 0 // the write that asks for it fails with the same error
	}
	return tx.counts.generation + 1
}

// Advance implements entries.Transaction.
func (tx *transaction) Advance() {
	if tx.loaded {
		tx.counts.generation++
	}
}

// putHead stores the head, the only entry that it does not count.
func (tx *transaction) putHead() error {
	b := tx.b.Bucket([]byte(bucketMeta))
	if b == nil {
		return errNoMeta
	}
	return b.Put([]byte(keyHead), entries.Seal(bucketMeta, []byte(keyHead), tx.counts.encode()))
}

var errNoMeta = errors.New("the bucket meta is missing")

// Commit implements entries.Transaction.
func (tx *transaction) Commit(saved func()) error {
	defer tx.Rollback()
	s := tx.s
	if err := tx.touch(); err != nil {
		return err
	}
	if err := s.Protect(tx.putHead); err != nil {
		return s.explain("save to", err)
	}
	s.options.Hook("store.commit.before")
	if err := s.Protect(tx.b.Commit); err != nil {
		return s.explain("save to", err)
	}
	saved()
	if err := s.sidecar.write(stamp{id: s.id, generation: tx.counts.generation}); err != nil {
		s.noteOnce(err) // it lags, which is harmless; the transaction stands
	}
	s.options.Hook("store.commit.after")
	return nil
}

// Rollback implements entries.Transaction.
func (tx *transaction) Rollback() {
	if tx.ended {
		return
	}
	tx.ended = true
	defer tx.s.mu.Unlock()
	if tx.b.DB() != nil && !tx.s.stuck.Load() {
		_ = tx.s.protectLocked(tx.b.Rollback) // damage is remembered by Protect
	}
}

// Migration is a transaction that leads to a newer schema.
type Migration interface {
	entries.Transaction
	// AddBuckets makes buckets that the database has not yet.
	AddBuckets(names ...string) error
	// SetSchema says which schema the database has now.
	SetSchema(version int) error
}
