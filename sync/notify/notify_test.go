package notify_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

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

// TestOnce: a condition is told once, however often it is looked at and restarted, and once that it is over.
func TestOnce(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.looks(time.Minute)
	w.begin()
	w.looks(time.Hour)
	h.says(t, "problem signin")
	w.conditions = nil
	w.looks(time.Minute)
	h.says(t, "problem signin")
	w.looks(3 * time.Minute)
	w.looks(time.Hour)
	h.says(t, "problem signin, resolved signin")
	if courses, err := w.st.Courses(); err != nil || len(courses) != 0 {
		t.Errorf("%d courses are remembered for ever, %v", len(courses), err)
	}
	w.conditions = []api.Condition{signIn}
	w.looks(time.Minute)
	h.says(t, "problem signin, resolved signin, problem signin")
}

// TestNoFlicker: what comes and goes is one condition, and what does not last is none.
func TestNoFlicker(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	w.conditions = []api.Condition{event}
	w.looks(0)
	w.looks(9 * time.Minute)
	w.conditions = nil
	w.looks(time.Minute)
	w.looks(time.Hour)
	h.says(t, "")
	for range 5 {
		w.conditions = []api.Condition{signIn}
		w.looks(time.Minute)
		w.conditions = nil
		w.looks(time.Minute)
	}
	h.says(t, "problem signin")
}

// TestExplained: what another condition explains is told when that is gone and it is not.
func TestExplained(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	explained := event
	explained.DependsOn = signIn.ID
	w.conditions = []api.Condition{signIn, explained}
	w.looks(0)
	w.looks(time.Hour)
	h.says(t, "problem signin")
	w.conditions = []api.Condition{event}
	w.looks(time.Minute)
	h.says(t, "problem signin, problem event")
}

// TestDismissed: a person who has seen it hears no more of it.
func TestDismissed(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	if err := w.st.Update(func(tx *store.Tx) error {
		return tx.PutCourse(signIn.ID, store.Course{Since: w.now, Dismissed: true})
	}); err != nil {
		t.Fatal(err)
	}
	w.conditions = []api.Condition{signIn}
	w.looks(time.Minute)
	h.says(t, "")
	w.conditions = nil
	w.looks(time.Minute)
	w.looks(time.Hour)
	h.says(t, "")
}

// TestFailingWay: a way that fails is tried again after pauses, with the same id; the other way does not wait for it.
func TestFailingWay(t *testing.T) {
	broken, well := newHook(t), newHook(t)
	broken.status = http.StatusBadGateway
	w := newWorld(t, broken.way("")+well.way(""))
	w.conditions = []api.Condition{signIn}
	if err := w.after(0); err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("the fault is %v", err)
	}
	well.says(t, "problem signin")
	w.looks(4 * time.Second) // its pause is not over
	broken.mu.Lock()
	tries := len(broken.headers)
	broken.mu.Unlock()
	if tries != 1 {
		t.Errorf("it was tried %d times within its pause", tries)
	}
	broken.mu.Lock()
	broken.status = http.StatusNoContent
	broken.mu.Unlock()
	w.looks(2 * time.Second)
	broken.says(t, "problem signin")
	if a, b := broken.headers[0].Get("Webhook-Id"), broken.headers[1].Get("Webhook-Id"); a != b || a == "" {
		t.Errorf("the ids of two tries are %q and %q", a, b)
	}
	well.says(t, "problem signin")
}

// TestSlowReceiver: one that does not answer keeps no other way from telling.
func TestSlowReceiver(t *testing.T) {
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(slow.Close)
	told := make(chan struct{})
	quick := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(told)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(quick.Close)
	way := func(address string) string {
		return fmt.Sprintf("- webhook: { url: %q, secret: 0123456789abcdef }\n", address)
	}
	w := newWorld(t, way(slow.URL)+way(quick.URL))
	w.conditions = []api.Condition{signIn}
	done := make(chan error, 1)
	go func() { done <- w.n.Look(t.Context()) }()
	select {
	case <-told:
	case <-t.Context().Done():
		t.Fatal("the second way was never tried")
	}
	close(release)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// stopwatch is a clock that tells how long things take, which receivers move.
type stopwatch struct{ lapsed atomic.Int64 }

func (s *stopwatch) now() time.Time        { return morning.Add(time.Duration(s.lapsed.Load())) }
func (s *stopwatch) takes(d time.Duration) { s.lapsed.Add(int64(d)) }

// TestTurn: a receiver that is slow hears in one look what it has time for, and the rest in the next.
func TestTurn(t *testing.T) {
	h, clock := newHook(t), &stopwatch{}
	h.before = func() { clock.takes(10 * time.Second) }
	w := newWorld(t, h.way(""))
	w.n.Lapsed(clock.now)
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		c := signIn
		c.ID = id
		w.conditions = append(w.conditions, c)
	}
	w.looks(0)
	h.says(t, "problem a, problem b")
	w.looks(10 * time.Second)
	h.says(t, "problem a, problem b, problem c, problem d")
}

