package google_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/google/googletest"
)

type json = googletest.JSON

// berlin is the zone of the emulator's calendar.
func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(googletest.Zone)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// weekly is a series that begins next week and has ten occurrences; first is the first one.
func (w *world) weekly(more json) (id string, first time.Time) {
	first = time.Now().In(berlin(w.t)).AddDate(0, 0, 7).Truncate(time.Hour)
	ev := json{"summary": "Weekly #zoom", "description": "Agenda", "recurrence": []any{"RRULE:FREQ=WEEKLY;COUNT=10"},
		"start": json{"dateTime": first.Format(time.RFC3339), "timeZone": googletest.Zone},
		"end":   json{"dateTime": first.Add(time.Hour).Format(time.RFC3339), "timeZone": googletest.Zone}}
	for name, v := range more {
		ev[name] = v
	}
	return w.server.Put("", ev), first
}

func (w *world) text(id, field string) string {
	w.t.Helper()
	ev, ok := w.server.Event("", id)
	if !ok {
		w.t.Fatalf("event %s is not there", id)
	}
	text, _ := ev[field].(string)
	return text
}

func TestSeriesWithExceptions(t *testing.T) {
	w := newWorld(t, googletest.Options{PageLimit: 2})
	id, first := w.weekly(nil)
	own := w.server.Except("", id, first.AddDate(0, 0, 7),
		func(ev json) { ev["description"], ev["location"] = "Its own agenda", "Room 5" })
	moved := w.server.Except("", id, first.AddDate(0, 0, 14), func(ev json) {
		at := first.AddDate(0, 0, 15)
		ev["start"] = json{"dateTime": at.Format(time.RFC3339), "timeZone": googletest.Zone}
		ev["end"] = json{"dateTime": at.Add(time.Hour).Format(time.RFC3339), "timeZone": googletest.Zone}
	})
	w.server.CancelInstance("", id, first)
	c := w.connect()
	changes, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(changes.List) != 1 || changes.List[0].ID != id || changes.List[0].Event == nil {
		t.Fatalf("a series with its exceptions is one event: %+v", changes.List)
	}
	ev := changes.List[0].Event
	if !ev.Series || !ev.Start.Equal(first.AddDate(0, 0, 7)) ||
		!ev.Until.Equal(first.AddDate(0, 0, 63).Add(time.Hour)) || len(ev.Exceptions) != 2 {
		t.Errorf("series %v, next %v, until %v, exceptions %+v", ev.Series, ev.Start, ev.Until, ev.Exceptions)
	}
	w.server.ResetRequests()
	l := aLink("1")
	location := l.JoinURL
	l.Location = &location
	after, err := c.SetLink(t.Context(), id, ev.Version, l)
	if err != nil {
		t.Fatal(err)
	}
	if after.Partial() || after.Link.Mark != l.Mark {
		t.Errorf("after linking: %+v", after)
	}
	for _, x := range []string{id, own, moved} {
		if !strings.Contains(w.text(x, "description"), l.JoinURL) {
			t.Errorf("%s does not show the link: %q", x, w.text(x, "description"))
		}
	}
	if w.text(own, "location") != "Room 5" || w.text(moved, "location") != l.JoinURL ||
		!strings.HasPrefix(w.text(own, "description"), "Its own agenda") {
		t.Errorf("locations %q, %q", w.text(own, "location"), w.text(moved, "location"))
	}
	w.server.ResetRequests()
	if again, err := c.SetLink(t.Context(), id, after.Version, l); err != nil || again.Version != after.Version {
		t.Errorf("a second time: %v, %v", again.Version, err)
	}
	if n := countMethod(w, "PATCH"); n != 0 {
		t.Errorf("a link that is there was written %d times", n)
	}
	w.exceptionLosesLink(c, id, own, l)
	gone := calendartest.Set(w.t, c, id, calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}})
	if gone.Link.Mark != "" || w.text(own, "description") != "Its own agenda" || w.text(moved, "location") != "" ||
		w.text(id, "description") != "Agenda" {
		t.Errorf("after unlinking: %q, %q, %q", w.text(own, "description"), w.text(moved, "location"),
			w.text(id, "description"))
	}
}

