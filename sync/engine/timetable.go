package engine

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// timetable is a cron specification and when it runs. The grammar is robfig/cron's; what runs when the clocks change is
// our own, as people know it from cron: a time that is skipped runs once, right after the gap, and a time that there is
// twice runs the first time. Where every hour counts there is nothing to make up for or to leave out: such a schedule
// goes by the hours as they pass.
type timetable struct {
	every cron.Schedule     // of @every; nil for the others
	spec  cron.SpecSchedule // reckons in UTC, which stands for the time on the wall
	zone  *time.Location
	all   bool // every hour counts
}

// allHours are the bits of every hour of the day.
const allHours = 1<<24 - 1

// newTimetable reads a specification: five fields, CRON_TZ=…, @every, @hourly.
func newTimetable(text string) (timetable, error) {
	parsed, err := cron.ParseStandard(text)
	if err != nil {
		return timetable{}, fmt.Errorf("schedule %q: %w", text, err)
	}
	spec, ok := parsed.(*cron.SpecSchedule)
	if !ok {
		return timetable{every: parsed}, nil
	}
	t := timetable{spec: *spec, zone: spec.Location, all: spec.Hour&allHours == allHours}
	t.spec.Location = time.UTC
	return t, nil
}

// next is the first run after a time; zero where there is none within five years.
func (t timetable) next(after time.Time) time.Time {
	switch {
	case t.every != nil:
		return t.every.Next(after)
	case t.all:
		return t.nextHourly(after.In(t.zone))
	}
	wall := onWall(after.In(t.zone))
	for {
		wall = t.spec.Next(wall)
		if wall.IsZero() {
			return wall
		}
		if at := moment(wall, t.zone); at.After(after) {
			return at
		}
	}
}

// nextHourly is next where every hour counts: between two changes of the clocks the wall and the hours that pass agree.
func (t timetable) nextHourly(after time.Time) time.Time {
	from := onWall(after)
	for {
		_, offset := after.Zone()
		_, end := after.ZoneBounds()
		wall := t.spec.Next(from)
		if wall.IsZero() {
			return wall
		}
		at := wall.Add(-time.Duration(offset) * time.Second).In(t.zone)
		if end.IsZero() || at.Before(end) {
			return at
		}
		after = end
		from = onWall(end).Add(-time.Second) // the end itself counts
	}
}

// onWall is what the clocks show, as if it were UTC.
func onWall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// moment is when the clocks of a zone first show a time, or, if they skip it, when they do so. time.Date gives a time
// that is right before or behind a change of the clocks, and does not say which: only where it is right behind one
// there may be an earlier one.
func moment(wall time.Time, zone *time.Location) time.Time {
	near := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	start, end := near.ZoneBounds()
	around := []time.Time{near}
	if !start.IsZero() {
		around = append(around, start.Add(-time.Second))
	}
	var first time.Time
	for _, t := range around {
		_, offset := t.Zone()
		at := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if onWall(at).Equal(wall) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	switch {
	case !first.IsZero():
		return first
	case !start.IsZero() && !onWall(start).Before(wall) && onWall(start.Add(-time.Second)).Before(wall):
		return start
	}
	return end
}
