package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

var t0 = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// testOptions are fast, and the clock stands still.
func testOptions() Options {
	return Options{NoSync: true, Timeout: time.Millisecond, Now: func() time.Time { return t0 }}
}

func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path, testOptions())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func openTemp(t testing.TB) *Store {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "zoomtag.db"))
}

func update(t testing.TB, s *Store, fn func(tx *Tx) error) {
	t.Helper()
	if err := s.Update(fn); err != nil {
		t.Fatal(err)
	}
}

// example returns a record like those of daily life.
func example(calendar, id string) *Record {
	start := time.Date(2026, 12, 1, 10, 0, 0, 0, time.FixedZone("", 3600))
	spec := meeting.Spec{Host: "alice@example.com", Topic: "Weekly review", Kind: meeting.Scheduled, Start: start,
		Zone: "Europe/Berlin", Duration: time.Hour}
	return &Record{
		Calendar: calendar, EventID: id, UID: id + "@example.com", Title: "Weekly review", Start: start, Until: start.Add(time.Hour),
		Tag: "#zoom", TagIn: "title", Mark: "zt1-" + id, Host: "alice@example.com", MeetingID: 12345678901,
		Meeting: meeting.Meeting{ID: 12345678901, JoinURL: "https://us02web.zoom.us/j/12345678901?pwd=abc", Passcode: "481516"},
		Told:    &spec, Block: "── Zoom ──\nJoin: https://us02web.zoom.us/j/12345678901\n", JoinURL: "https://us02web.zoom.us/j/12345678901?pwd=abc",
		State: "linked", Due: t0.Add(time.Hour),
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestRecordSurvivesReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "folder", "zoomtag.db")
	s := openAt(t, path)
	put := example("alice", "ev1")
	update(t, s, func(tx *Tx) error { return tx.PutRecord(put) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	got := must[*Record](t)(s.Record("alice", "ev1"))
	if !got.Start.Equal(put.Start) || !got.Told.Equal(*put.Told) {
		t.Errorf("times changed: %v, %v", got.Start, got.Told)
	}
	got.Start, got.Until, got.Told = put.Start, put.Until, put.Told
	same(t, got, put)
	if got.Changed != t0 {
		t.Errorf("Changed is %v", got.Changed)
	}
	if none := must[*Record](t)(s.Record("alice", "other")); none != nil {
		t.Errorf("an unknown event has the record %+v", none)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
	if notices := s.Notices(); notices != nil {
		t.Errorf("notices: %q", notices)
	}
}

func TestFilesArePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	s := openAt(t, filepath.Join(dir, "zoomtag.db"))
	copied := must[string](t)(s.Backup())
	for path, want := range map[string]os.FileMode{
		dir: os.ModeDir | 0o700, s.Path(): 0o600, sidecarPath(s.Path()): 0o600, copied: 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(path), info.Mode(), want)
		}
	}
	s.Close()
	if err := os.Chmod(s.Path(), 0o644); err != nil {
		t.Fatal(err)
	}
	if notices := openAt(t, s.Path()).Notices(); len(notices) != 1 || !strings.Contains(notices[0], "chmod 600") {
		t.Errorf("notices: %q", notices)
	}
}

