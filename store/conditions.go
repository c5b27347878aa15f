package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"zoomtag/store/record"
)

// Course is record.Course.
type Course = record.Course

// Courses returns what became of the conditions that are remembered, by their IDs.
func (s *Store) Courses() (courses map[string]Course, err error) {
	err = s.view(func(tx *Tx) error {
		courses, err = tx.Courses()
		return err
	})
	return courses, err
}

// Courses returns what became of the conditions that are remembered, by their IDs.
func (tx *Tx) Courses() (map[string]Course, error) {
	courses := map[string]Course{}
	err := tx.reading(func() error {
		return tx.scan(bucketConditions, nil, func(key, value []byte) (bool, error) {
			var c Course
			if err := json.Unmarshal(value, &c); err != nil {
				return false, tx.s.damage(fmt.Errorf("what became of condition %.80q: %w", key, err))
			}
			courses[string(key)] = c
			return true, nil
		})
	})
	return courses, err
}

// PutCourse saves what became of a condition. It does not matter whether there was one before.
func (tx *Tx) PutCourse(id string, c Course) error {
	return tx.writing(func() error {
		body, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("store: save what became of condition %.80q: %w", id, err)
		}
		return tx.put(bucketConditions, []byte(id), body)
	})
}

// DeleteCourse forgets a condition.
func (tx *Tx) DeleteCourse(id string) error {
	return tx.writing(func() error { return tx.remove(bucketConditions, []byte(id)) })
}

// HookAt returns the key of the last journal entry that was told in a way; nil if none was.
func (s *Store) HookAt(way string) (at []byte, err error) {
	err = s.view(func(tx *Tx) error {
		at, err = tx.get(bucketHooks, []byte(way))
		at = bytes.Clone(at)
		return err
	})
	return at, err
}

// PutHook saves up to which entry of the journal was told in a way.
func (tx *Tx) PutHook(way string, at []byte) error {
	return tx.writing(func() error { return tx.put(bucketHooks, []byte(way), at) })
}

// WayFailure is record.WayFailure.
type WayFailure = record.WayFailure

// failing is before the key of a way that fails. No way's own key begins like this.
const failing = "failing\x00"

// FailingWays returns what goes wrong in the ways of telling people, by the key of the way.
func (s *Store) FailingWays() (ways map[string]WayFailure, err error) {
	ways = map[string]WayFailure{}
	err = s.view(func(tx *Tx) error {
		return tx.scan(bucketHooks, []byte(failing), func(key, value []byte) (bool, error) {
			var w WayFailure
			if err := json.Unmarshal(value, &w); err != nil {
				return false, tx.s.damage(fmt.Errorf("what goes wrong in %.80q: %w", key, err))
			}
			ways[strings.TrimPrefix(string(key), failing)] = w
			return true, nil
		})
	})
	return ways, err
}

// PutWayFailure saves that people cannot be told something in a way; nil: that they can.
func (tx *Tx) PutWayFailure(way string, w *WayFailure) error {
	return tx.writing(func() error {
		if w == nil {
			return tx.remove(bucketHooks, []byte(failing+way))
		}
		body, err := json.Marshal(w)
		if err != nil {
			return fmt.Errorf("store: save what goes wrong in %.80q: %w", way, err)
		}
		return tx.put(bucketHooks, []byte(failing+way), body)
	})
}

// JournalEnd returns the key of the newest entry; nil if there is none.
func (s *Store) JournalEnd() (at []byte, err error) {
	err = s.view(func(tx *Tx) error {
		b, err := tx.bucket(bucketJournal)
		if err != nil {
			return err
		}
		key, _ := b.Cursor().Last()
		at = bytes.Clone(key)
		return nil
	})
	return at, err
}

// JournalAfter returns at most limit entries that come after a key, oldest first, each with its own.
func (s *Store) JournalAfter(after []byte, limit int) (list []Entry, keys [][]byte, err error) {
	err = s.view(func(tx *Tx) error {
		b, err := tx.bucket(bucketJournal)
		if err != nil {
			return err
		}
		c := b.Cursor()
		key, framed := c.Seek(after)
		if bytes.Equal(key, after) && key != nil {
			key, framed = c.Next()
		}
		for ; key != nil && len(list) < limit; key, framed = c.Next() {
			e, err := tx.entry(key, framed)
			if err != nil {
				return err
			}
			list, keys = append(list, e), append(keys, bytes.Clone(key))
		}
		return nil
	})
	return list, keys, err
}

// Generation counts the changes of the database: as long as it is the same, nothing in it has changed.
func (s *Store) Generation() (n uint64, err error) {
	err = s.view(func(tx *Tx) error {
		value, err := tx.get(bucketMeta, []byte(keyHead))
		if err != nil {
			return err
		}
		h, err := decodeHead(value)
		n = h.generation
		return err
	})
	return n, err
}
