package outlook_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/internal/emulator"
)

// through has every answer of the emulator go through a function.
func (w *world) through(change func(r *http.Request, res *http.Response)) {
	base := w.config.HTTP
	w.config.HTTP = transportFunc(func(r *http.Request) (*http.Response, error) {
		res, err := base.RoundTrip(r)
		if err == nil {
			change(r, res)
		}
		return res, err
	})
}

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// says puts another body into an answer, and returns the one that it had.
func says(t *testing.T, res *http.Response, change func(was []byte) []byte) {
	t.Helper()
	was, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	now := change(was)
	_ = res.Body.Close() // it was read to its end
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(now)), int64(len(now))
	res.Header.Del("Content-Length")
}

// titled is an event of an hour.
func titled(title string) json {
	start := time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	return put(calendar.Event{Title: title, Start: start, End: start.Add(time.Hour)})
}

// missing is the refusal of single events.
func missing(status int, code string) outlooktest.Fault {
	return always(outlooktest.Error(status, code, "It is not there."), outlooktest.Events)
}

// TestWhatIsNotThere: only what speaks of the event, in a calendar that stands, says that the event is gone.
func TestWhatIsNotThere(t *testing.T) {
	for _, tt := range []struct {
		status int
		code   string
		gone   bool
	}{
		{404, "ErrorItemNotFound", true},
		{404, "ResourceNotFound", true},
		{404, "Request_ResourceNotFound", true},
		{404, "", true},
		{410, "ErrorItemNotFound", true},
		{410, "resyncRequired", false},
		{410, "SyncStateNotFound", false},
		{404, "ErrorInvalidUser", false},
		{404, "MailboxNotEnabledForRESTAPI", false},
		{405, "", false},
	} {
		w := newWorld(t, outlooktest.Options{})
		id := w.server.Put("", titled("a"))
		w.server.Break(missing(tt.status, tt.code))
		if _, err := w.connect().Get(t.Context(), id); err == nil || errors.Is(err, calendar.ErrGone) != tt.gone {
			t.Errorf("HTTP %d %s: %v", tt.status, tt.code, err)
		}
	}
}

// TestOddEvents: whatever an event holds, the worst that comes of it is that this event cannot be read.
func TestOddEvents(t *testing.T) {
	const at = `"start":{"dateTime":"2027-01-01T10:00:00","timeZone":"%[1]s"},"end":{"dateTime":"2027-01-01T11:00:00","timeZone":"%[1]s"}`
	utc := fmt.Sprintf(at, "UTC")
	for body, want := range map[string]string{
		fmt.Sprintf(`{"id":"x",`+at+`}`, "Pacific Standard Time"):                                            "18:00",
		`{"id":"x","start":{"dateTime":"2027-01-01T10:00:00Z","timeZone":"UTC"}}`:                            "10:00",
		`{"id":"x","attendees":[null],"categories":[null],"locations":[null],` + utc + `}`:                   "10:00",
		`{"id":"x","singleValueExtendedProperties":[null],"location":[],"body":"text",` + utc + `}`:          "10:00",
		`{"id":"x","exceptionOccurrences":[null],"recurrence":{"pattern":{"type":"daily"}},` + utc + `}`:     "10:00",
		`{"id":"x",` + utc + `,"recurrence":{"pattern":{"type":"weekly","daysOfWeek":[null],"interval":1}}}`: "10:00",
		`{"id":"x",` + utc + `,"recurrence":{"pattern":{"type":"daily"},"range":{"startDate":"bad"}}}`:       "",
		`{"id":"x","lastModifiedDateTime":"yesterday"}`:                                                      "",
		`{"id":"x","subject":5}`: "",
		`{"id":5}`:               "",
		`[]`:                     "",
		`null`:                   "",
	} {
		w := newWorld(t, outlooktest.Options{})
		id := w.server.Put("", titled("a"))
		w.through(func(r *http.Request, res *http.Response) {
			if outlooktest.Events(r) {
				says(t, res, func([]byte) []byte { return []byte(strings.Replace(body, `"x"`, `"`+id+`"`, 1)) })
			}
		})
		ev, err := w.connect().Get(t.Context(), id)
		if got := ev.Start.UTC().Format("15:04"); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%s: begins at %s, %v", body, got, err)
		}
	}
}

