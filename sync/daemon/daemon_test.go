package daemon

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/personal"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// TestStateGoneUnderTheDaemon: that the state was deleted or replaced is said once in the log, and on /healthz and in
// status as long as it is so.
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
			var log logText
			d := prepared(Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
			d.st = st
			service, err := local.New(local.Options{Config: room(), Store: st, Kinds: rooms(), Log: d.Log,
				Now: time.Now})
			if err != nil {
				t.Fatal(err)
			}
			d.service.Store(service)
			healthz := func() (int, string) {
				w := httptest.NewRecorder()
				d.pages().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet,
					"/healthz", nil))
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
			report, err := service.Status(t.Context(), api.StatusRequest{})
			says := func(text string) bool { return strings.Contains(text, test.says) }
			if err != nil || report.Health != api.Failing || !slices.ContainsFunc(report.Reasons, says) ||
				!slices.ContainsFunc(report.Notices, says) {
				t.Errorf("status: %s %q %q, %v", report.Health, report.Reasons, report.Notices, err)
			}
			if err := d.healthy(); err != nil {
				t.Errorf("the watchdog restarts: %v", err)
			}
		})
	}
}

// TestOverdueEverywhere: a calendar that is not read is overdue in status, for monitors, for doctor and for the
// watchdog, and what has not run yet is not well either.
func TestOverdueEverywhere(t *testing.T) {
	d := newDaemon(t)
	service := d.service.Load()
	ask := func(path string) (int, string) {
		answer := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		r.Header.Set("Accept", "text/plain")
		d.pages().ServeHTTP(answer, r)
		return answer.Code, strings.TrimSpace(answer.Body.String())
	}
	status := func() api.StatusReport {
		report, err := service.Status(t.Context(), api.StatusRequest{})
		must(t, err)
		return report
	}
	if r := status(); r.Health != api.Degraded || len(r.Reasons) != 1 || r.Reasons[0] != "f: "+api.NotRun {
		t.Errorf("before the first pass: %s, %q", r.Health, r.Reasons)
	}
	_, err := service.Sync(t.Context(), api.SyncRequest{})
	must(t, err)
	if r := status(); r.Health != api.OK || len(r.Reasons) != 0 || r.Calendars[0].State() != api.OK ||
		r.Calendars[0].Overdue {
		t.Errorf("after a pass: %+v", r)
	}
	code, text := ask("/healthz")
	if code != http.StatusOK || text != api.OK || d.healthy() != nil {
		t.Errorf("after a pass /healthz says %d %q, and the watchdog %v", code, text, d.healthy())
	}
	passes := &fakePasses{}
	service.Passes = passes
	if r := status(); r.Health != api.Failing || !strings.HasPrefix(r.Reasons[0], "f: overdue: no pass has ended "+
		"for 5m0s") || !r.Calendars[0].Overdue || r.Calendars[0].Code != reason.Overdue ||
		r.Calendars[0].Cure != reason.Overdue.Cure() {
		t.Errorf("overdue: %s %q", r.Health, r.Reasons)
	}
	if code, text := ask("/healthz"); code != http.StatusOK || text != "degraded\noverdue: f" {
		t.Errorf("overdue: /healthz says %d %q", code, text)
	}
	if code, text := ask("/readyz"); code != http.StatusServiceUnavailable ||
		!strings.HasPrefix(text, "failing\nf: overdue") {
		t.Errorf("overdue: /readyz says %d %q", code, text)
	}
	if report, err := service.Doctor(t.Context(), api.DoctorRequest{NoNetwork: true}); err != nil ||
		!slices.ContainsFunc(report.Findings,
			func(f doctor.Finding) bool {
				return f.Code == "ZT-517" && f.Severity == doctor.Error && f.Reason == reason.Overdue
			}) {
		text, _ := json.Marshal(report)
		t.Errorf("doctor: %v %s", err, text)
	}
	passes.stuck = true
	if code, _ := ask("/healthz"); code != http.StatusServiceUnavailable || d.healthy() == nil {
		t.Errorf("stuck: /healthz says %d, and the watchdog is fed", code)
	}
}

