package oauth_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/words"
)

// shelf is a database in memory, and what goes wrong with it.
type shelf struct {
	mu     sync.Mutex
	kept   map[string][]byte
	away   bool
	silent bool // what is put is kept, and the answer gets lost
	asked  int  // how often it was asked
}

var errGone = errors.New("no answer")

func (s *shelf) Grant(name string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked++; s.away {
		return nil, errGone
	}
	return bytes.Clone(s.kept[name]), nil
}

func (s *shelf) GrantsOf(names []string) (map[string][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked++; s.away {
		return nil, errGone
	}
	found := map[string][]byte{}
	for _, name := range names {
		if value := s.kept[name]; value != nil {
			found[name] = bytes.Clone(value)
		}
	}
	return found, nil
}

func (s *shelf) PutGrant(name string, old, now []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return false, errGone
	}
	if there, ok := s.kept[name]; !bytes.Equal(there, old) || ok != (old != nil) {
		return false, nil
	}
	if now == nil {
		delete(s.kept, name)
	} else {
		s.kept[name] = bytes.Clone(now)
	}
	if s.silent {
		return false, errGone
	}
	return true, nil
}

func (s *shelf) Path() string { return "postgres://zoomtag@db:5432/zoomtag" }

// key is the text of a key.
var key = oauth.NewVaultKey()

// onShelf is a vault as each of several machines has it.
func onShelf(t *testing.T, s *shelf, text string) oauth.Grants {
	t.Helper()
	k, err := oauth.ReadVaultKey(text)
	if err != nil {
		t.Fatal(err)
	}
	return oauth.NewVault(s, k)
}

// bothPlaces are the places that there are for sign-ins, each as two machines see it.
func bothPlaces(t *testing.T, s *shelf) map[string][2]oauth.Grants {
	return map[string][2]oauth.Grants{"files": {}, "vault": {onShelf(t, s, key), onShelf(t, s, key)}}
}

// TestGrants: what is promised of a place of sign-ins, of files and of a vault, as two machines see it.
func TestGrants(t *testing.T) {
	s := &shelf{kept: map[string][]byte{}}
	for name, places := range bothPlaces(t, s) {
		t.Run(name, func(t *testing.T) {
			one, other := places[0], places[1]
			path := filepath.Join(t.TempDir(), "zoom.grant")
			if _, err := one.Load(path); !errors.Is(err, oauth.ErrNoGrant) || one.Exists(path) {
				t.Fatalf("nobody has signed in: %v", err)
			}
			g := oauth.Grant{RefreshToken: "first", ClientID: "client", SignedIn: time.Unix(1e9, 0).UTC(),
				Owner: oauth.Owner{Email: "alice@example.com"}, Scopes: []string{"a", "b"}}
			if err := one.Install(t.Context(), g, path); err != nil {
				t.Fatal(err)
			}
			read, err := other.Load(path)
			if err != nil || read.RefreshToken != "first" || read.Email != g.Email || !read.SignedIn.Equal(g.SignedIn) {
				t.Fatalf("read as %+v, %v", read, err)
			}
			if st, ok := other.Standing(path); !ok || st.Name() != "alice@example.com" {
				t.Errorf("it stands as %+v, %v", st, ok)
			}
			before := one.Fingerprint(path)
			read.RefreshToken = "second"
			if err := other.Replace(t.Context(), read, path, "first"); err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(before, one.Fingerprint(path)) {
				t.Error("the fingerprint stays")
			}
			late := g // whoever was told later that the first one is dead
			late.Refused = time.Unix(2e9, 0)
			if err := one.Replace(t.Context(), late, path, "first"); err != nil {
				t.Fatal(err)
			}
			if now, err := one.Load(path); err != nil || now.RefreshToken != "second" || !now.Refused.IsZero() {
				t.Errorf("a later sign-in was lost: %+v, %v", now, err)
			}
			_, over, err := one.End(t.Context(), path, func(_ context.Context, g oauth.Grant) error {
				if g.RefreshToken != "second" {
					t.Errorf("taken back: %q", g.RefreshToken.Reveal())
				}
				return nil
			})
			if err != nil || !over || other.Exists(path) {
				t.Errorf("ended: %v, %v", over, err)
			}
			if _, _, err := other.End(t.Context(), path, nil); !errors.Is(err, oauth.ErrNoGrant) {
				t.Errorf("ended twice: %v", err)
			}
		})
	}
}

// TestGrantsLock: one at a time, of all machines.
func TestGrantsLock(t *testing.T) {
	s := &shelf{kept: map[string][]byte{}}
	for name, places := range bothPlaces(t, s) {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "zoom.grant")
			unlock, err := places[0].Lock(t.Context(), path)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			tried := make(chan error, 1)
			go func() {
				_, err := places[1].Lock(ctx, path)
				tried <- err
			}()
			cancel()
			if err := <-tried; !errors.Is(err, context.Canceled) {
				t.Errorf("locked twice: %v", err)
			}
			unlock()
			if unlock, err = places[1].Lock(t.Context(), path); err != nil {
				t.Fatal(err)
			}
			unlock()
		})
	}
	if left := len(s.kept); left > 1 { // the key's name may be there
		t.Errorf("left over: %v", maps.Keys(s.kept))
	}
}

