package google

import (
	"net/http"

	"zoomtag/providers/internal/rest"
)

// Bounds of one answer, in bytes. A page of 2,500 events with long texts has some 20 MB.
const (
	maxBody  = 64 << 20
	maxToken = 1 << 20
)

// plainClient is the HTTP client of token requests.
func (c *Config) plainClient() *http.Client {
	return rest.NewClient(c.HTTP, maxToken, rest.Within(rest.SignInTime, c.Within))
}
