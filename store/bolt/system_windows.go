package bolt

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// noFollow is nothing here: only who may write to the folder can lay a link in it, and then only with a privilege.
const noFollow = 0

// modes says that the mode of a file does not tell who may read it: that is for the folder's access list to say.
const modes = false

// openFile opens a file that can be given another name while it is open, as a new database is. Package os does not
// share that right.
func openFile(path string, flag int) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	access, how := uint32(windows.GENERIC_READ), uint32(windows.OPEN_EXISTING)
	if flag&os.O_RDWR != 0 {
		access |= windows.GENERIC_WRITE
	}
	if flag&os.O_CREATE != 0 {
		how = windows.OPEN_ALWAYS
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	handle, err := windows.CreateFile(name, access, share, nil, how, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// lockFile locks an open file, at once or not at all; busy says that another process has it. The lock ends with the
// file. It is on a byte that no file reaches, beside the one that bbolt locks with the same handle.
func lockFile(file *os.File, shared bool) (busy bool, err error) {
	const end = 1<<32 - 1
	flags := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if !shared {
		flags |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	place := windows.Overlapped{Offset: end - 1, OffsetHigh: end}
	err = windows.LockFileEx(windows.Handle(file.Fd()), flags, 0, 1, 0, &place)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return true, nil
	}
	return false, err
}

// syncFolder does nothing: Windows has no call for it, and its file system keeps a journal of names.
func syncFolder(string) error { return nil }

// ownerOf names nobody: who may use a file is in its access list, and not its owner's alone to say.
func ownerOf(string) string { return "" }
