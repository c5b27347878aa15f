package google_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/signin"
)

const (
	ownedScope  = "https://www.googleapis.com/auth/calendar.events.owned"
	eventsScope = "https://www.googleapis.com/auth/calendar.events"
)

// asPerson makes the world one in which a person signs in.
func (w *world) asPerson() {
	w.config.Auth, w.config.Subject = google.User, ""
	w.config.Credentials = w.file("client.json", w.server.DesktopClient())
}

// browse opens an address as a browser would, following the redirect to this machine or returning its address.
func browse(t *testing.T, address string, follow bool) string {
	t.Helper()
	return calendartest.Consent(t, address, "127.0.0.1", !follow)
}

func TestSignInWithBrowser(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.asPerson()
	var out strings.Builder
	err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: &out, Open: func(address string) error {
		go browse(t, address, true)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(w.config.GrantFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the sign-in is kept with mode %v, %v", info.Mode(), err)
	}
	if grant, ok := (signin.Grants{}).Standing(w.config.GrantFile); !ok || time.Since(grant.SignedIn) > time.Minute {
		t.Errorf("the sign-in reads %+v, %v", grant, ok)
	}
	if _, err := w.connect().Changes(t.Context(), ""); err != nil {
		t.Errorf("the calendar cannot be read with it: %v", err)
	}
	for _, r := range w.server.TokenRequests() {
		if scope, _ := r.Body["scope"].(string); scope != "" && scope != ownedScope {
			t.Errorf("more than the least scope was asked for: %s", scope)
		}
	}
}

// TestSignInEnds: what Google says of the end of a sign-in is kept; most often it says nothing.
func TestSignInEnds(t *testing.T) {
	for _, testing := range []bool{false, true} {
		w := newWorld(t, googletest.Options{Testing: testing})
		w.asPerson()
		if err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
			go browse(t, address, true)
			return nil
		}}); err != nil {
			t.Fatal(err)
		}
		grant, ok := (signin.Grants{}).Standing(w.config.GrantFile)
		life := grant.Ends.Sub(grant.SignedIn).Round(time.Minute)
		if !ok || grant.Ends.IsZero() == testing || testing && life != 7*24*time.Hour {
			t.Errorf("in testing %t: it ends at %s, after %s", testing, grant.Ends, life)
		}
	}
}

// TestSignInWrongState sends the answer of another sign-in first, and then the right one.
func TestSignInWrongState(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.asPerson()
	err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
		location := browse(t, address, false)
		go func() {
			for _, forged := range []string{strings.Replace(location, "state=", "state=x", 1),
				strings.Replace(location, "/?", "/other?", 1)} {
				if status, _ := calendartest.Page(t, forged); status != http.StatusBadRequest {
					t.Errorf("%s was answered with %d", forged, status)
				}
			}
			browse(t, address, true)
		}()
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSignInPasted(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.asPerson()
	shown, show := io.Pipe()
	typed, typing := io.Pipe()
	go func() {
		address := calendartest.Addressed(t, shown, "state=", func(string) {})
		location := browse(t, address, false)
		for _, line := range []string{"what?", "http://127.0.0.1:1/?state=other&code=1", location} {
			if _, err := io.WriteString(typing, line+"\n"); err != nil {
				t.Error(err)
			}
		}
	}()
	if err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: show, In: typed}); err != nil {
		t.Fatal(err)
	}
	if err := show.Close(); err != nil {
		t.Error(err)
	}
}

func TestSignInRefused(t *testing.T) {
	for name, c := range map[string]struct {
		calendar string
		consent  func([]string) []string
		want     string
	}{
		"unticked": {"", func([]string) []string { return []string{"openid"} }, "was not ticked"},
		"another": {"team@group.calendar.google.com", func([]string) []string { return []string{ownedScope} },
			"google.calendar names another one"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, googletest.Options{})
			w.asPerson()
			w.config.Calendar = cmp.Or(c.calendar, w.config.Calendar)
			w.server.Consent(c.consent)
			err := google.SignIn(t.Context(), w.config,
				signin.Prompt{Out: io.Discard, Open: func(address string) error {
					go browse(t, address, true)
					return nil
				}})
			if !errors.Is(err, calendar.ErrDenied) || !strings.Contains(err.Error(), c.want) ||
				!strings.Contains(err.Error(), "zoomtag auth google") {
				t.Errorf("SignIn: %v", err)
			}
			if _, ok := (signin.Grants{}).Standing(w.config.GrantFile); ok {
				t.Error("a sign-in without the scope was kept")
			}
		})
	}
}

// TestDeadGrant has Google call a sign-in dead: it is said with its cause and its mend, and not tried again until
// somebody has signed in anew.
func TestDeadGrant(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.asPerson()
	now := time.Now()
	w.config.Now = func() time.Time { return now }
	signIn := func() {
		t.Helper()
		err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
			go browse(t, address, true)
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	signIn()
	now = now.Add(7*24*time.Hour + time.Hour)
	dead := googletest.Fault{Match: googletest.Tokens, Status: 400,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   `{"error":"invalid_grant","error_description":"Token has been expired or revoked."}`}
	w.server.Break(dead)
	w.server.ResetRequests()
	c := w.connect()
	for range 3 {
		_, err := c.Changes(t.Context(), "")
		if !errors.Is(err, calendar.ErrDenied) {
			t.Fatalf("Changes: %v", err)
		}
		for _, want := range []string{"invalid_grant", `"Testing"`, "In production",
			"zoomtag auth google --calendar alice"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("the error lacks %q: %v", want, err)
			}
		}
		c = w.connect() // as another process
	}
	if n := len(w.server.TokenRequests()); n != 1 {
		t.Errorf("a dead sign-in was presented %d times", n)
	}
	w.server.Mend()
	c = w.connect()
	if _, err := c.Changes(t.Context(), ""); err == nil {
		t.Error("a sign-in that was called dead was used again")
	}
	signIn()
	if _, err := c.Changes(t.Context(), ""); err != nil {
		t.Errorf("after a new sign-in: %v", err)
	}
}

