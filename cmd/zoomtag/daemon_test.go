package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/api/socket"
)

// safeBuffer collects what a running program prints.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// eventually waits until something holds.
func eventually(t testing.TB, what string, within time.Duration, holds func() bool) {
	t.Helper()
	deadline := time.After(within)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("not within %s: %s", within, what)
		case <-tick.C:
		}
	}
}

// zoomtag runs a command of the binary on the world's configuration.
func (w *crashWorld) zoomtag(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	cmd := exec.Command(w.binary, append([]string{"--config", w.configFile()}, args...)...)
	var out, err bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &err
	if e := cmd.Run(); e != nil && cmd.ProcessState == nil {
		w.t.Fatal(e)
	}
	return out.String(), err.String(), cmd.ProcessState.ExitCode()
}

// TestDaemon runs the daemon as systemd would, on a schedule so slow that only its own noticing helps.
func TestDaemon(t *testing.T) {
	w := newCrashWorld(t)
	config := w.configFile()
	w.configure("schedule: \"@every 1h\"\n")
	w.put("a", "Alpha #zoom", "", "")

	cmd := exec.Command(w.binary, "--config", config, "run")
	var log safeBuffer
	cmd.Stderr, cmd.Stdout = &log, &log
	w.must(cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test ends early
	hasLink := func(name string) func() bool {
		return func() bool {
			ev, err := w.read(name)
			return err == nil && ev.Link.Mark != ""
		}
	}
	eventually(t, "the link of an event that was there before", 5*time.Second, hasLink("a"))
	w.put("b", "Beta #zoom", "", "")
	eventually(t, "the link of a file that was just saved", 2*time.Second, hasLink("b"))

	t.Run("commands ask it", func(t *testing.T) { askDaemon(t, w) })
	t.Run("only its owner may ask", func(t *testing.T) {
		info, err := os.Stat(socket.Path(w.state))
		w.must(err)
		if info.Mode().Perm() != 0o600 {
			t.Errorf("the socket's mode is %v", info.Mode())
		}
	})
	t.Run("a second daemon", func(t *testing.T) {
		if _, errs, code := w.zoomtag("run"); code != exitLocked || !strings.Contains(errs, "another zoomtag") {
			t.Errorf("exit %d: %s", code, errs)
		}
	})
	t.Run("SIGHUP with a wrong configuration", func(t *testing.T) {
		good, err := os.ReadFile(config)
		w.must(err)
		w.must(os.WriteFile(config, []byte("shedule: 1\n"), 0o600))
		w.must(cmd.Process.Signal(syscall.SIGHUP))
		eventually(t, "a complaint in the log", 5*time.Second,
			func() bool { return strings.Contains(log.String(), "the old one stays") })
		w.put("c", "Gamma #zoom", "", "")
		eventually(t, "a link by the old configuration", 2*time.Second, hasLink("c"))
		w.must(os.WriteFile(config, good, 0o600))
	})
	t.Run("SIGHUP with a new tag word", func(t *testing.T) {
		good, err := os.ReadFile(config)
		w.must(err)
		w.must(os.WriteFile(config, append(good, []byte("tag: { words: [\"#zoom\", \"#video\"] }\n")...), 0o600))
		w.put("v", "Delta #video", "", "")
		w.must(cmd.Process.Signal(syscall.SIGHUP))
		eventually(t, "a link by the new configuration", 5*time.Second, hasLink("v"))
	})
	w.must(cmd.Process.Signal(syscall.SIGTERM))
	if err := cmd.Wait(); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, log.String())
	}
	if len(w.zoom.Meetings()) != 4 {
		t.Errorf("%d meetings", len(w.zoom.Meetings()))
	}
	if out, _, code := w.zoomtag("links", "--json"); code != 0 || strings.Count(out, `"state": "linked"`) != 4 {
		t.Errorf("links after the daemon: exit %d\n%s", code, out)
	}
	noSecrets(t, w, log.String())
}

func askDaemon(t *testing.T, w *crashWorld) {
	var out, errs string
	var code int
	// a link is seen in its file before it is noted
	eventually(t, "a status in which all is well", 5*time.Second, func() bool {
		var status api.StatusReport
		out, errs, code = w.zoomtag("status", "--json")
		if err := json.Unmarshal([]byte(out), &status); err != nil || code != 0 {
			t.Fatalf("status: exit %d, %v\n%s%s", code, err, out, errs)
		}
		return status.Daemon && status.Health == api.OK && len(status.Calendars) == 1 &&
			status.Calendars[0].Links == 2 &&
			status.Calendars[0].NextRun != nil && status.Calendars[0].LastSuccess != nil
	})
	if out, errs, code = w.zoomtag("sync", "--json", "f"); code != 0 {
		t.Errorf("sync: exit %d %s %s", code, out, errs)
	}
	if _, errs, code = w.zoomtag("sync", "nope"); code != exitUsage {
		t.Errorf("sync of an unknown calendar: exit %d %s", code, errs)
	}
	var plan api.SyncReport
	if out, _, code = w.zoomtag("plan", "--json"); code != 0 || json.Unmarshal([]byte(out), &plan) != nil ||
		len(plan.Calendars) != 1 {
		t.Errorf("plan: exit %d %s", code, out)
	}
	if out, _, code = w.zoomtag("log", "Alpha"); code != 0 || !strings.Contains(out, "create") {
		t.Errorf("log: exit %d %s", code, out)
	}
	if out, _, code = w.zoomtag("release", "f"); code != 0 || !strings.Contains(out, "not held") {
		t.Errorf("release: exit %d %s", code, out)
	}
}

