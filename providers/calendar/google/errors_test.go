package google_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
)

// refusals are Google's answers, and what they mean for a listing with a sync token.
var refusals = []struct {
	status         int
	reason         string
	kind           error
	least, longest time.Duration // of a wait
	says           string
}{
	{400, "invalid", calendar.ErrCursor, 0, 0, ""}, // nothing but the token can be wrong
	{401, "authError", calendar.ErrDenied, 0, 0, "access token"},
	{403, "rateLimitExceeded", nil, time.Second, 3 * time.Minute, "too many requests"},
	{403, "userRateLimitExceeded", nil, time.Second, 3 * time.Minute, "too many requests"},
	{429, "rateLimitExceeded", nil, time.Second, 3 * time.Minute, "too many requests"},
	{403, "quotaExceeded", nil, time.Hour, 7 * time.Hour, "lasts for hours"},
	{403, "dailyLimitExceeded", nil, time.Hour, 7 * time.Hour, "lasts for hours"},
	{403, "RATE_LIMIT_EXCEEDED", nil, time.Second, 3 * time.Minute, "too many requests"},
	{403, "insufficientPermissions", calendar.ErrDenied, 0, 0, ownedScope},
	{403, "accessNotConfigured", calendar.ErrDenied, 0, 0, "switched off"},
	{403, "forbidden", calendar.ErrDenied, 0, 0, "shared with this account"},
	{404, "notFound", calendar.ErrAbsent, 0, 0, "nothing is cancelled"},
	{410, "fullSyncRequired", calendar.ErrCursor, 0, 0, ""},
	{410, "updatedMinTooLongAgo", calendar.ErrCursor, 0, 0, ""},
	{410, "", calendar.ErrCursor, 0, 0, ""},
	{410, "deleted", calendar.ErrAbsent, 0, 0, "nothing is cancelled"},
	{500, "backendError", nil, 0, 0, "a problem of its own"},
	{503, "backendError", nil, 0, 0, "a problem of its own"},
}

func TestListRefusals(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Put("", json{"summary": "a"})
	all, err := w.connect().Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refusals {
		w.server.Break(googletest.Error(r.status, r.reason, "No."))
		c := w.connect()
		last := time.Duration(0)
		for range 3 {
			_, err := c.Changes(t.Context(), all.Cursor)
			var throttled *calendar.Throttled
			wait := time.Duration(0)
			if errors.As(err, &throttled) {
				wait = time.Until(throttled.Until)
			}
			if r.kind != nil && !errors.Is(err, r.kind) || !strings.Contains(err.Error(), r.says) ||
				wait < r.least-time.Second || wait > r.longest {
				t.Errorf("%d %s: wait %s, %v", r.status, r.reason, wait, err)
			}
			if errors.Is(err, calendar.ErrGone) {
				t.Errorf("%d %s: an event is called gone", r.status, r.reason)
			}
			if r.least == time.Second && wait <= last {
				t.Errorf("%d %s: waits %s after %s: the pause does not grow", r.status, r.reason, wait, last)
			}
			last = wait
		}
		w.server.Mend()
	}
}

// TestMissingEventAsksTwice: a 404 for an event is believed only if the calendar itself is there.
func TestMissingEvent(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	if _, err := c.Get(t.Context(), "never"); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("Get: %v", err)
	}
	if _, err := c.SetLink(t.Context(), "never", "1", aLink("1")); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("SetLink: %v", err)
	}
	w.server.SetRole("", "none")
	if _, err := c.Get(t.Context(), "never"); err == nil || errors.Is(err, calendar.ErrGone) ||
		!errors.Is(err, calendar.ErrAbsent) {
		t.Errorf("Get from a calendar that is not shared any more: %v", err)
	}
}

func TestPurgedEventIsGone(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id := w.server.Put("", json{"summary": "a"})
	c := w.connect()
	all, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	w.server.Delete("", id)
	if changes, err := c.Changes(t.Context(), all.Cursor); err != nil || len(changes.List) != 1 ||
		!changes.List[0].Deleted {
		t.Errorf("a deleted event is listed as %+v, %v", changes.List, err)
	}
	w.server.Purge()
	if _, err := c.Get(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("Get: %v", err)
	}
}

