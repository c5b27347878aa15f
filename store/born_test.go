package store

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
)

// TestCalendarsSince: who asks again hears of the calendars that have come since, when they are saved, and of no
// others.
func TestCalendarsSince(t *testing.T) {
	s, err := Open(filepath.Join(t.TempDir(), "state.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	put := func(name string, fault error) {
		t.Helper()
		err := s.Update(func(tx *Tx) error {
			if err := tx.PutCalendar(name, CalendarState{Provider: "ics"}); err != nil {
				return err
			}
			return fault
		})
		if !errors.Is(err, fault) {
			t.Fatal(err)
		}
	}
	last := 0
	want := func(names ...string) {
		t.Helper()
		got, next, err := s.CalendarsSince(last)
		if last = next; err != nil || !slices.Equal(got, names) {
			t.Errorf("%v, %v, not %v", got, err, names)
		}
	}
	put("a", nil)
	put("b", nil)
	want("a", "b")
	want()
	put("a", nil)
	put("c", errors.New("no"))
	want()
	put("d", nil)
	want("d")
	if err := s.Update(func(tx *Tx) error { return tx.forgetCalendar("d") }); err != nil {
		t.Fatal(err)
	}
	want()
	put("d", nil)
	want("d")
}
