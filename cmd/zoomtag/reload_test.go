package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// These tests run the daemon in this process, so that the race detector sees it.

// inProcess runs a command in this process.
func (w *crashWorld) inProcess(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	return w.inProcessUntil(w.t.Context(), args...)
}

func (w *crashWorld) inProcessUntil(ctx context.Context, args ...string) (stdout, stderr string, code int) {
	var out, errs bytes.Buffer
	code = execute(ctx, append([]string{"--config", w.configFile()}, args...),
		process{in: strings.NewReader(""), out: &out, err: &errs, env: func(string) string { return "" }})
	return out.String(), errs.String(), code
}

// innerDaemon is a daemon in this process.
type innerDaemon struct {
	w    *crashWorld
	log  safeBuffer
	stop func() (code int)
}

// runInside starts the daemon and waits until it listens to SIGHUP.
func (w *crashWorld) runInside() *innerDaemon {
	w.t.Helper()
	// Without a daemon SIGHUP would end this process.
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	w.t.Cleanup(func() { signal.Stop(hup) })
	d := &innerDaemon{w: w}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- execute(ctx, []string{"--config", w.configFile(), "--log-level", "debug", "run"},
			process{in: strings.NewReader(""), out: &d.log, err: &d.log, env: func(string) string { return "" }})
	}()
	d.stop = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	w.t.Cleanup(func() { d.stop() })
	eventually(w.t, "the daemon runs", 10*time.Second,
		func() bool { return strings.Contains(d.log.String(), "zoomtag runs") })
	return d
}

// hangUp sends SIGHUP.
func (d *innerDaemon) hangUp() {
	d.w.t.Helper()
	self, err := os.FindProcess(os.Getpid())
	d.w.must(err)
	d.w.must(self.Signal(syscall.SIGHUP))
}

// reload has the configuration read again, and waits until that is done.
func (d *innerDaemon) reload() {
	d.w.t.Helper()
	const said = "the configuration was read again"
	before := strings.Count(d.log.String(), said)
	d.hangUp()
	eventually(d.w.t, said, 30*time.Second, func() bool { return strings.Count(d.log.String(), said) > before })
}

// gate holds the first request that makes a meeting.
type gate struct {
	phase    string // before or after the meeting is made
	once     sync.Once
	held     chan struct{} // closed when the request waits
	released chan struct{}
	open     func()
}

func newGate(w *crashWorld, phase string) *gate {
	g := &gate{phase: phase, held: make(chan struct{}), released: make(chan struct{})}
	g.open = sync.OnceFunc(func() { close(g.released) })
	w.t.Cleanup(g.open) // the emulator ends when its requests do
	w.instead = func(r *http.Request, at string) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/meetings") && at == g.phase {
			g.once.Do(func() {
				close(g.held)
				<-g.released
			})
		}
	}
	return g
}

// stacks are those of all goroutines.
func stacks() string {
	text := make([]byte, 4<<20)
	return string(text[:runtime.Stack(text, true)])
}

// waitForLock waits until somebody waits for what somebody else is at work on.
func waitForLock(t testing.TB) {
	t.Helper()
	eventually(t, "the second one waits for the first", 10*time.Second,
		func() bool { return strings.Contains(stacks(), "engine.(*Locks).lock(") })
}

// toldCode is what a command said, once it has ended.
type toldCode struct {
	out, errs string
	code      int
}

// beside runs a command beside the test.
func (w *crashWorld) beside(args ...string) <-chan toldCode {
	done := make(chan toldCode, 1)
	go func() {
		out, errs, code := w.inProcessUntil(context.Background(), args...)
		done <- toldCode{out, errs, code}
	}()
	return done
}

// inEachPhase runs a test with the request held before and after its effect.
func inEachPhase(t *testing.T, test func(t *testing.T, phase string)) {
	for _, phase := range []string{"before", "after"} {
		t.Run(phase+" the meeting is made", func(t *testing.T) { test(t, phase) })
	}
}

// TestDaemonLinkReloadLink: a file is linked again, by the next configuration, while its meeting is being made.
func TestDaemonLinkReloadLink(t *testing.T) { inEachPhase(t, linkReloadLink) }

func linkReloadLink(t *testing.T, phase string) {
	w := newCrashWorld(t)
	g := newGate(w, phase)
	defer g.open() // before the daemon is waited for, if the test ends early
	w.configure("schedule: \"@every 1h\"\n")
	from := filepath.Join(w.dir, "prepared.ics")
	w.must(os.WriteFile(from, []byte(crashObject("prepared", "Kick-off", "Words", "")), 0o600))
	d := w.runInside()
	first := w.beside("link", from, "-o", filepath.Join(w.dir, "first.ics"))
	<-g.held
	d.reload()
	second := w.beside("link", from, "-o", filepath.Join(w.dir, "second.ics"))
	waitForLock(t)
	g.open()
	for _, done := range []<-chan toldCode{first, second} {
		if c := <-done; c.code != exitOK {
			t.Errorf("link: %+v", c)
		}
	}
	meetings := w.zoom.Meetings()
	if len(meetings) != 1 || w.made() != 1 {
		t.Fatalf("%d meetings, %d were made", len(meetings), w.made())
	}
	for _, name := range []string{"first.ics", "second.ics"} {
		raw, err := os.ReadFile(filepath.Join(w.dir, name))
		w.must(err)
		if !strings.Contains(strings.ReplaceAll(string(raw), "\r\n ", ""), meetings[0].JoinURL) {
			t.Errorf("%s lacks %s:\n%s", name, meetings[0].JoinURL, raw)
		}
	}
	if code := d.stop(); code != exitOK {
		t.Errorf("the daemon ended with %d\n%s", code, d.log.String())
	}
}

