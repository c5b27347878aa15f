package ical

import (
	"slices"
	"time"
)

// run is a change that was made year after year by one rule.
type run struct {
	list  []change
	shift int // the rule names the day that is so many days before the change
}

// findRuns divides changes of one kind, in order, into runs and those that follow no rule. Rules name a weekday in a
// month. "At 24:00 on the last Thursday of October" is a Friday that may be in November: where it gives fewer runs, the
// day before is looked at.
func findRuns(list []change) (runs []run, left []change) {
	runs, left = runsOf(list, 0)
	if shifted, others := runsOf(list, 1); len(shifted)+len(others) < len(runs)+len(left) {
		return shifted, others
	}
	return runs, left
}

func runsOf(list []change, shift int) (runs []run, left []change) {
	for len(list) > 0 {
		// Those of one month, weekday and time of day.
		var same, others []change
		for _, c := range list {
			if alike(list[0].wall, c.wall, shift) {
				same = append(same, c)
			} else {
				others = append(others, c)
			}
		}
		list = others
		for len(same) > 0 {
			n := 1
			for n < len(same) && same[n].wall.Year() == same[n-1].wall.Year()+1 && fits(same[:n+1], shift) {
				n++
			}
			if n >= shortRule {
				runs = append(runs, run{same[:n], shift})
			} else {
				left = append(left, same[:n]...)
			}
			same = same[n:]
		}
	}
	slices.SortFunc(left, func(a, b change) int { return a.at.Compare(b.at) })
	return runs, left
}

func alike(a, b time.Time, shift int) bool {
	a, b = a.AddDate(0, 0, -shift), b.AddDate(0, 0, -shift)
	return a.Month() == b.Month() && a.Weekday() == b.Weekday() &&
		a.Sub(a.Truncate(24*time.Hour)) == b.Sub(b.Truncate(24*time.Hour))
}

// fits reports whether one rule names all the days of changes that are alike.
func fits(list []change, shift int) bool {
	r := run{list, shift}
	d := r.days()
	return d.nth != 0 || d.to-d.from < 7
}

// days is the rule of a run: the n-th or the last weekday of a month, or the one in a certain week.
func (r *run) days() days {
	first := r.list[0].wall.AddDate(0, 0, -r.shift)
	d := days{month: first.Month(), weekday: first.Weekday(), nth: (first.Day()-1)/7 + 1, from: 31, to: 1}
	last := true
	for _, c := range r.list {
		day := c.wall.AddDate(0, 0, -r.shift)
		if n := day.Day(); (n-1)/7+1 != d.nth {
			d.nth = 0
		}
		last = last && day.AddDate(0, 0, 7).Month() != day.Month()
		d.from, d.to = min(d.from, day.Day()), max(d.to, day.Day())
	}
	if d.nth == 0 && last {
		d.nth = -1
	}
	if d.nth == 0 && d.to-d.from < 6 { // not all of the week has been seen
		d.from = max(1, d.to-6)
	}
	return d
}

// observances are the components of a run; none if it was over before the change that was in force at the beginning.
func (r *run) observances(inForce time.Time, last int) []observance {
	end := r.list[len(r.list)-1]
	if end.at.Before(inForce) {
		return nil
	}
	until := end.at
	if end.wall.Year() >= last {
		until = time.Time{}
	}
	// What a rule says of the time before the change that is in force does not matter.
	old := !r.list[0].at.After(inForce)
	var all []observance
	for _, d := range r.split() {
		i := slices.IndexFunc(r.list, func(c change) bool { return d.has(c.wall) })
		if i < 0 {
			continue
		}
		o := observance{change: r.list[i], days: &d, until: until}
		if old && o.wall.Year() > longAgo {
			o.wall = d.first(o.wall)
		}
		all = append(all, o)
	}
	return all
}

// split turns the rule of the day before, where there is one, into rules of the day itself: one in each month.
func (r *run) split() []days {
	d := r.days()
	if r.shift == 0 {
		return []days{d}
	}
	length := time.Date(2001, d.month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	switch {
	case d.nth > 0:
		d.from, d.to = 7*d.nth-6, 7*d.nth
	case d.nth < 0:
		d.from, d.to = length-6, length
	}
	here := d
	here.nth = 0
	here.weekday = (d.weekday + 1) % 7
	here.from = d.from + 1
	here.to = min(d.to+1, length)
	if d.to < length {
		return []days{here}
	}
	next := here
	next.month, next.from, next.to = d.month%12+1, 1, 1
	return []days{here, next}
}

// first is the first day that the rule names since 1970, at the time of day of wall.
func (d *days) first(wall time.Time) time.Time {
	for day := time.Date(longAgo, d.month, 1, wall.Hour(), wall.Minute(), wall.Second(), 0,
		time.UTC); day.Before(wall); day = day.AddDate(0, 0, 1) {
		if d.has(day) {
			return day
		}
	}
	return wall
}
