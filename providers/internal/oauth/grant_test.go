package oauth_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

func TestGrant(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "google-alice.grant")
	if _, err := oauth.LoadGrant(path); !errors.Is(err, oauth.ErrNoGrant) {
		t.Errorf("no grant: %v", err)
	}
	saved := oauth.Grant{RefreshToken: "1//secret", ClientID: "client", Scopes: []string{"a"},
		SignedIn: time.Now().UTC().Truncate(time.Second)}
	for range 2 { // the second replaces the first
		if err := saved.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	read, err := oauth.LoadGrant(path)
	if err != nil || read.RefreshToken != saved.RefreshToken || !read.SignedIn.Equal(saved.SignedIn) ||
		!read.Refused.IsZero() {
		t.Errorf("read %+v, %v", read, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v %s", read, read, read, read.RefreshToken), "secret") {
		t.Errorf("printed: %#v", read)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".grant-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := oauth.LoadGrant(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by others: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"refresh`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := oauth.LoadGrant(path); !errors.Is(err, oauth.ErrNoGrant) || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("half a file: %v", err)
	}
}

// TestStanding: a sign-in that cannot be used is no missing one.
func TestStanding(t *testing.T) {
	path := filepath.Join(t.TempDir(), "zoom.grant")
	if s, ok := oauth.ReadStanding(path); ok || s.Unusable != nil {
		t.Errorf("none: %+v", s)
	}
	if err := (oauth.Grant{RefreshToken: "secret"}).Save(path); err != nil {
		t.Fatal(err)
	}
	if s, ok := oauth.ReadStanding(path); !ok || s.Unusable != nil {
		t.Errorf("well: %+v", s)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if s, ok := oauth.ReadStanding(path); ok || s.Unusable == nil ||
		!strings.Contains(s.Unusable.Error(), "chmod 600") {
		t.Errorf("readable by others: %+v", s)
	}
	if err := errors.Join(os.WriteFile(path, []byte("{"), 0o600), os.Chmod(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	if s, ok := oauth.ReadStanding(path); ok || s.Unusable == nil || !strings.Contains(s.Unusable.Error(), "damaged") {
		t.Errorf("damaged: %+v", s)
	}
}

func TestSame(t *testing.T) {
	for _, c := range []struct {
		a, b oauth.Owner
		want bool
	}{
		{oauth.Owner{}, oauth.Owner{}, false},
		{oauth.Owner{UserID: "a"}, oauth.Owner{}, false},
		{oauth.Owner{UserID: "a", Email: "old@example.com"}, oauth.Owner{UserID: "a", Email: "new@example.com"}, true},
		{oauth.Owner{UserID: "a", Email: "x@example.com"}, oauth.Owner{UserID: "b", Email: "x@example.com"}, false},
		{oauth.Owner{UserID: "a", Email: "x@example.com"}, oauth.Owner{Email: "X@example.com"}, true},
	} {
		if c.a.Same(c.b) != c.want || c.b.Same(c.a) != c.want {
			t.Errorf("%+v and %+v", c.a, c.b)
		}
	}
}

// TestCacheSharesOneRequest has many callers want a token at the same moment.
func TestCacheSharesOneRequest(t *testing.T) {
	now := time.Now()
	var asked atomic.Int32
	c := oauth.NewCache(func() time.Time { return now }, func(context.Context) (oauth.Token, error) {
		n := asked.Add(1)
		return oauth.Token{Value: oauth.Secret(strings.Repeat("t", int(n))), Fresh: oauth.Fresh(now, time.Hour)}, nil
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if token, err := c.Get(t.Context(), ""); err != nil || token.Value != "t" {
				t.Errorf("%v, %v", token, err)
			}
		})
	}
	wg.Wait()
	if n := asked.Load(); n != 1 {
		t.Errorf("%d requests", n)
	}
	if token, err := c.Get(t.Context(), "t"); err != nil || token.Value != "tt" {
		t.Errorf("after it was refused: %v, %v", token, err)
	}
	now = now.Add(time.Hour - oauth.Margin)
	if token, err := c.Get(t.Context(), ""); err != nil || token.Value != "ttt" {
		t.Errorf("shortly before its end: %v, %v", token, err)
	}
}
