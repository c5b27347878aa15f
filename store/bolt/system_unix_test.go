//go:build unix

package bolt

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestWhoseState: whoever may not use the state is told whose it is, also where only a folder above it can be seen.
func TestWhoseState(t *testing.T) {
	dir := t.TempDir()
	me := userName(os.Geteuid())
	none := filepath.Join(dir, "none", "zoomtag.db")
	for path, says := range map[string]string{
		dir: "the state " + dir + " may not be read and written by " + me + ": ",
		// What was to be made is not there to be given rights.
		none: "the folder " + filepath.Dir(none) + " may not be written by " + me + ": ",
	} {
		if got := ownerOf(path); got != me {
			t.Errorf("%s belongs to %q, want %q", path, got, me)
		}
		if err := explain("open", path, syscall.EACCES); !strings.HasPrefix(err.Error(), "store: open: "+says) {
			t.Error(err)
		}
	}
	if got := userName(1<<31 - 7); got != "#2147483641" {
		t.Errorf("a user without a name is %q", got)
	}
}

// TestOthersMayWrite: a group counts as others, unless it is the user's own, as Debian and others give each user one.
func TestOthersMayWrite(t *testing.T) {
	for _, c := range []struct {
		mode, uid, gid uint32
		egid           int
		want           bool
	}{
		{0o40755, 1000, 1000, 1000, false},
		{0o40775, 1000, 1000, 1000, false},
		{0o40775, 1000, 100, 100, true},
		{0o40775, 1000, 1000, 100, true}, // a group with the number of somebody else's user
		{0o40755, 1000, 100, 100, false},
		{0o40757, 1000, 1000, 1000, true},
	} {
		if got := othersMayWrite(c.mode, c.uid, c.gid, c.egid); got != c.want {
			t.Errorf("mode %o of %d:%d for group %d: %v", c.mode, c.uid, c.gid, c.egid, got)
		}
	}
}
