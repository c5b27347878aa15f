package rest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// How long one exchange may take as a whole, from the look-up of the name to the last byte of the answer. A service
// that is silent, or sends a byte now and then, is one that did not answer. Whatever ends sooner, a context or an
// adapter's own bound, ends sooner.
const (
	// SignInTime is for token endpoints, whose answers are small. Two of them in a row, and a step in hand, have to fit
	// into the minute in which a daemon that is told to stop has stopped.
	SignInTime = 20 * time.Second
	// CallTime is for calls with small answers; a creation at Zoom has been seen to take ten seconds.
	CallTime = 30 * time.Second
	// PageTime is for pages of a calendar, which may have tens of megabytes.
	PageTime = time.Minute
	// ReportTime is for a report of a whole CalDAV collection, at which some servers work for minutes before the first
	// byte.
	ReportTime = 10 * time.Minute
)

// Within is a bound, or most where that is shorter and not 0: tests have no minutes.
func Within(bound, most time.Duration) time.Duration {
	if most > 0 {
		return min(bound, most)
	}
	return bound
}

// NewClient makes the HTTP client of an adapter; there is no other way to make one. It sends through base, or
// http.DefaultTransport where that is nil, follows no redirect, and bounds each answer in bytes and each exchange,
// answer included, in time.
func NewClient(base http.RoundTripper, most int64, within time.Duration) *http.Client {
	timed := roundTrip(func(r *http.Request) (*http.Response, error) {
		ctx, cancel := context.WithTimeoutCause(r.Context(), within, &lateError{within})
		return sendIn(ctx, base, r, cancel)
	})
	return &http.Client{Transport: Limit(timed, most), CheckRedirect: NoRedirect}
}

// Ending is client for requests that are part of what ctx is for: they end with it. It is for libraries that make
// requests without a context.
func Ending(ctx context.Context, client *http.Client) *http.Client {
	bound, base := *client, client.Transport
	bound.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		both, cancel := context.WithCancel(r.Context())
		stop := context.AfterFunc(ctx, cancel)
		return sendIn(both, base, r, func() { stop(); cancel() })
	})
	return &bound
}

// sendIn sends r in a context that is for this exchange alone, and is let go when its answer is closed.
func sendIn(ctx context.Context, base http.RoundTripper, r *http.Request, release func()) (*http.Response, error) {
	if base == nil {
		base = http.DefaultTransport
	}
	res, err := base.RoundTrip(r.WithContext(ctx))
	if err != nil {
		err = late(ctx, err)
		release()
		return nil, err
	}
	res.Body = &heldBody{res.Body, release, func(err error) error { return late(ctx, err) }}
	return res, nil
}

// lateError says that an exchange took longer than it may.
type lateError struct{ within time.Duration }

func (e *lateError) Error() string { return "no answer within " + e.within.String() }

// Is makes it the error of a context whose time is over.
func (e *lateError) Is(target error) bool { return target == context.DeadlineExceeded }

// Timeout is for those who look for a net.Error.
func (e *lateError) Timeout() bool { return true }

// Temporary is for those who look for a net.Error.
func (e *lateError) Temporary() bool { return true }

// late is err, or that the exchange of ctx took too long, where that is why.
func late(ctx context.Context, err error) error {
	var l *lateError
	if err != nil && !errors.Is(err, io.EOF) && errors.As(context.Cause(ctx), &l) {
		return l
	}
	return err
}

// roundTrip is a function as a transport.
type roundTrip func(*http.Request) (*http.Response, error)

// RoundTrip sends r.
func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// heldBody holds the context of an exchange until it is closed.
type heldBody struct {
	io.ReadCloser
	release func()
	explain func(error) error
}

// Read reads.
func (b *heldBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	return n, b.explain(err)
}

// Close closes the body.
func (b *heldBody) Close() error {
	defer b.release()
	return b.ReadCloser.Close()
}
