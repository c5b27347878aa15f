package zoom_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/providers/signin"
)

// TestPersonsOfBothKinds: an app with a secret proves itself with it, one without names itself.
func TestPersonsOfBothKinds(t *testing.T) {
	for client, secret := range map[string]string{"public": "", "client": "secret"} {
		t.Run(client, func(t *testing.T) {
			f := unsigned(t, zoomtest.Options{})
			f.config.ClientID, f.config.ClientSecret = client, secret
			f.Service = f.connect(t)
			f.signIn(t)
			said, err := f.Introduce(t.Context())
			if err != nil || said != "the meetings of alice@example.com can be made and changed" {
				t.Errorf("%q, %v", said, err)
			}
			before := len(f.server.Requests())
			m := f.create(t, f.spec())
			f.clock.Advance(time.Hour)
			if err := f.Cancel(t.Context(), m.ID); err != nil {
				t.Error(err)
			}
			if got := f.asked(before); got[0] != "POST /users/me/meetings" {
				t.Errorf("asked %q", got)
			}
			if info, err := os.Stat(f.config.GrantFile); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info, err)
			}
			left, err := filepath.Glob(f.config.GrantFile + "*")
			if want := []string{f.config.GrantFile, f.config.GrantFile + ".lock"}; err != nil ||
				!slices.Equal(left, want) {
				t.Errorf("beside the state: %q, %v", left, err)
			}
		})
	}
}

// TestPastedSignIn: the browser is on another machine, and what else is typed is answered.
func TestPastedSignIn(t *testing.T) {
	f := unsigned(t, zoomtest.Options{})
	typed, typing := io.Pipe()
	shown := make(chan string, 1)
	go func() {
		client := http.Client{CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		}}
		res, err := client.Get(<-shown)
		if err == nil {
			err = res.Body.Close()
		}
		end := res.Header.Get("Location")
		if err == nil {
			_, err = io.WriteString(typing, "what?\nhttp://127.0.0.1:1/callback?code=stolen&state=another\n"+end+"\n")
		}
		if err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	err := zoom.SignIn(t.Context(), f.config, signin.Prompt{Out: io.MultiWriter(&out, finder{shown}), In: typed})
	if err != nil || f.kept(t).Email != host {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, want := range []string{"code_challenge_method=S256", "That is not the address",
		"belongs to another sign-in"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if n := f.renewals(); n != 1 {
		t.Errorf("%d exchanges of codes", n)
	}
}

// finder is an eye for the address that is shown.
type finder struct{ shown chan<- string }

func (f finder) Write(p []byte) (int, error) {
	for word := range strings.FieldsSeq(string(p)) {
		if strings.HasPrefix(word, "http://127.0.0.1:") && strings.Contains(word, "/authorize?") {
			f.shown <- word
		}
	}
	return len(p), nil
}

// TestSignInsThatFail leave an earlier sign-in as it is.
func TestSignInsThatFail(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*fixture)
		says   string
	}{
		"declined": {func(f *fixture) { f.server.SignInAs("") }, "declined"},
		"another person": {func(f *fixture) { f.server.SignInAs("bob@example.com") },
			"until now it was alice@example.com"},
		"a code for none": {func(f *fixture) {
			f.server.Break(answered(400, `{"error":"invalid_grant","reason":"Invalid authorization code"}`))
		}, "was not accepted: try again"},
		"a wrong secret": {func(f *fixture) { f.config.ClientSecret = "wrong-s3cret"; f.config.ClientID = "client" },
			"check zoom.client_id and zoom.client_secret"},
		"no secret":        {func(f *fixture) { f.config.ClientID = "client" }, "the public one"},
		"no lasting one":   {func(f *fixture) { f.server.Break(withoutRefresh()) }, "no lasting sign-in in the answer"},
		"an answer lost":   {func(f *fixture) { f.server.Break(lostAnswer(1)) }, "try again"},
		"server to server": {func(f *fixture) { f.config.Mode = zoom.ServerToServer }, "nobody to ask"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newPerson(t, zoomtest.Options{})
			before := f.kept(t)
			c.change(f)
			err := f.trySignIn(t)
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "s3cret") ||
				strings.Contains(err.Error(), zoomtest.Canary) {
				t.Errorf("error %v, want one with %q", err, c.says)
			}
			if after := f.kept(t); after.RefreshToken != before.RefreshToken || after.Email != host {
				t.Errorf("kept %+v", after)
			}
		})
	}
}

// whoIs matches the question who has signed in.
func whoIs(r *http.Request) bool { return r.URL.Path == "/v2/users/me" }

// on has something happen before requests that match, which are not sent if it fails.
type on struct {
	http.RoundTripper
	match func(*http.Request) bool
	do    func() error
}

