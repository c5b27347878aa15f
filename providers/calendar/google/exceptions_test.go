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

// onPatchOf matches the writes to one event.
func onPatchOf(id string) func(*http.Request) bool {
	return func(r *http.Request) bool {
		return r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/"+id)
	}
}

// changed lists what has changed since a cursor; it must be the series alone.
func (w *world) changed(c *google.Calendar, since, series string) *calendar.Event {
	w.t.Helper()
	changes, err := c.Changes(w.t.Context(), since)
	if err != nil || len(changes.List) != 1 || changes.List[0].ID != series || changes.List[0].Event == nil {
		w.t.Fatalf("listed: %+v, %v", changes.List, err)
	}
	return changes.List[0].Event
}

// TestExceptionThatFails: the others get their link, and the one that failed is not forgotten.
func TestExceptionThatFails(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(nil)
	bad := w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) { ev["description"] = "Its own agenda" })
	good := w.server.Except("", id, first.AddDate(0, 0, 14), func(ev json) { ev["description"] = "Another agenda" })
	c := w.connect()
	all, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	f := googletest.Error(500, "backendError", "Backend Error")
	f.Match, f.Times = onPatchOf(bad), 1
	w.server.Break(f)
	l := aLink("1")
	l.Location = &l.JoinURL
	if _, err := c.SetLink(t.Context(), id, all.List[0].Event.Version, l); err == nil {
		t.Fatal("the failure is not told")
	}
	if strings.Contains(w.text(bad, "description"), "Join:") || !strings.Contains(w.text(good, "description"),
		"Join:") {
		t.Errorf("%q, %q", w.text(bad, "description"), w.text(good, "description"))
	}
	c = w.connect() // as after a restart
	ev := w.changed(c, all.Cursor, id)
	if !ev.Partial() || len(ev.Exceptions) != 2 || w.text(id, "location") != l.JoinURL {
		t.Fatalf("the series is taken for complete: %+v", ev)
	}
	if after, err := c.SetLink(t.Context(), id, ev.Version, l); err != nil || after.Partial() ||
		!strings.Contains(w.text(bad, "description"), "Join:") ||
		w.text(bad, "location") != l.JoinURL {
		t.Errorf("%v, %q at %q", err, w.text(bad, "description"), w.text(bad, "location"))
	}
}

// TestTaggedException: a tag in one date of a series without a tag is for Get to read, whether the series is listed or
// not.
func TestTaggedException(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.config.Interesting = func(ev *calendar.Event) bool { return strings.Contains(ev.Title, "#zoom") }
	id, first := w.weekly(json{"summary": "Weekly"})
	c := w.connect()
	all, err := c.Changes(t.Context(), "")
	if err != nil || len(all.List) != 1 || !all.List[0].Plain {
		t.Fatalf("%+v, %v", all.List, err)
	}
	w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) { ev["summary"] = "Guests #zoom" })
	for _, since := range []string{all.Cursor, ""} {
		if changes, err := c.Changes(t.Context(), since); err != nil || len(changes.List) != 1 ||
			changes.List[0].ID != id || changes.List[0].Plain {
			t.Errorf("since %q: %+v, %v", since, changes.List, err)
		}
	}
}

// TestDroppedException: an exception was edited, that answer was dropped, and links were written. Asked again, the
// series is news.
func TestDroppedException(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(nil)
	at := first.AddDate(0, 0, 7)
	w.server.Except("", id, at, func(ev json) { ev["description"] = "Its own agenda" })
	c := w.connect()
	all, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	w.server.Except("", id, at, func(ev json) { ev["description"] = "Another agenda" })
	tell := func() calendar.Changes {
		changes, err := c.Changes(t.Context(), all.Cursor)
		if err != nil || len(changes.List) != 1 || changes.List[0].ID != id || changes.List[0].Same {
			t.Fatalf("the exception of a series was edited: %+v, %v", changes.List, err)
		}
		return changes
	}
	dropped := tell()
	ev, err := c.Get(t.Context(), id)
	if err == nil {
		_, err = c.SetLink(t.Context(), id, ev.Version, aLink("1"))
	}
	if err != nil {
		t.Fatal(err)
	}
	taken := tell()
	if taken.Cursor == dropped.Cursor {
		t.Error("links were written, and the cursor is the same")
	}
	if changes, err := c.Changes(t.Context(), taken.Cursor); err != nil || len(changes.List) != 0 {
		t.Errorf("afterwards: %+v, %v", changes.List, err)
	}
}

