package store

import (
	"bytes"
	"hash/maphash"
	"sync"
	"time"

	"zoomtag/store/entries"
)

// A pass in which nothing has changed reads the state of its calendar, and twice when something is due in it. In a
// database each question is a journey. So a worker remembers both of the calendars that are its own, and forgets them
// when something of them changes: with each commit of its own, and when others have changed it, of which it hears
// within a second. What is older than that does no harm: whatever is saved is judged by what is there then. From a
// file, which nobody else writes, it is remembered for as long as a pass takes, of as many as are looked at at the same
// time.
//
// Of a calendar that answers with all of its items each time, a pass compares them with what is remembered of each. So
// a worker also remembers that it has done so and has found nothing to do, and what was listed then (Settle).

// quietBuckets hold what a quiet pass reads, or is about.
var quietBuckets = []string{bucketCalendars, bucketCursors, bucketQueue, bucketRecords, bucketProblems}

// quietCursor is the longest cursor that is remembered, in bytes. Some list all events of a calendar: of those it is
// remembered what they hash to, and they are read by themselves.
const quietCursor = 4 << 10

// quietOfFile is of how many calendars a file's store remembers it: what is in the file need not be in memory as well.
const quietOfFile = 128

// calm is what is remembered of calendars.
type calm struct {
	mu sync.Mutex // guards all below
	of map[string]calmState
	// turns are how often something of a calendar was forgotten, and turn is how often all of it, and any of a file's:
	// what was read before is not remembered.
	turns map[string]uint64
	turn  uint64
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

// newCalm is that of a file, or of a shared store.
func newCalm(shared bool) calm {
	if !shared {
		return calm{of: map[string]calmState{}}
	}
	return calm{of: map[string]calmState{}, turns: map[string]uint64{}, settled: map[string]uint64{}}
}

// turnOf is another one after something of a calendar was forgotten. c.mu is held.
func (c *calm) turnOf(name string) uint64 { return c.turn + c.turns[name] }

// clear drops everything.
func (c *calm) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
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
		if c.turns == nil {
			c.turn++
		} else {
			c.turns[name]++
		}
	}
}

// quiet is what a quiet pass reads of a calendar, perhaps without its cursor. ok is false where that cannot be
// remembered, and has to be asked.
func (s *Store) quiet(name string) (q calmState, ok bool, err error) {
	if !s.calms() || !s.Owns(name) {
		return q, false, nil
	}
	s.calm.mu.Lock()
	q, ok = s.calm.of[name]
	turn := s.calm.turnOf(name)
	s.calm.mu.Unlock()
	if ok {
		return q, true, nil
	}
	return s.readQuiet(name, turn)
}

// calms reports whether the store hears of whatever changes: of a file that tests share it does not.
func (s *Store) calms() bool { return s.shared != nil || s.place == nil }

// longCursor is a cursor that is not remembered.
func (s *Store) longCursor(name string) (cursor []byte, err error) {
	if s.shared != nil {
		return s.shared.Value(bucketCursors, []byte(name))
	}
	err = s.view(func(tx *Tx) error {
		kept, err := tx.cursor(name)
		cursor = bytes.Clone(kept)
		return err
	})
	return cursor, err
}

// readQuiet asks for it, and remembers it unless it was forgotten since a turn.
func (s *Store) readQuiet(name string, turn uint64) (q calmState, ok bool, err error) {
	err = s.view(func(tx *Tx) error {
		if s.shared != nil {
			if err := tx.in.Ahead([]entries.Key{{Bucket: bucketCalendars, Key: []byte(name)},
				{Bucket: bucketCursors, Key: []byte(name)}}); err != nil {
				return err
			}
		}
		var err error
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
	if s.calm.turnOf(name) != turn || !s.Owns(name) {
		return q, true, nil
	}
	if s.shared == nil && len(s.calm.of) >= quietOfFile {
		clear(s.calm.of)
	}
	s.calm.of[name] = q.short()
	return q, true, nil
}

// quietState is what is kept of a calendar. ok is false where that cannot be remembered, and has to be asked.
func (s *Store) quietState(name string) (st CalendarState, ok bool, err error) {
	q, ok, err := s.quiet(name)
	if err != nil || !ok || !q.cut {
		return q.state, ok, err
	}
	cursor, err := s.longCursor(name)
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
	return s.calm.turnOf(name), true
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
	if s.calm.turnOf(name) == turn && s.calm.settled != nil {
		s.calm.settled[name] = listed
	}
}

// forget drops what is remembered of the calendars that requests have written to.
func (s *Store) forget(list []*request) {
	for _, r := range list {
		s.calm.forget(r.touched)
	}
}
