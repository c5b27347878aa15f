package calendartest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"zoomtag/providers/calendar"
)

// Endless is a service that lists events without an end: page after page with something new on each, or one page that
// never ends.
type Endless struct {
	// Begin is what stands before the events of the n-th page; r asks for it.
	Begin func(n int64, r *http.Request) string
	// Event is the i-th event of the n-th page.
	Event func(n int64, i int) string
	// End is what stands behind the events of a page.
	End string
	// Lists reports whether a request is for a page.
	Lists func(r *http.Request) bool
	// Connect returns the calendar, whose requests go through what through makes of its own transport.
	Connect func(t *testing.T, bounds calendar.Bounds,
		through func(http.RoundTripper) http.RoundTripper) calendar.Calendar
}

// perPage is how many events are on a page that ends.
const perPage = 10

// Run checks that reading ends at each bound, with an error that says where and how to read more, and concludes
// nothing.
func (e Endless) Run(t *testing.T) {
	t.Helper()
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
			var pages atomic.Int64
			c := e.Connect(t, tt.bounds, e.serve(t, &pages, tt.ends))
			changes, err := c.Changes(t.Context(), "")
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.key) ||
				len(changes.List) > 0 {
				t.Errorf("%d events, %v", len(changes.List), err)
			}
			if n := pages.Load(); n == 0 || n > tt.pages {
				t.Errorf("%d pages were asked for", n)
			}
		})
	}
}

// serve has requests for pages answered by a server on a socket of its own.
func (e Endless) serve(t *testing.T, pages *atomic.Int64, ends bool) func(http.RoundTripper) http.RoundTripper {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := pages.Add(1)
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, e.Begin(n, r))
		for i := 0; i < perPage || !ends; i++ {
			if i > 0 {
				fmt.Fprint(w, ",")
			}
			if _, err := fmt.Fprint(w, e.Event(n, i)); err != nil {
				return
			}
		}
		fmt.Fprint(w, e.End)
	}))
	t.Cleanup(server.Close)
	to, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	return func(base http.RoundTripper) http.RoundTripper {
		return transport(func(r *http.Request) (*http.Response, error) {
			if e.Lists(r) {
				r = r.Clone(r.Context())
				r.URL.Host, r.URL.Scheme = to.Host, to.Scheme
			}
			return base.RoundTrip(r)
		})
	}
}

// transport is a function as one.
type transport func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
