package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// crashBinary is the binary with its crash points: a built one that ZOOMTAG_CRASHPOINTS names, where no Go compiler is
// at hand.
var crashBinary = sync.OnceValues(func() (string, error) {
	if built := os.Getenv("ZOOMTAG_CRASHPOINTS"); built != "" {
		return built, nil
	}
	dir, err := os.MkdirTemp("", "zoomtag-crash")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "zoomtag")
	out, err := exec.Command("go", "build", "-tags", "crashpoints", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	configs.OverlookSystem()
	if played() {
		return
	}
	flag.Parse()
	if parallel := flag.Lookup("test.parallel"); parallel.Value.String() == strconv.Itoa(runtime.GOMAXPROCS(0)) {
		// What is side by side waits for the disk, and for other processes, more than it works.
		if err := parallel.Value.Set(strconv.Itoa(2 * runtime.GOMAXPROCS(0))); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	code := m.Run()
	if builtForCrash.Load() && os.Getenv("ZOOMTAG_CRASHPOINTS") == "" { // asking for it would build it
		if path, err := crashBinary(); err == nil {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				fmt.Fprintln(os.Stderr, err)
			}
		}
	}
	os.Exit(code)
}

// builtForCrash says that the binary was built at all.
var builtForCrash atomic.Bool

// crashCalendar is a calendar that the built binary works on, with what its owner does there. Events have short names.
type crashCalendar interface {
	// config is what the configuration says of the calendar besides its name.
	config() string
	// put adds an event: next week, for an hour.
	put(name, title, description, location string)
	retitle(name, title string)
	resize(name string, length time.Duration)
	remove(name string)
	// read is the event as its adapter reads it.
	read(name string) (calendar.Event, error)
	// leftovers is what lies about that must not, after so many kills.
	leftovers(killed int) []string
}

// crashKind is a kind of calendar that the crash tests are run on. An emulator of a service calls w.hold, its Hold,
// before and after the effect of each of its requests.
type crashKind struct {
	name string
	make func(w *crashWorld) crashCalendar
	// requests and points are how many holds of requests and named points the story reaches at least.
	requests, points int
	// apart is how many of them a short run goes on from one kill to the next; a long one, and 0, is one.
	apart int
}

// stride is apart in this run.
func (k crashKind) stride() int {
	if k.apart == 0 || *crashKills >= longRun {
		return 1
	}
	return k.apart
}

// longRun is from how many random kills on a run is a long one.
const longRun = 100

var crashKinds = []crashKind{
	{name: "folder", make: newCrashFolder, requests: 10, points: 40},
	{name: "google", make: newCrashGoogle, requests: 40, points: 55},
	{name: "caldav", make: newCrashDAV, requests: 30, points: 55, apart: 2},
	{name: "outlook", make: newCrashOutlook, requests: 60, points: 55, apart: 5},
}

// nextWeek is when the events are.
func nextWeek() time.Time { return time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour) }

// crashWorld is a calendar, an emulated Zoom, and a configuration.
type crashWorld struct {
	crashCalendar
	t      testing.TB
	binary string
	dir    string
	state  string
	zoom   *zoomtest.Server
	ahead  time.Duration // of the binary's clock
	killed int           // how often the binary was killed

	// instead, if set before the first request, is called for each hold in place of the killing.
	instead func(r *http.Request, phase string)

	mu   sync.Mutex
	seen int           // API requests' holds passed
	kill int           // at which hold the binary is killed; 0 is never
	cmd  *exec.Cmd     // what runs
	gone chan struct{} // closed when it has been killed
}

// shortDir is a folder for the test whose path has room for a socket, wherever temporary folders are: t.TempDir has the
// test's name in it.
func shortDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "z") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// newCrashWorld is a world with a folder; newFolder shows it to tests that are about its files.
func newCrashWorld(t *testing.T) *crashWorld {
	t.Helper()
	return newCrashWorldOf(t, newCrashFolder)
}

func newCrashWorldOf(t testing.TB, kind func(w *crashWorld) crashCalendar) *crashWorld {
	t.Helper()
	builtForCrash.Store(true)
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := shortDir(t)
	w := &crashWorld{t: t, binary: binary, dir: dir, state: filepath.Join(dir, "state", "zoomtag.db"),
		zoom: zoomtest.New(zoomtest.Options{})}
	w.zoom.Hold = w.hold
	if err := w.zoom.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.zoom.Close(); err != nil {
			t.Error(err)
		}
	})
	w.crashCalendar = kind(w)
	w.configure("")
	return w
}

// configure writes the configuration, with more lines before it.
func (w *crashWorld) configure(more string) {
	w.t.Helper()
	w.configureCalendars(more, "name: f, "+w.config())
}