// TestSendingCostsNoLook: that a receiver is slow to answer keeps nobody from hearing soon of what comes next.
func TestSendingCostsNoLook(t *testing.T) {
	h, clock := newHook(t), &stopwatch{}
	h.before = func() { clock.takes(20 * time.Second) }
	w := newWorld(t, h.way(""))
	w.n.Lapsed(clock.now)
	w.conditions = []api.Condition{signIn}
	if err := w.n.LookAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	next := signIn
	next.ID = "next"
	w.conditions = append(w.conditions, next)
	w.now = w.now.Add(10 * time.Second)
	if err := w.n.LookAgain(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.says(t, "problem signin, problem next")
}

// TestCostlyLook: with very many events a look takes long, and there is none for a while.
func TestCostlyLook(t *testing.T) {
	h, clock := newHook(t), &stopwatch{}
	w := newWorld(t, h.way(""))
	w.n.Lapsed(clock.now)
	w.asked = func() { clock.takes(time.Second) }
	w.conditions = []api.Condition{signIn}
	for _, rests := range []time.Duration{0, 10 * time.Second, 10 * time.Second, 10 * time.Second, 10 * time.Second} {
		w.now = w.now.Add(rests)
		if err := w.n.LookAgain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if w.looked != 1 {
		t.Errorf("looked %d times in 40 seconds, of which each takes one", w.looked)
	}
	w.now = w.now.Add(10 * time.Second)
	if err := w.n.LookAgain(t.Context()); err != nil || w.looked != 2 {
		t.Errorf("looked %d times in 50 seconds, %v", w.looked, err)
	}
}

// TestFailingWayIsShown: as long as something waits that could not be told in a way, that is remembered for those who
// look, over restarts.
func TestFailingWayIsShown(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	shown := func() string {
		t.Helper()
		failing, err := w.st.FailingWays()
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, f := range failing {
			list = append(list, f.Since.Format("15:04 ")+f.Name+": "+f.Error)
		}
		return strings.Join(list, ", ")
	}
	looks := func(d time.Duration, want string) {
		t.Helper()
		_ = w.after(d) // the failure is what this is about
		if got := shown(); got != want {
			t.Errorf("shown: %q, want %q", got, want)
		}
	}
	h.status = http.StatusInternalServerError
	w.conditions = []api.Condition{signIn}
	fails := "10:00 webhook " + strings.TrimPrefix(h.URL, "http://") + ": " +
		strings.TrimPrefix(h.URL, "http://") + " answered with 500 Internal Server Error"
	looks(0, fails)
	looks(time.Minute, fails)
	w.begin()
	looks(time.Minute, fails)
	h.status = http.StatusNoContent
	looks(5*time.Minute, "")
	h.says(t, "problem signin")

	next := signIn
	next.ID = "next"
	w.conditions, h.status = append(w.conditions, next), http.StatusInternalServerError
	looks(time.Hour, "11:07"+strings.TrimPrefix(fails, "10:00"))
	w.conditions = w.conditions[:1]
	looks(time.Minute, "") // nothing waits any more

	w.conditions = append(w.conditions, next)
	looks(time.Hour, "12:08"+strings.TrimPrefix(fails, "10:00"))
	w.cfg.Notify = nil
	w.begin()
	looks(time.Minute, "")
}

// TestOwnFailure: that a way fails is told in the others alone.
func TestOwnFailure(t *testing.T) {
	a, b := newHook(t), newHook(t)
	w := newWorld(t, a.way("")+b.way(""))
	fails := api.Condition{ID: "fails", Code: doctor.WayFails, Severity: doctor.Warning,
		Title: "webhook " + strings.TrimPrefix(a.URL, "http://"), Text: "It answered with status 500."}
	w.conditions = []api.Condition{fails}
	w.looks(0)
	a.says(t, "")
	b.says(t, "problem fails")
}

// TestReload: a way that rests goes on with that when the configuration is read again, and one that fails is tried.
func TestReload(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way("")+"  digest: 1h\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	next := signIn
	next.ID = "next"
	w.conditions = append(w.conditions, next)
	before := w.n
	w.begin()
	w.n.Succeed(before)
	w.looks(30 * time.Minute)
	h.says(t, "problem signin")
	w.looks(31 * time.Minute)
	h.says(t, "problem signin, problem next")
	third := signIn
	third.ID = "third"
	w.conditions, h.status = append(w.conditions, third), http.StatusInternalServerError
	for _, d := range []time.Duration{time.Hour, 6 * time.Second} { // from here on it rests for five minutes
		if err := w.after(d); err == nil {
			t.Error("it was told")
		}
	}
	before, h.status = w.n, http.StatusNoContent
	w.looks(time.Second)
	h.says(t, "problem signin, problem next")
	w.begin()
	w.n.Succeed(before)
	w.looks(time.Second)
	h.says(t, "problem signin, problem next, problem third")
}

// TestSameHost: two webhooks of one server, and one that is named twice, are ways of their own.
func TestSameHost(t *testing.T) {
	h := newHook(t)
	other := strings.Replace(h.way(""), h.URL, h.URL+"/other", 1)
	w := newWorld(t, h.way("")+other+other)
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.begin()
	w.looks(time.Minute)
	h.says(t, "problem signin, problem signin, problem signin")
}

// TestSignature: a receiver can check who has sent it, as the convention says.
func TestSignature(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	header := h.headers[0]
	mac := hmac.New(sha256.New, []byte("0123456789abcdef"))
	mac.Write([]byte(header.Get("Webhook-Id") + "." + header.Get("Webhook-Timestamp") + "." + h.got[0].raw))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if got := header.Get("Webhook-Signature"); got != want {
		t.Errorf("the signature is %s, want %s", got, want)
	}
}

// TestQuietHours: nothing is told in them; what is over by then is not told at all.
func TestQuietHours(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way("")+"  quiet: 22:00-07:00\n")
	w.now = time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC)
	short := event
	short.ID, short.Code = "short", doctor.SignInRefused
	w.conditions = []api.Condition{signIn, short}
	w.looks(0)
	w.conditions = []api.Condition{signIn}
	w.looks(time.Hour)
	w.looks(time.Hour)
	h.says(t, "")
	w.looks(6 * time.Hour)
	h.says(t, "problem signin")
}

