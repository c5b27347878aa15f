package invite

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/lineartest"
)

// linearCases are events of which one thing grows.
func linearCases(tb testing.TB) []lineartest.Case {
	var cases []lineartest.Case
	add := func(name string, size int, grow func(in *Invitation, size int)) {
		cases = append(cases, lineartest.Case{Name: name, Size: size, Make: func(size int) func() {
			in := invitation(tb, "Europe/Berlin", 30)
			grow(&in, size)
			return func() { encode(tb, Options{Method: Publish, Name: "x", Alarm: time.Minute}, in) }
		}})
	}
	for name, piece := range map[string]string{"words": "words ", "escaped": `,;\`, "lines": "\r\n", "wide": "ö",
		"tags": "(#zoom)", "bad": "\xff", "first-lines": calendar.BlockFirst + "\n",
		"blocks": calendar.BlockFirst + "\n" + calendar.BlockLast + "\n", "separators": "\u2028"} {
		add(name, 16<<10, func(in *Invitation, size int) {
			text := strings.Repeat(piece, max(1, size/len(piece)))
			in.Event.Title = text
			in.Event.Description = text
			in.Event.Location = text
			in.Event.URL = text
			in.Event.Attendees = []calendar.Person{{Name: text, Address: "erin@example.com"}}
		})
	}
	add("attendees", 300, func(in *Invitation, size int) {
		for i := range size {
			in.Event.Attendees = append(in.Event.Attendees,
				calendar.Person{Name: "x", Address: fmt.Sprintf("a%d@example.com", i)})
		}
	})
	add("occurrences", 100, func(in *Invitation, size int) {
		in.Event.Recurrence = []string{"RRULE:FREQ=DAILY"}
		for i := range size {
			in.Event.Occurrences = append(in.Event.Occurrences,
				calendar.Occurrence{RecurrenceID: in.Event.Start.AddDate(0, 0, i),
					Start: in.Event.Start.AddDate(0, 0, i).Add(time.Hour),
					End:   in.Event.End.AddDate(0, 0, i).Add(time.Hour), Title: "x"})
		}
	})
	add("dates", 300, func(in *Invitation, size int) {
		in.Event.Recurrence = []string{"RRULE:FREQ=DAILY"}
		for i := range size {
			in.Event.Recurrence = append(in.Event.Recurrence, "EXDATE:"+in.Event.Start.UTC().AddDate(0, 0,
				i).Format("20060102T150405Z"))
		}
	})
	return cases
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases(t)) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases(b)) }
