package store

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	bolterrors "go.etcd.io/bbolt/errors"
)

var (
	// ErrLocked: another process has the store open.
	ErrLocked = errors.New("locked")
	// ErrReadOnly: the store was opened with OpenReadOnly.
	ErrReadOnly = errors.New("the store is open for reading only")
	// ErrClosed: the store has been closed.
	ErrClosed = errors.New("the store is closed")
)

// DamagedError says that the database cannot be trusted. Nothing but reading it has been tried, and the store answers
// every further call with the same error.
type DamagedError struct {
	Path string
	// What is the rest of a sentence that begins with the path: "is empty".
	What string
	// Copy says that the file is sound in itself but not the one that zoomtag last wrote: older, or another database.
	Copy bool
	err  error
}

// Error is one sentence with the way out.
func (e *DamagedError) Error() string {
	detail := ""
	if e.err != nil {
		detail = fmt.Sprintf(" (%v)", e.err)
	}
	out := fmt.Sprintf("store: %s %s%s: move it away (and %s with it): zoomtag rebuilds everything but the history from the "+
		"marks in the events", e.Path, e.What, detail, sidecarPath(e.Path))
	if e.Copy {
		out += "; if you put it there on purpose, move only the .sidecar away"
	}
	return out
}

func (e *DamagedError) Unwrap() error { return e.err }

// explain makes one plain sentence of what the system or bbolt said while zoomtag was doing something with path.
func explain(doing, path string, err error) error {
	why := ""
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		why = "the disk is full: free some space; nothing was lost, and zoomtag goes on when there is room"
	case errors.Is(err, syscall.EFBIG):
		why = "the file may not grow any further: raise the limit for file sizes (LimitFSIZE, ulimit -f)"
	case errors.Is(err, syscall.EROFS):
		why = "the file system is read-only: put the state where zoomtag may write, or mount it for writing"
	case errors.Is(err, fs.ErrPermission):
		why = "permission denied: the file and its folder must belong to the user that zoomtag runs as"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		why = "too many files are open: raise the limit (LimitNOFILE, ulimit -n)"
	case errors.Is(err, syscall.ENOLCK), errors.Is(err, syscall.EOPNOTSUPP):
		why = "its file system cannot lock files: put the state on a local disk"
	case errors.Is(err, syscall.EIO):
		why = "the disk reports an error: check the disk, then start zoomtag again"
	case errors.Is(err, bolterrors.ErrDatabaseNotOpen):
		return fmt.Errorf("store: %s %s: %w", doing, path, ErrClosed)
	default:
		return fmt.Errorf("store: %s %s: %w", doing, path, err)
	}
	return fmt.Errorf("store: %s %s: %s (%w)", doing, path, why, err)
}

func locked(path string) error {
	return fmt.Errorf("store: another zoomtag holds %s: end it, or let this command ask it over its control socket (%w)", path, ErrLocked)
}
