package page

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
)

func hashes(t *testing.T, password string) map[string]string {
	t.Helper()
	crypted, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	salt := []byte("0123456789abcdef")
	b64 := base64.RawStdEncoding.EncodeToString
	argon := fmt.Sprintf(
		"$argon2id$v=19$m=64,t=1,p=1$%s$%s",
		b64(salt),
		b64(argon2.IDKey([]byte(password), salt, 1, 64, 1, 32)),
	)
	return map[string]string{"plain": password, "bcrypt": string(crypted), "argon2id": argon}
}

func TestPasswords(t *testing.T) {
	for kind, want := range hashes(t, "correct horse") {
		for got, good := range map[string]bool{"correct horse": true, "correct horse ": false, "Correct horse": false,
			"":   false,
			want: kind == "plain", strings.Repeat("x", 5000): false} {
			if matches(want, got) != good {
				t.Errorf("%s: %.40q is taken to be %v", kind, got, !good)
			}
		}
	}
	for _, broken := range []string{"", "$2b$04$short", "$argon2id$v=19$m=64,t=1,p=1$AAAA",
		"$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=0,p=0$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHQ$"} {
		if matches(broken, "") || matches(broken, broken) {
			t.Errorf("%s matches", broken)
		}
	}
}

func TestSignIn(t *testing.T) {
	for kind, want := range hashes(t, "correct horse") {
		w := newWorld(t, office())
		w.page.Configure(Access{Password: want})
		answer := w.signIn("wrong horse")
		if answer.StatusCode != http.StatusForbidden || len(w.cookies) != 0 {
			t.Errorf("%s: a wrong one: %d %v", kind, answer.StatusCode, w.cookies)
		}
		w.shows(textOf(t, answer), "This is not the password")
		answer = w.signIn("correct horse")
		if answer.StatusCode != http.StatusSeeOther || len(w.cookies) != 1 {
			t.Fatalf("%s: %d %v", kind, answer.StatusCode, w.cookies)
		}
		if c := w.cookies[0]; !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Secure || c.Path != "/" {
			t.Errorf("the cookie: %+v", c)
		}
		w.shows(w.get("/"), "Sign out", "Calendar bob")
		token := tokenIn.FindStringSubmatch(w.get("/"))[1]
		kept := w.cookies
		answer = w.ask(http.MethodPost, "/signout", url.Values{"token": {"x"}})
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: signed out by anybody: %d", kind, answer.StatusCode)
		}
		answer = w.ask(http.MethodPost, "/signout", url.Values{"token": {token}})
		if answer.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: not signed out: %d", kind, answer.StatusCode)
		}
		w.cookies = kept
		if answer := w.ask(http.MethodGet, "/", nil); answer.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: signed out, and seen: %d", kind, answer.StatusCode)
		}
	}
}

// TestSecureCookie: over https the cookie is for https alone.
func TestSecureCookie(t *testing.T) {
	w := newWorld(t, office())
	w.page.Configure(Access{Password: "correct horse"})
	w.header = http.Header{"X-Forwarded-Proto": {"https"}}
	if w.signIn("correct horse"); len(w.cookies) != 1 || !w.cookies[0].Secure {
		t.Errorf("%+v", w.cookies)
	}
}