// TestChangedSeries: what has changed does not name the exceptions that have not, so it cannot say what the series is
// as a whole.
func TestChangedSeries(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	id, first := w.weekly(nil)
	w.server.Except("", id, first.AddDate(0, 0, 7), nil)
	all, err := c.Changes(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	l := aLink("1")
	w.server.Edit("", id, func(ev json) { // a link whose writer was stopped before the exception
		ev["description"] = "Agenda\n\n" + l.Block
		ev["extendedProperties"] = json{"private": json{"zoomtagMark": l.Mark}}
	})
	changes, err := c.Changes(t.Context(), all.Cursor)
	if err != nil || len(changes.List) != 1 || changes.List[0].ID != id || changes.List[0].Plain {
		t.Fatalf("a changed series is listed as %+v, %v", changes.List, err)
	}
	if ev := changes.List[0].Event; ev != nil && !ev.Partial() {
		t.Errorf("its exception without a link is overlooked: %+v", ev)
	}
	if ev, err := c.Get(t.Context(), id); err != nil || !ev.Partial() {
		t.Errorf("Get: partial %v, %v", ev.Partial(), err)
	}
}

// exceptionLosesLink has the owner delete the block from one occurrence: the series is listed for it, and gets it back.
func (w *world) exceptionLosesLink(c *google.Calendar, id, own string, l calendar.Link) {
	w.t.Helper()
	all, err := c.Changes(w.t.Context(), "")
	if err != nil {
		w.t.Fatal(err)
	}
	w.server.Edit("", own, func(ev json) { ev["description"] = "Its own agenda" })
	changes, err := c.Changes(w.t.Context(), all.Cursor)
	if err != nil || len(changes.List) != 1 || changes.List[0].ID != id || changes.List[0].Deleted {
		w.t.Fatalf("a changed exception is listed as %+v, %v", changes.List, err)
	}
	ev, err := c.Get(w.t.Context(), id)
	if err != nil || !ev.Partial() {
		w.t.Fatalf("the series is not known to be incomplete: %v", err)
	}
	if after, err := c.SetLink(w.t.Context(), id, ev.Version, l); err != nil || after.Partial() {
		w.t.Fatalf("after linking again: %v, %v", after.Partial(), err)
	}
	if !strings.Contains(w.text(own, "description"), l.JoinURL) {
		w.t.Error("the exception has not got its link back")
	}
}

func countMethod(w *world, method string) int {
	n := 0
	for _, r := range w.server.Requests() {
		if r.Method == method {
			n++
		}
	}
	return n
}

// TestUnlinkIsResumed takes the link out of a series with two exceptions while each of the writes fails, or its answer
// is lost. As long as one item still shows the link, the series does: it is by the series that one sees what is left to
// be done.
func TestUnlinkIsResumed(t *testing.T) {
	for _, lost := range []bool{false, true} {
		for failing := range 3 {
			w := newWorld(t, googletest.Options{})
			c := w.connect()
			id, first := w.weekly(nil)
			items := []string{id, w.server.Except("", id, first.AddDate(0, 0, 7), nil),
				w.server.Except("", id, first.AddDate(0, 0, 14), nil)}
			l := aLink("1")
			linked := calendartest.Set(w.t, c, id, l)
			n := 0
			fault := googletest.Error(500, "backendError", "Backend Error")
			fault.After = lost
			fault.Match = func(r *http.Request) bool {
				if r.Method == http.MethodPatch {
					n++
				}
				return r.Method == http.MethodPatch && n == failing+1
			}
			w.server.Break(fault)
			unlink := calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}}
			if _, err := c.SetLink(t.Context(), id, linked.Version, unlink); err == nil {
				t.Fatal("a failed write is not told")
			}
			left := 0
			for _, item := range items {
				if strings.Contains(w.text(item, "description"), l.JoinURL) {
					left++
				}
			}
			c = w.connect() // nobody remembers
			if ev, err := c.Get(t.Context(), id); err != nil || left > 0 && ev.Link.Mark == "" {
				t.Errorf("write %d (lost: %v): %d items still show the link, and the series does not: %v", failing+1,
					lost, left, err)
			}
			w.server.Mend()
			calendartest.Set(w.t, c, id, unlink)
			for _, item := range items {
				if strings.Contains(w.text(item, "description"), l.JoinURL) {
					t.Errorf("write %d (lost: %v): the link stays in %s", failing+1, lost, item)
				}
			}
		}
	}
}

