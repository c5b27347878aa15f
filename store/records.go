package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"time"
)

// ErrChanged says that a record is no longer as it was read, or is there where none was: somebody else has saved it
// meanwhile. Nothing of it was written; the transaction goes on.
var ErrChanged = errors.New("the record was changed meanwhile")

// versions makes a version of what is stored under a key. It means something in this process only.
var versions = maphash.MakeSeed()

// prefix is what a stored record begins with: what the store itself needs of it without decoding the rest.
type prefix struct {
	due, changed, closed time.Time
	uid, mark            [hashSize]byte
}

const prefixSize = 3*timeSize + 2*hashSize

func (p prefix) append(b []byte) []byte {
	b = appendTime(appendTime(appendTime(b, p.due), p.changed), p.closed)
	return append(append(b, p.uid[:]...), p.mark[:]...)
}

var errShort = errors.New("the record is cut off")

func decodePrefix(value []byte) (p prefix, rest []byte, err error) {
	if len(value) < prefixSize {
		return prefix{}, nil, errShort
	}
	p.due, p.changed, p.closed = readTime(value), readTime(value[timeSize:]), readTime(value[2*timeSize:])
	hashes := value[3*timeSize:]
	copy(p.uid[:], hashes)
	copy(p.mark[:], hashes[hashSize:])
	return p, value[prefixSize:], nil
}

// decodeRecord makes a record of its key and what is stored under it.
func decodeRecord(key, value []byte) (*Record, error) {
	p, rest, err := decodePrefix(value)
	if err != nil {
		return nil, err
	}
	r := new(Record)
	if err := json.Unmarshal(rest, r); err != nil {
		return nil, err
	}
	r.Calendar, r.EventID = splitPair(key)
	r.Due, r.Changed, r.Version = p.due, p.changed, maphash.Bytes(versions, value)
	return r, nil
}

// Record returns what is remembered of an event; nil if nothing is.
func (s *Store) Record(calendar, id string) (r *Record, err error) {
	err = s.view(func(tx *Tx) error {
		r, err = tx.Record(calendar, id)
		return err
	})
	return r, err
}

// Record returns what is remembered of an event; nil if nothing is.
func (tx *Tx) Record(calendar, id string) (r *Record, err error) {
	err = tx.reading(func() error {
		r, err = tx.recordAt(pairKey(calendar, id))
		return err
	})
	return r, err
}

func (tx *Tx) recordAt(key []byte) (*Record, error) {
	value, err := tx.get(bucketRecords, key)
	if err != nil || value == nil {
		return nil, err
	}
	return tx.decode(key, value)
}

func (tx *Tx) decode(key, value []byte) (*Record, error) {
	r, err := decodeRecord(key, value)
	if err != nil {
		calendar, id := splitPair(key)
		return nil, tx.s.damage(fmt.Errorf("the record of %.80q in %s: %w", id, calendar, err))
	}
	return r, nil
}

// Records returns all records of a calendar, closed ones included, by event id.
func (s *Store) Records(calendar string) (list []*Record, err error) {
	err = s.view(func(tx *Tx) error {
		list, err = tx.Records(calendar)
		return err
	})
	return list, err
}