// TestMovedEvent leaves a shell with an id behind.
func TestMovedEvent(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.AddCalendar("team@group.calendar.google.com", googletest.Calendar{})
	id := w.server.Put("", json{"summary": "a"})
	c := w.connect()
	all, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	before, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.server.Move("", id, "team@group.calendar.google.com")
	if changes, err := c.Changes(t.Context(), all.Cursor); err != nil || len(changes.List) != 1 ||
		!changes.List[0].Deleted {
		t.Errorf("a moved event is listed as %+v, %v", changes.List, err)
	}
	w.config.Calendar = "team@group.calendar.google.com"
	if there, err := w.connect().Get(t.Context(), id); err != nil || there.UID != before.UID {
		t.Errorf("where it was moved to: UID %q, before %q, %v", there.UID, before.UID, err)
	}
}

// TestExpiredToken: an access token that died is renewed once, and the request sent again.
func TestExpiredToken(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	id := w.server.Put("", json{"summary": "a"})
	ev, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	f := googletest.Error(401, "authError", "Invalid Credentials")
	f.Times = 1
	w.server.Break(f)
	if _, err := c.SetLink(t.Context(), id, ev.Version, aLink("1")); err != nil {
		t.Errorf("SetLink: %v", err)
	}
	if n := len(w.server.TokenRequests()); n != 2 {
		t.Errorf("%d tokens were asked for", n)
	}
}

func TestReadsAreTriedAgain(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	f := googletest.Error(503, "backendError", "Backend Error")
	f.Times = 2
	w.server.Break(f)
	if _, err := w.connect().Changes(t.Context(), ""); err != nil {
		t.Errorf("Changes: %v", err)
	}
	if n := len(w.server.Requests()); n != 3 {
		t.Errorf("%d requests", n)
	}
}

func TestHugeAnswer(t *testing.T) {
	w := newWorld(t, googletest.Options{Gzip: true})
	w.server.Break(googletest.Fault{Status: 200, Body: `{"items":[],"nextSyncToken":"` +
		strings.Repeat("x", 65<<20) + `"}`})
	_, err := w.connect().Changes(t.Context(), "")
	if err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("Changes: %.200v", err)
	}
}

func TestNoRedirects(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Break(googletest.Fault{Status: 302, Header: http.Header{"Location": {"https://example.com/"}}})
	if _, err := w.connect().Changes(t.Context(), ""); err == nil {
		t.Error("a redirect was taken for an answer")
	}
}

// TestRequests counts what a calendar costs.
func TestRequests(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.config.Interesting = func(ev *calendar.Event) bool {
		return strings.Contains(ev.Title, "#zoom") || ev.Link.Mark != ""
	}
	for range 3000 {
		w.server.Put("", json{"summary": "Meeting"})
	}
	c := w.connect()
	expect := calendartest.Costs(t, w.server)
	var changes calendar.Changes
	list := func() (err error) {
		changes, err = c.Changes(t.Context(), changes.Cursor)
		return err
	}
	expect("the first pass over 3,000 events", 2, list)
	expect("nothing has changed", 1, list)
	id := w.server.Put("", json{"summary": "New #zoom"})
	expect("a new event", 1, list)
	if len(changes.List) != 1 || changes.List[0].Event == nil {
		t.Fatalf("listed: %+v", changes.List)
	}
	version := changes.List[0].Event.Version
	expect("linking what this pass has read", 1, func() error {
		_, err := c.SetLink(t.Context(), id, version, aLink("1"))
		return err
	})
	expect("our own write coming back", 1, list)
	if len(changes.List) != 1 || !changes.List[0].Same || changes.List[0].Event != nil {
		t.Errorf("our own write is listed as %+v", changes.List)
	}
	expect("nothing has changed since", 1, list)
	ev, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	expect("forgetting the pass", 1, list)
	expect("linking what an earlier pass has read", 2, func() error {
		_, err := c.SetLink(t.Context(), id, ev.Version, aLink("2"))
		return err
	})
	w.server.Edit("", id, func(ev json) { ev["summary"] = "Renamed #zoom" })
	expect("a stale version", 1, func() error {
		_, err := c.SetLink(t.Context(), id, ev.Version, aLink("3"))
		if !errors.Is(err, calendar.ErrConflict) {
			t.Errorf("SetLink: %v", err)
		}
		return nil
	})
}

