package calendartest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// Described checks what a Describer tells of a weekly series of an hour in Room 5, begun at first, to which a guest, an
// optional one and a room are invited, whose second date was moved to the day after, for two hours, and whose third was
// cancelled. It returns that for what else the calendar tells.
func Described(t testing.TB, c calendar.Describer, id string, first time.Time) calendar.Details {
	t.Helper()
	d, err := c.Describe(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if d.Title != "Weekly #zoom" || d.Location != "Room 5" {
		t.Errorf("%+v", d)
	}
	untold := d.AllDay || d.Changed.IsZero() || d.Created.IsZero()
	if !d.Start.Equal(first) || d.End.Sub(d.Start) != time.Hour || untold {
		t.Errorf("times: %+v", d)
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
	movedRight := moved.RecurrenceID.Equal(first.AddDate(0, 0, 7)) && moved.Start.Equal(first.AddDate(0, 0, 8)) &&
		moved.End.Sub(moved.Start) == 2*time.Hour && moved.Title == "Moved" && !moved.Cancelled
	if !movedRight || !cancelled.Cancelled || !cancelled.RecurrenceID.Equal(first.AddDate(0, 0, 14)) {
		t.Errorf("occurrences: %+v", d.Occurrences)
	}
	return d
}

// Undescribed checks that nothing is told of an event that was deleted.
func Undescribed(t testing.TB, c calendar.Describer, id string) {
	t.Helper()
	if _, err := c.Describe(t.Context(), id); !errors.Is(err, calendar.ErrGone) {
		t.Errorf("of a deleted event: %v", err)
	}
}
