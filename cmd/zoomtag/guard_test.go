package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestInvitationsAreNotForAll: whoever reads an invitation can join.
func TestInvitationsAreNotForAll(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom")
	w.sync()
	names := w.out()
	if len(names) != 1 {
		t.Fatalf("%v", names)
	}
	for path, most := range map[string]os.FileMode{"out": 0o750, filepath.Join("out", names[0]): 0o640} {
		info, err := os.Lstat(w.path(path))
		w.must(err)
		if mode := info.Mode().Perm(); mode&^most != 0 {
			t.Errorf("%s has mode %04o", path, mode)
		}
	}
}