func TestAnnounce(t *testing.T) {
	guests := []any{json{"email": googletest.Account, "self": true, "responseStatus": "accepted"},
		json{"email": "bob@example.org"}, json{"email": "room@example.com", "resource": true}}
	for _, announce := range []bool{false, true} {
		w := newWorld(t, googletest.Options{})
		w.config.Announce = announce
		c := w.connect()
		id := w.server.Put("", json{"summary": "a", "attendees": guests})
		ev, err := c.Get(t.Context(), id)
		if err != nil || announce != (len(ev.Mails) == 1 && ev.Mails[0] == "bob@example.org") {
			t.Errorf("announce %v: would mail %q, %v", announce, ev.Mails, err)
		}
		calendartest.Set(w.t, c, id, aLink("1"))
		if mailed := w.server.Mails(); announce == (len(mailed) == 0) {
			t.Errorf("announce %v: mailed %q", announce, mailed)
		}
	}
}

func TestLimits(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	long := w.server.Put("", json{"summary": "a", "description": strings.Repeat("ż", 8150)})
	l := aLink("1")
	ev, err := c.Get(t.Context(), long)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.SetLink(t.Context(), long, ev.Version, l); !errors.Is(err, calendar.ErrDenied) ||
		!strings.Contains(err.Error(), "shorten it by") {
		t.Errorf("a description that would be too long: %v", err)
	}
	id := w.server.Put("", json{"summary": "a"})
	ev, err = c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	l.Tag = "#zoom(" + strings.Repeat("alt=a@example.com, ", 60) + "mute)"
	if _, err := c.SetLink(t.Context(), id, ev.Version, l); !errors.Is(err, calendar.ErrDenied) ||
		!strings.Contains(err.Error(), "shorten its options") {
		t.Errorf("a tag that cannot be kept: %v", err)
	}
	if n := countMethod(w, "PATCH"); n > 0 {
		t.Errorf("%d patches were sent", n)
	}
}

// TestSilentGuest: Google answers some writes with success and changes nothing.
func TestSilentGuest(t *testing.T) {
	w := newWorld(t, googletest.Options{SilentGuests: true})
	w.config.AsGuest = true
	id := w.server.Put("", json{"summary": "a", "organizer": json{"email": "bob@example.org"}, "guestsCanModify": true})
	c := w.connect()
	ev, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	w.server.SetSilent(true)
	if _, err := c.SetLink(t.Context(), id, ev.Version, aLink("1")); !errors.Is(err, calendar.ErrDenied) {
		t.Errorf("SetLink: %v", err)
	}
}

func TestEmptyPages(t *testing.T) {
	w := newWorld(t, googletest.Options{EmptyPages: true, PageLimit: 2})
	for range 5 {
		w.server.Put("", json{"summary": "a"})
	}
	if changes, err := w.connect().Changes(t.Context(), ""); err != nil || len(changes.List) != 5 {
		t.Errorf("listed %d, %v", len(changes.List), err)
	}
}

func TestBaseURL(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	for _, base := range []string{w.server.URL() + "/calendar/v3", w.server.URL() + "/calendar/v3/"} {
		w.config.APIURL = base
		if _, err := w.connect().Changes(t.Context(), ""); err != nil {
			t.Errorf("%s: %v", base, err)
		}
	}
	w.config.APIURL = "http://calendar.example.com/calendar/v3/"
	if _, err := google.New(w.config); err == nil || !strings.Contains(err.Error(), "https") {
		t.Errorf("plain http to another machine: %v", err)
	}
}
