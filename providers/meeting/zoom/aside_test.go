package zoom

import (
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
)

// TestKeptAsideWhileAnotherIsTaken: a daemon takes an earlier sign-in from aside while a new one is put there. Zoom
// knows only the new one by then: it must be in one of the two places.
func TestKeptAsideWhileAnotherIsTaken(t *testing.T) {
	alice := oauth.Owner{UserID: "alice"}
	at := func(minutes int) time.Time { return time.Unix(1e9, 0).UTC().Add(time.Duration(minutes) * time.Minute) }
	for range 50 {
		file := filepath.Join(t.TempDir(), "zoom.grant")
		for path, g := range map[string]oauth.Grant{
			file:        {RefreshToken: "dead", SignedIn: at(0), Refused: at(1), Owner: alice},
			aside(file): {RefreshToken: "later", SignedIn: at(2), Owner: alice},
		} {
			if err := g.Save(path); err != nil {
				t.Fatal(err)
			}
		}
		p := &person{file: file, guard: file, now: time.Now}
		var wg sync.WaitGroup
		wg.Go(func() {
			if g, err := p.adopt(t.Context()); err != nil || g.RefreshToken == "dead" {
				t.Errorf("adopted %q, %v", g.RefreshToken.Reveal(), err)
			}
		})
		wg.Go(func() {
			if err := keepAside(t.Context(), Config{GrantFile: file}, oauth.Grant{RefreshToken: "last", SignedIn: at(3),
				Owner: alice}); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		taken, err := oauth.LoadGrant(file)
		left, _ := oauth.LoadGrant(aside(file))
		if err != nil || taken.RefreshToken != "last" && left.RefreshToken != "last" {
			t.Fatalf("the last sign-in is lost: %q is in its place, %q is aside (%v)", taken.RefreshToken.Reveal(),
				left.RefreshToken.Reveal(), err)
		}
	}
}
