package zoom_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// read is a call that needs an access token.
func (f *fixture) read(ctx context.Context, id int64) error {
	_, err := f.Get(ctx, id)
	return err
}

// answered is an answer of the token endpoint.
func answered(status int, body string) zoomtest.Fault {
	return zoomtest.Fault{Match: zoomtest.SignIn, Status: status, Body: body, Header: http.Header{"Content-Type": {"application/json"}}}
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
	if second.Previous != first.RefreshToken || second.RefreshToken == first.RefreshToken || second.Access == first.Access || !second.Asked.IsZero() {
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
	if third := f.kept(t); third.Previous != "" || third.RefreshToken != second.RefreshToken || !third.SignedIn.Equal(first.SignedIn) {
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
		"spent":                {answered(400, `{"reason":"Invalid Token!","error":"invalid_grant"}`), meeting.ErrDenied, true, false, command},
		"bare":                 {answered(400, `{"error":"invalid_grant"}`), meeting.ErrDenied, true, false, command},
		"of old":               {answered(401, `{"reason":"Invalid Token!","error":"invalid_request"}`), meeting.ErrDenied, true, false, command},
		"superseded":           {answered(400, `{"reason":"Revoked.","error":"invalid_grant","code":4741}`), meeting.ErrDenied, true, false, "one sign-in alive"},
		"superseded, as text":  {answered(400, `{"reason":"Revoked.","error":"invalid_request","code":"4741"}`), meeting.ErrDenied, true, false, "one sign-in alive"},
		"unknown client":       {answered(400, `{"reason":"Invalid client_id or client_secret","error":"invalid_client"}`), meeting.ErrDenied, false, false, "the public one"},
		"unknown client, 401":  {answered(401, `{"reason":"Invalid Token! Invalid client_id","error":"invalid_client"}`), meeting.ErrDenied, false, false, "zoom.client_id"},
		"disabled app":         {answered(400, `{"reason":"The app has been disabled","error":"unauthorized_client"}`), meeting.ErrDenied, false, false, "user-managed"},
		"bad request":          {answered(400, `{"reason":"Bad Request","error":"invalid_request"}`), meeting.ErrDenied, false, false, "user-managed"},
		"too many":             {answered(429, `{"reason":"Too many requests","error":"invalid_request"}`), nil, false, false, "too many sign-ins"},
		"server error":         {answered(503, `{"reason":"Invalid Token!","error":"invalid_grant"}`), meeting.ErrNotSent, false, true, "at the moment"},
		"a proxy's page":       {answered(400, `<html>sign in</html>`), meeting.ErrNotSent, false, true, "at the moment"},
		"a proxy's welcome":    {answered(200, `<html>sign in</html>`), meeting.ErrNotSent, false, true, "no answer that can be used"},
		"nothing":              {answered(200, `{}`), meeting.ErrNotSent, false, true, "no answer that can be used"},
		"cut":                  {zoomtest.Fault{Match: zoomtest.SignIn, Cut: true}, meeting.ErrNotSent, false, true, "may be lost"},
		"cut, after":           {lostAnswer(0), meeting.ErrNotSent, false, true, "may be lost"},
		"half":                 {zoomtest.Fault{Match: zoomtest.SignIn, After: true, Half: true}, meeting.ErrNotSent, false, true, "may be lost"},
		"well, and an error":   {answered(200, `{"reason":"Invalid Token!","error":"invalid_grant"}`), meeting.ErrDenied, true, false, command},
		"no connection at all": {zoomtest.Fault{}, meeting.ErrNotSent, false, false, "no connection"},
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
				if err == nil || !strings.Contains(err.Error(), c.says) || c.kind != nil && !errors.Is(err, c.kind) || !meeting.Refused(err) {
					t.Errorf("error %v, want %v with %q", err, c.kind, c.says)
				}
				if err != nil && (strings.Contains(err.Error(), zoomtest.Canary) || strings.Contains(err.Error(), "secret=")) {
					t.Errorf("shows a secret: %v", err)
				}
			}
			if n := f.renewals(); n != asked && c.kind != nil && c.says != "no connection" {
				t.Errorf("%d more questions at once", n-asked)
			}
			after := f.kept(t)
			if after.Refused.IsZero() == c.dead || after.Asked.IsZero() == c.asked || after.RefreshToken != before.RefreshToken {
				t.Errorf("kept: refused %v, asked %v", after.Refused, after.Asked)
			}
		})
	}
}

// TestLostAnswer: the old refresh token is tried once more, and where Zoom does not forgive, the cause is named and nobody asks again
// until somebody has signed in.
func TestLostAnswer(t *testing.T) {
	for name, forgiving := range map[string]bool{"Zoom forgives": true, "Zoom does not": false} {
		t.Run(name, func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{Patient: forgiving})
			m := f.create(t, f.spec())
			f.clock.Advance(time.Hour)
			f.server.Break(lostAnswer(1))
			if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrNotSent) {
				t.Errorf("lost: %v", err)
			}
			f.clock.Advance(2 * time.Minute)
			f.Service = f.connect(t) // a restart forgets nothing of it
			err := f.read(t.Context(), m.ID)
			if forgiving {
				if g := f.kept(t); err != nil || !g.Asked.IsZero() || g.Previous != "" || !g.Refused.IsZero() {
					t.Errorf("tried once more: %v, %+v", err, g)
				}
				return
			}
			if !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), "the answer to its renewal of 2026-11-30 23:15 UTC was lost") || !strings.Contains(err.Error(), command) {
				t.Errorf("tried once more: %v", err)
			}
			asked := f.renewals()
			for range 5 {
				f.clock.Advance(time.Hour)
				if err := f.connect(t).CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) {
					t.Errorf("dead: %v", err)
				}
			}
			if n := f.renewals(); n != asked {
				t.Errorf("%d more questions about a dead sign-in", n-asked)
			}
			if s, ok := zoom.ReadGrant(f.config.GrantFile); !ok || s.Refused.IsZero() || !strings.Contains(s.Reason, "lost") || s.Email != host {
				t.Errorf("stands: %+v", s)
			}
			f.signIn(t)
			if err := f.read(t.Context(), m.ID); err != nil { // the same Service: a daemon notices
				t.Errorf("after signing in again: %v", err)
			}
		})
	}
}

