package notify_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/sync/api"
)

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

func (s *stopwatch) now() time.Time { return morning.Add(time.Duration(s.lapsed.Load())) }

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

// TestCostlyLook: with very many calendars a look takes long, and there is none for a while.
func TestCostlyLook(t *testing.T) {
	h, clock := newHook(t), &stopwatch{}
	w := newWorld(t, h.way(""))
	w.n.Lapsed(clock.now)
	w.conditions = []api.Condition{signIn}
	for _, c := range []struct{ takes, rests time.Duration }{
		{100 * time.Millisecond, 20 * time.Second},
		{time.Hour, 3 * time.Minute}, // when the machine has other things to do
	} {
		w.asked = func() { clock.takes(c.takes) }
		w.now, w.looked = w.now.Add(time.Hour), 0
		for rested := time.Duration(0); rested < c.rests; rested += 10 * time.Second {
			if err := w.n.LookAgain(t.Context()); err != nil || w.looked != 1 {
				t.Fatalf("after %s looked %d times, which takes %s; %v", rested, w.looked, c.takes, err)
			}
			w.now = w.now.Add(10 * time.Second)
		}
		if err := w.n.LookAgain(t.Context()); err != nil || w.looked != 2 {
			t.Errorf("looked %d times in %s, which takes %s; %v", w.looked, c.rests, c.takes, err)
		}
	}
}
