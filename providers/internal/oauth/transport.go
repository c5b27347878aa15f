package oauth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/rest"
)

// Transport adds the access token to requests, and renews it once when it is turned down. It sends the token to no host
// but the one that it is made for.
type Transport struct {
	Base http.RoundTripper
	// Tokens are those of all requests; nil: each comes with its own (As).
	Tokens *Cache
	Host   string // as in URLs, with its port
}

type tokensKey struct{}

// As has the requests of a context be made with these tokens, where many share one transport.
func As(ctx context.Context, tokens *Cache) context.Context {
	return context.WithValue(ctx, tokensKey{}, tokens)
}

// errNobody is a mistake of ours: a request without anybody in whose name it is made.
var errNobody = errors.New("a request in nobody's name: it was not sent")

// NoTokenError is why there is no token; the request was not sent.
type NoTokenError struct{ Err error }

func (e *NoTokenError) Error() string { return e.Err.Error() }

// Unwrap returns what the sign-in said.
func (e *NoTokenError) Unwrap() error { return e.Err }

// RoundTrip sends r, with a new token once more if it was answered with 401: it was then not executed.
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != t.Host {
		return nil, fmt.Errorf("a request to %s, where only %s is meant: it was not sent", r.URL.Host, t.Host)
	}
	tokens := t.Tokens
	if tokens == nil {
		if tokens, _ = r.Context().Value(tokensKey{}).(*Cache); tokens == nil {
			return nil, errNobody
		}
	}
	refused := Secret("")
	for renewed := false; ; renewed = true {
		token, err := tokens.Get(r.Context(), refused)
		if err != nil {
			return nil, &NoTokenError{err}
		}
		again := r.WithContext(r.Context()) // a copy of its own, but for what nobody changes
		again.Header = r.Header.Clone()
		again.Header.Set("Authorization", "Bearer "+token.Value.Reveal())
		if r.GetBody != nil {
			if again.Body, err = r.GetBody(); err != nil {
				return nil, err
			}
		}
		res, err := t.Base.RoundTrip(again)
		if err == nil && res.StatusCode == http.StatusForbidden {
			tokens.Forbidden(token.Value)
		}
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

// Through is ctx for calls of the oauth2 library: they are sent through client and end with ctx, those included that
// the library makes without a context (a service account's and the one for a device code).
func Through(ctx context.Context, client *http.Client) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, rest.Ending(ctx, client))
}

// HostOf is the host of a base address, for Transport.Host.
func HostOf(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return ""
	}
	return u.Host
}
