package calendar_test

import (
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// TestMeter: what was asked within a day counts, whatever the clock does.
func TestMeter(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	m := calendar.NewMeter("a project", 100)
	for i := range 30 { // one in each hour
		m.Count(noon.Add(time.Duration(i) * time.Hour))
	}
	last := noon.Add(29 * time.Hour)
	if n := m.Used(last); n != 24 {
		t.Errorf("%d in a day, want 24", n)
	}
	m.Count(noon) // the clock was set back
	for _, c := range []struct {
		later time.Duration
		want  int
	}{{0, 25}, {time.Hour, 24}, {22 * time.Hour, 3}, {23 * time.Hour, 2}, {24 * time.Hour, 0}, {time.Minute, 0}} {
		if n := m.Used(last.Add(c.later)); n != c.want {
			t.Errorf("%s later: %d, want %d", c.later, n, c.want)
		}
	}
	after := calendar.NewMeter("a project", 100)
	after.Succeed(m)
	after.Count(last.Add(24 * time.Hour))
	if n := after.Used(last.Add(24 * time.Hour)); n != 1 {
		t.Errorf("whoever counts on has %d, want 1", n)
	}
	var none *calendar.Meter
	none.Count(noon)
}
