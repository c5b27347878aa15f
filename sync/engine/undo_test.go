package engine_test

import (
	"errors"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
)

// TestUndo: an event that comes back within some days has the link that people have.
func TestUndo(t *testing.T) {
	for _, c := range []struct {
		name   string
		away   time.Duration
		fail   func(w *watch) func(call, phase string) error
		same   bool
		create int
	}{
		{name: "the next day", away: 24 * time.Hour, same: true, create: 1},
		{name: "after six days", away: 6 * 24 * time.Hour, same: true, create: 1},
		{name: "too late", away: 8 * 24 * time.Hour, create: 2},
		{name: "not allowed", away: 24 * time.Hour, create: 2, fail: func(*watch) func(string, string) error {
			return func(call, phase string) error {
				if call == "recover" && phase == "before" {
					return meeting.ErrDenied
				}
				return nil
			}
		}},
		{name: "never sent", away: 24 * time.Hour, same: true, create: 1,
			fail: once("recover", "before", meeting.ErrNotSent)},
		{name: "not now", away: 24 * time.Hour, same: true, create: 1, fail: func(w *watch) func(string, string) error {
			return once("recover", "before", &meeting.Throttled{Until: w.now.Add(time.Minute),
				Err: errors.New("slowly")})(w)
		}},
		{name: "the answer is lost", away: 24 * time.Hour, same: true, create: 1,
			fail: once("recover", "after", errors.New("connection reset"))},
		{name: "nobody knows", away: 24 * time.Hour, same: true, create: 1,
			fail: once("recover", "before", errors.New("connection reset"))},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWatch(t)
			id := w.put("Talk #zoom", 20*24*time.Hour)
			w.pass()
			first := w.event(id).Link.JoinURL
			w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk" })
			w.pass()
			w.until(w.now.Add(time.Hour))
			if len(w.zoom.Meetings()) != 0 {
				t.Fatal("the meeting was not cancelled")
			}
			w.until(w.now.Add(c.away))
			if c.fail != nil {
				w.zoom.Hook = c.fail(w)
			}
			w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk again #zoom" })
			w.pass()
			w.until(w.now.Add(2 * time.Hour))
			all := w.zoom.Meetings()
			if now := w.event(id).Link.JoinURL; len(all) != 1 || now != all[0].JoinURL || (now == first) != c.same ||
				w.zoom.Creates() != c.create || all[0].Spec.Topic != "Talk again" {
				t.Errorf("%+v; the event shows %q, before %q; %d were made", all, now, first, w.zoom.Creates())
			}
		})
	}
}

// once is a hook that fails one call.
func once(call, phase string, err error) func(*watch) func(string, string) error {
	return func(*watch) func(string, string) error {
		done := false
		return func(c, p string) error {
			if done || c != call || p != phase {
				return nil
			}
			done = true
			return err
		}
	}
}

// TestUndoOfADeletion: an event that its calendar brings back as it was, block and mark included.
func TestUndoOfADeletion(t *testing.T) {
	w := newWatch(t)
	w.put("Something else", 24*time.Hour) // or the calendar would be suddenly empty
	id := w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	first := w.event(id).Link.JoinURL
	w.cal.Delete(id)
	w.pass()
	w.until(w.now.Add(time.Hour))
	if len(w.zoom.Meetings()) != 0 {
		t.Fatal("the meeting was not cancelled")
	}
	w.cal.Restore(id)
	w.pass()
	w.until(w.now.Add(time.Hour))
	if all := w.zoom.Meetings(); len(all) != 1 || all[0].JoinURL != first || w.event(id).Link.JoinURL != first ||
		w.zoom.Creates() != 1 {
		t.Errorf("%+v; the event shows %q, before %q", all, w.event(id).Link.JoinURL, first)
	}
}