// TestClaims: the SDK takes such a refusal for an invitation to ask for another token, and panics when there is none.
func TestClaims(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	w.through(func(r *http.Request, res *http.Response) {
		if outlooktest.Lists(r) {
			res.StatusCode = http.StatusUnauthorized
			res.Header.Set("WWW-Authenticate", "Bearer claims=abc")
		}
	})
	if _, err := w.connect().Changes(t.Context(), ""); !errors.Is(err, calendar.ErrDenied) {
		t.Error(err)
	}
}

// TestSuccessWithStrangeBody: what became of the event is read, whatever stands in a successful answer to a PATCH.
func TestSuccessWithStrangeBody(t *testing.T) {
	for _, f := range []outlooktest.Fault{outlooktest.Blank(http.StatusNoContent), outlooktest.Page(http.StatusOK),
		{Replace: func(string) string { return "[" }}} {
		w := newWorld(t, outlooktest.Options{})
		id := w.server.Put("", titled("a"))
		f = always(f, outlooktest.On(http.MethodPatch))
		f.After = true
		w.server.Break(f)
		if after := w.set(id, aLink("1")); after.Link.Mark != aLink("1").Mark {
			t.Errorf("%+v", after.Link)
		}
	}
}

// TestClocksApart: our clock is ahead of Microsoft's by more than the watermark lags, and changes are still seen.
func TestClocksApart(t *testing.T) {
	for _, ahead := range []time.Duration{10 * time.Minute, 31 * 24 * time.Hour} {
		w := newWorld(t, outlooktest.Options{}) // an empty calendar: no change in it says what time it is there
		w.ahead = ahead
		c := w.connect()
		first, err := c.Changes(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		second, err := c.Changes(t.Context(), first.Cursor) // the first one with a cursor lists everything
		if err != nil {
			t.Fatalf("%s ahead: %v", ahead, err)
		}
		id := w.server.Put("", titled("b"))
		third, err := c.Changes(t.Context(), second.Cursor)
		if err != nil || third.Full || len(third.List) != 1 || third.List[0].ID != id {
			t.Errorf("%s ahead: %+v %v", ahead, third, err)
		}
	}
}

// TestDatedAhead: an event whose last change lies in the server's future, as migrations leave them, hides no change of
// others, nor a later one of its own.
func TestDatedAhead(t *testing.T) {
	clock := emulator.NewClock(time.Now())
	for _, ahead := range []time.Duration{3 * time.Minute, time.Hour, 400 * 24 * time.Hour} {
		w := newWorld(t, outlooktest.Options{Now: clock.Now})
		w.config.Now = clock.Now
		other, odd := w.server.Put("", titled("a")), w.server.Put("", titled("odd"))
		w.server.Redate("", odd, clock.Now().Add(ahead))
		c := w.connect()
		cursor := ""
		pass := func(what string, want ...string) {
			t.Helper()
			clock.Advance(30 * time.Second)
			changes, err := c.Changes(t.Context(), cursor)
			var news []string
			for _, ch := range changes.List {
				if !ch.Same {
					news = append(news, ch.ID)
				}
			}
			slices.Sort(want)
			slices.Sort(news)
			if err != nil || !slices.Equal(news, want) {
				t.Errorf("%s ahead, %s: %q are news, not %q (%v)", ahead, what, news, want, err)
			}
			cursor = changes.Cursor
		}
		pass("at first", other, odd)
		pass("nothing has changed") // a sweep
		w.server.Edit("", other, func(ev json) { ev["subject"] = "b" })
		pass("another event was changed", other)
		clock.Advance(5 * time.Minute)
		pass("nothing has changed")
		steady := cursor
		pass("nothing has changed")
		if cursor != steady {
			t.Errorf("%s ahead: nothing has changed, but the cursor has", ahead)
		}
		w.server.Edit("", other, func(ev json) { ev["subject"] = "c" })
		added := w.server.Put("", titled("new"))
		pass("another was changed, one is new", other, added)
		w.server.Edit("", odd, func(ev json) { ev["subject"] = "odd no more" })
		pass("that event was changed", odd)
	}
}

// TestWatermarkAhead: a watermark that lies ahead, as an earlier version took from such an event, is not asked with.
func TestWatermarkAhead(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	w.server.Put("", titled("a"))
	c := w.connect()
	first, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(first.Cursor, " ")
	parts[3] = time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano)
	for _, c := range []calendar.Calendar{c, w.connect()} {
		if changes, err := c.Changes(t.Context(), strings.Join(parts, " ")); !errors.Is(err, calendar.ErrCursor) ||
			len(changes.List) > 0 {
			t.Errorf("a watermark an hour ahead: %+v, %v", changes, err)
		}
		if changes, err := c.Changes(t.Context(), strings.Join(parts[:5], " ")); !errors.Is(err, calendar.ErrCursor) {
			t.Errorf("the same in a cursor of before: %+v, %v", changes, err)
		}
	}
	parts = strings.Split(first.Cursor, " ")
	changes, err := c.Changes(t.Context(), strings.Join(parts[:5], " "))
	now := strings.Split(changes.Cursor, " ")
	if err != nil || len(now) != len(parts) {
		t.Fatalf("a cursor of before: %+v, %v", changes, err)
	}
	if now[3] = parts[3]; !slices.Equal(now, parts) { // the time goes on
		t.Errorf("a cursor of before: %+v", changes)
	}
}

