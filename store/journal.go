package store

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/store/entries"
)

// JournalFilter says which entries Journal returns. The zero value means all.
type JournalFilter struct {
	Calendar string
	// EventID names an event: its id or UID, or words of its title. Case does not matter.
	EventID string
	Since   time.Time
	Until   time.Time // zero: until now
	Failed  bool      // only what failed
	Code    string    // only what has this code
	// Limit is how many entries at most, the newest.
	Limit int
}

func (f JournalFilter) match(e *Entry) bool {
	elsewhere := f.Calendar != "" && f.Calendar != e.Calendar
	if elsewhere || f.Failed && e.Error == "" {
		return false
	}
	if f.Code != "" && f.Code != e.Code {
		return false
	}
	event := validText(f.EventID)
	return event == "" || strings.EqualFold(event, e.EventID) || strings.EqualFold(event, e.UID) ||
		strings.Contains(strings.ToLower(e.Title), strings.ToLower(event))
}

// Journal returns what was done, newest last.
func (s *Store) Journal(f JournalFilter) (list []Entry, err error) {
	err = s.view(func(tx *Tx) error {
		in := entries.Range{From: appendTime(nil, f.Since), Back: true}
		if !f.Until.IsZero() {
			in.To = appendTime(nil, f.Until.Add(1)) // what is of that very moment counts
		}
		return tx.in.Walk(bucketJournal, in, func(key, value []byte) (bool, error) {
			e, err := tx.entry(key, value)
			if err != nil || !f.match(&e) {
				return err == nil, err
			}
			list = append(list, e)
			return len(list) != f.Limit, nil
		})
	})
	if err != nil {
		return nil, err
	}
	slices.Reverse(list)
	return list, nil
}

// entry reads an entry of the journal.
func (tx *Tx) entry(key, value []byte) (e Entry, err error) {
	if len(key) < timeSize {
		return e, tx.s.damage(errShort)
	}
	if err := json.Unmarshal(value, &e); err != nil {
		return e, tx.s.damage(fmt.Errorf("a journal entry: %w", err))
	}
	return e, nil
}

// Journal adds an entry. Without a time it gets that of now.
func (tx *Tx) Journal(e Entry) error {
	return tx.writing(func() error {
		if e.At.IsZero() {
			e.At = tx.now
		}
		body, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("store: save what was done to %.80q in %s: %w", e.EventID, e.Calendar, err)
		}
		key := appendTime(nil, e.At)
		key = binary.BigEndian.AppendUint64(key, tx.out.Generation())     // in the order of transactions, and in each
		key = binary.BigEndian.AppendUint32(key, uint32(len(tx.entries))) //nolint:gosec // a few
		tx.entries = append(tx.entries, e)
		if tx.out.Known(bucketJournal, key) {
			return tx.put(bucketJournal, key, body)
		}
		tx.note(bucketJournal, key) // nobody else has this generation
		return tx.out.Put(bucketJournal, key, body)
	})
}
