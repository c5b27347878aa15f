package daemon

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/configs"
	"zoomtag/sync/api"
	"zoomtag/sync/web/remote"
)

// pipes is a listener in memory, whose deadlines go by the clock of a synctest bubble.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.done)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7466} }

// TestStrangersAreHungUpOn: whoever begins and does not go on loses the connection, and so do those who hold one that
// they do not use.
func TestStrangersAreHungUpOn(t *testing.T) {
	tests := []struct {
		name, says string
		listens    bool
		within     time.Duration
	}{
		{"says nothing", "", true, webRead},
		{"half a header", "GET /healthz HTTP/1.1\r\nHost: loc", true, webRead},
		{"half a body", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf", true, webRead +
			webIdle},
		{"idle behind an answer", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", true, webIdle},
		{"does not take its answer", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", false, webWrite + webIdle},
		{"endless header", "GET /healthz HTTP/1.1\r\nX: " + strings.Repeat("x", 2*webHeader), true, webRead},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
				d := &daemon{Options: Options{Log: slog.New(slog.DiscardHandler)}}
				answer := strings.Repeat("well ", 100_000)
				s := d.serveWeb(t.Context(), l,
					http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) }))
				defer s.Close()
				ours, theirs := net.Pipe()
				began := time.Now()
				closed := make(chan time.Duration, 1)
				l.conns <- &watchedConn{Conn: theirs, closed: sync.OnceFunc(func() { closed <- time.Since(began) })}
				go func() { _, _ = io.WriteString(ours, test.says) }()
				if test.listens {
					go func() { _, _ = io.Copy(io.Discard, ours) }()
				}
				select {
				case after := <-closed:
					if after > test.within {
						t.Errorf("hung up on after %v", after)
					}
				case <-time.After(time.Hour):
					t.Error("still connected after an hour")
				}
				ours.Close()
			})
		})
	}
}

// watchedConn says when it is closed. The server does that from more than one goroutine.
type watchedConn struct {
	net.Conn
	closed func()
}

func (c *watchedConn) Close() error {
	c.closed()
	return c.Conn.Close()
}

// TestConnectionsAreBounded: one more than there may be waits until another one ends.
func TestConnectionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		d := &daemon{Options: Options{Log: slog.New(slog.DiscardHandler)}}
		s := d.serveWeb(t.Context(), l, http.NotFoundHandler())
		defer s.Close()
		var ours []net.Conn
		for range webConnections {
			a, b := net.Pipe()
			l.conns <- b
			ours = append(ours, a)
		}
		synctest.Wait()
		a, b := net.Pipe()
		select {
		case l.conns <- b:
			t.Error("one connection too many was taken")
		default:
		}
		ours[0].Close()
		l.conns <- b
		for _, c := range append(ours, a) {
			c.Close()
		}
	})
}

func TestOwnNames(t *testing.T) {
	loopback, open := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 7466}, &net.TCPAddr{IP: net.IPv4zero, Port: 7466}
	tests := []struct {
		at               net.Addr
		host, path, conf string
		want             int
	}{
		{loopback, "127.0.0.1:7466", "/healthz", "127.0.0.1:7466", http.StatusOK},
		{loopback, "localhost:7466", "/readyz", "127.0.0.1:7466", http.StatusOK},
		{loopback, "LocalHost.", "/readyz", "127.0.0.1:7466", http.StatusOK},
		{loopback, "[::1]:7466", "/healthz", "[::1]:7466", http.StatusOK},
		{loopback, "", "/healthz", "127.0.0.1:7466", http.StatusOK},
		{loopback, "desk.example.org:7466", "/healthz", "desk.example.org:7466", http.StatusOK},
		{loopback, "evil.example:7466", "/healthz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{loopback, "evil.example", "/readyz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{loopback, "127.0.0.1.evil.example", "/readyz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{loopback, "localhost.evil.example", "/readyz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{loopback, "evillocalhost:7466", "/readyz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{loopback, "zoomtag.localhost:7466", "/readyz", "127.0.0.1:7466", http.StatusOK},
		{loopback, "192.0.2.1", "/readyz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{loopback, "calendar.example.org", "/feed/TOKEN.ics", "127.0.0.1:7466", http.StatusOK},
		{loopback, "evil.example", "/x/../healthz", "127.0.0.1:7466", http.StatusMisdirectedRequest},
		{open, "calendar.example.org", "/healthz", "0.0.0.0:7466", http.StatusOK},
	}
	for _, test := range tests {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, test.path, nil)
		r.Host = test.host
		w := httptest.NewRecorder()
		ownNames(test.conf, test.at, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s of %s: %d, want %d", test.path, test.host, w.Code, test.want)
		}
	}
}

// TestDaemonAnswersToItsOwnName is TestOwnNames with the daemon's own listener.
func TestDaemonAnswersToItsOwnName(t *testing.T) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	d := &daemon{Options: Options{Log: slog.New(slog.DiscardHandler)}}
	s := d.serveWeb(context.WithoutCancel(t.Context()), l,
		ownNames(address, l.Addr(),
			http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })))
	defer s.Close()
	for host, want := range map[string]int{address: http.StatusOK, "evil.example": http.StatusMisdirectedRequest} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		resp, readErr := http.ReadResponse(bufio.NewReader(conn), nil)
		if err = errors.Join(err, readErr); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != want {
			t.Errorf("host %s: %d, want %d", host, resp.StatusCode, want)
		}
		resp.Body.Close()
		conn.Close()
	}
}

