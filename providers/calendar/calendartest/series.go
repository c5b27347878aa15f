package calendartest

import (
	"time"

	"zoomtag/providers/calendar"
)

var seriesTests = []namedTest{
	{"dates of a series that are cancelled", testCancelledDates},
	{"a series without any date, once to come", func(s *scene) { testEmptySeries(s, 7) }},
	{"a series without any date, in the past", func(s *scene) { testEmptySeries(s, -30) }},
}

// series puts a series of three days that begins so many days from now.
func (s *scene) series(from int) (id string, first calendar.Event) {
	s.Helper()
	first = sample("Course #zoom")
	start := time.Now().In(first.Start.Location()).AddDate(0, 0, from).Truncate(time.Hour)
	if !day(start, 3).Equal(start.Add(72 * time.Hour)) { // the clocks change meanwhile, and not every app keeps the zone
		start = day(start, 4)
	}
	first.Start, first.End = start, start.Add(time.Hour)
	return s.PutSeries(first, 3), first
}

// day is the time of a date, n days after the first.
func day(first time.Time, n int) time.Time { return first.AddDate(0, 0, n) }

func testCancelledDates(s *scene) {
	id, first := s.series(7)
	e := s.get(id)
	if !e.Series || e.Empty || !e.Start.Equal(first.Start) || !e.End.Equal(first.End) || !e.Until.Equal(day(first.End, 2)) {
		s.Errorf("a series of three days from %s: %+v", first.Start, e)
	}
	s.CancelDate(id, 0)
	if e = s.get(id); e.Empty || !e.Start.Equal(day(first.Start, 1)) || !e.Until.Equal(day(first.End, 2)) {
		s.Errorf("without its first date: empty is %v, from %s until %s", e.Empty, e.Start, e.Until)
	}
	s.CancelDate(id, 2)
	if e = s.get(id); e.Empty || !e.Start.Equal(day(first.Start, 1)) || !e.Until.Equal(day(first.End, 1)) {
		s.Errorf("with its second date only: empty is %v, from %s until %s", e.Empty, e.Start, e.Until)
	}
}

// testEmptySeries: the owner cancels one date after the other. With the last one the series is over, and still an event.
func testEmptySeries(s *scene, from int) {
	id, first := s.series(from)
	s.setLink(id, link("1"))
	cursor := s.changes("").Cursor
	for n := range 3 {
		s.CancelDate(id, n)
	}
	s.empty(s.get(id), first)
	s.cal = s.Calendar()
	listed := s.changes(cursor)
	s.expect(listed, id)
	if c, _ := find(listed, id); c.Same {
		s.Errorf("all dates were cancelled, but nothing is said to have changed: %+v", c)
	}
	for _, c := range append(listed.List, s.changes("").List...) {
		if c.Event != nil {
			s.empty(*c.Event, first)
		}
	}
	s.empty(s.setLink(id, calendar.Link{}), first)
}

// empty fails unless an event is a series without any date.
func (s *scene) empty(e, first calendar.Event) {
	s.Helper()
	if !e.Empty || !e.Series || e.Cancelled || !e.Start.IsZero() || !e.End.IsZero() || !e.Until.Equal(first.End) {
		s.Errorf("no date takes place, but empty is %v, series %v, cancelled %v, from %s to %s, until %s; notes %q",
			e.Empty, e.Series, e.Cancelled, e.Start, e.End, e.Until, e.Notes)
	}
}
