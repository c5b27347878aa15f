package bolt

import (
	"bytes"
	"errors"
	"fmt"

	"zoomtag/store/entries"
)

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
