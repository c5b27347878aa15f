package store

import (
	"reflect"
	"testing"
	"time"
)

// TestStates: what is kept of many calendars at once is what is kept of each, and of whom there are records or problems
// is known.
func TestStates(t *testing.T) {
	s := openTemp(t)
	now := time.Date(2026, 11, 30, 10, 0, 0, 0, time.UTC)
	names := []string{"b", "a", "nobody", "ab", "a b"}
	update(t, s, func(tx *Tx) error {
		for _, name := range []string{"a", "ab", "b", "a b"} {
			state := CalendarState{Cursor: "at " + name, Source: "of " + name, LastSuccess: now}
			if err := tx.PutCalendar(name, state); err != nil {
				return err
			}
		}
		for _, name := range []string{"a", "b", "b"} {
			if err := tx.PutProblem(name, Problem{ID: "x", Reason: "odd"}); err != nil {
				return err
			}
		}
		return tx.PutRecord(&Record{Calendar: "ab", EventID: "e", UID: "e", Mark: "zt-AAAAAAAA-BBBBBBBB-1"})
	})
	states := must[[]CalendarState](t)(s.States(names))
	for i, name := range names {
		want := must[CalendarState](t)(s.Calendar(name))
		want.Cursor = ""
		if !reflect.DeepEqual(states[i], want) {
			t.Errorf("%s: %+v, want %+v", name, states[i], want)
		}
	}
	records, problems, err := s.Holding()
	if err != nil || !reflect.DeepEqual(records, map[string]bool{"ab": true}) ||
		!reflect.DeepEqual(problems, map[string]bool{"a": true, "b": true}) {
		t.Errorf("records of %v, problems of %v, %v", records, problems, err)
	}
}