// TestMovedLastOccurrence: an incremental listing names the series alone, and its exceptions count all the same.
func TestMovedLastOccurrence(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(nil)
	last := first.AddDate(0, 0, 63)
	w.server.Except("", id, last, func(ev json) {
		at := last.AddDate(0, 0, 40)
		ev["start"] = json{"dateTime": at.Format(time.RFC3339), "timeZone": googletest.Zone}
		ev["end"] = json{"dateTime": at.Add(time.Hour).Format(time.RFC3339), "timeZone": googletest.Zone}
	})
	w.server.CancelInstance("", id, first)
	c := w.connect()
	all, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	w.server.Edit("", id, func(ev json) { ev["summary"] = "Renamed #zoom" })
	ev := w.changed(c, all.Cursor, id)
	if !ev.Until.Equal(last.AddDate(0, 0, 40).Add(time.Hour)) || !ev.Start.Equal(first.AddDate(0, 0, 7)) {
		t.Errorf("next %v, until %v", ev.Start, ev.Until)
	}
}

// TestUnlinkInterrupted: as long as an exception shows the link, the series does.
func TestUnlinkInterrupted(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(nil)
	own := w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) { ev["description"] = "Its own agenda" })
	c := w.connect()
	l := aLink("1")
	linked := calendartest.Set(w.t, c, id, l)
	f := googletest.Error(500, "backendError", "Backend Error")
	f.Match, f.Times = onPatchOf(own), 1
	w.server.Break(f)
	gone := calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}}
	if _, err := c.SetLink(t.Context(), id, linked.Version, gone); err == nil {
		t.Fatal("the failure is not told")
	}
	if ev, err := w.connect().Get(t.Context(), id); err != nil || ev.Link.Mark != l.Mark {
		t.Fatalf("the series has lost its link before its exception: %v, %v", ev.Link, err)
	}
	calendartest.Set(w.t, c, id, gone)
	if w.text(own, "description") != "Its own agenda" || w.text(id, "description") != "Agenda" {
		t.Errorf("%q, %q", w.text(own, "description"), w.text(id, "description"))
	}
}

// TestExceptionsThatAreLeftAlone: one that its owner has declined, and one with another conference.
func TestExceptionsThatAreLeftAlone(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.config.Foreign = func(ev *calendar.Event, _ ...string) (string, bool) {
		return "Teams", strings.Contains(ev.Description, "teams.microsoft.com")
	}
	id, first := w.weekly(nil)
	declined := w.server.Except("", id, first, func(ev json) {
		ev["attendees"] = []any{json{"email": googletest.Account, "self": true, "responseStatus": "declined"}}
	})
	teams := w.server.Except("", id, first.AddDate(0, 0, 7),
		func(ev json) { ev["description"] = "https://teams.microsoft.com/l/meetup-join/x" })
	after := calendartest.Set(w.t, w.connect(), id, aLink("1"))
	if after.Partial() || strings.Contains(w.text(declined, "description")+w.text(teams, "description"), "Join:") {
		t.Errorf("partial %v, %q, %q", after.Partial(), w.text(declined, "description"), w.text(teams, "description"))
	}
}

// TestLocationAppended: what was appended goes again, and no exception gets another's room.
func TestLocationAppended(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(json{"location": "Room 5"})
	empty := w.server.Except("", id, first, func(ev json) { ev["location"] = "" })
	same := w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) { ev["description"] = "Its own agenda" })
	c := w.connect()
	l := aLink("1")
	location := "Room 5, " + l.JoinURL
	l.Location = &location
	calendartest.Set(w.t, c, id, l)
	if w.text(id, "location") != location || w.text(same, "location") != location || w.text(empty, "location") != "" {
		t.Errorf("%q, %q, %q", w.text(id, "location"), w.text(same, "location"), w.text(empty, "location"))
	}
	calendartest.Set(w.t, c, id, calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}})
	if w.text(id, "location") != "Room 5" || w.text(same, "location") != "Room 5" {
		t.Errorf("after unlinking: %q, %q", w.text(id, "location"), w.text(same, "location"))
	}
}

