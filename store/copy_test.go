package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/words"
	"zoomtag/store/entries"
)

// everything reads all entries of a store.
func everything(t testing.TB, address string) map[string]string {
	t.Helper()
	s := openAt(t, address)
	got := map[string]string{}
	err := s.engine.View(func(r entries.Reader) error {
		for _, bucket := range buckets() {
			err := r.Walk(bucket, entries.Range{}, func(key, value []byte) (bool, error) {
				got[bucket+"/"+string(key)] = string(value)
				return true, nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	return got
}

// livedAt is lived at an address, with keys that are longer than an index takes.
func livedAt(t testing.TB, address string) string {
	t.Helper()
	s := openAt(t, address)
	fillStore(t, s, 60)
	update(t, s, func(tx *Tx) error {
		return errors.Join(tx.PutCalendar("team", CalendarState{Cursor: strings.Repeat("cursor", 4000)}),
			tx.PutCalendar("other", CalendarState{Cursor: "x"}),
			put(tx, example("team", strings.Repeat("long", 1000)+"b")),
			put(tx, example("team", strings.Repeat("long", 1000)+"a")),
			tx.PutProblem("team", Problem{ID: "bad.ics", Reason: "cut"}), spend(tx, "alice", "2026-11-24"))
	})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return address
}

func copied(t testing.TB, from, to string, c CopyOptions) Copied {
	t.Helper()
	done, err := Copy(context.Background(), from, to, testOptions(), c)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestCopy: everything is at the other address, the first one is moved, and the way back is open.
func TestCopy(t *testing.T) {
	from, to := livedAt(t, fresh(t)), fresh(t)
	want := everything(t, from)
	steps := 0
	done := copied(t, from, to, CopyOptions{Progress: func(done, all int) { steps = max(steps, done); _ = all }})
	if int(done.Entries) != len(want) || !done.Moved || done.Same || steps != len(want) {
		t.Errorf("%+v of %d, progress %d", done, len(want), steps)
	}
	same(t, everything(t, to), want)
	for _, open := range []func(string, Options) (*Store, error){Open, OpenReadOnly} {
		s, err := open(from, testOptions())
		if err == nil {
			err = s.Close()
		}
		if !errors.Is(err, ErrMoved) || !strings.Contains(words.Of(err), " has moved to "+done.To) ||
			!strings.Contains(words.Of(err), "zoomtag store copy") {
			t.Errorf("a moved store opens: %v", err)
		}
	}
	s := openAt(t, to)
	update(t, s, func(tx *Tx) error { return put(tx, example("team", "later")) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	want = everything(t, to)
	copied(t, to, from, CopyOptions{})
	same(t, everything(t, from), want)
	if _, err := Open(to, testOptions()); !errors.Is(err, ErrMoved) {
		t.Errorf("the place that was left opens: %v", err)
	}
}

// TestCopyKeeps: a copy that is to be one leaves the first place as it is; again, it has nothing to write.
func TestCopyKeeps(t *testing.T) {
	from, to := livedAt(t, fresh(t)), fresh(t)
	want := everything(t, from)
	copied(t, from, to, CopyOptions{Keep: true})
	same(t, everything(t, from), want)
	if done := copied(t, from, to, CopyOptions{}); !done.Same || !done.Moved || int(done.Entries) != len(want) {
		t.Errorf("the second time: %+v", done)
	}
	same(t, everything(t, to), want)
}

// TestCopyOccupied: what is there stays, unless somebody has said that it may go.
func TestCopyOccupied(t *testing.T) {
	from, to := livedAt(t, fresh(t)), fresh(t)
	s := openAt(t, to)
	update(t, s, func(tx *Tx) error { return put(tx, example("mine", "event")) })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	theirs, want := everything(t, to), everything(t, from)
	_, err := Copy(t.Context(), from, to, testOptions(), CopyOptions{})
	if !errors.Is(err, ErrOccupied) || !strings.Contains(words.Of(err), fmt.Sprint("already, ", len(theirs))) {
		t.Errorf("an occupied place: %v", err)
	}
	same(t, everything(t, to), theirs)
	same(t, everything(t, from), want)
	copied(t, from, to, CopyOptions{Replace: true})
	same(t, everything(t, to), want)
}

// TestCopyInUse: nobody else may use either place.
func TestCopyInUse(t *testing.T) {
	from, to := livedAt(t, filepath.Join(t.TempDir(), "a.db")), livedAt(t, filepath.Join(t.TempDir(), "b.db"))
	for _, address := range []string{from, to} {
		s := openAt(t, address)
		_, err := Copy(t.Context(), from, to, testOptions(), CopyOptions{Replace: true})
		if !errors.Is(err, ErrLocked) {
			t.Errorf("%s in use: %v", address, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Copy(t.Context(), from, from, testOptions(), CopyOptions{Replace: true}); !words.IsUsage(err) {
		t.Errorf("onto itself: %v", err)
	}
	if _, err := Copy(t.Context(), to+".not", from, testOptions(), CopyOptions{}); !words.IsUsage(err) {
		t.Errorf("from nowhere: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Copy(ctx, from, to, testOptions(), CopyOptions{Replace: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("broken off: %v", err)
	}
	if left, err := filepath.Glob(to + ".copy*"); err != nil || len(left) > 0 {
		t.Errorf("left over: %q, %v", left, err)
	}
}

// TestCopyCrash: a power cut at any point leaves a whole state in one of the two places, and copying again goes on.
func TestCopyCrash(t *testing.T) {
	for n := 1; ; n++ {
		from, to := livedAt(t, fresh(t)), fresh(t)
		want := everything(t, from)
		o, seen := testOptions(), 0
		o.Hook = func(string) {
			if seen++; seen == n {
				panic("power cut")
			}
		}
		cut := func() (cut bool) {
			defer func() { cut = recover() != nil }()
			if _, err := Copy(t.Context(), from, to, o, CopyOptions{}); err != nil {
				t.Fatal(err)
			}
			return false
		}()
		if !cut {
			if n < 4 {
				t.Fatalf("only %d points", n-1)
			}
			return
		}
		if s, err := Open(from, testOptions()); err == nil {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			copied(t, from, to, CopyOptions{})
		} else if !errors.Is(err, ErrMoved) {
			t.Fatalf("point %d: %v", n, err)
		}
		same(t, everything(t, to), want)
	}
}
