package zoom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
)

// tokens keeps the access token.
type tokens struct {
	cache  *oauth.Cache
	person *person // nil where the account's app signs in
}

// get returns a token that is good for a while yet and is not refused, which the API has just turned down. Whatever
// goes wrong here, the call that needs the token was not sent.
func (t *tokens) get(ctx context.Context, refused string) (token string, scopes []string, err error) {
	got, err := t.cache.Get(ctx, oauth.Secret(refused))
	switch {
	case err == nil:
		return got.Value.Reveal(), got.Scopes, nil
	case ctx.Err() != nil:
		err = fmt.Errorf("%w: %w", meeting.ErrNotSent, ctx.Err())
	}
	err = fmt.Errorf("zoom: get an access token: %w", err)
	if errors.Is(err, meeting.ErrDenied) {
		err = &meeting.SignInError{Err: err}
	}
	return "", nil, unsent{err}
}

// account gets the access tokens of a server-to-server app. Its grant has no refresh token: a new access token is
// simply asked for.
type account struct {
	config clientcredentials.Config
	http   *http.Client
	now    func() time.Time
	kept   *signin.Tokens
	// dead is the error of credentials that were refused, until again.
	dead  error
	again time.Time
}

func newAccount(c Config, base *url.URL) *account {
	return &account{
		config: clientcredentials.Config{
			ClientID: c.ClientID, ClientSecret: c.ClientSecret, TokenURL: base.JoinPath("token").String(),
			EndpointParams: url.Values{"grant_type": {"account_credentials"}, "account_id": {c.AccountID}},
			AuthStyle:      oauth2.AuthStyleInHeader,
		},
		http: c.plainClient(), now: c.Now, kept: c.Tokens,
	}
}

func (a *account) fetch(ctx context.Context) (oauth.Token, error) {
	if a.dead != nil && a.now().Before(a.again) {
		return oauth.Token{}, a.dead
	}
	want := oauth.Want{Proof: oauth.Secret(a.config.ClientSecret), For: []string{"zoom", a.config.TokenURL,
		a.config.ClientID, a.config.EndpointParams.Get("account_id")}}
	return a.kept.Get(ctx, want, a.ask)
}

// ask has Zoom give out an access token.
func (a *account) ask(ctx context.Context) (oauth.Token, error) {
	token, err := a.config.Token(oauth.Through(ctx, a.http))
	if err != nil {
		if err = a.explain(err); errors.Is(err, meeting.ErrDenied) {
			a.dead, a.again = err, a.now().Add(deadPause)
		}
		return oauth.Token{}, err
	}
	a.dead = nil
	scopes := scopesOf(token)
	return oauth.Token{Value: oauth.Secret(token.AccessToken), Scopes: scopes,
		Fresh:   oauth.Fresh(a.now(), oauth.Life(token)),
		Passing: len(new(tokens).missing(scopes)) > 0}, nil
}

// scopesOf are the scopes that an answer names.
func scopesOf(t *oauth2.Token) []string {
	scope, _ := t.Extra("scope").(string)
	return strings.Fields(scope)
}

// explain turns what the token endpoint answered into a sentence that names the mend. Whatever went wrong, the call
// that needed the token was not sent.
func (a *account) explain(err error) error {
	r, ok := readRefusal(err)
	switch {
	case !ok || r.isBroken():
		return noToken(err, r, a.config.TokenURL)
	case rest.KindOf(r.status) == rest.Throttled:
		return r.throttled(a.now())
	case r.isClient():
		return r.denied(unknownClient, checkClient)
	case r.Error == "invalid_request":
		return r.denied("Zoom does not accept the account", "check zoom.account_id, and that the app is activated")
	}
	return r.denied("Zoom refuses the app", "look at its page at marketplace.zoom.us (is it activated, is it a "+
		"server-to-server app?)")
}

// An app that Zoom does not know, and what mends that.
const (
	unknownClient = "Zoom does not know this client id and secret"
	checkClient   = "check zoom.client_id and zoom.client_secret"
)

// denied is a refusal with its cause and cure.
func (r *tokenRefusal) denied(cause, cure string) error {
	return words.Mend(fmt.Errorf("%w: %s%s", meeting.ErrDenied, cause, r.said()), cure)
}

// tokenRefusal is what the token endpoint answers instead of a token: {"reason":"…","error":"…"}, sometimes with a
// code.
type tokenRefusal struct {
	Error, Reason text
	Code          number
	status        int
	header        http.Header
}

// readRefusal finds the answer in an error of the library; ok is false where there is none.
func readRefusal(err error) (r tokenRefusal, ok bool) {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) || refusal.Response == nil {
		return tokenRefusal{}, false
	}
	_ = json.Unmarshal(refusal.Body, &r) // no JSON leaves it empty, which isBroken looks at
	r.status, r.header = refusal.Response.StatusCode, refusal.Response.Header
	return r, true
}

// isBroken reports whether the answer is not Zoom's own word.
func (r *tokenRefusal) isBroken() bool {
	return rest.KindOf(r.status) != rest.Throttled && (r.status >= http.StatusInternalServerError || r.Error == "" &&
		r.Reason == "")
}

// isClient reports whether it is the app that Zoom does not know, and not what it presented.
func (r *tokenRefusal) isClient() bool {
	return r.Error == "invalid_client" || strings.Contains(string(r.Reason), "client_id")
}

// said is what Zoom says, in brackets.
func (r *tokenRefusal) said() string {
	return details(int64(r.Code), r.status, string(r.Error+" "+r.Reason), r.header.Get(trackingHeader))
}

// throttled is a refusal with 429 as the contract knows it.
func (r *tokenRefusal) throttled(now time.Time) error {
	until, ok := rest.RetryAfter(r.header, now)
	if !ok {
		until = now.Add(time.Minute)
	}
	return &meeting.Throttled{Until: until, Err: fmt.Errorf("too many sign-ins: zoomtag waits%s", r.said())}
}

// unreached is the error of a request that never reached Zoom: why, and what mends that.
func unreached(cause, cure string) error {
	return words.Mend(fmt.Errorf("%w: %s", meeting.ErrNotSent, cause), cure)
}

// noToken is the error for an answer that says nothing, or none at all.
func noToken(err error, r tokenRefusal, address string) error {
	if r.status == 0 {
		return unreached(rest.Unreached(oauth.HostOf(address), err))
	}
	if r.status == http.StatusNotFound || r.status == http.StatusMethodNotAllowed {
		return words.Mend(fmt.Errorf("%w: there is no sign-in of Zoom at %s%s", meeting.ErrNotSent,
			strings.TrimSuffix(address, "/token"), r.said()), "leave zoom.oauth_url out, or write "+DefaultOAuthURL)
	}
	return fmt.Errorf("%w: Zoom's sign-in does not work at the moment, and is tried again%s", meeting.ErrNotSent,
		r.said())
}
