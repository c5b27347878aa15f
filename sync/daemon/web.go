package daemon

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"
)

// Bounds on what strangers may take of the web listener: all that it says is short, and asked for in one line.
const (
	webConnections = 64
	webHeader      = 16 << 10 // bytes
	webRead        = 10 * time.Second
	webWrite       = time.Minute // a feed of thousands of events over a slow line
	webIdle        = time.Minute
)

// serveWeb answers on l, an address that others may reach, in the background.
func (d *daemon) serveWeb(ctx context.Context, l net.Listener, h http.Handler) *http.Server {
	s := d.server(ctx, h)
	s.ReadTimeout, s.WriteTimeout = webRead, webWrite
	return d.serve(netutil.LimitListener(l, webConnections), s)
}

// ownNames refuses what is asked of this machine under another machine's name: a page on the web can have its own name
// lead to 127.0.0.1, and a browser then takes what is answered here for that page's. configured is the address as
// written. Addresses that others may reach go by names that nobody here knows. The feed needs no guard but its token,
// and is asked for by the name of the web server before it.
func ownNames(configured string, at net.Addr, h http.Handler) http.Handler {
	if tcp, ok := at.(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return h
	}
	own := hostName(configured)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := hostName(r.Host); name != own && !isThisMachine(name) && !strings.HasPrefix(r.URL.Path, "/feed/") {
			http.Error(w, "this address answers only to its own name: ask for "+configured+
				", or have the proxy set the header Host to that", http.StatusMisdirectedRequest)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// hostName is the host of an address that may have a port, in the one way in which it is compared.
func hostName(address string) string {
	if host, _, err := net.SplitHostPort(address); err == nil {
		address = host
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(address, "[]"), "."))
}

// isThisMachine reports whether a name leads nowhere else. None at all comes from HTTP/1.0, which no browser speaks.
func isThisMachine(name string) bool {
	switch name {
	case "", "localhost":
		return true
	}
	ip := net.ParseIP(name)
	return strings.HasSuffix(name, ".localhost") || ip != nil && ip.IsLoopback()
}
