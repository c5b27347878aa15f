package store

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBudget(t *testing.T) {
	s := openTemp(t)
	for range 3 {
		update(t, s, func(tx *Tx) error {
			return errors.Join(spend(tx, "alice@example.com", "2026-11-24"), spend(tx, "bob@example.com", "2026-11-24"),
				spend(tx, "bob@example.com", "2026-11-24"), spend(tx, "alice@example.com", "2026-11-25"))
		})
	}
	same(t, must[int](t)(s.BudgetUsed("bob@example.com", "2026-11-24")), 6)
	same(t, must[int](t)(s.BudgetUsed("bob@example.com", "2026-11-25")), 0)
	same(t, must[map[Host]int](t)(s.Budgets("2026-11-24")),
		map[Host]int{"alice@example.com": 3, "bob@example.com": 6})
}

func TestJournal(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error {
		for i := range 5 {
			e := Entry{At: t0.Add(time.Duration(i/2) * time.Minute), Calendar: "alice", EventID: fmt.Sprint("ev", i),
				Step:  "create",
				Title: fmt.Sprintf("Review %d of the budget", i), UID: fmt.Sprintf("U%d@x", i)}
			if i == 4 {
				e.Calendar = "bob"
			}
			if err := tx.Journal(e); err != nil {
				return err
			}
		}
		return nil
	})
	update(t, s, func(tx *Tx) error { return tx.Journal(Entry{Calendar: "alice", EventID: "now"}) })
	for _, test := range []struct {
		filter JournalFilter
		want   string
	}{
		{JournalFilter{}, "ev0 ev1 now ev2 ev3 ev4"},
		{JournalFilter{Limit: 2}, "ev3 ev4"},
		{JournalFilter{Calendar: "alice", Limit: 2}, "ev2 ev3"},
		{JournalFilter{EventID: "EV3"}, "ev3"},
		{JournalFilter{EventID: "u1@X"}, "ev1"},
		{JournalFilter{EventID: "of the BUDGET", Calendar: "bob"}, "ev4"},
		{JournalFilter{EventID: "nobody"}, ""},
		{JournalFilter{Since: t0.Add(time.Minute)}, "ev2 ev3 ev4"},
	} {
		var ids []string
		for _, e := range must[[]Entry](t)(s.Journal(test.filter)) {
			ids = append(ids, e.EventID)
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestPrune(t *testing.T) {
	s := openTemp(t)
	old, recent, open := example("alice", "old"), example("alice", "recent"), example("alice", "open")
	changed := example("alice", "changed") // and not looked at yet
	old.ClosedAt, recent.ClosedAt, changed.ClosedAt = t0.Add(-48*time.Hour), t0, t0.Add(-48*time.Hour)
	old.Due = time.Time{}
	update(t, s, func(tx *Tx) error {
		return errors.Join(put(tx, old), put(tx, recent), put(tx, open), put(tx, changed),
			tx.Journal(Entry{At: t0.Add(-48 * time.Hour)}), tx.Journal(Entry{At: t0}),
			spend(tx, "a", "2026-11-22"), spend(tx, "a", "2026-11-23"), spend(tx, "a", "2026-11-24"),
			tx.PutRest("over", Rest{Begun: t0.Add(-72 * time.Hour), Until: t0.Add(-48 * time.Hour)}),
			tx.PutRest("lasts", Rest{Begun: t0.Add(-72 * time.Hour), Until: t0.Add(time.Hour)}),
			tx.PutRest("forgiven", Rest{Begun: t0, Refused: true, Tries: 5})) // how often it was refused still counts
	})
	update(t, s, func(tx *Tx) error {
		n, err := tx.Prune(t0.Add(-24 * time.Hour))
		if n != 4 {
			t.Errorf("pruned %d, want 4", n)
		}
		return err
	})
	var left []string
	for _, r := range must[[]*Record](t)(s.Records("alice")) {
		left = append(left, r.EventID)
	}
	same(t, left, []string{"changed", "open", "recent"})
	same(t, len(must[[]Entry](t)(s.Journal(JournalFilter{}))), 1)
	same(t, must[int](t)(s.BudgetUsed("a", "2026-11-22")), 0)
	same(t, slices.Sorted(maps.Keys(must[map[string]Rest](t)(s.Rests()))), []string{"forgiven", "lasts"})
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestReset(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error {
		return errors.Join(put(tx, example("alice", "1")), tx.PutCalendar("alice", CalendarState{Cursor: "c"}))
	})
	if err := s.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if names := must[[]string](t)(s.Calendars()); len(names) != 0 {
		t.Errorf("still there: %q", names)
	}
}

// TestJournaled: whoever counts is told of what is saved, and of nothing else.
func TestJournaled(t *testing.T) {
	var told []string
	s := must[*Store](t)(Open(filepath.Join(t.TempDir(), "state.db"), Options{NoSync: true,
		Journaled: func(e Entry) { told = append(told, e.Step) }}))
	t.Cleanup(func() { s.Close() })
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.Journal(Entry{Step: "create"}), tx.Journal(Entry{Step: "link"}))
	})
	if err := s.Update(func(tx *Tx) error {
		return errors.Join(tx.Journal(Entry{Step: "cancel"}), errors.New("it does not come to that"))
	}); err == nil {
		t.Error("it was saved")
	}
	same(t, told, []string{"create", "link"})
}