func TestNobodySignedIn(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.asPerson()
	_, err := w.connect().Changes(t.Context(), "")
	if !errors.Is(err, calendar.ErrDenied) ||
		!strings.Contains(err.Error(), "run zoomtag auth google --calendar alice") {
		t.Errorf("Changes: %v", err)
	}
	if n := len(w.server.TokenRequests()) + len(w.server.Requests()); n > 0 {
		t.Errorf("%d requests were sent", n)
	}
}

// TestRotatedGrant proves that a new refresh token is on the disk before it is needed.
func TestRotatedGrant(t *testing.T) {
	w := newWorld(t, googletest.Options{RotateRefresh: true, TokenLife: time.Minute})
	w.asPerson()
	err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
		go browse(t, address, true)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := w.connect().Changes(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
}

func TestServiceAccountRefused(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Delegate(eventsScope) // of the two the wrong one
	now := time.Now()
	w.config.Now = func() time.Time { return now }
	c := w.connect()
	for range 2 {
		_, err := c.Changes(t.Context(), "")
		if !errors.Is(err, calendar.ErrDenied) || !strings.Contains(err.Error(), ownedScope) ||
			!strings.Contains(err.Error(), "Domain-wide delegation") {
			t.Fatalf("Changes: %v", err)
		}
	}
	if n := len(w.server.TokenRequests()); n != 1 {
		t.Errorf("Google was asked %d times in a row", n)
	}
	w.server.Delegate(ownedScope)
	now = now.Add(time.Hour)
	if _, err := c.Changes(t.Context(), ""); err != nil {
		t.Errorf("after the scope was granted: %v", err)
	}
}

// TestAnswerWithoutToken has the token endpoint answer with success and no token: nothing is to be had with that.
func TestAnswerWithoutToken(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Break(googletest.Fault{Match: googletest.Tokens,
		Replace: func(string) string { return `{"kind":"something else"}` }})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	_, err := w.connect().Changes(ctx, "")
	if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "token") {
		t.Fatalf("without a token: %v", err)
	}
	if n := len(w.server.TokenRequests()); n > 3 {
		t.Errorf("it was asked for %d times", n)
	}
}

func TestUnknownSubject(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.config.Subject = "nobody@example.com"
	_, err := w.connect().Changes(t.Context(), "")
	if !errors.Is(err, calendar.ErrDenied) || !strings.Contains(err.Error(), "nobody@example.com") {
		t.Errorf("Changes: %v", err)
	}
}

func TestScope(t *testing.T) {
	for _, c := range []struct{ calendar, subject, want string }{
		{"", "", ownedScope}, {"primary", "", ownedScope}, {"alice@example.com", "Alice@example.com", ownedScope},
		{"team@group.calendar.google.com", "alice@example.com", eventsScope}, {"alice@example.com", "", eventsScope},
	} {
		if got := google.Scope(c.calendar, c.subject); got != c.want {
			t.Errorf("%q for %q: %s", c.calendar, c.subject, got)
		}
	}
}

func TestCredentialsFile(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	key, client := w.config.Credentials, w.file("client.json", w.server.DesktopClient())
	for name, c := range map[string]struct{ path, auth, want string }{
		"missing":          {"/nowhere/google.json", google.ServiceAccount, "there is no file /nowhere/google.json"},
		"the other kind":   {client, google.ServiceAccount, "auth: user"},
		"the other kind 2": {key, google.User, "auth: service-account"},
		"no JSON":          {w.file("a.json", []byte("key")), google.User, "not the JSON file that Google gives out"},
		"a web client":     {w.file("b.json", []byte(`{"web":{"client_id":"1"}}`)), google.User, "Desktop app"},
		"no key": {w.file("c.json", []byte(`{"type":"service_account","client_email":"a@b"}`)),
			google.ServiceAccount, "private_key"},
		"in the open": {w.file("d.json",
			[]byte(`{"installed":{"client_id":"1","token_uri":"http://example.com/token"}}`)), google.User,
			"must be an https address"},
	} {
		config := w.config
		config.Credentials, config.Auth = c.path, c.auth
		if _, err := google.New(config); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSecretsStayInside looks for tokens and keys in what is said when everything goes wrong.
func TestSecretsStayInside(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Break(googletest.Fault{Match: googletest.Tokens, Status: 400,
		Body: `{"error":"strange","error_description":"assertion=eyJhbGciOiJSUzI1NiJ9.secret refresh_token=1//secret"}`})
	_, err := w.connect().Changes(t.Context(), "")
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "eyJ") {
		t.Errorf("Changes: %v", err)
	}
}

// TestWhoseCalendar: "primary" is another calendar for each person who signs in; their own events tell whose it is.
func TestWhoseCalendar(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	source := func() string {
		t.Helper()
		changes, err := w.connect().Changes(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return changes.Source
	}
	if got := source(); got != googletest.Account {
		t.Errorf("in the name of a person: %q", got)
	}
	w.asPerson()
	err := google.SignIn(t.Context(), w.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
		go browse(t, address, true)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if got := source(); got != "" {
		t.Errorf("of an empty calendar nobody can say whose it is: %q", got)
	}
	w.server.Put("", json{"summary": "Dentist", "start": json{"dateTime": "2026-12-01T09:00:00Z"},
		"end": json{"dateTime": "2026-12-01T10:00:00Z"}})
	if got := source(); got != googletest.Account {
		t.Errorf("as a person: %q", got)
	}
}
