package zoom_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

func TestSameHostIsSerialised(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	var mu sync.Mutex
	running := map[string]int{}
	f.server.Hold = func(r *http.Request, phase string) {
		if r.Method == http.MethodGet {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		who := strings.ToLower(r.PathValue("user"))
		if phase == "after" {
			running[who]--
		} else if running[who]++; running[who] > 1 {
			t.Errorf("two writes at once for %s", who)
		}
	}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			s := f.spec()
			s.Host = []string{"alice@example.com", "Alice@example.com", "bob@example.com"}[i%3]
			if _, err := f.Create(t.Context(), fmt.Sprint(mark, i), s); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestShortThrottleIsWaitedFor(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	busy := zoomtest.PerSecond()
	busy.Times = 2
	f.server.Break(busy)
	began := f.clock.Now()
	f.create(t, f.spec())
	if waited := f.clock.Now().Sub(began); waited < 2*time.Second || waited > 4*time.Second {
		t.Errorf("waited %s", waited)
	}
	if n := len(f.server.Meetings()); n != 1 {
		t.Errorf("%d meetings", n)
	}
}

func TestReadIsTriedAgainAfterServerErrors(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.server.Break(zoomtest.Fault{Times: 2, Status: 502})
	if _, err := f.Get(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
	f.server.Break(zoomtest.Fault{Times: 1, Status: 502})
	before := len(f.server.Requests())
	if _, err := f.Create(t.Context(), mark, f.spec()); err == nil || meeting.Refused(err) {
		t.Errorf("error %v", err)
	}
	if got := f.asked(before); len(got) != 1 {
		t.Errorf("a write whose outcome is unknown was sent %d times", len(got))
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	f.create(t, f.spec())
	f.server.Break(zoomtest.PerSecond())
	ctx, cancel := context.WithCancel(t.Context())
	f.config.Wait = func(ctx context.Context, _ time.Duration) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	before := len(f.server.Requests())
	if err := f.connect(t).Cancel(ctx, 86_000_000_001); err == nil {
		t.Error("no error")
	}
	if got := f.asked(before); len(got) != 1 {
		t.Errorf("%q after the context had ended", got)
	}
}
