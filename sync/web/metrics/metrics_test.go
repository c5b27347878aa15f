package metrics

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
)

var day = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

// everything are facts of which each gauge has something to tell.
func everything() Facts {
	return Facts{
		Status: api.StatusReport{Health: api.Degraded,
			Calendars: []api.CalendarStatus{
				{Name: "alice@example.com", Provider: "google", LastSuccess: &day},
				{Name: "bob", Provider: "google", Held: true, HeldReason: "many are gone"},
				{Name: "carol", Provider: "ics", Overdue: true, LastError: "gone"},
			},
			Budget: []api.BudgetStatus{{Host: "alice@example.com", Used: 85, Limit: 100},
				{Host: "bob@example.com", Used: 100, Limit: 100}, {Host: "carol@example.com", Used: 1, Limit: 100}},
			Quotas: []api.QuotaStatus{{Service: "Google, by secret.json", Used: 10, Limit: 1000},
				{Service: "Google, by other.json", Used: 250, Limit: 1000}},
			Events:    []api.EventStatus{{State: "held", Title: "Secret plans"}, {State: "doubt"}},
			Waiting:   []api.WaitingStatus{{For: "zoom"}},
			Tokens:    []api.TokenStatus{{Provider: "outlook", SignedIn: &day, Ends: &day}, {Provider: "zoom"}},
			Verdicts:  []doctor.Finding{{Code: "ZT-303", Title: "Secret plans"}},
			Leftovers: []api.LeftoverStatus{{Topic: "Secret plans"}},
			Shared:    true,
			Workers: []api.WorkerStatus{{Name: "secret-machine:1", Lag: 0.5, Calendars: 2, Here: true},
				{Name: "secret-machine:2", Lag: 1.5, Calendars: 1}},
		},
		Links: []api.LinkStatus{
			{State: "linked", Health: "ok", JoinURL: "https://us02web.zoom.us/j/1?pwd=secret"},
			{State: "linked", Health: "ZT-303 ZT-304"}, {State: "failed", Health: "failing"},
			{State: "pending", Health: "pending"},
		},
		Conditions: []api.Condition{{Code: "ZT-510", Severity: doctor.Error, Visible: true},
			{Code: "ZT-511", Severity: doctor.Error, Visible: true, Dismissed: true},
			{Code: "ZT-512", Severity: doctor.Error},
			{ID: "root", Code: "ZT-505", Severity: doctor.Error, Visible: true},
			{ID: "waits", Code: "ZT-515", Severity: doctor.Error, Visible: true, DependsOn: "root"}},
		CertificateEnd: day.AddDate(0, 0, 30), StateBytes: 4096,
	}
}

// busy is metrics of which each has something to tell.
func busy() *Metrics {
	m := New(Options{Version: "1.2.3",
		Look: func(context.Context) (Facts, error) { return everything(), nil }})
	m.PassEnded(&engine.Report{Provider: "ics", Took: 300 * time.Millisecond}, nil)
	m.LinkMade("ics", 3*time.Second)
	m.Called("zoom", http.StatusCreated)
	m.Journaled(record.Entry{Step: "create"})
	m.Answered(http.StatusOK)
	return m
}

// scraped is what a scrape shows.
func scraped(t *testing.T, m *Metrics) string {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// shows checks that a scrape has these lines.
func shows(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no %s in\n%s", line, ours(text))
		}
	}
}

// ours are the lines of a scrape that are not Go's or the process's.
func ours(text string) string {
	lines := strings.Split(text, "\n")
	return strings.Join(slices.DeleteFunc(lines,
		func(line string) bool { return !strings.HasPrefix(line, "zoomtag_") }), "\n")
}

// TestEveryGauge: each tells what the facts say, and nothing that names somebody.
func TestEveryGauge(t *testing.T) {
	text := scraped(t, busy())
	shows(t, text,
		`zoomtag_health{status="degraded"} 1`, `zoomtag_health{status="ok"} 0`,
		`zoomtag_calendars{provider="google",state="ok"} 1`, `zoomtag_calendars{provider="google",state="held"} 1`,
		`zoomtag_calendars{provider="ics",state="overdue"} 1`,
		`zoomtag_oldest_success_timestamp_seconds 1.7961156e+09`,
		`zoomtag_links{health="ok",state="linked"} 1`, `zoomtag_links{health="doubtful",state="linked"} 1`,
		`zoomtag_links{health="failing",state="failed"} 1`, `zoomtag_links{health="waiting",state="pending"} 1`,
		`zoomtag_link_findings{code="ZT-303"} 1`,
		`zoomtag_events{state="held"} 1`, `zoomtag_events{state="doubt"} 1`, `zoomtag_events{state="failed"} 0`,
		`zoomtag_waiting_events{service="zoom"} 1`,
		`zoomtag_conditions{code="ZT-510",severity="error"} 1`, `zoomtag_conditions{code="ZT-505",severity="error"} 1`,
		`zoomtag_leftover_meetings 1`,
		`zoomtag_quota_used_ratio 0.25`,
		`zoomtag_budget_used_calls 186`, `zoomtag_budget_used_calls_max 100`, `zoomtag_budget_limit_calls 100`,
		`zoomtag_budget_hosts{state="ok"} 1`, `zoomtag_budget_hosts{state="reserve"} 1`,
		`zoomtag_budget_hosts{state="exhausted"} 1`,
		`zoomtag_sign_ins{provider="outlook",state="ok"} 1`, `zoomtag_sign_ins{provider="zoom",state="missing"} 1`,
		`zoomtag_oldest_sign_in_timestamp_seconds{provider="outlook"} 1.7961156e+09`,
		`zoomtag_sign_in_expiry_timestamp_seconds{provider="outlook"} 1.7961156e+09`,
		`zoomtag_certificate_expiry_timestamp_seconds 1.7987076e+09`,
		`zoomtag_state_bytes 4096`, `zoomtag_workers 2`, `zoomtag_worker_calendars 2`,
		`zoomtag_worker_lag_seconds 1.5`, `zoomtag_unclaimed_calendars 3`,
		`zoomtag_link_delay_seconds_bucket{provider="ics",le="2.5"} 0`,
		`zoomtag_link_delay_seconds_bucket{provider="ics",le="5"} 1`,
		`zoomtag_journal_entries_total{step="create"} 1`, `zoomtag_api_requests_total{code="200"} 1`,
		`zoomtag_calls_total{outcome="ok",service="zoom"} 1`)
	for _, secret := range []string{"ZT-511", "ZT-512", "Secret", "alice", "bob", "carol", "zoom.us",
		"secret-machine"} {
		if strings.Contains(text, secret) {
			t.Errorf("it shows %s", secret)
		}
	}
}