func (o on) RoundTrip(r *http.Request) (*http.Response, error) {
	if o.match(r) {
		if err := o.do(); err != nil {
			return nil, err
		}
	}
	return o.RoundTripper.RoundTrip(r)
}

// TestUnknownPersonIsKeptAside: while Zoom does not say who has signed in, nobody's sign-in is replaced; the next run
// takes up the new one.
func TestUnknownPersonIsKeptAside(t *testing.T) {
	silent := zoomtest.Fault{Match: zoomtest.SignIn, After: true,
		Replace: func(body string) string { return strings.Replace(body, `"scope"`, `"other"`, 1) }}
	for name, c := range map[string]struct {
		faults  []zoomtest.Fault
		offline bool // the API, and not the sign-in
		cancel  bool
		says    string
		waits   bool
	}{
		"down":         {faults: []zoomtest.Fault{{Match: whoIs, Status: 503}}, says: "HTTP 503", waits: true},
		"down, silent": {faults: []zoomtest.Fault{{Match: whoIs, Status: 503}, silent}, says: "HTTP 503", waits: true},
		"no answer": {faults: []zoomtest.Fault{{Match: whoIs, Cut: true}}, says: "the answer was lost",
			waits: true},
		"nobody":        {faults: []zoomtest.Fault{{Match: whoIs, Status: 200, Body: "{}"}}, says: "names nobody"},
		"no connection": {offline: true, says: "unreachable", waits: true},
		"Ctrl-C":        {cancel: true, says: "canceled"},
	} {
		for _, person := range []string{host, "bob@example.com"} {
			t.Run(name+", "+person, func(t *testing.T) {
				f := newPerson(t, zoomtest.Options{})
				before, began := f.kept(t), f.clock.Now().Add(time.Minute)
				f.clock.Advance(time.Minute)
				f.server.SignInAs(person)
				for _, fault := range c.faults {
					f.server.Break(fault)
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if c.offline || c.cancel {
					f.config.HTTP = on{f.client, whoIs, func() error {
						if c.cancel {
							cancel()
							return ctx.Err()
						}
						f.client.CloseIdleConnections()
						f.offline.Store(true)
						return nil
					}}
				}
				err := f.trySignInWithin(ctx)
				if err == nil || !strings.Contains(err.Error(), c.says) ||
					!strings.Contains(err.Error(), "kept in "+f.config.GrantFile+".new: run "+command) {
					t.Errorf("error %v, want one with %q", err, c.says)
				}
				if waited := f.clock.Now().After(began); waited != c.waits {
					t.Errorf("tried again: %v", waited)
				}
				if after := f.kept(t); after.RefreshToken != before.RefreshToken || after.Email != host {
					t.Errorf("kept %+v", after)
				}
				if later, err := oauth.LoadGrant(f.config.GrantFile + ".new"); err != nil ||
					!f.server.Usable(later.RefreshToken.Reveal()) {
					t.Errorf("aside: %v", err)
				}
				f.server.Mend()
				f.offline.Store(false)
				f.config.HTTP = f.client
				f.clock.Advance(2 * time.Hour) // it is renewed where it is
				f.server.SignInAs(host)        // who signs in by browser only after somebody else's was dropped
				f.signIn(t)
				exchanges := 0
				for _, r := range f.server.Requests() {
					if strings.HasSuffix(r.Path, "/authorize") {
						exchanges++
					}
				}
				if after := f.kept(t); after.Email != host || !f.server.Usable(after.RefreshToken.Reveal()) ||
					(exchanges == 2) != (person == host) {
					t.Errorf("kept %+v after %d times in the browser", after, exchanges)
				}
				if _, err := os.Stat(f.config.GrantFile + ".new"); err == nil {
					t.Error("it is still kept aside")
				}
			})
		}
	}
}

// TestWrongHostKeepsTheSignIn: Zoom has ended the sign-in before, so that the new one is kept, and what is wrong is
// said.
func TestWrongHostKeepsTheSignIn(t *testing.T) {
	for name, start := range map[string]func(*testing.T, zoomtest.Options) *fixture{"again": newPerson,
		"first": unsigned} {
		t.Run(name, func(t *testing.T) {
			f := start(t, zoomtest.Options{})
			f.config.Host = "alias@example.com"
			err := f.trySignIn(t)
			if err == nil || !strings.Contains(err.Error(), "zoom.host is alias@example.com") ||
				!strings.Contains(err.Error(), "write zoom.host: "+host) ||
				strings.Contains(err.Error(), "Nothing was changed") {
				t.Errorf("error %v", err)
			}
			if g := f.kept(t); g.Email != host || !f.server.Usable(g.RefreshToken.Reveal()) {
				t.Errorf("kept %+v", g)
			}
			if _, err := os.Stat(f.config.GrantFile + ".new"); err == nil {
				t.Error("something is kept aside")
			}
		})
	}
}

// TestSignInThatCannotBeInstalled is kept aside, and taken as soon as the one before is found to be dead.
func TestSignInThatCannotBeInstalled(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	m := f.create(t, f.spec())
	f.clock.Advance(time.Minute)
	lock := f.config.GrantFile + ".lock"
	blocked := false
	f.config.HTTP = on{f.client, whoIs, func() error { // the lock cannot be had from here on
		if blocked {
			return nil
		}
		blocked = true
		return errors.Join(os.Remove(lock), os.Mkdir(lock, 0o700))
	}}
	err := f.trySignIn(t)
	if err == nil || !strings.Contains(err.Error(), "kept in "+f.config.GrantFile+".new: run "+command) {
		t.Errorf("error %v", err)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	later, err := oauth.LoadGrant(f.config.GrantFile + ".new")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrDenied) ||
		!strings.Contains(err.Error(), "one sign-in alive") {
		t.Errorf("superseded: %v", err)
	}
	if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrDenied) ||
		!strings.Contains(err.Error(), "a later sign-in is kept in "+f.config.GrantFile+".new") {
		t.Errorf("whose it is was not saved: %v", err)
	}
	later.Owner = f.kept(t).Owner
	if err := later.Save(f.config.GrantFile + ".new"); err != nil {
		t.Fatal(err)
	}
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Errorf("with the later sign-in: %v", err)
	}
	if g := f.kept(t); g.RefreshToken != later.RefreshToken || !g.Refused.IsZero() {
		t.Errorf("kept %+v", g)
	}
	if _, err := os.Stat(f.config.GrantFile + ".new"); err == nil {
		t.Error("it is still kept aside")
	}
}

