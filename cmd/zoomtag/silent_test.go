package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// everyQuestion is each command that asks a running daemon.
var everyQuestion = [][]string{{"status"}, {"links"}, {"log"}, {"sync"}, {"plan"}, {"release", "f"}, {"invite", "--all", "-o", "-"}, {"link", "-"},
	{"doctor"}, {"cancel", "123"}}

// TestSilentDaemon: whatever is asked of a daemon that hangs, the command says so, and neither waits for ever nor works beside it.
func TestSilentDaemon(t *testing.T) {
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom", "", "")
	w.must(os.MkdirAll(filepath.Dir(w.state), 0o700))
	l, err := net.Listen("unix", socketPath(w.state)) // the system takes the connections, and nobody is there
	w.must(err)
	t.Cleanup(func() { l.Close() })
	for _, args := range everyQuestion {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			out, errs, code := w.zoomtag(args...)
			if code != exitFailed || !strings.Contains(errs, errSilent.Error()) {
				t.Errorf("exit %d after %s: %s%s", code, time.Since(began), out, errs)
			}
		})
	}
}

// TestDaemonFallsSilent: a daemon that lives may take its time for an answer; one that hangs meanwhile is noticed.
func TestDaemonFallsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		hangs := make(chan struct{})
		time.AfterFunc(time.Hour, func() { close(hangs) })
		answers := func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		r := &remote{every: answerTime, http: &http.Client{Transport: transportFunc(func(req *http.Request) (*http.Response, error) {
			select {
			case <-hangs:
				return answers(req)
			default:
			}
			if req.URL.Path == "/alive" {
				return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
			}
			return answers(req)
		})}}
		_, err := r.Status(t.Context())
		if took := time.Since(began); err == nil || err.Error() != errSilent.Error() || took < time.Hour || took > time.Hour+2*answerTime {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// transportFunc is a function as a transport.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
