package oauth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestGrantIsNoLink: a sign-in is read from a file of its own, and nothing that a link leads to is read or made.
func TestGrantIsNoLink(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "a.grant"), filepath.Join(dir, "b.grant")
	if err := (Grants{}).Install(t.Context(), Grant{RefreshToken: "token", SignedIn: time.Unix(1e9, 0)},
		path); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadGrant(path); err != nil {
		t.Error(err)
	}
	if _, err := LoadGrant(link); err == nil || !strings.Contains(err.Error(), "symbolic link") {
		t.Errorf("through a link: %v", err)
	}
	elsewhere := filepath.Join(dir, "elsewhere")
	if err := os.Symlink(elsewhere, filepath.Join(dir, "d.grant.lock")); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(t.Context(), filepath.Join(dir, "d.grant")); err == nil {
		t.Error("a lock was taken through a link")
	}
	if _, err := os.Lstat(elsewhere); err == nil {
		t.Error("the link of a lock was followed")
	}
}