// TestCopyWithTheSameUID: some copies keep the iCalUID. The id tells them from what they were copied from, for good.
func TestCopyWithTheSameUID(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	id := w.server.Put("", json{"summary": "a #zoom", "iCalUID": "shared@google.com"})
	original := calendartest.Set(w.t, c, id, aLink("1"))
	copied := w.server.Duplicate("", id)
	w.server.Edit("", copied, func(ev json) { ev["iCalUID"] = "shared@google.com" })
	before, err := c.Get(t.Context(), copied)
	if err != nil || before.UID == original.UID || before.Link.Mark != original.Link.Mark {
		t.Fatalf("the copy: UID %q, mark %q, %v", before.UID, before.Link.Mark, err)
	}
	after := calendartest.Set(w.t, c, copied, aLink("2"))
	if after.UID != before.UID {
		t.Errorf("its UID was %q and is %q", before.UID, after.UID)
	}
	if again := calendartest.Set(w.t, c, copied, aLink("2")); again.Version != after.Version {
		t.Error("a link that is there was written again")
	}
	if ev, err := c.Get(t.Context(), id); err != nil || ev.UID != "shared@google.com" {
		t.Errorf("the original: UID %q, %v", ev.UID, err)
	}
	second := w.server.Duplicate("", copied)
	if ev, err := c.Get(t.Context(), second); err != nil || ev.UID == after.UID || ev.UID == original.UID {
		t.Errorf("a copy of the copy: UID %q, %v", ev.UID, err)
	}
}

