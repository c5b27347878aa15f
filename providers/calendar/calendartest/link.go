package calendartest

import (
	"testing"

	"zoomtag/providers/calendar"
)

// ALink is a link with a number.
func ALink(number string) calendar.Link {
	url := "https://us02web.zoom.us/j/8" + number + "?pwd=aB.1"
	return calendar.Link{Mark: "zt-mark-" + number, JoinURL: url, Block: calendar.BlockFirst + "\nJoin: " + url + "\n" +
		calendar.BlockLast}
}

// Set writes a link and returns the event as it then is.
func Set(t testing.TB, c calendar.Calendar, id string, l calendar.Link) calendar.Event {
	t.Helper()
	ev, err := c.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	after, err := c.SetLink(t.Context(), id, ev.Version, l)
	if err != nil {
		t.Fatal(err)
	}
	return after
}
