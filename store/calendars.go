package store

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	bolt "go.etcd.io/bbolt"
)

// keyCursor is the only key in the bucket of a calendar below cursors.
const keyCursor = "cursor"

// Calendar returns what is kept of a calendar; zero if nothing is.
func (s *Store) Calendar(name string) (st CalendarState, err error) {
	err = s.view(func(tx *Tx) error {
		st, err = tx.Calendar(name)
		return err
	})
	return st, err
}

// States returns what is kept of calendars, but for their cursors, in their order: of many thousands in a fraction of
// the time that asking for one after the other takes.
func (s *Store) States(names []string) ([]CalendarState, error) {
	states := make([]CalendarState, len(names))
	err := s.view(func(tx *Tx) error {
		return tx.reading(func() (err error) {
			for i, name := range names {
				if states[i], err = tx.state(name); err != nil {
					return err
				}
			}
			return nil
		})
	})
	return states, err
}

// state is what is kept of a calendar, without its cursor.
func (tx *Tx) state(name string) (st CalendarState, err error) {
	value, err := tx.get(bucketCalendars, []byte(name))
	if err != nil || value == nil {
		return st, err
	}
	if err := json.Unmarshal(value, &st); err != nil {
		return st, tx.s.damage(fmt.Errorf("the state of calendar %s: %w", name, err))
	}
	return st, nil
}

// Calendar returns what is kept of a calendar; zero if nothing is.
func (tx *Tx) Calendar(name string) (st CalendarState, err error) {
	err = tx.reading(func() error {
		if st, err = tx.state(name); err != nil {
			return err
		}
		cursor, err := tx.cursor(name)
		st.Cursor = string(cursor)
		return err
	})
	if err != nil {
		return CalendarState{}, err
	}
	return st, nil
}

func (tx *Tx) cursor(name string) ([]byte, error) {
	all, err := tx.bucket(bucketCursors)
	if err != nil {
		return nil, err
	}
	b := all.Bucket([]byte(name))
	if b == nil {
		return nil, nil
	}
	return tx.getIn(b, cursorPath(name), []byte(keyCursor))
}

func cursorPath(name string) string { return joinPath(bucketCursors, []byte(name)) }

// PutCalendar saves what is kept of a calendar. State and cursor are written only where they differ.
func (tx *Tx) PutCalendar(name string, st CalendarState) error {
	return tx.writing(func() error {
		if err := checkNames(name, ""); err != nil {
			return err
		}
		body, err := json.Marshal(st)
		if err != nil {
			return fmt.Errorf("store: save calendar %s: %w", name, err)
		}
		if before, err := tx.get(bucketCalendars, []byte(name)); err != nil {
			return err
		} else if before == nil {
			tx.born = append(tx.born, name)
		}
		if err := tx.put(bucketCalendars, []byte(name), body); err != nil {
			return err
		}
		return tx.putCursor(name, st.Cursor)
	})
}

func (tx *Tx) putCursor(name, cursor string) error {
	all, err := tx.bucket(bucketCursors)
	if err != nil {
		return err
	}
	b := all.Bucket([]byte(name))
	switch {
	case b == nil && cursor == "":
		return nil
	case cursor == "":
		return tx.removeIn(b, []byte(keyCursor))
	case b == nil:
		if b, err = tx.createBucket(all, name); err != nil {
			return err
		}
	}
	return tx.putIn(b, cursorPath(name), []byte(keyCursor), []byte(cursor))
}

func (tx *Tx) createBucket(in *bolt.Bucket, name string) (*bolt.Bucket, error) {
	if err := tx.touch(); err != nil {
		return nil, err
	}
	tx.noteChange(in, []byte(name), nil, true)
	return in.CreateBucket([]byte(name))
}

// Calendars returns the names of all calendars that something is kept of, sorted.
func (s *Store) Calendars() (names []string, err error) {
	err = s.view(func(tx *Tx) error {
		err := tx.scan(bucketCalendars, nil, func(key, _ []byte) (bool, error) {
			names = append(names, string(key))
			return true, nil
		})
		if err != nil {
			return err
		}
		return tx.eachIn(bucketRecords, func(name string) { names = append(names, name) })
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

// eachIn calls fn for each calendar of which a bucket has something, in order.
func (tx *Tx) eachIn(bucket string, fn func(name string)) error {
	b, err := tx.bucket(bucket)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for key, _ := c.First(); key != nil; {
		name, _, _ := bytes.Cut(key, []byte{0})
		fn(string(name))
		key, _ = c.Seek(append(bytes.Clone(name), 1)) // past the last key of this calendar
	}
	return nil
}

// Holding returns the calendars of which there are records, and those of which there are problems: of most others in an
// organisation there is neither, and nobody need look.
func (s *Store) Holding() (records, problems map[string]bool, err error) {
	records, problems = map[string]bool{}, map[string]bool{}
	err = s.view(func(tx *Tx) error {
		return tx.reading(func() error {
			if err := tx.eachIn(bucketRecords, func(name string) { records[name] = true }); err != nil {
				return err
			}
			return tx.eachIn(bucketProblems, func(name string) { problems[name] = true })
		})
	})
	return records, problems, err
}

// CalendarsSince is Calendars for those who ask again and again: with what an earlier answer gave as next, it returns
// the calendars of which nothing was kept by then, and with 0 all of them.
func (s *Store) CalendarsSince(last int) (names []string, next int, err error) {
	s.born.Lock()
	next = len(s.born.names) + 1 // what is born while all are listed is listed again
	if last > 0 {
		names = slices.Clone(s.born.names[min(last-1, len(s.born.names)):])
	}
	s.born.Unlock()
	if last == 0 {
		names, err = s.Calendars()
	}
	return names, next, err
}

// births are the calendars of which something is kept since this process has the store, in the order in which that
// began.
type births struct {
	sync.Mutex
	names []string
}

// note takes down the calendars of a transaction that was saved.
func (b *births) note(names []string) {
	b.Lock()
	defer b.Unlock()
	b.names = append(b.names, names...)
}

// Problems returns the items of a calendar that could not be understood, by id.
func (s *Store) Problems(calendar string) (list []Problem, err error) {
	err = s.view(func(tx *Tx) error {
		list, err = tx.Problems(calendar)
		return err
	})
	return list, err
}

// Problems returns the items of a calendar that could not be understood, by id.
func (tx *Tx) Problems(calendar string) (list []Problem, err error) {
	err = tx.reading(func() error {
		return tx.scan(bucketProblems, prefixKey(calendar), func(key, value []byte) (bool, error) {
			var p Problem
			if err := json.Unmarshal(value, &p); err != nil {
				return false, tx.s.damage(fmt.Errorf("a problem of calendar %s: %w", calendar, err))
			}
			_, p.ID = splitPair(key)
			list = append(list, p)
			return true, nil
		})
	})
	return list, err
}

// PutProblem saves that an item cannot be understood.
func (tx *Tx) PutProblem(calendar string, p Problem) error {
	return tx.writing(func() error {
		if err := checkNames(calendar, p.ID); err != nil {
			return err
		}
		body, err := json.Marshal(p)
		if err != nil {
			return fmt.Errorf("store: save the problem of %.80q in %s: %w", p.ID, calendar, err)
		}
		return tx.put(bucketProblems, pairKey(calendar, p.ID), body)
	})
}

// DeleteProblem saves that an item is understood now, or gone.
func (tx *Tx) DeleteProblem(calendar, id string) error {
	return tx.writing(func() error { return tx.remove(bucketProblems, pairKey(calendar, id)) })
}