func TestSessionsEnd(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(w *world)
		in   bool
	}{
		{"at once", func(*world) {}, true},
		{"idle for less", func(w *world) { w.clock.pass(idleSession - time.Minute) }, true},
		{"idle for too long", func(w *world) { w.clock.pass(idleSession + time.Minute) }, false},
		{"used all the time", func(w *world) {
			for range 13 {
				w.clock.pass(idleSession - time.Minute)
				w.get("/")
			}
		}, true},
		{"used for too long", func(w *world) {
			for range 15 {
				w.clock.pass(idleSession - time.Minute)
				w.ask(http.MethodGet, "/", nil)
			}
		}, false},
		{"only the script has looked", func(w *world) {
			w.header = http.Header{refresh: {"1"}}
			for range 3 {
				w.clock.pass(idleSession / 2)
				w.ask(http.MethodGet, "/", nil)
			}
			w.header = nil
		}, false},
		{"another password", func(w *world) { w.page.Configure(Access{Password: "another horse"}) }, false},
		{"the same password read again", func(w *world) { w.page.Configure(Access{Password: "correct horse"}) }, true},
		{"no password any more", func(w *world) { w.page.Configure(Access{Header: "X-User"}) }, false},
	} {
		w := newWorld(t, office())
		w.page.Configure(Access{Password: "correct horse"})
		w.signIn("correct horse")
		test.do(w)
		if answer := w.ask(http.MethodGet, "/", nil); (answer.StatusCode == http.StatusOK) != test.in {
			t.Errorf("%s: %d", test.name, answer.StatusCode)
		}
	}
}

// TestManySessions: there is a bound, and the one goes that was used least lately.
func TestManySessions(t *testing.T) {
	var s sessions
	first, second := s.begin(noon), s.begin(noon.Add(time.Second))
	s.known(first, noon.Add(time.Minute), true)
	for i := range maxSessions - 1 {
		s.begin(noon.Add(time.Hour + time.Duration(i)))
	}
	if len(s.open) != maxSessions || !s.known(first, noon.Add(time.Hour), false) ||
		s.known(second, noon.Add(time.Hour), false) {
		t.Errorf("%d sessions", len(s.open))
	}
}

func TestTries(t *testing.T) {
	w := newWorld(t, office())
	w.page.Configure(Access{Password: "correct horse"})
	for range triesEach {
		if answer := w.signIn("wrong horse"); answer.StatusCode != http.StatusForbidden {
			t.Fatalf("%d", answer.StatusCode)
		}
	}
	answer := w.signIn("correct horse")
	if answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") != "300" ||
		len(w.cookies) != 0 {
		t.Errorf("after %d: %d %v", triesEach, answer.StatusCode, answer.Header)
	}
	w.shows(textOf(t, answer), "wait 5 minutes")
	w.from = "127.0.0.2:1" // somebody else
	if answer := w.signIn("wrong horse"); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another peer: %d", answer.StatusCode)
	}
	w.from = "127.0.0.1:9"
	w.clock.pass(triesWithin)
	if answer := w.signIn("correct horse"); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("later: %d", answer.StatusCode)
	}
}

// TestTriesOfMany: many peers together are bounded as well, and are forgotten.
func TestTriesOfMany(t *testing.T) {
	var tried tries
	for i := range triesAll {
		if wait := tried.begin(fmt.Sprint(i), noon); wait != 0 {
			t.Fatalf("%d has to wait %s", i, wait)
		}
	}
	if wait := tried.begin("one more", noon.Add(time.Minute)); wait != triesWithin-time.Minute {
		t.Errorf("one more waits %s", wait)
	}
	if wait := tried.begin("one more", noon.Add(triesWithin)); wait != 0 || len(tried.at) != 1 {
		t.Errorf("later it waits %s, and %d are remembered", wait, len(tried.at))
	}
	if wait := tried.begin("one more", noon.Add(-time.Hour)); wait != 0 {
		t.Errorf("with the clock set back it waits %s", wait)
	}
}

func TestBack(t *testing.T) {
	for back, want := range map[string]string{
		"/": "/", "/?q=a#week": "/?q=a#week", "/event?calendar=a&id=b": "/event?calendar=a&id=b",
		"//evil.example/": "/", "https://evil.example/": "/", "/\\evil.example": "/", "/act": "/",
		"javascript:alert(1)": "/", "": "/",
		"/%2f/evil.example": "/", "\\\\evil.example": "/", "/signin": "/",
	} {
		if got := local(back); got != want {
			t.Errorf("%s leads to %s", back, got)
		}
	}
}