// TestVaultComparesWhatItReplaces: a save by somebody who has read an older sign-in is refused, also where the lock was
// lost meanwhile.
func TestVaultComparesWhatItReplaces(t *testing.T) {
	s := &shelf{kept: map[string][]byte{}}
	one, other := onShelf(t, s, key), onShelf(t, s, key)
	if err := one.Install(t.Context(), oauth.Grant{RefreshToken: "first"}, "zoom.grant"); err != nil {
		t.Fatal(err)
	}
	early, err := one.Load("zoom.grant")
	late, err2 := other.Load("zoom.grant")
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	early.RefreshToken = "second"
	if err := one.Save(&early, "zoom.grant"); err != nil {
		t.Fatal(err)
	}
	late.RefreshToken = "lost"
	if err := other.Save(&late, "zoom.grant"); !errors.Is(err, oauth.ErrChanged) {
		t.Errorf("the later save: %v", err)
	}
	early.RefreshToken = "third" // who has saved goes on from there
	if err := one.Save(&early, "zoom.grant"); err != nil {
		t.Fatal(err)
	}
	if now, err := other.Load("zoom.grant"); err != nil || now.RefreshToken != "third" {
		t.Errorf("kept is %+v, %v", now, err)
	}
}

// TestVaultAway: of a database that does not answer nothing is concluded, and a save whose answer was lost is known.
func TestVaultAway(t *testing.T) {
	s := &shelf{kept: map[string][]byte{}}
	v := onShelf(t, s, key)
	if err := v.Install(t.Context(), oauth.Grant{RefreshToken: "first"}, "zoom.grant"); err != nil {
		t.Fatal(err)
	}
	g, err := v.Load("zoom.grant")
	if err != nil {
		t.Fatal(err)
	}
	s.silent = true
	g.RefreshToken = "second"
	if err := v.Save(&g, "zoom.grant"); err != nil {
		t.Errorf("a lost answer: %v", err)
	}
	s.silent, s.away = false, true
	if _, err := v.Load("zoom.grant"); !errors.Is(err, oauth.ErrAway) || errors.Is(err, oauth.ErrNoGrant) {
		t.Errorf("read: %v", err)
	}
	if _, _, err := v.End(t.Context(), "zoom.grant", nil); err == nil || !v.Exists("zoom.grant") {
		t.Errorf("ended: %v", err)
	}
	s.away = false
	if now, err := v.Load("zoom.grant"); err != nil || now.RefreshToken != "second" {
		t.Errorf("kept is %+v, %v", now, err)
	}
}

// TestVaultSeals: nobody reads or moves a sign-in without the key, and another key is told.
func TestVaultSeals(t *testing.T) {
	s := &shelf{kept: map[string][]byte{}}
	v := onShelf(t, s, key)
	if err := v.Install(t.Context(), oauth.Grant{RefreshToken: "canary",
		Owner: oauth.Owner{Email: "canary@example.com"}}, "zoom.grant"); err != nil {
		t.Fatal(err)
	}
	for name, sealed := range s.kept {
		if bytes.Contains(sealed, []byte("canary")) || strings.Contains(key, string(sealed)) {
			t.Errorf("%s shows it: %q", name, sealed)
		}
	}
	s.kept["google-alice.grant"] = s.kept["zoom.grant"]
	if st, ok := v.Standing("google-alice.grant"); ok || st.Unusable == nil {
		t.Errorf("one sign-in is taken for another one: %+v", st)
	}
	flipped := bytes.Clone(s.kept["zoom.grant"])
	flipped[len(flipped)-1] ^= 1
	s.kept["zoom.grant"] = flipped
	if st, ok := v.Standing("zoom.grant"); ok || st.Unusable == nil {
		t.Errorf("a changed one is good: %+v", st)
	}
	other := onShelf(t, s, oauth.NewVaultKey())
	if err := other.Check(); err == nil || !strings.Contains(words.Of(err), "sealed with another key") ||
		!strings.Contains(words.Of(err), "copy the file of store_key") {
		t.Errorf("another key: %v", err)
	}
	if _, err := other.Load("zoom.grant"); err == nil || errors.Is(err, oauth.ErrNoGrant) {
		t.Errorf("read with another key: %v", err)
	}
	if err := other.Install(t.Context(), oauth.Grant{RefreshToken: "x"}, "zoom.grant"); err == nil {
		t.Error("saved with another key")
	}
	for _, text := range []string{"", "secret", key[:len(key)-4], key + "x"} {
		if _, err := oauth.ReadVaultKey(text); err == nil || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("%q is a key: %v", text, err)
		}
	}
}

// TestGrantsAhead: whoever looks at many sign-ins asks the shelf once, and sees them as they stood then.
func TestGrantsAhead(t *testing.T) {
	s := &shelf{kept: map[string][]byte{}}
	grants := onShelf(t, s, key)
	paths := []string{"a.grant", "b.grant", "c.grant"}
	for _, path := range paths[:2] {
		if err := grants.Install(t.Context(), oauth.Grant{RefreshToken: "r", ClientID: "client"}, path); err != nil {
			t.Fatal(err)
		}
	}
	looks := onShelf(t, s, key)
	before := s.asked
	ahead := looks.Ahead(paths)
	for i, path := range paths {
		if _, ok := ahead.Standing(path); ok != (i < 2) {
			t.Errorf("%s: %v", path, ok)
		}
	}
	if s.asked != before+1 {
		t.Errorf("the shelf was asked %d times", s.asked-before)
	}
	s.away = true
	if st, ok := onShelf(t, s, key).Ahead(paths).Standing("a.grant"); ok || st.Unusable == nil {
		t.Errorf("while the shelf is away: %+v, %v", st, ok)
	}
}
