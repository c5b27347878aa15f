package outlooktest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/internal/emulator"
)

// serveLogin is the token endpoint and that of device codes.
func (s *Server) serveLogin(w http.ResponseWriter, r *http.Request, what string) {
	a, f, is := s.Exchange(r, s.now, func(form url.Values) answer {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.login(r, what, form)
	})
	switch {
	case !is: // the client has gone away
	case f.IsCut():
		emulator.Cut()
	default:
		if a.Header == nil {
			a.Header = http.Header{}
		}
		if a.Header.Get("Content-Type") == "" {
			a.Header.Set("Content-Type", "application/json; charset=utf-8")
		}
		s.write(w, r, a, f.IsHalf())
	}
}

// login checks what both endpoints need and passes on.
func (s *Server) login(r *http.Request, what string, form url.Values) answer {
	tenant, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !s.knows(tenant) {
		return s.oauthFail(400, "invalid_request", "90002",
			"Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into "+
				"the correct cloud.")
	}
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if id == "" {
		return s.oauthFail(400, "invalid_request", "900144", "The request body must contain the following parameter: "+
			"'client_id'.")
	}
	if id != clientID {
		return s.oauthFail(400, "unauthorized_client", "700016", "Application with identifier '"+id+
			"' was not found in the directory.")
	}
	if what == "devicecode" {
		return s.newDevice(tenant, form)
	}
	switch kind := form.Get("grant_type"); kind {
	case "client_credentials":
		return s.fromClient(tenant, secret, form)
	case "refresh_token", "authorization_code", "urn:ietf:params:oauth:grant-type:device_code", "device_code":
		if secret != "" || form.Get("client_assertion") != "" {
			return s.oauthFail(401, "invalid_client", "700025",
				"Client is public so neither 'client_assertion' nor 'client_secret' should be presented.")
		}
		switch kind {
		case "refresh_token":
			return s.fromRefresh(form)
		case "authorization_code":
			return s.fromCode(form)
		}
		return s.fromDevice(form)
	case "":
		return s.oauthFail(400, "invalid_request", "900144", "The request body must contain the following parameter: "+
			"'grant_type'.")
	default:
		return s.oauthFail(400, "unsupported_grant_type", "70003", "The app requested an unsupported grant type '"+
			kind+"'.")
	}
}

// knows says whether people of the emulator can sign in by way of a tenant.
func (s *Server) knows(tenant string) bool {
	names := []string{"common", "organizations", tenantID, "example.com"}
	if s.opts.PersonalAccount {
		names = []string{"common", "consumers", consumerTenantID}
	}
	return slices.Contains(names, strings.ToLower(tenant))
}

// fromClient gives the app itself an access token.
func (s *Server) fromClient(tenant, secret string, form url.Values) answer {
	assertion := form.Get("client_assertion")
	switch {
	case s.opts.PersonalAccount || tenant == "common" || tenant == "organizations":
		return s.oauthFail(400, "invalid_request", "9002332",
			"Application is not configured for use by itself with this authority.")
	case assertion != "":
		if a, refused := s.badAssertion(tenant, form); refused {
			return a
		}
	case secret == "":
		return s.oauthFail(401, "invalid_client", "7000218",
			"The request body must contain the following parameter: 'client_assertion' or 'client_secret'.")
	case secret != clientSecret:
		return s.oauthFail(401, "invalid_client", "7000215",
			"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "+
				"not the client secret ID, for a secret added to app '"+clientID+"'.")
	}
	resource, is := strings.CutSuffix(form.Get("scope"), "/.default")
	if !is {
		return s.oauthFail(400, "invalid_scope", "1002012", "The provided value for scope "+form.Get("scope")+
			" is not valid. "+
			"Client credential flows must have a scope value with /.default suffixed to the resource identifier "+
			"(application ID URI).")
	}
	t := &accessToken{app: true, scopes: s.appRoles(),
		foreign: s.isForeign(resource + "/")}
	return ok(s.timed(JSON{"access_token": s.newAccess(t)}))
}

// isForeign says that a scope belongs to some other API.
func (s *Server) isForeign(scope string) bool {
	return strings.Contains(s.short([]string{scope})[0], "://")
}

func (s *Server) timed(body JSON) JSON {
	life := int(s.opts.TokenLife / time.Second)
	body["token_type"], body["expires_in"], body["ext_expires_in"] = "Bearer", life, life
	return body
}

