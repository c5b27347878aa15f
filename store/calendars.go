package store

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"zoomtag/store/entries"
)

// Calendar returns what is kept of a calendar; zero if nothing is.
func (s *Store) Calendar(name string) (st CalendarState, err error) {
	if st, ok, err := s.quietState(name); ok || err != nil {
		return st, err
	}
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
			keys := make([]entries.Key, len(names))
			for i, name := range names {
				keys[i] = entries.Key{Bucket: bucketCalendars, Key: []byte(name)}
			}
			if err := tx.in.Ahead(keys); err != nil {
				return err
			}
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

func (tx *Tx) cursor(name string) ([]byte, error) { return tx.get(bucketCursors, []byte(name)) }

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
	if cursor == "" {
		return tx.remove(bucketCursors, []byte(name))
	}
	return tx.put(bucketCursors, []byte(name), []byte(cursor))
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
		return tx.in.Names(bucketRecords, func(name string) { names = append(names, name) })
	})
	slices.Sort(names)
	return slices.Compact(names), err
}

// Holding returns the calendars of which there are records, and those of which there are problems: of most others in an
// organisation there is neither, and nobody need look.
func (s *Store) Holding() (records, problems map[string]bool, err error) {
	records, problems = map[string]bool{}, map[string]bool{}
	err = s.view(func(tx *Tx) error {
		return tx.reading(func() error {
			if err := tx.in.Names(bucketRecords, func(name string) { records[name] = true }); err != nil {
				return err
			}
			return tx.in.Names(bucketProblems, func(name string) { problems[name] = true })
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
	sync.Mutex // guards names
	names      []string
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
