package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// The tokens of the tests.
const (
	readToken = "read-read-read-read"
	actToken  = "act-act-act-act-act"
)

// tokens are two, as a configuration has them.
func tokens(t *testing.T) []configs.Token {
	t.Helper()
	file := filepath.Join(t.TempDir(), "zoomtag.yaml")
	text := "zoom: { mode: personal, personal_link: \"https://zoom.us/my/alice\" }\n" +
		"calendars:\n- { name: f, ics: { path: . } }\napi:\n  tokens:\n  - { name: looker, token: " + readToken +
		" }\n  - { name: doer, token: " + actToken + ", may: [read, act] }\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := configs.Load(file, func(string) string { return "/home/alice" })
	if err != nil {
		t.Fatal(err)
	}
	return c.API.Tokens
}

// fake is a service that answers with what it was asked.
type fake struct {
	api.Service
	mu    sync.Mutex
	asked any
	fails error
	waits func(ctx context.Context)
}

func (f *fake) Status(context.Context, api.StatusRequest) (api.StatusReport, error) {
	return api.StatusReport{Health: api.OK, Events: []api.EventStatus{
		{Calendar: "f", EventID: "held", Title: "Held", State: "held", Reason: "ask", Code: reason.Brake, Cure: "look"},
		{Calendar: "f", EventID: "a", Title: "A", State: "failed", Reason: "later", NextTry: &at,
			Code: reason.ZoomFails, Cure: "nothing"}},
		Waiting: []api.WaitingStatus{{Calendar: "f", EventID: "b", Title: "B", Until: &at, Reason: "budget",
			Code: reason.BudgetSpent, Cure: "wait"}}}, f.fails
}

// hear notes what is asked.
func (f *fake) hear(asked any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = asked
}

var at = time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)

func (f *fake) Links(context.Context) (api.LinksReport, error) {
	return api.LinksReport{Links: []api.LinkStatus{{Calendar: "f", EventID: "a", UID: "ua", Title: "A", State: "failed",
		Health: "failing", JoinURL: "https://us02web.zoom.us/j/1?pwd=a&b", MeetingID: "1", Start: &at}}}, f.fails
}

func (f *fake) Log(_ context.Context, r api.LogRequest) (api.LogReport, error) {
	f.hear(r)
	return api.LogReport{Log: []api.LogEntry{}}, f.fails
}

func (f *fake) Sync(ctx context.Context, r api.SyncRequest) (api.SyncReport, error) {
	f.hear(r)
	if f.waits != nil {
		f.waits(ctx)
	}
	return api.SyncReport{}, f.fails
}

func (f *fake) Link(_ context.Context, r api.LinkRequest) (api.LinkReport, error) {
	f.hear(r)
	return api.LinkReport{}, f.fails
}

func (f *fake) Retry(_ context.Context, r api.RetryRequest) (api.RetryReport, error) {
	f.hear(r)
	return api.RetryReport{}, f.fails
}

// server is an API over a fake.
type server struct {
	*fake
	http.Handler
	log      bytes.Buffer
	answered []int
}

func newServer(t *testing.T) *server {
	s := &server{fake: &fake{}}
	known := tokens(t)
	s.Handler = New(Options{Service: func() api.Service { return s.fake },
		Tokens: func() []configs.Token { return known },
		Log:    slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Answered: func(status int) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.answered = append(s.answered, status)
		}})
	return s
}

// ask asks with a token.
func (s *server) ask(t *testing.T, token, method, path, body string) (int, string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, "/api/v1"+path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Error == "" {
			t.Errorf("%s %s: an error that is none: %s", method, path, w.Body)
		}
	}
	return w.Code, w.Body.String()
}

