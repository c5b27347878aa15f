//go:build unix

package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/words"
)

// TestLinksAreNotFollowed: a link that lies where zoomtag writes or trusts what it reads leads nowhere, and what it
// points to stays as it is.
func TestLinksAreNotFollowed(t *testing.T) {
	at := time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	options := Options{Now: func() time.Time { return at }, NoSync: true}
	const precious = "somebody's letter, which is longer than what would take its place"
	for _, suffix := range []string{".new", ".sidecar", "." + at.Format("20060102T150405.000Z") + ".bak.new"} {
		for _, before := range []bool{true, false} { // laid before the first start, or before a later one
			dir := t.TempDir()
			path, letter := filepath.Join(dir, "zoomtag.db"), filepath.Join(dir, "letter")
			if err := os.WriteFile(letter, []byte(precious), 0o600); err != nil {
				t.Fatal(err)
			}
			if !before {
				st, err := Open(path, options)
				if err != nil {
					t.Fatal(err)
				}
				if err := st.Close(); err != nil {
					t.Fatal(err)
				}
				if err := os.Remove(path + suffix); err != nil && !os.IsNotExist(err) {
					t.Fatal(err)
				}
			}
			if err := os.Symlink(letter, path+suffix); err != nil {
				t.Fatal(err)
			}
			st, err := Open(path, options)
			if err == nil {
				_, err = st.Backup()
				if closed := st.Close(); closed != nil {
					t.Error(closed)
				}
			}
			untouched := !before && suffix == ".new" // nothing is made there any more
			if (err == nil) != untouched || err != nil && !strings.Contains(err.Error(), "symbolic link") {
				t.Errorf("%s, before the first start %v: %v", suffix, before, err)
			}
			if got, err := os.ReadFile(letter); err != nil || string(got) != precious {
				t.Errorf("%s, before the first start %v: the link was followed: %q, %v", suffix, before, got, err)
			}
		}
	}
}

// TestExposed: that others may write to the state's folder is said, with the cure.
func TestExposed(t *testing.T) {
	for mode, want := range map[os.FileMode]bool{0o700: false, 0o755: false, 0o777: true, 0o702: true,
		0o777 | os.ModeSticky: true} {
		dir := filepath.Join(t.TempDir(), "state")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		st, err := Open(filepath.Join(dir, "zoomtag.db"), Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		notices := strings.Join(st.Notices(), "\n")
		if said := strings.Contains(notices, "chmod go-w "+dir); said != want || (st.Exposed() != "") != want {
			t.Errorf("mode %v: %q", mode, notices)
		}
		cause, cure := words.Apart(st.Exposed())
		if want && (cure != "run chmod go-w "+dir || strings.Contains(cause, "chmod")) {
			t.Errorf("cause %q, cure %q", cause, cure)
		}
		if err := st.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
