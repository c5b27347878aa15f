// Package files writes files whole, and says in a sentence why one cannot be read or written.
//
// A file is written beside its place, is on the disk, and is then renamed over what was there: whoever reads it, also
// after a power cut, finds the one or the other, and no part of either. What a crash leaves beside it is nobody's.
package files

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"zoomtag/providers/words"
)

// ReadError says why a file that somebody has named cannot be read.
func ReadError(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return words.Mend(words.Say(err, "there is no file "+path), "check its name")
	case errors.Is(err, fs.ErrPermission):
		return words.Mend(words.Say(err, "the file "+path+" may not be read by this user"),
			"have its owner let you, or run zoomtag as its owner")
	case errors.Is(err, syscall.EISDIR):
		return words.Mend(words.Say(err, path+" is a folder"), "name the .ics file in it")
	}
	return fmt.Errorf("%s cannot be read: %w", path, err)
}

// WriteError says why a file cannot be written where somebody wants it.
func WriteError(path string, err error) error {
	dir := filepath.Dir(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return words.Mend(words.Say(err, "there is no folder "+dir+" for "+filepath.Base(path)),
			"make it, or name another place")
	case errors.Is(err, fs.ErrPermission):
		return words.Mend(words.Say(err, "the folder "+dir+" may not be written by this user"),
			"name another place, or have its owner let you")
	case errors.Is(err, syscall.ENOTDIR):
		return words.Mend(words.Say(err, dir+" is no folder"), "name another place for "+filepath.Base(path))
	case errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.EEXIST):
		return words.Mend(words.Say(err, path+" is a folder"), "name the file that is to be written")
	case errors.Is(err, syscall.EROFS):
		return words.Mend(words.Say(err, "the folder "+dir+" is on a read-only file system"), "name another place")
	case errors.Is(err, syscall.EFBIG):
		return words.Mend(words.Say(err, path+" may not grow any further"), "raise the limit for file sizes (ulimit -f)")
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return words.Mend(words.Say(err, "there is no space left for "+path), "free some, or name another place")
	}
	return fmt.Errorf("%s cannot be written: %w", path, err)
}

// TempDir makes a folder for files that are thrown away.
func TempDir(name string) (string, error) {
	dir, err := os.MkdirTemp("", name)
	if err == nil {
		return dir, nil
	}
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	return "", words.Mend(words.Say(err, "the folder for temporary files "+os.TempDir()+" cannot be used ("+err.Error()+
		")"), "make it, or set TMPDIR to a folder that this user may write to")
}

// Target is where a path leads that somebody has named: the file behind a symbolic link, which Replace would put a file
// in the place of.
func Target(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		return target
	}
	return path // it is not there yet, or whoever opens it is told
}

// Replace replaces a file at once, so that nobody ever reads half of it. One that holds these bytes already stays as it
// is.
func Replace(path string, raw []byte, mode fs.FileMode) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, raw) {
		return nil
	}
	temp, err := os.CreateTemp(filepath.Dir(path), ".zoomtag-*.tmp")
	if err != nil {
		return WriteError(path, err)
	}
	_, err = temp.Write(raw)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
		return WriteError(path, err)
	}
	return nil
}
