package store

import (
	"bytes"
	"fmt"
	"time"
)

// RenameCalendar has everything that is kept under one calendar's name be kept under another. Of what is kept under the
// other already nothing is replaced: where both names have a record of the same item, each keeps its own. Open records
// are due at once. It returns how many records were moved.
func (tx *Tx) RenameCalendar(from, to string) (records int, err error) {
	if err := checkNames(to, ""); err != nil {
		return 0, err
	}
	if records, err = tx.renameRecords(from, to); err != nil {
		return 0, err
	}
	if err := tx.renameWaiting(from, to); err != nil {
		return 0, err
	}
	if err := tx.renameTwins(from, to); err != nil {
		return 0, err
	}
	// Problems and invitations come again by themselves: the first with a whole reading, the second because moved
	// records are queued.
	return records, tx.renameState(from, to)
}

// PassOnCalendars has everything that is kept under each of these names be kept under the one before it, and what is
// kept under the first under the last, unless it is the same calendar's or nothing. It returns how many records were
// moved.
func (tx *Tx) PassOnCalendars(names []string) (records int, err error) {
	before, err := tx.Calendar(names[0])
	if err != nil {
		return 0, err
	}
	next, err := tx.Calendar(names[1])
	if err != nil {
		return 0, err
	}
	type move struct{ from, to string }
	var moves []move
	for i, name := range names[1:] {
		moves = append(moves, move{name, names[i]})
	}
	if before.Source != "" && before.Source != next.Source {
		aside := names[0] + "\x01" // nothing else has such a name
		moves = append(append([]move{{names[0], aside}}, moves...), move{aside, names[len(names)-1]})
	}
	for _, m := range moves {
		n, err := tx.RenameCalendar(m.from, m.to)
		if err != nil {
			return 0, err
		}
		records += n
	}
	return records, nil
}

func (tx *Tx) renameRecords(from, to string) (n int, err error) {
	moving, err := tx.Records(from)
	for _, r := range moving {
		if err != nil {
			return n, err
		}
		there, fault := tx.Record(to, r.EventID)
		if err = fault; err != nil || there != nil && !there.Closed() {
			continue
		}
		if !r.Closed() {
			r.Due = tx.now
		}
		if err = tx.MoveRecord(r, to, r.EventID); err == nil {
			n++
		}
	}
	return n, err
}

// renameWaiting moves the ids in the queue that have no record.
func (tx *Tx) renameWaiting(from, to string) error {
	return tx.writing(func() error {
		keys, err := tx.collect(bucketWaiting,
			func(key, _ []byte) (bool, error) { return bytes.HasPrefix(key, prefixKey(from)), nil })
		if err != nil {
			return err
		}
		for _, key := range keys {
			_, id := splitPair(key)
			value, err := tx.get(bucketWaiting, key)
			if err != nil {
				return err
			}
			if len(value) != timeSize {
				return tx.s.damage(errShort)
			}
			at := readTime(value)
			if err := tx.unwait(from, id); err != nil {
				return err
			}
			if there, _, err := tx.prefixAt(pairKey(to, id)); err != nil {
				return err
			} else if there != nil {
				continue
			}
			if err := tx.wait(to, id, at); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) renameTwins(from, to string) error {
	return tx.writing(func() error {
		keys, err := tx.collect(bucketTwins,
			func(key, _ []byte) (bool, error) { return bytes.HasPrefix(key[hashSize:], prefixKey(from)), nil })
		if err != nil {
			return err
		}
		for _, key := range keys {
			_, id := splitPair(key[hashSize:])
			if has, err := tx.hasRecord(key[:hashSize], pairKey(to, id)); err != nil {
				return err
			} else if has {
				continue
			}
			moved := append(bytes.Clone(key[:hashSize]), pairKey(to, id)...)
			if err := tx.put(bucketTwins, moved, nil); err != nil {
				return err
			}
		}
		return tx.removeAll(bucketTwins, keys)
	})
}

// hasRecord reports whether the item at a key has the record of a UID, and so is left alone for nobody.
func (tx *Tx) hasRecord(uid, key []byte) (bool, error) {
	p, _, err := tx.prefixAt(key)
	return p != nil && p.closed.IsZero() && bytes.Equal(p.uid[:], uid), err
}

func (tx *Tx) renameState(from, to string) error {
	before, err := tx.Calendar(from)
	if err != nil {
		return err
	}
	now, err := tx.Calendar(to)
	if err != nil {
		return err
	}
	if now.Source == "" {
		// The cursor does not come along: the calendar was asked for a whole listing, and what that has found is
		// concluded first.
		before.Cursor, before.LastErrorAt = "", time.Time{}
		before.LastError, before.ErrorCode, before.ErrorCure = "", "", ""
		if err := tx.PutCalendar(to, before); err != nil {
			return err
		}
	}
	return tx.forgetCalendar(from)
}

// forgetCalendar drops what is kept of a calendar itself, and what could not be understood in it.
func (tx *Tx) forgetCalendar(name string) error {
	if err := tx.PutCalendar(name, CalendarState{}); err != nil {
		return err
	}
	return tx.writing(func() error {
		problems, err := tx.collect(bucketProblems,
			func(key, _ []byte) (bool, error) { return bytes.HasPrefix(key, prefixKey(name)), nil })
		if err != nil {
			return err
		}
		if err := tx.removeAll(bucketProblems, problems); err != nil {
			return err
		}
		if err := tx.remove(bucketCalendars, []byte(name)); err != nil {
			return fmt.Errorf("store: forget calendar %s: %w", name, err)
		}
		return nil
	})
}
