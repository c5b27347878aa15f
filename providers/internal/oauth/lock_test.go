package oauth_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

// TestLock has many want the same sign-in at once; flock(2) makes no difference between processes and openings of one.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "zoom.grant")
	var wg sync.WaitGroup
	var holders atomic.Int32
	for range 8 {
		wg.Go(func() {
			unlock, err := oauth.Lock(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			if n := holders.Add(1); n != 1 {
				t.Errorf("%d hold it", n)
			}
			holders.Add(-1)
			unlock()
		})
	}
	wg.Wait()
	unlock, err := oauth.Lock(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
	defer cancel()
	if _, err := oauth.Lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while another one holds it: %v", err)
	}
	other, err := oauth.Lock(t.Context(), path+"-other")
	if err != nil {
		t.Fatal(err)
	}
	other()
}