// TestMetricsOfTheDaemon: what a pass does is counted, and how things stand is told, of a daemon as it is.
func TestMetricsOfTheDaemon(t *testing.T) {
	d := newDaemon(t)
	if _, err := d.service.Load().Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	d.pages().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	for _, line := range []string{
		`zoomtag_passes_total{outcome="ok",provider="ics"} 1`,
		`zoomtag_pass_duration_seconds_count{provider="ics"} 1`,
		`zoomtag_link_delay_seconds_count{provider="ics"} 1`,
		`zoomtag_calendars{provider="ics",state="ok"} 1`,
		`zoomtag_links{health="ok",state="linked"} 1`,
		`zoomtag_health{status="ok"} 1`,
		`zoomtag_events{state="held"} 0`,
		`zoomtag_budget_limit_calls 100`,
		`go_goroutines `,
	} {
		if !strings.Contains(text, line) {
			t.Errorf("no %s", line)
		}
	}
	if w.Code != http.StatusOK || strings.Contains(text, "zoom.us/my") || strings.Contains(text, "Alpha") {
		t.Errorf("%d\n%s", w.Code, text)
	}
}

// TestLongAnswer: what a token has done may take longer than strangers may take to ask, or to listen.
func TestLongAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		d := &daemon{Options: Options{Log: slog.New(slog.DiscardHandler)}}
		known := []configs.Token{loadedToken(t)}
		s := d.serveWeb(t.Context(), l, remote.New(remote.Options{Log: d.Log,
			Tokens:  func() []configs.Token { return known },
			Service: func() api.Service { return slow{} }}))
		defer s.Close()
		ours, theirs := net.Pipe()
		l.conns <- theirs
		go func() {
			_, _ = io.WriteString(ours, "POST /api/v1/sync HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "+
				known[0].Token.Reveal()+"\r\nContent-Length: 2\r\n\r\n{}")
		}()
		resp, err := http.ReadResponse(bufio.NewReader(ours), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK || !strings.Contains(string(body), `"zoom":1`) || err != nil {
			t.Errorf("%d %s, %v", resp.StatusCode, body, err)
		}
		ours.Close()
	})
}

// slow makes passes that take half an hour.
type slow struct{ api.Service }

func (slow) Sync(ctx context.Context, _ api.SyncRequest) (api.SyncReport, error) {
	select {
	case <-time.After(30 * time.Minute):
		return api.SyncReport{Requests: map[string]int{"zoom": 1}}, nil
	case <-ctx.Done():
		return api.SyncReport{}, ctx.Err()
	}
}

// loadedToken is a token as a configuration has it.
func loadedToken(t *testing.T) configs.Token {
	t.Helper()
	file := filepath.Join(t.TempDir(), "zoomtag.yaml")
	must(t, os.WriteFile(file, []byte("zoom: { mode: personal, personal_link: \"https://zoom.us/my/alice\" }\n"+
		"api: { tokens: [ { name: a, token: 0123456789abcdef, may: [act] } ] }\n"+
		"calendars:\n- { name: f, ics: { path: . } }\n"), 0o600))
	cfg, err := configs.Load(file, func(string) string { return "/home/alice" })
	must(t, err)
	return cfg.API.Tokens[0]
}

// TestAPIOfTheDaemon: tokens of the configuration let in, and one that was taken out lets in no more.
func TestAPIOfTheDaemon(t *testing.T) {
	d := newDaemon(t)
	token := loadedToken(t)
	token.May = []string{configs.MayRead}
	ask := func() int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v1/status", nil)
		r.Header.Set("Authorization", "Bearer "+token.Token.Reveal())
		w := httptest.NewRecorder()
		d.pages().ServeHTTP(w, r)
		return w.Code
	}
	if got := ask(); got != http.StatusNotFound {
		t.Errorf("without tokens: %d", got)
	}
	d.tokens.Store(&[]configs.Token{token})
	if got := ask(); got != http.StatusOK {
		t.Errorf("with one: %d", got)
	}
	d.tokens.Store(&[]configs.Token{{Name: "another"}})
	if got := ask(); got != http.StatusUnauthorized {
		t.Errorf("with another: %d", got)
	}
}
