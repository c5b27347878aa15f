package store

import (
	"bytes"
	"time"

	"zoomtag/store/entries"
)

// Prune drops what is older than a time: records closed before it, journal entries, budgets, rests that were over by
// then. It returns how many. A closed record that is in the queue stays: its event has changed, and nobody has looked
// at it yet.
func (tx *Tx) Prune(before time.Time) (n int, err error) {
	err = tx.writing(func() error {
		head := entries.Range{Head: prefixSize} // there may be very many, and no more is asked of them
		records, err := tx.collectIn(bucketRecords, head, func(_, value []byte) (bool, error) {
			p, _, err := decodePrefix(value)
			return !p.closed.IsZero() && p.closed.Before(before) && p.due.IsZero(), err
		})
		if err != nil {
			return err
		}
		for _, key := range records {
			if err := tx.deleteRecord(key); err != nil {
				return err
			}
		}
		day := []byte(before.UTC().Format(time.DateOnly))
		budgets, err := tx.collect(bucketBudget,
			func(key, _ []byte) (bool, error) { return bytes.Compare(key, day) < 0, nil })
		if err != nil {
			return err
		}
		end := appendTime(nil, before)
		entries, err := tx.collect(bucketJournal,
			func(key, _ []byte) (bool, error) { return bytes.Compare(key, end) < 0, nil })
		if err != nil {
			return err
		}
		rests, err := tx.collect(bucketRests, func(key, value []byte) (bool, error) {
			r, err := tx.s.decodeRest(key, value)
			return r.Until.Before(before) && r.Begun.Before(before), err
		})
		if err != nil {
			return err
		}
		n = len(records) + len(budgets) + len(entries) + len(rests)
		if err := tx.removeAll(bucketRests, rests); err != nil {
			return err
		}
		if err := tx.removeAll(bucketBudget, budgets); err != nil {
			return err
		}
		return tx.removeAll(bucketJournal, entries)
	})
	return n, err
}

// collect returns the keys of a bucket for which drop says so. They are copies: a bucket must not change while it is
// read.
func (tx *Tx) collect(bucket string, drop func(key, value []byte) (bool, error)) (keys [][]byte, err error) {
	return tx.collectIn(bucket, entries.Range{}, drop)
}

func (tx *Tx) collectIn(bucket string, in entries.Range,
	drop func(key, value []byte) (bool, error)) (keys [][]byte, err error) {
	err = tx.in.Walk(bucket, in, func(key, value []byte) (bool, error) {
		yes, err := drop(key, value)
		if yes {
			keys = append(keys, bytes.Clone(key))
		}
		return err == nil, err
	})
	return keys, err
}

// removeAll deletes entries that were collected in this transaction, and so are there.
func (tx *Tx) removeAll(bucket string, keys [][]byte) error {
	for _, key := range keys {
		if err := tx.unlist(bucket, key); err != nil {
			return err
		}
	}
	return nil
}

// Reset forgets everything, in one transaction.
func (s *Store) Reset() error {
	defer s.calm.clear()
	return s.update(&request{alone: true, fn: func(tx *Tx) error {
		return tx.writing(func() error {
			tx.wrote = true
			return tx.out.Clear()
		})
	}})
}
