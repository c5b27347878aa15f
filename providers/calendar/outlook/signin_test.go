package outlook

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/signin"
)

// door is a sign-in that is emulated, and a calendar that uses it.
type door struct {
	t      *testing.T
	server *outlooktest.Server
	config Config
	now    time.Time
}

func newDoor(t *testing.T, auth string, o outlooktest.Options) *door {
	t.Helper()
	d := &door{t: t, now: time.Now()}
	o.Now = func() time.Time { return d.now }
	d.server = outlooktest.New(o)
	calendartest.Serve(t, d.server)
	d.config = Config{Auth: auth, ClientID: d.server.ClientID(), APIURL: d.server.GraphURL(),
		LoginURL: d.server.LoginURL(), Now: o.Now,
		GrantFile:     filepath.Join(t.TempDir(), "state", "outlook-office.grant"),
		SignInCommand: "zoomtag auth outlook --calendar office"}
	if auth == App {
		d.config.User, d.config.Tenant, d.config.ClientSecret = outlooktest.Account, d.server.Tenant(),
			d.server.ClientSecret()
	}
	return d
}

// tokens are those of a calendar that was just made.
func (d *door) tokens() *oauth.Cache {
	d.t.Helper()
	c, err := d.config.tokens(&http.Client{Timeout: 10 * time.Second})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// token gets an access token, as another process would.
func (d *door) token() (oauth.Token, error) { return d.tokens().Get(d.t.Context(), "") }

// reads uses a token for a request.
func (d *door) reads(token oauth.Token, path string, want int) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, d.server.GraphURL()+path, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token.Value.Reveal())
	req.Header.Set("Prefer", `IdType="ImmutableId", outlook.timezone="UTC", odata.maxpagesize=1000`)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil {
		d.t.Error(err)
	}
	if res.StatusCode != want {
		d.t.Errorf("%s: HTTP %d, want %d", path, res.StatusCode, want)
	}
}

// asked counts the requests for tokens.
func (d *door) asked() int { return len(d.server.TokenRequests()) }

// denied checks that an error is a lasting one and has all these words.
func denied(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, calendar.ErrDenied) {
		t.Fatalf("%v is not ErrDenied", err)
	}
	for _, want := range words {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}

// signIn signs in with a browser on this machine.
func (d *door) signIn() error {
	return SignIn(d.t.Context(), d.config, signin.Prompt{Out: io.Discard, Open: func(address string) error {
		go calendartest.Consent(d.t, address, "localhost", false)
		return nil
	}})
}

func (d *door) mustSignIn() {
	d.t.Helper()
	if err := d.signIn(); err != nil {
		d.t.Fatal(err)
	}
}

func TestSignInWithBrowser(t *testing.T) {
	for name, personal := range map[string]bool{"work": false, "personal": true} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t, User, outlooktest.Options{PersonalAccount: personal})
			d.mustSignIn()
			if info, err := os.Stat(d.config.GrantFile); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the sign-in is kept with mode %v, %v", info.Mode(), err)
			}
			grant, ok := (signin.Grants{}).Standing(d.config.GrantFile)
			if !ok || d.now.Sub(grant.SignedIn).Abs() > time.Second {
				t.Errorf("the sign-in reads %+v, %v", grant, ok)
			}
			token, err := d.token()
			if err != nil {
				t.Fatal(err)
			}
			d.reads(token, "/me/events", http.StatusOK)
		})
	}
}

// TestSignInScopes looks at what a person is asked for, and with which address of Graph in front.
func TestSignInScopes(t *testing.T) {
	for _, c := range []struct{ user, api, want string }{
		{"", "", "offline_access https://graph.microsoft.com/Calendars.ReadWrite"},
		{"", "https://microsoftgraph.chinacloudapi.cn/v1.0", "offline_access " +
			"https://microsoftgraph.chinacloudapi.cn/Calendars.ReadWrite"},
		{"carol@example.com", "", "offline_access https://graph.microsoft.com/Calendars.ReadWrite " +
			"https://graph.microsoft.com/Calendars.ReadWrite.Shared"},
	} {
		s, err := newSigner(&Config{Auth: User, User: c.user, APIURL: c.api}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(s.scopes(), " "); got != c.want {
			t.Errorf("for %q: %s", c.user, got)
		}
	}
}

// TestSharedMailbox signs in for somebody else's calendar; a sign-in for one's own does not do, and that is said
// without a request.
func TestSharedMailbox(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	d.mustSignIn()
	d.config.User = "carol@example.com"
	d.server.AddMailbox(d.config.User)
	before := d.asked()
	_, err := d.token()
	denied(t, err, "Calendars.ReadWrite.Shared", d.config.SignInCommand)
	if n := d.asked() - before; n > 0 {
		t.Errorf("%d requests", n)
	}
	d.mustSignIn()
	token, err := d.token()
	if err != nil {
		t.Fatal(err)
	}
	d.server.Share(d.server.AddCalendar(d.config.User, "Team"), outlooktest.Account, "write")
	d.reads(token, "/users/carol@example.com/calendars", http.StatusOK)
}

func TestSignInPasted(t *testing.T) {
	d := newDoor(t, User, outlooktest.Options{})
	shown, show := io.Pipe()
	typed, typing := io.Pipe()
	said := make(chan string, 1)
	go func() {
		address := calendartest.Addressed(t, shown, "code_challenge=", func(text string) { said <- text })
		_, location := calendartest.Page(t, address)
		for _, line := range []string{"what?", location} {
			if _, err := io.WriteString(typing, line+"\n"); err != nil {
				t.Error(err)
			}
		}
	}()
	if err := SignIn(t.Context(), d.config, signin.Prompt{Out: show, In: typed}); err != nil {
		t.Fatal(err)
	}
	if err := show.Close(); err != nil {
		t.Error(err)
	}
	if text := <-said; strings.Contains(text, "127.0.0.1") || !strings.Contains(text, "begins with http://localhost") {
		t.Errorf("said:\n%s", text)
	}
}

func TestSignInRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(d *door)
		want   string
	}{
		"declined": {func(d *door) { d.server.Consent(func([]string) []string { return nil }) },
			"declined in the browser"},
		"another scope": {func(d *door) { d.server.Consent(func([]string) []string { return []string{"User.Read"} }) },
			"Calendars.ReadWrite"},
		"not lasting": {func(d *door) { d.answer(200, `{"access_token":"a","expires_in":3600}`) },
			"no lasting sign-in"},
		"no public flow": {func(d *door) { d.fail(401, "invalid_client", "AADSTS7000218: The request body …") },
			"Allow public client flows"},
		"a secret": {func(d *door) { d.config.ClientSecret = "secret-value" }, "take client_secret out"},
		"no such scope": {func(d *door) {
			d.config.User, d.config.APIURL = "carol@example.com",
				"https://graph.example.com"
		}, "leave user out"},
		"an outage": {func(d *door) { d.server.Break(on(outlooktest.Page(503))) }, "does not work at the moment"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDoor(t, User, outlooktest.Options{})
			c.change(d)
			if err := d.signIn(); err == nil || !strings.Contains(err.Error(), c.want) ||
				strings.Contains(err.Error(), "secret-value") {
				t.Errorf("SignIn: %v", err)
			}
			if _, ok := (signin.Grants{}).Standing(d.config.GrantFile); ok {
				t.Error("a sign-in was kept")
			}
		})
	}
	if err := SignIn(t.Context(), Config{Auth: App}, signin.Prompt{}); err == nil ||
		!strings.Contains(err.Error(), "nobody to ask") {
		t.Errorf("an app: %v", err)
	}
}

