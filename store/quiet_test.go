package store

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/store/entries"
)

// watchedEngine counts how often it is read.
type watchedEngine struct {
	entries.Engine

	views atomic.Int32
}

func (e *watchedEngine) View(fn func(entries.Reader) error) error {
	e.views.Add(1)
	return e.Engine.View(fn)
}

// TestQuiet: a pass in which nothing changes reads a file once, and after a change what is there then.
func TestQuiet(t *testing.T) {
	s := openTemp(t)
	e := &watchedEngine{Engine: s.engine}
	s.engine = e
	pass := func(name, cursor string, next time.Time) (views int32) {
		t.Helper()
		before := e.views.Load()
		st := must[CalendarState](t)(s.Calendar(name))
		due := must[[]string](t)(s.Due(name, t0, 0))
		at := must[time.Time](t)(s.NextDue(name))
		if st.Cursor != cursor || len(due) > 0 || !at.Equal(next) {
			t.Errorf("%s: cursor %.20q, due %v, next %s; want %.20q and %s", name, st.Cursor, due, at, cursor, next)
		}
		return e.views.Load() - before
	}
	read := func(want int32, name, cursor string, next time.Time) {
		t.Helper()
		if got := pass(name, cursor, next); got != want {
			t.Errorf("%s is read %d times, not %d", name, got, want)
		}
	}
	later, long := t0.Add(time.Hour), strings.Repeat("x", quietCursor+1)
	read(1, "team", "", time.Time{})
	read(0, "team", "", time.Time{})
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutCalendar("team", CalendarState{Cursor: "a"}), tx.SetDue("team", "e", later))
	})
	read(1, "team", "a", later)
	read(0, "team", "a", later)
	update(t, s, func(tx *Tx) error { return tx.PutCalendar("other", CalendarState{Cursor: "b"}) })
	read(0, "team", "a", later)
	update(t, s, func(tx *Tx) error { return tx.ClearDue("team", "e") })
	read(1, "team", "a", time.Time{})
	update(t, s, func(tx *Tx) error { return tx.PutCalendar("team", CalendarState{Cursor: long}) })
	read(1, "team", long, time.Time{})
	read(1, "team", long, time.Time{}) // a long one is not kept
	for i := range 2 * quietOfFile {
		pass(fmt.Sprint("calendar", i), "", time.Time{})
	}
	if n := len(s.calm.of); n > quietOfFile {
		t.Errorf("%d calendars are remembered", n)
	}
	if err := s.Reset(); err != nil {
		t.Fatal(err)
	}
	read(1, "team", "", time.Time{})
}
