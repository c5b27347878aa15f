package plan

import (
	"strconv"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// TestAtTime: whoever is invited to an event of whole days comes at the time that its tag gives, to each of its dates.
func TestAtTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := func(d int) time.Time { return time.Date(2027, 1, d, 0, 0, 0, 0, berlin) }
	for name, tt := range map[string]struct {
		title string
		rules []string
		at    string // when the first date begins
		moved string // when one begins that was moved to the 26th
	}{
		"one day":      {"Open day #zoom(09:30, 45m)", nil, "18 09:30 false", ""},
		"a series":     {"Open day #zoom(09:30, 45m)", []string{"RRULE:FREQ=WEEKLY"}, "18 09:30 false", "26 09:30"},
		"no time":      {"Open day #zoom(45m)", []string{"RRULE:FREQ=WEEKLY"}, "18 00:00 true", "26 00:00"},
		"not any more": {"Open day", nil, "18 00:00 true", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := calendar.Details{Title: tt.title, Recurrence: tt.rules, AllDay: true, Start: day(18), End: day(19),
				Zone: "Europe/Berlin"}
			if tt.rules != nil {
				d.Occurrences = []calendar.Occurrence{{RecurrenceID: day(25), Start: day(26), End: day(27)}}
			}
			AtTime(&d, &record.Record{}, &Settings{Rules: testRules})
			if got := d.Start.Format("02 15:04 ") + strconv.FormatBool(d.AllDay); got != tt.at {
				t.Errorf("it begins at %s, want %s", got, tt.at)
			}
			if tt.moved != "" && d.Occurrences[0].Start.Format("02 15:04") != tt.moved {
				t.Errorf("the moved date begins at %v, want %s", d.Occurrences[0].Start, tt.moved)
			}
		})
	}
}
