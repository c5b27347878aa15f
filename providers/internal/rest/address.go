package rest

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"zoomtag/providers/words"
)

// CheckURL parses the base address of a service. It must be absolute and https; plain http is for loopback addresses
// only, so that no credential ever crosses a network in the open. A slash at the end is taken off.
func CheckURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return nil, fmt.Errorf("%q is not a URL", Redact(raw))
	}
	switch {
	case u.Host == "" || u.Opaque != "":
		return nil, words.Mend(fmt.Errorf("%q is not a URL with a host", Redact(raw)),
			"write it as https://host/path")
	case u.User != nil:
		return nil, words.Mend(fmt.Errorf("the URL for %s holds credentials", u.Host),
			"put them into the settings made for them")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("the URL for %s must end before its ? or #", u.Host)
	case u.Scheme == "https", u.Scheme == "http" && Loopback(u.Host):
		u.Path = strings.TrimRight(u.Path, "/")
		return u, nil
	}
	return nil, fmt.Errorf("the URL for %s must begin with https:// (plain http is for loopback addresses only)",
		u.Host)
}

// Loopback reports whether host, with or without a port, is this machine itself.
func Loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
