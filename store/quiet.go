package store

import (
	"hash/maphash"
	"sync"
	"time"

	"zoomtag/store/entries"
)

// A pass in which nothing has changed reads the state of its calendar and when something is due in it. In a file that
// costs nothing; in a database each question is a journey. So a worker remembers both of the calendars that are its
// own, and forgets them when something of them changes: with each commit of its own, and when others have changed it,
// of which it hears within a second. What is older than that does no harm: whatever is saved is judged by what is there
// then.
//
// Of a calendar that answers with all of its items each time, a pass compares them with what is remembered of each. So
// a worker also remembers that it has done so and has found nothing to do, and what was listed then (Settle).

// quietBuckets hold what a quiet pass reads, or is about.
var quietBuckets = []string{bucketCalendars, bucketCursors, bucketQueue, bucketRecords, bucketProblems}

// quietCursor is the longest cursor that is remembered, in bytes. Some list all events of a calendar: of those it is
// remembered what they hash to, and they are read by themselves.
const quietCursor = 4 << 10

// calm is what is remembered of calendars.
type calm struct {
	mu    sync.Mutex // guards all below
	of    map[string]calmState
	turns map[string]uint64 // how often something of a calendar was forgotten: what was read before is not remembered
	// settled is what was listed of calendars when there was nothing to do with it.
	settled map[string]uint64
}

// calmState is what a quiet pass reads.
type calmState struct {
	state CalendarState
	next  time.Time // when something is due; zero: nothing is
	cut   bool      // the cursor is left out
	sum   uint64    // of the cursor, where it is left out
}

// cursorSeed is what cursors are hashed with.
var cursorSeed = maphash.MakeSeed()

// short is q as it is remembered.
func (q calmState) short() calmState {
	if len(q.state.Cursor) > quietCursor {
		q.cut, q.sum = true, maphash.String(cursorSeed, q.state.Cursor)
		q.state.Cursor = ""
	}
	return q
}

func newCalm() calm {
	return calm{of: map[string]calmState{}, turns: map[string]uint64{}, settled: map[string]uint64{}}
}

// clear drops everything.
func (c *calm) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name := range c.of {
		c.turns[name]++
	}
	clear(c.of)
	clear(c.settled)
}

// forget drops what is remembered of calendars.
func (c *calm) forget(names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, name := range names {
		delete(c.of, name)
		delete(c.settled, name)
		c.turns[name]++
	}
}

// quiet is what a quiet pass reads of a calendar, perhaps without its cursor. ok is false where that cannot be
// remembered, and has to be asked.
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
	if s.calm.turns[name] == turn && s.Owns(name) {
		s.calm.of[name] = q.short()
	}
	return q, true, nil
}

// quietState is what is kept of a calendar. ok is false where that cannot be remembered, and has to be asked.
func (s *Store) quietState(name string) (st CalendarState, ok bool, err error) {
	q, ok, err := s.quiet(name)
	if err != nil || !ok || !q.cut {
		return q.state, ok, err
	}
	cursor, err := s.shared.Value(bucketCursors, []byte(name))
	if err != nil {
		return st, false, err
	}
	if maphash.Bytes(cursorSeed, cursor) != q.sum {
		s.calm.forget([]string{name})
		return st, false, nil
	}
	q.state.Cursor = string(cursor)
	return q.state, true, nil
}

// Turn counts the changes of what is kept of a calendar, as far as this worker hears of them; ok is false where Settle
// is of no use: asking is no journey, or it is another worker's.
func (s *Store) Turn(name string) (turn uint64, ok bool) {
	if s.shared == nil || !s.Owns(name) {
		return 0, false
	}
	s.calm.mu.Lock()
	defer s.calm.mu.Unlock()
	return s.calm.turns[name], true
}

// Settled reports whether nothing has changed of what is kept of a calendar since there was nothing to do with what it
// lists, which is told from other lists by a hash.
func (s *Store) Settled(name string, listed uint64) bool {
	if s.shared == nil || !s.Owns(name) {
		return false
	}
	s.calm.mu.Lock()
	defer s.calm.mu.Unlock()
	sum, ok := s.calm.settled[name]
	return ok && sum == listed
}

// Settle remembers that there is nothing to do with what a calendar lists. turn is what Turn has returned before what
// is kept of the calendar was read.
func (s *Store) Settle(name string, listed, turn uint64) {
	s.calm.mu.Lock()
	defer s.calm.mu.Unlock()
	if s.calm.turns[name] == turn && s.calm.settled != nil {
		s.calm.settled[name] = listed
	}
}

// forget drops what is remembered of the calendars that requests have written to.
func (s *Store) forget(list []*request) {
	for _, r := range list {
		s.calm.forget(r.touched)
	}
}
