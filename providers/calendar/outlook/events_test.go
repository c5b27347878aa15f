package outlook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

func (w *world) get(id string) calendar.Event {
	w.t.Helper()
	ev, err := w.connect().Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return ev
}

func at(s, zone string) json { return json{"dateTime": s, "timeZone": zone} }

func TestDenied(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	for name, c := range map[string]struct {
		ev   json
		want string
	}{
		"own": {json{}, ""},
		"guest": {json{"isOrganizer": false, "organizer": json{"emailAddress": json{"address": "carol@example.org"}}},
			"organized by carol@example.org"},
		"draft": {json{"isDraft": true}, "not sent yet"},
	} {
		c.ev["subject"] = name
		id := w.server.Put("", c.ev)
		ev := w.get(id)
		if (ev.Denied == "") != (c.want == "") || !strings.Contains(ev.Denied, c.want) {
			t.Errorf("%s: denied %q", name, ev.Denied)
		}
		if _, err := w.connect().SetLink(t.Context(), id, ev.Version, aLink("1")); (err == nil) != (c.want == "") ||
			c.want != "" && !errors.Is(err, calendar.ErrDenied) {
			t.Errorf("%s: SetLink: %v", name, err)
		}
	}
}

func TestConferences(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	for name, c := range map[string]struct {
		ev   json
		want []string
	}{
		"none": {json{}, nil},
		"Teams": {json{"isOnlineMeeting": true, "onlineMeetingProvider": "teamsForBusiness",
			"body": json{"contentType": "html",
				"content": "<a href=\"https://teams.microsoft.com/l/meetup-join/x\">Join</a>"},
			"onlineMeeting": json{"joinUrl": "https://teams.microsoft.com/l/meetup-join/x"}},
			[]string{"https://teams.microsoft.com/l/meetup-join/x"}},
		"address": {json{"onlineMeetingUrl": "https://join.skype.com/x"}, []string{"https://join.skype.com/x"}},
	} {
		if ev := w.get(w.server.Put("", c.ev)); !slices.Equal(ev.Conferences, c.want) {
			t.Errorf("%s: %q", name, ev.Conferences)
		}
	}
}

// TestRooms: a room stays a room, whatever is done with the link.
func TestRooms(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	room := json{"displayName": "Room 5", "locationType": "conferenceRoom", "locationEmailAddress": "room5@example.com"}
	id := w.server.Put("", json{"subject": "a", "location": room, "locations": []any{room}})
	rooms := func() (names []string) {
		ev, _ := w.server.Event("", id)
		for _, place := range ev["locations"].([]any) {
			p := place.(json)
			names = append(names, p["displayName"].(string))
			if p["displayName"] == "Room 5" && p["locationEmailAddress"] != "room5@example.com" {
				t.Errorf("the room has become %v", p)
			}
		}
		return names
	}
	l := aLink("1")
	w.set(id, l)
	if got := rooms(); !slices.Equal(got, []string{"Room 5"}) {
		t.Errorf("places: %q", got)
	}
	both := w.get(id).Location + ", " + l.JoinURL
	l.Location = &both
	after := w.set(id, l)
	if got := rooms(); !slices.Equal(got, []string{"Room 5", l.JoinURL}) ||
		!strings.Contains(after.Location, l.JoinURL) {
		t.Errorf("places: %q, location %q", got, after.Location)
	}
	w.set(id, calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}})
	if got := rooms(); !slices.Equal(got, []string{"Room 5"}) {
		t.Errorf("after unlinking: %q", got)
	}
}

// TestPlaces: several places are told apart, so that a tag beside a room is one.
func TestPlaces(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	room, word := json{"displayName": "Room 5; east", "locationEmailAddress": "room5@example.com"},
		json{"displayName": "Zoom"}
	for name, c := range map[string]struct {
		ev       json
		location string
		places   []string
	}{
		"none": {json{}, "", nil},
		"one":  {json{"location": room, "locations": []any{room}}, "Room 5; east", nil},
		"two": {json{"location": room, "locations": []any{room, word}}, "Room 5; east; Zoom",
			[]string{"Room 5; east", "Zoom"}},
	} {
		if ev := w.get(w.server.Put("", c.ev)); ev.Location != c.location || !slices.Equal(ev.Places, c.places) {
			t.Errorf("%s: %q, %q", name, ev.Location, ev.Places)
		}
	}
}

