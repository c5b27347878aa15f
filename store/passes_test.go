package store

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestPassesBesideTheDatabase: a pass that changed nothing is known to a minute by whoever opens the store next,
// whether this one was closed or killed, and the database is not written.
func TestPassesBesideTheDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	s := openAt(t, path)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	note := func(s *Store, at time.Time) {
		t.Helper()
		if err := s.NotePass("home", at); err != nil {
			t.Fatal(err)
		}
	}
	killed := openAt(t, path)
	note(killed, t0.Add(-5*time.Minute))
	note(killed, t0.Add(-4*time.Minute-30*time.Second))
	note(killed, t0.Add(-2*time.Minute))
	if at := onDisk(t, killed).LastPass("home"); !at.Equal(t0.Add(-2 * time.Minute)) {
		t.Errorf("after a kill the last pass was at %s", at)
	}
	note(killed, t0.Add(-90*time.Second))
	if err := killed.Close(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, path)
	if at := again.LastPass("home"); !at.Equal(t0.Add(-90 * time.Second)) {
		t.Errorf("after an end the last pass was at %s", at)
	}
	if at := again.LastPass("other"); !at.IsZero() {
		t.Errorf("another calendar was read at %s", at)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the database was written: %v", err)
	}
}

// onDisk is a store that knows what is on the disk beside the database of another one.
func onDisk(t *testing.T, s *Store) *Store {
	t.Helper()
	return &Store{engine: s.engine, options: s.options, calm: newCalm(s.shared != nil)}
}

// TestPassesOfMany: however many calendars there are, the file is written once a minute, and all of it when the store
// is closed.
func TestPassesOfMany(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	s := openAt(t, path)
	writes, last := 0, ""
	for second := range 180 {
		at := t0.Add(time.Duration(second-180) * time.Second)
		if err := s.NotePass(fmt.Sprint("calendar", second%60), at); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path + ".passes")
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != last {
			writes, last = writes+1, string(text)
		}
	}
	if writes != 3 {
		t.Errorf("written %d times in three minutes", writes)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := openAt(t, path)
	for n := range 60 {
		if at := again.LastPass(fmt.Sprint("calendar", n)); !at.Equal(t0.Add(time.Duration(n-60) * time.Second)) {
			t.Errorf("calendar %d: %v", n, at)
		}
	}
}

// TestPassesOfNobody: what is no file of ours, or one of another database, says nothing, and nobody is led astray by a
// link.
func TestPassesOfNobody(t *testing.T) {
	dir := t.TempDir()
	path, victim := filepath.Join(dir, "zoomtag.db"), filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "{", `{"database":"00","passes":{"home":"2026-11-24T09:00:00Z"}}`} {
		if err := os.WriteFile(path+".passes", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s := openAt(t, path)
		if at := s.LastPass("home"); !at.IsZero() {
			t.Errorf("%s: %s", text, at)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(victim, path+".passes"+".new"); err != nil {
		t.Fatal(err)
	}
	s := openAt(t, path)
	if err := s.NotePass("home", t0); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "mine" {
		t.Errorf("a link was followed: %q, %v", text, err)
	}
}
