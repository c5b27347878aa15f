package links

import (
	"strings"
)

// location is a link taken apart as far as recognising it needs that. net/url refuses what people and mail systems
// write.
type location struct {
	scheme, host    string // lower case
	path, query     string // path without the first slash, both as written
	fragment, whole string // whole is all behind the host
}

// split takes a link apart. One without a scheme is one of the web.
func split(link string) (u location, ok bool) {
	scheme, rest, found := strings.Cut(link, "://")
	if !found {
		scheme, rest = "https", link
	}
	u.scheme = strings.ToLower(scheme)
	at := strings.IndexAny(rest, "/?#")
	if at < 0 {
		at = len(rest)
	}
	u.host, u.whole = rest[:at], rest[at:]
	if i := strings.LastIndexByte(u.host, '@'); i >= 0 {
		u.host = u.host[i+1:]
	}
	u.host, _, _ = strings.Cut(u.host, ":")
	u.host = strings.TrimSuffix(strings.ToLower(u.host), ".")
	before, fragment, _ := strings.Cut(u.whole, "#")
	u.fragment = fragment
	path, query, _ := strings.Cut(before, "?")
	u.path, u.query = strings.TrimPrefix(path, "/"), query
	return u, u.host != "" && !strings.ContainsAny(scheme, " /.")
}

// param is a query parameter, percent-decoded; its name in any case.
func (u location) param(name string) string {
	for pair := range strings.SplitSeq(u.query, "&") {
		if key, value, ok := strings.Cut(pair, "="); ok && strings.EqualFold(key, name) {
			return unescape(value)
		}
	}
	return ""
}

// on reports whether the host is domain or below it.
func (u location) on(domain string) bool { return on(u.host, domain) }

func on(host, domain string) bool {
	return host == domain || len(host) > len(domain) && host[len(host)-len(domain)-1] == '.' &&
		strings.HasSuffix(host, domain)
}

// unescape decodes percent signs, and leaves alone what is none.
func unescape(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if hi, lo := hex(s[i+1]), hex(s[i+2]); hi < 16 && lo < 16 {
				b.WriteByte(hi<<4 | lo)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// hex is the value of a hexadecimal digit, or 16.
func hex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 16
}
