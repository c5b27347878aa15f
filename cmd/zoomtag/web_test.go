package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// freeAddress is an address of this machine on which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// asked is what a daemon answers; "" while it does not.
func asked(t *testing.T, method, url, token, body string) (status int, text string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(raw)
}

// TestWebOfDaemon: a running daemon counts what it does, and does what a token of its configuration asks for; after
// SIGHUP it goes on counting, and lets in the tokens that there are by then.
func TestWebOfDaemon(t *testing.T) {
	const token, later = "0123456789abcdef-1", "0123456789abcdef-2"
	w := newCrashWorld(t)
	address := freeAddress(t)
	configure := func(token string) {
		w.configure("api: { tokens: [ { name: robot, token: " + token + ", may: [read, act] } ] }\n")
		raw, err := os.ReadFile(w.configFile())
		w.must(err)
		text := strings.Replace(string(raw), `listen: ""`, "listen: "+address, 1)
		w.must(os.WriteFile(w.configFile(), []byte(text), 0o600))
	}
	configure(token)
	w.put("talk", "Kick-off #zoom", "", "")
	daemon := exec.Command(w.binary, "--config", w.configFile(), "run")
	var log safeBuffer
	daemon.Stderr, daemon.Stdout = &log, &log
	w.must(daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill() })
	page := "http://" + address
	shows := func(lines ...string) {
		t.Helper()
		eventually(t, strings.Join(lines, ", "), 20*time.Second, func() bool {
			_, text := asked(t, http.MethodGet, page+"/metrics", "", "")
			for _, line := range lines {
				if !strings.Contains("\n"+text, "\n"+line) {
					return false
				}
			}
			return true
		})
	}
	shows(`zoomtag_journal_entries_total{step="create"} 1`, `zoomtag_journal_entries_total{step="link"} 1`,
		`zoomtag_calls_total{outcome="ok",service="zoom"} `, `zoomtag_link_delay_seconds_count{provider="ics"} 1`)
	if status, text := asked(t, http.MethodGet, page+"/api/v1/links", token, ""); status != http.StatusOK ||
		!strings.Contains(text, `"title":"Kick-off"`) {
		t.Errorf("links: %d %s", status, text)
	}
	configure(later)
	w.must(daemon.Process.Signal(syscall.SIGHUP))
	eventually(t, "the new token", 20*time.Second, func() bool {
		status, _ := asked(t, http.MethodPost, page+"/api/v1/sync", later, `{"calendars":["f"]}`)
		return status == http.StatusOK
	})
	if status, _ := asked(t, http.MethodGet, page+"/api/v1/links", token, ""); status != http.StatusUnauthorized {
		t.Errorf("the old token: %d", status)
	}
	shows(`zoomtag_journal_entries_total{step="create"} 1`, `zoomtag_api_requests_total{code="401"} `)
	w.must(daemon.Process.Signal(syscall.SIGTERM))
	w.must(daemon.Wait())
	noSecrets(t, w, log.String())
	for _, secret := range []string{token, later} {
		if strings.Contains(log.String(), secret) {
			t.Error("the log shows a token")
		}
	}
}
