package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestVersions: what is read in one transaction and saved in another is not saved over what somebody else has saved
// meanwhile.
func TestVersions(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error { return tx.PutRecord(example("alice", "1")) })
	mine, theirs := must[*Record](t)(s.Record("alice", "1")), must[*Record](t)(s.Record("alice", "1"))
	theirs.Reason = "theirs"
	update(t, s, func(tx *Tx) error { return tx.PutRecord(theirs) })
	mine.Reason = "mine"
	changed := func(what string, fn func(tx *Tx) error) {
		t.Helper()
		if err := s.Update(fn); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v", what, err)
		}
	}
	changed("over a newer one", func(tx *Tx) error { return tx.PutRecord(mine) })
	changed("anew where there is one", func(tx *Tx) error { return tx.PutRecord(example("alice", "1")) })
	changed("moved from what was", func(tx *Tx) error { return tx.MoveRecord(mine, "bob", "1") })
	// The rest of the transaction is saved.
	update(t, s, func(tx *Tx) error {
		if err := tx.PutRecord(mine); !errors.Is(err, ErrChanged) {
			t.Error(err)
		}
		return tx.PutRecord(example("alice", "2"))
	})
	theirs.Reason = "theirs again" // its version is that of what was saved last
	update(t, s, func(tx *Tx) error { return tx.PutRecord(theirs) })
	if now := must[*Record](t)(s.Record("alice", "1")); now.Reason != "theirs again" {
		t.Errorf("saved: %q", now.Reason)
	}
	// Being queued is a change, and being deleted as well.
	update(t, s, func(tx *Tx) error { return tx.SetDue("alice", "1", t0) })
	changed("after it was queued", func(tx *Tx) error { return tx.PutRecord(theirs) })
	theirs = must[*Record](t)(s.Record("alice", "1"))
	update(t, s, func(tx *Tx) error { return tx.DeleteRecord("alice", "1") })
	changed("after it was deleted", func(tx *Tx) error { return tx.PutRecord(theirs) })
}

// TestMoveRecord: a record comes into the place of a closed one, and of no open one.
func TestMoveRecord(t *testing.T) {
	s := openTemp(t)
	closed := example("bob", "closed")
	closed.ClosedAt = t0
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(example("alice", "1")), tx.PutRecord(example("alice", "2")),
			tx.PutRecord(closed), tx.PutRecord(example("bob", "open")))
	})
	update(t, s, func(tx *Tx) error {
		r, err := tx.Record("alice", "1")
		if err != nil {
			return err
		}
		if err := tx.MoveRecord(r, "bob", "open"); !errors.Is(err, ErrChanged) {
			t.Errorf("over an open one: %v", err)
		}
		return tx.MoveRecord(r, "bob", "closed")
	})
	if must[*Record](t)(s.Record("alice", "1")) != nil || must[*Record](t)(s.Record("bob", "closed")).Closed() {
		t.Error("it was not moved")
	}
	if r := must[*Record](t)(s.ByMark("zt1-1")); r == nil || r.Calendar != "bob" {
		t.Errorf("by its mark: %+v", r)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

// TestSpendLimit: of the calls of a day none is given away twice.
func TestSpendLimit(t *testing.T) {
	s := openTemp(t)
	given := 0
	for range 5 {
		update(t, s, func(tx *Tx) error {
			ok, err := tx.Spend("alice", "2026-11-24", 3)
			if ok {
				given++
			}
			return err
		})
	}
	same(t, given, 3)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.Refund("alice", "2026-11-24"), tx.Refund("alice", "2026-11-25"))
	})
	same(t, must[int](t)(s.BudgetUsed("alice", "2026-11-24")), 2)
	same(t, must[int](t)(s.BudgetUsed("alice", "2026-11-25")), 0)
}

