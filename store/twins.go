package store

import (
	"bytes"
	"time"
)

// Item names an item of a calendar.
type Item struct{ Calendar, EventID string }

// PutTwin remembers that an item was left alone because another one with its UID has the record. It is woken when that
// ends.
func (tx *Tx) PutTwin(uid string, item Item) error {
	return tx.writing(func() error {
		if err := checkNames(item.Calendar, item.EventID); err != nil {
			return err
		}
		return tx.put(bucketTwins, twinKey(uid, item), nil)
	})
}

// Twins returns the items that were left alone for the one that has the record of a UID.
func (s *Store) Twins(uid string) (list []Item, err error) {
	err = s.view(func(tx *Tx) error {
		list, err = tx.Twins(uid)
		return err
	})
	return list, err
}

// Twins returns the items that were left alone for the one that has the record of a UID.
func (tx *Tx) Twins(uid string) (list []Item, err error) {
	h := hash(uid)
	err = tx.reading(func() error {
		return tx.scan(bucketTwins, h[:], func(key, _ []byte) (bool, error) {
			calendar, id := splitPair(bytes.Clone(key[hashSize:]))
			list = append(list, Item{calendar, id})
			return true, nil
		})
	})
	return list, err
}

// DeleteTwin forgets that an item was left alone.
func (tx *Tx) DeleteTwin(uid string, item Item) error {
	return tx.writing(func() error { return tx.remove(bucketTwins, twinKey(uid, item)) })
}

// WakeTwins queues the items that were left alone for the one that has the record of a UID, each in its own calendar,
// and forgets that they were: those that still are twins say so again.
func (tx *Tx) WakeTwins(uid string, at time.Time) error {
	twins, err := tx.Twins(uid)
	if err != nil {
		return err
	}
	for _, item := range twins {
		if err := tx.SetDue(item.Calendar, item.EventID, at); err != nil {
			return err
		}
		if err := tx.DeleteTwin(uid, item); err != nil {
			return err
		}
	}
	return nil
}

func twinKey(uid string, item Item) []byte {
	return indexKey(hash(uid), pairKey(item.Calendar, item.EventID))
}
