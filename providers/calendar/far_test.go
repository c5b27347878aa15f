package calendar

import (
	"encoding/json"
	"testing"
	"time"
)

func TestLeaveOutFar(t *testing.T) {
	west := time.FixedZone("", -8*60*60)
	near := time.Date(2027, 1, 5, 10, 0, 0, 0, west)
	far := time.Date(9999, 12, 31, 23, 30, 0, 0, west) // in UTC it is in a year of five digits
	beyond := []Exception{{Start: far, End: far}, {Start: near}}
	for name, c := range map[string]struct {
		ev             Event
		start, endless bool // what is left
		exceptions     int
	}{
		"near":              {Event{Start: near, End: near, Until: near}, true, false, 0},
		"starts far away":   {Event{Start: far, End: far, Until: far}, false, true, 0},
		"ends far away":     {Event{Start: near, End: far, Until: far}, false, true, 0},
		"repeats for ever":  {Event{Start: near, End: near, Until: far}, true, true, 0},
		"has no end":        {Event{Start: near, End: near}, true, true, 0},
		"has a date beyond": {Event{Start: near, End: near, Exceptions: beyond}, true, true, 1},
	} {
		ev := c.ev
		ev.LeaveOutFar()
		ev.LeaveOutFar()
		if ev.Start.IsZero() == c.start || ev.Until.IsZero() != c.endless || len(ev.Exceptions) != c.exceptions ||
			len(ev.Notes) > 0 == c.start || len(ev.Notes) > 1 {
			t.Errorf("%s: %+v", name, ev)
		}
		for _, at := range []time.Time{ev.Start, ev.End, ev.Until} {
			if _, err := json.Marshal(at.UTC()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}
