package outlook_test

import (
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/calendartest"
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
	d := calendartest.Described(t, c, id, first)
	if ev := w.get(id); d.UID != ev.UID || d.HTML != ev.HTML || d.Zone != "UTC" {
		t.Errorf("%+v", d)
	}
	if len(d.Recurrence) != 1 || !strings.HasPrefix(d.Recurrence[0], "RRULE:FREQ=WEEKLY;BYDAY=") {
		t.Errorf("recurrence: %q", d.Recurrence)
	}
	w.server.Delete("", id)
	calendartest.Undescribed(t, c, id)
}
