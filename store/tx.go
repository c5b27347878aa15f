package store

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// The buckets and the keys of meta; see the package comment.
const (
	bucketMeta      = "meta"
	bucketCalendars = "calendars"
	bucketCursors   = "cursors"
	bucketRecords   = "records"
	bucketMarks     = "marks"
	bucketUIDs      = "uids"
	bucketQueue     = "queue"
	bucketWaiting   = "waiting"
	bucketProblems  = "problems"
	bucketBudget    = "budget"
	bucketJournal   = "journal"
	bucketInvites   = "invites"
	bucketInviting  = "inviting"
	bucketTwins     = "twins"
	bucketSweeps    = "sweeps"
	bucketRests     = "rests"

	bucketConditions = "conditions"
	bucketHooks      = "hooks"

	bucketLists   = "lists"
	bucketMembers = "members"

	keySchema = "schema"
	keyID     = "id"
	keyHead   = "head"
)

// dataBuckets are all buckets but meta.
func dataBuckets() []string {
	return []string{bucketCalendars, bucketCursors, bucketRecords, bucketMarks, bucketUIDs, bucketQueue, bucketWaiting,
		bucketProblems, bucketBudget, bucketJournal, bucketInvites, bucketInviting,
		bucketTwins, bucketSweeps, bucketRests, bucketConditions,
		bucketHooks, bucketLists, bucketMembers}
}

// Tx is one transaction. What it reads includes what it has written. It is good only inside the function it was given
// to, and for one goroutine.
type Tx struct {
	*group

	s       *Store
	now     time.Time
	failed  error // of the first write that failed: the transaction cannot be saved any more
	wrote   bool
	shared  bool     // others write in the same transaction of bbolt: changes are noted, to be undone
	changes []change // the first first
	// entries are those of the journal that it adds.
	entries []Entry
	born    []string // calendars of which nothing was kept before
}

// writing runs the body of a writing method.
func (tx *Tx) writing(body func() error) error {
	if tx.failed != nil {
		return tx.failed
	}
	tx.failed = tx.s.protect(body)
	return tx.failed
}

// reading runs the body of a reading method.
func (tx *Tx) reading(body func() error) error { return tx.s.protect(body) }

// bucket returns a bucket that every database has.
func (tx *Tx) bucket(name string) (*bolt.Bucket, error) {
	if b := tx.b.Bucket([]byte(name)); b != nil {
		return b, nil
	}
	return nil, tx.s.damage(fmt.Errorf("the bucket %s is missing", name))
}

// get returns a value, good until the next write; nil if there is none.
func (tx *Tx) get(bucket string, key []byte) ([]byte, error) {
	b, err := tx.bucket(bucket)
	if err != nil {
		return nil, err
	}
	return tx.getIn(b, bucket, key)
}

func (tx *Tx) getIn(b *bolt.Bucket, path string, key []byte) ([]byte, error) {
	framed := b.Get(key)
	if framed == nil {
		return nil, nil
	}
	return tx.unseal(path, key, framed)
}

func (tx *Tx) unseal(path string, key, framed []byte) ([]byte, error) {
	value, err := unseal(path, key, framed)
	if err != nil {
		return nil, tx.s.damage(fmt.Errorf("an entry of %s: %w", strings.ReplaceAll(path, "\x00", "/"), err))
	}
	return value, nil
}

// scan calls fn for each entry whose key begins with prefix, in order, until fn returns false.
func (tx *Tx) scan(bucket string, prefix []byte, fn func(key, value []byte) (bool, error)) error {
	b, err := tx.bucket(bucket)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for key, framed := c.Seek(prefix); key != nil && bytes.HasPrefix(key, prefix); key, framed = c.Next() {
		value, err := tx.unseal(bucket, key, framed)
		if err != nil {
			return err
		}
		if more, err := fn(key, value); err != nil || !more {
			return err
		}
	}
	return nil
}

// put stores a value. One that is there already is not written again.
func (tx *Tx) put(bucket string, key, value []byte) error {
	b, err := tx.bucket(bucket)
	if err != nil {
		return err
	}
	return tx.putIn(b, bucket, key, value)
}

func (tx *Tx) putIn(b *bolt.Bucket, path string, key, value []byte) error {
	old := b.Get(key)
	if old != nil {
		was, err := tx.unseal(path, key, old)
		if err != nil {
			return err
		}
		if bytes.Equal(was, value) {
			return nil
		}
	}
	if err := tx.touch(); err != nil {
		return err
	}
	tx.noteChange(b, key, old, false)
	framed := seal(path, key, value)
	if old == nil {
		tx.head.count++
	}
	tx.head.sum += uint64(sum(framed)) - uint64(sum(old))
	return b.Put(key, framed)
}

// remove deletes an entry, if it is there.
func (tx *Tx) remove(bucket string, key []byte) error {
	b, err := tx.bucket(bucket)
	if err != nil {
		return err
	}
	return tx.removeIn(b, key)
}

func (tx *Tx) removeIn(b *bolt.Bucket, key []byte) error {
	old := b.Get(key)
	if old == nil {
		return nil
	}
	if err := tx.touch(); err != nil {
		return err
	}
	tx.noteChange(b, key, old, false)
	tx.head.count--
	tx.head.sum -= uint64(sum(old))
	return b.Delete(key)
}

// touch notes that the transaction writes.
func (tx *Tx) touch() error {
	tx.wrote = true
	if tx.dirty {
		return nil
	}
	value, err := tx.get(bucketMeta, []byte(keyHead))
	if err != nil {
		return err
	}
	if tx.head, err = decodeHead(value); err != nil {
		return tx.s.damage(err)
	}
	tx.dirty = true
	return nil
}

// putHead stores the head, the only entry that it does not count.
func (g *group) putHead() error {
	b := g.b.Bucket([]byte(bucketMeta))
	if b == nil {
		return errNoMeta
	}
	return b.Put([]byte(keyHead), seal(bucketMeta, []byte(keyHead), g.head.encode()))
}

var errNoMeta = errors.New("the bucket meta is missing")

// maxName is the longest calendar name and the longest event id that make a key. bbolt's limit is 32,768 for the whole.
const maxName = 8192

var errName = errors.New("a calendar name must not be empty, nor hold a zero byte, nor be longer than 8192 bytes")

// checkNames returns why calendar and id cannot be kept.
func checkNames(calendar, id string) error {
	if calendar == "" || len(calendar) > maxName || strings.IndexByte(calendar, 0) >= 0 {
		return fmt.Errorf("store: save calendar %.40q: %w", calendar, errName)
	}
	if len(id) > maxName {
		return fmt.Errorf("store: save event %.40q of %s: its id has %d bytes, more than the %d that can be kept", id,
			calendar, len(id), maxName)
	}
	return nil
}
