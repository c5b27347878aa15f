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
	var none *calendar.Meter
	none.Count(noon)
}

// TestMeterAdds: what another one has counted counts as far as it is of this day, whatever the clock has done since.
func TestMeterAdds(t *testing.T) {
	t.Parallel()
	noon := time.Date(2030, 3, 4, 12, 30, 0, 0, time.UTC)
	was, is := calendar.NewMeter("a project", 100), calendar.NewMeter("a project", 100)
	for i := range 24 { // one in each hour
		was.Count(noon.Add(time.Duration(i) * time.Hour))
	}
	last := noon.Add(23 * time.Hour)
	counted := was.Counted(last)
	is.Count(last)
	for _, c := range []struct {
		later time.Duration
		want  int
	}{{21 * time.Hour, 4}, {23 * time.Hour, 3}, {48 * time.Hour, 0}} {
		is.Add(counted, last.Add(c.later))
		if n := is.Used(last.Add(c.later)); n != c.want {
			t.Errorf("%s later %d count, want %d", c.later, n, c.want)
		}
	}
	early := calendar.NewMeter("a project", 100) // its clock is behind that of the first
	early.Add(counted, noon)
	if n := early.Used(noon); n != 24 {
		t.Errorf("of a clock that was ahead %d count, want 24", n)
	}
	early.Add(calendar.Counted{Last: -5, Hours: [24]int{1: -7}}, noon) // nonsense
	if n := early.Used(noon.Add(time.Hour)); n != 0 && n != 24 {
		t.Errorf("after nonsense %d count", n)
	}
}
