package outlooktest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"zoomtag/providers/internal/emulator"
)

const (
	jsonType    = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
	largestBody = 4 << 20 // bytes
)

// answer is what a request leads to.
type answer = emulator.Answer

func ok(body JSON) answer { return emulator.OK(body) }

// call is one request of the API on its way. Its methods run under the lock, but for run and those that it calls.
type call struct {
	*Server
	r      *http.Request
	id     string // of the request
	to     target
	q      url.Values
	prefer prefer
	token  *accessToken
	in     *mailbox // that it is about
	body   JSON
	batch  string // its id in a $batch
	width  int    // how many requests of its $batch the service works on at once
	busy   bool   // it is counted in atOnce
}

// ServeHTTP implements http.Handler. Paths are taken as they are: Graph redirects nobody.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, what, login := strings.Cut(r.URL.Path, "/oauth2/v2.0/")
	switch {
	case isAPI(r):
		s.serveAPI(w, r)
	case login && what == "authorize" && r.Method == http.MethodGet:
		s.serveAuthorize(w, r)
	case login && (what == "token" || what == "devicecode") && r.Method == http.MethodPost:
		s.serveLogin(w, r, what)
	default:
		s.ComplainOf(r, "there is nothing at this address")
		s.write(w, r, answer{Status: http.StatusNotFound, Body: "<html><title>404</title></html>"}, false)
	}
}

func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, largestBody))
	if err != nil {
		return // the client has gone away
	}
	c := s.newCall(r)
	a, f := c.run(raw)
	defer c.leave()
	a = a.With(f)
	c.keep(a.Status, f)
	if f.IsCut() {
		emulator.Cut()
	}
	s.write(w, r, c.dressed(a), f.IsHalf())
}

func (s *Server) newCall(r *http.Request) *call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &call{Server: s, r: r, id: guid(fmt.Sprintf("request %d", s.Next()))}
}

// run is a request from beginning to end, but for the fault's answer.
func (c *call) run(raw []byte) (answer, *Fault) {
	c.r.Body = io.NopCloser(bytes.NewReader(raw)) // for Hold and Fault.Match
	if a, refused := c.prepare(raw); refused {
		return a, nil
	}
	f := c.fault(c.r)
	c.hold("before", c.r)
	a := answer{Status: http.StatusOK}
	if f.EffectFirst() {
		a = c.done()
	}
	c.hold("after", c.r)
	return a, f
}

func (c *call) done() answer {
	if c.to.kind == "$batch" {
		return c.runBatch()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.effect()
}

func (s *Server) hold(phase string, r *http.Request) { s.Held(phase, r, isAPI(r)) }

// prepare checks what has to be right before anything else.
func (c *call) prepare(raw []byte) (answer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	to, strange := targetOf(c.r.URL)
	c.to = to
	if a, refused := c.authorized(); refused {
		return a, true
	}
	if strange != "" || to.kind == "" {
		c.complainf("there is no such path: %q", strange)
		return fail(http.StatusBadRequest, "BadRequest", "Resource not found for the segment '"+strange+"'."), true
	}
	for _, check := range []func() (answer, bool){
		func() (answer, bool) { return c.readBody(raw) }, c.readQuery, c.readPrefer, c.checkSchema, c.findMailbox,
		c.enter,
	} {
		if a, refused := check(); refused {
			return a, true
		}
	}
	return answer{}, false
}

// readBody decodes the body, which only some calls have.
func (c *call) readBody(raw []byte) (answer, bool) {
	if c.r.Header.Get("Content-Encoding") == "gzip" {
		if c.opts.RefuseGzip {
			return fail(http.StatusUnsupportedMediaType, "UnsupportedMediaType",
				"The content encoding is not supported."), true
		}
		if z, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
			raw, _ = io.ReadAll(io.LimitReader(z, largestBody)) // what is cut short is no JSON
		}
	}
	if len(raw) == 0 && c.r.Method != http.MethodPatch {
		return answer{}, false
	}
	if err := json.Unmarshal(raw, &c.body); err != nil || c.body == nil {
		c.complainf("the body is no JSON object")
		return fail(http.StatusBadRequest, "BadRequest",
			"Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "+
				"JSON format."), true
	}
	return answer{}, false
}

// readQuery decodes the query. A blank in an option has to be %20.
func (c *call) readQuery() (answer, bool) {
	q, err := url.ParseQuery(c.r.URL.RawQuery)
	if err != nil {
		c.complainf("a query that cannot be read: %s", c.r.URL.RawQuery)
		return fail(http.StatusBadRequest, "BadRequest", "The query is malformed."), true
	}
	c.q = q
	if q.Has("$search") || q.Has("$count") && !c.to.inDirectory() {
		return c.unknown(), true
	}
	if strings.Contains(c.r.URL.RawQuery, "+") {
		c.complainf("a plus in the query: %s", c.r.URL.RawQuery)
		return fail(http.StatusInternalServerError, "ErrorInternalServerError",
			"An internal server error occurred. The operation failed."), true
	}
	return answer{}, false
}

// keep remembers the request.
func (c *call) keep(status int, f *Fault) {
	r := emulator.Of(c.r, c.body, status, f, c.now())
	r.Batch = c.batch
	c.Keep(r)
}

// dressed is an answer with what every answer of Graph has.
func (c *call) dressed(a answer) answer {
	h := http.Header{
		"Content-Type": {jsonType}, "Request-Id": {c.id}, "Odata-Version": {"4.0"}, "Cache-Control": {"no-cache"},
		"X-Ms-Ags-Diagnostic": {`{"ServerInfo":{"DataCenter":"Germany West Central","Slice":"E","Ring":"5"}}`},
	}
	client := c.r.Header.Get("Client-Request-Id")
	if client == "" {
		client = c.id
	}
	h.Set("Client-Request-Id", client)
	if len(c.prefer.applied) > 0 && a.Status < 300 {
		h.Set("Preference-Applied", strings.Join(c.prefer.applied, ", "))
	}
	maps.Copy(h, a.Header)
	a.Header = h
	if body, is := a.Body.(JSON); is {
		if e, is := body["error"].(JSON); is && a.Status >= 400 {
			e["innerError"] = JSON{"date": c.now().UTC().Format("2006-01-02T15:04:05"), "request-id": c.id,
				"client-request-id": client}
		}
	}
	return a
}

// write sends an answer.
func (s *Server) write(w http.ResponseWriter, r *http.Request, a answer, half bool) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Date", s.now().UTC().Format(http.TimeFormat))
	compress := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
	if compress {
		h.Set("Vary", "Accept-Encoding")
	}
	emulator.Send(w, a.Status, a.Header, emulator.Encoded(a.Body), compress, half)
}

// complainf complains about a request.
func (c *call) complainf(format string, args ...any) { c.ComplainOf(c.r, fmt.Sprintf(format, args...)) }
