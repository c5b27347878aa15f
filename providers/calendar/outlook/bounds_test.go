package outlook_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// endlessly has the listing answered by a server on a socket of its own, which gives page after page, with some new events on each, or with
// one that never ends.
func (w *world) endlessly(perPage int, pageEnds bool) (pages *atomic.Int64) {
	pages = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := pages.Add(1)
		rw.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(rw, `{"@odata.nextLink":"%s%s?$skip=%d","value":[`, strings.TrimSuffix(w.config.APIURL, "/v1.0"), r.URL.Path, n)
		for i := 0; i < perPage || !pageEnds; i++ {
			if i > 0 {
				fmt.Fprint(rw, ",")
			}
			if _, err := fmt.Fprintf(rw, `{"id":"e%dx%d","changeKey":"k","subject":"Talk #zoom","lastModifiedDateTime":"2026-01-01T00:00:00Z","type":"singleInstance"}`, n, i); err != nil {
				return
			}
		}
		fmt.Fprint(rw, `]}`)
	}))
	w.t.Cleanup(server.Close)
	to, err := url.Parse(server.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	base := w.config.HTTP
	w.config.HTTP = transportFunc(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/events") {
			r = r.Clone(r.Context())
			r.URL.Host, r.URL.Scheme = to.Host, to.Scheme
		}
		return base.RoundTrip(r)
	})
	return pages
}

// TestEndlessListing: pages without an end, each with something new on it, are an error that says where reading ended and how to read more.
func TestEndlessListing(t *testing.T) {
	for _, tt := range []struct {
		name      string
		bounds    calendar.Bounds
		ends      bool // the pages do
		says, key string
		pages     int64
	}{
		{"pages", calendar.Bounds{Pages: 20}, true, "more than 20 pages", "limits.pages", 21},
		{"events", calendar.Bounds{Events: 100}, true, "more than 100 events", "limits.events", 11},
		{"bytes", calendar.Bounds{Bytes: 1 << 20}, true, "more than 1 MiB", "limits.megabytes", 1000},
		{"one page", calendar.Bounds{Bytes: 1 << 20}, false, "more than 1 MiB", "limits.megabytes", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, outlooktest.Options{})
			pages := w.endlessly(10, tt.ends)
			w.config.Bounds = tt.bounds
			changes, err := w.connect().Changes(t.Context(), "")
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.key) || len(changes.List) > 0 {
				t.Errorf("%d events, %v", len(changes.List), err)
			}
			if n := pages.Load(); n > tt.pages {
				t.Errorf("%d pages were asked for", n)
			}
		})
	}
}