// TestDigest: within the time of a digest nothing more is told.
func TestDigest(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way("")+"  digest: 1h\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.conditions = []api.Condition{signIn, event}
	w.looks(30 * time.Minute)
	h.says(t, "problem signin")
	w.looks(31 * time.Minute)
	h.says(t, "problem signin, problem event")
}

// TestPrivate: a name may not lead into a private network, unless that was allowed; an address may.
func TestPrivate(t *testing.T) {
	h := newHook(t)
	named := strings.Replace(h.way(""), "127.0.0.1", "localhost", 1)
	w := newWorld(t, named)
	w.conditions = []api.Condition{signIn}
	if err := w.after(0); err == nil || !strings.Contains(err.Error(), "private") {
		t.Errorf("a name that leads to this machine: %v", err)
	}
	h.says(t, "")
	w = newWorld(t, strings.Replace(named, "secret:", "private: true, secret:", 1))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	h.says(t, "problem signin")
}

// TestLinks: a webhook that follows links is told of each once, without the join link unless it asks for that.
func TestLinks(t *testing.T) {
	h, open := newHook(t), newHook(t)
	w := newWorld(t, h.way("events: [link]")+open.way("events: [link], links: true"))
	did := func(steps ...string) {
		t.Helper()
		for _, step := range steps {
			w.now = w.now.Add(time.Second)
			if err := w.st.Update(func(tx *store.Tx) error {
				return tx.Journal(store.Entry{Calendar: "team", EventID: "1", Title: "Tea", Step: step, Meeting: 7})
			}); err != nil {
				t.Fatal(err)
			}
		}
	}
	rec := &store.Record{Calendar: "team", EventID: "1", UID: "1", MeetingID: 7, Start: morning}
	rec.Meeting.JoinURL = "https://us02web.zoom.us/j/7?pwd=secret"
	if err := w.st.Update(func(tx *store.Tx) error { return tx.PutRecord(rec) }); err != nil {
		t.Fatal(err)
	}
	did("create", "link") // before anybody listened
	w.looks(0)
	did("create", "link", "update", "link", "unlink", "cancel")
	w.looks(time.Second)
	w.begin()
	w.looks(time.Second)
	const want = "link.made 1, link.changed 1, link.changed 1, link.ended 1"
	h.says(t, want)
	open.says(t, want)
	for _, m := range h.got {
		if strings.Contains(m.raw, "secret") {
			t.Errorf("the passcode is in %s", m.raw)
		}
	}
	if url := open.got[0].Data["join_url"]; url != rec.Meeting.JoinURL {
		t.Errorf("whoever asks for the link gets %v", url)
	}
}

