package ical

import (
	"errors"
	"strings"
	"time"
)

// stamp is a DATE or DATE-TIME value as written: a reading of a wall clock.
type stamp struct {
	wall     time.Time // its fields are what the clock shows; the location, UTC, means nothing
	dateOnly bool
	utc      bool
}

// separators are those of ISO 8601.
var separators = strings.NewReplacer("-", "", ":", "")

var errDate = errors.New("not a date or time")

// parseStamp reads a DATE or DATE-TIME value. Beyond RFC 5545 it accepts what is found in real files: a lower-case z,
// missing seconds, second 60, T240000, and the separators of ISO 8601.
func parseStamp(s string) (stamp, error) {
	s = strings.TrimSpace(s)
	if len(s) > 32 {
		return stamp{}, errDate
	}
	s = separators.Replace(s)
	date, clock, timed := strings.Cut(strings.ToUpper(s), "T")
	day, ok := parseDay(date)
	if !ok {
		return stamp{}, errDate
	}
	if !timed {
		return stamp{wall: day, dateOnly: true}, nil
	}
	clock, utc := strings.CutSuffix(clock, "Z")
	n, ok := number(clock)
	switch {
	case ok && len(clock) == 4:
		n *= 100
	case !ok || len(clock) != 6:
		return stamp{}, errDate
	}
	hour, minute, second := n/10000, n/100%100, n%100
	if hour > 24 || minute > 59 || second > 60 || hour == 24 && minute+second > 0 {
		return stamp{}, errDate
	}
	wall := day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second)
	return stamp{wall: wall, utc: utc}, nil
}

func parseDay(s string) (time.Time, bool) {
	n, ok := number(s)
	if !ok || len(s) != 8 {
		return time.Time{}, false
	}
	day := time.Date(n/10000, time.Month(n/100%100), n%100, 0, 0, 0, 0, time.UTC)
	return day, day.Year() == n/10000 && int(day.Month()) == n/100%100 && day.Year() >= 1
}

// number reads up to eight ASCII digits.
func number(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, s != "" && len(s) <= 8
}

// span is a DURATION value: days, which follow the calendar, and exact time (RFC 5545 3.3.6).
type span struct {
	days  int
	exact time.Duration
}

// maxSpan bounds a duration: far longer than any meeting, far from any overflow.
const maxSpan = 10000 * 24 * time.Hour

// parseDuration reads a DURATION value that is not negative.
func parseDuration(s string) (span, error) {
	errDuration := errors.New("not a duration")
	s = strings.ToUpper(strings.TrimSpace(s))
	s = strings.TrimPrefix(s, "+")
	s, ok := strings.CutPrefix(s, "P")
	if !ok || s == "" {
		return span{}, errDuration
	}
	var d span
	units := map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}
	timed := false
	for s != "" {
		if s[0] == 'T' && !timed {
			timed, s = true, s[1:]
			continue
		}
		i := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
		if i < 1 || i > 8 {
			return span{}, errDuration
		}
		n, _ := number(s[:i])
		switch unit := units[s[i]]; {
		case s[i] == 'W' && !timed:
			d.days += 7 * n
		case s[i] == 'D' && !timed:
			d.days += n
		case unit > 0 && timed && time.Duration(n) <= maxSpan/unit:
			d.exact += time.Duration(n) * unit
		default:
			return span{}, errDuration
		}
		if d.days > 10000 || d.exact > maxSpan {
			return span{}, errors.New("longer than is possible")
		}
		s = s[i+1:]
	}
	return d, nil
}

// after returns the end of something that begins at start and lasts d.
func (d span) after(start time.Time) time.Time {
	if d.days != 0 {
		y, m, day := start.Date()
		wall := time.Date(y, m, day+d.days, start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
		start = inZone(wall, start.Location())
	}
	return start.Add(d.exact)
}

// inZone returns the instant at which a clock in loc shows wall. RFC 5545 3.3.5: a time that the clock skips is read
// with the offset before the gap, of a time that it shows twice the first is meant. time.Date decides otherwise,
// depending on the zone.
func inZone(wall time.Time, loc *time.Location) time.Time {
	const day = 24 * 60 * 60
	unix := wall.Unix()
	before, after := offsetAt(unix-day, loc), offsetAt(unix+day, loc)
	at := unix - int64(before)
	if before != after && offsetAt(at, loc) != before {
		if late := unix - int64(after); offsetAt(late, loc) == after {
			at = late
		}
	}
	return time.Unix(at, 0).In(loc)
}

// offsetAt returns the offset of loc from UTC in seconds.
func offsetAt(unix int64, loc *time.Location) int {
	_, offset := time.Unix(unix, 0).In(loc).Zone()
	return offset
}

// wallOf returns what the clock of t's own zone shows.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}
