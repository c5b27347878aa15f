package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zoomtag/store/bolt"
)

// powerCut is what a crashing Hook panics with.
type powerCut struct{ at string }

// crash calls fn and reports at which point its Hook cut the power, "" if it did not.
func crash(fn func()) (at string) {
	defer func() {
		if p := recover(); p != nil {
			cut, ok := p.(powerCut)
			if !ok {
				panic(p)
			}
			at = cut.at
		}
	}()
	fn()
	return ""
}

// cutAt returns options whose Hook cuts the power at a point, while armed.
func cutAt(point string, armed *bool) Options {
	o := testOptions()
	o.Hook = func(p string) {
		if *armed && p == point {
			panic(powerCut{p})
		}
	}
	return o
}

func TestPowerCutAtCommit(t *testing.T) {
	for point, survives := range map[string]bool{"store.commit.before": false, "store.commit.after": true} {
		armed := false
		path := filepath.Join(t.TempDir(), "zoomtag.db")
		s := must[*Store](t)(Open(path, cutAt(point, &armed)))
		update(t, s, func(tx *Tx) error { return put(tx, example("alice", "1")) })
		armed = true
		if at := crash(func() { s.Update(func(tx *Tx) error { return put(tx, example("alice", "2")) }) }); at != point {
			t.Errorf("cut at %q, want %q", at, point)
		}
		armed = false
		for range 2 { // as it is, and after opening again
			if r := must[*Record](t)(s.Record("alice", "2")); (r != nil) != survives {
				t.Errorf("%s: the record is %v", point, r)
			}
			update(t, s, func(tx *Tx) error { return put(tx, example("alice", "3")) })
			if err := errors.Join(s.Check(), s.Close()); err != nil {
				t.Fatal(err)
			}
			s = openAt(t, path)
		}
	}
}

func TestPowerCutAtCreation(t *testing.T) {
	for _, point := range []string{"store.create.rename.before", "store.create.rename.after"} {
		for _, lost := range []bool{false, true} {
			path := filepath.Join(t.TempDir(), "zoomtag.db")
			if lost {
				openAt(t, path).Close()
				os.Remove(path)
			}
			armed := true
			o := cutAt(point, &armed)
			cuts := 1
			if point == "store.create.rename.before" {
				cuts = 3 // each finds what the one before left over
			}
			for range cuts {
				if at := crash(func() { Open(path, o) }); at != point {
					t.Errorf("cut at %q, want %q", at, point)
				}
			}
			armed = false
			s, err := Open(path, o)
			if err != nil {
				t.Fatalf("%s: %v", point, err)
			}
			if told := len(s.Notices()) > 0; told != lost {
				t.Errorf("%s: lost %v, notices %q", point, lost, s.Notices())
			}
			update(t, s, func(tx *Tx) error { return put(tx, example("alice", "1")) })
			s.Close()
			if _, err := os.Stat(path + ".new"); err == nil {
				t.Errorf("%s: the unfinished file is still there", point)
			}
		}
	}
}

func TestPowerCutAtBackup(t *testing.T) {
	for _, point := range []string{"store.backup.rename.before", "store.backup.rename.after"} {
		armed := true
		s := must[*Store](t)(Open(filepath.Join(t.TempDir(), "zoomtag.db"), cutAt(point, &armed)))
		defer s.Close()
		if at := crash(func() { s.Backup() }); at != point {
			t.Errorf("cut at %q, want %q", at, point)
		}
		armed = false
		must[string](t)(s.Backup())
		if found := must[[]string](t)(s.Backups()); len(found) != 1 {
			t.Errorf("%s: copies %q", point, found)
		}
		if left := must[[]string](t)(filepath.Glob(s.Path() + ".*.new")); len(left) != 0 {
			t.Errorf("%s: left over: %q", point, left)
		}
	}
}

func TestPanicInUpdate(t *testing.T) {
	s := openTemp(t)
	at := crash(func() {
		s.Update(func(tx *Tx) error {
			if err := put(tx, example("alice", "1")); err != nil {
				return err
			}
			panic(powerCut{"here"})
		})
	})
	if r := must[*Record](t)(s.Record("alice", "1")); at != "here" || r != nil {
		t.Errorf("panicked at %q, left %v", at, r)
	}
	update(t, s, func(tx *Tx) error { return put(tx, example("alice", "1")) })
}

