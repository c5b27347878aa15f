//go:build peers

package pgtest

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy is the network between programs and a server: it passes on what both say, until it is told otherwise. Its
// methods may be called from any goroutine. It ends with the test, and its goroutines with it.
type Proxy struct {
	addr, target string
	running      sync.WaitGroup

	mu       sync.Mutex
	listener net.Listener // nil while the network is cut
	silent   bool
	delay    time.Duration
	links    map[*link]bool
	ended    bool
}

// NewProxy starts one before the server at an address, HOST:PORT.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	port, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{addr: net.JoinHostPort(loopback, port), target: target, links: map[*link]bool{}}
	t.Cleanup(func() {
		if err := p.end(); err != nil {
			t.Error(err)
		}
	})
	if err := p.restore(); err != nil {
		t.Fatal(err)
	}
	return p
}

// Addr is the proxy's address, HOST:PORT; it stays the same.
func (p *Proxy) Addr() string { return p.addr }

// At is the URL of what is at an URL, through the proxy.
func (p *Proxy) At(t testing.TB, url string) string {
	t.Helper()
	u, err := moved(url, p.addr)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// Cut resets each connection, on both sides, and refuses new ones.
func (p *Proxy) Cut(t testing.TB) {
	t.Helper()
	if err := p.cut(); err != nil {
		t.Fatal(err)
	}
}

func (p *Proxy) cut() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if p.listener != nil {
		err = p.listener.Close()
		p.listener = nil
	}
	for l := range p.links {
		l.reset()
	}
	return err
}

// Silence loses all bytes, and that a side has closed its connection or was killed: neither hears of the other any
// more, and both take the connection for good. New connections come about, and nobody answers in them. What is lost
// was acknowledged, so only who waits for an answer notices, not who counts what TCP has sent in vain.
func (p *Proxy) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = true
}

// Delay has all that is said from then on arrive so much later, in its order. None is 0.
func (p *Proxy) Delay(by time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = by
}

// Restore ends a cut, a silence and a delay. Connections in which something was lost are reset, on both sides; those in
// which nothing was said in the silence go on.
func (p *Proxy) Restore(t testing.TB) {
	t.Helper()
	if err := p.restore(); err != nil {
		t.Fatal(err)
	}
}

func (p *Proxy) restore() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent, p.delay = false, 0
	for l := range p.links {
		if l.lost {
			l.reset()
		}
	}
	if p.ended || p.listener != nil {
		return nil
	}
	listener, err := net.Listen("tcp", p.addr)
	if err != nil {
		return err
	}
	p.listener = listener
	p.running.Go(func() { p.serve(listener) })
	return nil
}

// end resets what is left, and waits for all goroutines.
func (p *Proxy) end() error {
	p.mu.Lock()
	p.ended = true
	p.mu.Unlock()
	err := p.cut()
	p.running.Wait()
	return err
}

// serve takes connections until the listener is closed.
func (p *Proxy) serve(listener net.Listener) {
	for {
		client, err := listener.Accept()
		if err != nil {
			return
		}
		l := &link{proxy: p, client: client.(*net.TCPConn), gone: make(chan struct{})}
		p.mu.Lock()
		if p.listener != listener { // it was cut while this one came in
			l.reset()
			p.mu.Unlock()
			continue
		}
		p.links[l] = true
		p.running.Go(l.run)
		p.mu.Unlock()
	}
}

// arrives is when something arrives that is said now.
func (p *Proxy) arrives() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Add(p.delay)
}

// loses reports whether what arrives now in a connection is lost. It is the connection then that has lost something.
func (p *Proxy) loses(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	// Once something was lost, what follows it may not arrive in its place.
	l.lost = l.lost || p.silent
	return l.lost
}

// forget is for a connection that has come to its end.
func (p *Proxy) forget(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.reset()
	delete(p.links, l)
}

// errGone is that a connection was reset while its server was being dialled.
var errGone = errors.New("the connection was reset")