func TestTimes(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	for name, c := range map[string]struct {
		ev     json
		want   string // start and zone
		allDay bool
	}{
		"Windows zone": {json{"start": at("2030-05-06T09:00:00", "W. Europe Standard Time"),
			"end": at("2030-05-06T10:00:00", "W. Europe Standard Time")}, "2030-05-06T09:00:00+02:00 Europe/Berlin",
			false},
		"IANA zone": {json{"start": at("2030-05-06T09:00:00", "America/New_York"),
			"end": at("2030-05-06T10:00:00", "America/New_York")}, "2030-05-06T09:00:00-04:00 America/New_York", false},
		"UTC": {json{"start": at("2030-05-06T09:00:00", "UTC"), "end": at("2030-05-06T10:00:00", "UTC")},
			"2030-05-06T09:00:00Z UTC", false},
		"custom": {json{"start": at("2030-05-06T09:00:00", "UTC"), "end": at("2030-05-06T10:00:00", "UTC"),
			"originalStartTimeZone": "tzone://Microsoft/Custom"},
			"2030-05-06T09:00:00Z UTC", false},
		"all day": {json{"isAllDay": true, "start": at("2030-05-06T00:00:00", "W. Europe Standard Time"),
			"end":                   at("2030-05-07T00:00:00", "W. Europe Standard Time"),
			"originalStartTimeZone": "W. Europe Standard Time"}, "2030-05-06T00:00:00+02:00 Europe/Berlin", true},
	} {
		c.ev["subject"] = name
		ev := w.get(w.server.Put("", c.ev))
		if got := ev.Start.Format(time.RFC3339) + " " + ev.Zone; got != c.want || ev.AllDay != c.allDay {
			t.Errorf("%s: %s, all day %v, want %s", name, got, ev.AllDay, c.want)
		}
	}
}

// TestRecurrence compares the next occurrence and the end of series with what Outlook would show.
func TestRecurrence(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	const first = "2030-01-07T09:00:00" // a Monday
	in := func(kind string, more json) json {
		p := json{"type": kind, "interval": 1}
		for name, v := range more {
			p[name] = v
		}
		return p
	}
	numbered := json{"type": "numbered", "startDate": "2030-01-07", "numberOfOccurrences": 3}
	for name, c := range map[string]struct {
		pattern, within json
		last            string // end of the last occurrence, "" for none
	}{
		"daily":       {in("daily", nil), numbered, "2030-01-09T10:00:00+01:00"},
		"every other": {in("daily", json{"interval": 2}), numbered, "2030-01-11T10:00:00+01:00"},
		"weekly": {in("weekly", json{"daysOfWeek": []any{"monday", "wednesday"}, "firstDayOfWeek": "sunday"}),
			numbered, "2030-01-14T10:00:00+01:00"},
		"monthly": {in("absoluteMonthly", json{"dayOfMonth": 7}), numbered, "2030-03-07T10:00:00+01:00"},
		"first Monday": {in("relativeMonthly", json{"daysOfWeek": []any{"monday"}, "index": "first"}), numbered,
			"2030-03-04T10:00:00+01:00"},
		"yearly": {in("absoluteYearly", json{"dayOfMonth": 7, "month": 1}), numbered,
			"2032-01-07T10:00:00+01:00"},
		"until a day": {in("daily", nil), json{"type": "endDate", "startDate": "2030-01-07",
			"endDate": "2030-01-10"}, "2030-01-10T10:00:00+01:00"},
		"without an end": {in("daily", nil), json{"type": "noEnd", "startDate": "2030-01-07"}, ""},
	} {
		id := w.server.Put("", json{"subject": name, "start": at(first, "W. Europe Standard Time"),
			"end":        at("2030-01-07T10:00:00", "W. Europe Standard Time"),
			"recurrence": json{"pattern": c.pattern, "range": c.within}})
		ev := w.get(id)
		until := ""
		if !ev.Until.IsZero() {
			until = ev.Until.Format(time.RFC3339)
		}
		if !ev.Series || until != c.last || ev.Start.Format(time.RFC3339) != first+"+01:00" || len(ev.Notes) > 0 {
			t.Errorf("%s: begins %v, ends %q, want %q, %q", name, ev.Start, until, c.last, ev.Notes)
		}
	}
}

