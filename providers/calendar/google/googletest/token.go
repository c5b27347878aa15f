package googletest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/internal/emulator"
)

// serveToken is the token endpoint, and the one at which tokens are taken back.
func (s *Server) serveToken(w http.ResponseWriter, r *http.Request) {
	a, f, is := s.Exchange(r, s.now, func(form url.Values) answer {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.tokenFor(r, form)
	})
	switch {
	case !is: // the client has gone away
	case f.IsCut():
		emulator.Cut()
	default:
		s.write(w, r, a, f.IsHalf())
	}
}

func (s *Server) tokenFor(r *http.Request, form url.Values) answer {
	if r.URL.Path == "/revoke" {
		return s.revoked(form.Get("token"))
	}
	kind := form.Get("grant_type")
	if kind == jwtGrant {
		return s.fromAssertion(form.Get("assertion"))
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id != clientID {
		return oauthFail(http.StatusUnauthorized, "invalid_client", "The OAuth client was not found.")
	}
	if secret != clientSecret {
		return oauthFail(http.StatusUnauthorized, "invalid_client", "Unauthorized")
	}
	switch kind {
	case "refresh_token":
		return s.fromRefresh(form.Get("refresh_token"))
	case "authorization_code":
		return s.fromCode(form)
	}
	return oauthFail(http.StatusBadRequest, "unsupported_grant_type", "Invalid grant_type: "+kind)
}

// revoked takes a token back; with an access token goes the refresh token that it came from. No app has to prove itself
// for that.
func (s *Server) revoked(token string) answer {
	t := s.auth.refresh[token]
	if a := s.auth.access[token]; t == nil && a != nil {
		t = a.parent
	}
	if t == nil || t.revoked {
		return oauthFail(http.StatusBadRequest, "invalid_token", "Token expired or revoked")
	}
	t.revoked = true
	return ok(JSON{})
}

// oauthFail is the error body of the token endpoint.
func oauthFail(status int, code, description string) answer {
	return answer{Status: status, Header: http.Header{"Content-Type": {jsonType}},
		Body: JSON{"error": code, "error_description": description}}
}

// OAuthError is a refusal of the token endpoint, such as 400 and invalid_grant.
func OAuthError(status int, code, description string) Fault {
	f := Fault{Match: Tokens, Status: status, Header: http.Header{"Content-Type": {jsonType}}}
	f.Body = `{"error":"` + code + `","error_description":"` + description + `"}`
	return f
}

func (s *Server) tokenAnswer(principal string, scopes []string, parent *refreshToken) JSON {
	name := s.newAccess(principal, scopes, parent)
	return JSON{"access_token": name, "token_type": "Bearer", "expires_in": int(s.opts.TokenLife / time.Second)}
}

// fromRefresh gives an access token for a refresh token; the answer has no new refresh token unless they rotate.
func (s *Server) fromRefresh(name string) answer {
	t := s.auth.refresh[name]
	if t == nil || t.revoked {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Token has been expired or revoked.")
	}
	parent, renewed := t, ""
	if s.opts.RotateRefresh {
		renewed = s.newRefresh(t.scopes)
		t.revoked, parent = true, s.auth.refresh[renewed]
	}
	body := s.tokenAnswer(Account, t.scopes, parent)
	body["scope"] = strings.Join(t.scopes, " ")
	if renewed != "" {
		body["refresh_token"] = renewed
	}
	return ok(body)
}

// code is an authorization code and the scopes that it is for.
type code struct {
	emulator.Code
	scopes []string
}

// fromCode exchanges an authorization code.
func (s *Server) fromCode(form url.Values) answer {
	name := form.Get("code")
	c := s.auth.codes[name]
	delete(s.auth.codes, name)
	if c == nil || !s.now().Before(c.End) {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Malformed auth code.")
	}
	if form.Get("redirect_uri") != c.Redirect {
		return oauthFail(http.StatusBadRequest, "redirect_uri_mismatch", "Bad Request")
	}
	if !c.Proves(form.Get("code_verifier")) {
		return oauthFail(http.StatusBadRequest, "invalid_grant", "Invalid code verifier.")
	}
	var parent *refreshToken
	renewed := ""
	if c.Refresh {
		renewed = s.newRefresh(c.scopes)
		parent = s.auth.refresh[renewed]
	}
	body := s.tokenAnswer(Account, c.scopes, parent)
	body["scope"] = strings.Join(c.scopes, " ")
	if renewed != "" {
		body["refresh_token"] = renewed
	}
	if s.opts.Testing {
		body["refresh_token_expires_in"] = 604799
	}
	return ok(body)
}

// serveAuthorize is the consent page: it sends the browser back at once, as if the person had read and ticked.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	refuse := func(code, message string) {
		s.ComplainOf(r, message)
		h := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
		s.write(w, r, answer{Status: http.StatusBadRequest, Header: h, Body: "<html><title>Error 400: " + code +
			"</title></html>"}, false)
	}
	switch {
	case q.Get("client_id") != clientID:
		refuse("invalid_client", "an unknown client_id")
	case err != nil || redirect.Scheme != "http" || !slices.Contains([]string{"127.0.0.1", "::1", "localhost"},
		redirect.Hostname()):
		refuse("redirect_uri_mismatch", "the redirect_uri is no loopback address: "+q.Get("redirect_uri"))
	case q.Get("response_type") != "code":
		refuse("unsupported_response_type", "the response_type is "+q.Get("response_type"))
	case q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256":
		refuse("invalid_request", "the code_challenge_method is "+q.Get("code_challenge_method"))
	case strings.TrimSpace(q.Get("scope")) == "":
		refuse("invalid_request", "no scope")
	default:
		s.judgeSignIn(r, q)
		s.write(w, r, emulator.Back(redirect, q, s.consented(q)), false)
	}
}

// judgeSignIn complains about a sign-in that Google lets pass and a careful client does not begin.
func (s *Server) judgeSignIn(r *http.Request, q url.Values) {
	s.JudgeSignIn(r)
	if q.Get("access_type") != "offline" {
		s.ComplainOf(r, "a sign-in that is not for offline access gets no refresh token")
	}
}

// consented is what the browser brings back. A refresh token comes with the first consent only, and whenever consent is
// asked for again.
func (s *Server) consented(q url.Values) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	scopes := strings.Fields(q.Get("scope"))
	if s.auth.consent != nil {
		scopes = whole(s.auth.consent(scopes))
	}
	if len(scopes) == 0 {
		return map[string]string{"error": "access_denied"}
	}
	name := "4/0A" + base64.RawURLEncoding.EncodeToString(rawNumber(s.Next()))
	lasting := q.Get("access_type") == "offline" &&
		(!s.auth.consented || strings.Contains(q.Get("prompt"), "consent"))
	s.auth.codes[name] = &code{emulator.NewCode(q, lasting, s.now()), scopes}
	return map[string]string{"code": name, "scope": strings.Join(scopes, " ")}
}
