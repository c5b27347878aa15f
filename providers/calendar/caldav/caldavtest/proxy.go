package caldavtest

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/internal/emulator"
)

// Proxy is an http.Handler in front of a CalDAV server: it makes a server that behaves misbehave, and one without pages
// use pages. Its methods may be called while it serves.
type Proxy struct {
	emulator.Port
	emulator.Faults
	emulator.Book

	upstream  *url.URL
	pageLimit int
	transport *http.Transport

	mu      sync.Mutex
	serial  int64
	pages   map[string]page // those still to be asked for, by their token
	silent  bool
	endless bool
	expired bool
}

// NewProxy makes a Proxy in front of the server at an address, http://host:port. The answers to sync-collection have
// pages of at most pageLimit objects, unless that is 0. Start makes it listen.
func NewProxy(upstream string, pageLimit int) (*Proxy, error) {
	u, err := url.Parse(upstream)
	if err != nil {
		return nil, fmt.Errorf("caldavtest: proxy: %w", err)
	}
	if u.Host == "" {
		return nil, fmt.Errorf("caldavtest: proxy: %q is no address of a server", upstream)
	}
	return &Proxy{upstream: u, pageLimit: pageLimit, transport: &http.Transport{DisableCompression: true},
		pages: map[string]page{}}, nil
}

// Start listens on a free port of 127.0.0.1 and serves until Close.
func (p *Proxy) Start() error { return p.Listen(p) }

// Close stops listening and cuts the connections on both sides.
func (p *Proxy) Close() error {
	err := p.Port.Close()
	p.transport.CloseIdleConnections()
	return err
}

// SetSilent makes PUT answer with success without asking the server; or ends that.
func (p *Proxy) SetSilent(silent bool) { p.set(func() { p.silent = silent }) }

// SetEndless makes every listing one that is cut short; the pages of a sync-collection lead to ever more. Or it ends
// that.
func (p *Proxy) SetEndless(endless bool) { p.set(func() { p.endless = endless }) }

// SetExpired garbles the sync tokens that clients send, so that the server refuses them in its own way; or ends that.
func (p *Proxy) SetExpired(expired bool) { p.set(func() { p.expired = expired }) }

func (p *Proxy) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	sent, err := rewindable(r)
	if err != nil {
		return // the client has gone away
	}
	f := p.Hit(r, true)
	a := blank(http.StatusOK)
	if f.EffectFirst() {
		a = p.answer(r, sent)
	}
	status, header, body := f.Apply(a.status, a.header, a.body)
	p.Keep(emulator.Of(r, emulator.JSON{"text": sent}, status, f, time.Now()))
	if f.IsCut() {
		emulator.Cut()
	}
	emulator.Send(w, status, header, emulator.Encoded(body), false, f.IsHalf())
}

// answer is that of the server, or what stands for it.
func (p *Proxy) answer(r *http.Request, sent string) answer {
	var silent, expired bool
	p.set(func() { silent, expired = p.silent, p.expired })
	if silent && r.Method == http.MethodPut {
		return blank(http.StatusNoContent)
	}
	token := ""
	if Reports("sync-collection")(r) {
		e, err := readXML(sent)
		if err != nil {
			return blank(http.StatusBadRequest)
		}
		token = e.value("sync-token")
	}
	if strings.Contains(token, pageMark) {
		return p.nextPage(token)
	}
	if expired && token != "" {
		sent = strings.Replace(sent, token, garbled(token), 1)
	}
	a := p.forward(r, sent)
	if a.status != http.StatusMultiStatus || !Listings(r) {
		return a
	}
	return p.paged(a, r)
}

// garbled is a token of the same form that the server has never given out.
func garbled(token string) string {
	half := len(token) / 2
	return token[:half] + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '8' || r >= 'a' && r <= 'e' {
			return r + 1
		}
		return r
	}, token[half:])
}

// forward asks the server.
func (p *Proxy) forward(r *http.Request, sent string) answer {
	to := *r.URL
	to.Scheme, to.Host = p.upstream.Scheme, p.upstream.Host
	out, err := http.NewRequestWithContext(r.Context(), r.Method, to.String(), strings.NewReader(sent))
	if err != nil {
		return blank(http.StatusBadGateway)
	}
	out.Header = r.Header.Clone()
	out.Header.Del("Accept-Encoding")
	out.Host = r.Host // for the addresses in what it answers
	resp, err := p.transport.RoundTrip(out)
	if err != nil {
		return blank(http.StatusBadGateway)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return blank(http.StatusBadGateway)
	}
	a := answer{status: resp.StatusCode, header: resp.Header.Clone(), body: string(body)}
	maps.DeleteFunc(a.header, func(name string, _ []string) bool {
		return name == "Content-Length" || name == "Connection" || name == "Transfer-Encoding"
	})
	return a
}
