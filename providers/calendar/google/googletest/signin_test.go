package googletest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jws"
)

// form posts to the token endpoint.
func (b *bench) form(fields ...string) reply {
	b.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(b.Context(), "POST", b.URL()+"/token", strings.NewReader(form.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.send(r)
}

func (b *bench) refused(got reply, status int, code string) {
	b.Helper()
	if got.status != status || got.body["error"] != code || got.body["error_description"] == "" {
		b.Errorf("%d %s, want %d %s", got.status, got.raw, status, code)
	}
}

func TestAccessTokens(t *testing.T) {
	b := newBench(t, Options{TokenLife: time.Minute})
	b.put("a")
	call := func() reply { return b.do("GET", events+"/a", "") }
	b.token = b.Token("calendar.events.readonly")
	b.want("GET", events, "", 200, "")
	b.want("GET", events+"/a", "", 200, "")
	b.want("PATCH", events+"/a"+quiet, `{"summary":"x"}`, 403, "insufficientPermissions")
	b.want("GET", "users/me/calendarList", "", 403, "insufficientPermissions")
	b.now = b.now.Add(59 * time.Second)
	if got := call(); got.status != 200 {
		t.Errorf("a token of 59 seconds: %s", got.raw)
	}
	b.now = b.now.Add(time.Second)
	if got := call(); got.status != 401 || got.reason() != "authError" {
		t.Errorf("a token of a minute: %s", got.raw)
	}
	b.token = b.Token("calendar.events")
	b.patch("a", `{"summary":"x"}`)
	b.KillTokens()
	b.want("GET", events+"/a", "", 401, "authError")
	b.clean()
	b.want("GET", events+"/a", "", 401, "required", "Authorization", "")
	b.complained("without an access token")
}

func TestOwnedScopesEndAtOwnCalendars(t *testing.T) {
	b := newBench(t, Options{})
	b.AddCalendar("own", Calendar{})
	b.AddCalendar("shared", Calendar{Role: "writer"})
	b.token = b.Token("calendar.events.owned")
	b.want("GET", "calendars/own/events", "", 200, "")
	b.want("GET", "calendars/shared/events", "", 403, "insufficientPermissions")
	b.token = b.Token("calendar.events.owned", "calendar.events.readonly")
	b.want("GET", "calendars/shared/events", "", 200, "")
	b.clean()
}

func TestRefresh(t *testing.T) {
	b := newBench(t, Options{})
	refresh := b.Grant("calendar.events.owned", "calendar.calendarlist.readonly")
	fields := []string{"grant_type", "refresh_token", "client_id", clientID, "client_secret", clientSecret, "refresh_token"}
	got := b.form(append(fields, refresh)...)
	if got.status != 200 || got.body["refresh_token"] != nil || got.body["expires_in"] != 3600.0 || got.body["token_type"] != "Bearer" ||
		got.body["scope"] != scopePrefix+"calendar.events.owned "+scopePrefix+"calendar.calendarlist.readonly" {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	b.token = got.body["access_token"].(string)
	b.want("GET", events, "", 200, "")
	b.refused(b.form(append(fields, "other")...), 400, "invalid_grant")
	b.refused(b.form("grant_type", "refresh_token", "client_id", "x", "refresh_token", refresh), 401, "invalid_client")
	b.refused(b.form("grant_type", "refresh_token", "client_id", clientID, "client_secret", "x", "refresh_token", refresh), 401, "invalid_client")
	b.refused(b.form("grant_type", "password", "client_id", clientID, "client_secret", clientSecret), 400, "unsupported_grant_type")
	b.Revoke(refresh)
	b.refused(b.form(append(fields, refresh)...), 400, "invalid_grant")
	b.want("GET", events, "", 401, "authError")
	if calls := b.TokenRequests(); len(calls) != 6 || calls[0].Body["grant_type"] != "refresh_token" || calls[1].Status != 400 {
		t.Errorf("%+v", calls)
	}
	b.clean()
}

func TestRefreshTokensThatRotate(t *testing.T) {
	b := newBench(t, Options{RotateRefresh: true})
	refresh := b.Grant("calendar")
	fields := []string{"grant_type", "refresh_token", "client_id", clientID, "client_secret", clientSecret, "refresh_token"}
	got := b.form(append(fields, refresh)...)
	renewed, _ := got.body["refresh_token"].(string)
	if renewed == "" || renewed == refresh {
		t.Fatalf("%s", got.raw)
	}
	b.refused(b.form(append(fields, refresh)...), 400, "invalid_grant")
	if got := b.form(append(fields, renewed)...); got.status != 200 {
		t.Errorf("%d %s", got.status, got.raw)
	}
}

func TestTokenFaults(t *testing.T) {
	b := newBench(t, Options{})
	refresh := b.Grant("calendar")
	fields := []string{"grant_type", "refresh_token", "client_id", clientID, "client_secret", clientSecret, "refresh_token", refresh}
	b.Break(Fault{Status: 500})
	if got := b.form(fields...); got.status != 200 {
		t.Errorf("a fault of the API hits the token endpoint: %d", got.status)
	}
	b.Mend()
	b.Break(OAuthError(400, "invalid_grant", "Bad Request"))
	b.refused(b.form(fields...), 400, "invalid_grant")
	b.want("GET", events, "", 200, "")
	b.Mend()
	b.Break(Fault{Match: Tokens, Cut: true})
	if got := b.form(fields...); got.err == nil {
		t.Errorf("%+v", got)
	}
}

// TestServiceAccountKey lets Google's own code read the key file and sign in with it.
func TestServiceAccountKey(t *testing.T) {
	b := newBench(t, Options{})
	b.setRealClock()
	sign := func(subject string, scopes ...string) (*oauth2.Token, error) {
		conf, err := google.JWTConfigFromJSON(b.ServiceAccount(), whole(scopes)...)
		if err != nil {
			t.Fatal(err)
		}
		conf.Subject = subject
		return conf.TokenSource(t.Context()).Token()
	}
	refused := func(what string, err error, status int, code string) {
		t.Helper()
		var e *oauth2.RetrieveError
		if !errors.As(err, &e) || e.Response.StatusCode != status || !strings.Contains(string(e.Body), `"error":"`+code+`"`) {
			t.Errorf("%s: %v, want %d %s", what, err, status, code) // package jwt leaves ErrorCode empty
		}
	}
	token, err := sign(Account, "calendar.events")
	if err != nil {
		t.Fatal(err)
	}
	b.token = token.AccessToken
	b.put("a")
	if got := b.list(""); got.ids() != "a" {
		t.Errorf("the person's calendar as the service account sees it: %s", got.raw)
	}
	_, err = sign("nobody@example.com", "calendar.events")
	refused("unknown subject", err, 400, "invalid_grant")
	_, err = sign(Account, "drive")
	refused("not a calendar scope", err, 401, "unauthorized_client")
	b.Delegate("calendar.events.owned")
	_, err = sign(Account, "calendar.events")
	refused("another scope than delegated", err, 401, "unauthorized_client")
	if _, err = sign(Account, "calendar.events.owned"); err != nil {
		t.Errorf("the delegated scope: %v", err)
	}
	b.Delegate()
	_, err = sign(Account, "calendar.events.owned")
	refused("nothing delegated", err, 401, "unauthorized_client")

	token, err = sign("", "calendar.events")
	if err != nil {
		t.Fatal(err)
	}
	b.token = token.AccessToken
	if got := b.list(""); got.ids() != "" {
		t.Errorf("the service account's own calendar: %s", got.raw)
	}
	b.want("GET", "calendars/"+Account+"/events", "", 404, "notFound")
	b.Share("", serviceEmail, "writer")
	if got := b.want("GET", "calendars/"+Account+"/events", "", 200, ""); got.ids() != "a" || got.body["accessRole"] != "writer" {
		t.Errorf("a shared calendar: %s", got.raw)
	}
	b.clean()
}

func TestAssertions(t *testing.T) {
	b := newBench(t, Options{})
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for what, test := range map[string]struct {
		change func(h *jws.Header, c *jws.ClaimSet)
		key    *rsa.PrivateKey
		status int
		code   string
	}{
		"good":              {status: 200},
		"another key":       {key: other, status: 400, code: "invalid_grant"},
		"another key's id":  {change: func(h *jws.Header, _ *jws.ClaimSet) { h.KeyID = "other" }, status: 400, code: "invalid_grant"},
		"another algorithm": {change: func(h *jws.Header, _ *jws.ClaimSet) { h.Algorithm = "none" }, status: 400, code: "invalid_grant"},
		"another account":   {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Iss = "x@example.com" }, status: 400, code: "invalid_grant"},
		"another audience":  {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Aud = "https://example.com" }, status: 400, code: "invalid_grant"},
		"too long":          {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Exp++ }, status: 400, code: "invalid_grant"},
		"over":              {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Iat -= 3601; c.Exp -= 3601 }, status: 400, code: "invalid_grant"},
		"a clock ahead":     {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Iat += 400; c.Exp += 400 }, status: 400, code: "invalid_grant"},
		"a little ahead":    {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Iat += 200; c.Exp += 200 }, status: 200},
		"no scope":          {change: func(_ *jws.Header, c *jws.ClaimSet) { c.Scope = "" }, status: 400, code: "invalid_scope"},
	} {
		header := &jws.Header{Algorithm: "RS256", Typ: "JWT", KeyID: keyID}
		claims := &jws.ClaimSet{
			Iss: serviceEmail, Sub: Account, Scope: scopePrefix + "calendar", Aud: b.URL() + "/token", Iat: b.now.Unix(), Exp: b.now.Unix() + 3600,
		}
		if test.change != nil {
			test.change(header, claims)
		}
		if test.key == nil {
			test.key = b.privateKey()
		}
		assertion, err := jws.Encode(header, claims, test.key)
		if err != nil {
			t.Fatal(err)
		}
		got := b.form("grant_type", jwtGrant, "assertion", assertion)
		if code, _ := got.body["error"].(string); got.status != test.status || code != test.code {
			t.Errorf("%s: %d %s, want %d %s", what, got.status, got.raw, test.status, test.code)
		}
	}
	for _, garbage := range []string{"", "a.b", "a.b.c", "e30.e30.e30"} {
		b.refused(b.form("grant_type", jwtGrant, "assertion", garbage), 400, "invalid_grant")
	}
	b.clean()
}

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
	to, err := url.Parse(got.header.Get("Location"))
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
	if got.status != 302 || back.Get("state") != "state!" || back.Get("scope") != strings.Join(conf.Scopes, " ") ||
		!strings.HasPrefix(got.header.Get("Location"), "http://127.0.0.1:4711/back?") {
		t.Fatalf("%d %v %s", got.status, got.header, got.raw)
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
		"another verifier":     {options: []oauth2.AuthCodeOption{oauth2.VerifierOption(oauth2.GenerateVerifier())}, code: "invalid_grant"},
		"no verifier":          {code: "invalid_grant"},
		"another redirect_uri": {change: func(c *oauth2.Config) { c.RedirectURL = "http://127.0.0.1:4712/back" }, options: []oauth2.AuthCodeOption{oauth2.VerifierOption(verifier)}, code: "redirect_uri_mismatch"},
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
	if token, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier)); err != nil || token.RefreshToken != "" {
		t.Errorf("the second sign-in without asking for consent: %+v, %v", token, err)
	}
	back, _ = b.visit(page + "&prompt=consent")
	if token, err := conf.Exchange(t.Context(), back.Get("code"), oauth2.VerifierOption(verifier)); err != nil || token.RefreshToken == "" {
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
	if back, _ := b.visit(page); back.Get("error") != "access_denied" || back.Get("state") != "state" || back.Has("code") {
		t.Errorf("refused: %v", back)
	}
	b.clean()
}