// TestSlippedThroughPages: an event that a deletion pushed over the edge of a page is news to the next listing of all
// ids.
func TestSlippedThroughPages(t *testing.T) {
	clock := emulator.NewClock(time.Now())
	w := newWorld(t, outlooktest.Options{PageLimit: 2, Now: func() time.Time { return clock.Advance(time.Minute) }})
	for range 8 {
		w.server.Put("", titled("a"))
	}
	w.config.Now = clock.Now
	pages := 0
	w.through(func(r *http.Request, res *http.Response) {
		if pages++; outlooktest.Lists(r) && pages == 2+1 { // the first requests are for a token and the rights
			says(t, res, func(was []byte) []byte {
				for _, id := range w.server.IDs("") {
					if bytes.Contains(was, []byte(id)) {
						w.server.Delete("", id)
						break
					}
				}
				return was
			})
		}
	})
	c := w.connect()
	first, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, ch := range first.List {
		seen[ch.ID] = true
	}
	var slipped []string
	for _, id := range w.server.IDs("") {
		if !seen[id] {
			slipped = append(slipped, id)
		}
	}
	if len(slipped) != 1 {
		t.Fatalf("%d events have slipped through: this test is about one", len(slipped))
	}
	var next calendar.Changes
	for range 2 { // the answer of the first one is dropped
		next, err = c.Changes(t.Context(), first.Cursor)
		if err != nil || !next.Full {
			t.Fatalf("%+v %v", next, err)
		}
		for _, ch := range next.List {
			if ch.Same == (ch.ID == slipped[0]) {
				t.Errorf("%+v, and %s has slipped through", ch, slipped[0])
			}
		}
	}
	last, err := c.Changes(t.Context(), next.Cursor)
	if err != nil || slices.ContainsFunc(last.List, func(ch calendar.Change) bool { return !ch.Same }) {
		t.Errorf("afterwards: %+v %v", last, err)
	}
}

// TestExceptionsRefused: a server that cannot be asked for the exceptions of a series still has the series.
func TestExceptionsRefused(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	series := titled("a")
	series["recurrence"] = json{"pattern": json{"type": "daily", "interval": 1},
		"range": json{"type": "noEnd", "startDate": "2027-01-04"}}
	id := w.server.Put("", series)
	refused := 0
	w.server.Break(always(outlooktest.Error(400, "ErrorInvalidRequest", "Parsing OData Select and Expand failed"),
		func(r *http.Request) bool {
			if !strings.Contains(r.URL.Query().Get("$expand"), "exceptionOccurrences") {
				return false
			}
			refused++
			return true
		}))
	ev, err := w.connect().Get(t.Context(), id)
	if err != nil || !ev.Series || refused != 1 {
		t.Errorf("%+v %v, %d refused", ev, err, refused)
	}
}

// TestCursorOfAnotherCalendar: the same settings may come to mean another calendar, of which the cursor knows nothing.
func TestCursorOfAnotherCalendar(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	w.config.Calendar = w.server.AddCalendar("", "Team")
	changes, err := w.connect().Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	w.config.Calendar = w.server.AddCalendar("", "Work")
	if _, err := w.connect().Changes(t.Context(), changes.Cursor); !errors.Is(err, calendar.ErrCursor) {
		t.Error(err)
	}
}

