package rest

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func get(t *testing.T, client *http.Client, url string) (Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	return Do(client, req)
}

func TestDo(t *testing.T) {
	tests := []struct {
		name    string
		handler http.HandlerFunc
		status  int
		fails   string // in the error; "" for none
	}{
		{"well", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "body") }, 200, ""},
		{"empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }, 204, ""},
		{"too long", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, BodyLimit+1)) }, 200,
			"longer than"},
		{"just long enough", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, BodyLimit)) },
			200, ""},
		{"cut in the middle", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, 200, "broke off"},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, 0, "EOF"},
	}
	for _, tt := range tests {
		for _, h2 := range []bool{false, true} {
			t.Run(tt.name, func(t *testing.T) {
				server := httptest.NewUnstartedServer(tt.handler)
				server.EnableHTTP2 = h2
				server.StartTLS()
				defer server.Close()
				res, err := get(t, server.Client(), server.URL)
				if tt.fails == "" && err != nil || tt.fails != "" && err == nil {
					t.Errorf("error %v", err)
				}
				if errors.Is(err, ErrNotSent) {
					t.Errorf("sent, but the error says otherwise: %v", err)
				}
				if !h2 && err != nil && !strings.Contains(err.Error(), tt.fails) {
					t.Errorf("error %v, want %q", err, tt.fails)
				}
				if !h2 && res.Status != tt.status {
					t.Errorf("status %d, want %d", res.Status, tt.status)
				}
			})
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestNotSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := get(t, &http.Client{}, closed); !errors.Is(err, ErrNotSent) {
		t.Errorf("connection refused: %v", err)
	}
	unnamed := &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string,
		string) (net.Conn, error) {
		return nil, &net.DNSError{Err: "no such host", Name: "api.example.com", IsNotFound: true}
	}}}
	if _, err := get(t, unnamed, "https://api.example.com"); !errors.Is(err, ErrNotSent) {
		t.Errorf("no such host: %v", err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains about the handshake
	server.StartTLS()
	defer server.Close()
	if _, err := get(t, &http.Client{}, server.URL); !errors.Is(err, ErrNotSent) {
		t.Errorf("certificate of nobody: %v", err)
	}
	opaque := &http.Client{Transport: transport(func(*http.Request) (*http.Response, error) {
		return nil,
			errors.New("who knows")
	})}
	if _, err := get(t, opaque, "https://api.example.com"); err == nil || errors.Is(err, ErrNotSent) {
		t.Errorf("a transport that says nothing proves nothing: %v", err)
	}
}

func TestWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		if err := Wait(t.Context(), time.Hour); err != nil || time.Since(began) != time.Hour {
			t.Errorf("waited %s, %v", time.Since(began), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := Wait(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Hour+
			time.Minute {
			t.Errorf("waited %s, %v", time.Since(began), err)
		}
	})
}

func TestKindOf(t *testing.T) {
	for status, want := range map[int]Kind{
		200: OK, 204: OK, 302: Odd, 400: Invalid, 401: Unauthorized, 402: Odd, 403: Forbidden, 404: Missing, 408: Odd,
		409: Conflict, 410: Gone,
		412: Conflict, 422: Invalid, 429: Throttled, 500: Broken, 503: Broken, 0: Odd, 600: Odd,
	} {
		if got := KindOf(status); got != want {
			t.Errorf("KindOf(%d) = %d, want %d", status, got, want)
		}
	}
}