// TestAnswers: each question with its status and what it says.
func TestAnswers(t *testing.T) {
	large := `{"calendars":["` + strings.Repeat("x", maxBody) + `"]}`
	for name, c := range map[string]struct {
		token, method, path, body string
		want                      int
		says                      string
	}{
		"status":           {readToken, "GET", "/status", "", 200, `"health":"ok"`},
		"links":            {readToken, "GET", "/links", "", 200, `https://us02web.zoom.us/j/1?pwd=a&b`},
		"no token":         {"", "GET", "/status", "", 401, "a token is missing"},
		"wrong token":      {"nonsense", "GET", "/status", "", 401, "this token is not one"},
		"nothing there":    {readToken, "GET", "/nothing", "", 404, "there is no /api/v1/nothing"},
		"above":            {readToken, "GET", "/../healthz", "", 404, "there is no"},
		"method":           {readToken, "POST", "/status", "", 405, "is asked with GET"},
		"may not":          {readToken, "POST", "/sync", "{}", 403, "looker may not act: write may: [read, act]"},
		"sync":             {actToken, "POST", "/sync", `{"calendars":["f"]}`, 200, ""},
		"sync without":     {actToken, "POST", "/sync", "", 200, ""},
		"unknown field":    {actToken, "POST", "/sync", `{"dry":true}`, 400, "unknown field"},
		"no JSON":          {actToken, "POST", "/sync", `calendars`, 400, "not the JSON"},
		"two":              {actToken, "POST", "/sync", `{}{}`, 400, "not the JSON"},
		"too much":         {actToken, "POST", "/sync", large, 413, "bytes"},
		"unknown question": {readToken, "GET", "/status?x=1", "", 400, `\"x\" is nothing`},
		"log":              {readToken, "GET", "/log?limit=5&failed=true&since=2026-12-01T09:00:00Z", "", 200, ""},
		"log, no number":   {readToken, "GET", "/log?limit=0", "", 400, "limit is"},
		"log, no time":     {readToken, "GET", "/log?until=now", "", 400, "until is a time"},
		"log, no truth":    {readToken, "GET", "/log?failed=perhaps", "", 400, "true or false"},
		"description":      {"", "GET", "/openapi.yaml", "", 200, "openapi: "},
	} {
		s := newServer(t)
		code, text := s.ask(t, c.token, c.method, c.path, c.body)
		if code != c.want || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d %.300s", name, code, text)
		}
		if len(s.answered) != 1 || s.answered[0] != c.want {
			t.Errorf("%s: counted as %v", name, s.answered)
		}
		for _, secret := range []string{readToken, actToken, "nonsense"} {
			if strings.Contains(s.log.String()+text, secret) {
				t.Errorf("%s: a token is shown: %s %s", name, s.log.String(), text)
			}
		}
	}
}

// TestRequestsPassThrough: what was asked reaches the service.
func TestRequestsPassThrough(t *testing.T) {
	for _, c := range []struct {
		method, path, body string
		want               any
	}{
		{"POST", "/plan", `{"calendars":["f"]}`, api.SyncRequest{Calendars: []string{"f"}, Dry: true}},
		{"POST", "/sync", ``, api.SyncRequest{}},
		{"POST", "/link", `{"calendar":"f","event":"A"}`, api.LinkRequest{Calendar: "f", Event: "A"}},
		{"POST", "/link", `{"ics":"QUJD","options":"45m"}`, api.LinkRequest{ICS: []byte("ABC"), Options: "45m"}},
		{"POST", "/retry", `{"what":"A"}`, api.RetryRequest{What: "A"}},
		{"GET", "/log?event=A&calendar=f&since=2026-12-01T09:00:00Z&until=2026-12-01T09:00:00Z&failed=1&code=brake&limit=7", "",
			api.LogRequest{Event: "A", Calendar: "f", Since: at, Until: at, Failed: true, Code: reason.Brake,
				Limit: 7}},
	} {
		s := newServer(t)
		code, text := s.ask(t, actToken, c.method, c.path, c.body)
		if code != 200 || !reflect.DeepEqual(s.asked, c.want) {
			t.Errorf("%s: %d %s, asked %+v", c.path, code, text, s.asked)
		}
	}
}

// TestFailures: whose mistake it is shows in the status, and the sentence is what people read.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		path string
		err  error
		want int
	}{
		{"/sync", words.Usage(errors.New("there is no calendar g")), 400},
		{"/sync", errors.New("the disk is full"), 500},
		{"/sync", api.ErrStopped, 503},
		{"/link", errors.New("no link: it is over"), 422},
	} {
		s := newServer(t)
		s.fails = c.err
		code, text := s.ask(t, actToken, "POST", c.path, "{}")
		if code != c.want || !strings.Contains(text, words.Of(c.err)) {
			t.Errorf("%v: %d %s", c.err, code, text)
		}
	}
}

