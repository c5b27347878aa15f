package daemon

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/web"
	"zoomtag/sync/web/metrics"
	"zoomtag/sync/web/page"
	"zoomtag/sync/web/remote"
)

// Bounds on what strangers may take of the web listener: all that it says is short, and asked for in one line.
const (
	webConnections = 64
	webHeader      = 16 << 10 // bytes
	webRead        = 10 * time.Second
	webWrite       = time.Minute // a feed of thousands of events over a slow line
	webIdle        = time.Minute
)

// pages are what the listener answers.
func (d *daemon) pages() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", d.page)
	mux.Handle("GET /healthz", web.HealthPage(d.live, d.Log))
	mux.Handle("GET /readyz", web.HealthPage(d.ready, d.Log))
	mux.Handle("GET /metrics", d.metrics.Handler())
	mux.Handle(remote.Prefix, remote.New(remote.Options{Service: func() api.Service { return d.service.Load() },
		Tokens: func() []configs.Token { return *d.tokens.Load() }, Log: d.Log, Answered: d.metrics.Answered}))
	mux.HandleFunc("GET /feed/{name}", func(w http.ResponseWriter, r *http.Request) { d.service.Load().Feed(w, r) })
	return mux
}

// live is what /healthz says: well as long as the process works, and degraded while a calendar is overdue.
func (d *daemon) live(context.Context) web.Health {
	if err := d.healthy(); err != nil {
		return failing(words.Of(err))
	}
	if _, err := d.st.Generation(); err != nil { // that of a file can be read, or healthy has said why not
		return web.Health{Status: api.Degraded, Reasons: []string{words.Of(err)}}
	}
	// no concern of the watchdog's: its restart could come while a disk is away
	if displaced := d.st.Displaced(); displaced != "" {
		return failing(words.Join(words.Apart(displaced)))
	}
	if late := d.service.Load().Late(); len(late) > 0 {
		return web.Health{Status: api.Degraded, Reasons: []string{"overdue: " + strings.Join(late, ", ")}}
	}
	return web.Health{Status: api.OK}
}

// ready is what /readyz says: failing while every calendar fails or is overdue.
func (d *daemon) ready(ctx context.Context) web.Health {
	report, err := d.service.Load().Status(ctx, api.StatusRequest{})
	if err != nil {
		return failing(words.Of(err))
	}
	return web.Health{Status: report.Health, Reasons: report.Reasons}
}

func failing(reason string) web.Health {
	return web.Health{Status: api.Failing, Reasons: []string{reason}}
}

// look gathers what metrics tell.
func (d *daemon) look(ctx context.Context) (f metrics.Facts, err error) {
	service := d.service.Load()
	status, links, conditions, err := service.Overview(ctx)
	if err != nil {
		return f, err
	}
	size, err := d.st.Bytes()
	if err != nil {
		return f, err
	}
	f.Status, f.Links, f.Conditions = status, links.Links, conditions.Conditions
	f.CertificateEnd, f.StateBytes = service.CertificateEnd(), size
	return f, nil
}

// serveWeb answers on l, an address that others may reach, in the background.
func (d *daemon) serveWeb(ctx context.Context, l net.Listener, h http.Handler) *http.Server {
	s := d.server(ctx, h)
	s.ReadTimeout, s.WriteTimeout = webRead, webWrite
	return d.serve(netutil.LimitListener(l, webConnections), s)
}

// newPage makes the status page.
func (d *daemon) newPage() *page.Page {
	return page.New(page.Options{Service: func() api.Service { return d.service.Load() }, Now: time.Now,
		Zone: func() *time.Location { return d.service.Load().Zone() },
		Log:  d.Log})
}

// accessOf says for whom the page is by the configuration, which was checked.
func accessOf(c configs.Page) page.Access {
	a := page.Access{Password: c.Password.Reveal(), Header: c.TrustedHeader}
	for _, text := range c.TrustedPeers {
		if network, err := configs.Network(text); err == nil {
			a.Peers = append(a.Peers, network)
		}
	}
	return a
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
