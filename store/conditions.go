package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"zoomtag/store/entries"
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
		return tx.in.Walk(bucketJournal, entries.Range{Back: true, Limit: 1}, func(key, _ []byte) (bool, error) {
			at = bytes.Clone(key)
			return false, nil
		})
	})
	return at, err
}

// JournalAfter returns at most limit entries that come after a key, oldest first, each with its own.
func (s *Store) JournalAfter(after []byte, limit int) (list []Entry, keys [][]byte, err error) {
	err = s.view(func(tx *Tx) error {
		in := entries.Range{From: append(bytes.Clone(after), 0), Limit: limit} // the first key behind it
		return tx.in.Walk(bucketJournal, in, func(key, value []byte) (bool, error) {
			e, err := tx.entry(key, value)
			list, keys = append(list, e), append(keys, bytes.Clone(key))
			return err == nil, err
		})
	})
	return list, keys, err
}