// TestCommand: a program gets the message on its standard input; that it fails is told with what it says.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	tell := filepath.Join(dir, "tell")
	script := "#!/bin/sh\ncat > " + filepath.Join(dir, "got") + "\n[ ! -e " + filepath.Join(dir, "broken") +
		" ] || { echo no paper >&2; exit 3; }\n"
	if err := os.WriteFile(tell, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, "- command: "+tell+"\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	data, err := os.ReadFile(filepath.Join(dir, "got"))
	var m received
	if err != nil || json.Unmarshal(data, &m) != nil || m.Type != notify.TypeProblem || m.Data["id"] != signIn.ID {
		t.Errorf("the program got %q, %v", data, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	w.conditions = nil
	w.looks(time.Minute)
	if err := w.after(3 * time.Minute); err == nil || !strings.Contains(err.Error(), "no paper") {
		t.Errorf("the fault is %v", err)
	}
}

// post is a mail server that keeps what it gets.
type post struct {
	mu    sync.Mutex
	mails []letter
}

type letter struct {
	to   []string
	text string
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &delivery{post: p}, nil }

type delivery struct {
	post *post
	to   []string
}

func (d *delivery) Reset()                               { d.to = nil }
func (d *delivery) Logout() error                        { return nil }
func (d *delivery) Mail(string, *smtp.MailOptions) error { return nil }
func (d *delivery) Rcpt(to string, _ *smtp.RcptOptions) error {
	d.to = append(d.to, to)
	return nil
}

func (d *delivery) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	d.post.mu.Lock()
	defer d.post.mu.Unlock()
	d.post.mails = append(d.post.mails, letter{d.to, string(text)})
	return err
}

// TestMail: one mail tells all that is new; what is about an event goes to the owner of its calendar.
func TestMail(t *testing.T) {
	p := &post{}
	server := smtp.NewServer(p)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
		<-done
	})
	w := newWorld(t, fmt.Sprintf("- mail: { to: admin@example.com, from: zoomtag@example.com, server: \"smtp://%s\", "+
		"owners: true }\n", l.Addr()))
	other := signIn
	other.ID, other.Title = "other", "Calendar club\r\nBcc: all@example.com"
	w.conditions = []api.Condition{signIn, other, event}
	w.looks(0)
	w.looks(time.Hour)
	if len(p.mails) != 2 {
		t.Fatalf("%d mails, want one to the admin and one to the owner", len(p.mails))
	}
	first, second := p.mails[0], p.mails[1]
	if first.to[0] != "admin@example.com" || !strings.Contains(first.text, "Subject: zoomtag: 2 problems") ||
		!strings.Contains(first.text, "Run zoomtag auth google.") ||
		!strings.Contains(first.text, "Auto-Submitted: auto-generated") {
		t.Errorf("to %s:\n%s", first.to, first.text)
	}
	if second.to[0] != "alice@example.com" || !strings.Contains(second.text, "Subject: zoomtag: Tea") {
		t.Errorf("to %s:\n%s", second.to, second.text)
	}
	header, _, _ := strings.Cut(first.text, "\r\n\r\n")
	if strings.Contains(header, "\nBcc") {
		t.Errorf("a title has written a header:\n%s", header)
	}
}

// TestChat: a chat service gets the text, and what it complains of shows nothing of its address.
func TestChat(t *testing.T) {
	var mu sync.Mutex
	var got []string
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.URL.Path+" "+string(body))
		w.WriteHeader(status)
		fmt.Fprint(w, `{"error":"no such topic my-secret-topic"}`)
	}))
	t.Cleanup(server.Close)
	address := "ntfy://" + strings.TrimPrefix(server.URL, "http://") + "/my-secret-topic?scheme=http"
	w := newWorld(t, "- chat: \""+address+"\"\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	if len(got) != 1 || !strings.Contains(got[0], "no longer accepted") {
		t.Errorf("it was told %q", got)
	}
	mu.Lock()
	status = http.StatusForbidden
	mu.Unlock()
	w.conditions = nil
	w.looks(time.Minute)
	if err := w.after(3 * time.Minute); err == nil || strings.Contains(err.Error(), "my-secret-topic") {
		t.Errorf("the fault is %v", err)
	}
}

// TestTest: each way gets one message, and what fails is told for each.
func TestTest(t *testing.T) {
	well, broken := newHook(t), newHook(t)
	broken.status = http.StatusGone
	w := newWorld(t, well.way("")+broken.way(""))
	names, faults := w.n.Test(t.Context())
	if len(names) != 2 || faults[0] != nil || faults[1] == nil {
		t.Errorf("%q: %v", names, faults)
	}
	well.says(t, "test test")
}
