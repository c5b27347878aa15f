package zoom_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// read is a call that needs an access token.
func (f *fixture) read(ctx context.Context, id int64) error {
	_, err := f.Get(ctx, id)
	return err
}

// answered is an answer of the token endpoint.
func answered(status int, body string) zoomtest.Fault {
	return zoomtest.Fault{Match: zoomtest.SignIn, Status: status, Body: body,
		Header: http.Header{"Content-Type": {"application/json"}}}
}

// lostAnswer is a renewal that Zoom makes and whose answer does not arrive.
func lostAnswer(times int) zoomtest.Fault {
	return zoomtest.Fault{Match: zoomtest.SignIn, After: true, Cut: true, Times: times}
}

// TestRenewal: once an hour, whoever asks, and the old refresh token stays until the new access token has worked.
func TestRenewal(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	first := f.kept(t)
	if n := f.renewals(); n != 1 || first.Previous != "" {
		t.Errorf("%d requests for the sign-in, %+v", n, first)
	}
	f.clock.Advance(56 * time.Minute)
	f.server.Break(zoomtest.Fault{Match: zoomtest.On(http.MethodGet), Status: http.StatusServiceUnavailable, Times: 3})
	if err := f.read(t.Context(), m.ID); err == nil {
		t.Error("no error")
	}
	second := f.kept(t)
	if second.Previous != first.RefreshToken || second.RefreshToken == first.RefreshToken ||
		second.Access == first.Access || !second.Asked.IsZero() {
		t.Errorf("renewed, and not yet used: %+v", second)
	}
	for range 3 {
		if err := f.connect(t).CheckScopes(t.Context()); err != nil { // as other processes do
			t.Error(err)
		}
	}
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
	if third := f.kept(t); third.Previous != "" || third.RefreshToken != second.RefreshToken ||
		!third.SignedIn.Equal(first.SignedIn) {
		t.Errorf("used: %+v", third)
	}
	if n := f.renewals(); n != 2 {
		t.Errorf("%d requests for tokens, want one for each hour", n)
	}
}

// TestOneRenewalAtATime has many processes want a token at the same moment, beside somebody who signs in.
func TestOneRenewalAtATime(t *testing.T) {
	f := newPerson(t, zoomtest.Options{KillReused: true})
	m := f.create(t, f.spec())
	f.clock.Advance(time.Hour)
	var wg sync.WaitGroup
	for range 8 {
		s := f.connect(t)
		for range 3 {
			wg.Go(func() {
				if _, err := s.Get(t.Context(), m.ID); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	if n := f.renewals(); n != 2 {
		t.Errorf("%d requests for tokens", n)
	}
}

// TestRefusedRenewals is what becomes of a sign-in for each answer that the token endpoint is known to give.
func TestRefusedRenewals(t *testing.T) {
	for name, c := range map[string]struct {
		fault zoomtest.Fault
		kind  error
		dead  bool
		asked bool // a doubt stays in the file
		says  string
	}{
		"spent": {answered(400, `{"reason":"Invalid Token!","error":"invalid_grant"}`),
			meeting.ErrDenied, true, false, command},
		"bare": {answered(400, `{"error":"invalid_grant"}`), meeting.ErrDenied, true, false, command},
		"of old": {answered(401, `{"reason":"Invalid Token!","error":"invalid_request"}`),
			meeting.ErrDenied, true, false, command},
		"superseded": {answered(400, `{"reason":"Revoked.","error":"invalid_grant","code":4741}`),
			meeting.ErrDenied, true, false, "one sign-in alive"},
		"superseded, as text": {answered(400, `{"reason":"Revoked.","error":"invalid_request","code":"4741"}`),
			meeting.ErrDenied, true, false, "one sign-in alive"},
		"unknown client": {answered(400,
			`{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`), meeting.ErrDenied, false,
			false, "the public one"},
		"unknown client, 401": {answered(401,
			`{"reason":"Invalid Token! Invalid client_id","error":"invalid_client"}`), meeting.ErrDenied, false, false,
			"zoom.client_id"},
		"disabled app": {answered(400, `{"reason":"The app has been disabled","error":"unauthorized_client"}`),
			meeting.ErrDenied, false, false, "user-managed"},
		"bad request": {answered(400, `{"reason":"Bad Request","error":"invalid_request"}`), meeting.ErrDenied,
			false, false, "user-managed"},
		"too many": {answered(429, `{"reason":"Too many requests","error":"invalid_request"}`), nil, false,
			false, "too many sign-ins"},
		"server error": {answered(503, `{"reason":"Invalid Token!","error":"invalid_grant"}`),
			meeting.ErrNotSent, false, true, "at the moment"},
		"a proxy's page": {answered(400, `<html>sign in</html>`), meeting.ErrNotSent, false, true,
			"at the moment"},
		"a proxy's welcome": {answered(200, `<html>sign in</html>`), meeting.ErrNotSent, false, true,
			"no answer that can be used"},
		"nothing": {answered(200, `{}`), meeting.ErrNotSent, false, true, "no answer that can be used"},
		"cut": {zoomtest.Fault{Match: zoomtest.SignIn, Cut: true}, meeting.ErrNotSent, false, true,
			"may be lost"},
		"cut, after": {lostAnswer(0), meeting.ErrNotSent, false, true, "may be lost"},
		"half": {zoomtest.Fault{Match: zoomtest.SignIn, After: true, Half: true}, meeting.ErrNotSent,
			false, true, "may be lost"},
		"well, and an error": {answered(200, `{"reason":"Invalid Token!","error":"invalid_grant"}`),
			meeting.ErrDenied, true, false, command},
		"no connection at all": {zoomtest.Fault{}, meeting.ErrNotSent, false, false, "unreachable"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{})
			m := f.create(t, f.spec())
			before := f.kept(t)
			f.clock.Advance(time.Hour)
			if c.fault.Match == nil {
				f.client.CloseIdleConnections()
				f.offline.Store(true)
			} else {
				f.server.Break(c.fault)
			}
			first := f.read(t.Context(), m.ID)
			asked := f.renewals()
			second := f.read(t.Context(), m.ID)
			for _, err := range []error{first, second} {
				if err == nil || !strings.Contains(err.Error(), c.says) || c.kind != nil && !errors.Is(err, c.kind) ||
					!meeting.Refused(err) {
					t.Errorf("error %v, want %v with %q", err, c.kind, c.says)
				}
				if err != nil && (strings.Contains(err.Error(), zoomtest.Canary) ||
					strings.Contains(err.Error(), "secret=")) {
					t.Errorf("shows a secret: %v", err)
				}
			}
			if n := f.renewals(); n != asked && c.kind != nil && c.says != "unreachable" {
				t.Errorf("%d more questions at once", n-asked)
			}
			after := f.kept(t)
			if after.Refused.IsZero() == c.dead || after.Asked.IsZero() == c.asked ||
				after.RefreshToken != before.RefreshToken {
				t.Errorf("kept: refused %v, asked %v", after.Refused, after.Asked)
			}
		})
	}
}

// TestSupersededSignIn: another machine has signed in, and a running daemon learns of both that and the mend.
func TestSupersededSignIn(t *testing.T) {
	for name, c := range map[string]struct {
		o zoomtest.Options
		// spoil makes the sign-in worthless
		spoil func(*fixture)
		says  string
	}{
		"superseded": {zoomtest.Options{}, func(f *fixture) { f.server.SignedInElsewhere(host) }, "one sign-in alive"},
		// the API said so
		"superseded, of old": {zoomtest.Options{OldErrors: true}, func(f *fixture) { f.server.SignedInElsewhere(host) },
			"one sign-in alive"},
		"removed": {zoomtest.Options{}, func(f *fixture) { f.server.Revoke(host) }, "removed from the account"},
		"removed, of old": {zoomtest.Options{OldErrors: true}, func(f *fixture) { f.server.Revoke(host) },
			"removed from the account"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newPerson(t, c.o)
			m := f.create(t, f.spec())
			c.spoil(f)
			err := f.read(t.Context(), m.ID)
			if !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), c.says) ||
				!strings.Contains(err.Error(), ": sign in again with "+command) {
				t.Errorf("error %v", err)
			}
			asked := len(f.server.Requests())
			if err := f.read(t.Context(), m.ID); err == nil {
				t.Error("no error")
			}
			// the call itself, with the old token: that may have been a hiccup
			if n := len(f.server.Requests()) - asked; n > 2 {
				t.Errorf("%d more requests", n)
			}
			f.signIn(t)
			if err := f.read(t.Context(), m.ID); err != nil {
				t.Errorf("after signing in again: %v", err)
			}
		})
	}
}

