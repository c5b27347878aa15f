package ical

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Bounds on what one recurrence rule may cost. Rules beyond them are hostile or absurd; the event is still read, with a
// note.
const (
	maxSteps    = 10000 // occurrences looked at
	maxInterval = 1000
	maxList     = 400 // values of one BY part
	maxClock    = 48  // times of a day
	maxSetPos   = 62
)

var (
	errRule      = errors.New("not a recurrence rule")
	errTooOften  = errors.New("it repeats too often to be worked out")
	errManySteps = errors.New("it has too many occurrences to be worked out")
)

// rule is an RRULE. It is expanded on the wall clock: what it yields are readings of a clock, which only then become
// instants, so that gaps and overlaps of summer time are judged in one place (inZone).
type rule struct {
	opt   rrule.ROption
	count int       // 0: unbounded
	until time.Time // reading of the wall clock; zero: unbounded
}

func (r *rule) endless() bool { return r.count == 0 && r.until.IsZero() }

// parseRule reads a RECUR value (RFC 5545 3.3.10), leniently: any case, spaces, empty and X- parts. loc is the zone of
// DTSTART, in which an UNTIL in UTC is translated to the wall clock.
func parseRule(value string, loc *time.Location) (rule, error) {
	var r rule
	seen := false
	for part := range strings.SplitSeq(strings.ToUpper(strings.ReplaceAll(value, " ", "")), ";") {
		key, arg, ok := strings.Cut(part, "=")
		if part == "" || strings.HasPrefix(key, "X-") {
			continue
		}
		if !ok || arg == "" {
			return r, fmt.Errorf("%w: %.40q has no value", errRule, part)
		}
		seen = seen || key == "FREQ"
		if err := r.set(key, arg, loc); err != nil {
			return r, err
		}
	}
	if !seen {
		return r, fmt.Errorf("%w: it has no FREQ", errRule)
	}
	return r, r.bounded()
}

// set takes over one part of a rule.
func (r *rule) set(key, arg string, loc *time.Location) (err error) {
	switch key {
	case "FREQ":
		r.opt.Freq, err = rrule.StrToFreq(arg)
	case "INTERVAL":
		r.opt.Interval, err = strconv.Atoi(arg)
		if err == nil && (r.opt.Interval < 1 || r.opt.Interval > maxInterval) {
			return fmt.Errorf("%w: INTERVAL=%.20s", errRule, arg)
		}
	case "COUNT":
		r.count, err = strconv.Atoi(arg)
		if err == nil && r.count < 1 { // the library takes 0 for endless
			return fmt.Errorf("%w: COUNT=%.20s", errRule, arg)
		}
	case "UNTIL":
		return r.setUntil(arg, loc)
	case "WKST":
		var days []rrule.Weekday
		if days, err = weekdays(arg); err == nil {
			r.opt.Wkst = days[0]
		}
	case "BYDAY":
		r.opt.Byweekday, err = weekdays(arg)
	case "RSCALE":
		if arg != "GREGORIAN" {
			return fmt.Errorf("it uses the calendar %.20s, which is not supported", arg)
		}
	case "SKIP":
		if arg != "OMIT" {
			return fmt.Errorf("it uses SKIP=%.20s, which is not supported", arg)
		}
	default:
		return r.setList(key, arg)
	}
	if err != nil {
		return fmt.Errorf("%w: %s=%.40s", errRule, key, arg)
	}
	return nil
}

// setUntil understands UNTIL as the owner does: a date means the whole of that day in the event's zone.
func (r *rule) setUntil(arg string, loc *time.Location) error {
	s, err := parseStamp(arg)
	if err != nil {
		return fmt.Errorf("%w: UNTIL=%.40s", errRule, arg)
	}
	switch {
	case s.dateOnly:
		r.until = s.wall.Add(24*time.Hour - time.Second)
	case s.utc:
		r.until = wallOf(s.wall.In(loc))
	default:
		r.until = s.wall
	}
	return nil
}