func TestCarelessSignIns(t *testing.T) {
	b := newBench(t, Options{})
	good := b.desktop("calendar.events.owned").AuthCodeURL("state", oauth2.AccessTypeOffline, oauth2.S256ChallengeOption("v"))
	for what, test := range map[string]struct {
		parameter, value string
		status           int
	}{
		"without PKCE": {"code_challenge", "", 302}, "without state": {"state", "", 302}, "offline access": {"access_type", "", 302},
		"the redirect_uri is no loopback": {"redirect_uri", "https://example.com/back", 400}, "an unknown client_id": {"client_id", "x", 400},
		"the response_type is token": {"response_type", "token", 400}, "the code_challenge_method is plain": {"code_challenge_method", "plain", 400},
		"no scope": {"scope", "", 400},
	} {
		page, err := url.Parse(good)
		if err != nil {
			t.Fatal(err)
		}
		q := page.Query()
		q.Set(test.parameter, test.value)
		page.RawQuery = q.Encode()
		if _, got := b.visit(page.String()); got.status != test.status {
			t.Errorf("%s: %d %s", what, got.status, got.raw)
		}
		b.complained(what)
	}
	for _, redirect := range []string{"http://localhost:1/", "http://[::1]:2", "http://127.0.0.1"} {
		page, _ := url.Parse(good)
		q := page.Query()
		q.Set("redirect_uri", redirect)
		page.RawQuery = q.Encode()
		if _, got := b.visit(page.String()); got.status != 302 {
			t.Errorf("%s: %d %s", redirect, got.status, got.raw)
		}
	}
	b.clean()
}

func TestKeyFiles(t *testing.T) {
	b := newBench(t, Options{})
	var key map[string]string
	if err := json.Unmarshal(b.ServiceAccount(), &key); err != nil || key["type"] != "service_account" || key["token_uri"] != b.URL()+"/token" ||
		!strings.HasPrefix(key["private_key"], "-----BEGIN PRIVATE KEY-----") || strings.Trim(key["client_id"], "0123456789") != "" || key["private_key_id"] == "" {
		t.Errorf("%v %v", key, err)
	}
	var client map[string]JSON
	if err := json.Unmarshal(b.DesktopClient(), &client); err != nil || client["installed"]["client_id"] != clientID {
		t.Errorf("%v %v", client, err)
	}
}
