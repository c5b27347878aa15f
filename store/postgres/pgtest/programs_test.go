//go:build peers

package pgtest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNewest: of several versions the newest is taken, by number and not by letter; without any, what is on the path.
func TestNewest(t *testing.T) {
	root, onPath := t.TempDir(), filepath.Join(t.TempDir(), "postgres")
	for _, v := range []string{"9.6", "15", "9"} {
		executable(t, filepath.Join(root, v, "bin", "postgres"))
	}
	executable(t, onPath)
	t.Setenv("PATH", filepath.Dir(onPath))
	for root, want := range map[string]string{
		root:        filepath.Join(root, "15", "bin"),
		t.TempDir(): filepath.Dir(onPath),
	} {
		if p, err := find(root); err != nil || p.folder != want {
			t.Errorf("found %q (%v), want %s", p.folder, err, want)
		}
	}
}

// TestNotInstalled: a sentence says what is missing, and how to get it.
func TestNotInstalled(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := find(t.TempDir())
	const want = "PostgreSQL is not installed: apt-get install --no-install-recommends postgresql"
	if err == nil || err.Error() != want {
		t.Errorf("says %v, want %q", err, want)
	}
}

// TestFirstHandedOut: ports are taken from below those that the kernel gives to anybody.
func TestFirstHandedOut(t *testing.T) {
	file := filepath.Join(t.TempDir(), "range")
	for text, want := range map[string]int{"20000\t60999\n": 20000, "1024 65535": otherwise} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := firstHandedOut(file); got != want || err != nil {
			t.Errorf("%q begins at %d (%v), want %d", text, got, err, want)
		}
	}
	if got, err := firstHandedOut(file + "?"); got != otherwise || err != nil {
		t.Errorf("no file begins at %d (%v)", got, err)
	}
	if err := os.WriteFile(file, []byte("none"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := firstHandedOut(file); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Errorf("a range that cannot be read: %v", err)
	}
}

func executable(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}
