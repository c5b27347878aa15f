package outlooktest

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// mostDays bounds how far a series without an end is followed.
const mostDays = 5 * 366

// loc is the zone whose clock a series follows.
func (e *event) loc() *time.Location {
	name, _ := e.body["originalStartTimeZone"].(string)
	loc, _ := zone(name)
	return loc
}

// starts lists when the rule of a series has it begin, until a time, exceptions and cancelled ones included.
func (e *event) starts(until time.Time) []time.Time {
	recurrence, _ := e.body["recurrence"].(JSON)
	pattern, _ := recurrence["pattern"].(JSON)
	span, _ := recurrence["range"].(JSON)
	loc := e.loc()
	if e.allDay {
		loc = time.UTC
	}
	first := e.start.In(loc)
	last := first.AddDate(0, 0, mostDays)
	if text, is := span["endDate"].(string); is && span["type"] == "endDate" {
		if day, err := time.ParseInLocation(time.DateOnly, text, loc); err == nil {
			last = day.AddDate(0, 0, 1).Add(-time.Second)
		}
	}
	if until.Before(last) {
		last = until
	}
	most := mostDays
	if n, is := span["numberOfOccurrences"].(float64); is && span["type"] == "numbered" {
		most = int(n)
	}
	var list []time.Time
	for days := 0; len(list) < most; days++ {
		t := first.AddDate(0, 0, days)
		if t.After(last) {
			break
		}
		if fits(pattern, first, t) {
			list = append(list, t.UTC())
		}
	}
	return list
}

// fits says whether a pattern that begins with first has the day of t.
func fits(pattern JSON, first, t time.Time) bool {
	interval := 1
	if n, is := pattern["interval"].(float64); is && n >= 1 {
		interval = int(n)
	}
	days := int(midnight(t).Sub(midnight(first)).Hours()) / 24
	months := (t.Year()-first.Year())*12 + int(t.Month()) - int(first.Month())
	switch pattern["type"] {
	case "weekly":
		week := (days + (int(first.Weekday())+6)%7) / 7
		return week%interval == 0 && onWeekday(pattern["daysOfWeek"], first, t)
	case "absoluteMonthly":
		return months%interval == 0 && t.Day() == first.Day()
	case "relativeMonthly":
		return months%interval == 0 && onWeekday(pattern["daysOfWeek"], first, t) &&
			(t.Day()-1)/7 == nth(pattern["index"], t)
	case "absoluteYearly":
		return months%(12*interval) == 0 && t.Day() == first.Day()
	}
	return days%interval == 0
}

// midnight is the day of a time, in days that all have 24 hours.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

func onWeekday(days any, first, t time.Time) bool {
	list, _ := days.([]any)
	if len(list) == 0 {
		return t.Weekday() == first.Weekday()
	}
	return slices.ContainsFunc(list, func(v any) bool {
		name, _ := v.(string)
		return strings.EqualFold(name, t.Weekday().String())
	})
}

// nth is which of the weekdays of its month an index means.
func nth(index any, t time.Time) int {
	name, _ := index.(string)
	if n := slices.Index([]string{"first", "second", "third", "fourth"}, name); n >= 0 {
		return n
	}
	if name == "last" && t.AddDate(0, 0, 7).Month() != t.Month() {
		return (t.Day() - 1) / 7
	}
	return map[bool]int{true: 0, false: -1}[name == ""]
}

// hasOccurrence says whether a series has an occurrence at a time that is as the series is.
func (e *event) hasOccurrence(original time.Time) bool {
	return !e.isCancelled(original) && slices.ContainsFunc(e.starts(original), original.Equal)
}

func (e *event) isCancelled(original time.Time) bool {
	return slices.ContainsFunc(e.cancelled, original.Equal)
}

// within lists what a calendar view shows of an event: what ends after from and begins before to.
func (e *event) within(from, to time.Time) []item {
	if e.body["recurrence"] == nil {
		if overlaps(e.start, e.end, from, to) {
			return []item{{event: e}}
		}
		return nil
	}
	var list []item
	for _, x := range e.exceptions {
		if !x.hidden && overlaps(x.start, x.end, from, to) {
			list = append(list, item{event: x})
		}
	}
	long := e.end.Sub(e.start)
	for _, t := range e.starts(to) {
		if overlaps(t, t.Add(long), from, to) && e.exception(t) == nil && !e.isCancelled(t) {
			list = append(list, item{e, t})
		}
	}
	return list
}

func overlaps(start, end, from, to time.Time) bool {
	return start.Before(to) && (end.After(from) || end.Equal(start) && !start.Before(from))
}

// Except makes an exception of an occurrence, with everything as the series has it at this moment, or takes the one
// that there is, and changes it.
func (s *Server) Except(calendar, series string, original time.Time, change func(ev JSON)) (id string) {
	s.change(calendar, series, func(master *event, _ JSON) {
		if !master.hasOccurrence(original) && master.exception(original) == nil {
			return
		}
		e := s.except(master, original)
		id = s.itemID(item{event: e}, true)
		if change != nil {
			s.rewrite(e, change)
		}
	})
	return id
}

// CancelInstance deletes one occurrence of a series.
func (s *Server) CancelInstance(calendar, series string, original time.Time) {
	s.change(calendar, series, func(master *event, _ JSON) { s.cancel(master, original) })
}

// except finds or makes the exception for an occurrence.
func (s *Server) except(master *event, original time.Time) *event {
	if x := master.exception(original); x != nil {
		return x
	}
	long := master.end.Sub(master.start)
	body := maps.Clone(master.body)
	maps.Copy(body, JSON{
		"recurrence": nil, "start": inZone(original, time.UTC, "UTC"), "end": inZone(original.Add(long), time.UTC,
			"UTC"),
	})
	e := &event{n: s.Next(), cal: master.cal, master: master, original: original.UTC(), created: master.created}
	master.exceptions = append(master.exceptions, e)
	s.touch(e, body)
	return e
}

// cancel takes an occurrence, also one that is an exception, out of its series. That shows in the series only.
func (s *Server) cancel(master *event, original time.Time) {
	master.exceptions = slices.DeleteFunc(master.exceptions, func(x *event) bool { return x.original.Equal(original) })
	if !master.isCancelled(original) {
		master.cancelled = append(master.cancelled, original.UTC())
	}
	s.touchSeries(master)
}
