package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestNotified: the daemon tells a webhook of links and, in one message, of a calendar that is suddenly empty: not of
// each event that waits for it, and not again after a restart.
func TestNotified(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var got []string
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			Type string
			Data struct {
				Code    string
				EventID string `json:"event_id"`
			}
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || json.Unmarshal(body, &m) != nil || r.Header.Get("Webhook-Signature") == "" {
			t.Errorf("%q, %v", body, err)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, strings.TrimSpace(m.Type+" "+m.Data.Code+m.Data.EventID))
	}))
	t.Cleanup(hook.Close)
	told := func(what string) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return slices.Contains(got, what)
		}
	}
	w := newCrashWorld(t)
	other := filepath.Join(w.dir, "other")
	w.must(os.Mkdir(other, 0o700))
	w.configureCalendars(fmt.Sprintf("schedule: \"@every 1s\"\nnotify: [ { webhook: { url: %q, secret: "+
		"0123456789abcdef, events: [problem, resolved, link] } }, { command: "+w.dir+"/none } ]\n", hook.URL),
		"name: f, "+w.config(), "name: other, ics: { path: "+other+", owner: \"*\" }")
	run := func() (stop func()) {
		cmd := exec.Command(w.binary, "--config", w.configFile(), "run")
		var log safeBuffer
		cmd.Stderr = &log
		w.must(cmd.Start())
		t.Cleanup(func() { _ = cmd.Process.Kill() }) // if the test ends early
		return func() {
			w.must(cmd.Process.Signal(syscall.SIGTERM))
			if err := cmd.Wait(); err != nil {
				t.Errorf("%v\n%s", err, log.String())
			}
		}
	}
	begun := func() bool {
		out, _, code := w.zoomtag("status")
		return code == exitOK && strings.Contains(out, "the daemon is running")
	}
	stop := run()
	eventually(t, "a daemon", 30*time.Second, begun)
	eventually(t, "a first look, after which links are told", 30*time.Second, func() bool {
		out, _, _ := w.zoomtag("status", "--json")
		return strings.Contains(out, `"last_success": "`)
	})
	for i := range 7 {
		w.put(fmt.Sprint("e", i), "Tea #zoom", "", "")
	}
	eventually(t, "the links are told", time.Minute, told("link.made e6.ics"))
	for i := range 7 {
		w.must(os.Remove(filepath.Join(w.folder().path, fmt.Sprint("e", i, ".ics"))))
	}
	eventually(t, "the problem is told", time.Minute, told("problem ZT-510"))
	eventually(t, "that the other way reaches nobody is shown", time.Minute, func() bool {
		out, _, _ := w.zoomtag("status")
		found, _, _ := w.zoomtag("doctor", "--no-network")
		return strings.Contains(out, "none reaches nobody: the program could not be started") &&
			strings.Contains(found, "ZT-521")
	})
	stop()
	stop = run()
	eventually(t, "a daemon again", 30*time.Second, begun)
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:late\r\nDTSTAMP:20260101T000000Z\r\n" +
		"DTSTART:20991201T090000Z\r\nDTEND:20991201T100000Z\r\nSUMMARY:Late #zoom\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	w.must(os.WriteFile(filepath.Join(other, "late.ics"), []byte(text), 0o600))
	eventually(t, "a later link is told", time.Minute, told("link.made late.ics"))
	stop()
	mu.Lock()
	defer mu.Unlock()
	for i, m := range got {
		if again := slices.Index(got, m); again != i {
			t.Errorf("%s was told twice: %q", m, got)
		}
		if strings.HasPrefix(m, "problem") && m != "problem ZT-510" {
			t.Errorf("besides its cause was told %s", m)
		}
	}
}