// noSecrets looks for what must never be written anywhere: the host's start URL and the access token.
func noSecrets(t *testing.T, w *crashWorld, log string) {
	t.Helper()
	texts := map[string]string{"the log": log}
	for _, args := range [][]string{{"links", "--json"}, {"status", "--json"}, {"log", "--json"},
		{"plan", "--json", "--log-level", "debug"}} {
		out, errs, _ := w.zoomtag(args...)
		texts[args[0]] = out + errs
	}
	err := filepath.Walk(w.dir, func(path string, info os.FileInfo, err error) error {
		if err != nil || !info.Mode().IsRegular() || filepath.Base(path) == "zoomtag.yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		texts[path] = string(text)
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s may be read by others: %v", path, info.Mode())
		}
		return err
	})
	w.must(err)
	for name, text := range texts {
		for _, canary := range []string{"start_url", "/s/8", "zak=", "canary", "Bearer "} {
			if strings.Contains(text, canary) {
				t.Errorf("%s holds %q", name, canary)
			}
		}
	}
}

// TestPlanNeedsNoState: plan on a machine where zoomtag never ran leaves nothing behind.
func TestPlanNeedsNoState(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "", "")
	before, err := os.ReadFile(w.folder().file("a"))
	w.must(err)
	out, errs, code := w.zoomtag("plan")
	if code != 0 || !strings.Contains(out, "create, link") || !strings.Contains(out, "+ ── Zoom") {
		t.Errorf("exit %d\n%s%s", code, out, errs)
	}
	after, err := os.ReadFile(w.folder().file("a"))
	w.must(err)
	if !bytes.Equal(before, after) || len(w.zoom.Meetings()) != 0 {
		t.Error("plan changed something")
	}
	if _, err := os.Stat(filepath.Dir(w.state)); !os.IsNotExist(err) {
		t.Errorf("plan left a state behind: %v", err)
	}
}

// TestExitCodes are what scripts rely on.
func TestExitCodes(t *testing.T) {
	w := newCrashWorld(t)
	w.put("bad", "Bad #zoom", "", "")
	w.folder().write("half", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:#zoom\r\n")
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"sync"}, exitFailed}, // one file is broken, the other one is linked
		{[]string{"status"}, exitOK},
		{[]string{"links"}, exitOK},
		{[]string{"version"}, exitOK},
		{[]string{"release"}, exitUsage},
		{[]string{"sync", "--nonsense"}, exitUsage},
		{[]string{"nonsense"}, exitUsage},
		{[]string{"sync", "--log-level", "loud"}, exitUsage},
		{[]string{"completion", "bash"}, exitOK},
		{[]string{"man", filepath.Join(w.dir, "man")}, exitOK},
	} {
		if out, errs, code := w.zoomtag(tt.args...); code != tt.code {
			t.Errorf("%v: exit %d, want %d\n%s%s", tt.args, code, tt.code, out, errs)
		}
	}
	if ev, err := w.read("bad"); err != nil || ev.Link.Mark == "" {
		t.Errorf("the good file has no link: %v", err)
	}
}

// TestRequestsOfANewEvent: one create, and no other call that counts.
func TestRequestsOfANewEvent(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "", "")
	for _, want := range []int{1, 0, 0} {
		out, errs, code := w.zoomtag("sync", "--json")
		var report api.SyncReport
		if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 {
			t.Fatalf("exit %d: %v %s", code, err, errs)
		}
		if report.Requests["zoom"] != want {
			t.Errorf("%d requests, want %d: %v", report.Requests["zoom"], want, w.zoom.Requests())
		}
	}
}

// TestSecondSyncWritesNothing: our own writes are not news, and an undisturbed folder costs no byte.
func TestSecondSyncWritesNothing(t *testing.T) {
	w := newCrashWorld(t)
	for _, name := range []string{"a", "b", "c"} {
		w.put(name, name+" #zoom", "", "")
	}
	w.sync()
	before, err := os.ReadFile(w.state)
	w.must(err)
	w.sync()
	after, err := os.ReadFile(w.state)
	w.must(err)
	if !bytes.Equal(before, after) {
		t.Error("the second pass wrote something")
	}
}
