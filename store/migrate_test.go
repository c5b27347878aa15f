package store

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var makeOld = flag.Bool("make-old", false,
	"write testdata/schema1.db anew; never needed again once there is a schema 2")

const oldFile = "testdata/schema1.db"

// writeOld makes the database that TestOldSchema reads.
func writeOld(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error {
		closed := example("bob", "done")
		closed.ClosedAt = t0
		return errors.Join(put(tx, example("alice", "1")), put(tx, closed), tx.SetDue("alice", "new", t0),
			tx.PutCalendar("alice", CalendarState{Cursor: "17", Detects: "f"}),
			spend(tx, "alice@example.com", "2026-11-24"),
			tx.PutProblem("alice", Problem{ID: "2", Reason: "cut"}),
			tx.Journal(Entry{Calendar: "alice", EventID: "1", Step: "create"}))
	})
	s.Close()
	if err := os.MkdirAll("testdata", 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, oldFile, must[[]byte](t)(os.ReadFile(s.Path())))
}

// copyOld copies the old database to where a test may change it.
func copyOld(t *testing.T) string {
	if *makeOld {
		writeOld(t)
	}
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	write(t, path, must[[]byte](t)(os.ReadFile(oldFile)))
	return path
}

// TestOldSchema opens a file that was written when this schema was new.
func TestOldSchema(t *testing.T) {
	s := openAt(t, copyOld(t))
	r := must[*Record](t)(s.ByMark("zt1-1"))
	if r == nil || r.EventID != "1" || r.MeetingID != 12345678901 || !r.Due.Equal(example("", "").Due) ||
		r.Told == nil {
		t.Errorf("the record is %+v", r)
	}
	if r := must[*Record](t)(s.Record("bob", "done")); r == nil || !r.Closed() {
		t.Errorf("the closed record is %+v", r)
	}
	same(t, must[[]string](t)(s.Due("alice", t0, 0)), []string{"new"})
	same(t, must[CalendarState](t)(s.Calendar("alice")), CalendarState{Cursor: "17", Detects: "f"})
	same(t, must[int](t)(s.BudgetUsed("alice@example.com", "2026-11-24")), 1)
	same(t, len(must[[]Problem](t)(s.Problems("alice"))), 1)
	same(t, len(must[[]Entry](t)(s.Journal(JournalFilter{}))), 1)
	same(t, len(must[[]Invite](t)(s.Invites())), 0) // of schema 2
}

// laterSteps lead from schema 1 to one that this program does not know.
func laterSteps(second error) []step {
	list := []step{
		{},
		{change: func(tx *Tx) error {
			return tx.put(bucketProblems, pairKey("alice", "migrated"), []byte(`{"Reason":"step 1"}`))
		}},
		{change: func(tx *Tx) error {
			if second != nil {
				return second
			}
			return tx.remove(bucketProblems, pairKey("alice", "2"))
		}},
	}
	for len(list) <= len(steps()) {
		list = append(list, step{})
	}
	return list
}

func TestMigration(t *testing.T) {
	path, later := copyOld(t), 2+len(steps())
	s, err := open(path, testOptions(), laterSteps(nil))
	if err != nil {
		t.Fatal(err)
	}
	if list := must[[]Problem](t)(s.Problems("alice")); len(list) != 1 || list[0].ID != "migrated" {
		t.Errorf("after the steps: %+v", list)
	}
	notices := strings.Join(s.Notices(), "\n")
	copies := must[[]string](t)(s.Backups())
	if len(copies) != 1 || !strings.Contains(notices, fmt.Sprintf("from schema 1 to %d", later)) ||
		!strings.Contains(notices, copies[0]) {
		t.Errorf("copies %q, notices %q", copies, notices)
	}
	if err := errors.Join(s.Check(), s.Close()); err != nil {
		t.Fatal(err)
	}
	again, err := open(path, testOptions(), laterSteps(errors.New("taken twice")))
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
	newer := fmt.Sprintf("newer zoomtag (schema %d, this one knows %d)", later, later-1)
	if _, err := Open(path, testOptions()); err == nil || !strings.Contains(err.Error(), newer) {
		t.Errorf("an old program on a new database: %v", err)
	}
	openAt(t, copies[0]).Close()
}

func TestFailedMigrationChangesNothing(t *testing.T) {
	path := copyOld(t)
	failure := errors.New("no")
	if _, err := open(path, testOptions(), laterSteps(failure)); !errors.Is(err, failure) ||
		!strings.Contains(err.Error(), "schema 3 to 4") {
		t.Errorf("got %v", err)
	}
	if _, err := OpenReadOnly(path, testOptions()); err == nil ||
		!strings.Contains(err.Error(), "older zoomtag") {
		t.Errorf("reading only: %v", err)
	}
	s := openAt(t, path)
	if list := must[[]Problem](t)(s.Problems("alice")); len(list) != 1 || list[0].ID != "2" {
		t.Errorf("a failed migration left %+v", list)
	}
}
