package main

import (
	"io"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/sync/assemble"
)

// process is what a command has of the process that it runs in.
type process struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	now      func() time.Time // the time; main gives crash tests their own
	hook     func(string)     // called at each crash point, and nil but in builds for crash tests
	hurry    assemble.Haste
	end      func() // has the command end when the step in hand is done
	own      bool   // the process is there for this command alone
}

// screen reports whether w is a screen on which colour and progress are wanted.
func (p *process) screen(w io.Writer) bool { return terminal.IsScreen(w, p.env) }
