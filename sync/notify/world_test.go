package notify_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/notify"
)

var morning = time.Date(2026, 12, 1, 10, 0, 0, 0, time.UTC)

// world is a notifier with a clock and conditions that a test moves.
type world struct {
	t          *testing.T
	now        time.Time
	conditions []api.Condition
	st         *store.Store
	n          *notify.Notifier
	cfg        *configs.Config
	asked      func() // when conditions are asked for; nil is nothing
	looked     int    // how often they were
}

// newWorld makes a notifier for the ways below notify: in a configuration.
func newWorld(t *testing.T, ways string) *world {
	t.Helper()
	w := &world{t: t, now: morning}
	dir := t.TempDir()
	path := filepath.Join(dir, "zoomtag.yaml")
	text := "state: " + filepath.Join(dir, "zoomtag.db") + `
zoom: { mode: personal, personal_link: "https://us02web.zoom.us/j/1234567890?pwd=abc" }
calendars:
- { name: team, host: alice@example.com, ics: { path: ` + dir + ` } }
notify:
` + ways
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if w.cfg, err = configs.Load(path, func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	w.st, err = store.Open(w.cfg.State, store.Options{NoSync: true, Now: func() time.Time { return w.now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.st.Close(); err != nil {
			t.Error(err)
		}
	})
	w.begin()
	return w
}

// begin makes a new notifier on the same store, as a restart does.
func (w *world) begin() {
	w.t.Helper()
	var err error
	w.n, err = notify.New(notify.Options{Store: w.st, Config: w.cfg, Zone: time.UTC,
		Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
		Conditions: func(context.Context) (api.ConditionsReport, error) {
			w.looked++
			if w.asked != nil {
				w.asked()
			}
			return api.ConditionsReport{Conditions: w.conditions}, nil
		}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// after lets time pass, and looks.
func (w *world) after(d time.Duration) error {
	w.now = w.now.Add(d)
	return w.n.Look(w.t.Context())
}

func (w *world) looks(d time.Duration) {
	w.t.Helper()
	if err := w.after(d); err != nil {
		w.t.Errorf("%v later: %v", d, err)
	}
}

var (
	signIn = api.Condition{ID: "signin", Code: doctor.SignInRefused, Severity: doctor.Error, Calendar: "team",
		Title: "Calendar team", Text: "The sign-in is no longer accepted.", Cure: "Run zoomtag auth google."}
	event = api.Condition{ID: "event", Code: doctor.EventFails, Severity: doctor.Warning, Calendar: "team",
		EventID: "1", Title: "Tea", Text: "The host has no licence.", Quiet: 10 * time.Minute}
)

// hook is a server that notes what it is told, and answers with status.
type hook struct {
	*httptest.Server

	mu      sync.Mutex
	status  int
	got     []received
	headers []http.Header
	before  func() // it answers; nil is nothing
}

type received struct {
	Type      string
	Timestamp time.Time
	Data      map[string]any
	raw       string
}

func newHook(t *testing.T) *hook {
	h := &hook{status: http.StatusNoContent}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		m := received{raw: string(body)}
		if err != nil || json.Unmarshal(body, &m) != nil {
			t.Errorf("the body is %q, %v", body, err)
		}
		if h.before != nil {
			h.before()
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.status == http.StatusNoContent {
			h.got = append(h.got, m)
		}
		h.headers = append(h.headers, r.Header)
		w.WriteHeader(h.status)
	}))
	t.Cleanup(h.Close)
	return h
}

// way is the hook as a way of the configuration.
func (h *hook) way(more string) string {
	return fmt.Sprintf("- webhook: { url: %q, secret: whsec_%s, %s }\n", h.URL,
		base64.StdEncoding.EncodeToString([]byte("0123456789abcdef")), more)
}

// types are what it was told, each with the condition or the event.
func (h *hook) types() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []string
	for _, m := range h.got {
		about, ok := m.Data["id"]
		if !ok {
			about = m.Data["event_id"]
		}
		list = append(list, fmt.Sprintf("%s %v", m.Type, about))
	}
	return strings.Join(list, ", ")
}

func (h *hook) says(t *testing.T, want string) {
	t.Helper()
	if got := h.types(); got != want {
		t.Errorf("told: %q, want %q", got, want)
	}
}