func TestIndexesFollowTheRecord(t *testing.T) {
	s := openTemp(t)
	a, b := example("alice", "1"), example("bob", "1")
	b.Mark, b.UID = "other", a.UID
	update(t, s, func(tx *Tx) error { return errors.Join(tx.PutRecord(a), tx.PutRecord(b)) })

	byUID := func(uid string) (ids []string) {
		for _, r := range must[[]*Record](t)(s.ByUID(uid)) {
			ids = append(ids, r.Calendar+"/"+r.EventID)
		}
		return ids
	}
	same(t, byUID(a.UID), []string{"alice/1", "bob/1"})
	if r := must[*Record](t)(s.ByMark("other")); r == nil || r.Calendar != "bob" {
		t.Errorf("by mark: %+v", r)
	}

	a.ClosedAt, a.Mark = t0, "new"
	update(t, s, func(tx *Tx) error { return tx.PutRecord(a) })
	same(t, byUID(a.UID), []string{"bob/1", "alice/1"})
	if r := must[*Record](t)(s.ByMark("zt1-1")); r != nil {
		t.Errorf("the old mark still finds %+v", r)
	}

	update(t, s, func(tx *Tx) error { return tx.DeleteRecord("bob", "1") })
	same(t, byUID(a.UID), []string{"alice/1"})
	for _, nothing := range []string{"", "nobody"} {
		if r := must[*Record](t)(s.ByMark(nothing)); r != nil {
			t.Errorf("mark %q finds %+v", nothing, r)
		}
		same(t, len(byUID(nothing)), 0)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestForeignBytesInNames(t *testing.T) {
	s := openTemp(t)
	names := []string{"", "\xff\xfe.ics", "a\x00b", "a", strings.Repeat("x", maxName), "ü"}
	for _, name := range names {
		r := example("alice", name)
		r.UID = "\xff" + name + strings.Repeat("y", 100_000)
		update(t, s, func(tx *Tx) error { return tx.PutRecord(r) })
		// What comes back from the store is put again: its UID now has other bytes, but must be indexed in the same place.
		again := must[*Record](t)(s.Record("alice", name))
		again.Title = "changed"
		update(t, s, func(tx *Tx) error { return tx.PutRecord(again) })
		if list := must[[]*Record](t)(s.ByUID(r.UID)); len(list) != 1 || list[0].EventID != name {
			t.Errorf("by the UID of %.20q: %d records", name, len(list))
		}
	}
	if list := must[[]*Record](t)(s.Records("alice")); len(list) != len(names) {
		t.Errorf("%d records, want %d", len(list), len(names))
	}
	for _, bad := range []*Record{
		example("", "1"), example("a\x00b", "1"), example(strings.Repeat("x", maxName+1), "1"), example("a", strings.Repeat("x", maxName+1)),
	} {
		if err := s.Update(func(tx *Tx) error { return tx.PutRecord(bad) }); err == nil {
			t.Errorf("%.20q/%.20q was saved", bad.Calendar, bad.EventID)
		}
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestQueue(t *testing.T) {
	s := openTemp(t)
	at := func(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }
	due := func(minutes, limit int) []string {
		return must[[]string](t)(s.Due("alice", at(minutes), limit))
	}
	r := example("alice", "known")
	r.Due = at(30)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(r), tx.SetDue("alice", "new", at(10)), tx.SetDue("alice", "newer", at(20)),
			tx.SetDue("alicex", "foreign", at(1)), tx.SetDue("alice", "old", time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC)))
	})
	same(t, due(20, 0), []string{"old", "new", "newer"})
	same(t, due(20, 2), []string{"old", "new"})
	same(t, due(60, 0), []string{"old", "new", "newer", "known"})

	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.SetDue("alice", "known", at(5)), tx.ClearDue("alice", "old"), tx.SetDue("alice", "newer", at(7)))
	})
	same(t, due(60, 0), []string{"known", "newer", "new"})
	same(t, must[time.Time](t)(s.NextDue("alice")), at(5))
	same(t, must[*Record](t)(s.Record("alice", "known")).Due, at(5))

	// An id gets its record, and with it the record's time.
	settled := example("alice", "new")
	settled.Due = time.Time{}
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(settled), tx.DeleteRecord("alice", "known"), tx.DeleteRecord("alice", "newer"))
	})
	same(t, len(due(60, 0)), 0)
	if next := must[time.Time](t)(s.NextDue("alice")); !next.IsZero() {
		t.Errorf("next due at %v", next)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestCalendarsAndProblems(t *testing.T) {
	s := openTemp(t)
	st := CalendarState{Cursor: strings.Repeat("c", 640_000), Detects: "f1", LastSuccess: t0, HeldReason: "empty"}
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutCalendar("team", st), tx.PutCalendar("alice", CalendarState{Detects: "f2"}),
			tx.PutRecord(example("bob", "1")), tx.PutRecord(example("bob", "2")),
			tx.PutProblem("team", Problem{ID: "\xffb.ics", Reason: "cut", Since: t0}),
			tx.PutProblem("team", Problem{ID: "a.ics", Reason: "nested", Since: t0}), tx.PutProblem("teams", Problem{ID: "c"}))
	})
	same(t, must[[]string](t)(s.Calendars()), []string{"alice", "bob", "team"})
	same(t, must[CalendarState](t)(s.Calendar("team")), st)
	same(t, must[CalendarState](t)(s.Calendar("nobody")), CalendarState{})
	same(t, must[[]Problem](t)(s.Problems("team")), []Problem{{ID: "a.ics", Reason: "nested", Since: t0}, {ID: "\xffb.ics", Reason: "cut", Since: t0}})

	st.Cursor = ""
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutCalendar("team", st), tx.DeleteProblem("team", "a.ics"), tx.DeleteProblem("team", "unknown"))
	})
	same(t, must[CalendarState](t)(s.Calendar("team")), st)
	same(t, len(must[[]Problem](t)(s.Problems("team"))), 1)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestBudget(t *testing.T) {
	s := openTemp(t)
	for range 3 {
		update(t, s, func(tx *Tx) error {
			return errors.Join(tx.Spend("alice@example.com", "2026-11-24"), tx.Spend("bob@example.com", "2026-11-24"),
				tx.Spend("bob@example.com", "2026-11-24"), tx.Spend("alice@example.com", "2026-11-25"))
		})
	}
	same(t, must[int](t)(s.BudgetUsed("bob@example.com", "2026-11-24")), 6)
	same(t, must[int](t)(s.BudgetUsed("bob@example.com", "2026-11-25")), 0)
	same(t, must[map[string]int](t)(s.Budgets("2026-11-24")), map[string]int{"alice@example.com": 3, "bob@example.com": 6})
}

