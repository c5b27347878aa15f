//go:build unix

package service

import (
	"os"
	"path/filepath"
	"syscall"
)

// othersGroup reports whether a folder, or a file in it, belongs to another group than this process has.
func othersGroup(folder string) bool {
	if belongsElsewhere(folder) {
		return true
	}
	list, err := os.ReadDir(folder)
	for _, entry := range list {
		if err == nil && belongsElsewhere(filepath.Join(folder, entry.Name())) {
			return true
		}
	}
	return false
}

func belongsElsewhere(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Gid) != os.Getegid()
}
