package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/api"

	"zoomtag/configs"
	"zoomtag/store"
)

// TestOverdueEverywhere: a calendar that is not read is overdue in status, for monitors, for doctor and for the watchdog, and what has not run
// yet is not well either.
func TestOverdueEverywhere(t *testing.T) {
	w := newCrashWorld(t)
	cfg, err := configs.Load(w.configFile(), os.Getenv)
	w.must(err)
	st, err := store.Open(cfg.State, store.Options{})
	w.must(err)
	defer st.Close()
	log := slog.New(slog.DiscardHandler)
	a := &app{term: &process{now: time.Now, in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: func(string) string { return "" }}}
	d := &daemon{app: a, st: st, log: log}
	w.must(d.build(cfg))
	desk := d.desk.Load()
	ask := func(path string) (int, string) {
		answer := httptest.NewRecorder()
		d.healthHandler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		return answer.Code, strings.TrimSpace(answer.Body.String())
	}
	status := func() api.StatusReport {
		report, err := desk.Status(t.Context())
		w.must(err)
		return report
	}
	if r := status(); r.Health != api.Degraded || len(r.Reasons) != 1 || r.Reasons[0] != "f: "+api.NotRun {
		t.Errorf("before the first pass: %s, %q", r.Health, r.Reasons)
	}
	_, err = desk.Sync(t.Context(), api.SyncRequest{})
	w.must(err)
	if r := status(); r.Health != api.OK || len(r.Reasons) != 0 || r.Calendars[0].State() != api.OK || r.Calendars[0].Overdue {
		t.Errorf("after a pass: %+v", r)
	}
	code, text := ask("/healthz")
	if code != http.StatusOK || text != api.OK || d.healthy() != nil {
		t.Errorf("after a pass /healthz says %d %q, and the watchdog %v", code, text, d.healthy())
	}
	passes := &fakePasses{}
	desk.Passes = passes
	if r := status(); r.Health != api.Failing || !strings.HasPrefix(r.Reasons[0], "f: overdue: no pass has ended for 5m0s") || !r.Calendars[0].Overdue {
		t.Errorf("overdue: %s %q", r.Health, r.Reasons)
	}
	if code, text := ask("/healthz"); code != http.StatusOK || text != "degraded\noverdue: f" {
		t.Errorf("overdue: /healthz says %d %q", code, text)
	}
	if code, text := ask("/readyz"); code != http.StatusServiceUnavailable || !strings.HasPrefix(text, "failing\nf: overdue") {
		t.Errorf("overdue: /readyz says %d %q", code, text)
	}
	if report, err := desk.Doctor(t.Context(), api.DoctorRequest{NoNetwork: true}); err != nil || !(&judgement{report}).says("ZT-517", "error", "") {
		text, _ := json.Marshal(report)
		t.Errorf("doctor: %v %s", err, text)
	}
	passes.stuck = true
	if code, _ := ask("/healthz"); code != http.StatusServiceUnavailable || d.healthy() == nil {
		t.Errorf("stuck: /healthz says %d, and the watchdog is fed", code)
	}
}

// fakePasses says of each calendar that no pass of it has ended for five minutes.
type fakePasses struct{ stuck bool }

func (p *fakePasses) Overdue(string) (time.Duration, bool) { return 5 * time.Minute, true }
func (p *fakePasses) Stuck(string) bool                    { return p.stuck }
