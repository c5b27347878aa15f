//go:build unix

package socket

import (
	"errors"
	"os"
	"syscall"
)

// socketMode lets in the owner only.
const socketMode = 0o600

// ownersOnly gives a socket its mode before it has a path: at no moment can others connect, and no path has to be
// changed, which might lead elsewhere by then (unix(7): the mode of the socket's file is that of the descriptor).
func ownersOnly(_, _ string, raw syscall.RawConn) (err error) {
	refused := raw.Control(func(fd uintptr) { err = syscall.Fchmod(int(fd), socketMode) })
	return errors.Join(refused, err)
}

// ownersAlone reports whether the socket at path is ours and lets in nobody else.
func ownersAlone(path string) (bool, error) {
	info, err := os.Lstat(path)
	return err == nil && info.Mode() == os.ModeSocket|socketMode, err
}
