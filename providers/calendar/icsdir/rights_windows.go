package icsdir

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// leastRoom is the room, in bytes, without which no file of a folder is replaced. A new one needs its own size beside
// the old one; with less than this the disk counts as full.
const leastRoom = 256 << 10

// ask finds out why nothing in the folder can be written now; "" where it can. Of access lists it learns only from the
// write itself.
func (d *folder) ask() string {
	path, err := windows.UTF16PtrFromString(d.path)
	if err != nil {
		return ""
	}
	var free uint64 // what it does not say, the write itself will
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err == nil && free < leastRoom {
		return "there is no room left where " + d.path + " lies: make room"
	}
	return ""
}

// denies says why a file of the folder is not replaced, or nothing: its owner has said that it is not to be changed.
func (s *stat) denies(name string) string {
	if s.mode&0o222 == 0 {
		return fmt.Sprintf("the file %s is marked as read-only: take the mark away", name)
	}
	return ""
}
