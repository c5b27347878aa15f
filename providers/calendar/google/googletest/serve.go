package googletest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
)

const (
	base     = "/calendar/v3/"
	jsonType = "application/json; charset=UTF-8"
	gzipFrom = 1024 // bytes from which an answer is compressed
)

// answer is what a request leads to. A string is sent as it is, a nil body is an empty one.
type answer struct {
	status int
	header http.Header
	body   any
}

func ok(body JSON) answer { return answer{status: http.StatusOK, body: body} }

// call is one request of the API on its way. Its methods run under the lock.
type call struct {
	*Server
	r     *http.Request
	id    string // of the method, as the discovery document names it
	token *accessToken
	body  JSON
}

// route is one call of the API and its effect.
type route struct {
	pattern, id string
	effect      func(c *call) answer
}

func (s *Server) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, rt := range []route{
		{"GET " + base + "calendars/{calendar}/events", "calendar.events.list", (*call).list},
		{"GET " + base + "calendars/{calendar}/events/{event}", "calendar.events.get", (*call).get},
		{"PATCH " + base + "calendars/{calendar}/events/{event}", "calendar.events.patch", (*call).patch},
		{"GET " + base + "calendars/{calendar}", "calendar.calendars.get", (*call).getCalendar},
		{"GET " + base + "users/me/calendarList", "calendar.calendarList.list", (*call).listCalendars},
		{base, "", (*call).unknown},
	} {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) { s.serveAPI(w, r, rt) })
	}
	mux.HandleFunc("POST /token", s.serveToken)
	mux.HandleFunc("GET /o/oauth2/v2/auth", s.serveAuthorize)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.complain(r, "there is nothing at this address")
		s.write(w, r, fail(http.StatusNotFound, "notFound", "Not Found"), false)
	})
	return mux
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request, rt route) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return // the client has gone away
	}
	r.Body = io.NopCloser(bytes.NewReader(raw)) // for Hold and Fault.Match
	c := &call{Server: s, r: r, id: rt.id}
	a, refused := c.prepare(raw)
	if refused {
		s.finish(w, c, a, nil)
		return
	}
	f := s.fault(r)
	s.hold("before", r)
	if f == nil || f.effectFirst() {
		s.mu.Lock()
		a = rt.effect(c)
		a = c.partial(a)
		s.mu.Unlock()
	}
	s.hold("after", r)
	s.finish(w, c, a, f)
}

func (s *Server) hold(phase string, r *http.Request) {
	if s.Hold != nil && (s.HoldTokens || isAPI(r)) {
		s.Hold(phase, r)
	}
}

// prepare checks what has to be right before anything else: the request's form, its token and the scopes of it.
func (c *call) prepare(raw []byte) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	token, a, refused := c.authorized(c.r, c.id)
	if refused {
		return a, true
	}
	c.token = token
	if len(raw) > 0 || c.r.Method == http.MethodPatch {
		if err := json.Unmarshal(raw, &c.body); err != nil || c.body == nil {
			c.complainf("the body is no JSON object")
			return fail(http.StatusBadRequest, "parseError", "Parse Error"), true
		}
	}
	if c.discovery != nil {
		for _, what := range c.discovery.check(c.r, c.body) {
			c.complainf("%s", what)
		}
	}
	return answer{}, false
}

// finish sends the answer, as the fault would have it if there is one, and keeps the request.
func (s *Server) finish(w http.ResponseWriter, c *call, a answer, f *Fault) {
	if f != nil {
		a = f.apply(a)
	}
	status := a.status
	if f != nil && f.Cut {
		status = 0
	}
	s.mu.Lock()
	s.requests = append(s.requests, s.record(c.r, c.body, status))
	s.mu.Unlock()
	if status == 0 {
		panic(http.ErrAbortHandler) // net/http's way of cutting a connection
	}
	s.write(w, c.r, a, f != nil && f.Half)
}

func (s *Server) record(r *http.Request, body JSON, status int) Request {
	return Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body, Status: status, At: s.now(),
	}
}

// write sends an answer; half of it says the length of the whole and ends in the middle.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer, half bool) {
	text, raw := a.body.(string)
	data := []byte(text)
	if !raw && a.body != nil {
		data, _ = json.Marshal(a.body) // made of decoded JSON: it cannot fail
	}
	h := w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Vary", "Origin, X-Origin, Referer")
	h.Set("Cache-Control", "private")
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	maps.Copy(h, a.header)
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && len(data) > 0 && (s.opts.Gzip || len(data) >= gzipFrom) {
		h.Set("Content-Encoding", "gzip")
		data = compressed(data)
	}
	if a.status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(data)))
	}
	w.WriteHeader(a.status)
	if half {
		_, _ = w.Write(data[:len(data)/2])
		_ = http.NewResponseController(w).Flush() // a recorder may not know how; then nothing was buffered either
		panic(http.ErrAbortHandler)               // net/http's way of cutting a connection
	}
	_, _ = w.Write(data) // a client that has gone away is no concern of ours
}

func compressed(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // into memory: it cannot fail
	_ = z.Close()
	return b.Bytes()
}

// unknown is every call that the emulator does not have, among them those that zoomtag has no business to make.
func (c *call) unknown() answer {
	c.complainf("the emulator does not have this call")
	return fail(http.StatusNotImplemented, "notImplemented", "Not Implemented")
}

func (s *Server) complain(r *http.Request, what string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.complaints = append(s.complaints, r.Method+" "+r.URL.Path+": "+what)
}

// complainf is complain under the lock.
func (c *call) complainf(format string, args ...any) {
	c.complaints = append(c.complaints, c.r.Method+" "+c.r.URL.Path+": "+fmt.Sprintf(format, args...))
}
