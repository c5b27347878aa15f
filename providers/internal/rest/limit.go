package rest

import (
	"fmt"
	"io"
	"net/http"
)

// Limit bounds the answers that come through base to most bytes each: reading beyond that is an error, so that a cut
// answer is not taken for a whole one. What they hold counts for the Bounds of their request's context, if it is
// watched.
func Limit(base http.RoundTripper, most int64) http.RoundTripper { return limited{base, most} }

// NoRedirect is for http.Client.CheckRedirect: APIs make no redirects, and following one would take credentials along.
func NoRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

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
	res.Body = &limitedBody{body: res.Body, left: t.most, most: t.most, tally: tallyOf(r.Context())}
	return res, nil
}

type limitedBody struct {
	body       io.ReadCloser
	left, most int64
	tally      *tally // of the pass; nil is none
}

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
	if over := b.tally.read(n); over != nil {
		return 0, over
	}
	return n, err
}

func (b *limitedBody) Close() error { return b.body.Close() }
