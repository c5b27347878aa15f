package outlook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
	"zoomtag/providers/signin"
)

// on makes a fault one of the token endpoint.
func on(f outlooktest.Fault) outlooktest.Fault {
	f.Match = outlooktest.Tokens
	return f
}

// answer has the token endpoint answer with a body.
func (d *door) answer(status int, body string) {
	d.server.Break(on(outlooktest.Fault{Status: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: body}))
}

// fail has the token endpoint refuse.
func (d *door) fail(status int, code, description string) {
	d.server.Break(outlooktest.OAuthError(status, code, description))
}

func TestAppBySecret(t *testing.T) {
	d := newDoor(t, App, outlooktest.Options{})
	c := d.tokens()
	var first oauth.Token
	for range 3 {
		token, err := c.Get(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		first = token
		d.reads(token, "/users/"+outlooktest.Account+"/events", http.StatusOK)
	}
	if d.asked() != 1 {
		t.Errorf("%d requests for tokens", d.asked())
	}
	if scope := d.server.TokenRequests()[0].Body["scope"]; scope != d.server.URL()+"/.default" {
		t.Errorf("scope %v", scope)
	}
	if path := d.server.TokenRequests()[0].Path; path != "/"+d.server.Tenant()+"/oauth2/v2.0/token" {
		t.Errorf("path %s", path)
	}
	if next, err := c.Get(t.Context(), first.Value); err != nil || next.Value == first.Value {
		t.Errorf("after the token was turned down: %v", err)
	}
	d.now = d.now.Add(time.Hour)
	if _, err := c.Get(t.Context(), ""); err != nil || d.asked() != 3 {
		t.Errorf("after an hour: %v, %d requests", err, d.asked())
	}
}

// TestAppRefused has each refusal said in a sentence that names the mend, once: the app is then left alone for a while.
func TestAppRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(d *door)
		want   []string
	}{
		"wrong secret": {func(d *door) { d.config.ClientSecret = "1f2e-the-id" },
			[]string{"secret's Value, not its Secret ID", "AADSTS7000215"}},
		"unknown app": {func(d *door) { d.config.ClientID = "no-such-app" },
			[]string{"no-such-app", "Application (client) ID"}},
		"unknown tenant": {func(d *door) { d.config.Tenant = "nowhere.example.com" },
			[]string{"no directory nowhere.example.com"}},
		"common tenant": {func(d *door) { d.config.Tenant = "common" }, []string{"Directory (tenant) ID"}},
		"secret expired": {func(d *door) {
			d.fail(401, "invalid_client", "AADSTS7000222: The provided client secret keys are expired.")
		}, []string{"has expired", "Value"}},
		"no number": {func(d *door) { d.fail(401, "invalid_client", "") }, []string{"client_secret"}},
		"unauthorized": {func(d *door) { d.fail(400, "unauthorized_client", "AADSTS1: no") },
			[]string{"client_id and tenant"}},
		"switched off": {func(d *door) { d.fail(400, "unauthorized_client", "AADSTS7000112: disabled") },
			[]string{"switched off", "Enterprise apps"}},
		"consent": {func(d *door) { d.fail(400, "invalid_grant", "AADSTS65001: no consent") },
			[]string{"Grant admin consent"}},
		"something else": {func(d *door) { d.fail(400, "strange", "AADSTS424242: strange") },
			[]string{"refuses the sign-in", "424242"}},
		"a refusal with 200": {func(d *door) { d.fail(200, "invalid_client", "AADSTS7000222: expired") },
			[]string{"has expired"}},
		"only error_codes": {func(d *door) { d.answer(400, `{"error":"invalid_client","error_codes":[7000222]}`) },
			[]string{"has expired"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t, App, outlooktest.Options{})
			good := d.config
			c.change(d)
			tokens := d.tokens()
			for range 3 {
				_, err := tokens.Get(t.Context(), "")
				denied(t, err, append(c.want, "Microsoft says: ")...)
				if strings.Contains(err.Error(), "the-id") || strings.Contains(err.Error(), "Trace ID") {
					t.Errorf("shows too much: %v", err)
				}
			}
			if d.asked() != 1 {
				t.Errorf("Microsoft was asked %d times in a row", d.asked())
			}
			d.now = d.now.Add(deadPause)
			if _, err := tokens.Get(t.Context(), ""); err == nil || d.asked() != 2 {
				t.Errorf("after the pause: %v, %d requests", err, d.asked())
			}
			d.server.Mend()
			d.config = good
			if _, err := d.token(); err != nil {
				t.Errorf("after it was mended: %v", err)
			}
		})
	}
}

