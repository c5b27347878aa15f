package outlook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// TestEndlessListing: pages without an end are an error that says where reading ended and how to read more.
func TestEndlessListing(t *testing.T) {
	var root string
	calendartest.Endless{
		Begin: func(n int64, r *http.Request) string {
			return fmt.Sprintf(`{"@odata.nextLink":"%s%s?$skip=%d","value":[`, root, r.URL.Path, n)
		},
		Event: func(n int64, i int) string {
			return fmt.Sprintf(`{"id":"e%dx%d","changeKey":"k","subject":"Talk #zoom","lastModifiedDateTime":"2026-01-01T00:00:00Z",`+
				`"type":"singleInstance"}`, n, i)
		},
		End:   `]}`,
		Lists: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/events") },
		Connect: func(t *testing.T, bounds calendar.Bounds,
			through func(http.RoundTripper) http.RoundTripper) calendar.Calendar {
			w := newWorld(t, outlooktest.Options{})
			root = strings.TrimSuffix(w.config.APIURL, "/v1.0")
			w.config.HTTP, w.config.Bounds = through(w.config.HTTP), bounds
			return w.connect()
		},
	}.Run(t)
}
