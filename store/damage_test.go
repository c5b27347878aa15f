package store

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

var flips = flag.Int("flips", 500, "how many bits TestFlippedBits turns, one at a time")

// lived makes a database with some history, closed, and returns its path.
func lived(t testing.TB) string {
	t.Helper()
	s := openTemp(t)
	fillStore(t, s, 60)
	for i := range 30 {
		update(t, s, func(tx *Tx) error {
			r := example("team", fmt.Sprintf("event-%08d.ics", i))
			r.Reason, r.Block = fmt.Sprint("round ", i), strings.Repeat("x", i*40)
			return errors.Join(put(tx, r), tx.DeleteRecord("team", fmt.Sprintf("event-%08d.ics", i+30)),
				tx.SetDue("team", fmt.Sprint("new", i), t0.Add(time.Duration(i)*time.Second)),
				spend(tx, "alice", "2026-11-24"))
		})
	}
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutCalendar("team", CalendarState{Cursor: strings.Repeat("cursor", 4000)}),
			tx.PutProblem("team", Problem{ID: "bad.ics", Reason: "cut"}))
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.Path()
}

// contents reads everything that the store can say.
func contents(s *Store) (map[string]any, error) {
	got := map[string]any{}
	var errs []error
	add := func(what string) func(v any, err error) {
		return func(v any, err error) { got[what], errs = v, append(errs, err) }
	}
	any1 := func(v any, err error) (any, error) { return v, err }
	add("calendars")(any1(s.Calendars()))
	add("state")(any1(s.Calendar("team")))
	add("records")(any1(s.Records("team")))
	add("record")(any1(s.Record("team", "event-00000007.ics")))
	add("gone")(any1(s.Record("team", "event-00000037.ics")))
	add("mark")(any1(s.ByMark("zt1-event-00000007.ics")))
	add("uid")(any1(s.ByUID("event-00000008.ics@example.com")))
	add("due")(any1(s.Due("team", t0.Add(time.Hour), 0)))
	add("next")(any1(s.NextDue("team")))
	add("problems")(any1(s.Problems("team")))
	add("budget")(any1(s.Budgets("2026-11-24")))
	add("journal")(any1(s.Journal(JournalFilter{})))
	return got, errors.Join(errs...)
}

func write(t testing.TB, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// tryDamaged opens and uses a database and returns the first error. What it reads without one must be want.
func tryDamaged(t *testing.T, path string, want map[string]any) error {
	t.Helper()
	s, err := Open(path, testOptions())
	if err != nil {
		return err
	}
	defer s.Close()
	got, err := contents(s)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the damage changed what is read, and no error says so")
	}
	update(t, s, func(tx *Tx) error { return put(tx, example("team", "another")) })
	return s.Check()
}

func TestCutOff(t *testing.T) {
	path := lived(t)
	whole := must[[]byte](t)(os.ReadFile(path))
	want := wantContents(t, path)
	for _, size := range []int{0, 1, 100, 4095, 4096, 8191, 8192, 16384, len(whole) / 2, len(whole) - 4096} {
		write(t, path, whole[:size])
		err := tryDamaged(t, path, want)
		var damaged *DamagedError
		if err != nil && !errors.As(err, &damaged) || err == nil && size <= len(whole)/2 {
			t.Errorf("cut to %d of %d bytes: %v", size, len(whole), err)
		}
		if now, err := os.Stat(path); err != nil || (damaged != nil && now.Size() != int64(size)) {
			t.Errorf("the damaged file was touched: %v, %v", now.Size(), err)
		}
	}
}

func wantContents(t *testing.T, path string) map[string]any {
	t.Helper()
	s := must[*Store](t)(Open(path, testOptions()))
	want := must[map[string]any](t)(contents(s))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return want
}

func TestOtherFilesInItsPlace(t *testing.T) {
	for name, content := range map[string]string{
		"text": strings.Repeat("schedule: \"@every 1m\"\n", 2000), "zeros": strings.Repeat("\x00", 65536), "short": "x",
	} {
		path := filepath.Join(t.TempDir(), "zoomtag.db")
		write(t, path, []byte(content))
		var damaged *DamagedError
		if _, err := Open(path, testOptions()); !errors.As(err, &damaged) {
			t.Errorf("%s: %v", name, err)
		}
		if still := must[[]byte](t)(os.ReadFile(path)); string(still) != content {
			t.Errorf("%s: the file was changed", name)
		}
	}
	if _, err := Open(t.TempDir(), testOptions()); err == nil || !strings.Contains(err.Error(), "is a folder: write") {
		t.Errorf("a folder in its place: %v", err)
	}
}

// TestFlippedBits turns single bits. Whatever is read after that is right, or there is an error.
func TestFlippedBits(t *testing.T) {
	path := lived(t)
	whole := must[[]byte](t)(os.ReadFile(path))
	want := wantContents(t, path)
	stamp := must[[]byte](t)(os.ReadFile(path + ".sidecar"))
	random := rand.New(rand.NewPCG(1, 2))
	noticed := 0
	for range *flips {
		bit := random.IntN(len(whole) * 8)
		broken := append([]byte(nil), whole...)
		broken[bit/8] ^= 1 << (bit % 8)
		write(t, path, broken)
		write(t, path+".sidecar", stamp)
		err := tryDamaged(t, path, want)
		var damaged *DamagedError
		switch {
		case errors.As(err, &damaged):
			noticed++
		case err != nil:
			t.Errorf("bit %d: %v", bit, err)
		}
		if t.Failed() {
			t.Fatalf("with bit %d flipped", bit)
		}
	}
	t.Logf("%d of %d flips were noticed, the rest hit free space", noticed, *flips)
}

