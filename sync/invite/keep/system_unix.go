//go:build unix

package keep

import "syscall"

// noWait has an open follow no link and wait for nobody, should a pipe have taken the place of a file.
const noWait = syscall.O_NOFOLLOW | syscall.O_NONBLOCK
