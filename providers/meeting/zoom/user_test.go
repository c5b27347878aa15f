package zoom_test

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/providers/signin"
)

const command = "zoomtag auth zoom"

// newPerson is a fixture in which a person has signed in to a public client.
func newPerson(t *testing.T, o zoomtest.Options) *fixture {
	t.Helper()
	f := unsigned(t, o)
	f.signIn(t)
	return f
}

// unsigned is a fixture in which a person may sign in.
func unsigned(t *testing.T, o zoomtest.Options) *fixture {
	t.Helper()
	f := newFixture(t, o)
	f.config.Mode = zoom.User
	f.config.AccountID = ""
	f.config.ClientID = "public"
	f.config.ClientSecret = ""
	f.config.Grants = place(t)
	f.config.GrantFile, f.config.SignInCommand = filepath.Join(t.TempDir(), "state", "zoom.grant"), command
	f.Service = f.connect(t)
	return f
}

func (f *fixture) signIn(t *testing.T) {
	t.Helper()
	if err := f.trySignIn(t); err != nil {
		t.Fatal(err)
	}
}

// trySignIn signs in with a browser on this machine.
func (f *fixture) trySignIn(t *testing.T) error {
	t.Helper()
	return f.trySignInWithin(t.Context())
}

func (f *fixture) trySignInWithin(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return zoom.SignIn(ctx, f.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
		go func() {
			if res, err := new(http.Client).Get(address); err == nil { // what fails shows in the sign-in
				_ = res.Body.Close()
			}
		}()
		return nil
	}})
}

// kept is the sign-in as its file has it.
func (f *fixture) kept(t *testing.T) oauth.Grant {
	t.Helper()
	g, err := f.config.Grants.Load(f.config.GrantFile)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// renewals counts the requests at the token endpoint.
func (f *fixture) renewals() (n int) {
	for _, r := range f.server.Requests() {
		if r.Method == http.MethodPost && strings.HasSuffix(r.Path, "/token") {
			n++
		}
	}
	return n
}

func TestContractAsPerson(t *testing.T) {
	meetingtest.Run(t, func(t *testing.T) *meetingtest.World {
		w := newPerson(t, zoomtest.Options{PageLimit: 2, ListTwice: true}).world()
		w.Person = true
		return w
	})
}
