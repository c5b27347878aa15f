package terminal

import (
	"errors"
	"io"
	"os"
	"sync/atomic"
	"syscall"

	"golang.org/x/term"
)

// Outlet is standard output. When nobody reads it any more, the command ends as it does when it is told to stop.
type Outlet struct {
	to     io.Writer
	end    func()
	unread atomic.Bool
}

// NewOutlet returns standard output, with what ends the command.
func NewOutlet(to io.Writer, end func()) *Outlet { return &Outlet{to: to, end: end} }

// Unread reports whether something was written that nobody reads.
func (o *Outlet) Unread() bool { return o.unread.Load() }

// Write writes on.

func (o *Outlet) Write(p []byte) (int, error) {
	n, err := o.to.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		o.unread.Store(true)
		o.end()
	}
	return n, err
}

// IsScreen reports whether w is a screen on which colour and progress are wanted.
func IsScreen(w io.Writer, env func(string) string) bool {
	f, ok := FileOf(w)
	wanted := env("NO_COLOR") == "" && env("TERM") != "dumb"
	return ok && wanted && term.IsTerminal(int(f.Fd()))
}

// FileOf is the file behind w, if there is one.
func FileOf(w io.Writer) (f *os.File, ok bool) {
	if o, isOutlet := w.(*Outlet); isOutlet {
		w = o.to
	}
	f, ok = w.(*os.File)
	return f, ok
}