func TestMails(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	id := w.server.Put("", json{"subject": "a",
		"attendees": []any{json{"type": "required", "emailAddress": json{"address": "guest@example.org"}},
			json{"type": "resource", "emailAddress": json{"address": "room5@example.com"}}}})
	if ev := w.get(id); !slices.Equal(ev.Mails, []string{"guest@example.org"}) {
		t.Errorf("would mail %q", ev.Mails)
	}
	w.set(id, aLink("1"))
	if n := len(w.server.Mails()); n == 0 {
		t.Error("the emulator mails nobody: this test shows nothing")
	}
	w.server.ResetMails()
	l := aLink("1")
	l.Was = calendar.Was{JoinURL: l.JoinURL, Block: l.Block}
	w.set(id, l)
	if n := len(w.server.Mails()); n != 0 {
		t.Errorf("%d mails for a link that was there", n)
	}
}

// TestNamedCalendar finds a calendar by its name, and by its id.
func TestNamedCalendar(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	id := w.server.AddCalendar(w.server.Mailbox(), "Projects")
	event := w.server.Put(id, json{"subject": "a"})
	w.server.Put("", json{"subject": "elsewhere"})
	for _, name := range []string{"projects", id} {
		w.config.Calendar = name
		c := w.connect()
		all, err := c.Changes(t.Context(), "")
		if err != nil || len(all.List) != 1 || all.List[0].ID != event {
			t.Fatalf("%s: %+v, %v", name, all.List, err)
		}
		w.server.ResetRequests()
		if _, err := c.Changes(t.Context(), all.Cursor); err != nil || len(w.server.Requests()) != 1 {
			t.Errorf("%s: %d requests, %v", name, len(w.server.Requests()), err)
		}
	}
	w.config.Calendar = "Nothing"
	if _, err := w.connect().Changes(t.Context(), ""); !errors.Is(err, calendar.ErrAbsent) ||
		!strings.Contains(err.Error(), `"Nothing"`) {
		t.Errorf("a calendar that is not there: %v", err)
	}
}

// TestRequests counts what a calendar costs.
func TestRequests(t *testing.T) {
	now := time.Now().Add(-time.Hour)
	w := newWorld(t, outlooktest.Options{Now: func() time.Time {
		now = now.Add(time.Millisecond)
		return now
	}})
	w.config.Interesting = func(ev *calendar.Event) bool {
		return strings.Contains(ev.Title, "#zoom") ||
			ev.Link.Mark != ""
	}
	for range 500 {
		w.server.Put("", json{"subject": "Meeting"})
	}
	now = time.Now()
	c := w.connect()
	var changes calendar.Changes
	expect := calendartest.Costs(t, w.server)
	list := func() (err error) {
		before := changes.Cursor
		changes, err = c.Changes(t.Context(), before)
		return err
	}
	expect("the first pass over 500 events", 4, list)
	expect("nothing has changed", 1, list)
	w.ahead += sweepTime
	expect("nothing has changed, and all ids are looked at", 1, list)
	id := w.server.Put("", json{"subject": "New #zoom"})
	expect("a new event", 1, list)
	if len(changes.List) != 1 || changes.List[0].Event == nil {
		t.Fatalf("listed: %+v", changes.List)
	}
	version := changes.List[0].Event.Version
	expect("linking it: read, write, read", 3, func() error {
		_, err := c.SetLink(t.Context(), id, version, aLink("1"))
		return err
	})
	cursor := changes.Cursor
	expect("our own write coming back", 1, list)
	if len(changes.List) != 0 || changes.Cursor != cursor {
		t.Errorf("our own write is listed as %+v", changes.List)
	}
}

// sweepTime is longer than the adapter waits between two listings of all ids.
const sweepTime = 13 * time.Minute
