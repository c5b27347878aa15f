package icsdir

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// handle is an open file.
type handle = *os.File

// handleOf is the handle of an open folder, which keeps it.
func handleOf(f *os.File) handle { return f }

// stat looks at a file of the folder. ok is false for what is no item: vanished, not a regular file, a link that leads
// out of the folder. link is where the file itself is, if name is a symbolic link.
func (d *folder) stat(name string) (st stat, link string, ok bool, err error) {
	path := filepath.Join(d.path, name)
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return st, "", false, nil
	case err != nil:
		return st, "", false, fmt.Errorf("icsdir: %s cannot be looked at: %w", path, err)
	case info.Mode()&fs.ModeSymlink != 0:
		return d.follow(path)
	case !info.Mode().IsRegular():
		return st, "", false, nil
	}
	return fromInfo(info), "", true, nil
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
	info, err := os.Lstat(link)
	if err != nil || !info.Mode().IsRegular() {
		return st, "", false, nil //nolint:nilerr // what it leads to has vanished, or is no file: that is no item, and no fault
	}
	return fromInfo(info), link, true, nil
}

// open opens a file for reading.
func (d *folder) open(e entry) (handle, error) {
	if e.link != "" {
		return os.Open(e.link)
	}
	return os.Open(filepath.Join(d.path, e.name))
}

func closeFD(f handle) { _ = f.Close() } // nothing was written through it

func readFD(f handle, buf []byte) (int, error) {
	n, err := f.Read(buf)
	if errors.Is(err, io.EOF) {
		return n, nil
	}
	return n, err
}

func statFD(f handle) (stat, error) {
	info, err := f.Stat()
	if err != nil {
		return stat{}, err
	}
	if !info.Mode().IsRegular() {
		return stat{}, errors.New("it is not a regular file")
	}
	return fromInfo(info), nil
}

// fromInfo has in the place of the change time, which Windows does not tell, when the file was made: another file has
// another one.
func fromInfo(info fs.FileInfo) stat {
	st := stat{size: info.Size(), mtime: info.ModTime().UnixNano(), mode: info.Mode().Perm()}
	if sys, ok := info.Sys().(*syscall.Win32FileAttributeData); ok {
		st.ctime = sys.CreationTime.Nanoseconds()
	}
	return st
}

// giveOwner does nothing: a new version of a file has the access list that its folder hands down.
func (s *stat) giveOwner(*os.File) error { return nil }

// syncDir does nothing: Windows has no call for it, and its file system keeps a journal of names.
func syncDir(string) error { return nil }
