package examine

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
)

// Prober looks at the way to Zoom from this machine. It sends no credential, no passcode and no meeting number.
type Prober struct {
	dial   func(ctx context.Context, network, address string) (net.Conn, error)
	lookup func(ctx context.Context, host string) ([]string, error)
	proxy  func(*http.Request) (*url.URL, error)
	roots  *x509.CertPool // nil is the system's
	Status string         // the address of Zoom's status, as Statuspage gives it
	now    func() time.Time
	within time.Duration // bounds each check, where it is shorter than the usual bounds and not 0
}

// Where Zoom says how it is, and how long each check may take.
const (
	zoomStatusURL = "https://www.zoomstatus.com/api/v2/status.json"
	probeTime     = 6 * time.Second
	mediaTime     = 3 * time.Second
)

// NewProber returns a prober of this machine's network. Each check ends within its usual bound or, if it is shorter and
// not 0, within this one.
func NewProber(now func() time.Time, within time.Duration) *Prober {
	return &Prober{within: within, dial: (&net.Dialer{}).DialContext, lookup: net.DefaultResolver.LookupHost,
		proxy: http.ProxyFromEnvironment, Status: zoomStatusURL, now: now}
}

// bound bounds a check, its answer's body included.
func (p *Prober) bound(ctx context.Context, most time.Duration) (context.Context, context.CancelFunc) {
	if p.within > 0 {
		most = min(most, p.within)
	}
	return context.WithTimeout(ctx, most)
}

// Target is a host to connect to.
type Target struct{ URL, Purpose string }

// targets are the hosts that zoomtag and its guests need. The API of an emulator on this machine needs nothing from
// outside. services are, in turn, addresses of an API and of the sign-in that goes with it.
func targets(services, joinHosts []string) (list []Target, outside bool) {
	seen := map[string]bool{}
	outside = true
	add := func(address, purpose string) {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || seen[u.Host] {
			return
		}
		seen[u.Host] = true
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsLoopback() || u.Hostname() == "localhost" {
			outside = false
		}
		list = append(list, Target{URL: u.Scheme + "://" + u.Host + "/", Purpose: purpose})
	}
	for i, address := range services {
		add(address, []string{"API", "sign-in"}[i%2])
	}
	if outside {
		for _, host := range joinHosts {
			add("https://"+host, "joining")
		}
	}
	return list, outside
}

// Look makes all checks at once. Ports for media are looked at on the hosts named.
func (p *Prober) Look(ctx context.Context, list []Target, media []string, status bool) doctor.NetworkFacts {
	facts := doctor.NetworkFacts{Probes: make([]doctor.Probe, len(list)), Media: make([]doctor.Port, len(media))}
	var wg sync.WaitGroup
	for i, t := range list {
		wg.Go(func() { facts.Probes[i] = p.host(ctx, t) })
	}
	if len(list) > 0 && p.proxied(ctx, list[0].URL) { // sound and picture would not go this way
		media, facts.Media = nil, nil
	}
	for i, address := range media {
		wg.Go(func() { facts.Media[i] = p.port(ctx, address) })
	}
	if status {
		wg.Go(func() { facts.Status, facts.Says, facts.StatusError = p.zoomStatus(ctx) })
	}
	wg.Wait()
	return facts
}

// proxied reports whether connections to an address go through a proxy.
func (p *Prober) proxied(ctx context.Context, address string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return false
	}
	proxy, err := p.proxy(req)
	return err == nil && proxy != nil
}

// host connects to one host, through the proxy if there is one, and looks at its certificate.
func (p *Prober) host(ctx context.Context, t Target) doctor.Probe {
	ctx, cancel := p.bound(ctx, probeTime)
	defer cancel()
	out := doctor.Probe{Host: t.URL, For: t.Purpose}
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, t.URL, nil)
	if err != nil {
		out.Error = words.Of(err)
		return out
	}
	out.Host = req.URL.Hostname()
	proxy, err := p.proxy(req)
	switch {
	case err != nil:
		out.Error = "the proxy's address is wrong"
		return out
	case proxy != nil:
		out.Proxy = proxy.Host
	default:
		if _, err := p.resolve(ctx, out.Host); err != nil {
			out.NameError = brief(err)
			return out
		}
	}
	chain, date, err := p.shake(req, proxy)
	switch {
	case err != nil:
		out.Error = brief(err)
	case len(chain) > 0:
		out.Issuer, out.Untrusted = p.certificate(chain, out.Host)
	}
	if !date.IsZero() {
		out.Ahead, out.Dated = p.now().Sub(date), true
	}
	return out
}

