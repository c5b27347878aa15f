package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/api/socket"
)

// everyQuestion is each command that asks a running daemon.
var everyQuestion = [][]string{{"status"}, {"links"}, {"log"}, {"sync"}, {"plan"}, {"release", "f"},
	{"invite", "--all", "-o", "-"}, {"link", "f", "Alpha"},
	{"doctor"}, {"cancel", "123"}}

// TestSilentDaemon: whatever is asked of a daemon that hangs, the command says so, and neither waits for ever nor works
// beside it.
func TestSilentDaemon(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "", "")
	w.must(os.MkdirAll(filepath.Dir(w.state), 0o700))
	l, err := net.Listen("unix", socket.Path(w.state)) // the system takes the connections, and nobody is there
	w.must(err)
	t.Cleanup(func() { l.Close() })
	for _, args := range everyQuestion {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			out, errs, code := w.zoomtag(args...)
			if code != exitFailed || !strings.Contains(errs, socket.ErrSilent.Error()) {
				t.Errorf("exit %d after %s: %s%s", code, time.Since(began), out, errs)
			}
		})
	}
}