// TestRefusedAccessTokens: a new access token that the API does not take either is no reason to renew again and again.
func TestRefusedAccessTokens(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.server.Break(zoomtest.Fault{Status: 401, Body: `{"code":124,"message":"Invalid access token."}`})
	before := f.renewals()
	for range 30 {
		if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrDenied) {
			t.Errorf("error %v", err)
		}
		f.clock.Advance(time.Minute)
	}
	if n := f.renewals() - before; n > 2 {
		t.Errorf("renewed %d times in half an hour", n)
	}
	f.server.Mend()
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
}

// TestIdleSignIn: where nothing happens for weeks, the sign-in is renewed all the same, and not more often than that.
func TestIdleSignIn(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	for range 28 {
		f.clock.Advance(24 * time.Hour)
		if err := f.connect(t).KeepSignIn(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if n := f.renewals() - 1; n != 4 {
		t.Errorf("renewed %d times in four weeks", n)
	}
	f.server.Revoke(host)
	f.clock.Advance(7 * 24 * time.Hour)
	for range 2 {
		if err := f.KeepSignIn(t.Context()); !errors.Is(err, meeting.ErrDenied) {
			t.Errorf("removed: %v", err)
		}
	}
	if err := newFixture(t, zoomtest.Options{}).KeepSignIn(t.Context()); err != nil {
		t.Errorf("an account's app: %v", err)
	}
}

func TestWithoutSignIn(t *testing.T) {
	f := unsigned(t, zoomtest.Options{})
	if err := f.CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) || !errors.Is(err, oauth.ErrNoGrant) ||
		!strings.Contains(err.Error(), "run "+command) {
		t.Errorf("nobody has signed in: %v", err)
	}
	f.signIn(t)
	f.config.ClientID = "another"
	if err := f.connect(t).CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) ||
		!strings.Contains(err.Error(), "another Zoom app") {
		t.Errorf("another app: %v", err)
	}
	f.config.ClientID = "public"
	if err := os.WriteFile(f.config.GrantFile, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.connect(t).CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) ||
		!strings.Contains(err.Error(), "damaged") {
		t.Errorf("half a file: %v", err)
	}
}