// handled sends requests to a handler, without a network: its clock may be one of synctest.
type handled struct{ handler http.Handler }

func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	h.handler.ServeHTTP(rec, r)
	res := rec.Result()
	res.Request = r
	return res, nil
}

// typist is a person who reads a code and enters it after a while.
type typist struct {
	text  strings.Builder
	after time.Duration // 0: never
	enter func(code string) bool
}

func (p *typist) Write(text []byte) (int, error) {
	had := p.text.Len() > 0
	p.text.Write(text)
	words := strings.Fields(p.text.String())
	for i, word := range words {
		if word == "code" && i+1 < len(words) && !had && p.after > 0 {
			go func() {
				<-time.After(p.after)
				p.enter(words[i+1])
			}()
		}
	}
	return len(text), nil
}

func TestDeviceCode(t *testing.T) {
	for name, c := range map[string]struct {
		options outlooktest.Options
		after   time.Duration
		decline bool
		want    string
	}{
		"work":     {outlooktest.Options{SlowDown: true}, 42 * time.Second, false, ""},
		"personal": {outlooktest.Options{PersonalAccount: true}, time.Second, false, ""},
		"declined": {outlooktest.Options{}, time.Second, true, "declined"},
		"too late": {outlooktest.Options{}, 0, false, "Run the command again"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := outlooktest.New(c.options)
				config := Config{Auth: User, ClientID: server.ClientID(), APIURL: "http://127.0.0.1/v1.0",
					LoginURL:  "http://127.0.0.1",
					GrantFile: filepath.Join(t.TempDir(), "grant"), SignInCommand: "zoomtag auth outlook",
					HTTP: handled{server}}
				person := &typist{after: c.after, enter: server.Approve}
				if c.decline {
					person.enter = server.Decline
				}
				err := SignIn(t.Context(), config, signin.Prompt{Out: person, DeviceCode: true})
				_, kept := signin.Grants{}.Standing(config.GrantFile)
				if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) ||
					kept != (err == nil) {
					t.Errorf("%v, kept: %v", err, kept)
				}
				if !strings.Contains(person.text.String(), "https://microsoft.com/devicelogin") {
					t.Errorf("shown:\n%s", person.text.String())
				}
				for _, r := range server.TokenRequests() {
					if r.Body["client_secret"] != nil {
						t.Error("a secret was sent")
					}
				}
				if complaints := server.Complaints(); len(complaints) > 0 {
					t.Errorf("%q", complaints)
				}
			})
		})
	}
}

// TestWhoseCalendar: another person who signs in has another calendar, though the configuration is the same.
func TestWhoseCalendar(t *testing.T) {
	const other = "carol@example.com"
	d := newDoor(t, User, outlooktest.Options{})
	d.server.AddMailbox(other)
	d.mustSignIn()
	d.config.HTTP = &http.Transport{DisableKeepAlives: true}
	c, err := New(d.config)
	if err != nil {
		t.Fatal(err)
	}
	var cursor string
	for i, want := range []string{outlooktest.Account, outlooktest.Account, other, other} {
		if i == 2 {
			d.now = d.now.Add(time.Hour)
			d.server.SignInAs(other)
			d.mustSignIn()
		}
		changes, err := c.Changes(t.Context(), cursor)
		if err != nil || changes.Source != want {
			t.Errorf("reading %d is of %q, %v; want %s", i+1, changes.Source, err, want)
		}
		cursor = changes.Cursor
	}
}