func (p *Prober) resolve(ctx context.Context, host string) ([]string, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		return []string{host}, nil
	}
	return p.lookup(ctx, host)
}

// shake sends an empty request and returns the certificates of whoever answered, and the time there.
func (p *Prober) shake(req *http.Request, proxy *url.URL) (chain []*x509.Certificate, date time.Time, err error) {
	var mu sync.Mutex
	// Nothing is trusted here: the request is empty, and the certificate is looked at afterwards, whoever made it. A
	// proxy gets the credentials that are in its address, so it has to prove who it is.
	config := &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		mu.Lock()
		defer mu.Unlock()
		if proxy != nil && strings.EqualFold(s.ServerName, proxy.Hostname()) &&
			!strings.EqualFold(s.ServerName, req.URL.Hostname()) {
			if _, untrusted := p.certificate(s.PeerCertificates, s.ServerName); untrusted != "" {
				return errors.New("the certificate of the proxy is not trusted: " + untrusted)
			}
			return nil
		}
		chain = s.PeerCertificates
		return nil
	}}
	transport := &http.Transport{Proxy: p.proxy, DialContext: p.dial, TLSClientConfig: config, DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		return nil, date, err
	}
	res.Body.Close()
	date, err = http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		date = time.Time{} // an answer without a date says nothing of the clock
	}
	mu.Lock()
	defer mu.Unlock()
	return chain, date, nil
}

// certificate names the issuer of a host's certificate, and says why it is not trusted.
func (p *Prober) certificate(chain []*x509.Certificate, name string) (issuer, untrusted string) {
	leaf := chain[0]
	issuer = leaf.Issuer.CommonName
	if len(leaf.Issuer.Organization) > 0 {
		issuer = leaf.Issuer.Organization[0]
	}
	between := x509.NewCertPool()
	for _, c := range chain[1:] {
		between.AddCert(c)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: p.roots, Intermediates: between,
		CurrentTime: p.now()}); err != nil {
		untrusted = brief(err)
	}
	return issuer, untrusted
}

// port opens a TCP connection and closes it.
func (p *Prober) port(ctx context.Context, address string) doctor.Port {
	ctx, cancel := p.bound(ctx, mediaTime)
	defer cancel()
	conn, err := p.dial(ctx, "tcp", address)
	if errors.Is(err, syscall.ECONNREFUSED) { // the way is free, and nobody listens there
		return doctor.Port{Address: address}
	}
	if err != nil {
		return doctor.Port{Address: address, Error: brief(err)}
	}
	if err := conn.Close(); err != nil {
		return doctor.Port{Address: address, Error: brief(err)}
	}
	return doctor.Port{Address: address}
}

// zoomStatus reads Zoom's status page.
func (p *Prober) zoomStatus(ctx context.Context) (status, says, problem string) {
	ctx, cancel := p.bound(ctx, probeTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Status, nil)
	if err != nil {
		return "", "", words.Of(err)
	}
	transport := &http.Transport{Proxy: p.proxy, DialContext: p.dial, TLSClientConfig: &tls.Config{RootCAs: p.roots},
		DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	res, err := transport.RoundTrip(req)
	if err != nil {
		return "", "", "Zoom's status page gave no answer: " + brief(err)
	}
	defer res.Body.Close()
	var page struct {
		Status struct{ Indicator, Description string }
	}
	const most = 64 << 10
	err = json.NewDecoder(io.LimitReader(res.Body, most)).Decode(&page)
	if err != nil || res.StatusCode != http.StatusOK || page.Status.Indicator == "" {
		return "", "", "Zoom's status page says something that cannot be understood"
	}
	return page.Status.Indicator, page.Status.Description, ""
}

// brief is what a failed connection says, without what surrounds it.
func brief(err error) string {
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer in time"
	case errors.As(err, &dns):
		return dns.Err
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return words.Of(err)
}
