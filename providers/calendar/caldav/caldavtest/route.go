package caldavtest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// The paths.
const (
	rootPath      = "/dav/"
	principalPath = "/dav/principals/" + Owner + "/"
	homePath      = "/dav/calendars/" + Owner + "/"
	wellKnownPath = "/.well-known/caldav"
)

// kind is what a path names.
type kind int

const (
	nothing kind = iota
	wellKnown
	root
	principal
	home
	calendars // one of them
	item
)

// target is what a request is about.
type target struct {
	kind kind
	path string // in its full form
	in   *collection
	name string // of an item, there or not
}

// targetOf reads a decoded path. Collections are found without their slash as well.
func (s *Server) targetOf(path string) target {
	switch full := strings.TrimSuffix(path, "/") + "/"; full {
	case wellKnownPath + "/":
		return target{kind: wellKnown, path: wellKnownPath}
	case "/", rootPath:
		return target{kind: root, path: full}
	case principalPath:
		return target{kind: principal, path: full}
	case homePath:
		return target{kind: home, path: full}
	}
	within, ok := strings.CutPrefix(path, homePath)
	collection, name, _ := strings.Cut(within, "/")
	c := s.find(collection)
	switch {
	case !ok || collection == "" || c == nil || strings.Contains(name, "/"):
		return target{path: path}
	case name == "":
		return target{kind: calendars, path: homePath + collection + "/", in: c}
	}
	return target{kind: item, path: path, in: c, name: name}
}

// href writes a path as answers have it.
func (c *call) href(path string) element {
	s := (&url.URL{Path: path}).EscapedPath()
	h := c.opts.Hrefs
	if h.NoSlash && len(s) > 1 {
		s = strings.TrimSuffix(s, "/")
	}
	if h.Escaped {
		s = escapeMore(s)
	}
	if h.Absolute {
		s = "http://" + c.r.Host + s
	}
	return dav("href").text(s)
}

// escapeMore escapes what need not be, with small digits.
func escapeMore(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte("@-_~:!$&'()*+,;=", c) >= 0 {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// redirect answers /.well-known/caldav (RFC 6764 5).
func (c *call) redirect() answer {
	if c.opts.WellKnown == 0 {
		return blank(http.StatusNotFound)
	}
	to := c.opts.WellKnownTo
	if to == "" {
		to = rootPath
	}
	a := blank(c.opts.WellKnown)
	a.header.Set("Location", to)
	return a
}