// TestRenameCalendar: all that is kept under one name is kept under another, and nothing of the other is lost.
func TestRenameCalendar(t *testing.T) {
	s := openTemp(t)
	kept := example("new", "2")
	kept.Reason = "its own"
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(example("old", "1")), tx.PutRecord(example("old", "2")), tx.PutRecord(kept),
			tx.SetDue("old", "unread", t0), tx.PutTwin("u", Item{"old", "twin"}),
			tx.PutTwin("u", Item{"other", "twin"}),
			tx.PutProblem("old", Problem{ID: "bad", Reason: "cut"}),
			tx.PutCalendar("old", CalendarState{Cursor: "17", Source: "/s", Provider: "ics", LastSuccess: t0,
				LastError: "no"}))
	})
	update(t, s, func(tx *Tx) error {
		n, err := tx.RenameCalendar("old", "new")
		same(t, n, 1)
		return err
	})
	same(t, must[[]string](t)(s.Due("new", t0.Add(time.Second), 0)), []string{"1", "unread"})
	same(t, must[[]Item](t)(s.Twins("u")), []Item{{"new", "twin"}, {"other", "twin"}})
	same(t, must[CalendarState](t)(s.Calendar("new")), CalendarState{Source: "/s", Provider: "ics", LastSuccess: t0})
	same(t, must[*Record](t)(s.Record("new", "2")).Reason, "its own")
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

// TestSchema2 opens a file in which records held their twins, and those of other calendars were queued where nothing
// had such an id.
func TestSchema2(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	write(t, path, must[[]byte](t)(os.ReadFile("testdata/schema2.db")))
	s := openAt(t, path)
	same(t, must[[]Item](t)(s.Twins(example("alice", "1").UID)), []Item{{"alice", "copy"}, {"bob", "moved"}})
	same(t, must[[]string](t)(s.Due("alice", t0, 0)), []string{"new"})
	same(t, len(must[[]Problem](t)(s.Problems("alice"))), 0)
	if r := must[*Record](t)(s.Record("alice", "1")); r == nil || r.MeetingID == 0 || r.Version == 0 {
		t.Errorf("the record is %+v", r)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

// TestTwins: items are woken each in its own calendar, once.
// TestNoTwinOfItself: an item that has the record is left alone for nobody, whatever name its calendar gets.
func TestNoTwinOfItself(t *testing.T) {
	s := openTemp(t)
	r := example("old", "1")
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(r), tx.PutTwin(r.UID, Item{"new", "1"}), tx.PutTwin(r.UID, Item{"older", "1"}),
			tx.PutTwin(r.UID, Item{"older", "2"}))
	})
	update(t, s, func(tx *Tx) error {
		for _, from := range []string{"old", "older"} {
			if _, err := tx.RenameCalendar(from, "new"); err != nil {
				return err
			}
		}
		return nil
	})
	same(t, must[[]Item](t)(s.Twins(r.UID)), []Item{{"new", "2"}})
}

func TestTwins(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutTwin("u", Item{"alice", "1"}), tx.PutTwin("u", Item{"bob", "2"}),
			tx.PutTwin("v", Item{"bob", "3"}))
	})
	update(t, s, func(tx *Tx) error { return tx.WakeTwins("u", t0) })
	same(t, must[[]string](t)(s.Due("alice", t0, 0)), []string{"1"})
	same(t, must[[]string](t)(s.Due("bob", t0, 0)), []string{"2"})
	same(t, len(must[[]Item](t)(s.Twins("u"))), 0)
	same(t, must[[]Item](t)(s.Twins("v")), []Item{{"bob", "3"}})
}

// TestSchema3 opens a file that knew nothing of rests.
func TestSchema3(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	write(t, path, must[[]byte](t)(os.ReadFile("testdata/schema3.db")))
	s := openAt(t, path)
	same(t, must[[]Item](t)(s.Twins(example("alice", "1").UID)), []Item{{"bob", "2"}})
	same(t, len(must[map[string]Rest](t)(s.Rests())), 0)
	rest := Rest{Until: t0, Why: "asked to wait", Tries: 2}
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRest("calendar alice", rest), tx.PutRest("host", Rest{Until: t0}))
	})
	update(t, s, func(tx *Tx) error { return tx.DeleteRest("host") })
	same(t, must[map[string]Rest](t)(s.Rests()), map[string]Rest{"calendar alice": rest})
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}
