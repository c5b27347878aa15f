package outlook_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// TestDescribe: an invitation needs the whole of a series, from its first occurrence on.
func TestDescribe(t *testing.T) {
	w := newWorld(t, outlooktest.Options{})
	first := time.Now().UTC().AddDate(0, 0, -21).Truncate(time.Hour) // it has begun
	ev := weekly("Weekly #zoom", first)
	ev["location"] = json{"displayName": "Room 5"}
	ev["attendees"] = []any{
		json{"type": "required", "emailAddress": json{"address": "guest@example.org", "name": "Gwen Guest"},
			"status": json{"response": "accepted"}},
		json{"type": "optional", "emailAddress": json{"address": "maybe@example.org"}},
		json{"type": "resource", "emailAddress": json{"address": "room5@example.com"}}}
	id := w.server.Put("", ev)
	w.server.Except("", id, first.AddDate(0, 0, 7), func(ev json) {
		ev["subject"] = "Moved"
		ev["start"] = at(first.AddDate(0, 0, 8).Format("2006-01-02T15:04:05"), "UTC")
		ev["end"] = at(first.AddDate(0, 0, 8).Add(2*time.Hour).Format("2006-01-02T15:04:05"), "UTC")
	})
	w.server.CancelInstance("", id, first.AddDate(0, 0, 14))
	c := w.connect()
	d, err := c.Describe(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if ev := w.get(id); d.UID != ev.UID || d.Title != "Weekly #zoom" || d.Location != "Room 5" || d.HTML != ev.HTML {
		t.Errorf("%+v", d)
	}
	if !d.Start.Equal(first) || d.End.Sub(d.Start) != time.Hour || d.Zone != "UTC" || d.AllDay || d.Changed.IsZero() ||
		d.Created.IsZero() {
		t.Errorf("times: %+v", d)
	}
	if len(d.Recurrence) != 1 || !strings.HasPrefix(d.Recurrence[0], "RRULE:FREQ=WEEKLY;BYDAY=") {
		t.Errorf("recurrence: %q", d.Recurrence)
	}
	if d.Organizer.Address == "" || len(d.Attendees) != 3 ||
		d.Attendees[0] != (calendar.Person{Name: "Gwen Guest", Address: "guest@example.org",
			Role: calendar.Required, Status: calendar.Accepted}) || d.Attendees[1].Role != calendar.Optional ||
		d.Attendees[2].Kind != calendar.Resource {
		t.Errorf("organizer %+v, attendees %+v", d.Organizer, d.Attendees)
	}
	slices.SortFunc(d.Occurrences, func(a, b calendar.Occurrence) int { return a.RecurrenceID.Compare(b.RecurrenceID) })
	if len(d.Occurrences) != 2 {
		t.Fatalf("occurrences: %+v", d.Occurrences)
	}
	moved, cancelled := d.Occurrences[0], d.Occurrences[1]
	if !moved.RecurrenceID.Equal(first.AddDate(0, 0, 7)) || !moved.Start.Equal(first.AddDate(0, 0, 8)) ||
		moved.End.Sub(moved.Start) != 2*time.Hour ||
		moved.Title != "Moved" || !cancelled.Cancelled || !cancelled.RecurrenceID.Equal(first.AddDate(0, 0, 14)) {
		t.Errorf("occurrences: %+v", d.Occurrences)
	}
	w.server.Delete("", id)
	if _, err := c.Describe(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("of a deleted event: %v", err)
	}
}
