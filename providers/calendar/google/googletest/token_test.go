package googletest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
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
	if got.Status != status || got.Body["error"] != code || got.Body["error_description"] == "" {
		b.Errorf("%d %s, want %d %s", got.Status, got.Raw, status, code)
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
	if got := call(); got.Status != 200 {
		t.Errorf("a token of 59 seconds: %s", got.Raw)
	}
	b.now = b.now.Add(time.Second)
	if got := call(); got.Status != 401 || got.reason() != "authError" {
		t.Errorf("a token of a minute: %s", got.Raw)
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
	fields := []string{"grant_type", "refresh_token", "client_id", clientID, "client_secret", clientSecret,
		"refresh_token"}
	got := b.form(append(fields, refresh)...)
	if got.Status != 200 || got.Body["refresh_token"] != nil || got.Body["expires_in"] != 3600.0 ||
		got.Body["token_type"] != "Bearer" ||
		got.Body["scope"] != scopePrefix+"calendar.events.owned "+scopePrefix+"calendar.calendarlist.readonly" {
		t.Fatalf("%d %s", got.Status, got.Raw)
	}
	b.token = got.Body["access_token"].(string)
	b.want("GET", events, "", 200, "")
	b.refused(b.form(append(fields, "other")...), 400, "invalid_grant")
	b.refused(b.form("grant_type", "refresh_token", "client_id", "x", "refresh_token", refresh), 401, "invalid_client")
	b.refused(b.form("grant_type", "refresh_token", "client_id", clientID, "client_secret", "x", "refresh_token",
		refresh), 401, "invalid_client")
	b.refused(b.form("grant_type", "password", "client_id", clientID, "client_secret", clientSecret), 400,
		"unsupported_grant_type")
	b.Revoke(refresh)
	b.refused(b.form(append(fields, refresh)...), 400, "invalid_grant")
	b.want("GET", events, "", 401, "authError")
	if calls := b.TokenRequests(); len(calls) != 6 || calls[0].Body["grant_type"] != "refresh_token" ||
		calls[1].Status != 400 {
		t.Errorf("%+v", calls)
	}
	b.clean()
}

func TestRefreshTokensThatRotate(t *testing.T) {
	b := newBench(t, Options{RotateRefresh: true})
	refresh := b.Grant("calendar")
	fields := []string{"grant_type", "refresh_token", "client_id", clientID, "client_secret", clientSecret,
		"refresh_token"}
	got := b.form(append(fields, refresh)...)
	renewed, _ := got.Body["refresh_token"].(string)
	if renewed == "" || renewed == refresh {
		t.Fatalf("%s", got.Raw)
	}
	b.refused(b.form(append(fields, refresh)...), 400, "invalid_grant")
	if got := b.form(append(fields, renewed)...); got.Status != 200 {
		t.Errorf("%d %s", got.Status, got.Raw)
	}
}

func TestTokenFaults(t *testing.T) {
	b := newBench(t, Options{})
	refresh := b.Grant("calendar")
	fields := []string{"grant_type", "refresh_token", "client_id", clientID, "client_secret", clientSecret,
		"refresh_token", refresh}
	b.Break(Fault{Status: 500})
	if got := b.form(fields...); got.Status != 200 {
		t.Errorf("a fault of the API hits the token endpoint: %d", got.Status)
	}
	b.Mend()
	b.Break(OAuthError(400, "invalid_grant", "Bad Request"))
	b.refused(b.form(fields...), 400, "invalid_grant")
	b.want("GET", events, "", 200, "")
	b.Mend()
	b.Break(Fault{Match: Tokens, Cut: true})
	if got := b.form(fields...); got.Err == nil {
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
		if !errors.As(err, &e) || e.Response.StatusCode != status ||
			!strings.Contains(string(e.Body), `"error":"`+code+`"`) {
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
		t.Errorf("the person's calendar as the service account sees it: %s", got.Raw)
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
		t.Errorf("the service account's own calendar: %s", got.Raw)
	}
	b.want("GET", "calendars/"+Account+"/events", "", 404, "notFound")
	b.Share("", serviceEmail, "writer")
	if got := b.want("GET", "calendars/"+Account+"/events", "", 200, ""); got.ids() != "a" ||
		got.Body["accessRole"] != "writer" {
		t.Errorf("a shared calendar: %s", got.Raw)
	}
	b.clean()
}

// assertion signs a JSON Web Token.
func assertion(t *testing.T, header, claims JSON, key *rsa.PrivateKey) string {
	t.Helper()
	part := func(v any) string {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestAssertions(t *testing.T) {
	b := newBench(t, Options{})
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	now := b.now.Unix()
	for what, test := range map[string]struct {
		header, claims JSON // what differs from a good one
		key            *rsa.PrivateKey
		code           string // none: a token
	}{
		"good":              {},
		"another key":       {key: other, code: "invalid_grant"},
		"another key's id":  {header: JSON{"kid": "other"}, code: "invalid_grant"},
		"another algorithm": {header: JSON{"alg": "none"}, code: "invalid_grant"},
		"another account":   {claims: JSON{"iss": "x@example.com"}, code: "invalid_grant"},
		"another audience":  {claims: JSON{"aud": "https://example.com"}, code: "invalid_grant"},
		"too long":          {claims: JSON{"exp": now + 3601}, code: "invalid_grant"},
		"over":              {claims: JSON{"iat": now - 3601, "exp": now - 1}, code: "invalid_grant"},
		"a clock ahead":     {claims: JSON{"iat": now + 400, "exp": now + 4000}, code: "invalid_grant"},
		"a little ahead":    {claims: JSON{"iat": now + 200, "exp": now + 3800}},
		"no scope":          {claims: JSON{"scope": ""}, code: "invalid_scope"},
	} {
		header := JSON{"alg": "RS256", "typ": "JWT", "kid": keyID}
		claims := JSON{"iss": serviceEmail, "sub": Account, "scope": scopePrefix + "calendar", "aud": b.URL() +
			"/token", "iat": now, "exp": now + 3600}
		maps.Copy(header, test.header)
		maps.Copy(claims, test.claims)
		if test.key == nil {
			test.key = b.privateKey()
		}
		got := b.form("grant_type", jwtGrant, "assertion", assertion(t, header, claims, test.key))
		if code, _ := got.Body["error"].(string); code != test.code || (got.Status == 200) != (test.code == "") {
			t.Errorf("%s: %d %s, want %q", what, got.Status, got.Raw, test.code)
		}
	}
	for _, garbage := range []string{"", "a.b", "a.b.c", "e30.e30.e30"} {
		b.refused(b.form("grant_type", jwtGrant, "assertion", garbage), 400, "invalid_grant")
	}
	b.clean()
}

func TestKeyFiles(t *testing.T) {
	b := newBench(t, Options{})
	var key map[string]string
	if err := json.Unmarshal(b.ServiceAccount(), &key); err != nil || key["type"] != "service_account" ||
		key["token_uri"] != b.URL()+"/token" ||
		!strings.HasPrefix(key["private_key"], "-----BEGIN PRIVATE KEY-----") ||
		strings.Trim(key["client_id"], "0123456789") != "" || key["private_key_id"] == "" {
		t.Errorf("%v %v", key, err)
	}
	var client map[string]JSON
	if err := json.Unmarshal(b.DesktopClient(), &client); err != nil || client["installed"]["client_id"] != clientID {
		t.Errorf("%v %v", client, err)
	}
}
