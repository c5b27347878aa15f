package store

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"zoomtag/store/entries"
)

// The buckets; see the package comment.
const (
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
)

// buckets are all of them.
func buckets() []string {
	return []string{bucketCalendars, bucketCursors, bucketRecords, bucketMarks, bucketUIDs, bucketQueue, bucketWaiting,
		bucketProblems, bucketBudget, bucketJournal, bucketInvites, bucketInviting,
		bucketTwins, bucketSweeps, bucketRests, bucketConditions,
		bucketHooks, bucketLists, bucketMembers}
}

// Tx is one transaction. What it reads includes what it has written. It is good only inside the function it was given
// to, and for one goroutine.
type Tx struct {
	s      *Store
	in     entries.Reader
	out    entries.Transaction // the same, if it may write
	now    time.Time
	failed error // of the first write that failed: the transaction cannot be saved any more
	wrote  bool
	// entries are those of the journal that it adds.
	entries []Entry
	born    []string // calendars of which nothing was kept before
	touched []string // calendars of which it has changed what a quiet pass reads
}

// writing runs the body of a writing method.
func (tx *Tx) writing(body func() error) error {
	if tx.failed != nil {
		return tx.failed
	}
	tx.failed = tx.s.engine.Protect(body)
	return tx.failed
}

// reading runs the body of a reading method.
func (tx *Tx) reading(body func() error) error { return tx.s.engine.Protect(body) }

// get returns a value, good until the next write; nil if there is none.
func (tx *Tx) get(bucket string, key []byte) ([]byte, error) { return tx.in.Get(bucket, key) }

// scan calls fn for each entry whose key begins with prefix, in order, until fn returns false.
func (tx *Tx) scan(bucket string, prefix []byte, fn func(key, value []byte) (bool, error)) error {
	return tx.in.Walk(bucket, entries.Prefix(prefix), fn)
}

// put stores a value. One that is there already is not written again.
func (tx *Tx) put(bucket string, key, value []byte) error {
	old, err := tx.get(bucket, key)
	if err != nil || old != nil && bytes.Equal(old, value) {
		return err
	}
	tx.note(bucket, key)
	return tx.out.Put(bucket, key, value)
}

// remove deletes an entry, if it is there.
func (tx *Tx) remove(bucket string, key []byte) error {
	old, err := tx.get(bucket, key)
	if err != nil || old == nil {
		return err
	}
	tx.note(bucket, key)
	return tx.out.Delete(bucket, key)
}

// list and unlist are put and remove for the entries of an index, which have no value, where the caller knows from what
// they are an index of whether they are there. What the engine does not know is not asked for.
func (tx *Tx) list(bucket string, key []byte) error {
	if tx.out.Known(bucket, key) {
		return tx.put(bucket, key, nil)
	}
	tx.note(bucket, key)
	return tx.out.Put(bucket, key, nil)
}

func (tx *Tx) unlist(bucket string, key []byte) error {
	if tx.out.Known(bucket, key) {
		return tx.remove(bucket, key)
	}
	tx.note(bucket, key)
	return tx.out.Delete(bucket, key)
}

// Ahead says that the events of these ids in a calendar are to be read or written: where each is a journey, all are
// asked for in one.
func (tx *Tx) Ahead(calendar string, ids ...string) error {
	return tx.reading(func() error {
		keys := make([]entries.Key, 0, 3*len(ids))
		for _, id := range ids {
			key := pairKey(calendar, id)
			keys = append(keys, entries.Key{Bucket: bucketRecords, Key: key},
				entries.Key{Bucket: bucketWaiting, Key: key}, entries.Key{Bucket: bucketProblems, Key: key})
		}
		return tx.in.Ahead(keys)
	})
}

// maxName is the longest calendar name and the longest event id that make a key. bbolt's limit is 32,768 for the
// whole.
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
