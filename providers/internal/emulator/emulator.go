// Package emulator holds what the emulators of services have in common: a port to listen on, faults, and a book of what
// was asked. They embed it, so that its methods are theirs. All of it may be used while it serves.
package emulator

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"
)

// JSON is a decoded JSON object.
type JSON = map[string]any

// With is a copy of an object with some fields set; a nil value takes one away.
func With(body, fields JSON) JSON {
	out := maps.Clone(body)
	for name, v := range fields {
		if v == nil {
			delete(out, name)
		} else {
			out[name] = v
		}
	}
	return out
}

// Port is where an emulator listens. The zero value does not.
type Port struct {
	listener net.Listener
	server   *http.Server
	done     chan struct{}
}

// Listen serves on a free port of 127.0.0.1 until Close.
func (p *Port) Listen(h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("emulator: listen: %w", err)
	}
	p.listener, p.done = l, make(chan struct{})
	p.server = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		defer close(p.done)
		_ = p.server.Serve(l) // it ends with Close
	}()
	return nil
}

// Address is http://127.0.0.1:PORT, or empty before Listen.
func (p *Port) Address() string {
	if p.listener == nil {
		return ""
	}
	return "http://" + p.listener.Addr().String()
}

// Close stops listening and cuts the connections.
func (p *Port) Close() error {
	if p.server == nil {
		return nil
	}
	err := p.server.Close()
	<-p.done
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("emulator: close: %w", err)
	}
	return nil
}

// Request is one request that an emulator has answered.
type Request struct {
	Method, Path string
	Query        url.Values
	Header       http.Header
	// Body is the JSON object that was sent, or the form of a token request as strings.
	Body JSON
	// Status is what was answered; 0 where the connection was cut.
	Status int
	At     time.Time
	// Batch is the id of the request in its $batch; empty for one that came by itself.
	Batch string
}

// Of makes the Request of an HTTP request that was answered with a status, and a fault if there was one.
func Of(r *http.Request, body JSON, status int, f *Fault, at time.Time) Request {
	if f != nil && f.Cut {
		status = 0
	}
	return Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Header: r.Header.Clone(), Body: body, Status: status,
		At: at,
	}
}

// Form is a form as a Request shows it.
func Form(form url.Values) JSON {
	body := JSON{}
	for name := range form {
		body[name] = form.Get(name)
	}
	return body
}

// Book is what was asked of an emulator, and what was wrong with that.
type Book struct {
	mu         sync.Mutex // guards all below
	requests   []Request
	tokens     []Request
	complaints []string
}

// Keep writes an API request down.
func (b *Book) Keep(r Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests = append(b.requests, r)
}

// KeepToken writes a request for a token down.
func (b *Book) KeepToken(r Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = append(b.tokens, r)
}

// Complain writes down what a client did that the service's rules do not allow.
func (b *Book) Complain(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = append(b.complaints, what)
}

// Complaints returns what clients did that the service's rules, or prudence, do not allow.
func (b *Book) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.complaints)
}

// ResetComplaints forgets them.
func (b *Book) ResetComplaints() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.complaints = nil
}

// Requests returns the API requests answered so far, oldest first; those within a batch stand before it.
func (b *Book) Requests() []Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// TokenRequests returns the requests for tokens answered so far, oldest first, those for device codes included.
func (b *Book) TokenRequests() []Request {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.tokens)
}

// ResetRequests forgets both kinds of requests.
func (b *Book) ResetRequests() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.requests, b.tokens = nil, nil
}

// Encoded is the body of an answer as it is sent: a string as it is, nil as nothing, anything else as JSON.
func Encoded(body any) []byte {
	text, raw := body.(string)
	if raw || body == nil {
		return []byte(text)
	}
	data, err := json.Marshal(body)
	if err != nil {
		panic(err) // it is made of decoded JSON
	}
	return data
}

// Send answers with a body, compressed if that is wanted. Half of it says the length of the whole and ends in the
// middle.
func Send(w http.ResponseWriter, status int, header http.Header, body []byte, compress, half bool) {
	h := w.Header()
	maps.Copy(h, header)
	if compress && len(body) > 0 {
		h.Set("Content-Encoding", "gzip")
		body = compressed(body)
	}
	if status != http.StatusNotModified {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	if half {
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush() // a recorder may not know how; then nothing was buffered either
		Cut()
	}
	_, _ = w.Write(body) // a client that has gone away is no concern of ours
}

// Cut cuts the connection of the request that is being served: this is net/http's way.
func Cut() { panic(http.ErrAbortHandler) }

func compressed(data []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err == nil {
		_, err = z.Write(data)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		panic(err) // the level is one that there is, and memory takes everything
	}
	return b.Bytes()
}
