package socket

import (
	"os"
	"syscall"
)

// ownersOnly does nothing: the access list of its folder guards the socket.
func ownersOnly(_, _ string, _ syscall.RawConn) error { return nil }

// ownersAlone reports whether the socket is there.
func ownersAlone(path string) (bool, error) {
	_, err := os.Lstat(path)
	return err == nil, err
}
