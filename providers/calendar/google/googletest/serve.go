package googletest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"zoomtag/providers/internal/emulator"
)

const (
	base     = "/calendar/v3/"
	jsonType = "application/json; charset=UTF-8"
	gzipFrom = 1024 // bytes from which an answer is compressed
)

// answer is what a request leads to.
type answer = emulator.Answer

func ok(body JSON) answer { return emulator.OK(body) }

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
		{"GET " + directoryBase + "users", "directory.users.list", (*call).listUsers},
		{"GET " + directoryBase + "groups/{group}/members", "directory.members.list", (*call).listMembers},
		{base, "", (*call).unknown},
	} {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) { s.serveAPI(w, r, rt) })
	}
	mux.HandleFunc("POST /token", s.serveToken)
	mux.HandleFunc("POST /revoke", s.serveToken)
	mux.HandleFunc("GET /o/oauth2/v2/auth", s.serveAuthorize)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.ComplainOf(r, "there is nothing at this address")
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
	if f.EffectFirst() {
		s.mu.Lock()
		a = rt.effect(c)
		a = c.partial(a)
		s.mu.Unlock()
	}
	s.hold("after", r)
	s.finish(w, c, a, f)
}

func (s *Server) hold(phase string, r *http.Request) { s.Held(phase, r, isAPI(r)) }

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
	if c.discovery != nil && !strings.HasPrefix(c.id, "directory.") {
		for _, what := range c.discovery.check(c.r, c.body) {
			c.complainf("%s", what)
		}
	}
	return answer{}, false
}

// finish sends the answer, as the fault would have it if there is one, and keeps the request.
func (s *Server) finish(w http.ResponseWriter, c *call, a answer, f *Fault) {
	a = a.With(f)
	s.Keep(emulator.Of(c.r, c.body, a.Status, f, s.now()))
	if f.IsCut() {
		emulator.Cut()
	}
	s.write(w, c.r, a, f.IsHalf())
}

// write sends an answer.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer, half bool) {
	h := w.Header()
	h.Set("Content-Type", jsonType)
	h.Set("Vary", "Origin, X-Origin, Referer")
	h.Set("Cache-Control", "private")
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	data := emulator.Encoded(a.Body)
	compress := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && (s.opts.Gzip || len(data) >= gzipFrom)
	emulator.Send(w, a.Status, a.Header, data, compress, half)
}

// unknown is every call that the emulator does not have, among them those that zoomtag has no business to make.
func (c *call) unknown() answer {
	c.complainf("the emulator does not have this call")
	return fail(http.StatusNotImplemented, "notImplemented", "Not Implemented")
}

// complainf complains about a request.
func (c *call) complainf(format string, args ...any) { c.ComplainOf(c.r, fmt.Sprintf(format, args...)) }
