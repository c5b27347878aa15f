package ical

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bounds of the zone rules that are written. Where the clock of a zone follows no rule (Morocco's follows the moon),
// its changes are listed until lastChange; series that begin late get ruleSpan years. For all that begin until 2030 the
// end is the same: what is written for an earlier one then holds all that is written for a later one.
const (
	lastChange = 2045
	// the years that a rule must have been followed at least, or will be, to be taken for one without an end
	ruleSpan  = 15
	lookBack  = 10 // how many years before the first occurrence a rule may have begun
	shortRule = 4  // what has happened fewer times is no rule
	longAgo   = 1970
)

// change is a change of a zone's clock.
type change struct {
	at       time.Time
	wall     time.Time // what the clock would have shown had it not been changed: the local time of RFC 5545 3.6.5
	from, to int       // offsets in seconds
	name     string
	daylight bool
}

// observance is a STANDARD or DAYLIGHT component: the same change at several times, by a rule or listed.
type observance struct {
	change // the first
	days   *days
	until  time.Time   // the last change by the rule; zero for one without an end
	listed []time.Time // wall; the first is among them
}

// AppendZone appends a VTIMEZONE (RFC 5545 3.6.5) with the rules of loc, right from the beginning of the year of from
// until 2045, and as long as the present rules last.
//
// Rules are written as RRULEs that begin in 1970, as calendar apps write them themselves: desktop Outlook misreads
// lists of dates. Only changes that follow no rule are listed.
func AppendZone(dst []byte, tzid string, loc *time.Location, from time.Time) []byte {
	w := NewWriter(dst)
	w.Begin("VTIMEZONE")
	w.Name("TZID")
	w.Text(tzid)
	for _, o := range observances(loc, from) {
		o.write(w)
	}
	w.End("VTIMEZONE")
	return w.Bytes()
}

func observances(loc *time.Location, from time.Time) []observance {
	year := from.In(loc).Year()
	begin := time.Date(year, 1, 1, 0, 0, 0, 0, loc)
	last := max(lastChange, year+ruleSpan)
	list := changes(loc, begin.AddDate(-lookBack, 0, 0), time.Date(last+1, 1, 1, 0, 0, 0, 0, time.UTC))
	inForce := -1
	for i, c := range list {
		if !c.at.After(begin) {
			inForce = i
		}
	}
	if inForce < 0 {
		list = append([]change{constant(begin)}, list...)
		inForce = 0
	}
	if inForce == len(list)-1 {
		return []observance{{change: constant(begin)}}
	}
	return arrange(list, list[inForce].at, last)
}

// constant is the clock as it is set at a time, as if it had never been changed.
func constant(at time.Time) change {
	name, offset := at.Zone()
	wall := time.Date(min(longAgo, at.Year()), 1, 1, 0, 0, 0, 0, time.UTC)
	return change{at: wall.Add(-time.Duration(offset) * time.Second), wall: wall, from: offset, to: offset, name: name}
}

// changes lists the changes of the offset from UTC. Where only the name changes, or the zone database begins to repeat
// itself, the clock goes on as it was.
func changes(loc *time.Location, since, until time.Time) []change {
	var list []change
	for at := since.In(loc); ; {
		end := zoneEnd(at)
		if end.IsZero() || !end.Before(until) {
			return list
		}
		before := end.Add(-time.Second)
		_, from := before.Zone()
		name, to := end.Zone()
		if from != to {
			wall := end.UTC().Add(time.Duration(from) * time.Second)
			list = append(list, change{end, wall, from, to, name, isDaylight(before, end, from, to)})
		}
		at = end
	}
}

// zoneEnd is when the offset that is in force at a time may change; zero for never. On the last day of a leap year,
// package time says that it did when that day began.
func zoneEnd(at time.Time) time.Time {
	for {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.After(at) {
			return end
		}
		at = at.Add(time.Hour)
	}
}

// isDaylight decides what a change leads to. Summer time is the one that is ahead: programs rely on it. In Ireland and
// Morocco the law has it the other way round, with a standard time that goes back in winter or for Ramadan; clocks do
// not differ.
func isDaylight(before, after time.Time, from, to int) bool {
	if before.IsDST() == after.IsDST() {
		return after.IsDST()
	}
	return to > from
}

// arrange makes components of the changes from the one at inForce on. Those before it only show since when a rule has
// held.
func arrange(list []change, inForce time.Time, last int) []observance {
	var all []observance
	for len(list) > 0 {
		var same, others []change
		for _, c := range list {
			if f := list[0]; c.from == f.from && c.to == f.to && c.name == f.name && c.daylight == f.daylight {
				same = append(same, c)
			} else {
				others = append(others, c)
			}
		}
		list = others
		runs, left := findRuns(same)
		for _, r := range runs {
			all = append(all, r.observances(inForce, last)...)
		}
		left = slices.DeleteFunc(left, func(c change) bool { return c.at.Before(inForce) })
		if len(left) > 0 {
			o := observance{change: left[0]}
			for _, c := range left {
				// The first as well: ical.js, and with it Thunderbird, does not count DTSTART where there is an RDATE.
				o.listed = append(o.listed, c.wall)
			}
			if len(left) == 1 {
				o.listed = nil
			}
			all = append(all, o)
		}
	}
	slices.SortStableFunc(all,
		func(a, b observance) int { return cmp.Or(a.wall.Compare(b.wall), cmp.Compare(a.to, b.to)) })
	return all
}

func (o *observance) write(w *Writer) {
	kind := "STANDARD"
	if o.daylight {
		kind = "DAYLIGHT"
	}
	local := Form{TZID: "-"} // local times without a TZID: RFC 5545 3.6.5
	w.Begin(kind)
	w.Name("DTSTART")
	w.Word(string(local.append(nil, o.wall)))
	w.Name("TZOFFSETFROM")
	w.Word(offset(o.from))
	w.Name("TZOFFSETTO")
	w.Word(offset(o.to))
	if o.days != nil {
		rule := o.days.rule()
		if !o.until.IsZero() {
			rule += ";UNTIL=" + string(Form{}.append(nil, o.until)) // in UTC: RFC 5545 3.3.10
		}
		w.Name("RRULE")
		w.Word(rule)
	}
	for _, at := range o.listed { // one a line: some readers know only that
		w.Name("RDATE")
		w.Word(string(local.append(nil, at)))
	}
	w.Name("TZNAME")
	w.Text(o.name)
	w.End(kind)
}

// offset writes a UTC-OFFSET value (RFC 5545 3.3.14).
func offset(seconds int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	text := fmt.Sprintf("%s%02d%02d", sign, seconds/3600, seconds/60%60)
	if seconds%60 != 0 {
		text += fmt.Sprintf("%02d", seconds%60)
	}
	return text
}

// days are the days of a year that a rule names.
type days struct {
	month    time.Month
	weekday  time.Weekday
	nth      int // -1 is the last one of the month; 0 where from and to are used
	from, to int // days of the month
}

// has reports whether the rule names a day.
func (d *days) has(day time.Time) bool {
	n := day.Day()
	switch {
	case day.Month() != d.month || day.Weekday() != d.weekday:
		return false
	case d.nth > 0:
		return (n-1)/7+1 == d.nth
	case d.nth < 0:
		return day.AddDate(0, 0, 7).Month() != d.month
	}
	return n >= d.from && n <= d.to
}

func (d *days) rule() string {
	rule := "FREQ=YEARLY;BYMONTH=" + strconv.Itoa(int(d.month))
	weekday := strings.ToUpper(d.weekday.String()[:2])
	if d.nth != 0 {
		return rule + ";BYDAY=" + strconv.Itoa(d.nth) + weekday
	}
	rule += ";BYMONTHDAY="
	for n := d.from; n <= d.to; n++ {
		if n > d.from {
			rule += ","
		}
		rule += strconv.Itoa(n)
	}
	return rule + ";BYDAY=" + weekday
}
