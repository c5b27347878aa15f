package outlook_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// Each of these is a habit of the Graph SDK that client.go keeps away. They fail if a new version, or a careless
// change, lets it in.

// set writes a link and returns the event as it then is.
func (w *world) set(id string, l calendar.Link) calendar.Event {
	w.t.Helper()
	return calendartest.Set(w.t, w.connect(), id, l)
}

// TestPatchHoldsOnlyWhatChanges: an object that came with an answer must not be sent back, in part or as a whole.
func TestPatchHoldsOnlyWhatChanges(t *testing.T) {
	w := newWorld(t, outlooktest.Options{RefuseGzip: true})
	id := w.server.Put("", json{"subject": "a", "body": json{"contentType": "html", "content": "<p>b</p>"},
		"location": json{"displayName": "Room 5"}})
	w.set(id, aLink("1"))
	patches := 0
	for _, r := range w.server.Requests() {
		if r.Method != http.MethodPatch {
			continue
		}
		patches++
		for name := range r.Body {
			if !slices.Contains([]string{"@odata.type", "body", "singleValueExtendedProperties"}, name) {
				t.Errorf("the PATCH holds %s", name)
			}
		}
		if r.Header.Get("Content-Encoding") != "" || len(r.Header.Values("Prefer")) != 1 ||
			r.Header.Get("If-Match") == "" {
			t.Errorf("headers: %v", r.Header)
		}
		if !strings.Contains(r.Header.Get("Prefer"), `IdType="ImmutableId"`) {
			t.Errorf("Prefer: %q", r.Header.Get("Prefer"))
		}
	}
	if patches != 1 {
		t.Errorf("%d patches: each is a round of mail", patches)
	}
}

// TestNoRetriesOfTheSDK: repeated requests are ours to decide about; a PATCH is never repeated.
func TestNoRetriesOfTheSDK(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	id := w.server.Put("", json{"subject": "a"})
	for _, f := range []outlooktest.Fault{outlooktest.Throttled(""), outlooktest.Busy("1"),
		outlooktest.Error(504, "UnknownError", ""), outlooktest.Page(502)} {
		c := w.connect() // one that does not wait because of the fault before
		ev, err := c.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		f.Match = func(r *http.Request) bool { return r.Method == http.MethodPatch }
		w.server.Break(f)
		w.server.ResetRequests()
		if _, err := c.SetLink(t.Context(), id, ev.Version, aLink("1")); err == nil {
			t.Error("SetLink has no error")
		}
		patches := 0
		for _, r := range w.server.Requests() {
			if r.Method == http.MethodPatch {
				patches++
			}
		}
		if patches != 1 {
			t.Errorf("HTTP %d: %d patches were sent", f.Status, patches)
		}
		w.server.Mend()
	}
}

// TestErrorsCanBePrinted: those of the SDK panic, or lose the status, for some of these.
func TestErrorsCanBePrinted(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	for name, c := range map[string]struct {
		fault outlooktest.Fault
		says  string
	}{
		"no message":  {outlooktest.NoMessage(403, "ErrorAccessDenied"), "Calendars.ReadWrite"},
		"no code":     {outlooktest.NoCode(403), "HTTP 403"},
		"empty":       {outlooktest.Blank(403), "HTTP 403"},
		"a page":      {outlooktest.Page(403), "HTTP 403"},
		"a page, 502": {outlooktest.Page(502), "HTTP 502"},
		"an odd array": {outlooktest.Fault{Status: 400, Body: `[1]`,
			Header: http.Header{"Content-Type": {"application/json"}}}, "HTTP 400"},
	} {
		w.server.Break(c.fault)
		_, err := w.connect().Changes(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		w.server.Mend()
	}
}

// TestLinksToOtherHosts: the next page may be anywhere, the token goes nowhere else.
func TestLinksToOtherHosts(t *testing.T) {
	w := newWorld(t, outlooktest.Options{PageLimit: 1})
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	w.server.Put("", json{"subject": "a"})
	w.server.Put("", json{"subject": "b"})
	w.server.Break(outlooktest.Fault{Match: outlooktest.Lists, Replace: func(body string) string {
		return strings.ReplaceAll(body, w.server.URL(), other.URL)
	}})
	if _, err := w.connect().Changes(t.Context(), ""); err == nil || asked > 0 {
		t.Errorf("%v, %d requests to the other host", err, asked)
	}
}

// TestRedirects are not followed.
func TestRedirects(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	w.server.Break(outlooktest.Fault{Status: 307, Header: http.Header{"Location": {other.URL}}})
	if _, err := w.connect().Changes(t.Context(), ""); err == nil || asked > 0 {
		t.Errorf("%v, %d requests to the other host", err, asked)
	}
}

// TestAtMostTwoAtOnce: Graph serves few requests for a mailbox at a time.
func TestAtMostTwoAtOnce(t *testing.T) {
	w := newWorld(t, outlooktest.Options{MostAtOnce: 2})
	id := w.server.Put("", json{"subject": "a"})
	c := w.connect()
	errs := make(chan error, 20)
	for range cap(errs) {
		go func() {
			_, err := c.Get(t.Context(), id)
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	for _, c := range []struct {
		status     int
		code, says string
		kind       error
	}{
		{401, "InvalidAuthenticationToken", "access token", calendar.ErrDenied},
		{403, "ErrorAccessDenied", "Calendars.ReadWrite", calendar.ErrDenied},
		{404, "ErrorItemNotFound", "nothing is cancelled", calendar.ErrAbsent},
		{404, "MailboxNotEnabledForRESTAPI", "leave out with exclude whom a list names", calendar.ErrAbsent},
		{404, "ErrorInvalidUser", "outlook.user", calendar.ErrAbsent},
		{400, "ErrorInvalidProperty", "does not accept", calendar.ErrDenied},
		{500, "ErrorInternalServerError", "a problem of its own", nil},
		{503, "UnknownError", "a problem of its own", nil},
	} {
		w.server.Break(outlooktest.Error(c.status, c.code, "No."))
		_, err := w.connect().Changes(t.Context(), "")
		if err == nil || !strings.Contains(err.Error(), c.says) || c.kind != nil && !errors.Is(err, c.kind) ||
			errors.Is(err, calendar.ErrGone) {
			t.Errorf("%d %s: %v", c.status, c.code, err)
		}
		w.server.Mend()
	}
	var throttled *calendar.Throttled
	for _, f := range []outlooktest.Fault{outlooktest.Throttled("120"), outlooktest.Busy("120"),
		outlooktest.Error(503, "MailboxConcurrency", "")} {
		w.server.Break(f)
		if _, err := w.connect().Changes(t.Context(), ""); !errors.As(err, &throttled) {
			t.Errorf("HTTP %d: %v", f.Status, err)
		}
		w.server.Mend()
	}
}
