package main

import (
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"zoomtag/sync/api"
)

// interruption asks the binary to end while one of its readings of the calendar waits for its answer, which does not
// come.
type interruption struct {
	w      *crashWorld
	signal os.Signal

	mu   sync.Mutex
	at   int  // which reading; 0 is none
	seen int  // readings of this run
	sent bool // the signal was sent
	// there was a request for a meeting, not only for a list: from here on one may belong to a step, which is finished
	steps bool
}

// begin forgets the last run.
func (i *interruption) begin(at int, signal os.Signal) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.at = at
	i.signal = signal
	i.seen = 0
	i.sent = false
	i.steps = false
}

func (i *interruption) hold(r *http.Request, phase string) {
	i.mu.Lock()
	if strings.Contains(r.URL.Path, "/v2/") && r.Method != http.MethodGet ||
		strings.Contains(r.URL.Path, "/meetings/") {
		i.steps = true
	}
	zoom := strings.HasSuffix(i.w.zoom.URL(), "//"+r.Host)
	if zoom || i.steps || phase == "after" {
		i.mu.Unlock()
		return
	}
	if i.seen++; i.seen != i.at {
		i.mu.Unlock()
		return
	}
	i.sent = true
	i.mu.Unlock()
	i.w.mu.Lock()
	cmd, gone := i.w.cmd, i.w.gone
	i.w.mu.Unlock()
	if err := cmd.Process.Signal(i.signal); err != nil {
		i.w.t.Error(err)
	}
	<-gone // the end of the process does not wait for the answer
}

// readingStory is what leads to readings: of what changed, of an event whose grace period is over, of one whose meeting
// is checked.
var readingStory = []func(w *crashWorld){
	func(w *crashWorld) {
		w.put("a", "Alpha #zoom", "words, and more", "")
		w.put("b", "Beta #zoom(45m)", "", "Room 1")
		w.put("c", "Gamma", "", "")
	},
	func(w *crashWorld) { w.retitle("b", "Beta") },
	func(w *crashWorld) { w.ahead += 8 * time.Hour },
	func(w *crashWorld) { w.ahead += 8 * 24 * time.Hour },
}

// TestInterruptedReading: SIGTERM or Ctrl-C in the middle of a reading is no failure of a calendar or of an event.
func TestInterruptedReading(t *testing.T) {
	for _, kind := range crashKinds[1:] { // a folder is read in no time
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			interruptedReading(t, kind)
		})
	}
}

func interruptedReading(t *testing.T, kind crashKind) {
	apart, points := max(kind.stride()-2, 1), 0
	for _, chapter := range []int{0, 2, 3} { // in the other one a link is taken out: a step, which is finished
		for at := 1 + chapter%apart; interruptAt(t, kind, chapter, at, os.Interrupt, "sync", "--json"); at += apart {
			if !interruptAt(t, kind, chapter, at, syscall.SIGTERM, "run") {
				t.Errorf("the daemon did not get to reading %d", at)
			}
			if points++; t.Failed() {
				t.Fatalf("interrupted in reading %d of pass %d", at, chapter+1)
			}
		}
	}
	t.Logf("interrupted in %d readings", points)
	if points*apart < 5 {
		t.Errorf("only %d points", points)
	}
}

// interruptAt plays the story and interrupts a chapter's pass. It reports whether the pass came to that reading.
func interruptAt(t *testing.T, kind crashKind, chapter, at int, signal os.Signal, command ...string) bool {
	w := newCrashWorldOf(t, kind.make)
	i := &interruption{w: w}
	w.instead = i.hold
	for n, happens := range readingStory {
		happens(w)
		if n == chapter {
			i.begin(at, signal)
			if out, code, _ := w.runFor(0, command); i.sent {
				w.interrupted(out, code, command[0])
			} else {
				return false
			}
			i.begin(0, nil)
		}
		if out, code, _ := w.sync(); code != exitOK {
			t.Fatalf("pass %d: exit %d\n%s", n+1, code, out)
		}
		if n == chapter && *crashKills < longRun {
			return true
		}
	}
	w.rest()
	w.check(map[string]string{"a": "Alpha"})
	return true
}

// interrupted checks what is left right after the interruption.
func (w *crashWorld) interrupted(out string, code int, command string) {
	w.t.Helper()
	switch {
	case command == "run" && code != exitOK:
		w.t.Errorf("the daemon ended with %d:\n%s", code, out)
	case command == "sync" && (code != exitFailed || !strings.Contains(out, api.ErrStopped.Error())):
		w.t.Errorf("sync ended with %d:\n%s", code, out)
	case strings.Contains(out, "level=WARN") || strings.Contains(out, "level=ERROR"):
		w.t.Errorf("it complained:\n%s", out)
	}
	s := w.status()
	for _, c := range s.Calendars {
		if c.LastError != "" || c.Held {
			w.t.Errorf("status of the calendar: %+v", c)
		}
	}
	if len(s.Events) > 0 {
		w.t.Errorf("status: %+v", s)
	}
	if out, _, _ := w.zoomtagAt("log"); strings.Contains(out, "failed") {
		w.t.Errorf("the journal:\n%s", out)
	}
}

// TestInterruptedSweep: SIGTERM or Ctrl-C while meetings without an event are looked for is no failure either.
func TestInterruptedSweep(t *testing.T) {
	for signal, command := range map[os.Signal]string{syscall.SIGTERM: "run", os.Interrupt: "sync"} {
		t.Run(command, func(t *testing.T) { interruptedSweep(t, signal, command) })
	}
}

func interruptedSweep(t *testing.T, signal os.Signal, command string) {
	w := newCrashWorld(t)
	var armed atomic.Bool
	w.instead = func(r *http.Request, phase string) {
		if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/users/a@example.com/meetings") ||
			!armed.CompareAndSwap(true, false) {
			return
		}
		w.mu.Lock()
		cmd, gone := w.cmd, w.gone
		w.mu.Unlock()
		if err := cmd.Process.Signal(signal); err != nil {
			t.Error(err)
		}
		<-gone
	}
	w.put("a", "Alpha #zoom", "words, and more", "")
	w.sync()
	w.ahead += 25 * time.Hour
	armed.Store(true)
	out, code, _ := w.runFor(0, []string{command})
	if armed.Load() || code != exitOK {
		t.Errorf("%s was interrupted: %v, and ended with %d\n%s", command, !armed.Load(), code, out)
	}
	if s := w.status(); len(s.Notices) > 0 {
		t.Errorf("status: %q", s.Notices)
	}
}
