//go:build unix

package icsdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// The system calls of this file are made without package os, which for each file looks whether it can be polled and
// sets a finalizer: with ten thousand files that is a third of the time of a pass.

// handle is an open file.
type handle = int

// handleOf is the handle of an open folder, which keeps it.
func handleOf(f *os.File) handle { return int(f.Fd()) }

// retry repeats a system call that a signal has interrupted.
func retry(call func() error) error {
	for {
		if err := call(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// stat looks at a file of the folder. ok is false for what is no item: vanished, not a regular file, a link that leads
// out of the folder. link is where the file itself is, if name is a symbolic link.
func (d *folder) stat(name string) (st stat, link string, ok bool, err error) {
	var sys unix.Stat_t
	err = retry(func() error { return unix.Fstatat(d.fd, name, &sys, unix.AT_SYMLINK_NOFOLLOW) })
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return st, "", false, nil
	case err != nil:
		return st, "", false, fmt.Errorf("icsdir: %s cannot be looked at: %w", filepath.Join(d.path, name), err)
	case sys.Mode&unix.S_IFMT == unix.S_IFLNK:
		return d.follow(filepath.Join(d.path, name))
	case sys.Mode&unix.S_IFMT != unix.S_IFREG:
		return st, "", false, nil
	}
	return fromSys(&sys), "", true, nil
}

// follow looks at the file that a symbolic link leads to, if that is in the folder as well.
func (d *folder) follow(path string) (st stat, link string, ok bool, err error) {
	root, err := filepath.EvalSymlinks(d.path)
	if err != nil {
		return st, "", false, fmt.Errorf("icsdir: the folder cannot be read: %w", err)
	}
	link, err = filepath.EvalSymlinks(path)
	if err != nil || !strings.HasPrefix(link, root+string(filepath.Separator)) {
		return st, "", false, nil //nolint:nilerr // it leads nowhere, or out: that is no item, and no fault
	}
	var sys unix.Stat_t
	if err := unix.Lstat(link, &sys); err != nil || sys.Mode&unix.S_IFMT != unix.S_IFREG {
		return st, "", false, nil //nolint:nilerr // what it leads to has vanished, or is no file: that is no item, and no fault
	}
	return fromSys(&sys), link, true, nil
}

// open opens a file for reading. It waits for nobody: a pipe that has taken the place of the file does not hang us.
func (d *folder) open(e entry) (fd handle, err error) {
	const flags = unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	err = retry(func() (err error) {
		if e.link == "" {
			fd, err = unix.Openat(d.fd, e.name, flags, 0)
		} else {
			fd, err = unix.Open(e.link, flags, 0)
		}
		return err
	})
	return fd, err
}

func closeFD(fd handle) { _ = unix.Close(fd) } // nothing was written through it

func readFD(fd handle, buf []byte) (n int, err error) {
	err = retry(func() (err error) { n, err = unix.Read(fd, buf); return err })
	return max(n, 0), err
}

func statFD(fd handle) (stat, error) {
	var sys unix.Stat_t
	if err := retry(func() error { return unix.Fstat(fd, &sys) }); err != nil {
		return stat{}, err
	}
	if sys.Mode&unix.S_IFMT != unix.S_IFREG {
		return stat{}, errors.New("it is not a regular file")
	}
	return fromSys(&sys), nil
}

func fromSys(sys *unix.Stat_t) stat {
	return stat{
		size: sys.Size, mtime: sys.Mtim.Nano(), ctime: sys.Ctim.Nano(), inode: sys.Ino,
		mode: fs.FileMode(sys.Mode & 0o777), uid: int(sys.Uid), gid: int(sys.Gid),
	}
}

// giveOwner gives the new version of a file the owner and group of the old one. Only root can give a file to somebody
// else; others may be members of its group.
func (s *stat) giveOwner(temp *os.File) error {
	if s.uid == os.Geteuid() && s.gid == os.Getegid() {
		return nil
	}
	err := temp.Chown(s.uid, s.gid)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the file belongs to another user, and would not any more: %w", err)
	}
	return err
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
