package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/store"
)

// process is what a command has of the process that it runs in.
type process struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	now      func() time.Time // the time; main gives crash tests their own
	hook     func(string)     // called at each crash point, and nil but in builds for crash tests
	hurry    hurry
	end      func() // has the command end when the step in hand is done
	own      bool   // the process is there for this command alone
}

// screen reports whether w is a screen on which colour and progress are wanted.
func (p *process) screen(w io.Writer) bool { return terminal.IsScreen(w, p.env) }

// hurry is for tests, which have no minutes. The zero value is what people get.
type hurry struct {
	within time.Duration                                     // bounds each exchange with a service
	wait   func(ctx context.Context, d time.Duration) error  // between two tries
	proxy  func(*http.Request) (*url.URL, error)             // of all requests to services; nil is that of the environment
	aloof  bool                                              // doctor leaves out its looks at the way to Zoom
	open   func(string, store.Options) (*store.Store, error) // opens the state for writing; nil is store.Open
}
