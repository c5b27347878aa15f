package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
	"zoomtag/sync/api/local"

	"zoomtag/sync/api"
	"zoomtag/sync/assemble"

	"zoomtag/store"
)

// TestStateGoneUnderTheDaemon: that the state was deleted or replaced is said once in the log, and on /healthz and in status as long as it is so.
func TestStateGoneUnderTheDaemon(t *testing.T) {
	tests := []struct {
		name, says string
		do         func(path string) error
	}{
		{"deleted", "was deleted", os.Remove},
		{"folder deleted", "was deleted", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }},
		{"replaced", "was replaced", func(path string) error {
			raw, err := os.ReadFile(path)
			return errors.Join(err, os.WriteFile(path+".copy", raw, 0o600), os.Rename(path+".copy", path))
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "state", "zoomtag.db")
			st, err := store.Open(path, store.Options{NoSync: true})
			if err != nil {
				t.Fatal(err)
			}
			defer st.Close()
			var log safeBuffer
			d := &daemon{st: st, log: slog.New(slog.NewTextHandler(&log, nil))}
			service, err := local.New(local.Options{
				Config: &configs.Config{Zoom: configs.Accounts{{Mode: configs.Personal, PersonalLink: "https://zoom.us/my/alice"}}},
				Store:  st,
				Kinds:  providers(),
				Log:    d.log,
				Now:    time.Now,
			})
			if err != nil {
				t.Fatal(err)
			}
			d.desk.Store(service)
			healthz := func() (int, string) {
				w := httptest.NewRecorder()
				d.healthHandler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", nil))
				return w.Code, w.Body.String()
			}
			if code, body := healthz(); code != http.StatusOK {
				t.Errorf("before: %d %s", code, body)
			}
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancel(t.Context())
				go d.watchState(ctx)
				<-time.After(3 * stateLookEvery)
				if log.String() != "" {
					t.Errorf("before: %s", log.String())
				}
				if err := test.do(path); err != nil {
					t.Fatal(err)
				}
				<-time.After(5 * stateLookEvery)
				end()
			})
			if got := log.String(); strings.Count(got, test.says) != 1 || !strings.Contains(got, "restart zoomtag") {
				t.Errorf("the log says:\n%s", got)
			}
			if code, body := healthz(); code != http.StatusServiceUnavailable || !strings.Contains(body, test.says) {
				t.Errorf("/healthz: %d %s", code, body)
			}
			report, err := service.Status(t.Context())
			says := func(text string) bool { return strings.Contains(text, test.says) }
			if err != nil || report.Health != api.Failing || !slices.ContainsFunc(report.Reasons, says) || !slices.ContainsFunc(report.Notices, says) {
				t.Errorf("status: %s %q %q, %v", report.Health, report.Reasons, report.Notices, err)
			}
			if err := d.healthy(); err != nil {
				t.Errorf("the watchdog restarts: %v", err)
			}
		})
	}
}

// TestReadingOnAReadOnlyMount: what only reads needs no right to write.
func TestReadingOnAReadOnlyMount(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom")
	w.sync()
	refuse := func(path string, _ store.Options) (*store.Store, error) {
		return nil, &os.PathError{Op: "open", Path: path, Err: syscall.EROFS}
	}
	for args, want := range map[string]string{"status": "team", "links": "Alpha", "log": "create"} {
		var out, errs strings.Builder
		code := execute(t.Context(), []string{"--config", w.path("zoomtag.yaml"), args}, process{in: strings.NewReader(""), out: &out, err: &errs,
			env: func(string) string { return "" }, hurry: assemble.Haste{Open: refuse}})
		if code != exitOK || !strings.Contains(out.String(), want) {
			t.Errorf("%s: exit %d\n%s\n%s", args, code, out.String(), errs.String())
		}
	}
}
