package zoomtest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// authority is who may do what.
type authority struct {
	access map[string]*access // by token
	codes  map[string]*code
	grants []*grant
	person string // who signs in on the consent page; "" declines
}

// access is an access token.
type access struct {
	end   time.Time
	grant *grant // nil: it is the account's app
}

// grant is a person's sign-in.
type grant struct {
	client string
	person string // by address
	scopes []string
	// refresh is the one refresh token that is good; spent are those before it, the latest last.
	refresh string
	spent   []string
	proven  bool // an access token that came with refresh was used
	ended   int  // the code of Zoom's that says why; 0: it lives
}

// Zoom's codes for access tokens that are not accepted.
const (
	codeInvalid    = 124
	codeSuperseded = 4741 // a later authorization took its place
)

func newAuthority(person string) authority {
	return authority{access: map[string]*access{}, codes: map[string]*code{}, person: person}
}

// RevokeTokens makes every access token invalid before its time. Refresh tokens stay good.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.auth.access)
}

// SignInAs sets who signs in on the consent page; "" is somebody who declines.
func (s *Server) SignInAs(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.auth.person = person
}

// Revoke is a person removing the app from their account.
func (s *Server) Revoke(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(person, codeInvalid)
}

// SignedInElsewhere is a person signing in with the same app once more, on another machine: Zoom keeps one sign-in
// alive.
func (s *Server) SignedInElsewhere(person string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(person, codeSuperseded)
	s.auth.grants = append(s.auth.grants, &grant{client: s.opts.ClientID, person: person,
		refresh: s.newToken("elsewhere")})
}

// Usable reports whether a refresh token would be taken now.
func (s *Server) Usable(refreshToken string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.grantOf(refreshToken)
	return g != nil && g.ended == 0 && (g.refresh == refreshToken || s.forgives(g, refreshToken))
}

// end ends the sign-ins of a person.
func (s *Server) end(person string, why int) {
	for _, g := range s.auth.grants {
		if strings.EqualFold(g.person, person) && g.ended == 0 {
			g.ended = why
		}
	}
}

// grantOf finds the sign-in that a refresh token is, or was, of.
func (s *Server) grantOf(refreshToken string) *grant {
	i := slices.IndexFunc(s.auth.grants,
		func(g *grant) bool { return g.refresh == refreshToken || slices.Contains(g.spent, refreshToken) })
	if i < 0 {
		return nil
	}
	return s.auth.grants[i]
}

// forgives says whether a spent refresh token is taken once more.
func (s *Server) forgives(g *grant, refreshToken string) bool {
	return s.opts.Patient && !g.proven && len(g.spent) > 0 && g.spent[len(g.spent)-1] == refreshToken
}

func (s *Server) newToken(kind string) string {
	s.serial++
	return "eyJhbGciOiJub25lIn0." + Canary + kind + strconv.FormatInt(s.serial, 36)
}

func (s *Server) newAccess(g *grant) string {
	name := s.newToken("")
	s.auth.access[name] = &access{end: s.now().Add(s.opts.TokenLife), grant: g}
	return name
}

// refuses checks the access token and its scopes. A person's token is for "me" alone: this is then whom the path names.
func (s *Server) refuses(r *http.Request, scope string) (answer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	t := s.auth.access[token]
	switch {
	case t == nil:
		return fail(http.StatusUnauthorized, codeInvalid, "Invalid access token."), true
	case !s.now().Before(t.end):
		return fail(http.StatusUnauthorized, codeInvalid, "Access token is expired."), true
	case t.grant == nil:
		return lacks(s.opts.Scopes, scope)
	case t.grant.ended == codeSuperseded:
		return fail(http.StatusUnauthorized, codeSuperseded,
			"This token has been revoked by a later authorization."), true
	case t.grant.ended != 0:
		return fail(http.StatusUnauthorized, codeInvalid, "Invalid access token."), true
	}
	user := r.PathValue("user")
	if user != "" && user != "me" {
		return lacks(nil, scope)
	}
	if user != "" {
		r.SetPathValue("user", t.grant.person)
	}
	r.SetPathValue(asPerson, t.grant.person)
	a, refused := lacks(t.grant.scopes, strings.TrimSuffix(scope, ":admin"))
	t.grant.proven = t.grant.proven || !refused
	return a, refused
}

// asPerson names the path value that says whose token came with a request; it is empty for the account's.
const asPerson = "as person"

// visibleTo says whether the meetings of a host exist for whoever sent a request.
func visibleTo(r *http.Request, host *User) bool {
	person := r.PathValue(asPerson)
	return person == "" || strings.EqualFold(person, host.Email)
}

func lacks(scopes []string, scope string) (answer, bool) {
	if slices.Contains(scopes, scope) {
		return answer{}, false
	}
	return fail(http.StatusBadRequest, 4711, "Invalid access token, does not contain scopes:["+scope+"]."), true
}
