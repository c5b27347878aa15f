package store

import (
	"sync"
	"time"

	"zoomtag/store/entries"
)

// A pass in which nothing has changed reads the state of its calendar and when something is due in it. In a file that
// costs nothing; in a database each question is a journey. So a worker remembers both of the calendars that are its
// own, and forgets them when something of them changes: with each commit of its own, and when others have changed it,
// of which it hears within a second. What is older than that does no harm: whatever is saved is judged by what is there
// then.

// quietCursor is the longest cursor that is remembered, in bytes. Some list all events of a calendar.
const quietCursor = 4 << 10

// calm is what is remembered of calendars.
type calm struct {
	mu    sync.Mutex // guards all below
	of    map[string]calmState
	turns map[string]uint64 // how often something of a calendar was forgotten: what was read before is not remembered
}

// calmState is what a quiet pass reads.
type calmState struct {
	state CalendarState
	next  time.Time // when something is due; zero: nothing is
}

func newCalm() calm { return calm{of: map[string]calmState{}, turns: map[string]uint64{}} }

// clear drops everything.
func (c *calm) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.of {
		c.turns[name]++
	}
	clear(c.of)
}

// forget drops what is remembered of calendars.
func (c *calm) forget(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		delete(c.of, name)
		c.turns[name]++
	}
}

// quiet is what a quiet pass reads of a calendar. ok is false where that is not remembered, and has to be asked.
func (s *Store) quiet(name string) (q calmState, ok bool, err error) {
	if s.shared == nil || !s.Owns(name) {
		return q, false, nil
	}
	s.calm.mu.Lock()
	q, ok = s.calm.of[name]
	turn := s.calm.turns[name]
	s.calm.mu.Unlock()
	if ok {
		return q, true, nil
	}
	return s.readQuiet(name, turn)
}

// readQuiet asks for it, and remembers it unless it was forgotten since a turn.
func (s *Store) readQuiet(name string, turn uint64) (q calmState, ok bool, err error) {
	err = s.view(func(tx *Tx) error {
		err := tx.in.Ahead([]entries.Key{{Bucket: bucketCalendars, Key: []byte(name)},
			{Bucket: bucketCursors, Key: []byte(name)}})
		if err != nil {
			return err
		}
		if q.state, err = tx.Calendar(name); err != nil {
			return err
		}
		return tx.queued(name, func(due time.Time, _ string) bool {
			q.next = due
			return false
		})
	})
	if err != nil {
		return q, false, err
	}
	s.calm.mu.Lock()
	defer s.calm.mu.Unlock()
	if len(q.state.Cursor) <= quietCursor && s.calm.turns[name] == turn && s.Owns(name) {
		s.calm.of[name] = q
	}
	return q, true, nil
}

// forget drops what is remembered of the calendars that requests have written to.
func (s *Store) forget(list []*request) {
	for _, r := range list {
		s.calm.forget(r.touched)
	}
}
