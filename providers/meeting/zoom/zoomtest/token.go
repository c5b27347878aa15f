package zoomtest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Redirect is the redirect that is registered for the app. Zoom ignores the port of a loopback address, and nothing
// else of it.
const Redirect = "http://127.0.0.1/callback"

// codeLife is how long an authorization code can be exchanged.
const codeLife = 5 * time.Minute

// code is an authorization code that waits to be exchanged, once.
type code struct {
	client, person, redirect, challenge string
	end                                 time.Time
}

// serveToken is the token endpoint, and the one at which tokens are taken back.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	f := s.fault(r)
	s.hold(r, "before")
	if f != nil && !f.After {
		s.misbehave(w, r, "token", f, answer{})
		return
	}
	if err := r.ParseForm(); err != nil {
		return // the client has gone away
	}
	s.mu.Lock()
	a := s.tokenFor(r)
	s.mu.Unlock()
	s.hold(r, "after")
	if f != nil {
		s.misbehave(w, r, "token", f, a)
		return
	}
	s.write(w, r, "token", a)
}

// oauthFail is the error body of the token endpoint.
func oauthFail(status int, code, reason string) answer {
	return answer{status: status, body: map[string]any{"error": code, "reason": reason}}
}

// tokenFor answers a request for a token. The app proves itself with Basic, or names itself in the body where it has no
// secret.
func (s *Server) tokenFor(r *http.Request) answer {
	client, secret, confidential := r.BasicAuth()
	if !confidential {
		client = r.Form.Get("client_id")
	}
	kind := r.Form.Get("grant_type")
	switch {
	case confidential && (client != s.opts.ClientID || secret != s.opts.ClientSecret),
		!confidential && (client != s.opts.PublicID || r.Form.Has("client_secret") || kind == "account_credentials"):
		return oauthFail(http.StatusBadRequest, "invalid_client", "Invalid client_id or client_secret")
	case r.URL.Path == "/oauth/revoke":
		return s.revoked(client, r.Form.Get("token"))
	case kind == "refresh_token":
		return s.fromRefresh(client, r.Form.Get("refresh_token"))
	case kind == "authorization_code":
		return s.fromCode(client, r.Form)
	case kind != "account_credentials":
		return oauthFail(http.StatusBadRequest, "unsupported_grant_type", "unsupported grant type")
	case r.Form.Get("account_id") != s.opts.AccountID:
		return oauthFail(http.StatusBadRequest, "invalid_request", "Bad Request")
	}
	return s.tokenAnswer(nil, s.opts.Scopes)
}

// revoked takes a token of either kind back, and the sign-in that it is of with it.
func (s *Server) revoked(client, token string) answer {
	g := s.grantOf(token)
	if a := s.auth.access[token]; a != nil && s.now().Before(a.end) {
		g = a.grant
	}
	if g == nil || g.client != client || g.ended != 0 {
		return oauthFail(http.StatusBadRequest, "invalid_request", "Invalid Token!")
	}
	g.ended = codeInvalid
	return ok(map[string]any{"status": "success"})
}

// tokenAnswer is an answer with a new access token.
func (s *Server) tokenAnswer(g *grant, scopes []string) answer {
	body := map[string]any{
		"access_token": s.newAccess(g), "token_type": "bearer", "expires_in": int(s.opts.TokenLife / time.Second),
		"scope": strings.Join(scopes, " "), "api_url": "https://api.zoom.us",
	}
	if g != nil {
		body["refresh_token"] = g.refresh
	}
	return ok(body)
}

// fromRefresh spends a refresh token for a new pair.
func (s *Server) fromRefresh(client, refreshToken string) answer {
	g := s.grantOf(refreshToken)
	good := g != nil && g.client == client && g.ended == 0 && (g.refresh == refreshToken || s.forgives(g, refreshToken))
	if !good {
		if g != nil && g.ended == 0 && s.opts.KillReused {
			g.ended = codeInvalid
		}
		return s.deadGrant(g)
	}
	g.spent = append(g.spent, g.refresh)
	if g.refresh != refreshToken { // forgiven: both have the same successor
		g.spent = append(g.spent, refreshToken)
	}
	g.refresh, g.proven = s.newToken("refresh"), false
	return s.tokenAnswer(g, g.scopes)
}

// deadGrant is the answer to a refresh token that is not good, in one of the forms that have been seen.
func (s *Server) deadGrant(g *grant) answer {
	if s.opts.OldErrors {
		return oauthFail(http.StatusUnauthorized, "invalid_request", "Invalid Token!")
	}
	a := oauthFail(http.StatusBadRequest, "invalid_grant", "Invalid Token!")
	if body, isMap := a.body.(map[string]any); isMap && g != nil && g.ended == codeSuperseded {
		body["code"] = codeSuperseded
	}
	return a
}

// fromCode exchanges an authorization code. Earlier sign-ins of the person end with it.
func (s *Server) fromCode(client string, form url.Values) answer {
	c := s.auth.codes[form.Get("code")]
	delete(s.auth.codes, form.Get("code"))
	if c == nil || c.client != client || !s.now().Before(c.end) {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Invalid authorization code")
	}
	if form.Get("redirect_uri") != c.redirect {
		return oauthFail(http.StatusBadRequest, "invalid_request", "Redirect URI mismatch.")
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	if c.challenge != "" && base64.RawURLEncoding.EncodeToString(sum[:]) != c.challenge {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Invalid code verifier")
	}
	s.end(c.person, codeSuperseded)
	g := &grant{client: client, person: c.person, scopes: s.opts.UserScopes, refresh: s.newToken("refresh")}
	s.auth.grants = append(s.auth.grants, g)
	return s.tokenAnswer(g, g.scopes)
}

// serveAuthorize is the consent page: it sends the browser back at once, as if the person had read and pressed Allow.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	client := q.Get("client_id")
	redirect, err := url.Parse(q.Get("redirect_uri"))
	refuse := func(message string) {
		s.mu.Lock()
		s.complain(r, message)
		s.mu.Unlock()
		s.write(w, r, "token", answer{status: http.StatusBadRequest, body: "<html><title>Error</title><p>" + message +
			"</p></html>"})
	}
	switch {
	case client != s.opts.ClientID && client != s.opts.PublicID:
		refuse("an unknown client_id (4702)")
	case err != nil || !registered(redirect):
		refuse("the redirect is not registered (4709): " + q.Get("redirect_uri"))
	case q.Get("response_type") != "code":
		refuse("the response_type is " + q.Get("response_type"))
	case q.Get("code_challenge") == "" || q.Get("code_challenge_method") != "S256":
		refuse("a sign-in without PKCE by S256")
	case q.Get("state") == "":
		refuse("a sign-in without state")
	default:
		redirect.RawQuery = s.consented(client, q).Encode()
		s.write(w, r, "token", answer{status: http.StatusFound, header: http.Header{"Location": {redirect.String()}}})
	}
}

// registered compares a redirect with the one of the app, but for the port.
func registered(u *url.URL) bool {
	without := *u
	without.Host = u.Hostname()
	return without.String() == Redirect
}

// consented is what the browser brings back.
func (s *Server) consented(client string, q url.Values) url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	back := url.Values{"state": {q.Get("state")}}
	if s.auth.person == "" {
		back.Set("error", "access_denied")
		return back
	}
	name := s.newToken("code")
	s.auth.codes[name] = &code{client: client, person: s.auth.person, redirect: q.Get("redirect_uri"),
		challenge: q.Get("code_challenge"), end: s.now().Add(codeLife)}
	back.Set("code", name)
	return back
}
