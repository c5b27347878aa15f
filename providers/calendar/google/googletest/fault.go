package googletest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"zoomtag/providers/internal/emulator"
)

// Fault is a way of misbehaving.
type Fault = emulator.Fault

// fault counts a request against the faults and returns the one that hits it, or nil.
func (s *Server) fault(r *http.Request) *Fault { return s.Hit(r, isAPI(r)) }

func isAPI(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, base) || strings.HasPrefix(r.URL.Path, directoryBase)
}

// On matches API requests of one method; an empty method is any.
func On(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return (method == "" || r.Method == method) && isAPI(r) }
}

// Tokens matches the requests for tokens.
func Tokens(r *http.Request) bool { return r.URL.Path == "/token" }

// Lists matches the pages of lists of events; NextPages those that are not the first of their list.
func Lists(r *http.Request) bool {
	return r.Method == http.MethodGet && isAPI(r) && strings.HasSuffix(r.URL.Path, "/events")
}

// NextPages matches the pages of lists but the first.
func NextPages(r *http.Request) bool { return Lists(r) && r.URL.Query().Has("pageToken") }

// Error is a refusal in the form that Google gives it.
func Error(status int, reason, message string) Fault {
	a := fail(status, reason, message)
	text, _ := json.Marshal(a.Body) // made of strings: it cannot fail
	return Fault{Status: status, Header: a.Header, Body: string(text)}
}

// RateLimited is the 429 of too many requests; retryAfter, unless empty, is its Retry-After, which Google does not
// promise.
func RateLimited(retryAfter string) Fault {
	f := Error(http.StatusTooManyRequests, "rateLimitExceeded", "Rate Limit Exceeded")
	if retryAfter != "" {
		f.Header.Set("Retry-After", retryAfter)
	}
	return f
}

// UserRateLimited is the 403 of too many requests for one person; it is no lack of permission.
func UserRateLimited() Fault {
	return Error(http.StatusForbidden, "userRateLimitExceeded", "User Rate Limit Exceeded")
}

// Page is an answer that is a web page, such as that of a proxy or of an overloaded front end.
func Page(status int) Fault {
	return Fault{
		Status: status, Header: http.Header{"Content-Type": {"text/html; charset=UTF-8"}},
		Body: "<!DOCTYPE html>\n<html lang=en><title>Error " + strconv.Itoa(status) +
			"</title><p>That's all we know.</html>\n",
	}
}

// domainOf is the domain of a reason. that are not global.
func domainOf(reason string) string {
	switch reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded", "accessNotConfigured":
		return "usageLimits"
	}
	return "global"
}

// where names the part of a request that a reason is about.
func where(reason string) (kind, location string) {
	switch reason {
	case "authError":
		return "header", "Authorization"
	case "conditionNotMet":
		return "header", "If-Match"
	case "fullSyncRequired":
		return "parameter", "syncToken"
	}
	return "", ""
}

// fail is Google's error body.
func fail(status int, reason, message string) answer {
	item := JSON{"domain": domainOf(reason), "reason": reason, "message": message}
	if kind, location := where(reason); kind != "" {
		item["locationType"], item["location"] = kind, location
	}
	header := http.Header{"Content-Type": {jsonType}}
	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
	}
	return answer{Status: status, Header: header, Body: JSON{"error": JSON{
		"code": status, "message": message, "errors": []any{item},
	}}}
}

// badParameter is the 400 of a query parameter that makes no sense.
func badParameter(name, value string) answer {
	a := fail(http.StatusBadRequest, "invalid", "Invalid value '"+value+"' for "+name+".")
	item := a.Body.(JSON)["error"].(JSON)["errors"].([]any)[0].(JSON)
	item["locationType"], item["location"] = "parameter", name
	return a
}
