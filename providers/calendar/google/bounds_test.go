package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google/googletest"
)

// TestEndlessListing: pages without an end are an error that says where reading ended and how to read more.
func TestEndlessListing(t *testing.T) {
	calendartest.Endless{
		Begin: func(n int64, _ *http.Request) string {
			return fmt.Sprintf(`{"kind":"calendar#events","accessRole":"owner","timeZone":"UTC","nextPageToken":"p%d","items":[`, n)
		},
		Event: func(n int64, i int) string {
			return fmt.Sprintf(`{"id":"e%dx%d","status":"confirmed","summary":"Talk #zoom",`+
				`"start":{"dateTime":"2031-01-01T10:00:00Z"},"end":{"dateTime":"2031-01-01T11:00:00Z"}}`, n, i)
		},
		End:   `]}`,
		Lists: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/events") },
		Connect: func(t *testing.T, bounds calendar.Bounds,
			through func(http.RoundTripper) http.RoundTripper) calendar.Calendar {
			w := newWorld(t, googletest.Options{})
			w.config.HTTP, w.config.Bounds = through(w.config.HTTP), bounds
			return w.connect()
		},
	}.Run(t)
}
