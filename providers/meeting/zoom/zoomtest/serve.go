package zoomtest

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strings"
)

const jsonBody = "application/json;charset=UTF-8"

// answer is what a request leads to. A nil body is an empty one.
type answer struct {
	status int
	header http.Header
	body   any
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

type fieldError struct {
	Field   string `json:"field" xml:"field"`
	Message string `json:"message" xml:"message"`
}

// failure is the error body of the API.
type failure struct {
	XMLName xml.Name     `json:"-" xml:"result"`
	Code    int          `json:"code" xml:"code"`
	Message string       `json:"message" xml:"message"`
	Errors  []fieldError `json:"errors,omitempty" xml:"errors,omitempty"`
}

func fail(status, code int, message string) answer {
	return answer{status: status, body: failure{Code: code, Message: message}}
}

// route is one call of the API: the scope that it needs, the rate limit that counts it, and its effect, which runs
// under the lock.
type route struct {
	pattern string
	scope   string
	label   string
	effect  func(s *Server, r *http.Request, body map[string]any) answer
}

var api = []route{
	{"POST /v2/users/{user}/meetings", "meeting:write:meeting:admin", "medium", (*Server).create},
	{"GET /v2/users/{user}/meetings", "meeting:read:list_meetings:admin", "medium", (*Server).list},
	{"GET /v2/meetings/{id}", "meeting:read:meeting:admin", "light", (*Server).get},
	{"PATCH /v2/meetings/{id}", "meeting:update:meeting:admin", "light", (*Server).update},
	{"DELETE /v2/meetings/{id}", "meeting:delete:meeting:admin", "light", (*Server).remove},
	{"PUT /v2/meetings/{id}/status", "meeting:update:status:admin", "light", (*Server).setStatus},
	{"GET /v2/meetings/{id}/invitation", "meeting:read:invitation:admin", "light", (*Server).invitation},
	{"GET /v2/users/{user}", "user:read:user:admin", "light", (*Server).getUser},
	{"GET /v2/users/{user}/settings", "user:read:settings:admin", "light", (*Server).getSettings},
	{"GET /v2/users/{user}/meeting_templates", "meeting:read:list_templates:admin", "medium", (*Server).getTemplates},
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /oauth/token", s.serveToken)
	mux.HandleFunc("POST /oauth/revoke", s.serveToken)
	mux.HandleFunc("GET /oauth/authorize", s.serveAuthorize)
	for _, rt := range api {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) { s.serveAPI(w, r, rt) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.write(w, r, "light", answer{status: http.StatusNotFound,
			body: failure{Code: 2300, Message: "This API endpoint is not recognized."}})
	})
	return mux
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, rt route) {
	if a, refused := s.refuses(r, rt.scope); refused {
		s.write(w, r, rt.label, a)
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the client has gone away
	}
	r.Body = io.NopCloser(bytes.NewReader(raw)) // for Hold and Fault.Match
	f := s.fault(r)
	s.hold(r, "before")
	if f != nil && !f.After {
		s.misbehave(w, r, rt.label, f, answer{})
		return
	}
	a := s.commit(r, raw, rt, f)
	s.hold(r, "after")
	if f != nil {
		s.misbehave(w, r, rt.label, f, a)
		return
	}
	s.write(w, r, rt.label, a)
}

// commit decodes the body and runs the effect under the lock. A deaf fault answers as if it had run.
func (s *Server) commit(r *http.Request, raw []byte, rt route, f *Fault) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body map[string]any
	if r.Method == http.MethodPost || r.Method == http.MethodPatch || r.Method == http.MethodPut {
		if err := json.Unmarshal(raw, &body); err != nil || body == nil {
			s.complain(r, "the body is no JSON object")
			return fail(http.StatusBadRequest, 300, "Request Body should be a valid JSON object.")
		}
	}
	if f != nil && f.Deaf {
		undo := s.snapshotAll()
		defer func() { s.meetings = undo }()
	}
	return rt.effect(s, r, body)
}

func (s *Server) snapshotAll() []*live {
	all := make([]*live, len(s.meetings))
	for i, m := range s.meetings {
		all[i] = m.clone()
	}
	return all
}

func (s *Server) hold(r *http.Request, phase string) {
	if s.Hold != nil {
		s.Hold(r, phase)
	}
}

// write sends an answer, as XML to a client that did not ask for JSON.
func (s *Server) write(w http.ResponseWriter, r *http.Request, label string, a answer) {
	s.record(r, label, a.status)
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("X-Zm-Trackingid", fmt.Sprintf("v=2.0;clid=test;rid=WEB_%d", s.now().UnixNano()))
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	if text, raw := a.body.(string); raw {
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, text)
		return
	}
	if label != "token" && !strings.Contains(r.Header.Get("Accept"), "application/json") {
		h.Set("Content-Type", "application/xml;charset=UTF-8")
		w.WriteHeader(a.status)
		if f, isFailure := a.body.(failure); isFailure {
			_ = xml.NewEncoder(w).Encode(f)
			return
		}
		_, _ = io.WriteString(w, "<result><message>ask for application/json</message></result>")
		return
	}
	h.Set("Content-Type", jsonBody)
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // a client that has gone away is no concern of ours
}

func (s *Server) record(r *http.Request, label string, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path, Label: label, At: s.now(),
		Status: status})
}

func (s *Server) complain(r *http.Request, what string) {
	s.complaints = append(s.complaints, r.Method+" "+r.URL.Path+": "+what)
}
