package google

import (
	"net/http"

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
	s := &signer{cfg: c, creds: creds, scope: Scope(c.Calendar, c.Subject), plain: c.plainClient()}
	client := rest.NewClient(c.HTTP, maxBody, rest.Within(rest.PageTime, c.Within))
	client.Transport = &oauth.Transport{Base: client.Transport, Tokens: oauth.NewCache(c.Now, s.token),
		Host: oauth.HostOf(base)}
	return client
}

// plainClient is the HTTP client of token requests.
func (c *Config) plainClient() *http.Client {
	return rest.NewClient(c.HTTP, maxToken, rest.Within(rest.SignInTime, c.Within))
}
