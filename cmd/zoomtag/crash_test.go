package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// The crash tests run the built binary on a folder and an emulated Zoom, kill it, run it again, and look at what is left.
//
//	go test ./cmd/zoomtag -run Crash -crash.kills=1000
var crashKills = flag.Int("crash.kills", 25, "how many times the binary is killed at random")

var crashBinary = sync.OnceValues(func() (string, error) {
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
	code := m.Run()
	if path, err := crashBinary(); err == nil && builtForCrash {
		if err := os.RemoveAll(filepath.Dir(path)); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Exit(code)
}

// builtForCrash says that the binary was built at all.
var builtForCrash bool

// crashWorld is a folder, an emulated Zoom, and a configuration.
type crashWorld struct {
	t      *testing.T
	binary string
	dir    string
	folder string
	state  string
	zoom   *zoomtest.Server
	reader *icsdir.Dir
	ahead  time.Duration // of the binary's clock
	killed int           // how often the binary was killed

	mu   sync.Mutex
	seen int           // API requests' holds passed
	kill int           // at which hold the binary is killed; 0 is never
	cmd  *exec.Cmd     // what runs
	gone chan struct{} // closed when it has been killed

}

func newCrashWorld(t *testing.T) *crashWorld {
	t.Helper()
	builtForCrash = true
	binary, err := crashBinary()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	w := &crashWorld{t: t, binary: binary, dir: dir, folder: filepath.Join(dir, "cal"), state: filepath.Join(dir, "state", "zoomtag.db"),
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
	config := fmt.Sprintf("state: %s\nlisten: \"\"\ngrace: 1m\nzone: UTC\nzoom: { account_id: account, client_id: client, client_secret: secret, host: a@example.com, api_url: %q, oauth_url: %q }\ncalendars: [ { name: f, ics: { path: %s } } ]\n",
		w.state, w.zoom.APIURL(), w.zoom.OAuthURL(), w.folder)
	w.must(os.Mkdir(w.folder, 0o700))
	w.must(os.WriteFile(filepath.Join(dir, "zoomtag.yaml"), []byte(config), 0o600))
	if w.reader, err = icsdir.New(icsdir.Config{Path: w.folder}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *crashWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// hold kills the binary while its request waits.
func (w *crashWorld) hold(_ *http.Request, _ string) {
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
	cmd := exec.Command(w.binary, "--config", filepath.Join(w.dir, "zoomtag.yaml"), "sync", "--json")
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

func (w *crashWorld) put(name, title, extra string) {
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:" + strings.TrimSuffix(name, ".ics") + "\r\nDTSTAMP:20260101T000000Z\r\n" +
		"SUMMARY:" + title + "\r\nDTSTART:" + start.Format("20060102T150405Z") + "\r\nDURATION:PT1H\r\n" + extra + "END:VEVENT\r\nEND:VCALENDAR\r\n"
	w.write(name, text)
}

func (w *crashWorld) write(name, text string) {
	temp := filepath.Join(w.folder, "."+name+".new.tmp")
	w.must(os.WriteFile(temp, []byte(text), 0o600))
	w.must(os.Rename(temp, filepath.Join(w.folder, name)))
}

func (w *crashWorld) edit(name, from, to string) {
	text, err := os.ReadFile(filepath.Join(w.folder, name))
	w.must(err)
	if !strings.Contains(string(text), from) {
		w.t.Fatalf("%s does not contain %q", name, from)
	}
	w.write(name, strings.Replace(string(text), from, to, 1))
}

// story is what the owner does, and a sync after each chapter.
var story = []func(w *crashWorld){
	func(w *crashWorld) {
		w.put("a.ics", "Alpha #zoom", "DESCRIPTION:words\\, and more\r\n")
		w.put("b.ics", "Beta #zoom(45m)", "LOCATION:Room 1\r\n")
		w.put("c.ics", "Gamma", "")
	},
	func(w *crashWorld) {
		w.edit("a.ics", "DURATION:PT1H", "DURATION:PT2H")
		w.edit("b.ics", "SUMMARY:Beta #zoom(45m)", "SUMMARY:Beta")
		w.put("d.ics", "Delta #zoom", "")
	},
	func(w *crashWorld) {
		w.ahead += 8 * time.Hour // the grace period is over, and every retry is due
		w.must(os.Remove(filepath.Join(w.folder, "d.ics")))
		w.put("e.ics", "Epsilon #zoom", "")
		w.edit("a.ics", "SUMMARY:Alpha", "SUMMARY:Alpha two")
	},
	func(w *crashWorld) { w.ahead += 8 * time.Hour },
}

// wanted is what must stand in the end: tagged events, and the topics of their meetings.
var wanted = map[string]string{"a.ics": "Alpha two", "e.ics": "Epsilon"}

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
		ev, err := w.reader.Get(context.Background(), name)
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
	for _, name := range []string{"b.ics", "c.ics"} {
		if ev, err := w.reader.Get(context.Background(), name); err == nil && (ev.Link.Mark != "" || ev.Link.Block != "") && wanted[name] == "" {
			w.t.Errorf("%s still shows a link", name)
		}
	}
	if ev, err := w.reader.Get(context.Background(), "a.ics"); err == nil && !strings.HasPrefix(ev.Description, "words, and more") {
		w.t.Errorf("the owner's words became %q", ev.Description)
	}
	if complaints := w.zoom.Complaints(); len(complaints) > 0 {
		w.t.Errorf("Zoom complains: %q", complaints)
	}
	left, err := filepath.Glob(filepath.Join(w.folder, ".*.tmp"))
	w.must(err)
	if len(left) > w.killed { // a killed process cannot tidy up; the next ones do after an hour
		w.t.Errorf("temporary files are left: %q", left)
	}
}

// TestCrashAtOutsideCalls kills the binary while each of its requests to Zoom waits, before and after it takes effect.
func TestCrashAtOutsideCalls(t *testing.T) {
	points := 0
	for chapter := range story {
		for at := 1; ; at++ {
			w := newCrashWorld(t)
			hit := false
			for i, happens := range story {
				happens(w)
				if w.kill = 0; i == chapter {
					w.kill = at
				}
				_, _, killed := w.sync()
				hit = hit || killed
			}
			w.rest()
			w.check(wanted)
			if t.Failed() {
				t.Fatalf("killed at request hold %d of pass %d", at, chapter+1)
			}
			if !hit {
				break
			}
			points++
		}
	}
	t.Logf("killed at %d points of requests", points)
	if points < 10 {
		t.Errorf("only %d points: the story no longer makes the requests that it is about", points)
	}
}

// TestCrashAtNamedPoints kills the binary at each commit and each rename.
func TestCrashAtNamedPoints(t *testing.T) {
	points, names := 0, map[string]bool{}
	for chapter := range story {
		for _, point := range pointsOf(t, chapter) {
			w := newCrashWorld(t)
			hit := false
			for i, happens := range story {
				happens(w)
				var env []string
				if i == chapter {
					env = []string{"ZOOMTAG_CRASH=" + point}
				}
				_, _, killed := w.sync(env...)
				hit = hit || killed
			}
			if !hit {
				t.Errorf("pass %d was not killed at %s", chapter+1, point)
			}
			w.rest()
			w.check(wanted)
			if t.Failed() {
				t.Fatalf("killed at %s of pass %d", point, chapter+1)
			}
			points++
			name, _, _ := strings.Cut(point, ":")
			names[name] = true
		}
	}
	t.Logf("killed at %d points, of %d names", points, len(names))
	if points < 40 {
		t.Errorf("only %d points", points)
	}
}

// pointsOf lists the points that a chapter's pass reaches, each with its number.
func pointsOf(t *testing.T, chapter int) []string {
	w := newCrashWorld(t)
	log := filepath.Join(w.dir, "points")
	for i, happens := range story[:chapter+1] {
		happens(w)
		var env []string
		if i == chapter {
			env = []string{"ZOOMTAG_CRASH_LOG=" + log}
		}
		w.sync(env...)
	}
	text, err := os.ReadFile(log)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	count := map[string]int{}
	var points []string
	for _, name := range strings.Fields(string(text)) {
		count[name]++
		points = append(points, name+":"+strconv.Itoa(count[name]))
	}
	return points
}

// TestCrashAtRandom kills the binary again and again at some moment, while the owner goes on.
func TestCrashAtRandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for killed < *crashKills {
		w := newCrashWorld(t)
		for _, happens := range story {
			happens(w)
			for range 1 + rng.IntN(4) {
				if _, _, dead := w.syncFor(time.Duration(1+rng.IntN(60)) * time.Millisecond); dead {
					killed++
				}
			}
		}
		w.rest()
		w.check(wanted)
		if t.Failed() {
			t.Fatalf("after %d kills", killed)
		}
	}
	t.Logf("killed %d times", killed)
}

// TestDamagedState damages the database in every way that was seen in the field. Either all goes on as if nothing were, or
// one sentence says what is wrong and what to do; done so, nothing is made twice and nothing is cancelled.
func TestDamagedState(t *testing.T) {
	first := func(w *crashWorld) {
		story[0](w)
		w.sync()
	}
	for name, damage := range map[string]func(w *crashWorld){
		"deleted":            func(w *crashWorld) { w.must(os.Remove(w.state)) },
		"folder deleted":     func(w *crashWorld) { w.must(os.RemoveAll(filepath.Dir(w.state))) },
		"truncated to 0":     func(w *crashWorld) { w.must(os.Truncate(w.state, 0)) },
		"truncated to 8 KiB": func(w *crashWorld) { w.must(os.Truncate(w.state, 8<<10)) },
		"truncated to half": func(w *crashWorld) {
			info, err := os.Stat(w.state)
			w.must(err)
			w.must(os.Truncate(w.state, info.Size()/2))
		},
		"a text file": func(w *crashWorld) { w.must(os.WriteFile(w.state, []byte("hello\n"), 0o600)) },
		"bits flipped": func(w *crashWorld) {
			text, err := os.ReadFile(w.state)
			w.must(err)
			rng := rand.New(rand.NewPCG(3, 4))
			for range 200 {
				text[rng.IntN(len(text))] ^= 1 << rng.IntN(8)
			}
			w.must(os.WriteFile(w.state, text, 0o600))
		},
		"last week's": func(w *crashWorld) {
			old, err := os.ReadFile(w.state)
			w.must(err)
			w.put("e.ics", "Epsilon #zoom", "")
			w.sync()
			w.must(os.Remove(filepath.Join(w.folder, "e.ics")))
			w.ahead += 8 * time.Hour
			w.sync()
			w.ahead += 8 * time.Hour
			w.sync()
			w.must(os.WriteFile(w.state, old, 0o600))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newCrashWorld(t)
			first(w)
			before := meetingIDs(w)
			damage(w)
			out, code, _ := w.sync()
			if code != 0 {
				if code != exitFailed || strings.Contains(out, "goroutine ") || !strings.Contains(out, "move it away") {
					t.Fatalf("exit %d without a sentence that says what to do:\n%s", code, out)
				}
				if lines := strings.Count(strings.TrimSpace(out), "\n"); lines > 1 {
					t.Errorf("more than one sentence:\n%s", out)
				}
				w.must(os.Rename(filepath.Dir(w.state), filepath.Join(w.dir, "damaged")))
			}
			w.rest()
			w.check(map[string]string{"a.ics": "Alpha", "b.ics": "Beta"})
			if after := meetingIDs(w); !slices.Equal(before, after) {
				t.Errorf("meetings were %v and are %v", before, after)
			}
		})
	}
}

func meetingIDs(w *crashWorld) (ids []int64) {
	for _, m := range w.zoom.Meetings() {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	return ids
}
