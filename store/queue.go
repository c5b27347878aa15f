package store

import "time"

// Due returns the ids of a calendar that have to be looked at by now, earliest first; at most limit, or all if limit is
// 0.
func (s *Store) Due(calendar string, now time.Time, limit int) (ids []string, err error) {
	if q, ok, err := s.quiet(calendar); err != nil || ok && (q.next.IsZero() || q.next.After(now)) {
		return nil, err
	}
	err = s.view(func(tx *Tx) error {
		return tx.queued(calendar, func(due time.Time, id string) bool {
			if due.After(now) {
				return false
			}
			ids = append(ids, id)
			return limit <= 0 || len(ids) < limit
		})
	})
	return ids, err
}

// Waiting is an id that has to be looked at at a time.
type Waiting struct {
	ID  string
	Due time.Time
}

// DueAfter returns what of a calendar has to be looked at after a time, earliest first.
func (s *Store) DueAfter(calendar string, after time.Time) (list []Waiting, err error) {
	err = s.view(func(tx *Tx) error {
		return tx.queued(calendar, func(due time.Time, id string) bool {
			if due.After(after) {
				list = append(list, Waiting{ID: id, Due: due})
			}
			return true
		})
	})
	return list, err
}

// NextDue returns when something of a calendar has to be looked at next; zero if nothing is queued.
func (s *Store) NextDue(calendar string) (next time.Time, err error) {
	if q, ok, err := s.quiet(calendar); ok || err != nil {
		return q.next, err
	}
	err = s.view(func(tx *Tx) error {
		return tx.queued(calendar, func(due time.Time, _ string) bool {
			next = due
			return false
		})
	})
	return next, err
}

// Waiting returns what of a calendar has to be looked at, earliest first.
func (tx *Tx) Waiting(calendar string) (list []Waiting, err error) {
	err = tx.reading(func() error {
		return tx.queued(calendar, func(due time.Time, id string) bool {
			list = append(list, Waiting{ID: id, Due: due})
			return true
		})
	})
	return list, err
}

// queued calls fn for what is queued, earliest first, until fn returns false.
func (tx *Tx) queued(calendar string, fn func(due time.Time, id string) bool) error {
	start := prefixKey(calendar)
	return tx.scan(bucketQueue, start, func(key, _ []byte) (bool, error) {
		rest := key[len(start):]
		if len(rest) < timeSize {
			return false, tx.s.damage(errShort)
		}
		return fn(readTime(rest), string(rest[timeSize:])), nil
	})
}

// SetDue queues an id at a time, which replaces the one it was queued at. It may be an id that has no record yet:
// changed, and not yet looked at. The zero time takes it out of the queue.
func (tx *Tx) SetDue(calendar, id string, at time.Time) error {
	return tx.writing(func() error {
		if err := checkNames(calendar, id); err != nil {
			return err
		}
		key := pairKey(calendar, id)
		old, body, err := tx.prefixAt(key)
		if err != nil {
			return err
		}
		if old == nil {
			return tx.wait(calendar, id, at)
		}
		was := old.due
		old.due = at
		value := append(old.append(make([]byte, 0, prefixSize+len(body))), body...)
		if err := tx.requeue(calendar, id, was, at); err != nil {
			return err
		}
		return tx.put(bucketRecords, key, value)
	})
}

// ClearDue takes an id out of the queue.
func (tx *Tx) ClearDue(calendar, id string) error { return tx.SetDue(calendar, id, time.Time{}) }

// wait queues an id that has no record.
func (tx *Tx) wait(calendar, id string, at time.Time) error {
	if err := tx.unwait(calendar, id); err != nil || at.IsZero() {
		return err
	}
	if err := tx.put(bucketWaiting, pairKey(calendar, id), appendTime(nil, at)); err != nil {
		return err
	}
	return tx.requeue(calendar, id, time.Time{}, at)
}

// unwait takes an id that has no record out of the queue.
func (tx *Tx) unwait(calendar, id string) error {
	key := pairKey(calendar, id)
	value, err := tx.get(bucketWaiting, key)
	if err != nil || value == nil {
		return err
	}
	if len(value) != timeSize {
		return tx.s.damage(errShort)
	}
	if err := tx.requeue(calendar, id, readTime(value), time.Time{}); err != nil {
		return err
	}
	return tx.remove(bucketWaiting, key)
}

// requeue moves an id in the queue; the zero time is not in it.
func (tx *Tx) requeue(calendar, id string, from, to time.Time) error {
	if from.Equal(to) {
		return nil
	}
	if !from.IsZero() {
		if err := tx.unlist(bucketQueue, queueKey(calendar, id, from)); err != nil {
			return err
		}
	}
	if to.IsZero() {
		return nil
	}
	return tx.list(bucketQueue, queueKey(calendar, id, to))
}
