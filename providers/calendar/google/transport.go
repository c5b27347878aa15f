package google

import (
	"context"
	"net/http"

	"golang.org/x/oauth2"

	"zoomtag/providers/internal/oauth"
	"zoomtag/providers/internal/rest"
)

// Bounds of one answer, in bytes. A page of 2,500 events with long texts has some 20 MB.
const (
	maxBody  = 64 << 20
	maxToken = 1 << 20
)

// client is the HTTP client that the library gets: it adds the token, follows no redirect and bounds the answers.
func (c *Config) client(creds credentials, base string) *http.Client {
	plain := c.plainClient()
	s := &signer{cfg: c, creds: creds, scope: Scope(c.Calendar, c.Subject),
		ctx: func(ctx context.Context) context.Context { return context.WithValue(ctx, oauth2.HTTPClient, plain) }}
	return &http.Client{CheckRedirect: rest.NoRedirect,
		Transport: &oauth.Transport{Base: rest.Limit(c.transport(), maxBody), Tokens: oauth.NewCache(c.Now, s.token), Host: oauth.HostOf(base)}}
}

func (c *Config) transport() http.RoundTripper {
	if c.HTTP != nil && c.HTTP.Transport != nil {
		return c.HTTP.Transport
	}
	return http.DefaultTransport
}

// plainClient is the HTTP client of token requests. Their contexts bound their time.
func (c *Config) plainClient() *http.Client {
	return &http.Client{Transport: rest.Limit(c.transport(), maxToken), CheckRedirect: rest.NoRedirect}
}