func (r *rule) setList(key, arg string) error {
	lists := map[string]*[]int{
		"BYSETPOS": &r.opt.Bysetpos, "BYMONTH": &r.opt.Bymonth, "BYMONTHDAY": &r.opt.Bymonthday,
		"BYYEARDAY": &r.opt.Byyearday,
		"BYWEEKNO":  &r.opt.Byweekno, "BYHOUR": &r.opt.Byhour, "BYMINUTE": &r.opt.Byminute, "BYSECOND": &r.opt.Bysecond,
	}
	list := lists[key]
	if list == nil {
		return fmt.Errorf("%w: %.40s is not known", errRule, key)
	}
	for item := range strings.SplitSeq(arg, ",") {
		n, err := strconv.Atoi(item)
		if err != nil || len(*list) > maxList {
			return fmt.Errorf("%w: %s=%.40s", errRule, key, arg)
		}
		if key == "BYSECOND" && n == 60 {
			n = 59 // a leap second, which the library does not know
		}
		if !slices.Contains(*list, n) {
			*list = append(*list, n)
		}
	}
	return nil
}

func weekdays(arg string) ([]rrule.Weekday, error) {
	names := map[string]rrule.Weekday{"MO": rrule.MO, "TU": rrule.TU, "WE": rrule.WE, "TH": rrule.TH, "FR": rrule.FR,
		"SA": rrule.SA, "SU": rrule.SU}
	var days []rrule.Weekday
	for item := range strings.SplitSeq(arg, ",") {
		if len(item) < 2 || len(item) > 5 || len(days) > maxList {
			return nil, errRule
		}
		day, ok := names[item[len(item)-2:]]
		if !ok {
			return nil, errRule
		}
		if nth := item[:len(item)-2]; nth != "" {
			n, err := strconv.Atoi(nth)
			if err != nil || n == 0 {
				return nil, errRule
			}
			day = day.Nth(n)
		}
		if !slices.Contains(days, day) {
			days = append(days, day)
		}
	}
	return days, nil
}

// bounded refuses what the library would expand for hours, or for ever: an hourly rule whose BYHOUR it never meets.
func (r *rule) bounded() error {
	o := &r.opt
	clock := max(1, len(o.Byhour)) * max(1, len(o.Byminute)) * max(1, len(o.Bysecond))
	if o.Freq > rrule.DAILY || clock > maxClock || len(o.Bysetpos) > maxSetPos {
		return errTooOften
	}
	return nil
}

// The Gregorian calendar repeats itself every 400 years, weekdays included.
const cycle = 400

// shift returns the whole cycles by which a rule that begins at start is moved into the future. The library looks for
// the next occurrence of an impossible rule (30 February) until the year 9999: this brings that year near.
func shift(start time.Time) int { return (9600 - start.Year()) / cycle * cycle }

// from calls visit for the occurrences at or after start, in order, until visit returns false or the rule ends. Those
// long before near need not be visited. Times are readings of the wall clock.
func (r *rule) from(start, near time.Time, visit func(time.Time) bool) (err error) {
	defer func() {
		if p := recover(); p != nil { // the library indexes beyond its tables for some rules
			err = fmt.Errorf("%w: the recurrence library fails on it (%v)", errRule, p)
		}
	}()
	if start.Year() < 1500 || start.Year() > 9500 {
		return fmt.Errorf("%w: it begins in the year %d", errRule, start.Year())
	}
	years := shift(start)
	opt := r.opt
	opt.Count = r.count
	opt.Dtstart = r.skip(start, near).AddDate(years, 0, 0)
	if !r.until.IsZero() {
		opt.Until = r.until.AddDate(years, 0, 0)
	}
	expanded, err := rrule.NewRRule(opt)
	if err != nil {
		return fmt.Errorf("%w: %w", errRule, err)
	}
	next := expanded.Iterator()
	for range maxSteps {
		at, ok := next()
		if !ok || !visit(at.AddDate(-years, 0, 0)) {
			return nil
		}
	}
	return errManySteps
}

// skip moves the start of a daily or weekly rule without COUNT by whole periods to shortly before near.
func (r *rule) skip(start, near time.Time) time.Time {
	days := max(1, r.opt.Interval)
	switch r.opt.Freq {
	case rrule.DAILY:
	case rrule.WEEKLY:
		days *= 7
	default:
		return start
	}
	if r.count > 0 || !near.After(start) {
		return start
	}
	periods := int(near.Sub(start).Hours()/24)/days - 2
	if periods <= 0 {
		return start
	}
	return start.AddDate(0, 0, periods*days)
}