func TestJournal(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error {
		for i := range 5 {
			e := Entry{At: t0.Add(time.Duration(i/2) * time.Minute), Calendar: "alice", EventID: fmt.Sprint("ev", i), Step: "create",
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
	old.ClosedAt, recent.ClosedAt = t0.Add(-48*time.Hour), t0
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(old), tx.PutRecord(recent), tx.PutRecord(open),
			tx.Journal(Entry{At: t0.Add(-48 * time.Hour)}), tx.Journal(Entry{At: t0}),
			tx.Spend("a", "2026-11-22"), tx.Spend("a", "2026-11-23"), tx.Spend("a", "2026-11-24"))
	})
	update(t, s, func(tx *Tx) error {
		n, err := tx.Prune(t0.Add(-24 * time.Hour))
		if n != 3 {
			t.Errorf("pruned %d, want 3", n)
		}
		return err
	})
	var left []string
	for _, r := range must[[]*Record](t)(s.Records("alice")) {
		left = append(left, r.EventID)
	}
	same(t, left, []string{"open", "recent"})
	same(t, len(must[[]Entry](t)(s.Journal(JournalFilter{}))), 1)
	same(t, must[int](t)(s.BudgetUsed("a", "2026-11-22")), 0)
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestReset(t *testing.T) {
	s := openTemp(t)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutRecord(example("alice", "1")), tx.PutCalendar("alice", CalendarState{Cursor: "c"}))
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

func TestClosedStore(t *testing.T) {
	s := openTemp(t)
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	_, err := s.Record("alice", "1")
	for _, err := range []error{err, s.Update(func(*Tx) error { return nil }), s.Check()} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("got %v", err)
		}
	}
}

func TestOpenReadOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	empty := must[*Store](t)(OpenReadOnly(path, testOptions()))
	if list := must[[]*Record](t)(empty.Records("alice")); len(list) != 0 {
		t.Errorf("records from nowhere: %v", list)
	}
	if err := errors.Join(empty.Check(), empty.Close()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("reading made a file")
	}

	s := openAt(t, path)
	update(t, s, func(tx *Tx) error { return tx.PutRecord(example("alice", "1")) })
	s.Close()
	one, two := must[*Store](t)(OpenReadOnly(path, testOptions())), must[*Store](t)(OpenReadOnly(path, testOptions()))
	defer one.Close()
	defer two.Close()
	for _, s := range []*Store{one, two} {
		if r := must[*Record](t)(s.Record("alice", "1")); r == nil {
			t.Error("no record")
		}
		if err := s.Update(func(*Tx) error { return nil }); !errors.Is(err, ErrReadOnly) {
			t.Errorf("a write gives %v", err)
		}
	}
	if _, err := Open(path, testOptions()); !errors.Is(err, ErrLocked) {
		t.Errorf("open for writing beside readers: %v", err)
	}
}

func TestTimesSort(t *testing.T) {
	times := []time.Time{{}, time.Date(1, 1, 1, 0, 0, 0, 1, time.UTC), time.Unix(-1, 999), time.Unix(0, 0), time.Unix(0, 1), t0,
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
