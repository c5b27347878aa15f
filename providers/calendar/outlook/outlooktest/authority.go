package outlooktest

import (
	"crypto/x509"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// graphScope begins the full names of Graph's scopes. The emulator takes a scope without it as well.
const graphScope = "https://graph.microsoft.com/"

// authority is who may do what.
type authority struct {
	access   map[string]*accessToken
	refresh  map[string]*refreshToken
	codes    map[string]*code
	devices  map[string]*device
	certs    []*x509.Certificate
	used     map[string]bool // the ids of assertions
	consent  func(scopes []string) (granted []string)
	confined []string // the mailboxes that the app may enter; nil: all
	account  string   // who signs in
}

type accessToken struct {
	principal string // empty for the app itself
	app       bool
	scopes    []string // without their prefix
	foreign   bool     // it is for another resource
	end       time.Time
	grant     *grant
}

// grant is a person having signed in once: all tokens that come of it end with it.
type grant struct {
	principal string
	scopes    []string
	trouble   string // the code of the error that its use leads to
}

type refreshToken struct {
	*grant
	spent bool
}

func newAuthority() authority {
	return authority{
		access: map[string]*accessToken{}, refresh: map[string]*refreshToken{}, codes: map[string]*code{},
		devices: map[string]*device{},
		used:    map[string]bool{}, account: Account,
	}
}

// Grant is the person of the first mailbox having signed in and consented to these scopes.
func (s *Server) Grant(scopes ...string) (refreshToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newRefresh(&grant{principal: Account, scopes: s.short(scopes)})
}

// Token is an access token for the person of the first mailbox, as if a refresh token of these scopes had been
// exchanged.
func (s *Server) Token(scopes ...string) (token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newAccess(&accessToken{principal: Account, scopes: s.short(scopes)})
}

// AppToken is an access token of the app itself, with these application permissions.
func (s *Server) AppToken(roles ...string) (token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newAccess(&accessToken{app: true, scopes: s.short(roles)})
}

// Revoke is an administrator withdrawing what a refresh token stands for, or the person changing the password. All
// tokens that come of the same sign-in end with it.
func (s *Server) Revoke(refreshToken string) { s.spoil(refreshToken, "50173") }

// ExpireRefresh is a refresh token not having been used for too long.
func (s *Server) ExpireRefresh(refreshToken string) { s.spoil(refreshToken, "700082") }

func (s *Server) spoil(name, trouble string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.auth.refresh[name]; t != nil {
		t.trouble = trouble
	}
}

// KillTokens makes every access token invalid before its time. Refresh tokens stay good.
func (s *Server) KillTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.auth.access)
}

// Consent sets what the person agrees to when signing in. Nothing is a refusal; nil agrees to all.
func (s *Server) Consent(agree func(scopes []string) (granted []string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.consent = agree
}

// SignInAs sets who signs in from now on.
func (s *Server) SignInAs(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.account = address
}

// Confine sets the only mailboxes that the app itself may enter.
func (s *Server) Confine(addresses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.confined = append([]string{}, addresses...)
}

// RegisterCertificate adds a certificate to the app registration: its key may sign assertions.
func (s *Server) RegisterCertificate(cert *x509.Certificate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.certs = append(s.auth.certs, cert)
}

// mayEnter says whether the app may enter a mailbox.
func (a *authority) mayEnter(address string) bool {
	return a.confined == nil ||
		slices.ContainsFunc(a.confined, func(x string) bool { return strings.EqualFold(x, address) })
}

func (s *Server) newRefresh(g *grant) string {
	name := "0.AXkA" + opaque("refresh "+strconv.FormatInt(s.Next(), 10), 40)
	s.auth.refresh[name] = &refreshToken{grant: g}
	return name
}

func (s *Server) newAccess(t *accessToken) string {
	name := "eyJ0eXAiOiJKV1Qi." + opaque("access "+strconv.FormatInt(s.Next(), 10), 40) + ".sig"
	if s.opts.PersonalAccount {
		name = "EwB4A8l6BAAU" + opaque("access "+strconv.FormatInt(s.Next(), 10), 40)
	}
	t.end = s.now().Add(s.opts.TokenLife)
	s.auth.access[name] = t
	return name
}

// short gives scopes without their resource, those of Graph by whichever host it is called.
func (s *Server) short(scopes []string) []string {
	var out []string
	for _, scope := range scopes {
		for _, prefix := range []string{graphScope, s.URL() + "/", "http://127.0.0.1/", "http://localhost/"} {
			scope = strings.TrimPrefix(scope, prefix)
		}
		out = append(out, scope)
	}
	return out
}

// has says whether the token has a scope.
func (t *accessToken) has(scope string) bool { return slices.Contains(t.scopes, scope) }

// authorized checks the access token of a request.
func (c *call) authorized() (answer, bool) {
	refuse := func(message string) (answer, bool) {
		a := fail(http.StatusUnauthorized, "InvalidAuthenticationToken", message)
		a.Header.Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+c.LoginURL()+
			`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
		return a, true
	}
	name, bearer := strings.CutPrefix(c.r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		c.complainf("a request without an access token")
		return refuse("Access token is empty.")
	}
	t := c.auth.access[name]
	switch {
	case t != nil && t.foreign:
		c.complainf("an access token for another resource")
		return refuse("Access token validation failure. Invalid audience.")
	case t == nil || t.grant != nil && t.grant.trouble != "":
		return refuse("Access token validation failure. Signature is invalid.")
	case !c.now().Before(t.end):
		return refuse("Lifetime validation failed, the token is expired.")
	}
	c.token = t
	return answer{}, false
}
