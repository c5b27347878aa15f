package assemble

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"zoomtag/store"
)

// Haste is for tests, which have no minutes. The zero value is what people get.
type Haste struct {
	Within time.Duration                                    // bounds each exchange with a service
	Wait   func(ctx context.Context, d time.Duration) error // between two tries
	// of all requests to services; nil is that of the environment
	Proxy func(*http.Request) (*url.URL, error)
	Aloof bool                                              // doctor leaves out its looks at the way to Zoom
	Open  func(string, store.Options) (*store.Store, error) // opens the state for writing; nil is store.Open
}
