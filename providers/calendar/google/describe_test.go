package google_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
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
	d, err := c.Describe(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if ev := w.set(c, id, aLink("1")); d.UID != ev.UID || d.Title != "Weekly #zoom" || d.Location != "Room 5" ||
		d.Description != "Agenda" {
		t.Errorf("%+v", d)
	}
	if !d.Start.Equal(first) || d.End.Sub(d.Start) != time.Hour || d.Zone != googletest.Zone || d.AllDay ||
		d.Changed.IsZero() || d.Created.IsZero() {
		t.Errorf("times: %+v", d)
	}
	if !slices.Equal(d.Recurrence, []string{"RRULE:FREQ=WEEKLY;COUNT=10"}) {
		t.Errorf("recurrence: %q", d.Recurrence)
	}
	if d.Organizer.Address == "" || len(d.Attendees) != 3 ||
		d.Attendees[0] != (calendar.Person{Name: "Gwen Guest", Address: "guest@example.org",
			Role: calendar.Required, Status: calendar.Accepted}) || d.Attendees[1].Role != calendar.Optional ||
		d.Attendees[2].Kind != calendar.Resource {
		t.Errorf("organizer %+v, attendees %+v", d.Organizer, d.Attendees)
	}
	byID := map[bool]calendar.Occurrence{}
	for _, o := range d.Occurrences {
		byID[o.Cancelled] = o
	}
	moved, cancelled := byID[false], byID[true]
	if len(d.Occurrences) != 2 || !moved.RecurrenceID.Equal(first.AddDate(0, 0, 7)) ||
		!moved.Start.Equal(first.AddDate(0, 0, 8)) ||
		moved.End.Sub(moved.Start) != 2*time.Hour || moved.Title != "Moved" ||
		!cancelled.RecurrenceID.Equal(first.AddDate(0, 0, 14)) {
		t.Errorf("occurrences: %+v", d.Occurrences)
	}
	w.server.Delete("", id)
	if _, err := c.Describe(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("of a deleted event: %v", err)
	}
}
