//go:build unix

package bolt

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// noFollow has an open fail at a symbolic link, which somebody else may have laid.
const noFollow = unix.O_NOFOLLOW

// modes says that the mode of a file tells who may read it.
const modes = true

// openFile opens a file whose lock and name may change while it is open.
func openFile(path string, flag int) (*os.File, error) { return os.OpenFile(path, flag, 0o600) }

// lockFile locks an open file, at once or not at all; busy says that another process has it. The lock ends with the
// file.
func lockFile(file *os.File, shared bool) (busy bool, err error) {
	how := unix.LOCK_EX | unix.LOCK_NB
	if shared {
		how = unix.LOCK_SH | unix.LOCK_NB
	}
	err = unix.Flock(int(file.Fd()), how)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return true, nil
	}
	return false, err
}

// syncFolder makes a rename in a folder last.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	err = dir.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) { // some file systems cannot, nor need they
		return nil
	}
	return err
}

// ownerOf names the user to whom a file belongs, or the nearest folder above it of which that is known.
func ownerOf(path string) string {
	for {
		var st unix.Stat_t
		if unix.Stat(path, &st) == nil {
			return userName(int(st.Uid))
		}
		above := filepath.Dir(path)
		if above == path {
			return ""
		}
		path = above
	}
}