// Records returns all records of a calendar, closed ones included, by event id.
func (tx *Tx) Records(calendar string) (list []*Record, err error) {
	err = tx.reading(func() error {
		return tx.scan(bucketRecords, prefixKey(calendar), func(key, value []byte) (bool, error) {
			r, err := tx.decode(key, value)
			list = append(list, r)
			return err == nil, err
		})
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// ByMark returns the record that has a mark, in whichever calendar; nil if none has. Of several it is an open one.
func (s *Store) ByMark(mark string) (r *Record, err error) {
	err = s.view(func(tx *Tx) error {
		r, err = tx.ByMark(mark)
		return err
	})
	return r, err
}

// ByMark returns the record that has a mark, in whichever calendar; nil if none has. Of several it is an open one.
func (tx *Tx) ByMark(mark string) (*Record, error) {
	list, err := tx.indexed(bucketMarks, mark)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// ByUID returns every record of an iCalendar UID, in whichever calendar, open ones first.
func (s *Store) ByUID(uid string) (list []*Record, err error) {
	err = s.view(func(tx *Tx) error {
		list, err = tx.ByUID(uid)
		return err
	})
	return list, err
}

// ByUID returns every record of an iCalendar UID, in whichever calendar, open ones first.
func (tx *Tx) ByUID(uid string) ([]*Record, error) { return tx.indexed(bucketUIDs, uid) }

// indexed returns the records that an index lists under a name, open ones first. The empty name is not listed.
func (tx *Tx) indexed(index, name string) ([]*Record, error) {
	if name == "" {
		return nil, nil
	}
	var open, closed []*Record
	h := hash(name)
	err := tx.reading(func() error {
		return tx.scan(index, h[:], func(key, _ []byte) (bool, error) {
			r, err := tx.recordAt(key[hashSize:])
			if err == nil && r == nil {
				err = tx.s.damage(fmt.Errorf("%s lists a record that is not there", index))
			}
			switch {
			case err != nil:
				return false, err
			case r.Closed():
				closed = append(closed, r)
			default:
				open = append(open, r)
			}
			return true, nil
		})
	})
	if err != nil {
		return nil, err
	}
	return append(open, closed...), nil
}

// PutRecord saves a record as the next version of the one that it was read as, and queues it at r.Due (zero: not at
// all). It sets r.Changed and r.Version. ErrChanged when there is another version by now; a record of version 0 is one
// of which nothing is saved yet. A record that is already saved just like that is not written, and keeps the time of
// its last change.
func (tx *Tx) PutRecord(r *Record) error {
	if err := tx.Ahead(r.Calendar, r.EventID); err != nil {
		return err
	}
	if err := tx.unchanged(r); err != nil {
		return err
	}
	return tx.writing(func() error {
		if err := checkNames(r.Calendar, r.EventID); err != nil {
			return err
		}
		if err := tx.s.strict(r); err != nil {
			return err
		}
		body, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("store: save event %.80q of %s: %w", r.EventID, r.Calendar, err)
		}
		key := pairKey(r.Calendar, r.EventID)
		old, was, err := tx.prefixAt(key)
		if err != nil {
			return err
		}
		p := prefix{due: r.Due, changed: tx.now, closed: r.ClosedAt, uid: hash(r.UID), mark: hash(r.Mark)}
		if old != nil && old.due.Equal(r.Due) && bytes.Equal(was, body) {
			p.changed = old.changed
		}
		if err := tx.reindex(key, old, &p, r); err != nil {
			return err
		}
		value := append(p.append(make([]byte, 0, prefixSize+len(body))), body...)
		r.Changed, r.Version = p.changed, maphash.Bytes(versions, value)
		return tx.put(bucketRecords, key, value)
	})
}

// unchanged returns ErrChanged if r is not as it was read.
func (tx *Tx) unchanged(r *Record) error {
	return tx.reading(func() error {
		value, err := tx.get(bucketRecords, pairKey(r.Calendar, r.EventID))
		if err != nil {
			return err
		}
		now := uint64(0)
		if value != nil {
			now = maphash.Bytes(versions, value)
		}
		if now != r.Version {
			return fmt.Errorf("store: save event %.80q of %s: %w", r.EventID, r.Calendar, ErrChanged)
		}
		return nil
	})
}

// MoveRecord saves r, which was read as that of one item, as the record of another, in whose place a closed one may be.
// ErrChanged when r is no longer as it was read, or the other item has an open record.
func (tx *Tx) MoveRecord(r *Record, calendar, id string) error {
	if err := tx.unchanged(r); err != nil {
		return err
	}
	old, err := tx.Record(calendar, id)
	switch {
	case err != nil:
		return err
	case old != nil && !old.Closed():
		return fmt.Errorf("store: move event %.80q to %s: %w", r.EventID, calendar, ErrChanged)
	}
	if err := tx.DeleteRecord(r.Calendar, r.EventID); err != nil {
		return err
	}
	r.Calendar, r.EventID, r.Version = calendar, id, 0
	if old != nil {
		r.Version = old.Version
	}
	if err := tx.PutRecord(r); err != nil {
		return err
	}
	return tx.DeleteTwin(r.UID, Item{calendar, id}) // it is left alone for nobody any more
}

// prefixAt returns the prefix of a stored record, and the JSON behind it; nil if there is none.
func (tx *Tx) prefixAt(key []byte) (*prefix, []byte, error) {
	value, err := tx.get(bucketRecords, key)
	if err != nil || value == nil {
		return nil, nil, err
	}
	p, rest, err := decodePrefix(value)
	if err != nil {
		return nil, nil, tx.s.damage(err)
	}
	return &p, rest, nil
}

// reindex keeps the queue and the indexes in step with a record that is about to be saved.
func (tx *Tx) reindex(key []byte, old, p *prefix, r *Record) error {
	if old == nil {
		if err := tx.unwait(r.Calendar, r.EventID); err != nil {
			return err
		}
		old = &prefix{uid: noHash, mark: noHash}
	}
	if err := tx.requeue(r.Calendar, r.EventID, old.due, r.Due); err != nil {
		return err
	}
	if err := tx.relist(bucketUIDs, key, old.uid, p.uid); err != nil {
		return err
	}
	return tx.relist(bucketMarks, key, old.mark, p.mark)
}

// relist moves a record in an index. The empty string is not listed.
func (tx *Tx) relist(index string, key []byte, from, to [hashSize]byte) error {
	if from == to {
		return nil
	}
	if from != noHash {
		if err := tx.unlist(index, indexKey(from, key)); err != nil {
			return err
		}
	}
	if to == noHash {
		return nil
	}
	return tx.list(index, indexKey(to, key))
}

// DeleteRecord forgets an event, its place in the queue included.
func (tx *Tx) DeleteRecord(calendar, id string) error {
	return tx.writing(func() error {
		if err := tx.unwait(calendar, id); err != nil {
			return err
		}
		return tx.deleteRecord(pairKey(calendar, id))
	})
}

func (tx *Tx) deleteRecord(key []byte) error {
	old, _, err := tx.prefixAt(key)
	if err != nil || old == nil {
		return err
	}
	calendar, id := splitPair(key)
	if err := tx.requeue(calendar, id, old.due, time.Time{}); err != nil {
		return err
	}
	if err := tx.relist(bucketUIDs, key, old.uid, noHash); err != nil {
		return err
	}
	if err := tx.relist(bucketMarks, key, old.mark, noHash); err != nil {
		return err
	}
	if invite, err := tx.get(bucketInvites, key); err != nil || invite == nil {
		return errors.Join(err, tx.remove(bucketRecords, key))
	}
	return errors.Join(tx.put(bucketInviting, key, nil), tx.remove(bucketRecords, key))
}
