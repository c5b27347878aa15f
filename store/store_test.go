package store

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
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
	return openAt(t, fresh(t))
}

// fresh is the address of a store that is not there yet.
var fresh = func(t testing.TB) string { return filepath.Join(t.TempDir(), "zoomtag.db") }

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
		Calendar: calendar, EventID: id, UID: id + "@example.com", Title: "Weekly review", Start: start,
		Until: start.Add(time.Hour),
		Tag:   "#zoom", TagIn: "title", Mark: "zt1-" + id, Host: "alice@example.com", MeetingID: 12345678901,
		Meeting: meeting.Meeting{ID: 12345678901, JoinURL: "https://us02web.zoom.us/j/12345678901?pwd=abc",
			Passcode: "481516"},
		Told: &spec, Block: "── Zoom ──\nJoin: https://us02web.zoom.us/j/12345678901\n",
		JoinURL: "https://us02web.zoom.us/j/12345678901?pwd=abc",
		State:   "linked", Due: t0.Add(time.Hour),
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
		dir: os.ModeDir | 0o700, s.Path(): 0o600, s.Path() + ".sidecar": 0o600, copied: 0o600,
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
	update(t, s, func(tx *Tx) error { return errors.Join(put(tx, a), put(tx, b)) })

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
	update(t, s, func(tx *Tx) error { return put(tx, a) })
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
		update(t, s, func(tx *Tx) error { return put(tx, r) })
		// What comes back from the store is put again: its UID now has other bytes, but must be indexed in the same
		// place.
		again := must[*Record](t)(s.Record("alice", name))
		again.Title = "changed"
		update(t, s, func(tx *Tx) error { return put(tx, again) })
		if list := must[[]*Record](t)(s.ByUID(r.UID)); len(list) != 1 || list[0].EventID != name {
			t.Errorf("by the UID of %.20q: %d records", name, len(list))
		}
	}
	if list := must[[]*Record](t)(s.Records("alice")); len(list) != len(names) {
		t.Errorf("%d records, want %d", len(list), len(names))
	}
	for _, bad := range []*Record{
		example("", "1"), example("a\x00b", "1"), example(strings.Repeat("x", maxName+1), "1"),
		example("a", strings.Repeat("x", maxName+1)),
	} {
		if err := s.Update(func(tx *Tx) error { return put(tx, bad) }); err == nil {
			t.Errorf("%.20q/%.20q was saved", bad.Calendar, bad.EventID)
		}
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
			put(tx, example("bob", "1")), put(tx, example("bob", "2")),
			tx.PutProblem("team", Problem{ID: "\xffb.ics", Reason: "cut", Since: t0}),
			tx.PutProblem("team", Problem{ID: "a.ics", Reason: "nested", Since: t0}),
			tx.PutProblem("teams", Problem{ID: "c"}))
	})
	same(t, must[[]string](t)(s.Calendars()), []string{"alice", "bob", "team"})
	same(t, must[CalendarState](t)(s.Calendar("team")), st)
	same(t, must[CalendarState](t)(s.Calendar("nobody")), CalendarState{})
	same(t, must[[]Problem](t)(s.Problems("team")), []Problem{{ID: "a.ics", Reason: "nested", Since: t0},
		{ID: "\xffb.ics", Reason: "cut", Since: t0}})

	st.Cursor = ""
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutCalendar("team", st), tx.DeleteProblem("team", "a.ics"),
			tx.DeleteProblem("team", "unknown"))
	})
	same(t, must[CalendarState](t)(s.Calendar("team")), st)
	same(t, len(must[[]Problem](t)(s.Problems("team"))), 1)
	if err := s.Check(); err != nil {
		t.Error(err)
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
	update(t, s, func(tx *Tx) error { return put(tx, example("alice", "1")) })
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

// spend counts a call, of any number.
func spend(tx *Tx, host, day string) error {
	_, err := tx.Spend(Host(host), day, 1<<30)
	return err
}

// put saves a record in the place of whatever there is.
func put(tx *Tx, r *Record) error {
	now, err := tx.Record(r.Calendar, r.EventID)
	if err != nil {
		return err
	}
	if r.Version = 0; now != nil {
		r.Version = now.Version
	}
	return tx.PutRecord(r)
}

// TestNames keeps the wording of what people see of names that cannot be kept.
func TestNames(t *testing.T) {
	for want, err := range map[string]error{
		`store: save calendar "": a calendar name must not be empty, nor hold a zero byte, nor be longer than 8192 ` +
			`bytes`: checkNames("", "1"),
		`store: save event "` + strings.Repeat("x", 40) + `" of alice: its id has 9000 bytes, more than the 8192 ` +
			`that can be kept`: checkNames("alice", strings.Repeat("x", 9000)),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got\n%v\nwant\n%s", err, want)
		}
	}
}
