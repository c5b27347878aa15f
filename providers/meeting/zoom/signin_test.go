package zoom_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

func TestTokenIsFetchedOnceAndRenewed(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	signIns := func() (n int) {
		for _, r := range f.server.Requests() {
			if r.Label == "token" {
				n++
			}
		}
		return n
	}
	var wg sync.WaitGroup
	read := func() {
		if _, err := f.Get(t.Context(), m.ID); err != nil {
			t.Error(err)
		}
	}
	for range 10 {
		wg.Go(read)
	}
	wg.Wait()
	if n := signIns(); n != 1 {
		t.Errorf("%d sign-ins for many calls, want 1", n)
	}
	f.clock.Advance(56 * time.Minute) // less than 5 minutes left
	read()
	if n := signIns(); n != 2 {
		t.Errorf("%d sign-ins, want a second one before the token ends", n)
	}
	f.server.RevokeTokens()
	for range 5 {
		wg.Go(read)
	}
	wg.Wait()
	if n := signIns(); n != 3 {
		t.Errorf("%d sign-ins, want one more after the token was revoked", n)
	}
}

func TestSignInErrors(t *testing.T) {
	tests := []struct {
		name   string
		break_ zoomtest.Fault
		change func(*zoom.Config)
		kind   error
		says   string
	}{
		{"wrong secret", zoomtest.Fault{}, func(c *zoom.Config) { c.ClientSecret = "wrong-s3cret" }, meeting.ErrDenied,
			"zoom.client_secret"},
		{"wrong account", zoomtest.Fault{}, func(c *zoom.Config) { c.AccountID = "wrong" }, meeting.ErrDenied,
			"zoom.account_id"},
		{"disabled", zoomtest.Fault{Status: 400, Header: http.Header{"Content-Type": {"application/json"}},
			Body: `{"reason":"The app has been disabled","error":"unauthorized_client"}`}, nil, meeting.ErrDenied,
			"activated"},
		{"broken", zoomtest.Fault{Status: 503, Body: "<html>"}, nil, meeting.ErrNotSent, "at the moment"},
		{"a proxy's page", zoomtest.Fault{Status: 200, Body: "<html>sign in</html>"}, nil, meeting.ErrNotSent,
			"no answer that can be used"},
		{"a proxy's refusal", zoomtest.Fault{Status: 407, Body: "<html>sign in</html>"}, nil, meeting.ErrNotSent,
			"at the moment"},
		{"cut", zoomtest.Fault{Cut: true}, nil, meeting.ErrNotSent, "no answer that can be used"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, zoomtest.Options{})
			if tt.change != nil {
				tt.change(&f.config)
			} else {
				tt.break_.Match = zoomtest.SignIn
				f.server.Break(tt.break_)
			}
			_, err := f.connect(t).Create(t.Context(), mark, f.spec())
			if !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.says) ||
				strings.Contains(err.Error(), "s3cret") {
				t.Errorf("error %v, want %v with %q", err, tt.kind, tt.says)
			}
			if n := len(f.server.Meetings()); n != 0 {
				t.Errorf("%d meetings without a sign-in", n)
			}
		})
	}
}

func TestScopes(t *testing.T) {
	f := newFixture(t, zoomtest.Options{Scopes: []string{"meeting:write:meeting:admin", "meeting:read:meeting:admin",
		"meeting:read:list_meetings:admin"}})
	err := f.CheckScopes(t.Context())
	if !errors.Is(err, meeting.ErrDenied) {
		t.Fatalf("error %v, want ErrDenied", err)
	}
	for _, scope := range []string{"meeting:update:meeting:admin", "meeting:delete:meeting:admin"} {
		if !strings.Contains(err.Error(), scope) {
			t.Errorf("%q does not name %s", err, scope)
		}
	}
	m := f.create(t, f.spec())
	if err := f.Cancel(t.Context(), m.ID); !errors.Is(err, meeting.ErrDenied) ||
		!strings.Contains(err.Error(), "lacks meeting:delete:meeting:admin") {
		t.Errorf("error %v, want one that names the scope", err)
	}
	if err := newFixture(t, zoomtest.Options{}).CheckScopes(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*zoom.Config)
		says   string
	}{
		{"no account", func(c *zoom.Config) { c.AccountID = "" }, "account_id is empty"},
		{"no secret", func(c *zoom.Config) { c.ClientSecret = " " }, "client_secret is empty"},
		{"plain http", func(c *zoom.Config) { c.APIURL = "http://api.zoom.us/v2" },
			"api_url: the URL for api.zoom.us must begin with https://"},
		{"no url", func(c *zoom.Config) { c.OAuthURL = "zoom" }, "oauth_url"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := zoom.Config{AccountID: "a", ClientID: "b", ClientSecret: "c"}
			if _, err := zoom.New(c); err != nil {
				t.Fatal(err)
			}
			tt.change(&c)
			if _, err := zoom.New(c); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want %q", err, tt.says)
			}
		})
	}
}