// TestNameOfTwoCalendars: neither is guessed.
func TestNameOfTwoCalendars(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	w.server.AddCalendar("", "Team")
	w.server.AddCalendar("", "team")
	w.config.Calendar = "Team"
	if _, err := w.connect().Changes(t.Context(), ""); !errors.Is(err, calendar.ErrAbsent) ||
		!strings.Contains(err.Error(), "2 calendars") {
		t.Error(err)
	}
}

// TestPauseOfTheMailbox: Microsoft asks for a pause, and nothing is sent for this mailbox until it is over.
func TestPauseOfTheMailbox(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	id := w.server.Put("", titled("a"))
	c := w.connect()
	f := outlooktest.Throttled("30")
	f.Times = 1
	w.server.Break(f)
	if _, err := c.Changes(t.Context(), ""); err == nil {
		t.Fatal("no error")
	}
	w.server.ResetRequests()
	var throttled *calendar.Throttled
	if _, err := c.Get(t.Context(), id); !errors.As(err, &throttled) || len(w.server.Requests()) != 0 {
		t.Errorf("%v, and %d requests in the pause", err, len(w.server.Requests()))
	}
	w.ahead = time.Minute
	if _, err := c.Get(t.Context(), id); err != nil {
		t.Errorf("after the pause: %v", err)
	}
}

// TestPlacesKeepWhatTheyHold: an address and coordinates are the owner's, and come along when a link is put beside
// them.
func TestPlacesKeepWhatTheyHold(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	ev := titled("a")
	ev["locations"] = []any{json{"displayName": "Cafe", "address": json{"street": "Main 1", "city": "Bonn"},
		"coordinates": json{"latitude": 50.1, "longitude": 7.2}}}
	id := w.server.Put("", ev)
	l := aLink("1")
	both := "Cafe, " + l.JoinURL
	l.Location = &both
	w.set(id, l)
	now, _ := w.server.Event("", id)
	if got := fmt.Sprint(now["locations"]); !strings.Contains(got, "Bonn") || !strings.Contains(got, "50.1") ||
		!strings.Contains(got, l.JoinURL) {
		t.Error(got)
	}
}

// TestLateToTheList: the list of what has changed may lack a change that is older than another one which it holds
// already.
func TestLateToTheList(t *testing.T) {
	o := newOffice(t, outlooktest.Options{})
	late, early := o.meet("Talk", 7), o.meet("Call", 8)
	o.Pass()
	o.clock.Advance(5 * time.Minute) // the cursor stands close behind what it has seen
	o.Pass()
	o.server.Edit(o.cal, late, func(ev json) { ev["subject"] = "Talk #zoom" })
	o.server.Hide(o.cal, late, true)
	o.clock.Advance(40 * time.Second)
	o.server.Edit(o.cal, early, func(ev json) { ev["subject"] = "Call #zoom" })
	o.clock.Advance(10 * time.Second)
	o.Pass()
	if n := len(o.Zoom.Meetings()); n != 1 {
		t.Fatalf("%d meetings, not the one that shows", n)
	}
	o.server.Hide(o.cal, late, false)
	o.clock.Advance(20 * time.Second)
	o.Pass()
	if n := len(o.Zoom.Meetings()); n != 2 {
		t.Errorf("%d meetings: the change that showed late was overlooked", n)
	}
}

// TestOnlyTheMark: where just the hidden property is lacking, nothing that attendees see is sent.
func TestOnlyTheMark(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	id := w.server.Put("", json{"subject": "a", "body": json{"contentType": "html", "content": "<p>b</p>"}})
	w.set(id, aLink("1"))
	w.server.Edit("", id, func(ev json) {
		ev["singleValueExtendedProperties"].([]any)[0].(json)["value"] = "-"
	})
	w.server.ResetRequests()
	if after := w.set(id, aLink("1")); after.Link.Mark != aLink("1").Mark {
		t.Errorf("%+v", after.Link)
	}
	patches := 0
	for _, r := range w.server.Requests() {
		if r.Method != http.MethodPatch {
			continue
		}
		patches++
		for name := range r.Body {
			if name != "@odata.type" && name != "singleValueExtendedProperties" {
				t.Errorf("the PATCH holds %s", name)
			}
		}
	}
	if patches != 1 {
		t.Errorf("%d patches", patches)
	}
}