// TestOutcomes: what a pass and a call come to.
func TestOutcomes(t *testing.T) {
	for want, c := range map[string]struct {
		report engine.Report
		fault  error
	}{
		"ok":         {},
		"held":       {report: engine.Report{Held: true, Error: "the folder is not there"}},
		"failed":     {report: engine.Report{Error: "no answer"}},
		"unfinished": {report: engine.Report{Unfinished: "the hour is over"}},
		"stopped":    {fault: context.Canceled},
		"fault":      {fault: errors.New("the disk is full")},
	} {
		if got := passOutcome(&c.report, c.fault); got != want {
			t.Errorf("a pass is %s, want %s", got, want)
		}
	}
	for status, want := range map[int]string{0: "unanswered", 200: "ok", 304: "ok", 404: "refused", 429: "throttled",
		503: "failed"} {
		if got := callOutcome(status); got != want {
			t.Errorf("a call that ends with %d is %s, want %s", status, got, want)
		}
	}
	m := busy()
	m.Journaled(record.Entry{Step: "link", Error: "no"})
	m.Journaled(record.Entry{Reason: "held"})
	shows(t, scraped(t, m), `zoomtag_journal_entries_total{step="failure"} 1`,
		`zoomtag_journal_entries_total{step="remark"} 1`)
}

// TestOneLook: many scrapes at once, and soon after one another, read the state once; what took long is read rarely.
func TestOneLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		m := New(Options{Look: func(context.Context) (Facts, error) {
			looks++
			<-time.After(3 * time.Second)
			return everything(), nil
		}})
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() { m.facts.now() })
		}
		wg.Wait()
		if looks != 1 {
			t.Errorf("%d looks for 50 scrapes", looks)
		}
		<-time.After(restTimes*3*time.Second - time.Second)
		if m.facts.now(); looks != 1 {
			t.Error("it looks again before it has rested")
		}
		<-time.After(2 * time.Second)
		if m.facts.now(); looks != 2 {
			t.Errorf("%d looks after a minute", looks)
		}
	})
}

// TestSlowLook: a scrape does not wait for a slow disk, and shows what was known before.
func TestSlowLook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := time.Duration(0)
		m := New(Options{Look: func(context.Context) (Facts, error) {
			<-time.After(slow)
			return everything(), nil
		}})
		m.facts.now()
		slow = time.Minute
		<-time.After(freshFor)
		began := time.Now()
		if l := m.facts.now(); !l.known || time.Since(began) > patience {
			t.Errorf("after %s: %+v", time.Since(began), l)
		}
		synctest.Wait()
		<-time.After(time.Minute)
	})
}

// TestLookFails: the gauges stay, and it is counted.
func TestLookFails(t *testing.T) {
	var fails error
	now := day
	m := New(Options{Now: func() time.Time { return now },
		Look: func(context.Context) (Facts, error) { return everything(), fails }})
	shows(t, scraped(t, m), "zoomtag_look_failures_total 0", "zoomtag_state_bytes 4096")
	fails = errors.New("the disk is gone")
	now = now.Add(freshFor)
	text := scraped(t, m)
	shows(t, text, "zoomtag_look_failures_total 1", "zoomtag_state_bytes 4096",
		`zoomtag_look_timestamp_seconds 1.7961156e+09`)
	if strings.Contains(text, "disk") {
		t.Error("it shows the error")
	}
}

// TestPage: the page lists each metric with its kind and labels, and no other.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/monitoring.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{}
	row := regexp.MustCompile("(?m)^\\| `(zoomtag_[a-z_]+)` \\| ([a-z]+) \\| ([a-z, ]*)\\|")
	for _, m := range row.FindAllStringSubmatch(string(page), -1) {
		labels := strings.Split(strings.TrimSpace(m[3]), ", ")
		slices.Sort(labels)
		told[m[1]] = m[2] + " " + strings.Join(labels, ", ")
	}
	m := busy()
	families, err := m.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "zoomtag_") {
			continue
		}
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		slices.Sort(labels)
		is := strings.ToLower(f.GetType().String()) + " " + strings.Join(labels, ", ")
		if told[f.GetName()] != is {
			t.Errorf("the page says of %s: %q, and it is %q", f.GetName(), told[f.GetName()], is)
		}
		delete(told, f.GetName())
	}
	for name := range told {
		t.Errorf("the page tells of %s, which there is not", name)
	}
	// what has no value in the test has a description all the same
	descs := make(chan *prometheus.Desc, 100)
	m.facts.Describe(descs)
	for range len(descs) {
		name := regexp.MustCompile(`fqName: "([a-z_]+)"`).FindStringSubmatch((<-descs).String())[1]
		if !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("the page does not tell of %s", name)
		}
	}
}