// TestCopies: what apps copy carries our mark along, but not the UID that the mark was made for.
func TestCopies(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	id, first := w.weekly(nil)
	original := calendartest.Set(w.t, c, id, aLink("1"))
	for name, copied := range map[string]string{"Duplicate": w.server.Duplicate("", id),
		"this and following": w.server.Split("", id, first.AddDate(0, 0, 21))} {
		ev, err := c.Get(t.Context(), copied)
		if err != nil {
			t.Fatal(err)
		}
		if ev.Link.Mark != original.Link.Mark || ev.UID == original.UID {
			t.Errorf("%s: mark %q, UID %q", name, ev.Link.Mark, ev.UID)
		}
	}
	if ev, err := c.Get(t.Context(), id); err != nil || !ev.Until.Before(first.AddDate(0, 0, 21)) {
		t.Errorf("the series that was cut off ends at %v, %v", ev.Until, err)
	}
}

func TestDenied(t *testing.T) {
	me := func(status string) []any {
		return []any{json{"email": googletest.Account, "self": true, "responseStatus": status},
			json{"email": "bob@example.org"}}
	}
	others := json{"email": "bob@example.org"}
	for name, c := range map[string]struct {
		ev      json
		role    string
		asGuest bool
		want    string // "" is allowed
	}{
		"own":      {ev: json{}},
		"writer":   {ev: json{}, role: "writer"},
		"reader":   {ev: json{}, role: "reader", want: "reading only"},
		"new role": {ev: json{}, role: "writerWithoutPrivateAccess"},
		"guest": {ev: json{"organizer": others, "attendees": me("accepted")},
			want: "organized by bob@example.org"},
		"guest who may": {ev: json{"organizer": others, "attendees": me("accepted"),
			"guestsCanModify": true}, want: "organized by"},
		"guest who may, configured": {ev: json{"organizer": others, "attendees": me("accepted"),
			"guestsCanModify": true}, asGuest: true},
		"guest who may not": {ev: json{"organizer": others, "attendees": me("accepted")}, asGuest: true,
			want: "organized by"},
		"locked":   {ev: json{"locked": true}, want: "locked"},
		"declined": {ev: json{"attendees": me("declined")}, want: "declined"},
		"accepted": {ev: json{"attendees": me("accepted")}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, googletest.Options{})
			w.config.AsGuest = c.asGuest
			if c.role != "" {
				w.server.SetRole("", c.role)
			}
			c.ev["summary"] = "Meeting #zoom"
			id := w.server.Put("", c.ev)
			cal := w.connect()
			ev, err := cal.Get(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if (ev.Denied == "") != (c.want == "") || !strings.Contains(ev.Denied, c.want) {
				t.Errorf("denied: %q, want %q", ev.Denied, c.want)
			}
			_, err = cal.SetLink(t.Context(), id, ev.Version, aLink("1"))
			if c.want != "" && (!errors.Is(err, calendar.ErrDenied) || countMethod(w, "PATCH") > 0) || c.want == "" &&
				err != nil {
				t.Errorf("SetLink: %v, %d patches", err, countMethod(w, "PATCH"))
			}
		})
	}
}

