package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

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
	r.Due, r.Changed = p.due, p.changed
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
func (s *Store) ByMark(mark string) (*Record, error) {
	list, err := s.indexed(bucketMarks, hash(mark))
	if err != nil || mark == "" || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// ByUID returns every record of an iCalendar UID, in whichever calendar, open ones first.
func (s *Store) ByUID(uid string) ([]*Record, error) {
	if uid == "" {
		return nil, nil
	}
	return s.indexed(bucketUIDs, hash(uid))
}

// indexed returns the records that an index lists under h, open ones first.
func (s *Store) indexed(index string, h [hashSize]byte) ([]*Record, error) {
	var open, closed []*Record
	err := s.view(func(tx *Tx) error {
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

// PutRecord saves a record, and queues it at r.Due (zero: not at all). It sets r.Changed. A record that is already saved
// just like that is not written, and keeps the time of its last change.
func (tx *Tx) PutRecord(r *Record) error {
	return tx.writing(func() error {
		if err := checkNames(r.Calendar, r.EventID); err != nil {
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
		r.Changed = p.changed
		return tx.put(bucketRecords, key, append(p.append(make([]byte, 0, prefixSize+len(body))), body...))
	})
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
		if err := tx.remove(index, indexKey(from, key)); err != nil {
			return err
		}
	}
	if to == noHash {
		return nil
	}
	return tx.put(index, indexKey(to, key), nil)
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
	if b, err := tx.bucket(bucketInvites); err != nil || b.Get(key) == nil {
		return errors.Join(err, tx.remove(bucketRecords, key))
	}
	return errors.Join(tx.put(bucketInviting, key, nil), tx.remove(bucketRecords, key))
}
