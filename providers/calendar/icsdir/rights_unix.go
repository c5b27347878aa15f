//go:build unix

package icsdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// ask finds out why nothing in the folder can be written now; nothing where it can.
func (d *folder) ask() obstacle {
	switch err := unix.Faccessat(d.fd, ".", unix.W_OK|unix.X_OK, unix.AT_EACCESS); {
	case errors.Is(err, unix.EROFS):
		return obstacle{d.path + " lies on a file system that is mounted for reading only", "mount it for writing"}
	case errors.Is(err, fs.ErrPermission):
		return obstacle{d.path + " may not be written by the user that runs zoomtag",
			"give that user the right to write to the folder"}
	}
	var disk unix.Statfs_t // what it does not say, the write itself will
	if err := retry(func() error { return unix.Fstatfs(d.fd, &disk) }); err == nil && disk.Blocks > 0 &&
		disk.Bavail*uint64(disk.Bsize) < leastRoom {
		return noRoom(d.path)
	}
	return obstacle{}
}

// denies says why a file of the folder is not replaced, or nothing: its owner has said that it is not to be changed, or
// whoever can read it now could not any more.
func (s *stat) denies(name string) obstacle {
	me, group := os.Geteuid(), os.Getegid()
	switch {
	case s.mode&0o222 == 0:
		return obstacle{fmt.Sprintf("the file %s may not be written by anybody (mode %04o)", name, s.mode),
			"give its owner the right to write it"}
	case me == 0 || s.uid == me && (s.gid == group || isMember(s.gid)):
		return obstacle{}
	}
	return obstacle{fmt.Sprintf("the file %s belongs to another user or group (%d:%d), and would not any more if zoomtag "+
		"wrote it", name, s.uid, s.gid), "let zoomtag run as that user"}
}

func isMember(group int) bool {
	groups, err := os.Getgroups()
	return err == nil && slices.Contains(groups, group)
}
