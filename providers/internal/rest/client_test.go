package rest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// pending is a body that never ends.
type pending struct{ ctx context.Context } //nolint:containedctx // it plays the network, which ends with the context

func (p pending) Read([]byte) (int, error) { <-p.ctx.Done(); return 0, p.ctx.Err() }
func (pending) Close() error               { return nil }

// TestBounds: an exchange ends after its time, whether nothing comes or only a beginning, and with the context that it
// belongs to.
func TestBounds(t *testing.T) {
	silent := roundTrip(func(r *http.Request) (*http.Response, error) {
		<-r.Context().Done()
		return nil,
			r.Context().Err()
	})
	half := roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: pending{r.Context()}}, nil
	})
	for _, base := range []http.RoundTripper{silent, half} {
		for _, stopped := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				client, want := NewClient(base, BodyLimit, time.Minute), time.Minute
				if stopped {
					client, want = Ending(ctx, client), time.Second
					time.AfterFunc(want, cancel)
				}
				req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "https://example.com/",
					http.NoBody)
				if err != nil {
					t.Fatal(err)
				}
				_, err = Do(client, req)
				if took := time.Since(began); err == nil || took != want || !stopped &&
					(!errors.Is(err, context.DeadlineExceeded) ||
						!strings.Contains(err.Error(), "no answer within 1m0s")) {
					t.Errorf("after %s: %v", took, err)
				}
			})
		}
	}
}

// TestNothingIsHeld: an answer that was read and closed lets go of its time.
func TestNothingIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		released := make(chan struct{})
		base := roundTrip(func(r *http.Request) (*http.Response, error) {
			context.AfterFunc(r.Context(), func() { close(released) })
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("{}"))}, nil
		})
		if _, err := get(t, Ending(t.Context(), NewClient(base, BodyLimit, time.Hour)),
			"https://example.com/"); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		<-released
		if time.Since(began) > 0 {
			t.Error("it was released by its end alone")
		}
	})
}

// TestNobodyAccepts: a machine that takes connections, and behind which nobody is.
func TestNobodyAccepts(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, scheme := range []string{"http", "https"} {
		if _, err := get(t, NewClient(nil, BodyLimit, 100*time.Millisecond), scheme+"://"+
			l.Addr().String()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}

// TestNoRedirects: credentials go where they were sent.
func TestNoRedirects(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("https://example.com/", http.StatusFound))
	defer server.Close()
	if res, err := get(t, NewClient(nil, BodyLimit, time.Minute), server.URL); err != nil ||
		res.Status != http.StatusFound {
		t.Errorf("%d, %v", res.Status, err)
	}
}
