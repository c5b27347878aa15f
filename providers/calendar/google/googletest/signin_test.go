package googletest

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// desktop is the OAuth client as Google's own code reads it from its file.
func (b *bench) desktop(scopes ...string) *oauth2.Config {
	b.Helper()
	conf, err := google.ConfigFromJSON(b.DesktopClient(), whole(scopes)...)
	if err != nil {
		b.Fatal(err)
	}
	conf.RedirectURL = "http://127.0.0.1:4711/back"
	return conf
}

// visit opens the consent page and returns what the browser brings back.
func (b *bench) visit(page string) (back url.Values, got reply) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), "GET", page, nil)
	if err != nil {
		b.Fatal(err)
	}
	got = b.send(r)
	to, err := url.Parse(got.Header.Get("Location"))
	if err != nil {
		b.Fatal(err)
	}
	return to.Query(), got
}

func TestSignIn(t *testing.T) {
	b := newBench(t, Options{})
	conf := b.desktop("calendar.events.owned", "calendar.calendarlist.readonly")
	verifier := oauth2.GenerateVerifier()
	page := conf.AuthCodeURL("state!", oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier))
	back, got := b.visit(page)
	if got.Status != 302 || back.Get("state") != "state!" || back.Get("scope") != strings.Join(conf.Scopes, " ") ||
		!strings.HasPrefix(got.Header.Get("Location"), "http://127.0.0.1:4711/back?") {
		t.Fatalf("%d %v %s", got.Status, got.Header, got.Raw)
	}
	token, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil || token.RefreshToken == "" || token.Extra("scope") != strings.Join(conf.Scopes, " ") {
		t.Fatalf("%+v, %v", token, err)
	}
	b.token = token.AccessToken
	b.want("GET", events, "", 200, "")
	if _, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a code is good twice")
	}
	for what, test := range map[string]struct {
		change  func(c *oauth2.Config)
		options []oauth2.AuthCodeOption
		code    string
	}{
		"another verifier": {options: []oauth2.AuthCodeOption{oauth2.VerifierOption(oauth2.GenerateVerifier())},
			code: "invalid_grant"},
		"no verifier": {code: "invalid_grant"},
		"another redirect_uri": {change: func(c *oauth2.Config) { c.RedirectURL = "http://127.0.0.1:4712/back" },
			options: []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}, code: "redirect_uri_mismatch"},
	} {
		back, _ := b.visit(page)
		other := *conf
		if test.change != nil {
			test.change(&other)
		}
		_, err := other.Exchange(t.Context(), back.Get("code"), test.options...)
		var e *oauth2.RetrieveError
		if !errors.As(err, &e) || e.ErrorCode != test.code {
			t.Errorf("%s: %v", what, err)
		}
	}
	back, _ = b.visit(page)
	if token, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier)); err != nil ||
		token.RefreshToken != "" {
		t.Errorf("the second sign-in without asking for consent: %+v, %v", token, err)
	}
	back, _ = b.visit(page + "&prompt=consent")
	if token, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier)); err != nil ||
		token.RefreshToken == "" {
		t.Errorf("the second sign-in that asks for consent: %+v, %v", token, err)
	}
	back, _ = b.visit(page)
	b.now = b.now.Add(11 * time.Minute)
	if _, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier)); err == nil {
		t.Error("a code is good for ever")
	}
	b.clean()
}

func TestConsent(t *testing.T) {
	b := newBench(t, Options{})
	conf := b.desktop("calendar.events.owned", "calendar.calendarlist.readonly")
	verifier := oauth2.GenerateVerifier()
	page := conf.AuthCodeURL("state", oauth2.AccessTypeOffline, oauth2.S256ChallengeOption(verifier))
	b.Consent(func(scopes []string) []string {
		if !slices.Equal(scopes, conf.Scopes) {
			t.Errorf("asked for %q", scopes)
		}
		return scopes[1:]
	})
	back, _ := b.visit(page)
	token, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier))
	if err != nil || token.Extra("scope") != conf.Scopes[1] {
		t.Fatalf("%v, %v", token, err)
	}
	b.token = token.AccessToken
	b.want("GET", events, "", 403, "insufficientPermissions")
	b.want("GET", "users/me/calendarList", "", 200, "")
	b.Consent(func([]string) []string { return nil })
	if back, _ := b.visit(page); back.Get("error") != "access_denied" || back.Get("state") != "state" ||
		back.Has("code") {
		t.Errorf("refused: %v", back)
	}
	b.clean()
}

func TestCarelessSignIns(t *testing.T) {
	b := newBench(t, Options{})
	good := b.desktop("calendar.events.owned").AuthCodeURL("state", oauth2.AccessTypeOffline,
		oauth2.S256ChallengeOption("v"))
	for what, test := range map[string]struct {
		parameter, value string
		status           int
	}{
		"without PKCE": {"code_challenge", "", 302}, "without state": {"state", "", 302},
		"offline access":                     {"access_type", "", 302},
		"the redirect_uri is no loopback":    {"redirect_uri", "https://example.com/back", 400},
		"an unknown client_id":               {"client_id", "x", 400},
		"the response_type is token":         {"response_type", "token", 400},
		"the code_challenge_method is plain": {"code_challenge_method", "plain", 400},
		"no scope":                           {"scope", "", 400},
	} {
		page, err := url.Parse(good)
		if err != nil {
			t.Fatal(err)
		}
		q := page.Query()
		q.Set(test.parameter, test.value)
		page.RawQuery = q.Encode()
		if _, got := b.visit(page.String()); got.Status != test.status {
			t.Errorf("%s: %d %s", what, got.Status, got.Raw)
		}
		b.complained(what)
	}
	for _, redirect := range []string{"http://localhost:1/", "http://[::1]:2", "http://127.0.0.1"} {
		page, _ := url.Parse(good)
		q := page.Query()
		q.Set("redirect_uri", redirect)
		page.RawQuery = q.Encode()
		if _, got := b.visit(page.String()); got.Status != 302 {
			t.Errorf("%s: %d %s", redirect, got.Status, got.Raw)
		}
	}
	b.clean()
}