// TestEvents: links and what stands against events are put together.
func TestEvents(t *testing.T) {
	s := newServer(t)
	_, text := s.ask(t, readToken, "GET", "/events", "")
	var report EventsReport
	if err := json.Unmarshal([]byte(text), &report); err != nil {
		t.Fatal(err)
	}
	want := []Event{
		{Calendar: "f", EventID: "a", UID: "ua", Title: "A", Start: &at, State: "failed", Health: "failing",
			NextTry: &at, MeetingID: "1", JoinURL: "https://us02web.zoom.us/j/1?pwd=a&b", Code: reason.ZoomFails,
			Cure: "nothing"},
		{Calendar: "f", EventID: "b", Title: "B", State: "pending", Reason: "budget", NextTry: &at,
			Code: reason.BudgetSpent, Cure: "wait"},
		{Calendar: "f", EventID: "held", Title: "Held", State: "held", Reason: "ask", Code: reason.Brake, Cure: "look"},
	}
	if !reflect.DeepEqual(report.Events, want) {
		t.Errorf("%+v", report.Events)
	}
	_, text = s.ask(t, readToken, "GET", "/events?code=brake", "")
	var held EventsReport
	if err := json.Unmarshal([]byte(text), &held); err != nil || !reflect.DeepEqual(held.Events, want[2:]) {
		t.Errorf("with the code: %v %s", err, text)
	}
	if _, text := s.ask(t, readToken, "GET", "/events?code=brakes", ""); !strings.Contains(text, "did you mean") {
		t.Errorf("with no code: %s", text)
	}
}

// TestOff: without tokens nobody is let in, and hears what to write.
func TestOff(t *testing.T) {
	s := newServer(t)
	s.Handler = New(Options{Tokens: func() []configs.Token { return nil }, Log: slog.New(slog.DiscardHandler)})
	for _, path := range []string{"/status", "/openapi.yaml", "/"} {
		if code, text := s.ask(t, readToken, "GET", path, ""); code != 404 || !strings.Contains(text, "api.tokens") {
			t.Errorf("%s: %d %s", path, code, text)
		}
	}
}

// TestGuessing: whoever shows wrong tokens has to wait, with a right one as well; others do not.
func TestGuessing(t *testing.T) {
	now := at
	g := newGuard(func() time.Time { return now })
	known := tokens(t)
	try := func(token, from string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = from
		r.Header.Set("Authorization", "Bearer "+token)
		if _, err := g.who(r, known); err != nil {
			return statusOf(err, "/")
		}
		return http.StatusOK
	}
	for range wrongAtOnce {
		if got := try("wrong", "192.0.2.1:1000"); got != 401 {
			t.Fatalf("%d", got)
		}
	}
	for token, want := range map[string]int{"wrong": 429, readToken: 429} {
		if got := try(token, "192.0.2.1:2000"); got != want {
			t.Errorf("%s: %d", token, got)
		}
	}
	if got := try(readToken, "192.0.2.2:1000"); got != 200 {
		t.Errorf("somebody else: %d", got)
	}
	now = now.Add(wrongEvery)
	if got := try(readToken, "192.0.2.1:1000"); got != 200 {
		t.Errorf("after a while: %d", got)
	}
	// a network of a client is one client
	for i := range wrongAtOnce {
		try("wrong", "[2001:db8::"+string(rune('1'+i%9))+"]:1000")
	}
	if got := try("wrong", "[2001:db8::ffff]:1000"); got != 429 {
		t.Errorf("of the same network: %d", got)
	}
	for i := range mostAddresses + 100 {
		try("wrong", "10.0."+string(rune('0'+i%10))+"."+http.StatusText(200)+string(rune(i))+":1")
	}
	if n := len(g.wrong); n > mostAddresses+1 {
		t.Errorf("%d addresses are remembered", n)
	}
	now = now.Add(time.Hour)
	if g.limit("198.51.100.1"); len(g.wrong) > mostAddresses {
		t.Errorf("%d addresses are remembered after an hour", len(g.wrong))
	}
}

// TestRightToken: a part of a token is none, and neither is an empty one.
func TestRightToken(t *testing.T) {
	known := append(tokens(t), configs.Token{Name: "empty"})
	for shown, want := range map[string]string{readToken: "looker", actToken: "doer", readToken[:18]: "",
		readToken + "x": "", "": ""} {
		if found, ok := match(shown, known); found.Name != want || ok != (want != "") {
			t.Errorf("%q is %q", shown, found.Name)
		}
	}
}

// TestBusy: who comes too many waits a while, and is told to come again.
func TestBusy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t)
		ctx, end := context.WithCancel(t.Context())
		s.waits = func(context.Context) { <-ctx.Done() }
		for range actors {
			go func() { s.ask(t, actToken, "POST", "/sync", "") }()
		}
		synctest.Wait()
		began := time.Now()
		code, text := s.ask(t, actToken, "POST", "/retry", "")
		if code != 503 || time.Since(began) != queueTime || !strings.Contains(text, "busy") {
			t.Errorf("%d %s", code, text)
		}
		if code, _ := s.ask(t, readToken, "GET", "/links", ""); code != 200 {
			t.Errorf("readers wait for actors: %d", code)
		}
		end()
		synctest.Wait()
		if code, _ := s.ask(t, actToken, "POST", "/retry", ""); code != 200 {
			t.Errorf("afterwards: %d", code)
		}
	})
}
