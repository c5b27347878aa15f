//go:build unix

package oauth_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

// TestReplaceIsOneStep stops Replace while it reads what is there, and looks whether anybody could sign in.
func TestReplaceIsOneStep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "outlook.grant")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() { refuse(t, path) })
	reads, err := os.OpenFile(path, os.O_WRONLY, 0) // waits until it is opened for reading
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Millisecond)
	defer cancel()
	if _, err := oauth.Lock(ctx, path); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("between its reading and its saving somebody else has the lock: %v", err)
	}
	if _, err := reads.WriteString(`{"refresh_token": "old"}`); err != nil {
		t.Error(err)
	}
	reads.Close()
	wg.Wait()
	if now, err := oauth.LoadGrant(path); err != nil || now.Refused.IsZero() {
		t.Errorf("in the end there is %v (%v)", now, err)
	}
}
