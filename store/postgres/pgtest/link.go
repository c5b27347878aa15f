//go:build peers

package pgtest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"time"
)

// link is a client's connection with its server's.
type link struct {
	proxy  *Proxy
	client *net.TCPConn
	gone   chan struct{} // closed when both were reset

	// Under the proxy's lock:

	server *net.TCPConn // nil until it is dialled
	lost   bool         // something was said and has not arrived
}

// reset drops both sides without a goodbye. The proxy's lock is held.
func (l *link) reset() {
	select {
	case <-l.gone:
		return
	default:
		close(l.gone)
	}
	drop(l.client)
	if l.server != nil {
		drop(l.server)
	}
}

// drop closes a connection so that its other end reads an error instead of an end. One that is closed already has none.
func drop(c *net.TCPConn) {
	if c.SetLinger(0) == nil {
		_ = c.Close()
	}
}

// run passes on what both sides say, until both have ended or one has failed.
func (l *link) run() {
	defer l.proxy.forget(l)
	if l.proxy.loses(l) {
		// Nobody gets as far as the server: what this one says is lost until the network is back.
		if _, err := io.Copy(io.Discard, l.client); err == nil {
			<-l.gone
		}
		return
	}
	server, err := l.dial()
	if err != nil {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { l.pass(server, l.client) })
	both.Go(func() { l.pass(l.client, server) })
	both.Wait()
}

// dial connects to the server, unless the link is reset meanwhile.
func (l *link) dial() (*net.TCPConn, error) {
	conn, err := net.DialTimeout("tcp", l.proxy.target, patience)
	if err != nil {
		return nil, err
	}
	server := conn.(*net.TCPConn)
	l.proxy.mu.Lock()
	defer l.proxy.mu.Unlock()
	select {
	case <-l.gone:
		drop(server)
		return nil, errGone
	default:
		l.server = server
		return server, nil
	}
}

// piece is something that was said, or, without text, that nothing more comes.
type piece struct {
	text    []byte
	arrives time.Time
	failed  bool // the connection has ended without a goodbye
}

// pass has what one side says arrive at the other, each piece when it is due.
func (l *link) pass(to, from *net.TCPConn) {
	said := make(chan piece, 256)
	var listening sync.WaitGroup
	listening.Go(func() { l.listen(from, said) })
	defer listening.Wait()
	for p := range said {
		if !l.due(p) {
			continue // the listener ends too
		}
		if l.proxy.loses(l) {
			continue
		}
		if err := l.arrive(to, p); err != nil {
			l.proxy.forget(l)
		}
	}
	// In silence the other side does not hear of the end. It may say more, which is lost, until the network is back.
	if l.proxy.loses(l) {
		<-l.gone
	}
}

// listen reads until a side has ended.
func (l *link) listen(from *net.TCPConn, said chan<- piece) {
	defer close(said)
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			said <- piece{text: bytes.Clone(buffer[:n]), arrives: l.proxy.arrives()}
		}
		if err != nil {
			said <- piece{arrives: l.proxy.arrives(), failed: !errors.Is(err, io.EOF)}
			return
		}
	}
}

// due waits until a piece is to arrive. It returns false where the link is gone before.
func (l *link) due(p piece) bool {
	wait := time.NewTimer(time.Until(p.arrives))
	defer wait.Stop()
	select {
	case <-l.gone:
		return false
	case <-wait.C:
		return true
	}
}

// arrive hands a piece over; an error ends the link.
func (l *link) arrive(to *net.TCPConn, p piece) error {
	switch {
	case p.failed:
		return errGone
	case p.text == nil:
		return to.CloseWrite()
	default:
		_, err := to.Write(p.text)
		return err
	}
}