// TestPassing has the sign-in misbehave in ways that mean nothing: nothing is concluded, and the next call asks again.
func TestPassing(t *testing.T) {
	for name, f := range map[string]outlooktest.Fault{
		"an outage": outlooktest.Page(503),
		"an outage, named": outlooktest.OAuthError(503, "invalid_grant",
			"AADSTS90033: A transient error has occurred."),
		"for a moment": outlooktest.OAuthError(400, "temporarily_unavailable",
			"AADSTS90033: A transient error has occurred."),
		"cut":             {Cut: true},
		"half":            {Half: true},
		"a web page":      outlooktest.Page(200),
		"a web page, 400": outlooktest.Page(400),
		"no token": {Status: 200, Header: http.Header{"Content-Type": {"application/json"}},
			Body: `{"token_type":"Bearer","expires_in":3600}`},
		"nothing":            outlooktest.Blank(200),
		"redirected":         {Status: 302, Header: http.Header{"Location": {"http://127.0.0.1:1/"}}},
		"not even an object": {Status: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: `[]`},
	} {
		for _, auth := range []string{App, User} {
			t.Run(name+", "+auth, func(t *testing.T) {
				d := newDoor(t, auth, outlooktest.Options{})
				if auth == User {
					d.mustSignIn()
				}
				d.server.Break(on(f))
				c := d.tokens()
				before := d.asked()
				for range 2 {
					var broken *rest.BrokenError
					if token, err := c.Get(t.Context(), ""); !errors.As(err, &broken) ||
						errors.Is(err, calendar.ErrDenied) {
						t.Fatalf("%v, %v", token, err)
					}
				}
				if n := d.asked() - before; n < 2 { // net/http itself may send a request again that was cut
					t.Errorf("%d requests", n)
				}
				if grant, _ := (signin.Grants{}).Standing(d.config.GrantFile); !grant.Refused.IsZero() {
					t.Error("the sign-in was noted as dead")
				}
				d.server.Mend()
				if _, err := c.Get(t.Context(), ""); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		}
	}
}

func TestThrottled(t *testing.T) {
	for name, c := range map[string]struct {
		fault outlooktest.Fault
		after time.Duration
	}{
		"told how long": {outlooktest.Fault{Status: 429, Header: http.Header{"Retry-After": {"17"}}},
			17 * time.Second},
		"not told": {outlooktest.Fault{Status: 429}, time.Minute},
		"running in loop": {outlooktest.OAuthError(400, "invalid_grant", "AADSTS50196: a client request loop"),
			time.Minute},
	} {
		for _, auth := range []string{App, User} {
			t.Run(name+", "+auth, func(t *testing.T) {
				d := newDoor(t, auth, outlooktest.Options{})
				if auth == User {
					d.mustSignIn()
				}
				d.server.Break(on(c.fault))
				_, err := d.token()
				var throttled *calendar.Throttled
				if !errors.As(err, &throttled) || throttled.Until.Sub(d.now).Round(time.Second) != c.after {
					t.Errorf("%v", err)
				}
				if grant, _ := (signin.Grants{}).Standing(d.config.GrantFile); !grant.Refused.IsZero() {
					t.Error("the sign-in was noted as dead")
				}
			})
		}
	}
}

func TestCancelled(t *testing.T) {
	d := newDoor(t, App, outlooktest.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	d.server.HoldTokens = true
	d.server.Hold = func(phase string, r *http.Request) {
		if phase == "before" {
			cancel()
			<-r.Context().Done() // an answer that comes at once may win
		}
	}
	if _, err := d.tokens().Get(ctx, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestDeadGrant has Microsoft call a sign-in dead, for each of its reasons: it is said with its cause and its mend, and
// not tried again by anybody until somebody has signed in anew.
func TestDeadGrant(t *testing.T) {
	for number, want := range map[string]string{"700082": "90 days", "50173": "password was changed",
		"65001": "permission was taken back",
		"53003": "Conditional Access", "70043": "every so often", "50076": "second proof",
		"424242": "revoked by its owner"} {
		t.Run(number, func(t *testing.T) {
			d := newDoor(t, User, outlooktest.Options{})
			d.mustSignIn()
			d.fail(400, "invalid_grant", "AADSTS"+number+": The grant is no good. Trace ID: 1234")
			before := d.asked()
			for range 3 {
				_, err := d.token() // as another process
				denied(t, err, want, d.config.SignInCommand, "AADSTS"+number, d.now.UTC().Format(time.DateOnly))
				if strings.Contains(err.Error(), "Trace ID") {
					t.Errorf("says too much: %v", err)
				}
			}
			d.server.Mend()
			if _, err := d.token(); err == nil {
				t.Error("a sign-in that was called dead was used again")
			}
			if n := d.asked() - before; n != 1 {
				t.Errorf("a dead sign-in was presented %d times", n)
			}
			if grant, ok := (signin.Grants{}).Standing(d.config.GrantFile); !ok || grant.Refused.IsZero() {
				t.Errorf("the file says %+v", grant)
			}
			c := d.tokens()
			d.mustSignIn()
			if _, err := c.Get(t.Context(), ""); err != nil {
				t.Errorf("after a new sign-in: %v", err)
			}
		})
	}
}

// TestRefusedPerson has the app refused that a person signs in to: nobody asks for a while, and a new sign-in ends the
// pause.
func TestRefusedPerson(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	d.mustSignIn()
	d.fail(401, "invalid_client", "AADSTS7000218: The request body must contain …")
	before, c := d.asked(), d.tokens()
	for range 3 {
		_, err := c.Get(t.Context(), "")
		denied(t, err, "Allow public client flows")
	}
	if n := d.asked() - before; n != 1 {
		t.Errorf("asked %d times", n)
	}
	d.server.Mend()
	d.mustSignIn()
	if _, err := c.Get(t.Context(), ""); err != nil {
		t.Errorf("after a new sign-in: %v", err)
	}
}

func TestNobodySignedIn(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	_, err := d.token()
	denied(t, err, "run zoomtag auth outlook --calendar office")
	d.mustSignIn()
	d.config.ClientID = "another"
	before := d.asked()
	_, err = d.token()
	denied(t, err, "another app", d.config.SignInCommand)
	if err := os.Chmod(d.config.GrantFile, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err = d.token()
	denied(t, err, "chmod 600")
	if n := d.asked() - before; n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestRotatedGrant: each use gives a new refresh token, and the one before is spent. It is on the disk before anybody
// can use the access token that came with it.
func TestRotatedGrant(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{RotateRefresh: true})
	d.mustSignIn()
	seen := map[string]bool{}
	for range 4 {
		if _, err := d.token(); err != nil {
			t.Fatal(err)
		}
		grant, err := oauth.LoadGrant(d.config.GrantFile)
		if err != nil || seen[grant.RefreshToken.Reveal()] {
			t.Fatalf("the file holds the old one, %v", err)
		}
		seen[grant.RefreshToken.Reveal()] = true
	}
}

// TestUnsavedGrant: where the new refresh token cannot be kept, its access token is not used.
func TestUnsavedGrant(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	d.mustSignIn()
	d.server.HoldTokens = true
	d.server.Hold = func(phase string, _ *http.Request) {
		if phase == "after" { // the folder becomes a file
			folder := filepath.Dir(d.config.GrantFile)
			if err := errors.Join(os.RemoveAll(folder), os.WriteFile(folder, nil, 0o600)); err != nil {
				t.Error(err)
			}
		}
	}
	if token, err := d.token(); err == nil || token.Value != "" {
		t.Errorf("%v, %v", token, err)
	}
}

// TestSignedInMeanwhile: a sign-in that is made while an old one is being renewed stays.
func TestSignedInMeanwhile(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	d.mustSignIn()
	newer := oauth.Grant{RefreshToken: oauth.Secret(d.server.Grant("Calendars.ReadWrite", "offline_access")),
		ClientID: d.config.ClientID, SignedIn: d.now}
	d.server.HoldTokens = true
	d.server.Hold = func(phase string, _ *http.Request) {
		if phase == "after" {
			if err := newer.Save(d.config.GrantFile); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := d.token(); err != nil {
		t.Fatal(err)
	}
	if now, err := oauth.LoadGrant(d.config.GrantFile); err != nil || now.RefreshToken != newer.RefreshToken {
		t.Errorf("the newer sign-in is gone, %v", err)
	}
}

// TestLostScope: an answer that grants less than is needed is noticed, and remembered.
func TestLostScope(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	d.mustSignIn()
	d.answer(200, `{"access_token":"a","refresh_token":"r2","expires_in":3600,"scope":"https://graph.microsoft.com/User.Read"}`)
	before := d.asked()
	for range 3 {
		_, err := d.token()
		denied(t, err, "Calendars.ReadWrite", d.config.SignInCommand)
	}
	if n := d.asked() - before; n != 1 {
		t.Errorf("%d requests", n)
	}
	if grant, err := oauth.LoadGrant(d.config.GrantFile); err != nil || grant.RefreshToken.Reveal() != "r2" {
		t.Errorf("the new refresh token was not kept, %v", err)
	}
}

// TestSecretsStayInside looks for tokens and secrets in what is said when the service repeats them.
func TestSecretsStayInside(t *testing.T) {
	for _, auth := range []string{App, User} {
		d := newDoor(t, auth, outlooktest.Options{})
		if auth == User {
			d.mustSignIn()
		}
		grant, _ := oauth.LoadGrant(d.config.GrantFile)
		secrets := []string{grant.RefreshToken.Reveal(), d.config.ClientSecret}
		for _, body := range []string{`{"error":"invalid_grant","error_description":"AADSTS1: you sent %s and %s"}`,
			`{"error":"strange","error_description":"%s %s eyJhbGciOiJQUzI1NiJ9.a.b"}`,
			`<html>%s %s client_secret=abcdef</html>`} {
			d.server.Mend()
			d.answer(400, fmt.Sprintf(body, secrets[0], secrets[1]))
			_, err := d.token()
			if err == nil {
				t.Fatal("no error")
			}
			kept, readErr := os.ReadFile(d.config.GrantFile)
			if auth == User && (readErr != nil || strings.Count(string(kept), secrets[0]) != 1) {
				t.Errorf("the file says %s, %v", kept, readErr)
			}
			for _, secret := range append(secrets, "eyJ", "abcdef") {
				if secret != "" && strings.Contains(err.Error(), secret) {
					t.Errorf("shows %s: %v", secret, err)
				}
			}
			if auth == User { // some of these end the sign-in
				if err := grant.Save(d.config.GrantFile); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"no tenant":           {Config{Auth: App}, "tenant"},
		"Graph in the open":   {Config{Auth: User, APIURL: "http://graph.example.com"}, "api_url"},
		"sign-in in the open": {Config{Auth: User, LoginURL: "http://login.example.com"}, "login_url"},
		"no certificate": {Config{Auth: App, Tenant: "t", ClientCertificate: "/nowhere/app.pem"},
			"there is no file /nowhere/app.pem"},
		"a strange tenant name": {Config{Auth: App, Tenant: "a/../b?c"}, ""},
	} {
		_, err := c.config.tokens(http.DefaultClient)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s, err := newSigner(&Config{Auth: App, Tenant: "a/../b?c", LoginURL: "https://login.microsoftonline.us/"}, nil)
	if err != nil || s.endpoint.TokenURL != "https://login.microsoftonline.us/a%2F..%2Fb%3Fc/oauth2/v2.0/token" {
		t.Errorf("%s, %v", s.endpoint.TokenURL, err)
	}
}
