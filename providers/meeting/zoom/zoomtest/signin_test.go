package zoomtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" // RFC 7636, appendix B
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	back      = "http://127.0.0.1:54321/callback"
)

// authorize opens the consent page and returns what the browser brings back.
func (b *bench) authorize(t *testing.T, with string) (int, url.Values) {
	t.Helper()
	q := url.Values{"response_type": {"code"}, "client_id": {"public"}, "redirect_uri": {back}, "state": {"s"},
		"code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	name, value, _ := strings.Cut(with, "=")
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, httptest.NewRequest("GET", "/oauth/authorize?"+q.Encode(), nil))
	u, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	return w.Code, u.Query()
}

// ask asks the token endpoint; a secret makes it a confidential client.
func (b *bench) ask(t *testing.T, secret, form string) (int, map[string]any) {
	t.Helper()
	if secret == "" {
		form += "&client_id=public"
	}
	r := httptest.NewRequest("POST", "/oauth/token", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if secret != "" {
		r.SetBasicAuth("client", secret)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var v map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Code, v
}

// signIn signs a person in, and returns the refresh token.
func (b *bench) signIn(t *testing.T) string {
	t.Helper()
	_, q := b.authorize(t, "")
	status, v := b.ask(t, "", exchange(q.Get("code")))
	if status != http.StatusOK {
		t.Fatalf("%d %v", status, v)
	}
	b.token = v["access_token"].(string)
	return v["refresh_token"].(string)
}

func exchange(code string) string {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier},
		"redirect_uri": {back}}.Encode()
}

func refresh(token string) string { return "grant_type=refresh_token&refresh_token=" + token }

func TestAuthorize(t *testing.T) {
	b := newBench(t, Options{})
	for _, with := range []string{"client_id=other", "redirect_uri=http://127.0.0.1:1/",
		"redirect_uri=http://localhost:1/callback", "code_challenge=",
		"code_challenge_method=plain", "state=", "response_type=token"} {
		if status, _ := b.authorize(t, with); status != http.StatusBadRequest {
			t.Errorf("with %s: %d", with, status)
		}
	}
	b.SignInAs("")
	if status, q := b.authorize(t, ""); status != http.StatusFound || q.Get("error") != "access_denied" ||
		q.Get("code") != "" || q.Get("state") != "s" {
		t.Errorf("declined: %d, %v", status, q)
	}
}

func TestCodes(t *testing.T) {
	b := newBench(t, Options{})
	fresh := func() string { _, q := b.authorize(t, ""); return q.Get("code") }
	for name, form := range map[string]string{
		"no such code":       exchange("x"),
		"another verifier":   strings.Replace(exchange(fresh()), verifier, "other", 1),
		"another redirect":   strings.Replace(exchange(fresh()), "54321", "54322", 1),
		"a secret in a body": exchange(fresh()) + "&client_secret=secret",
		"an app's grant":     "grant_type=account_credentials&account_id=account",
	} {
		if status, v := b.ask(t, "", form); status != http.StatusBadRequest || v["error"] == "" {
			t.Errorf("%s: %d %v", name, status, v)
		}
	}
	code := fresh()
	if status, v := b.ask(t, "secret", exchange(code)); status != http.StatusBadRequest {
		t.Errorf("a code of another client: %d %v", status, v)
	}
	code = fresh()
	if status, v := b.ask(t, "", exchange(code)); status != http.StatusOK {
		t.Errorf("%d %v", status, v)
	}
	if status, v := b.ask(t, "", exchange(code)); status != http.StatusBadRequest || v["error"] != "invalid_grant" {
		t.Errorf("the second time: %d %v", status, v)
	}
	late := fresh()
	b.now = b.now.Add(codeLife)
	if status, v := b.ask(t, "", exchange(late)); status != http.StatusBadRequest {
		t.Errorf("too late: %d %v", status, v)
	}
}

func TestRefreshTokensAreForOnce(t *testing.T) {
	for name, c := range map[string]struct {
		o        Options
		again    int  // the status for the spent token, while nobody has used the new one
		survives bool // the new one does
	}{
		"as usual": {Options{}, 400, true},
		"patient":  {Options{Patient: true}, 200, false},
		"killed":   {Options{KillReused: true}, 400, false},
		"of old":   {Options{OldErrors: true}, 401, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, c.o)
			first := b.signIn(t)
			status, v := b.ask(t, "", refresh(first))
			second, _ := v["refresh_token"].(string)
			if status != http.StatusOK || second == "" || second == first || b.Usable(first) != (c.again == 200) {
				t.Fatalf("%d %v", status, v)
			}
			if status, v := b.ask(t, "", refresh(first)); status != c.again {
				t.Errorf("the spent one: %d %v", status, v)
			}
			if b.Usable(second) != c.survives {
				t.Errorf("the new one: %v", b.Usable(second))
			}
		})
	}
}

func TestSpentForGoodOnceTheNewOneIsUsed(t *testing.T) {
	b := newBench(t, Options{Patient: true})
	first := b.signIn(t)
	_, v := b.ask(t, "", refresh(first))
	b.token = v["access_token"].(string)
	b.want(t, "GET", "/users/me", "", 200, 0)
	if b.Usable(first) {
		t.Error("the spent one is good although the new one was used")
	}
}

func TestPersonsToken(t *testing.T) {
	b := newBench(t, Options{UserScopes: []string{"meeting:write:meeting", "meeting:read:meeting"}})
	other := b.want(t, "POST", "/users/bob@example.com/meetings", plain, 201, 0)
	b.signIn(t)
	m := b.want(t, "POST", "/users/me/meetings", plain, 201, 0)
	if m["host_email"] != host {
		t.Errorf("%v", m)
	}
	b.want(t, "GET", path(m), "", 200, 0)
	b.want(t, "GET", path(other), "", 404, 3001)
	b.want(t, "POST", ofHost, plain, 400, 4711) // even one's own address
	b.want(t, "GET", "/users/me", "", 400, 4711)
	b.signIn(t)
	old := b.token
	b.SignedInElsewhere(host)
	b.want(t, "GET", path(m), "", 401, 4741)
	b.signIn(t)
	b.want(t, "GET", path(m), "", 200, 0)
	b.token, old = old, b.token
	b.want(t, "GET", path(m), "", 401, 4741)
	b.token = old
	b.Revoke(host)
	b.want(t, "GET", path(m), "", 401, 124)
	b.signIn(t)
	b.now = b.now.Add(time.Hour)
	b.want(t, "GET", path(m), "", 401, 124)
}