// TestDamageWhileOpen cuts the file off under bbolt's memory map, which faults.
func TestDamageWhileOpen(t *testing.T) {
	path := lived(t)
	s := openAt(t, path)
	if err := os.Truncate(path, 8192); err != nil {
		t.Fatal(err)
	}
	var damaged *DamagedError
	if _, err := s.Records("team"); !errors.As(err, &damaged) {
		t.Fatalf("reading: %v", err)
	}
	if err := s.Update(func(tx *Tx) error { return put(tx, example("team", "x")) }); !errors.As(err, &damaged) {
		t.Errorf("writing after that: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Open(path, testOptions()); !errors.As(err, &damaged) {
		t.Errorf("opening again: %v", err)
	}
}

// TestDamageInUpdate has the first thing to fail be a write.
func TestDamageInUpdate(t *testing.T) {
	path := lived(t)
	s := openAt(t, path)
	if err := os.Truncate(path, 8192); err != nil {
		t.Fatal(err)
	}
	var damaged *DamagedError
	if err := s.Update(func(tx *Tx) error { return put(tx, example("team", "x")) }); !errors.As(err, &damaged) {
		t.Errorf("writing: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestRolledBackDatabaseIsRefused(t *testing.T) {
	path := lived(t)
	lastWeek := must[[]byte](t)(os.ReadFile(path))
	s := openAt(t, path)
	copied := must[string](t)(s.Backup())
	update(t, s, func(tx *Tx) error { return put(tx, example("team", "another")) })
	s.Close()

	var damaged *DamagedError
	write(t, path, lastWeek)
	if _, err := Open(path, testOptions()); !errors.As(err, &damaged) || !damaged.Copy ||
		!strings.Contains(err.Error(), "older") {
		t.Errorf("last week's copy: %v", err)
	}
	write(t, path, must[[]byte](t)(os.ReadFile(openTempAndClose(t))))
	if _, err := Open(path, testOptions()); !errors.As(err, &damaged) || !damaged.Copy {
		t.Errorf("somebody else's database: %v", err)
	}

	// On purpose: the copy in its place, the sidecar away.
	if err := errors.Join(os.Rename(copied, path), os.Remove(path+".sidecar")); err != nil {
		t.Fatal(err)
	}
	s = openAt(t, path)
	if notices := s.Notices(); len(notices) != 1 || !strings.Contains(notices[0], "sidecar") {
		t.Errorf("notices: %q", notices)
	}
	if list := must[[]*Record](t)(s.Records("team")); len(list) != 30 {
		t.Errorf("the copy has %d records", len(list))
	}
}

func openTempAndClose(t *testing.T) string {
	t.Helper()
	s := openTemp(t)
	s.Close()
	return s.Path()
}

func TestDeletedDatabaseIsStartedAnew(t *testing.T) {
	path := lived(t)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	if notices := s.Notices(); len(notices) != 1 || !strings.Contains(notices[0], "started anew") {
		t.Errorf("notices: %q", notices)
	}
	if names := must[[]string](t)(s.Calendars()); len(names) != 0 {
		t.Errorf("calendars from nowhere: %q", names)
	}
	update(t, s, func(tx *Tx) error { return put(tx, example("team", "1")) })
	s.Close()
	if notices := openAt(t, path).Notices(); notices != nil {
		t.Errorf("notices the next time: %q", notices)
	}
}

func TestBrokenSidecarIsMadeAnew(t *testing.T) {
	for _, content := range []string{"", "x", strings.Repeat("\xff", 45),
		strings.Repeat("x", 450)} {
		path := lived(t)
		write(t, path+".sidecar", []byte(content))
		s := openAt(t, path)
		if len(s.Notices()) != 1 {
			t.Errorf("%.10q: notices: %q", content, s.Notices())
		}
		s.Close()
		if s := openAt(t, path); len(s.Notices()) != 0 {
			t.Errorf("%.10q: notices the next time: %q", content, s.Notices())
		}
	}
}

func TestReadingWritesNothing(t *testing.T) {
	path := lived(t)
	before := must[[]fs.DirEntry](t)(os.ReadDir(filepath.Dir(path)))
	stat := func(path string) string {
		info := must[os.FileInfo](t)(os.Stat(path))
		return fmt.Sprint(info.ModTime(), info.Size(), string(must[[]byte](t)(os.ReadFile(path))))
	}
	db, side := stat(path), stat(path+".sidecar")
	o := testOptions()
	o.Hook = func(point string) {
		if point != "store.update" { // which is before anything is known of what will be written
			t.Errorf("reached %s", point)
		}
	}
	s := must[*Store](t)(Open(path, o))
	must[map[string]any](t)(contents(s))
	record := must[*Record](t)(s.Record("team", "event-00000007.ics"))
	state := must[CalendarState](t)(s.Calendar("team"))
	update(t, s, func(tx *Tx) error { return nil })
	update(t, s, func(tx *Tx) error { // all as it is already
		return errors.Join(put(tx, record), tx.PutCalendar("team", state),
			tx.SetDue("team", record.EventID, record.Due),
			tx.DeleteRecord("team", "unknown"), tx.ClearDue("team", "unknown"),
			tx.PutProblem("team", Problem{ID: "bad.ics", Reason: "cut"}))
	})
	if err := errors.Join(s.Check(), s.Close()); err != nil {
		t.Fatal(err)
	}
	if stat(path) != db || stat(path+".sidecar") != side {
		t.Error("a file was written")
	}
	if after := must[[]fs.DirEntry](t)(os.ReadDir(filepath.Dir(path))); len(after) != len(before) {
		t.Errorf("files: %v", after)
	}
}
