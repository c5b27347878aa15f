package backup_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/backup"
)

var now = time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)

func options() store.Options {
	return store.Options{NoSync: true, Now: func() time.Time { return now }}
}

// written makes a state with a calendar, and a backup of it with sign-ins.
func written(t *testing.T, signIns ...string) (path string) {
	t.Helper()
	dir := t.TempDir()
	s, err := store.Open(filepath.Join(dir, "zoomtag.db"), options())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(func(tx *store.Tx) error {
		return tx.PutCalendar("team", store.CalendarState{LastError: "remembered"})
	}); err != nil {
		t.Fatal(err)
	}
	var files []string
	for _, name := range signIns {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte("secret of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	path = filepath.Join(t.TempDir(), "zoomtag.backup")
	file, err := backup.Create(path, now)
	if err != nil {
		t.Fatal(err)
	}
	err = s.CopyTo(func(size int64) (io.Writer, error) { return file.State(size, len(files)) })
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := file.Finish(files); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestThereAndBack: what is in a backup comes back, readable by its owner alone, and a sign-in that is there stays.
func TestThereAndBack(t *testing.T) {
	path := written(t, "google-alice.grant", "zoom.grant")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	summary, signIns, err := backup.Verify(path)
	if err != nil || signIns != 2 || summary.Entries == 0 {
		t.Errorf("%+v, %d sign-ins, %v", summary, signIns, err)
	}
	state := filepath.Join(t.TempDir(), "lib", "zoomtag.db")
	newer := filepath.Join(filepath.Dir(state), "zoom.grant")
	if err := os.MkdirAll(filepath.Dir(state), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(newer, []byte("newer"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := backup.Restore(t.Context(), path, backup.Place{State: state}, options())
	if err != nil || len(r.SignIns) != 1 || len(r.Kept) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	if raw, err := os.ReadFile(newer); err != nil || string(raw) != "newer" {
		t.Errorf("the newer sign-in became %q, %v", raw, err)
	}
	if raw, err := os.ReadFile(r.SignIns[0]); err != nil || string(raw) != "secret of google-alice.grant" {
		t.Errorf("the sign-in became %q, %v", raw, err)
	}
	s, err := store.Open(state, options())
	if err != nil {
		t.Fatal(err)
	}
	st, err := s.Calendar("team")
	if err := errors.Join(err, s.Close()); err != nil || st.LastError != "remembered" {
		t.Errorf("the state is %+v, %v", st, err)
	}
}

// TestForeignFiles: what is no backup, or not a whole one, is told in a sentence, and changes nothing.
func TestForeignFiles(t *testing.T) {
	whole, err := os.ReadFile(written(t, "google-alice.grant", "zoom.grant"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	state := filepath.Join(dir, "zoomtag.db")
	last := bytes.LastIndex(whole, []byte("zoom.grant"))
	last = bytes.LastIndex(whole[:last], []byte("secret of google-alice.grant")) + 512 // the block of that one
	flipped := bytes.ReplaceAll(whole, []byte("remembered"), []byte("remempered"))
	for name, c := range map[string]struct {
		text []byte
		says string
	}{
		"text":                    {[]byte("hello"), "no backup of zoomtag's"},
		"empty":                   {nil, "no backup of zoomtag's"},
		"cut":                     {whole[:2000], ""},
		"flipped":                 {flipped, ""},
		"a sign-in":               {bytes.ReplaceAll(whole, []byte("t of z"), []byte("d of z")), "is damaged"},
		"cut between two entries": {whole[:last], "of 2 sign-ins there are 1"},
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, err := backup.Verify(path); err == nil || !strings.Contains(words.Of(err), c.says) {
			t.Errorf("verify %s: %v", name, err)
		}
		_, err := backup.Restore(t.Context(), path, backup.Place{State: state}, options())
		if err == nil || !strings.Contains(words.Of(err), c.says) {
			t.Errorf("restore %s: %v", name, err)
		}
		if _, err := os.Stat(state); !errors.Is(err, os.ErrNotExist) {
			t.Fatalf("%s has made a state: %v", name, err)
		}
	}
}

// TestNoWayOut: nothing is written outside the folder of the state, whatever a backup says.
func TestNoWayOut(t *testing.T) {
	good, err := os.Open(written(t))
	if err != nil {
		t.Fatal(err)
	}
	defer good.Close()
	in := tar.NewReader(good)
	first, err := in.Next()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	out := tar.NewWriter(&text)
	if err := out.WriteHeader(first); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.WriteHeader(&tar.Header{Name: "../evil.grant", Mode: 0o600, Size: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Write([]byte("evil")); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "evil.backup")
	if err := os.WriteFile(path, text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Restore(t.Context(), path, backup.Place{State: filepath.Join(dir, "lib", "zoomtag.db")},
		options()); err == nil ||
		!strings.Contains(err.Error(), "evil") {
		t.Errorf("%v", err)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.grant")); err != nil || len(left) > 0 {
		t.Errorf("it wrote %q, %v", left, err)
	}
}
