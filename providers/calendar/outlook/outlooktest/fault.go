package outlooktest

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

// On matches API requests of one method; an empty method is any.
func On(method string) func(*http.Request) bool {
	return func(r *http.Request) bool { return (method == "" || r.Method == method) && isAPI(r) }
}

// Tokens matches the requests for tokens.
func Tokens(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token") }

// Batches matches $batch itself, not what is in it.
func Batches(r *http.Request) bool { return r.URL.Path == base+"$batch" }

// Lists matches the pages of lists of events: calendar views, instances and deltas included.
func Lists(r *http.Request) bool {
	t, strange := targetOf(r.URL)
	switch t.kind {
	case "events", "calendarView", "instances", "calendarView/delta", "events/delta":
		return r.Method == http.MethodGet && isAPI(r) && strange == ""
	}
	return false
}

// Deltas matches the pages of deltas.
func Deltas(r *http.Request) bool {
	t, _ := targetOf(r.URL)
	return Lists(r) && strings.HasSuffix(t.kind, "/delta")
}

// NextPages matches the pages of lists but the first.
func NextPages(r *http.Request) bool { return Lists(r) && isNextPage(r) }

// isNextPage knows a page by its link.
func isNextPage(r *http.Request) bool {
	q := r.URL.Query()
	return q.Has("$skip") || q.Has("$skiptoken")
}

// Events matches the requests for a single event.
func Events(r *http.Request) bool {
	t, strange := targetOf(r.URL)
	return isAPI(r) && strange == "" && t.kind == "event"
}

// Error is a refusal in the form that Graph gives it.
func Error(status int, code, message string) Fault {
	return faultOf(status, JSON{"error": JSON{
		"code": code, "message": message, "innerError": JSON{"date": "2026-11-24T10:00:00", "request-id": guid(code),
			"client-request-id": guid(code)},
	}})
}

// NoMessage is a refusal that has a code and nothing more.
func NoMessage(status int, code string) Fault {
	return faultOf(status, JSON{"error": JSON{"code": code}})
}

// NoCode is a refusal of which only the frame is left: {"error":{}}.
func NoCode(status int) Fault { return faultOf(status, JSON{"error": JSON{}}) }

// Blank is an answer without a body.
func Blank(status int) Fault { return Fault{Status: status, Header: http.Header{}} }

func faultOf(status int, body JSON) Fault {
	text, _ := json.Marshal(body) // made of strings: it cannot fail
	return Fault{Status: status, Header: http.Header{"Content-Type": {jsonType}}, Body: string(text)}
}

// Page is an answer that is a web page, such as that of a proxy or of an overloaded front end.
func Page(status int) Fault {
	return Fault{
		Status: status, Header: http.Header{"Content-Type": {"text/html; charset=us-ascii"}},
		Body: "<!DOCTYPE HTML><HTML><HEAD><TITLE>Service Unavailable</TITLE></HEAD><BODY><h2>HTTP Error " +
			strconv.Itoa(status) + "</h2></BODY></HTML>\r\n",
	}
}

// fail is Graph's error body; the rest of it comes when it is sent.
func fail(status int, code, message string) answer {
	return answer{Status: status, Header: http.Header{}, Body: JSON{"error": JSON{"code": code, "message": message}}}
}

func notFound() answer {
	return fail(http.StatusNotFound, "ErrorItemNotFound", "The specified object was not found in the store.")
}

func accessDenied() answer {
	return fail(http.StatusForbidden, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
}
