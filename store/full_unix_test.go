//go:build unix

package store

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestFullDisk lets a child process grow its store until the file may not grow any further, which the system reports
// where a full disk would be. What was saved before is kept, and the store goes on when there is room.
func TestFullDisk(t *testing.T) {
	if path := os.Getenv("ZOOMTAG_STORE_FULL"); path != "" {
		growUntilFull(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "zoomtag.db")
	child := exec.Command(os.Args[0], "-test.run=^TestFullDisk$", "-test.v")
	child.Env = append(os.Environ(), "ZOOMTAG_STORE_FULL="+path)
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "went on") {
		t.Fatalf("%v\n%s", err, out)
	}
	s := openAt(t, path)
	if r := must[*Record](t)(s.Record("team", "afterwards")); r == nil {
		t.Error("what was saved after there was room again is lost")
	}
}

func growUntilFull(t *testing.T, path string) {
	s := openAt(t, path)
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	set := func(cur uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: cur, Max: limit.Max}); err != nil {
			t.Fatal(err)
		}
	}
	set(1 << 20)
	saved := 0
	var err error
	for ; err == nil && saved < 1000; saved++ {
		err = s.Update(func(tx *Tx) error {
			r := example("team", fmt.Sprint("event", saved))
			r.Block = strings.Repeat("x", 10_000)
			return put(tx, r)
		})
	}
	if !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("after %d: %v", saved, err)
	}
	if list := must[[]*Record](t)(s.Records("team")); len(list) != saved-1 {
		t.Errorf("%d records, want %d", len(list), saved-1)
	}
	set(1 << 16) // bbolt makes a text of what the system says
	if _, err := s.Backup(); !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), "the copy of the state") {
		t.Errorf("a copy without room: %v", err)
	}
	set(limit.Cur)
	update(t, s, func(tx *Tx) error { return put(tx, example("team", "afterwards")) })
	if err := s.Check(); err != nil {
		t.Fatal(err)
	}
	t.Log("went on")
}