// fromRefresh gives a new pair of tokens. The old refresh token stays good, unless they rotate.
func (s *Server) fromRefresh(form url.Values) answer {
	t := s.auth.refresh[form.Get("refresh_token")]
	switch {
	case form.Get("refresh_token") == "":
		return s.oauthFail(400, "invalid_request", "900144", "The request body must contain the following parameter: "+
			"'refresh_token'.")
	case t == nil:
		return s.oauthFail(400, "invalid_grant", "9002313", "Invalid request. Request is malformed or invalid.")
	case t.spent:
		return s.oauthFail(400, "invalid_grant", "70000", "The provided value for the 'refresh_token' parameter is "+
			"not valid.")
	case t.trouble == "50173":
		return s.oauthFail(400, "invalid_grant", t.trouble,
			"The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might "+
				"have changed or reset their password.")
	case t.trouble != "":
		return s.oauthFail(400, "invalid_grant", t.trouble, "The refresh token has expired due to inactivity. The "+
			"token was inactive for 90.00:00:00.")
	}
	for _, scope := range s.short(strings.Fields(form.Get("scope"))) {
		if !isOpenID(scope) && scope != ".default" && !slices.Contains(t.scopes, scope) {
			return s.oauthFail(400, "invalid_grant", "65001",
				"The user or administrator has not consented to use the application with ID '"+clientID+"'. "+
					"Send an interactive authorization request for this user and resource.")
		}
	}
	t.spent = s.opts.RotateRefresh
	return ok(s.pair(t.grant, true))
}

// pair is the answer with an access token for a person, and a refresh token if one goes with it.
func (s *Server) pair(g *grant, refresh bool) JSON {
	body := s.timed(JSON{})
	if refresh {
		body["refresh_token"] = s.newRefresh(g)
	}
	shown := slices.DeleteFunc(slices.Clone(g.scopes), isOpenID)
	for i, scope := range shown {
		if !s.opts.PersonalAccount {
			shown[i] = graphScope + scope
		}
	}
	body["access_token"] = s.newAccess(&accessToken{principal: g.principal, scopes: g.scopes, grant: g})
	body["scope"] = strings.Join(shown, " ")
	return body
}

func isOpenID(scope string) bool {
	return slices.Contains([]string{"openid", "profile", "email", "offline_access"}, scope)
}

// granted is what a person agrees to of the scopes that an app asks for; wrong is what is no scope of theirs.
func (s *Server) granted(text string) (scopes []string, wrong string) {
	for _, scope := range s.short(strings.Fields(text)) {
		switch {
		case scope == ".default":
			scopes = append(scopes, "Calendars.ReadWrite", "User.Read")
		case strings.Contains(scope, "://") || !isOpenID(scope) && !strings.Contains(scope, "."),
			s.opts.PersonalAccount && strings.HasSuffix(scope, ".Shared"):
			return nil, scope
		default:
			scopes = append(scopes, scope)
		}
	}
	if s.auth.consent != nil {
		scopes = s.short(s.auth.consent(scopes))
	}
	return scopes, ""
}

func (s *Server) badScope(scope string) answer {
	return s.oauthFail(400, "invalid_scope", "70011",
		"The provided value for the input parameter 'scope' is not valid. The scope '"+scope+"' does not exist.")
}

// oauthFail is the error body of Entra.
func (s *Server) oauthFail(status int, code, number, text string) answer {
	at := s.now().UTC().Format("2006-01-02 15:04:05") + "Z"
	trace := guid("trace " + strconv.FormatInt(s.Next(), 10))
	n, _ := strconv.Atoi(number) // it is a number
	return answer{Status: status, Header: http.Header{}, Body: JSON{
		"error": code, "error_codes": []any{n}, "timestamp": at, "trace_id": trace, "correlation_id": trace,
		"error_description": "AADSTS" + number + ": " + text + " Trace ID: " + trace + " Correlation ID: " + trace +
			" Timestamp: " + at,
		"error_uri": s.LoginURL() + "/error?code=" + number,
	}}
}

// OAuthError is a refusal of the token endpoint, such as 400 and invalid_grant; the description begins with its AADSTS
// code.
func OAuthError(status int, code, description string) Fault {
	f := faultOf(status, JSON{"error": code, "error_description": description})
	f.Match = Tokens
	return f
}
