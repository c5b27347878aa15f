package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
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

func (e *DamagedError) Error() string { return "store: " + e.Plain() }

// Plain is one sentence with the way out.
func (e *DamagedError) Plain() string {
	detail := ""
	if e.err != nil {
		detail = fmt.Sprintf(" (%v)", e.err)
	}
	out := fmt.Sprintf("%s %s%s: move it away (and %s with it): zoomtag rebuilds everything but the history from the "+
		"marks in the events", e.Path, e.What, detail, sidecarPath(e.Path))
	if e.Copy {
		out += "; if you put it there on purpose, move only the .sidecar away"
	}
	return out
}

func (e *DamagedError) Unwrap() error { return e.err }

// sentence is an error whose text says it all; what it wraps is for errors.Is.
type sentence struct {
	text  string
	plain string // for people
	err   error
}

func (e *sentence) Error() string { return e.text }
func (e *sentence) Unwrap() error { return e.err }

// Plain says where and what, without what was being done.
func (e *sentence) Plain() string { return e.plain }

// explain makes one plain sentence of what the system or bbolt said while zoomtag was doing something with path.
func explain(doing, path string, err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		err = ErrClosed
	}
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err // path is in the sentence already
	}
	for _, known := range advice {
		if errors.Is(err, known.err) {
			plain := "the state " + fmt.Sprintf(known.text, path)
			return &sentence{text: fmt.Sprintf("store: %s: %s", doing, plain), plain: plain, err: err}
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		plain := notAllowed(path, ownerOf(path), userName(os.Geteuid()))
		return &sentence{text: fmt.Sprintf("store: %s: %s", doing, plain), plain: plain, err: err}
	}
	return &sentence{text: fmt.Sprintf("store: %s %s: %v", doing, path, err),
		plain: fmt.Sprintf("the state %s cannot be used (%s: %v)", path, doing, err), err: err}
}

// advice is what to say of errors that their owner can do something about.
var advice = []struct {
	err  error
	text string
}{
	{syscall.ENOSPC, diskFull},
	{syscall.EDQUOT, diskFull},
	{syscall.EFBIG, "%s may not grow any further: raise the limit for file sizes (LimitFSIZE, ulimit -f)"},
	{syscall.EROFS, "%s is on a read-only file system: put it where zoomtag may write, or mount that for writing"},
	{syscall.EISDIR, "%[1]s is a folder: write the path of a file as state, for instance %[1]s/zoomtag.db"},
	{syscall.ENOTDIR, "%s has a file where a folder should be on its path: write a path as state that leads through " +
		"folders only"},
	{syscall.ELOOP, "%s is a symbolic link, which zoomtag does not follow here: look who made it, then remove it"},
	{syscall.EMFILE, tooManyFiles},
	{syscall.ENFILE, tooManyFiles},
	{syscall.ENOLCK, noLocks},
	{syscall.EOPNOTSUPP, noLocks},
	{syscall.EIO, "%s is on a disk that reports an error: check the disk, then start zoomtag again"},
}

const (
	diskFull = "%s is on a disk that is full: free some space; what was saved before is kept, and zoomtag goes " +
		"on when there is room"
	tooManyFiles = "%s cannot be opened beside so many other files: raise the limit (LimitNOFILE, ulimit -n)"
	noLocks      = "%s is on a file system that cannot lock files: put it on a local disk"
)

// NotAllowed is the error for people that this user may not look at the state of this path: whose it is, and what to
// do.
func NotAllowed(path string) error { return explain("look at", path, fs.ErrPermission) }

// notAllowed says that a user may not use the state, and as whom to ask: its owner, or, where that is the user, with
// what right.
func notAllowed(path, owner, who string) string {
	if owner == "" || owner == who {
		return fmt.Sprintf("the state %s may not be read and written by %s: give that right to this user, for the "+
			"file and its folder (chmod u+rwX)", path, who)
	}
	return fmt.Sprintf("the state %s belongs to %s and may not be used by %s: run zoomtag as %s, for instance with "+
		"sudo -u '%s'", path, owner, who, owner, owner)
}

// userName is what a user is called here; who has no name goes by the number, as sudo takes it.
func userName(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "#" + id
}

func locked(path string) error {
	text := fmt.Sprintf("another zoomtag holds %s: end it first", path)
	return &sentence{text: "store: " + text, plain: text, err: ErrLocked}
}
