package page

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Access says for whom the page is.
type Access struct {
	// Password signs people in; it, or its bcrypt or argon2id hash. Empty: nobody can.
	Password string
	// Header is the one in which a proxy names who has signed in there; empty: none counts. It counts from this machine
	// and from Peers alone.
	Header string
	Peers  []netip.Prefix
}

// guarded reports whether people have to sign in.
func (a *Access) guarded() bool { return a.Password != "" || a.Header != "" }

// Configure says for whom the page is from now on. Another password ends all sessions.
func (p *Page) Configure(a Access) {
	if old := p.access.Swap(&a); old.Password != a.Password {
		p.sessions.end()
	}
}

// visitor is somebody who may see the page.
type visitor struct {
	*veil
	name    string // as a proxy has named them; "" otherwise
	session string // of who has signed in here; "" otherwise
	secure  bool   // they came over https
}

// signedIn reports whether it is known who it is: others see no links.
func (v *visitor) signedIn() bool { return v.name != "" || v.session != "" }

// unguarded is what those are told who ask from elsewhere for a page without a guard.
const unguarded = "The status page is not served on an address that others can reach, because nobody has to sign in: " +
	"write page.password into the configuration of zoomtag (docs/page.md), or take listen: 127.0.0.1:7466."

// seen has h answer those who may see the page; others are sent to where they can sign in.
func (p *Page) seen(h func(http.ResponseWriter, *http.Request, *visitor)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := p.access.Load()
		who := p.visitor(r, a)
		switch {
		case who != nil:
			h(w, r, who)
		case !a.guarded():
			p.refuse(w, r, http.StatusNotFound, unguarded)
		case a.Password == "":
			p.refuse(w, r, http.StatusForbidden, "You have not come by way of the proxy that signs people in: open the "+
				"page at its address.")
		case r.Method != http.MethodGet:
			p.refuse(w, r, http.StatusForbidden, "You are not signed in any more: sign in, and press the button again.")
		default:
			http.Redirect(w, r, "/signin?back="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		}
	}
}

// refresh is the header with which the script asks, which no person does.
const refresh = "Zoomtag-Refresh"

// visitor is who asks; nil is somebody who may not see the page.
func (p *Page) visitor(r *http.Request, a *Access) *visitor {
	who := &visitor{veil: unveiled, secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"}
	if name := p.named(r, a); name != "" {
		who.name = name
		return who
	}
	used := r.Header.Get(refresh) == "" && r.URL.Path != "/events"
	if c, err := r.Cookie(cookie); err == nil && p.sessions.known(c.Value, p.Now(), used) {
		who.session = c.Value
		return who
	}
	if !a.guarded() && p.local.Load() {
		who.veil = veiled
		return who
	}
	return nil
}

// named is whom a proxy names that may; "" where none does. A header that stands there twice names nobody: one of the
// two may be the browser's own.
func (p *Page) named(r *http.Request, a *Access) string {
	if a.Header == "" {
		return ""
	}
	names := r.Header.Values(a.Header)
	if len(names) != 1 || !a.believes(r.RemoteAddr) {
		return ""
	}
	return strings.TrimSpace(names[0])
}

// believes reports whether who connects from an address may name people.
func (a *Access) believes(remote string) bool {
	from, err := netip.ParseAddrPort(remote)
	if err != nil {
		return false
	}
	address := from.Addr().Unmap().WithZone("")
	return address.IsLoopback() ||
		slices.ContainsFunc(a.Peers, func(n netip.Prefix) bool { return n.Contains(address) })
}

// token is what a form of this visitor carries, so that no other site can make one.
func (p *Page) token(who *visitor) string {
	mac := hmac.New(sha256.New, p.key[:])
	mac.Write([]byte(who.session + "\x00" + who.name))
	return hex.EncodeToString(mac.Sum(nil))
}

// genuine reports whether a form is one that was made for who sends it.
func (p *Page) genuine(r *http.Request, who *visitor) bool {
	return hmac.Equal([]byte(r.PostFormValue("token")), []byte(p.token(who)))
}

// cookie is the name of the one that holds a session.
const cookie = "zoomtag"

// signInForm shows where people sign in.
func (p *Page) signInForm(w http.ResponseWriter, r *http.Request) {
	p.askPassword(w, r, http.StatusOK, "")
}

// askPassword shows the form, with why the last try failed.
func (p *Page) askPassword(w http.ResponseWriter, r *http.Request, code int, wrong string) {
	a := p.access.Load()
	back := local(r.FormValue("back"))
	switch {
	case a.Password == "" && (a.guarded() || p.local.Load()):
		http.Redirect(w, r, "/", http.StatusSeeOther)
	case a.Password == "":
		p.refuse(w, r, http.StatusNotFound, unguarded)
	case p.visitor(r, a) != nil:
		http.Redirect(w, r, back, http.StatusSeeOther)
	default:
		p.show(w, code, "signin", &signInPage{frame: frame{Heading: "Sign in", Token: p.token(&visitor{})}, Back: back,
			Wrong: wrong})
	}
}

// signIn looks at a password.
func (p *Page) signIn(w http.ResponseWriter, r *http.Request) {
	a := p.access.Load()
	if a.Password == "" || !p.genuine(r, &visitor{}) {
		p.askPassword(w, r, http.StatusForbidden, "The form was too old: enter the password once more.")
		return
	}
	peer, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		peer = r.RemoteAddr
	}
	if wait := p.tries.begin(peer, p.Now()); wait > 0 {
		w.Header().Set("Retry-After", seconds(wait))
		p.Log.Warn("too many wrong passwords for the status page", "peer", peer)
		p.askPassword(w, r, http.StatusTooManyRequests, "There were too many wrong passwords: wait "+
			span(wait.Round(time.Second))+", then try again.")
		return
	}
	if !p.right(r.Context(), a.Password, r.PostFormValue("password")) {
		p.askPassword(w, r, http.StatusForbidden, "This is not the password: page.password in the configuration of "+
			"zoomtag says which one is.")
		return
	}
	p.tries.forget(peer)
	session := p.sessions.begin(p.Now())
	p.setCookie(w, r, session, int(longestSession/time.Second))
	http.Redirect(w, r, local(r.PostFormValue("back")), http.StatusSeeOther)
}

// right reports whether a password is the one that is wanted. Hashes cost much: they are worked out one after the
// other.
func (p *Page) right(ctx context.Context, want, got string) bool {
	select {
	case p.tries.turn() <- struct{}{}:
		defer func() { <-p.tries.turn() }()
		return matches(want, got)
	case <-ctx.Done():
		return false
	}
}

func (p *Page) signOut(w http.ResponseWriter, r *http.Request, who *visitor) {
	if !p.genuine(r, who) {
		p.refuse(w, r, http.StatusForbidden, outdated)
		return
	}
	p.sessions.forget(who.session)
	p.setCookie(w, r, "", -1)
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}

func (p *Page) setCookie(w http.ResponseWriter, r *http.Request, value string, age int) {
	secure := r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
	http.SetCookie(w, &http.Cookie{Name: cookie, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: secure,
		SameSite: http.SameSiteStrictMode})
}

// local is where somebody wants to go back to, if that is a page of ours.
func local(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	if u.Path != "/" && u.Path != "/event" {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery, Fragment: u.Fragment}).String()
}
