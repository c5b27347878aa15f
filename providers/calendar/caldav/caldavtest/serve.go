package caldavtest

import (
	"bytes"
	"crypto/subtle"
	"io"
	"net/http"
	"strings"

	"zoomtag/providers/internal/emulator"
)

const largestBody = 16 << 20 // bytes

// answer is what a request leads to.
type answer struct {
	status int
	header http.Header
	body   string
}

func blank(status int) answer { return answer{status: status, header: http.Header{}} }

// call is one request on its way.
type call struct {
	*Server
	r    *http.Request
	sent string   // its body
	xml  *element // the same, where it is XML
	to   target
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, err := rewindable(r)
	if err != nil {
		return // the client has gone away
	}
	c := &call{Server: s, r: r, sent: raw}
	f := s.Hit(r, true)
	c.hold("before")
	a := blank(http.StatusOK)
	if f.EffectFirst() {
		a = c.done()
	}
	c.hold("after")
	status, header, body := f.Apply(a.status, a.header, a.body)
	s.Keep(emulator.Of(r, emulator.JSON{"text": raw}, status, f, s.opts.Now()))
	if f.IsCut() {
		emulator.Cut()
	}
	h := w.Header()
	h.Set("Date", s.opts.Now().UTC().Format(http.TimeFormat))
	h.Set("Dav", s.capabilities())
	compress := strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") && r.Method != http.MethodHead
	emulator.Send(w, status, header, emulator.Encoded(body), compress, f.IsHalf())
}

// rewindable reads the body of a request, and lets it be read again: by its Body, and as often as wanted by its
// GetBody.
func rewindable(r *http.Request) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(r.Body, largestBody))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(raw)), nil }
	r.Body, _ = r.GetBody() // it never fails
	return string(raw), err
}

func (c *call) hold(phase string) {
	if c.Hold != nil {
		c.Hold(phase, c.r)
	}
}

// capabilities are those of the DAV header.
func (s *Server) capabilities() string {
	dav := "1, 2, 3, access-control, calendar-access"
	if s.opts.AutoSchedule {
		dav += ", calendar-auto-schedule"
	}
	return dav
}

func (c *call) done() answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = c.targetOf(c.r.URL.Path)
	if c.r.Header.Get("Expect") != "" {
		c.complain("Expect: servers that do not know it wait, or refuse")
	}
	if c.to.kind == wellKnown {
		return c.redirect()
	}
	if a, refused := c.authorized(); refused {
		return a
	}
	if a, refused := c.readBody(); refused {
		return a
	}
	if c.to.kind == nothing {
		return blank(http.StatusNotFound)
	}
	return c.effect()
}

func (c *call) effect() answer {
	switch c.r.Method {
	case http.MethodOptions:
		a := blank(http.StatusOK)
		a.header.Set("Allow", "OPTIONS, GET, HEAD, PUT, DELETE, PROPFIND, REPORT")
		return a
	case "PROPFIND":
		return c.propfind()
	case "REPORT":
		return c.report()
	}
	if c.to.kind != item {
		return blank(http.StatusMethodNotAllowed)
	}
	switch c.r.Method {
	case http.MethodGet, http.MethodHead:
		return c.get()
	case http.MethodPut:
		return c.put()
	case http.MethodDelete:
		return c.remove()
	}
	c.complain("there is no such method here")
	return blank(http.StatusMethodNotAllowed)
}

// authorized checks who asks.
func (c *call) authorized() (answer, bool) {
	challenge, ok := "", true
	switch c.opts.Auth {
	case Basic:
		user, password, _ := c.r.BasicAuth()
		challenge, ok = `Basic realm="calendars", charset="UTF-8"`, same(user, Username) && same(password, Password)
	case Bearer:
		challenge, ok = `Bearer realm="calendars"`, same(c.r.Header.Get("Authorization"), "Bearer "+Token)
	case Nobody:
	}
	if ok {
		return answer{}, false
	}
	a := blank(http.StatusUnauthorized)
	a.header.Set("WWW-Authenticate", challenge)
	return a, true
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// readBody reads what PROPFIND and REPORT were sent.
func (c *call) readBody() (answer, bool) {
	kind, _, _ := strings.Cut(c.r.Header.Get("Content-Type"), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	isXML := kind == "application/xml" || kind == "text/xml"
	switch {
	case c.r.Method == http.MethodPut && kind != "text/calendar":
		c.complain("the Content-Type is " + kind + ", not text/calendar")
		return c.refusal(http.StatusUnsupportedMediaType, cal("supported-calendar-data")), true
	case c.r.Method != "PROPFIND" && c.r.Method != "REPORT":
		return answer{}, false
	case c.sent == "" && c.r.Method == "PROPFIND":
		return answer{}, false // all properties are wanted
	case !isXML:
		c.complain("the Content-Type is " + kind + ", not that of XML")
		return blank(http.StatusUnsupportedMediaType), true
	}
	e, err := readXML(c.sent)
	if err != nil {
		c.complain("the body is no XML: " + err.Error())
		return blank(http.StatusBadRequest), true
	}
	c.xml = e
	return answer{}, false
}

// refusal is an answer with a DAV:error (RFC 4918 16).
func (c *call) refusal(status int, why ...element) answer {
	a := blank(status)
	a.header.Set("Content-Type", xmlType)
	a.body = document(dav("error", why...), c.opts.Style)
	return a
}

func (c *call) complain(what string) {
	c.Complain(c.r.Method + " " + c.r.URL.Path + ": " + what)
}

// elsewhere is a host that is not ours.
type elsewhere struct {
	emulator.Port
	server *Server
}

// ServeHTTP implements http.Handler.
func (e *elsewhere) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "" {
		e.server.Complain(r.Method + " " + r.URL.Path + ": credentials were sent to another host")
	}
	e.server.Keep(emulator.Of(r, emulator.JSON{"host": "another"}, http.StatusUnauthorized, nil, e.server.opts.Now()))
	w.Header().Set("WWW-Authenticate", `Basic realm="another"`)
	w.WriteHeader(http.StatusUnauthorized)
}
