package store

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// saved is a store with a record, and a copy of that.
func saved(t *testing.T, path string, id string) []byte {
	t.Helper()
	s := must[*Store](t)(Open(path, testOptions()))
	update(t, s, func(tx *Tx) error { return put(tx, example("alice", id)) })
	copied := must[string](t)(s.Backup())
	raw := must[[]byte](t)(os.ReadFile(copied))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return raw
}

// has reports whether the store at path holds a record.
func has(t *testing.T, path, id string) bool {
	t.Helper()
	s := must[*Store](t)(Open(path, testOptions()))
	r := must[*Record](t)(s.Record("alice", id))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return r != nil
}

// TestRestore: a copy takes the place of what is there, which is kept; what is damaged or no database changes nothing.
func TestRestore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	raw := saved(t, path, "1")
	s := must[*Store](t)(Open(path, testOptions()))
	update(t, s, func(tx *Tx) error { return put(tx, example("alice", "2")) })
	if _, err := Restore(path, bytes.NewReader(raw), testOptions()); !errors.Is(err, ErrLocked) {
		t.Errorf("in use: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(raw)
	broken[len(broken)/2] ^= 1
	for name, text := range map[string][]byte{"damaged": broken, "cut": raw[:len(raw)/2], "empty": nil,
		"text": []byte("hello")} {
		var damaged *DamagedError
		if _, err := Restore(path, bytes.NewReader(text), testOptions()); !errors.As(err, &damaged) {
			t.Errorf("%s: %v", name, err)
		}
		if !has(t, path, "2") {
			t.Fatalf("%s has changed the state", name)
		}
	}
	old := must[string](t)(Restore(path, bytes.NewReader(raw), testOptions()))
	if has(t, path, "2") || !has(t, path, "1") {
		t.Error("the copy is not what is there now")
	}
	if info, err := os.Stat(old); err != nil || info.Mode().Perm()&0o077 != 0 && (runtime.GOOS != "windows") {
		t.Errorf("the state before is not kept: %v", err)
	}
	if left, err := filepath.Glob(path + ".restore"); err != nil || len(left) > 0 {
		t.Errorf("left over: %q, %v", left, err)
	}
	elsewhere := filepath.Join(t.TempDir(), "new", "zoomtag.db")
	if old := must[string](t)(Restore(elsewhere, bytes.NewReader(raw), testOptions())); old != "" {
		t.Errorf("there was a state before: %s", old)
	}
	if !has(t, elsewhere, "1") {
		t.Error("another place has not got the copy")
	}
}

// TestPowerCutAtRestore: after a power cut Restore goes on, and nothing is mixed.
func TestPowerCutAtRestore(t *testing.T) {
	for _, point := range []string{"store.restore.rename.before", "store.restore.rename.after"} {
		path := filepath.Join(t.TempDir(), "zoomtag.db")
		raw := saved(t, path, "1")
		armed := true
		at := crash(func() { _, _ = Restore(path, bytes.NewReader(raw), cutAt(point, &armed)) })
		if at != point {
			t.Fatalf("cut at %q, want %q", at, point)
		}
		if _, err := Restore(path, bytes.NewReader(raw), testOptions()); err != nil {
			t.Errorf("%s: it does not go on: %v", point, err)
		}
		if !has(t, path, "1") {
			t.Errorf("%s: the copy is not there", point)
		}
	}
}

// TestSummary: the same is said of a store that is open, and of its copy.
func TestSummary(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	s := must[*Store](t)(Open(path, testOptions()))
	update(t, s, func(tx *Tx) error { return put(tx, example("alice", "1")) })
	open := must[Summary](t)(s.Summary())
	copied := must[Summary](t)(Verify(must[string](t)(s.Backup())))
	if open.Entries != copied.Entries || open.Changes != copied.Changes || open.Entries == 0 {
		t.Errorf("%+v and %+v", open, copied)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
