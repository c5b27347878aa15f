// Command zoomtag puts working Zoom links into calendar events, and keeps them working.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // so that zones are known on systems that bring no zone database

	"github.com/spf13/cobra"

	"zoomtag/cmd/zoomtag/terminal"
	"zoomtag/providers/words"
	"zoomtag/store"
)

// The exit codes, as promised to scripts and service files.
const (
	exitOK     = 0
	exitFailed = 1 // something failed for some event or calendar; the rest was done
	exitUsage  = 2 // the command line or the configuration is wrong
	exitLocked = 3 // another zoomtag holds the store
	// exitUnread is what a shell says of a command that a closed pipe has ended, as in zoomtag demo | head -1.
	exitUnread = 128 + int(syscall.SIGPIPE)
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	// A pipe that nobody reads any more is an error of the write, and no sudden end: what lies in the temporary folder
	// is removed.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	code := execute(ctx, os.Args[1:], process{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: environment,
		own: true})
	stop()
	os.Exit(code)
}

// errReported says that something failed and that the output has already said what.
var errReported = errors.New("something failed")

// errAsked says that the configuration leaves a question open that the output has already put.
var errAsked = errors.New("the configuration does not say which calendar is meant")

// execute runs one command line and returns the exit code.
func execute(ctx context.Context, args []string, term process) int {
	ctx, end := context.WithCancel(ctx)
	defer end()
	out := terminal.NewOutlet(term.out, end)
	term.out, term.end = out, end
	if term.now == nil {
		term.now, term.hook = wallClock(term.env), crashHook(term.env)
	}
	root := newRoot(&term)
	root.SetArgs(args)
	root.SetIn(term.in)
	root.SetOut(term.out)
	root.SetErr(term.err)
	err := root.ExecuteContext(ctx)
	trace(root, term, err)
	switch {
	case out.Unread():
		return exitUnread
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	case errors.Is(err, errAsked):
		return exitUsage
	case words.IsUsage(err):
		fmt.Fprintln(term.err, "zoomtag: "+terminal.Lines(words.Of(err)))
		return exitUsage
	case errors.Is(err, store.ErrLocked):
		fmt.Fprintln(term.err, "zoomtag: "+terminal.Lines(words.Of(err)))
		return exitLocked
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		fmt.Fprintln(term.err, "zoomtag: it was told to stop before it was done: run the command again to go on")
		return exitFailed
	default:
		fmt.Fprintln(term.err, "zoomtag: "+terminal.Lines(words.Of(err)))
		return exitFailed
	}
}

// trace shows at --log-level debug the whole chain of an error, of which people else hear the cause.
func trace(root *cobra.Command, term process, err error) {
	if err == nil || errors.Is(err, errReported) || errors.Is(err, errAsked) {
		return
	}
	if root.PersistentFlags().Lookup("log-level").Value.String() == "debug" {
		fmt.Fprintln(term.err, "zoomtag: the whole of it: "+err.Error())
	}
}
