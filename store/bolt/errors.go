package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"zoomtag/providers/words"
	"zoomtag/store/entries"

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

func (e *DamagedError) Error() string { return "store: " + words.Join(e.Plain(), e.Cure()) }

// Plain implements words.Plain.
func (e *DamagedError) Plain() string {
	detail := ""
	if e.err != nil {
		detail = fmt.Sprintf(" (%v)", e.err)
	}
	return e.Path + " " + e.What + detail
}

// Cure implements words.Curable: it is the way out.
func (e *DamagedError) Cure() string {
	out := fmt.Sprintf("move it away (and %s with it): zoomtag rebuilds everything but the history from the marks in the "+
		"events", sidecarPath(e.Path))
	if e.Copy {
		out += "; if you put it there on purpose, move only the .sidecar away"
	}
	return out
}

func (e *DamagedError) Unwrap() error { return e.err }

// explain makes one plain sentence of what the system or bbolt said while zoomtag was doing something with path.
func explain(doing, path string, err error) error { return explainOf("the state ", doing, path, err) }

// explainCopy is explain for a copy of the state.
func explainCopy(path string, err error) error {
	return explainOf("the copy of the state ", "copy to", path, err)
}

// explainOf is explain for what path is.
func explainOf(what, doing, path string, err error) error {
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		err = ErrClosed
	}
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err // path is in the sentence already
	}
	for _, known := range advice {
		if errors.Is(err, known.err) {
			return &entries.Error{Doing: doing, Cause: what + path + " " + known.text,
				Remedy: known.mend(path), Err: err}
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		denied := notAllowed
		if _, gone := os.Lstat(path); errors.Is(gone, fs.ErrNotExist) { // it was to be made
			denied = notAllowedIn
		}
		cause, cure := denied(path, ownerOf(path), userName(os.Geteuid()))
		return &entries.Error{Doing: doing, Cause: cause, Remedy: cure, Err: err}
	}
	return &entries.Error{Cause: fmt.Sprintf("%s%s cannot be used (%s: %v)", what, path, doing, err), Err: err}
}

// advice is what to say of errors that their owner can do something about.
var advice = []struct {
	err error
	remedy
}{
	{syscall.ENOSPC, diskFull},
	{syscall.EDQUOT, diskFull},
	{syscall.EFBIG, remedy{"may not grow any further", "raise the limit for file sizes (LimitFSIZE, ulimit -f)"}},
	{syscall.EROFS, remedy{"is on a read-only file system", "put it where zoomtag may write, or mount that for writing"}},
	{syscall.EISDIR, remedy{"is a folder", "write the path of a file as state, for instance PATH/zoomtag.db"}},
	{syscall.ENOTDIR, remedy{"has a file where a folder should be on its path",
		"write a path as state that leads through folders only"}},
	{syscall.ELOOP, remedy{"is a symbolic link, which zoomtag does not follow here",
		"look who made it, then remove it"}},
	{syscall.EMFILE, tooManyFiles},
	{syscall.ENFILE, tooManyFiles},
	{syscall.ENOLCK, noLocks},
	{syscall.EOPNOTSUPP, noLocks},
	{syscall.EIO, remedy{"is on a disk that reports an error", "check the disk, then start zoomtag again"}},
}

// remedy is what is wrong with a path, as the rest of a sentence that begins with it, and what mends that. PATH in the
// latter is the path.
type remedy struct{ text, cure string }

func (r remedy) mend(path string) string { return strings.ReplaceAll(r.cure, "PATH", path) }

var (
	diskFull = remedy{"is on a disk that is full", "free some space; what was saved before is kept, and zoomtag goes on " +
		"when there is room"}
	tooManyFiles = remedy{"cannot be opened beside so many other files", "raise the limit (LimitNOFILE, ulimit -n)"}
	noLocks      = remedy{"is on a file system that cannot lock files", "put it on a local disk"}
)

// NotAllowed is the error for people that this user may not look at the state of this path: whose it is, and what to
// do.
func NotAllowed(path string) error { return explain("look at", path, fs.ErrPermission) }

// notAllowed says that a user may not use the state, and as whom to ask: its owner, or, where that is the user, with
// what right.
func notAllowed(path, owner, who string) (cause, cure string) {
	if owner == "" || owner == who {
		return fmt.Sprintf("the state %s may not be read and written by %s", path, who),
			"give that right to this user, for the file and its folder (chmod u+rwX)"
	}
	return fmt.Sprintf("the state %s belongs to %s and may not be used by %s", path, owner, who),
		fmt.Sprintf("run zoomtag as %s, for instance with sudo -u '%s'", owner, owner)
}

// notAllowedIn says that a user may make no file in the folder of path, and what to do.
func notAllowedIn(path, owner, who string) (cause, cure string) {
	dir := filepath.Dir(path)
	if owner == "" || owner == who {
		return fmt.Sprintf("the folder %s may not be written by %s", dir, who),
			"give that right to this user (chmod u+rwx)"
	}
	return fmt.Sprintf("the folder %s belongs to %s and may not be written by %s", dir, owner, who),
		fmt.Sprintf("run zoomtag as %s, for instance with sudo -u '%s'", owner, owner)
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
	return &entries.Error{Cause: "another zoomtag holds " + path, Remedy: "end it first", Err: ErrLocked}
}
