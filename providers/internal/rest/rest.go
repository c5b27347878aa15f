package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"zoomtag/providers/words"
)

// BodyLimit is the most that is read of an answer, in bytes.
const BodyLimit = 1 << 20

// ErrNotSent is wrapped by errors of Do when the request certainly never left this machine.
var ErrNotSent = words.Kind("could not be sent")

// Response is an answer read whole.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends req and reads the whole answer. An error means that there is no whole answer: it wraps ErrNotSent when there
// never was a connection, and else leaves open whether the server acted. Status and Header are set as soon as they are
// known, even with an error.
func Do(client *http.Client, req *http.Request) (Response, error) {
	ctx, unsent := Watch(req.Context())
	res, err := client.Do(req.WithContext(ctx))
	if err != nil {
		if unsent() {
			return Response{}, fmt.Errorf("%w: %w", ErrNotSent, err)
		}
		return Response{}, err
	}
	defer res.Body.Close()
	out := Response{Status: res.StatusCode, Header: res.Header}
	out.Body, err = readBody(res.Body)
	return out, err
}

// Watch returns a context for one request, and a function that reports whether the request certainly never left this
// machine, once it has failed: there never was a connection.
func Watch(ctx context.Context) (watched context.Context, unsent func() bool) {
	// Only the transport knows whether it got a connection. A transport that does not report it leaves both false, and
	// then nothing is concluded.
	var asked, got atomic.Bool
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	}
	return httptrace.WithClientTrace(ctx, trace), func() bool { return asked.Load() && !got.Load() }
}

// readBody reads a body to its end, so that the connection can be used again, unless it is beyond the limit.
func readBody(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, BodyLimit+1))
	if err != nil {
		return nil, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(body) > BodyLimit {
		return nil, fmt.Errorf("the answer is longer than %d bytes", BodyLimit)
	}
	return body, nil
}

// Wait waits for d or until ctx ends.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
