//go:build unix

package bolt

import (
	"fmt"
	"os"
	"path/filepath"

	"zoomtag/providers/words"

	"golang.org/x/sys/unix"
)

// Exposed returns, as words.Pair makes it, that others than the owner may write to the folder of the database, and so
// replace what zoomtag trusts in it; "" where they may not, or the folder cannot be looked at.
func (s *Engine) Exposed() string {
	dir := filepath.Dir(s.path)
	var st unix.Stat_t
	if unix.Stat(dir, &st) != nil { // whoever uses it is told of that
		return ""
	}
	mode := uint32(st.Mode) //nolint:unconvert // it is a smaller number on macOS
	if !othersMayWrite(mode, st.Uid, st.Gid, os.Getegid()) {
		return ""
	}
	return words.Pair(fmt.Sprintf("others may write to the folder %s (mode %04o) and could replace the state and the "+
		"sign-ins in it", dir, st.Mode&0o7777), "run chmod go-w "+dir)
}

// othersMayWrite reports whether more than one user may write to what has this mode and owner; egid is the group of
// this process.
func othersMayWrite(mode, uid, gid uint32, egid int) bool {
	// A group of which the user is the only member, by the same number, is what Debian and others give each user: that
	// is nobody else.
	shared := mode&0o020 != 0 && (gid != uid || int(gid) != egid)
	return shared || mode&0o002 != 0
}
