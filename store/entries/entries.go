// Package entries is the seam between what zoomtag remembers and where that is kept: buckets of entries, each in the
// order of its keys, which change in transactions. The package store knows what the entries mean; an engine, of which
// there are two, store/bolt and store/postgres, knows how they are kept.
//
// # What an engine promises
//
//   - One transaction that writes at a time, across all who share the engine. What it reads is the state that all
//     commits before it have left, and what it has written itself; nobody else sees that until it is committed.
//   - Each commit has a number, its generation, and they come in the order of the commits: who has seen generation n
//     has all that was saved up to n, and nothing will come to it later.
//   - A commit is durable when it returns. One that fails has changed nothing, or, where that cannot be known, says so.
//   - An entry is what was put under its key, or an error: each value is sealed with a checksum over where it stands.
package entries

import (
	"bytes"
	"errors"
)

// Range says which entries of a bucket Walk goes through. The zero value is all of them.
type Range struct {
	From, To []byte // from this key on, and before that one; nil is no bound
	Back     bool   // the last first
	// Head, if not 0, says that this many bytes of each value are enough, and that whether they are sound does not
	// matter: an engine may leave the rest out.
	Head int
	// Limit, if not 0, is how many entries are wanted at most.
	Limit int
}

// Prefix is the range of the keys that begin with p.
func Prefix(p []byte) Range { return Range{From: p, To: after(p)} }

// after returns the first key behind all that begin with p; nil if there is none.
func after(p []byte) []byte {
	to := bytes.Clone(p)
	for i := len(to) - 1; i >= 0; i-- {
		if to[i]++; to[i] != 0 {
			return to[:i+1]
		}
	}
	return nil
}

// Key names an entry.
type Key struct {
	Bucket string
	Key    []byte
}

// Reader sees one state of the entries. It is for one goroutine.
type Reader interface {
	// Get returns a value, good until the next write; nil if there is none.
	Get(bucket string, key []byte) ([]byte, error)
	// Walk calls fn for each entry of a range, in the order of the keys, until fn returns false. Key and value are good
	// until fn returns. fn may read, and must not write.
	Walk(bucket string, r Range, fn func(key, value []byte) (more bool, err error)) error
	// Names calls fn for what stands before the first zero byte of the keys, each once, in order.
	Names(bucket string, fn func(name string)) error
	// Ahead says which entries will be asked for. An engine for which each question is a journey asks them at once.
	Ahead(keys []Key) error
}

// Transaction is the one that may write.
type Transaction interface {
	Reader
	// Known reports whether Get answers without a journey.
	Known(bucket string, key []byte) bool
	// Savepoint begins a part of the transaction. undo takes back what it has written.
	Savepoint() (undo func() error)
	// Put and Delete change one entry. Deleting what is not there changes nothing.
	Put(bucket string, key, value []byte) error
	Delete(bucket string, key []byte) error
	// Clear drops all entries of all buckets. It cannot be undone but by Rollback.
	Clear() error
	// Generation is the one that the next Advance, or the commit, gives to what is written.
	Generation() uint64
	// Advance ends a part of the transaction: what follows is of the next generation.
	Advance()
	// Commit saves what was written and calls saved as soon as that cannot be lost any more.
	Commit(saved func()) error
	// Rollback undoes everything. After a commit it does nothing.
	Rollback()
}

// Engine keeps entries.
type Engine interface {
	// Place names, for people, where the entries are kept. It holds no secret.
	Place() string
	// Usable returns why the engine cannot be used, if that is known.
	Usable() error
	// Damage says that what was read cannot be what was written. The engine answers with the error that it returns
	// from then on.
	Damage(cause error) error
	// View calls fn with a state of the entries. Where there is nothing yet, fn is not called.
	View(fn func(Reader) error) error
	// Begin begins a transaction, as soon as nobody else has one.
	Begin() (Transaction, error)
	// Protect calls fn, which reads or writes, and turns what the engine's library panics with into damage.
	Protect(fn func() error) error
	// Generation is that of the last commit.
	Generation() (uint64, error)
	// ID names the entries: another database has another one.
	ID() string
	// Asides and PutAside keep what nothing rests on, such as times that people are shown: the texts of all who share
	// the engine, and one's own. What cannot be read is left out.
	Asides() [][]byte
	PutAside(text []byte) error
	// Close lets go of the entries.
	Close() error
}

// ErrFenced says that somebody else works on this now: another worker, with the same database.
var ErrFenced = errors.New("it is another worker's now")

// Fenced is a transaction of an engine that several workers share.
type Fenced interface {
	// Fence returns ErrFenced unless what has this name is this worker's, until the transaction ends.
	Fence(name string) error
	// Agreed reports whether all workers, this one included, know the calendars that have this sum, and nobody works on
	// others, until the transaction ends.
	Agreed(sum string) (bool, error)
}
