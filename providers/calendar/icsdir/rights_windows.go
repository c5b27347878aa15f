package icsdir

import (
	"fmt"

	"golang.org/x/sys/windows"
)

// ask finds out why nothing in the folder can be written now; nothing where it can. Of access lists it learns only from
// the write itself.
func (d *folder) ask() obstacle {
	path, err := windows.UTF16PtrFromString(d.path)
	if err != nil {
		return obstacle{}
	}
	var free uint64 // what it does not say, the write itself will
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err == nil && free < leastRoom {
		return noRoom(d.path)
	}
	return obstacle{}
}

// denies says why a file of the folder is not replaced, or nothing: its owner has said that it is not to be changed.
func (s *stat) denies(name string) obstacle {
	if s.mode&0o222 == 0 {
		return obstacle{fmt.Sprintf("the file %s is marked as read-only", name), "take the mark away"}
	}
	return obstacle{}
}
