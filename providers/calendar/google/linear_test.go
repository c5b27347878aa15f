package google

import (
	"fmt"
	"testing"
	"time"

	api "google.golang.org/api/calendar/v3"

	"zoomtag/providers/lineartest"
)

// linearCases are pages with a series of many exceptions, told once or twice, and with many series.
func linearCases(tb testing.TB) []lineartest.Case {
	var cases []lineartest.Case
	for name, make := range map[string]func(i int) *api.Event{
		"exceptions": func(i int) *api.Event {
			return &api.Event{Id: fmt.Sprintf("a_%d", i/2), RecurringEventId: "a", OriginalStartTime: on(i),
				Start: on(i), End: on(i), Summary: "x"}
		},
		"cancelled": func(i int) *api.Event {
			return &api.Event{Id: fmt.Sprintf("a_%d", i), RecurringEventId: "a", OriginalStartTime: on(i),
				Status: "cancelled"}
		},
		"events": func(i int) *api.Event {
			return &api.Event{Id: fmt.Sprint("b", i), Summary: "#zoom", Start: on(i), End: on(i)}
		},
	} {
		cases = append(cases, lineartest.Case{Name: name, Size: 150, Make: func(size int) func() {
			page := &api.Events{Items: []*api.Event{{Id: "a", Summary: "#zoom", Start: on(0), End: on(0),
				Recurrence: []string{"RRULE:FREQ=DAILY"}}}}
			for i := range size {
				page.Items = append(page.Items, make(i))
			}
			return func() {
				c := &Calendar{cfg: &Config{Now: func() time.Time { return time.Unix(1<<30, 0) }, Zone: time.UTC},
					held: map[string]held{}, written: map[string]string{}}
				l := newListing(c, true)
				l.page(page)
				changes, err := l.changes(tb.Context())
				if err != nil || len(changes.List) == 0 {
					tb.Fatal(err)
				}
			}
		}})
	}
	return cases
}

// on is 10:00 on some day.
func on(day int) *api.EventDateTime {
	return &api.EventDateTime{DateTime: time.Date(2026, 3, 1+day, 10, 0, 0, 0, time.UTC).Format(time.RFC3339),
		TimeZone: "UTC"}
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases(t)) }

func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases(b)) }