// TestHiddenEvents: where Google shows no more of an event than its times, that it has neither tag nor mark says
// nothing.
func TestHiddenEvents(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id := w.server.Put("", json{"summary": "Meeting #zoom", "visibility": "private"})
	c := w.connect()
	for _, role := range []string{"writerWithoutPrivateAccess", "reader"} {
		w.server.SetRole("", role)
		changes, err := c.Changes(t.Context(), "")
		if err != nil || len(changes.List) != 1 || !changes.List[0].Plain || changes.List[0].Event != nil ||
			changes.Total != 1 {
			t.Errorf("%s: it is listed as %+v, %v", role, changes, err)
		}
		if _, err := c.Get(t.Context(), id); !errors.Is(err, calendar.ErrDenied) ||
			!strings.Contains(err.Error(), "private") {
			t.Errorf("%s: Get: %v", role, err)
		}
	}
	w.server.SetRole("", "freeBusyReader")
	for _, c := range []*google.Calendar{c, w.connect()} {
		if _, err := c.Changes(t.Context(), ""); !errors.Is(err, calendar.ErrAbsent) ||
			!strings.Contains(err.Error(), "free and busy") {
			t.Errorf("Changes: %v", err)
		}
		if _, err := c.Get(t.Context(), id); !errors.Is(err, calendar.ErrAbsent) {
			t.Errorf("Get: %v", err)
		}
	}
	w.server.SetRole("", "owner")
	if ev, err := c.Get(t.Context(), id); err != nil || ev.Title != "Meeting #zoom" {
		t.Errorf("after it was shared again: %+v, %v", ev, err)
	}
}

func TestOtherTypesAreNotListed(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	w.server.Put("", json{"summary": "Focus #zoom", "eventType": "focusTime"})
	changes, err := w.connect().Changes(t.Context(), "")
	if err != nil || len(changes.List) != 0 {
		t.Errorf("listed: %+v, %v", changes.List, err)
	}
}

func meetData() json {
	return json{"conferenceId": "abc", "conferenceSolution": json{"key": json{"type": "hangoutsMeet"},
		"name": "Google Meet"},
		"entryPoints": []any{json{"entryPointType": "video", "uri": "https://meet.google.com/abc"},
			json{"entryPointType": "phone", "uri": "tel:+1"}}}
}

func TestConferences(t *testing.T) {
	for name, c := range map[string]struct {
		ev   json
		want []string
		meet bool
	}{
		"none": {json{}, nil, false},
		"Meet": {json{"conferenceData": meetData(), "hangoutLink": "https://meet.google.com/abc"},
			[]string{"https://meet.google.com/abc"}, true},
		"old": {json{"hangoutLink": "https://meet.google.com/old"}, []string{"https://meet.google.com/old"}, true},
		"add-on": {json{"conferenceData": json{"conferenceSolution": json{"key": json{"type": "addOn"},
			"name": "Zoom Meeting"},
			"entryPoints": []any{json{"entryPointType": "video", "uri": "https://us02web.zoom.us/j/123456789"}}}},
			[]string{"https://us02web.zoom.us/j/123456789"}, false},
		"pending": {json{"conferenceData": json{"conferenceSolution": json{"key": json{"type": "addOn"},
			"name": "Webex"}}}, []string{"Webex"}, false},
		"empty": {json{"conferenceData": json{}}, []string{"a conference of the calendar's"}, false},
	} {
		w := newWorld(t, googletest.Options{})
		ev, err := w.connect().Get(t.Context(), w.server.Put("", c.ev))
		if err != nil || !slices.Equal(ev.Conferences, c.want) || ev.Meet != c.meet {
			t.Errorf("%s: %q, Meet %v, %v", name, ev.Conferences, ev.Meet, err)
		}
	}
}

