package socket

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
	if err := errors.Join(os.WriteFile(letter, []byte("letter"), 0o644), os.Chmod(letter, 0o644),
		os.Symlink(letter, path)); err != nil {
		t.Fatal(err)
	}
	if d, err := Dial(t.Context(), filepath.Join(dir, "zoomtag.db")); d != nil || err == nil ||
		!strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("a link in the place of the socket: %v", err)
	}
	l, err := Listen(path)
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

// TestDaemonThatEnds: one that hangs up on the question whether it lives is no daemon any more.
func TestDaemonThatEnds(t *testing.T) {
	dir, err := os.MkdirTemp("", "z") //nolint:usetesting // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	state := filepath.Join(dir, "zoomtag.db")
	l, err := Listen(Path(state))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	if c, err := Dial(t.Context(), state); c != nil || err != nil {
		t.Errorf("%v, %v", c, err)
	}
}