// TestCopyLeftAside: a run that died before it tidied up leaves what has been renewed since; that is never taken for a
// later sign-in.
func TestCopyLeftAside(t *testing.T) {
	f := newPerson(t, zoomtest.Options{KillReused: true})
	m := f.create(t, f.spec())
	if err := f.kept(t).Save(f.config.GrantFile + ".new"); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(time.Hour)
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
	f.server.Revoke(host)
	for range 3 {
		if err := f.read(t.Context(), m.ID); !errors.Is(err, meeting.ErrDenied) ||
			strings.Contains(err.Error(), "later sign-in is kept") {
			t.Errorf("error %v", err)
		}
	}
	f.clock.Advance(time.Minute)
	f.signIn(t)
	if err := f.read(t.Context(), m.ID); err != nil {
		t.Error(err)
	}
}

// TestUnreadableSignInIsNotReplaced: whose it is cannot be compared.
func TestUnreadableSignInIsNotReplaced(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	if err := os.Chmod(f.config.GrantFile, 0o640); err != nil {
		t.Fatal(err)
	}
	f.server.SignInAs("bob@example.com")
	if err := f.trySignIn(t); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("error %v", err)
	}
	if err := os.Chmod(f.config.GrantFile, 0o600); err != nil {
		t.Fatal(err)
	}
	if g := f.kept(t); g.Email != host {
		t.Errorf("kept %+v", g)
	}
}

// TestWhyNobodyIsNamed: the scope is called missing only where it is.
func TestWhyNobodyIsNamed(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	g := f.kept(t)
	g.Owner = oauth.Owner{} // as earlier versions kept it
	if err := g.Save(f.config.GrantFile); err != nil {
		t.Fatal(err)
	}
	if said, err := f.Introduce(t.Context()); err != nil || said != "the meetings of alice@example.com can be made "+
		"and changed" {
		t.Errorf("%q, %v", said, err)
	}
	f.server.Break(zoomtest.Fault{Match: whoIs, Status: 503})
	if said, err := f.Introduce(t.Context()); err != nil || !strings.Contains(said, "HTTP 503") ||
		strings.Contains(said, "lacks") {
		t.Errorf("%q, %v", said, err)
	}
	// A token that names no scopes: Zoom's refusal says it.
	scopes := slices.DeleteFunc(slices.Clone(zoomtest.UserScopes), func(s string) bool { return s == "user:read:user" })
	f = unsigned(t, zoomtest.Options{UserScopes: scopes})
	f.server.Break(zoomtest.Fault{Match: zoomtest.SignIn, After: true,
		Replace: func(body string) string { return strings.Replace(body, `"scope"`, `"other"`, 1) }})
	f.signIn(t)
	if said, err := f.Introduce(t.Context()); err != nil || !strings.Contains(said, "lacks the scope user:read:user") {
		t.Errorf("%q, %v", said, err)
	}
}

