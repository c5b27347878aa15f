package google_test

import (
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google/googletest"
)

// TestDescribe: an invitation needs the whole of a series, from its first occurrence on.
func TestDescribe(t *testing.T) {
	w := newWorld(t, googletest.Options{})
	id, first := w.weekly(json{"location": "Room 5", "attendees": []any{
		json{"email": "guest@example.org", "displayName": "Gwen Guest", "responseStatus": "accepted"},
		json{"email": "maybe@example.org", "optional": true, "responseStatus": "needsAction"},
		json{"email": "room@resource.calendar.google.com", "resource": true, "responseStatus": "accepted"}}})
	w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) {
		ev["summary"] = "Moved"
		ev["start"] = json{"dateTime": first.AddDate(0, 0, 8).Format(time.RFC3339), "timeZone": googletest.Zone}
		ev["end"] = json{"dateTime": first.AddDate(0, 0, 8).Add(2 * time.Hour).Format(time.RFC3339),
			"timeZone": googletest.Zone}
	})
	w.server.CancelInstance("", id, first.AddDate(0, 0, 14))
	c := w.connect()
	d := calendartest.Described(t, c, id, first)
	if ev := calendartest.Set(t, c, id, aLink("1")); d.UID != ev.UID || d.Description != "Agenda" ||
		d.Zone != googletest.Zone {
		t.Errorf("%+v", d)
	}
	if !slices.Equal(d.Recurrence, []string{"RRULE:FREQ=WEEKLY;COUNT=10"}) {
		t.Errorf("recurrence: %q", d.Recurrence)
	}
	w.server.Delete("", id)
	calendartest.Undescribed(t, c, id)
}