// configureCalendars writes the configuration with these calendars. A running zoomtag may read it meanwhile: it is
// replaced as a whole.
func (w *crashWorld) configureCalendars(more string, calendars ...string) {
	w.t.Helper()
	config := fmt.Sprintf("%sstate: %s\nlisten: \"\"\ngrace: 1m\nzone: UTC\nzoom: { account_id: account, client_id: "+
		"client, client_secret: secret, host: a@example.com, api_url: %q, oauth_url: %q }\ncalendars: [ { %s } ]\n",
		more, w.state, w.zoom.APIURL(), w.zoom.OAuthURL(), strings.Join(calendars, " }, { "))
	w.must(os.WriteFile(w.configFile()+".new", []byte(config), 0o600))
	w.must(os.Rename(w.configFile()+".new", w.configFile()))
}

func (w *crashWorld) configFile() string { return filepath.Join(w.dir, "zoomtag.yaml") }

// folder is the calendar of a world with a folder.
func (w *crashWorld) folder() *crashFolder {
	w.t.Helper()
	f, ok := w.crashCalendar.(*crashFolder)
	if !ok {
		w.t.Fatal("this world has no folder")
	}
	return f
}

func (w *crashWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// hold kills the binary while its request waits.
func (w *crashWorld) hold(r *http.Request, phase string) {
	if w.instead != nil {
		w.instead(r, phase)
		return
	}
	w.mu.Lock()
	w.seen++
	if w.seen != w.kill {
		w.mu.Unlock()
		return
	}
	cmd, gone := w.cmd, w.gone
	w.mu.Unlock()
	if err := cmd.Process.Kill(); err != nil {
		w.t.Error(err)
	}
	<-gone
}

// sync runs the binary once. killed says that it was ended by SIGKILL.
func (w *crashWorld) sync(env ...string) (out string, code int, killed bool) {
	return w.syncFor(0, env...)
}

// syncFor runs the binary and kills it after a while, if one is given.
func (w *crashWorld) syncFor(life time.Duration, env ...string) (out string, code int, killed bool) {
	w.t.Helper()
	return w.runFor(life, []string{"sync", "--json"}, env...)
}

// runFor is syncFor with any command.
func (w *crashWorld) runFor(life time.Duration, args []string, env ...string) (out string, code int, killed bool) {
	w.t.Helper()
	cmd := exec.Command(w.binary, append([]string{"--config", w.configFile()}, args...)...)
	cmd.Env = append(os.Environ(), append(env, "ZOOMTAG_CLOCK="+w.ahead.String())...)
	var both bytes.Buffer
	cmd.Stdout, cmd.Stderr = &both, &both
	w.mu.Lock()
	w.must(cmd.Start())
	w.cmd, w.gone, w.seen = cmd, make(chan struct{}), 0
	w.mu.Unlock()
	if life > 0 {
		timer := time.AfterFunc(life, func() { _ = cmd.Process.Kill() }) // it may have ended already
		defer timer.Stop()
	}
	err := cmd.Wait()
	close(w.gone)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	if cmd.ProcessState.ExitCode() == -1 {
		w.killed++
	}
	return both.String(), cmd.ProcessState.ExitCode(), cmd.ProcessState.ExitCode() == -1
}

// rest lets the binary finish: what is in doubt is believed after a while, what ended is cancelled.
func (w *crashWorld) rest() {
	w.t.Helper()
	w.kill = 0
	for range 3 {
		w.ahead += 8 * time.Hour
		if out, code, _ := w.sync(); code != 0 {
			w.t.Fatalf("a good pass ends with %d:\n%s", code, out)
		}
	}
}

// check looks at what is left.
func (w *crashWorld) check(wanted map[string]string) {
	w.t.Helper()
	meetings := map[string]zoomtest.Meeting{}
	for _, m := range w.zoom.Meetings() {
		meetings[m.JoinURL] = m
	}
	if len(meetings) != len(wanted) {
		w.t.Errorf("Zoom has %d meetings, and %d events want one", len(meetings), len(wanted))
	}
	for name, topic := range wanted {
		ev, err := w.read(name)
		w.must(err)
		m, ok := meetings[ev.Link.JoinURL]
		switch {
		case !ok:
			w.t.Errorf("%s shows %q, which Zoom does not have", name, ev.Link.JoinURL)
		case m.Topic != topic || !m.Start.Equal(ev.Start):
			w.t.Errorf("%s: the meeting is %q at %s, the event at %s", name, m.Topic, m.Start, ev.Start)
		case !strings.Contains(m.Agenda, ev.Link.Mark) || ev.Link.Mark == "":
			w.t.Errorf("%s: the mark %q is not that of the meeting (%q)", name, ev.Link.Mark, m.Agenda)
		}
	}
	for _, name := range []string{"b", "c"} {
		if ev, err := w.read(name); err == nil && (ev.Link.Mark != "" || ev.Link.Block != "") && wanted[name] == "" {
			w.t.Errorf("%s still shows a link", name)
		}
	}
	if ev, err := w.read("a"); err == nil && !strings.HasPrefix(ev.Description, "words, and more") {
		w.t.Errorf("the owner's words became %q", ev.Description)
	}
	if complaints := w.zoom.Complaints(); len(complaints) > 0 {
		w.t.Errorf("Zoom complains: %q", complaints)
	}
	if left := w.leftovers(w.killed); len(left) > 0 {
		w.t.Errorf("left over: %q", left)
	}
}
