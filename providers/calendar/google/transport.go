package google

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
)

// maxBody is the most that is read of one answer, in bytes: a page of 2,500 events with long texts has some 20 MB.
const maxBody = 64 << 20

// client is the HTTP client that the library gets: it adds the token, renews it once when it is turned down, follows no
// redirect and bounds the answers.
func (c *Config) client(creds credentials) *http.Client {
	base := http.DefaultTransport
	if c.HTTP != nil && c.HTTP.Transport != nil {
		base = c.HTTP.Transport
	}
	plain := &http.Client{Transport: limited{base, maxToken}, CheckRedirect: noRedirect}
	s := &signer{cfg: c, creds: creds, scope: Scope(c.Calendar, c.Subject),
		ctx: func(ctx context.Context) context.Context { return context.WithValue(ctx, oauth2.HTTPClient, plain) }}
	return &http.Client{CheckRedirect: noRedirect, Transport: authorized{base: limited{base, maxBody}, tokens: oauth.NewCache(c.Now, s.fetch)}}
}

// maxToken bounds the answers of the token endpoint.
const maxToken = 1 << 20

// noRedirect: the API makes none, and following one would take the token along.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// authorized adds the access token to requests.
type authorized struct {
	base   http.RoundTripper
	tokens *oauth.Cache
}

// signInError is why there is no token; the request was not sent.
type signInError struct{ err error }

func (e *signInError) Error() string { return e.err.Error() }
func (e *signInError) Unwrap() error { return e.err }

// RoundTrip sends r, with a new token once more if it was answered with 401: it was then not executed.
func (t authorized) RoundTrip(r *http.Request) (*http.Response, error) {
	refused := oauth.Secret("")
	for renewed := false; ; renewed = true {
		token, err := t.tokens.Get(r.Context(), refused)
		if err != nil {
			return nil, &signInError{err}
		}
		again := r.Clone(r.Context())
		again.Header.Set("Authorization", "Bearer "+token.Value.Reveal())
		if r.GetBody != nil {
			if again.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		res, err := t.base.RoundTrip(again)
		if err != nil || res.StatusCode != http.StatusUnauthorized || renewed || r.Body != nil && r.GetBody == nil {
			return res, err
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return nil, errors.Join(err, res.Body.Close())
		}
		if err := res.Body.Close(); err != nil {
			return nil, err
		}
		refused = token.Value
	}
}

// limited bounds the answers of base.
type limited struct {
	base http.RoundTripper
	most int64
}

// RoundTrip sends r and bounds the answer.
func (t limited) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := t.base.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = &limitedBody{body: res.Body, left: t.most, most: t.most}
	return res, nil
}

type limitedBody struct {
	body       io.ReadCloser
	left, most int64
}

// Read fails beyond the limit, so that a cut answer is not taken for a whole one.
func (b *limitedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		var one [1]byte
		if n, err := b.body.Read(one[:]); n == 0 {
			return 0, err
		}
		return 0, fmt.Errorf("the answer is longer than %d bytes", b.most)
	}
	if int64(len(p)) > b.left {
		p = p[:b.left]
	}
	n, err := b.body.Read(p)
	b.left -= int64(n)
	return n, err
}

func (b *limitedBody) Close() error { return b.body.Close() }