// TestLostAnswersAreNotHurried: while Zoom's sign-in does not answer, it is asked less and less often.
func TestLostAnswersAreNotHurried(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.clock.Advance(time.Hour)
	f.server.Break(zoomtest.Fault{Match: zoomtest.SignIn, Status: http.StatusBadGateway})
	before := f.renewals()
	for range 120 {
		if err := f.read(t.Context(), m.ID); err == nil {
			t.Fatal("no error")
		}
		f.clock.Advance(time.Minute)
	}
	if n := f.renewals() - before; n < 8 || n > 30 {
		t.Errorf("asked %d times in two hours", n)
	}
	f.server.Mend()
	f.clock.Advance(15 * time.Minute)
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}

// TestPreviousTokenIsTriedLast: a new refresh token that was never any good.
func TestPreviousTokenIsTriedLast(t *testing.T) {
	f := newPerson(t, zoomtest.Options{Patient: true})
	g := f.kept(t)
	g.Previous, g.RefreshToken, g.Access = g.RefreshToken, "never-heard-of", ""
	if err := g.Save(f.config.GrantFile); err != nil {
		t.Fatal(err)
	}
	f.create(t, f.spec())
	if after := f.kept(t); after.Previous != "" || !f.server.Usable(after.RefreshToken.Reveal()) {
		t.Errorf("kept: %+v", after)
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
		"superseded":         {zoomtest.Options{}, func(f *fixture) { f.server.SignedInElsewhere(host) }, "one sign-in alive"},
		"superseded, of old": {zoomtest.Options{OldErrors: true}, func(f *fixture) { f.server.SignedInElsewhere(host) }, "one sign-in alive"}, // the API said so
		"removed":            {zoomtest.Options{}, func(f *fixture) { f.server.Revoke(host) }, "removed from the account"},
		"removed, of old":    {zoomtest.Options{OldErrors: true}, func(f *fixture) { f.server.Revoke(host) }, "removed from the account"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newPerson(t, c.o)
			m := f.create(t, f.spec())
			c.spoil(f)
			err := f.read(t.Context(), m.ID)
			if !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "Sign in again: "+command) {
				t.Errorf("error %v", err)
			}
			asked := len(f.server.Requests())
			if err := f.read(t.Context(), m.ID); err == nil {
				t.Error("no error")
			}
			if n := len(f.server.Requests()) - asked; n > 2 { // the call itself, with the old token: that may have been a hiccup
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

// TestRenewalThatCannotBeSaved is not used, and not lost either; and what could not be kept is not asked for.
func TestRenewalThatCannotBeSaved(t *testing.T) {
	for point, questions := range map[string]int{"zoom.refresh.begin": 0, "zoom.refresh.answered": 1} {
		t.Run(point, func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{})
			m := f.create(t, f.spec())
			f.clock.Advance(time.Hour)
			before := f.renewals()
			dir := filepath.Dir(f.config.GrantFile)
			aside := dir + "-aside"
			f.config.Hook = func(p string) {
				if p == point { // the disk is full, say
					if err := errors.Join(os.Rename(dir, aside), os.WriteFile(dir, nil, 0o600)); err != nil {
						t.Error(err)
					}
				}
			}
			f.Service = f.connect(t)
			if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrNotSent) {
				t.Errorf("error %v", err)
			}
			if n := f.renewals() - before; n != questions {
				t.Errorf("%d questions", n)
			}
			if err := errors.Join(os.Remove(dir), os.Rename(aside, dir)); err != nil {
				t.Fatal(err)
			}
			point = ""
			if err := f.read(t.Context(), m.ID); err != nil {
				t.Errorf("when the disk is well again: %v", err)
			}
			if n := f.renewals() - before; n != 1 || !f.server.Usable(f.kept(t).RefreshToken.Reveal()) {
				t.Errorf("%d questions, %v", n, f.kept(t))
			}
		})
	}
}

// TestRenewalOutlivesItsCaller: a daemon that is told to stop still saves what Zoom has given.
func TestRenewalOutlivesItsCaller(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.clock.Advance(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	f.config.Hook = func(point string) {
		if point == "zoom.refresh.asked" {
			cancel()
		}
	}
	f.Service = f.connect(t)
	if err := f.read(ctx, m.ID); err == nil {
		t.Error("no error")
	}
	if g := f.kept(t); !g.Asked.IsZero() || !f.server.Usable(g.RefreshToken.Reveal()) {
		t.Errorf("kept %v, asked %v", g, g.Asked)
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
	if err := f.CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) || !errors.Is(err, oauth.ErrNoGrant) || !strings.Contains(err.Error(), "run: "+command) {
		t.Errorf("nobody has signed in: %v", err)
	}
	f.signIn(t)
	f.config.ClientID = "another"
	if err := f.connect(t).CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), "another Zoom app") {
		t.Errorf("another app: %v", err)
	}
	f.config.ClientID = "public"
	if err := os.WriteFile(f.config.GrantFile, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.connect(t).CheckScopes(t.Context()); !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("half a file: %v", err)
	}
}