// TestDaemonReloadDuringCreate: a calendar is taken out and put back, or renamed, while a meeting is being made for an
// event in it.
func TestDaemonReloadDuringCreate(t *testing.T) {
	t.Run("out and in", func(t *testing.T) { inEachPhase(t, outAndIn) })
	t.Run("renamed", func(t *testing.T) { inEachPhase(t, renamedDuringCommand) })
	t.Run("renamed in the schedule's pass", func(t *testing.T) { inEachPhase(t, renamedDuringPass) })
}

// reloadWorld has a folder f with one event, and another calendar beside it, so that f can be taken out.
type reloadWorld struct {
	*crashWorld
	*gate
	other string
}

func newReloadWorld(t *testing.T, phase string) *reloadWorld {
	t.Helper()
	w := &reloadWorld{crashWorld: newCrashWorld(t)}
	w.gate = newGate(w.crashWorld, phase)
	w.other = "name: other, " + newSecondFolder(w.crashWorld).config()
	return w
}

// watch writes the configuration with the folder under a name; none is without it.
func (w *reloadWorld) watch(name string) {
	w.t.Helper()
	calendars := []string{w.other}
	if name != "" {
		calendars = append(calendars, "name: "+name+", "+w.config())
	}
	w.configureCalendars("schedule: \"@every 1h\"\n", calendars...)
}

// heldCommand starts a daemon and a pass for a command, which is held in the create. The folder comes after the
// daemon's first look, so that it neither reads nor watches it.
func (w *reloadWorld) heldCommand() (*innerDaemon, <-chan toldCode) {
	w.t.Helper()
	w.watch("f")
	w.must(os.Remove(w.folder().path))
	d := w.runInside()
	eventually(w.t, "a daemon that has no folder to read", 10*time.Second, func() bool {
		return strings.Contains(d.log.String(), "calendar failed") && strings.Contains(d.log.String(), "not watched")
	})
	w.must(os.Mkdir(w.folder().path, 0o700))
	w.put("a", "Alpha #zoom", "words, and more", "")
	done := w.beside("sync", "f")
	select {
	case <-w.held:
	case c := <-done:
		w.t.Fatalf("the pass ended before the meeting was made: %+v\n%s", c, d.log.String())
	}
	return d, done
}

func outAndIn(t *testing.T, phase string) {
	w := newReloadWorld(t, phase)
	defer w.open()
	d, first := w.heldCommand()
	w.watch("")
	d.reload()
	w.watch("f")
	d.reload()
	w.finish(d, "f", first)
}

func renamedDuringCommand(t *testing.T, phase string) {
	w := newReloadWorld(t, phase)
	defer w.open()
	d, first := w.heldCommand()
	w.watch("g")
	d.reload()
	w.finish(d, "g", first)
}

func renamedDuringPass(t *testing.T, phase string) {
	w := newReloadWorld(t, phase)
	defer w.open()
	w.watch("f")
	w.put("a", "Alpha #zoom", "words, and more", "")
	d := w.runInside()
	<-w.held
	w.watch("g")
	d.hangUp() // the old schedule ends when its pass does; commands have the new configuration before
	eventually(t, "the new name is known", 10*time.Second, func() bool {
		out, _, _ := w.inProcess("status", "--json")
		return strings.Contains(out, `"name": "g"`)
	})
	w.finish(d, "g", nil)
}

// finish makes a pass beside the held one, and lets both end.
func (w *reloadWorld) finish(d *innerDaemon, name string, first <-chan toldCode) {
	w.t.Helper()
	second := w.beside("sync", name)
	waitForLock(w.t)
	w.open()
	for _, done := range []<-chan toldCode{first, second} {
		if done == nil {
			continue
		}
		if c := <-done; c.code != exitOK {
			w.t.Errorf("sync: %+v", c)
		}
	}
	if out, errs, code := w.inProcess("sync"); code != exitOK {
		w.t.Errorf("the next pass: exit %d\n%s%s", code, out, errs)
	}
	if out, _, code := w.inProcess("links", "--json"); code != exitOK || strings.Count(out, `"state": "linked"`) != 1 ||
		!strings.Contains(out, `"calendar": "`+name+`"`) {
		w.t.Errorf("links: exit %d\n%s", code, out)
	}
	if n := w.made(); n != 1 {
		w.t.Errorf("%d meetings were made", n)
	}
	if code := d.stop(); code != exitOK {
		w.t.Errorf("the daemon ended with %d\n%s", code, d.log.String())
	}
	w.check(map[string]string{"a": "Alpha"})
}