func TestFailedUpdateIsUndone(t *testing.T) {
	s := openTemp(t)
	failure := errors.New("no")
	err := s.Update(func(tx *Tx) error {
		if err := put(tx, example("alice", "1")); err != nil {
			return err
		}
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
	// An error of a call on tx counts even if fn does not pass it on.
	err = s.Update(func(tx *Tx) error {
		put(tx, example("", "1"))
		put(tx, example("alice", "1"))
		return nil
	})
	if !errors.Is(err, errName) {
		t.Errorf("got %v", err)
	}
	if r := must[*Record](t)(s.Record("alice", "1")); r != nil {
		t.Errorf("left %+v", r)
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}

func TestBackupsRotate(t *testing.T) {
	dir := t.TempDir()
	now := t0
	o := testOptions()
	o.Now = func() time.Time { return now }
	s := must[*Store](t)(Open(filepath.Join(dir, "zoomtag.db"), o))
	defer s.Close()
	foreign := filepath.Join(dir, "zoomtag.db.mine.bak")
	write(t, foreign, []byte("hands off"))
	var made []string
	for range 5 {
		update(t, s, func(tx *Tx) error { return tx.Journal(Entry{EventID: "x"}) })
		made = append(made, must[string](t)(s.Backup()))
		now = now.AddDate(0, 0, 1)
	}
	same(t, must[[]string](t)(s.Backups()), made[2:])
	same(t, must[time.Time](t)(s.LastBackup()), now.AddDate(0, 0, -1))
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a file that is not ours was removed")
	}
	for i, path := range made[2:] {
		copied := must[*Store](t)(OpenReadOnly(path, testOptions()))
		if n := len(must[[]Entry](t)(copied.Journal(JournalFilter{}))); n != i+3 {
			t.Errorf("copy %d has %d entries", i, n)
		}
		copied.Close()
	}
}

// TestBackupsAfterAClockWasSetBack: copies of a time to come neither count as the last one, nor take the place of the
// new ones.
func TestBackupsAfterAClockWasSetBack(t *testing.T) {
	now := t0.AddDate(1, 0, 0)
	o := testOptions()
	o.Now = func() time.Time { return now }
	s := must[*Store](t)(Open(filepath.Join(t.TempDir(), "zoomtag.db"), o))
	defer s.Close()
	for range bolt.KeepBackups {
		update(t, s, func(tx *Tx) error { return tx.Journal(Entry{EventID: "x"}) })
		must[string](t)(s.Backup())
		now = now.AddDate(0, 0, 1)
	}
	now = t0
	same(t, must[time.Time](t)(s.LastBackup()), time.Time{})
	var made []string
	for range bolt.KeepBackups {
		made = append(made, must[string](t)(s.Backup()))
		same(t, must[time.Time](t)(s.LastBackup()), now)
		if left := must[[]string](t)(s.Backups()); !slices.Contains(left, made[len(made)-1]) ||
			len(left) != bolt.KeepBackups {
			t.Errorf("left %q", left)
		}
		now = now.AddDate(0, 0, 1)
	}
	same(t, must[[]string](t)(s.Backups()), made)
}

func TestOneAtATime(t *testing.T) {
	s := openTemp(t)
	for name, open := range map[string]func(string,
		Options) (*Store, error){"Open": Open, "OpenReadOnly": OpenReadOnly} {
		if _, err := open(s.Path(), testOptions()); !errors.Is(err, ErrLocked) ||
			!strings.Contains(err.Error(), "another zoomtag holds") {
			t.Errorf("%s of a store in use: %v", name, err)
		}
	}
}

// TestManyCreate lets several open a store that is not there yet. One gets it.
func TestManyCreate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			var s *Store
			if s, errs[i] = Open(path, testOptions()); s != nil {
				t.Cleanup(func() { s.Close() })
			}
		})
	}
	wg.Wait()
	opened := 0
	for _, err := range errs {
		if err == nil {
			opened++
		} else if !errors.Is(err, ErrLocked) {
			t.Error(err)
		}
	}
	if opened != 1 {
		t.Errorf("%d have opened it", opened)
	}
}

// TestKilled kills a process that does nothing but commit, again and again. What it said it had saved is there.
func TestKilled(t *testing.T) {
	if path := os.Getenv("ZOOMTAG_STORE_TEST"); path != "" {
		commitForever(t, path)
	}
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	for round := range 10 {
		child := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		child.Env = append(os.Environ(), "ZOOMTAG_STORE_TEST="+path)
		out := must[interface{ Read([]byte) (int, error) }](t)(child.StdoutPipe())
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		said := 0
		for b := make([]byte, 64); said < 20+round*7; {
			n, err := out.Read(b)
			if err != nil {
				t.Fatalf("after %d: %v", said, err)
			}
			said += n
		}
		if _, err := Open(path, testOptions()); !errors.Is(err, ErrLocked) {
			t.Errorf("opened beside another process: %v", err)
		}
		child.Process.Signal(syscall.SIGKILL)
		child.Wait()
		s := openAt(t, path)
		if n := must[int](t)(s.BudgetUsed("x", "2026-11-24")); n < said {
			t.Fatalf("%d commits were acknowledged, %d are there", said, n)
		}
		update(t, s, func(tx *Tx) error { _, err := tx.Prune(t0.AddDate(1, 0, 0)); return err })
		s.Close()
	}
}

func commitForever(t *testing.T, path string) {
	s := openAt(t, path)
	for {
		update(t, s, func(tx *Tx) error { return spend(tx, "x", "2026-11-24") })
		os.Stdout.WriteString(".")
	}
}

func TestPointsHaveNames(t *testing.T) {
	var points []string
	o := testOptions()
	o.Hook = func(p string) { points = append(points, p) }
	s := must[*Store](t)(Open(filepath.Join(t.TempDir(), "zoomtag.db"), o))
	defer s.Close()
	update(t, s, func(tx *Tx) error { return spend(tx, "x", "2026-11-24") })
	must[string](t)(s.Backup())
	same(t, points, slices.Concat(pair("create.rename"), []string{"store.update"}, pair("commit"),
		pair("backup.rename")))
}

func pair(name string) []string {
	return []string{"store." + name + ".before", "store." + name + ".after"}
}
