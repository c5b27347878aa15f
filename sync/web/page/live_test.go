package page

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/sync/api"
)

// stream is what server-sent events are written to.
type stream struct {
	*httptest.ResponseRecorder
	mu        sync.Mutex
	deadlines int
}

func (s *stream) SetWriteDeadline(time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadlines++
	return nil
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ResponseRecorder.Write(b)
}

// said is what was written so far, and how often there was a deadline.
func (s *stream) said() (string, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.Body.String(), s.deadlines
}

// TestEvents: a page hears that something is otherwise, and is let go after some minutes.
func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := office()
		p := pageOf(t, s, time.Now)
		p.ListenAt(onlyHere)
		first, err := p.facts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		out := &stream{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events?sum="+first.sum, nil)
		begun, done := time.Now(), make(chan struct{})
		go func() { defer close(done); p.ServeHTTP(out, r) }()
		<-time.After(time.Minute)
		synctest.Wait()
		before, deadlines := out.said()
		if strings.Contains(before, "change") || !strings.Contains(before, ": \n\n") || deadlines < 3 {
			t.Errorf("nothing is otherwise: %q", before)
		}
		s.mu.Lock()
		s.status.Health = api.OK
		s.mu.Unlock()
		<-time.After(10 * time.Second)
		synctest.Wait()
		after, _ := out.said()
		if got := strings.TrimPrefix(after, before); strings.Count(got, "event: change\ndata: ") != 1 {
			t.Errorf("after a change: %q", got)
		}
		<-done
		if lasted := time.Since(begun); lasted > longestEar+time.Second {
			t.Errorf("it is let go after %s", lasted)
		}
	})
}

// TestTooManyHear: each page that listens holds a connection; there is a bound, and places come back.
func TestTooManyHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pageOf(t, office(), time.Now)
		p.ListenAt(onlyHere)
		ctx, end := context.WithCancel(t.Context())
		hear := func(ctx context.Context) *stream {
			out := &stream{ResponseRecorder: httptest.NewRecorder()}
			p.ServeHTTP(out, httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil))
			return out
		}
		for range maxHearers {
			go hear(ctx)
		}
		synctest.Wait()
		if code := hear(t.Context()).Code; code != http.StatusServiceUnavailable {
			t.Errorf("one too many: %d", code)
		}
		end()
		synctest.Wait()
		if n := len(p.hearers); n != 0 {
			t.Errorf("%d places are taken", n)
		}
	})
}

// TestAnotherSiteHearsNothing: nor does it take a place from those who may.
func TestAnotherSiteHearsNothing(t *testing.T) {
	w := newWorld(t, office())
	for _, from := range []string{"cross-site", "same-site"} {
		out := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/events", nil)
		r.Header.Set("Sec-Fetch-Site", from)
		if w.page.ServeHTTP(out, r); out.Code != http.StatusForbidden {
			t.Errorf("%s: %d", from, out.Code)
		}
	}
}

// TestFactsAreShared: many who look at once ask the service once.
func TestFactsAreShared(t *testing.T) {
	w := newWorld(t, office())
	for range 20 {
		w.get("/")
	}
	if w.service.gathered != 1 {
		t.Errorf("asked %d times", w.service.gathered)
	}
	w.clock.pass(freshFor)
	w.get("/")
	if w.service.gathered != 2 {
		t.Errorf("asked %d times after a while", w.service.gathered)
	}
}

// TestSlowFacts: those of a large state are shown at once, a little old, while newer ones are gathered behind them; too
// old ones are not, nor such as are from before a button.
func TestSlowFacts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := office()
		s.takes = time.Second
		w := newWorld(t, s)
		w.page = pageOf(t, s, time.Now)
		w.page.ListenAt(onlyHere)
		took := func(want time.Duration, what string) {
			t.Helper()
			begun := time.Now()
			w.get("/")
			if got := time.Since(begun); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		took(time.Second, "the first look")
		<-time.After(time.Minute)
		took(time.Second, "nobody gathers behind it")
		ctx, end := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); w.page.Run(ctx) }()
		synctest.Wait()
		took(0, "a look at once")
		<-time.After(20 * time.Second)
		took(0, "a look after a while")
		<-time.After(2 * time.Second)
		before := s.count()
		took(0, "it was gathered behind it")
		if s.count() != before {
			t.Error("fresh ones are gathered again")
		}
		<-time.After(3 * 24 * time.Hour)
		took(0, "a look after days")
		if n := s.count() - before; n < 1000 || n > 4000 {
			t.Errorf("gathered %d times in three days", n)
		}
		<-time.After(lookedAt + time.Hour)
		before = s.count()
		<-time.After(24 * time.Hour)
		if s.count() != before {
			t.Error("they are gathered, and nobody looks")
		}
		took(time.Second, "a look after a long time")
		w.press("/", url.Values{"do": {"dismiss"}, "id": {"ZT-505-bob"}})
		took(0, "a look after a button")
		end()
		<-done
	})
}
