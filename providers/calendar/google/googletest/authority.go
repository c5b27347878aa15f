package googletest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// scopePrefix begins the names of Google's scopes. The emulator takes a scope without it as well.
const scopePrefix = "https://www.googleapis.com/auth/"

// The scopes that each call accepts, without their prefix.
var (
	readScopes = strings.Fields("calendar calendar.app.created calendar.events calendar.events.freebusy " +
		"calendar.events.owned " +
		"calendar.events.owned.readonly calendar.events.public.readonly calendar.events.readonly calendar.readonly")
	writeScopes    = strings.Fields("calendar calendar.app.created calendar.events calendar.events.owned")
	calendarScopes = strings.Fields("calendar calendar.app.created calendar.calendars calendar.calendars.readonly " +
		"calendar.readonly")
	listScopes = strings.Fields("calendar calendar.calendarlist calendar.calendarlist.readonly calendar.readonly")
)

func scopesFor(method string) []string {
	switch method {
	case "calendar.events.patch":
		return writeScopes
	case "calendar.calendars.get":
		return calendarScopes
	case "calendar.calendarList.list":
		return listScopes
	case "directory.users.list":
		return []string{"admin.directory.user", "admin.directory.user.readonly"}
	case "directory.members.list":
		return []string{"admin.directory.group.member.readonly", "admin.directory.group.member",
			"admin.directory.group.readonly", "admin.directory.group"}
	}
	return readScopes
}

// authority is who may do what.
type authority struct {
	access    map[string]*accessToken
	refresh   map[string]*refreshToken
	codes     map[string]*code
	delegated []string // nil: any calendar scope
	consent   func(scopes []string) (granted []string)
	consented bool // a refresh token has been given out: another one only to those who ask for consent again
}

type accessToken struct {
	principal string
	scopes    []string
	end       time.Time
	parent    *refreshToken
}

type refreshToken struct {
	scopes  []string
	revoked bool
}

func newAuthority() authority {
	return authority{access: map[string]*accessToken{}, refresh: map[string]*refreshToken{}, codes: map[string]*code{}}
}

// Grant is a person having signed in and ticked these scopes.
func (s *Server) Grant(scopes ...string) (refreshToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newRefresh(whole(scopes))
}

// Token is an access token for the person, as if a refresh token of these scopes had been exchanged.
func (s *Server) Token(scopes ...string) (accessToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newAccess(Account, whole(scopes), nil)
}

// Revoke is the person withdrawing what a refresh token stands for, its access tokens included.
func (s *Server) Revoke(refreshToken string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.auth.refresh[refreshToken]; t != nil {
		t.revoked = true
	}
}

// KillTokens makes every access token invalid before its time. Refresh tokens stay good.
func (s *Server) KillTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.auth.access)
}

// Consent sets what the person ticks on the consent page. Nothing ticked is a refusal; nil ticks all.
func (s *Server) Consent(ticks func(scopes []string) (granted []string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.consent = ticks
}

// Delegate sets the scopes that the admin has authorised for the service account to act for others with. Before it is
// called, any scope for calendars or the directory will do; called without any, none.
func (s *Server) Delegate(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.delegated = append([]string{}, whole(scopes)...)
}

// delegates says whether the service account may act for others with these scopes: exactly those authorised, or some.
func (a *authority) delegates(scopes []string) bool {
	for _, scope := range scopes {
		known := strings.HasPrefix(scope, scopePrefix+"calendar") ||
			strings.HasPrefix(scope, scopePrefix+"admin.directory.")
		if a.delegated == nil && !known || a.delegated != nil && !slices.Contains(a.delegated, scope) {
			return false
		}
	}
	return true
}

func (s *Server) newRefresh(scopes []string) string {
	name := "1//0" + strconv.FormatInt(s.Next(), 36) + "-refresh"
	s.auth.refresh[name] = &refreshToken{scopes: scopes}
	s.auth.consented = true
	return name
}

func (s *Server) newAccess(principal string, scopes []string, parent *refreshToken) string {
	name := "ya29." + strconv.FormatInt(s.Next(), 36) + "-access"
	s.auth.access[name] = &accessToken{principal: principal, scopes: scopes, end: s.now().Add(s.opts.TokenLife),
		parent: parent}
	return name
}

// whole gives each scope its prefix.
func whole(scopes []string) []string {
	var out []string
	for _, scope := range scopes {
		if !strings.Contains(scope, ":") {
			scope = scopePrefix + scope
		}
		out = append(out, scope)
	}
	return out
}

// covers says whether the token has one of the scopes.
func (t *accessToken) covers(scopes []string) bool {
	return slices.ContainsFunc(scopes, func(scope string) bool { return slices.Contains(t.scopes, scopePrefix+scope) })
}

// ownedOnly says that a call is covered by nothing but a scope for the calendars that the person owns.
func (t *accessToken) ownedOnly(method string) bool {
	others := slices.DeleteFunc(slices.Clone(scopesFor(method)),
		func(s string) bool { return strings.Contains(s, ".owned") })
	return !t.covers(others)
}

// authorized checks the access token of a request and its scopes.
func (c *call) authorized(r *http.Request, method string) (*accessToken, answer, bool) {
	name, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !bearer {
		c.complainf("a request without an access token")
		return nil, fail(http.StatusUnauthorized, "required", "Login Required."), true
	}
	t := c.auth.access[name]
	switch {
	case t == nil || !c.now().Before(t.end) || t.parent != nil && t.parent.revoked:
		return nil, fail(http.StatusUnauthorized, "authError", "Invalid Credentials"), true
	case !t.covers(scopesFor(method)):
		return nil, lacksScope(), true
	}
	return t, answer{}, false
}

func lacksScope() answer {
	a := fail(http.StatusForbidden, "insufficientPermissions",
		"Insufficient Permission: Request had insufficient authentication scopes.")
	a.Header.Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="insufficient_scope"`)
	return a
}