// TestCalendarStates: how a calendar stands is told by status with its code, whatever is remembered of it.
func TestCalendarStates(t *testing.T) {
	d := newDaemon(t)
	service := d.service.Load()
	_, err := service.Sync(t.Context(), api.SyncRequest{})
	must(t, err)
	now := time.Now()
	for name, tt := range map[string]struct {
		set   func(st *store.CalendarState)
		state string
		code  reason.Code
		cure  string // that of the case, where it is known
	}{
		"well":       {func(*store.CalendarState) {}, api.OK, "", ""},
		"unfinished": {func(st *store.CalendarState) { st.Unfinished = "slow" }, "slow", reason.Unfinished, ""},
		"failing": {func(st *store.CalendarState) {
			st.LastError, st.ErrorCode = "no", string(reason.CalendarDenies)
		}, "no", reason.CalendarDenies, ""},
		"failing, and mended": {func(st *store.CalendarState) {
			st.LastError, st.ErrorCode, st.ErrorCure = "no", string(reason.CalendarDenies), "ask bob"
		}, "no: ask bob", reason.CalendarDenies, "ask bob"},
		"read only": {func(st *store.CalendarState) {
			st.ReadOnly, st.ReadOnlyCure = "it is shared for reading", "ask bob"
		}, api.OK, reason.NotWritable, "ask bob"},
		"held": {func(st *store.CalendarState) {
			st.HeldAt, st.HeldReason, st.HeldCode = now, "empty", string(reason.Brake)
			st.HeldCure, st.ErrorCure = "run zoomtag release f", "ask bob"
			st.LastError, st.ErrorCode = "no", string(reason.CalendarDenies)
		}, "held: empty: run zoomtag release f", reason.Brake, "run zoomtag release f"},
		"held by one that knew of no codes": {func(st *store.CalendarState) {
			st.HeldAt, st.HeldReason = now, "empty"
		}, "held: empty", "", ""},
		"removed": {func(st *store.CalendarState) { st.Removal, st.RemovedAt = "keep", now },
			"held: " + engine.Removed("f").Error(), reason.Removed, engine.Removed("f").Cure()},
		"removing": {func(st *store.CalendarState) { st.Removal = "keep" },
			"held: " + engine.Removing("f").Error(), reason.Removing, engine.Removing("f").Cure()},
	} {
		st, err := d.st.Calendar("f")
		must(t, err)
		before := st
		tt.set(&st)
		must(t, d.st.Update(func(tx *store.Tx) error { return tx.PutCalendar("f", st) }))
		report, err := service.Status(t.Context(), api.StatusRequest{})
		must(t, err)
		c := report.Calendars[0]
		if c.State() != tt.state || c.Code != tt.code || c.Cure != tt.code.CureOf(tt.cure) {
			t.Errorf("%s: %q, %q, %q", name, c.State(), c.Code, c.Cure)
		}
		if tt.state != api.OK && !slices.Contains(report.Reasons, "f: "+tt.state) {
			t.Errorf("%s: the reasons are %q", name, report.Reasons)
		}
		must(t, d.st.Update(func(tx *store.Tx) error { return tx.PutCalendar("f", before) }))
	}
}

// fakePasses says of each calendar that no pass of it has ended for five minutes.
type fakePasses struct{ stuck bool }

func (p *fakePasses) Overdue(string) (time.Duration, bool) { return 5 * time.Minute, true }

func (p *fakePasses) Stuck(string) bool { return p.stuck }

// room is a configuration with a personal room and no calendar.
func room() *configs.Config {
	return &configs.Config{Zoom: configs.Accounts{{Mode: configs.Personal, PersonalLink: "https://zoom.us/my/alice"}}}
}

// rooms are personal rooms, and folders for them.
func rooms() assemble.Kinds {
	return assemble.Kinds{
		Calendars: map[string]assemble.CalendarKind{"ics": {
			Open: func(_ *assemble.Builder, c configs.Calendar, _ plan.Settings) (calendar.Calendar, error) {
				return icsdir.New(icsdir.Config{Path: c.ICS.Path, Owners: []string{configs.AnyOwner}})
			},
		}},
		Personal: func(link string) (meeting.Service, error) { return personal.New(link) },
	}
}

// newDaemon is a daemon over a folder f with one tagged event, which has not begun to run.
func newDaemon(t *testing.T) *daemon {
	t.Helper()
	dir := t.TempDir()
	event := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//An " +
		"App//EN\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\n" +
		"DTSTART:29990101T090000Z\r\nDTEND:29990101T100000Z\r\nSUMMARY:Alpha #zoom\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
	must(t, os.WriteFile(filepath.Join(dir, "a.ics"), []byte(event), 0o600))
	file := filepath.Join(dir, "zoomtag.yaml")
	must(t, os.WriteFile(file, []byte("zone: Asia/Tokyo\nstate: state/zoomtag.db\nzoom: { mode: personal, personal_link: "+
		"\"https://zoom.us/my/alice\" }\ncalendars:\n- { name: f, ics: { path: . } }\n"), 0o600))
	cfg, err := configs.Load(file, func(string) string { return "" })
	must(t, err)
	st, err := store.Open(cfg.State, store.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, st.Close()) })
	log := slog.New(slog.DiscardHandler)
	d := prepared(Options{
		Log: log,
		Open: func(cfg *configs.Config, st *store.Store, watch local.Observer) (*local.Service, error) {
			return local.New(local.Options{Config: cfg, Store: st, Kinds: rooms(), Log: log, Now: time.Now,
				Haste: assemble.Haste{Aloof: true}, Observer: watch})
		},
	})
	d.st = st
	must(t, d.build(t.Context(), cfg))
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// logText collects what is logged.
type logText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
