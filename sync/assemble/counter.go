package assemble

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Counter counts requests by the kind of service that they go to.
type Counter struct {
	Transport http.RoundTripper
	Now       func() time.Time // nil is time.Now
	// Called, if set, is told how each counted request ended: with the status of the answer, or 0 where there was none.
	// It has to return at once.
	Called func(kind string, status int)
	mu     sync.Mutex // guards all below
	n      map[string]int
	made   map[[3]string]http.RoundTripper // those of To
	ahead  map[string]time.Duration        // by how much this machine's clock was ahead of a kind's in its last answer
}

// idleConnections is how many connections to one service are kept open: many calendars may be polled at once.
const idleConnections = 64

// pingAfter is how long an HTTP/2 connection may be silent before it is asked whether it lives, and may take to answer.
// Else requests go on being sent into one that a firewall has forgotten, and each is lost, until the system gives it up
// after a quarter of an hour.
const pingAfter = 15 * time.Second

// NewCounter returns a counter over a transport of its own, which all calendars and accounts of a configuration share.
func NewCounter(h Haste) *Counter {
	transport := http.DefaultTransport
	if t, ok := transport.(*http.Transport); ok {
		t = t.Clone()
		t.MaxIdleConnsPerHost, t.MaxIdleConns = idleConnections, 4*idleConnections
		t.HTTP2 = &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingAfter}
		if h.Proxy != nil {
			t.Proxy = h.Proxy
		}
		transport = t
	}
	return &Counter{Transport: transport, n: map[string]int{}, ahead: map[string]time.Duration{}}
}

// To is a transport whose requests to URLs that begin with api, and not with signIn, count as those of kind.
func (c *Counter) To(kind, api, signIn string) http.RoundTripper {
	key := [3]string{kind, api, signIn}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = map[[3]string]http.RoundTripper{}
	}
	if c.made[key] == nil { // thousands of calendars ask for the same one
		c.made[key] = c.Through(c.Transport, kind, api, signIn)
	}
	return c.made[key]
}

// Through is a transport as to makes it, on one of its own.
func (c *Counter) Through(base http.RoundTripper, kind, api, signIn string) http.RoundTripper {
	return countingTransport{base: base, kind: kind, api: api, signIn: signIn, counter: c}
}

// Snapshot is what was counted until now.
func (c *Counter) Snapshot() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.n)
}

// Since is what was counted after a snapshot.
func (c *Counter) Since(before map[string]int) map[string]int {
	now := c.Snapshot()
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
	api     string
	signIn  string // "" where nobody signs in below api
	counter *Counter
}

// Skew is by how much this machine's clock is ahead of that of a kind of service; known is false where no answer has
// said.
func (c *Counter) Skew(kind string) (ahead time.Duration, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead, known = c.ahead[kind]
	return ahead, known
}

// compare notes what an answer's Date (RFC 9110, section 6.6.1) says of the clocks. It has whole seconds.
func (c *Counter) compare(kind string, h http.Header) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return // an answer without a date says nothing
	}
	now := time.Now
	if c.Now != nil {
		now = c.Now
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead[kind] = now().Sub(date)
}

// RoundTrip counts the request and sends it.
func (t countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	bare := *r.URL // a query is long, and says nothing of which service it is
	bare.RawQuery, bare.ForceQuery = "", false
	url := bare.String()
	counts := strings.HasPrefix(url, t.api) && (t.signIn == "" || !strings.HasPrefix(url, t.signIn))
	if counts {
		t.counter.mu.Lock()
		t.counter.n[t.kind]++
		t.counter.mu.Unlock()
	}
	res, err := t.base.RoundTrip(r)
	status := 0
	if err == nil {
		t.counter.compare(t.kind, res.Header)
		status = res.StatusCode
	}
	if counts && t.counter.Called != nil {
		t.counter.Called(t.kind, status)
	}
	return res, err
}
