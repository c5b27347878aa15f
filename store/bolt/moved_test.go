package bolt

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/store/entries"
)

// released reads a file as programs do that know nothing of files whose entries have moved.
func released(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return readPages(f, info.Size(), func(path string, key, framed []byte) error {
		if _, err := entries.Unseal(path, key, framed); err != nil {
			cause := errors.New("an entry of " + path + ": " + err.Error())
			return &DamagedError{Path: f.Name(), What: "is damaged", err: cause}
		}
		return nil
	})
}

// TestMovedForOldPrograms: a program of before finds an entry without a seal, in a bucket whose name says where the
// state is; one of today says that as well, and knows that the file is whole.
func TestMovedForOldPrograms(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	o := Options{Now: time.Now, Hook: func(string) {}, NoSync: true, Schema: 6, Buckets: []string{"records"}}
	e, _, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := released(path); err != nil {
		t.Fatal(err)
	}
	const place = "postgres://zoomtag@db:5432/zoomtag"
	if err := errors.Join(e.SetMoved(entries.Elsewhere{ID: "abc", Place: place}), e.Close()); err != nil {
		t.Fatal(err)
	}
	if err := released(path); err == nil || !strings.Contains(err.Error(), "zoomtag.db is damaged (an entry of the state, "+
		"which has moved to "+place+": checksum mismatch)") {
		t.Errorf("an old program says %v", err)
	}
	if _, err := Verify(path); err != nil {
		t.Errorf("the moved file is not whole: %v", err)
	}
	if _, _, err := Open(path, o); !errors.Is(err, entries.ErrMoved) || !strings.Contains(err.Error(), place) {
		t.Errorf("it opens: %v", err)
	}
	o.Moved = true
	if e, _, err = OpenReadOnly(path, o); err != nil {
		t.Fatal(err)
	}
	if got := e.Moved(); got.ID != "abc" || got.Place != place {
		t.Errorf("it has moved to %+v", got)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
