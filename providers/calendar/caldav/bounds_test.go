package caldav_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
)

// endless is a server whose listing has no end. It counts what it has sent.
type endless struct {
	each string // one response of the listing, with a number in it
	sent atomic.Int64
	ends chan struct{} // closed when the listing was given up by whoever asked for it
}

const (
	endlessHead  = `<?xml version="1.0"?><multistatus xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">`
	endlessPlace = endlessHead +
		`<response><href>/cal/</href><propstat><prop><resourcetype><collection/><C:calendar/></resourcetype>` +
		`<supported-report-set><supported-report><report><sync-collection/></report></supported-report></supported-report-set></prop>` +
		`<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>`
)

func (s *endless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, err := io.ReadAll(r.Body)
	if err != nil || r.Method == "REPORT" && !strings.Contains(string(asked), "<D:sync-token></D:sync-token>") {
		http.Error(w, "a token that nobody has given out", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	w.WriteHeader(http.StatusMultiStatus)
	if r.Method != "REPORT" {
		fmt.Fprint(w, endlessPlace)
		return
	}
	defer close(s.ends)
	fmt.Fprint(w, endlessHead)
	for i := 0; ; i++ {
		n, err := fmt.Fprintf(w, s.each, i)
		if s.sent.Add(int64(n)); err != nil {
			return
		}
	}
}

// TestEndlessMultistatus: a listing without an end is an error as soon as it is longer than may be, which says how long
// that is, and what to do where the calendar is as large as that.
func TestEndlessMultistatus(t *testing.T) {
	const object = `<response><href>/cal/%d.ics</href><propstat><prop><getetag>"1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response>`
	for _, tt := range []struct {
		name, each string
		bounds     calendar.Bounds
		says, key  string
		most       int64 // that the server has sent by then
	}{
		{"many", object, calendar.Bounds{Events: 100}, "more than 100 events", "limits.events", 8 << 20},
		{"gone", `<response><href>/cal/%d.ics</href><status>HTTP/1.1 404 Not Found</status></response>`,
			calendar.Bounds{Events: 100}, "more than 100 events", "limits.events", 8 << 20},
		{"the same", `<response><href>/cal/a.ics</href><status>HTTP/1.1 404 Not Found</status><C:n>%d</C:n></response>`,
			calendar.Bounds{Events: 100}, "more than 100 events", "limits.events", 8 << 20},
		{"large", object + strings.Repeat("<C:x/>", 10_000), calendar.Bounds{Bytes: 1 << 20}, "more than 1 MiB",
			"limits.megabytes", 16 << 20},
		{"nothing that is asked for", `<C:x>%d</C:x>`, calendar.Bounds{Bytes: 1 << 20}, "more than 1 MiB",
			"limits.megabytes", 16 << 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &endless{each: tt.each, ends: make(chan struct{})}
			server := httptest.NewServer(s)
			defer server.Close()
			c, err := caldav.New(caldav.Config{URL: server.URL + "/cal/", Bounds: tt.bounds})
			if err != nil {
				t.Fatal(err)
			}
			changes, err := c.Changes(t.Context(), "")
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), tt.key) ||
				len(changes.List) > 0 {
				t.Errorf("%d events, %v", len(changes.List), err)
			}
			if errors.Is(err, calendar.ErrCursor) || errors.Is(err, calendar.ErrGone) ||
				errors.Is(err, calendar.ErrAbsent) {
				t.Errorf("it is taken for something else: %v", err)
			}
			<-s.ends
			if sent := s.sent.Load(); sent > tt.most {
				t.Errorf("%d bytes were sent by then", sent)
			}
		})
	}
}