// TestWritesThatDoNotKeep: an answer that lacks what was sent is no success.
func TestWritesThatDoNotKeep(t *testing.T) {
	for name, c := range map[string]struct {
		replace func(string) string
		link    func(l *calendar.Link)
	}{
		"Meet": {func(s string) string {
			return strings.Replace(s, `{`, `{"hangoutLink":"https://meet.google.com/abc",`, 1)
		}, func(l *calendar.Link) { l.DropMeet = true }},
		"title": {func(s string) string { return strings.ReplaceAll(s, `"New title"`, `"Old title"`) },
			func(l *calendar.Link) { title := "New title"; l.Title = &title }},
		"place": {func(s string) string { return strings.ReplaceAll(s, `"New place"`, `"Old place"`) },
			func(l *calendar.Link) { place := "New place"; l.Location = &place }},
	} {
		w := newWorld(t, googletest.Options{})
		id := w.server.Put("", json{"summary": "Old title", "location": "Old place",
			"hangoutLink": "https://meet.google.com/abc"})
		cal := w.connect()
		ev, err := cal.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		l := aLink("1")
		c.link(&l)
		w.server.Break(googletest.Fault{Match: onPatchOf(id), Replace: c.replace})
		if _, err := cal.SetLink(t.Context(), id, ev.Version, l); !errors.Is(err, calendar.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestBrokenHTML: where a block could not be seen nothing is written.
func TestBrokenHTML(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	for text, linked := range map[string]bool{"<b>Agenda</b><blockquote>quoted, and not closed": true,
		"<b>a</b><!-- todo": true, "<b>a</b><a href=\"": true} {
		id := w.server.Put("", json{"summary": "a", "description": text})
		after := calendartest.Set(w.t, c, id, aLink("1"))
		if after.Link.JoinURL == "" || strings.Count(w.text(id, "description"), "Join:") != 1 {
			t.Errorf("%q became %q", text, w.text(id, "description"))
		}
		calendartest.Set(w.t, c, id,
			calendar.Link{Was: calendar.Was{JoinURL: aLink("1").JoinURL, Block: aLink("1").Block}})
		if back := w.text(id, "description"); back != text || !linked {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}

// TestErrorDetails: errors of the machinery in front of the API carry their reason elsewhere.
func TestErrorDetails(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	header := http.Header{"Content-Type": {"application/json"}}
	detail := func(reason string) string {
		return `{"error":{"code":403,"message":"No.","status":"PERMISSION_DENIED","errors":[{"reason":"forbidden","message":"No."}],"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"` + reason + `"}]}}`
	}
	for body, want := range map[string]string{
		detail("SERVICE_DISABLED"):                "switched off",
		detail("ACCESS_TOKEN_SCOPE_INSUFFICIENT"): ownedScope,
		detail("RATE_LIMIT_EXCEEDED"):             "too many requests",
		`{"error":{"code":429,"message":"Quota exceeded","status":"RESOURCE_EXHAUSTED"}}`: "too many requests",
	} {
		w.server.Break(googletest.Fault{Status: 403, Header: header, Body: body})
		if _, err := w.connect().Changes(t.Context(), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
		w.server.Mend()
	}
}

// TestPlainServer: a server that says less than Google does is understood.
func TestPlainServer(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Break(googletest.Fault{Replace: func(body string) string {
		for _, field := range []string{`,"self":true`, `"kind":"calendar#events",`, `"accessRole":"owner",`,
			`,"accessRole":"owner"`, `,"kind":"calendar#events"`} {
			body = strings.ReplaceAll(body, field, "")
		}
		return body
	}})
	id, _ := w.weekly(nil)
	c := w.connect()
	if after := calendartest.Set(w.t, c, id, aLink("1")); after.Link.Mark == "" {
		t.Errorf("%+v", after)
	}
	if _, err := c.Get(t.Context(), "never"); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("Get: %v", err)
	}
}

// TestDateWithoutItsSeries: whoever is invited to one date of a series has that alone. It is an event of its own, with
// a UID of its own, from the first listing on and afterwards.
func TestDateWithoutItsSeries(t *testing.T) {
	for _, allowed := range []bool{false, true} {
		w := newWorld(t, googletest.Options{})
		w.config.AsGuest = allowed
		w.config.Interesting = func(ev *calendar.Event) bool {
			return strings.Contains(ev.Title, "#zoom") || ev.Link.Mark != ""
		}
		c := w.connect()
		empty, err := c.Changes(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		start := json{"dateTime": "2031-03-16T09:00:00Z", "timeZone": "UTC"}
		id := w.server.Put("", json{"id": "abcde_20310316T090000Z", "summary": "Guests #zoom",
			"iCalUID": "abcde@google.com", "recurringEventId": "abcde", "originalStartTime": start, "start": start,
			"end":             json{"dateTime": "2031-03-16T10:00:00Z", "timeZone": "UTC"},
			"guestsCanModify": true, "organizer": json{"email": "bob@example.org"}})
		for _, since := range []string{empty.Cursor, ""} {
			changes, err := c.Changes(t.Context(), since)
			if err != nil || len(changes.List) != 1 || changes.List[0].ID != id || changes.List[0].Event == nil {
				t.Fatalf("since %q: %+v, %v", since, changes.List, err)
			}
		}
		ev, err := c.Get(t.Context(), id)
		if err != nil || !ev.Detached || ev.UID != "abcde@google.com/20310316T090000Z" || (ev.Denied == "") != allowed {
			t.Fatalf("%+v, %v", ev, err)
		}
		if !allowed {
			continue
		}
		if ev = calendartest.Set(w.t, c, id, aLink("1")); ev.UID != "abcde@google.com/20310316T090000Z" {
			t.Errorf("with a link its UID is %s", ev.UID)
		}
		last, err := c.Changes(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		w.server.Edit("", id, func(ev json) { ev["summary"] = "Guests" })
		changes, err := c.Changes(t.Context(), last.Cursor)
		if err != nil || len(changes.List) != 1 || changes.List[0].ID != id || changes.List[0].Event == nil {
			t.Errorf("after a change: %+v, %v", changes.List, err)
		}
	}
}

// TestDateAndItsSeries: a date that one was invited to alone is none of its own any more when the whole series comes.
func TestDateAndItsSeries(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(json{"summary": "Weekly"})
	x := w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) { ev["summary"] = "Guests #zoom" })
	c := w.connect()
	if ev, err := c.Get(t.Context(), x); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("it is there twice: %+v, %v", ev, err)
	}
	w.server.Hide("", id, true)
	changes, err := c.Changes(t.Context(), "")
	if err != nil || len(changes.List) != 1 || changes.List[0].ID != id {
		t.Errorf("with a series that is not listed: %+v, %v", changes.List, err)
	}
}