func TestDropMeet(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id := w.server.Put("", json{"summary": "Board", "conferenceData": meetData(),
		"hangoutLink": "https://meet.google.com/abc"})
	l := aLink("1")
	c := w.connect()
	calendartest.Set(w.t, c, id, l)
	if ev, _ := w.server.Event("", id); ev["conferenceData"] == nil {
		t.Error("Meet was taken out without being told to")
	}
	l.DropMeet = true
	if after := calendartest.Set(w.t, c, id, l); after.Meet || len(after.Conferences) > 0 {
		t.Errorf("Meet is still there: %+v", after)
	}
}

// TestYoungEvent: what was made seconds ago may still get a conference from an app.
func TestYoungEvent(t *testing.T) {
	now := time.Now().UTC().Truncate(time.Second)
	for age, young := range map[time.Duration]bool{0: true, 10 * time.Second: true, 19 * time.Second: true,
		time.Minute: false, -time.Hour: false} {
		w := newWorld(t, googletest.Options{Now: func() time.Time { return now }})
		w.config.Now = func() time.Time { return now.Add(3 * time.Hour) } // our clock is wrong
		id := w.server.Put("", json{"summary": "New #zoom", "created": now.Add(-age).Format(time.RFC3339)})
		ev, err := w.connect().Get(t.Context(), id)
		if err != nil || ev.Settled.IsZero() == young {
			t.Errorf("an event that is %s old: settled %v, %v", age, ev.Settled, err)
		}
		if wait := ev.Settled.Sub(w.config.Now()); young && (wait <= 0 || wait > 20*time.Second) {
			t.Errorf("an event that is %s old is waited for %s", age, wait)
		}
	}
}

func TestTimes(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	day := func(s string) json { return json{"date": s} }
	at := func(s, zone string) json { return json{"dateTime": s, "timeZone": zone} }
	for name, c := range map[string]struct {
		start, end json
		want       string // start, zone
		allDay     bool
	}{
		"all day": {day("2030-05-06"), day("2030-05-07"), "2030-05-06T00:00:00+02:00 Europe/Berlin", true},
		"its own zone": {at("2030-05-06T09:00:00+02:00", "America/New_York"),
			at("2030-05-06T10:00:00+02:00", "America/New_York"), "2030-05-06T03:00:00-04:00 America/New_York", false},
		"UTC": {at("2030-05-06T09:00:00Z", "UTC"), at("2030-05-06T10:00:00Z", "UTC"), "2030-05-06T09:00:00Z UTC",
			false},
		"odd zone": {at("2030-05-06T09:00:00+02:00", "Mars/Olympus"), at("2030-05-06T10:00:00+02:00", "Mars/Olympus"),
			"2030-05-06T09:00:00+02:00 ", false},
	} {
		ev, err := w.connect().Get(t.Context(), w.server.Put("", json{"summary": name, "start": c.start, "end": c.end}))
		if got := ev.Start.Format(time.RFC3339) + " " + ev.Zone; err != nil || got != c.want || ev.AllDay != c.allDay ||
			ev.Series {
			t.Errorf("%s: %s, all day %v, %v", name, got, ev.AllDay, err)
		}
	}
}

// TestHTMLDescription: a description that Google's editor has made keeps its markup, to the byte.
func TestHTMLDescription(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	c := w.connect()
	for _, text := range []string{"<b>Agenda</b><ul><li>one &amp; two</li></ul>", "a<br>b",
		`<a href="https://example.com">x</a>`, "plain & simple < 3"} {
		id := w.server.Put("", json{"summary": "Call", "description": text})
		after := calendartest.Set(w.t, c, id, aLink("1"))
		if after.Link.JoinURL != aLink("1").JoinURL || !strings.HasPrefix(w.text(id, "description"), text) {
			t.Errorf("%q became %q", text, w.text(id, "description"))
		}
		calendartest.Set(w.t, c, id,
			calendar.Link{Was: calendar.Was{JoinURL: aLink("1").JoinURL, Block: aLink("1").Block}})
		if back := w.text(id, "description"); back != text {
			t.Errorf("%q came back as %q", text, back)
		}
	}
}
