package engine

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/lineartest"
)

// manyEvents is a pass that has read so many events and a date of each hundredth, and writes each of them.
func manyEvents(n int) func() {
	ids, ev := make([]string, 0, n), &calendar.Event{}
	for i := range n {
		id := strconv.Itoa(i)
		if ids = append(ids, id); i%100 == 0 {
			ids = append(ids, calendar.JoinDate(id, calendar.DateName(time.Unix(int64(i), 0).UTC(), false)))
		}
	}
	return func() {
		p := (&Engine{}).newPass(&Calendar{}, mode{})
		for _, id := range ids {
			p.see(id, ev)
		}
		for _, id := range ids {
			p.unsee(id)
			p.see(id, ev)
		}
	}
}

// manyDates is the same with as many dates of one series.
func manyDates(n int) func() {
	start, ev := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), &calendar.Event{}
	return func() {
		p := (&Engine{}).newPass(&Calendar{}, mode{})
		for i := range n {
			id := calendar.JoinDate("s", calendar.DateName(start.AddDate(0, 0, i), false))
			p.see("s", ev)
			p.see(id, ev)
			p.unsee(id)
			p.see(id, ev)
		}
	}
}

var linearCases = []lineartest.Case{
	{Name: "events", Size: 1000, Make: manyEvents},
	{Name: "dates", Size: 1000, Make: manyDates},
}

func TestLinear(t *testing.T) { lineartest.Test(t, linearCases) }

// BenchmarkLinear has the time of a pass that writes many events: each of them forgets what was read of its own series.
func BenchmarkLinear(b *testing.B) { lineartest.Bench(b, linearCases) }

// TestUnsee: a write of a series or of one of its dates forgets what was read of the others of it, of no other event,
// and what is read afterwards is kept.
func TestUnsee(t *testing.T) {
	day := func(series string, d int) string {
		return calendar.JoinDate(series, calendar.DateName(time.Date(2027, 1, d, 9, 0, 0, 0, time.UTC), false))
	}
	all := []string{"a", "b", "a/b", day("a", 1), day("a", 2), day("b", 1), day("a/b", 1)}
	others := []string{"b", "a/b", day("b", 1), day("a/b", 1)}
	for _, written := range []string{"a", day("a", 1)} {
		p := (&Engine{}).newPass(&Calendar{}, mode{})
		for range 2 { // once more after everything was read again
			for _, id := range all {
				p.see(id, &calendar.Event{})
			}
			p.unsee(written)
			got := slices.Sorted(maps.Keys(p.seen.events))
			if want := slices.Sorted(slices.Values(others)); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("after %s was written, %q are known, want %q", written, got, want)
			}
		}
	}
}
