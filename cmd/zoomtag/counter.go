package main

import (
	"maps"
	"net/http"
	"strings"
	"sync"
)

// counter counts requests by the kind of service that they go to.
type counter struct {
	mu sync.Mutex
	n  map[string]int
}

func newCounter() *counter { return &counter{n: map[string]int{}} }

// client is an HTTP client whose requests count as those of kind, apart from those that only sign in: to URLs that begin with
// signIn.
func (c *counter) client(kind, signIn string) *http.Client {
	return &http.Client{Transport: countingTransport{base: http.DefaultTransport, kind: kind, signIn: signIn, counter: c}}
}

func (c *counter) snapshot() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

// since is what was counted after a snapshot.
func (c *counter) since(before map[string]int) map[string]int {
	now := c.snapshot()
	for kind := range now {
		if now[kind] -= before[kind]; now[kind] == 0 {
			delete(now, kind)
		}
	}
	return now
}

type countingTransport struct {
	base    http.RoundTripper
	kind    string
	signIn  string
	counter *counter
}

// RoundTrip counts the request and sends it.
func (t countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.String(), t.signIn) {
		t.counter.mu.Lock()
		t.counter.n[t.kind]++
		t.counter.mu.Unlock()
	}
	return t.base.RoundTrip(r)
}
