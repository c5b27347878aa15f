package outlooktest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zoomtag/providers/internal/emulator"
)

// code is an authorization code and what it grants.
type code struct {
	emulator.Code
	grant *grant
	used  bool
}

// fromCode exchanges an authorization code.
func (s *Server) fromCode(form url.Values) answer {
	c := s.auth.codes[form.Get("code")]
	refuse := func(number, text string) answer { return s.oauthFail(400, "invalid_grant", number, text) }
	if c == nil {
		return refuse("9002313", "Invalid request. Request is malformed or invalid.")
	}
	switch {
	case c.used:
		return refuse("54005", "OAuth2 Authorization code was already redeemed, please retry with a new valid code "+
			"or use an existing refresh token.")
	case !s.now().Before(c.End):
		return refuse("70008", "The provided authorization code or refresh token has expired due to inactivity.")
	case form.Get("redirect_uri") != c.Redirect:
		return s.oauthFail(400, "invalid_client", "500112",
			"The reply address '"+form.Get("redirect_uri")+"' does not match the reply address '"+c.Redirect+
				"' provided when requesting Authorization code.")
	case !c.Proves(form.Get("code_verifier")):
		return refuse("501481", "The Code_Verifier does not match the code_challenge supplied in the authorization "+
			"request.")
	}
	c.used = true
	return ok(s.pair(c.grant, c.Refresh))
}

// serveAuthorize is the sign-in page: it sends the browser back at once, as if the person had read and agreed.
func (s *Server) serveAuthorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	redirect, err := url.Parse(q.Get("redirect_uri"))
	refuse := func(number, message string) {
		s.ComplainOf(r, message)
		page := "<html><title>Sign in to your account</title>AADSTS" + number + ": " + message + "</html>"
		s.write(w, r, answer{Status: http.StatusBadRequest, Body: page}, false)
	}
	tenant, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case !s.knows(tenant):
		refuse("90002", "there is no tenant "+tenant)
	case q.Get("client_id") != clientID:
		refuse("700016", "an unknown client_id")
	case err != nil || redirect.Scheme != "http" || redirect.Hostname() != "localhost" ||
		strings.Trim(redirect.Path, "/") != "":
		refuse("50011", "the redirect_uri is not the registered http://localhost: "+q.Get("redirect_uri"))
	case q.Get("response_type") != "code":
		refuse("900144", "the response_type is "+q.Get("response_type"))
	case q.Get("code_challenge") != "" && q.Get("code_challenge_method") != "S256":
		refuse("501491", "the code_challenge_method is "+q.Get("code_challenge_method"))
	case strings.TrimSpace(q.Get("scope")) == "":
		refuse("900144", "no scope")
	default:
		s.judgeSignIn(r, q)
		s.write(w, r, emulator.Back(redirect, q, s.agreed(q)), false)
	}
}

// judgeSignIn complains about a sign-in that Entra lets pass and a careful client does not begin.
func (s *Server) judgeSignIn(r *http.Request, q url.Values) {
	s.JudgeSignIn(r)
	if !strings.Contains(q.Get("scope"), "offline_access") {
		s.ComplainOf(r, "a sign-in without offline_access gets no refresh token")
	}
}

// agreed is what the browser brings back.
func (s *Server) agreed(q url.Values) map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	scopes, wrong := s.granted(q.Get("scope"))
	switch {
	case wrong != "":
		return map[string]string{"error": "invalid_scope",
			"error_description": "AADSTS70011: The scope '" + wrong + "' is not valid."}
	case len(scopes) == 0:
		return map[string]string{"error": "access_denied",
			"error_description": "AADSTS65004: User declined to consent to access the app."}
	}
	name := "0.AXkA" + opaque("code "+strconv.FormatInt(s.Next(), 10), 43)
	s.auth.codes[name] = &code{Code: emulator.NewCode(q, strings.Contains(q.Get("scope"), "offline_access"), s.now()),
		grant: &grant{principal: s.auth.account, scopes: scopes}}
	return map[string]string{"code": name, "session_state": guid(name)}
}
