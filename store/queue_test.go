package store

import (
	"errors"
	"slices"
	"testing"
	"time"
)

func TestQueue(t *testing.T) {
	s := openTemp(t)
	at := func(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }
	due := func(minutes, limit int) []string {
		return must[[]string](t)(s.Due("alice", at(minutes), limit))
	}
	r := example("alice", "known")
	r.Due = at(30)
	update(t, s, func(tx *Tx) error {
		return errors.Join(put(tx, r), tx.SetDue("alice", "new", at(10)), tx.SetDue("alice", "newer", at(20)),
			tx.SetDue("alicex", "foreign", at(1)),
			tx.SetDue("alice", "old", time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)))
	})
	same(t, due(20, 0), []string{"old", "new", "newer"})
	same(t, due(20, 2), []string{"old", "new"})
	same(t, due(60, 0), []string{"old", "new", "newer", "known"})

	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.SetDue("alice", "known", at(5)), tx.ClearDue("alice", "old"),
			tx.SetDue("alice", "newer", at(7)))
	})
	same(t, due(60, 0), []string{"known", "newer", "new"})
	same(t, must[time.Time](t)(s.NextDue("alice")), at(5))
	same(t, must[*Record](t)(s.Record("alice", "known")).Due, at(5))

	// An id gets its record, and with it the record's time.
	settled := example("alice", "new")
	settled.Due = time.Time{}
	update(t, s, func(tx *Tx) error {
		return errors.Join(put(tx, settled), tx.DeleteRecord("alice", "known"), tx.DeleteRecord("alice", "newer"))
	})
	same(t, len(due(60, 0)), 0)
	if next := must[time.Time](t)(s.NextDue("alice")); !next.IsZero() {
		t.Errorf("next due at %v", next)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestTimesSort(t *testing.T) {
	times := []time.Time{{}, time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Unix(-1, 999), time.Unix(0, 0),
		time.Unix(0, 1), t0,
		time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC)}
	var keys []string
	for _, at := range times {
		b := appendTime(nil, at)
		if got := readTime(b); !got.Equal(at) {
			t.Errorf("%v came back as %v", at, got)
		}
		keys = append(keys, string(b))
	}
	if !slices.IsSorted(keys) {
		t.Errorf("keys are not in the order of the times: %x", keys)
	}
}
