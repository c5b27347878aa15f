package caldav

import (
	"net/url"
	"regexp"
	"strings"
)

// An id is the name of an object below its collection, decoded; one with a slash or a percent sign in it is kept
// encoded, and so every id with a percent sign is.

// kind is what an address in an answer names.
type kind int

const (
	outside  kind = iota // something that is not of the collection
	itself               // the collection
	other                // another collection in it
	anObject             // an object in it
)

var strayPercent = regexp.MustCompile(`%([^0-9A-Fa-f]|[0-9A-Fa-f][^0-9A-Fa-f]|.?$)`)

// idOf tells what an href names, and for an object its id and how the server writes its name.
func (p *place) idOf(href string) (id, spelled string, is kind) {
	href = strings.TrimSpace(href)
	u, err := p.url.Parse(href)
	if err != nil { // some servers forget to encode percent signs
		if u, err = p.url.Parse(strayPercent.ReplaceAllString(href, "%25$1")); err != nil {
			return "", "", outside
		}
	}
	escaped := u.EscapedPath()
	collection := strings.TrimSuffix(p.url.Path, "/")
	if strings.TrimSuffix(u.Path, "/") == collection {
		return "", "", itself
	}
	at := strings.LastIndexByte(strings.TrimSuffix(escaped, "/"), '/') + 1
	folder, err := url.PathUnescape(escaped[:at])
	if err != nil || strings.TrimSuffix(folder, "/") != collection {
		if strings.HasPrefix(u.Path, p.url.Path) {
			return "", "", other
		}
		return "", "", outside
	}
	spelled = escaped[at:]
	name, err := url.PathUnescape(spelled)
	if err != nil || strings.HasSuffix(spelled, "/") || name == "." || name == ".." {
		return "", "", other
	}
	id = name
	if strings.ContainsAny(name, "/%") {
		id = strings.ReplaceAll(url.PathEscape(name), "+", "%2B")
	}
	return id, spelled, anObject
}

// maxSpelled bounds how many names are remembered that a server writes in its own way.
const maxSpelled = 100000

// id is idOf for an object, whose spelling is remembered: not every server knows a name again that is encoded
// otherwise.
func (c *Calendar) id(p *place, href string) (id string, is kind) {
	id, spelled, is := p.idOf(href)
	if is != anObject || spelled == escapedName(id) {
		return id, is
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.spelled) > maxSpelled {
		clear(c.spelled)
	}
	c.spelled[id] = spelled
	return id, is
}

// escapedName is an id as it stands in an address.
func escapedName(id string) string {
	if _, err := url.PathUnescape(id); err == nil && strings.Contains(id, "%") {
		return id
	}
	return url.PathEscape(id)
}

// object is the address of an object.
func (c *Calendar) object(p *place, id string) *url.URL {
	c.mu.Lock()
	escaped, ok := c.spelled[id]
	c.mu.Unlock()
	if !ok {
		escaped = escapedName(id)
	}
	u := *p.url
	u.RawPath = p.url.EscapedPath() + escaped
	name, err := url.PathUnescape(escaped)
	if err != nil {
		name = id
	}
	u.Path = p.url.Path + name
	return &u
}