// withoutRefresh leaves the refresh token out of an answer.
func withoutRefresh() zoomtest.Fault {
	return zoomtest.Fault{Match: zoomtest.SignIn, After: true,
		Replace: func(body string) string { return strings.Replace(body, `"refresh_token"`, `"other"`, 1) }}
}

// TestNameIsOptional: without the scope for it nobody is named, and the configured host is believed.
func TestNameIsOptional(t *testing.T) {
	scopes := slices.DeleteFunc(slices.Clone(zoomtest.UserScopes), func(s string) bool { return s == "user:read:user" })
	f := newPerson(t, zoomtest.Options{UserScopes: scopes})
	if said, err := f.Introduce(t.Context()); err != nil || !strings.Contains(said, "user:read:user") {
		t.Errorf("%q, %v", said, err)
	}
	s := f.spec()
	if _, err := f.Create(t.Context(), mark, s); !errors.Is(err, meeting.ErrInvalid) ||
		!strings.Contains(err.Error(), "write zoom.host") {
		t.Errorf("a host that nobody knows: %v", err)
	}
	s.Host = meeting.Me
	f.create(t, s)
	f.config.Host = host
	f.Service = f.connect(t)
	if _, err := f.Create(t.Context(), mark, f.spec()); err != nil {
		t.Error(err)
	}
	s.Host = "bob@example.com"
	if _, err := f.Create(t.Context(), mark, s); !errors.Is(err, meeting.ErrInvalid) ||
		!strings.Contains(err.Error(), "zoom.host is alice@example.com, not bob@example.com") {
		t.Errorf("another host: %v", err)
	}
	if n := len(f.server.Meetings()); n != 2 {
		t.Errorf("%d meetings", n)
	}
}

// TestOtherHostsAreRefused before anything is sent, whoever they are; oneself may be called in several ways.
func TestOtherHostsAreRefused(t *testing.T) {
	f := newPerson(t, zoomtest.Options{})
	before := len(f.server.Requests())
	s := f.spec()
	s.Host = "bob@example.com"
	_, err := f.Create(t.Context(), mark, s)
	if !errors.Is(err, meeting.ErrInvalid) || !strings.Contains(err.Error(), "alice@example.com has signed in, and a "+
		"person can only make meetings of their own, none of bob@example.com") {
		t.Errorf("error %v", err)
	}
	if n := len(f.server.Requests()) - before; n != 0 {
		t.Errorf("%d requests", n)
	}
	from := f.spec()
	m := f.create(t, from)
	for _, name := range []string{meeting.Me, "", "Alice@Example.com", f.kept(t).UserID} {
		to := from
		to.Host, to.Topic = name, "Called "+name
		if _, err := f.Update(t.Context(), m.ID, from, to); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := f.Find(t.Context(), name, mark); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		from = to
	}
}

// TestScopesOfPersons are named without :admin, and with the command that makes them count.
func TestScopesOfPersons(t *testing.T) {
	f := newPerson(t, zoomtest.Options{UserScopes: []string{"meeting:write:meeting", "meeting:read:meeting",
		"meeting:read:list_meetings"}})
	m := f.create(t, f.withHost(meeting.Me))
	_, introduced := f.Introduce(t.Context())
	for _, err := range []error{f.CheckScopes(t.Context()), introduced, f.Cancel(t.Context(), m.ID)} {
		if !errors.Is(err, meeting.ErrDenied) || !strings.Contains(err.Error(), "meeting:delete:meeting") ||
			!strings.Contains(err.Error(), "then run "+command) ||
			strings.Contains(err.Error(), "delete:meeting:admin") && !strings.Contains(err.Error(), "Zoom says") {
			t.Errorf("error %v", err)
		}
	}
}

func (f *fixture) withHost(name string) meeting.Spec {
	s := f.spec()
	s.Host = name
	return s
}

// TestPersonsSecretsAreNotLogged looks through all that is said at debug level.
func TestPersonsSecretsAreNotLogged(t *testing.T) {
	f := unsigned(t, zoomtest.Options{})
	var log bytes.Buffer
	f.config.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f.Service = f.connect(t)
	f.signIn(t)
	f.clock.Advance(time.Hour)
	f.create(t, f.spec())
	f.server.Revoke(host)
	if err := f.CheckScopes(t.Context()); err != nil { // the token is still fresh
		t.Error(err)
	}
	f.clock.Advance(time.Hour)
	if err := f.CheckScopes(t.Context()); err == nil {
		t.Error("no error")
	}
	if log.Len() == 0 || strings.Contains(log.String(), zoomtest.Canary) {
		t.Errorf("logged:\n%s", log.String())
	}
}
