package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestControlSocketIsTheOwners: the socket lets in nobody else, a link in its place goes, and a command follows none.
func TestControlSocketIsTheOwners(t *testing.T) {
	dir := t.TempDir()
	path, letter := filepath.Join(dir, "zoomtag.sock"), filepath.Join(dir, "letter")
	if err := errors.Join(os.WriteFile(letter, []byte("letter"), 0o644), os.Chmod(letter, 0o644), os.Symlink(letter, path)); err != nil {
		t.Fatal(err)
	}
	if d, err := dialDaemon(t.Context(), filepath.Join(dir, "zoomtag.db")); d != nil || err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a link in the place of the socket: %v", err)
	}
	l, err := listenControl(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if info, err := os.Lstat(path); err != nil || info.Mode() != os.ModeSocket|0o600 {
		t.Errorf("the socket: %v, %v", info, err)
	}
	if info, err := os.Lstat(letter); err != nil || info.Mode() != 0o644 {
		t.Errorf("the file that the link led to: %v, %v", info, err)
	}
}

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
