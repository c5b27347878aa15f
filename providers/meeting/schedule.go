package meeting

import (
	"slices"
	"time"
)

// Schedule is when a Fixed meeting takes place, in terms that Zoom has. Its first occurrence is Spec.Start.
type Schedule struct {
	Rule Rule
	// Removed are starts that the rule gives and at which nothing takes place; in UTC, in order.
	Removed []time.Time `json:",omitempty"`
	// Moved are the occurrences that take place otherwise than the rule says, in order of From.
	Moved []Move `json:",omitempty"`
}

// Rule repeats a first occurrence on the wall clock of its zone.
type Rule struct {
	Unit Unit
	// Interval is every how many days, weeks or months; at least 1.
	Interval int
	// Days are the days of a Weekly rule, Sunday first.
	Days []time.Weekday `json:",omitempty"`
	// MonthDay is the day of a Monthly rule (1 to 31), or else Week (1 to 4, -1 for the last) and Weekday name it.
	MonthDay int          `json:",omitempty"`
	Week     int          `json:",omitempty"`
	Weekday  time.Weekday `json:",omitempty"`
	// Count is how many occurrences there are, the removed and moved ones included.
	Count int
}

// Unit is the step of a Rule.
type Unit string

// The units that Zoom has.
const (
	Daily   Unit = "daily"
	Weekly  Unit = "weekly"
	Monthly Unit = "monthly"
)

// Limits of a schedule: of several that Zoom's documents give, the smaller ones.
const (
	MaxOccurrences = 50
	MaxDays        = 90
	MaxWeeks       = 12
	MaxMonths      = 3
)

// Move is an occurrence that takes place at another time, or for another length, than the rule gives it.
type Move struct {
	From, Start time.Time // in UTC
	Duration    time.Duration
}

// Occurrence is one time at which a meeting takes place.
type Occurrence struct {
	Start    time.Time // in UTC
	Duration time.Duration
}

// Equal reports whether two schedules say the same; nil is none.
func (s *Schedule) Equal(t *Schedule) bool {
	if s == nil || t == nil {
		return s == t
	}
	return s.Rule.Equal(t.Rule) && slices.EqualFunc(s.Removed, t.Removed, time.Time.Equal) &&
		slices.EqualFunc(s.Moved, t.Moved, func(a, b Move) bool {
			return a.From.Equal(b.From) && a.Start.Equal(b.Start) && a.Duration == b.Duration
		})
}

// Equal reports whether two rules say the same.
func (r Rule) Equal(o Rule) bool {
	every := r.Unit == o.Unit && r.Interval == o.Interval && r.Count == o.Count
	monthly := r.MonthDay == o.MonthDay && r.Week == o.Week && r.Weekday == o.Weekday
	return every && monthly && slices.Equal(r.Days, o.Days)
}

// since is s without what is over at now.
func (s *Schedule) since(now time.Time) *Schedule {
	left := &Schedule{Rule: s.Rule}
	for _, at := range s.Removed {
		if at.After(now) {
			left.Removed = append(left.Removed, at)
		}
	}
	for _, m := range s.Moved {
		if m.From.After(now) || m.Start.After(now) {
			left.Moved = append(left.Moved, m)
		}
	}
	return left
}

// since is a Fixed spec without the removed and moved occurrences that are over at now.
func (s Spec) since(now time.Time) Spec {
	if s.Schedule != nil {
		s.Schedule = s.Schedule.since(now)
	}
	return s
}

// SameSince reports whether two specs ask for the same from now on: what was removed or moved before does not count.
func (s Spec) SameSince(t Spec, now time.Time) bool { return s.since(now).Equal(t.since(now)) }

// Starts are the times that the rule of a Fixed spec gives, in UTC. They are what Zoom is known to make of it: Readings
// tells of what nobody knows.
func (s Spec) Starts() []time.Time {
	if s.Schedule == nil {
		return nil
	}
	return s.Schedule.Rule.starts(s.Start.In(s.location()), time.Sunday, false)
}

// Readings are the times that the rule gives in each way in which it can be read: it is not known which day begins
// Zoom's week, nor what it does in months that have no 31st.
func (s Spec) Readings() [][]time.Time {
	var all [][]time.Time
	for _, week := range []time.Weekday{time.Sunday, time.Monday} {
		for _, clamp := range []bool{false, true} {
			all = append(all, s.Schedule.Rule.starts(s.Start.In(s.location()), week, clamp))
		}
	}
	return all
}

// location is the zone in which a spec repeats.
func (s Spec) location() *time.Location {
	if loc, err := time.LoadLocation(s.Zone); err == nil && s.Zone != "" {
		return loc
	}
	return s.Start.Location()
}

// Coming are the occurrences of a Fixed spec that begin after now, in order.
func (s Spec) Coming(now time.Time) []Occurrence {
	var list []Occurrence
	for _, o := range s.each() {
		if o.takesPlace && o.Start.After(now) {
			list = append(list, o.Occurrence)
		}
	}
	slices.SortFunc(list, func(a, b Occurrence) int { return a.Start.Compare(b.Start) })
	return list
}

// At is the occurrence that the rule puts at from; ok is false where there is none or it does not take place.
func (s Spec) At(from time.Time) (o Occurrence, ok bool) {
	for _, x := range s.each() {
		if x.from.Equal(from) {
			return x.Occurrence, x.takesPlace
		}
	}
	return Occurrence{}, false
}

// one is an occurrence that a rule gives, and what becomes of it.
type one struct {
	from time.Time
	Occurrence
	takesPlace bool
}

func (s Spec) each() []one {
	var list []one
	for _, from := range s.Starts() {
		o := one{from, Occurrence{from, s.Duration}, true}
		for _, m := range s.Schedule.Moved {
			if m.From.Equal(from) {
				o.Occurrence = Occurrence{m.Start.UTC(), m.Duration}
			}
		}
		o.takesPlace = !slices.ContainsFunc(s.Schedule.Removed, from.Equal)
		list = append(list, o)
	}
	return list
}

// Remaining is a Fixed spec as it has to be told to Zoom at now: from the first occurrence on that the rule puts after
// now. ok is false where there is none.
func (s Spec) Remaining(now time.Time) (left Spec, ok bool) {
	starts := s.Starts()
	first := slices.IndexFunc(starts, func(at time.Time) bool { return at.After(now) })
	if first < 0 {
		return Spec{}, false
	}
	left = s.since(now)
	left.Start = starts[first].In(s.location())
	left.Schedule.Rule.Count = len(starts) - first
	for _, at := range starts[:first] {
		left.Schedule.Removed = slices.DeleteFunc(left.Schedule.Removed, at.Equal)
		left.Schedule.Moved = slices.DeleteFunc(left.Schedule.Moved, func(m Move) bool { return m.From.Equal(at) })
	}
	return left, true
}

// Running is the occurrence of a Fixed spec that has begun at now and has not ended.
func (s Spec) Running(now time.Time) (Occurrence, bool) {
	for _, o := range s.each() {
		if o.takesPlace && !o.Start.After(now) && o.Start.Add(o.Duration).After(now) {
			return o.Occurrence, true
		}
	}
	return Occurrence{}, false
}

// maxPeriods bounds how many days, weeks or months are looked at: a monthly rule for the 31st passes over five months
// of a year.
const maxPeriods = 20 * MaxOccurrences

// starts gives the times of the rule, the first one first, on the wall clock of its zone; clamp puts a day that a month
// lacks on its last day.
func (r Rule) starts(first time.Time, week time.Weekday, clamp bool) []time.Time {
	var list []time.Time
	for period := range maxPeriods {
		for _, at := range r.period(first, period*max(1, r.Interval), week, clamp) {
			if at.Before(first) {
				continue
			}
			if list = append(list, at.UTC()); len(list) >= min(r.Count, MaxOccurrences) {
				return list
			}
		}
	}
	return list
}

// period gives the times in the n-th day, week or month after that of first.
func (r Rule) period(first time.Time, n int, week time.Weekday, clamp bool) []time.Time {
	y, m, d := first.Date()
	at := func(y int, m time.Month, d int) time.Time {
		return time.Date(y, m, d, first.Hour(), first.Minute(), first.Second(), 0, first.Location())
	}
	switch r.Unit {
	case Daily:
		return []time.Time{at(y, m, d+n)}
	case Weekly:
		begin := d - int((first.Weekday()-week+7)%7) + 7*n // the day that begins the week
		var list []time.Time
		for i := range 7 {
			if slices.Contains(r.Days, (week+time.Weekday(i))%7) {
				list = append(list, at(y, m, begin+i))
			}
		}
		return list
	}
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	day := r.MonthDay
	if day == 0 {
		day = nth(last, r.Week, r.Weekday)
	}
	switch {
	case day > last.Day() && clamp:
		day = last.Day()
	case day > last.Day():
		return nil
	}
	return []time.Time{at(last.Year(), last.Month(), day)}
}

// nth is the day of the n-th weekday of the month whose last day is given; n is -1 for the last one.
func nth(last time.Time, n int, weekday time.Weekday) int {
	if n < 0 {
		return last.Day() - int((last.Weekday()-weekday+7)%7)
	}
	first := last.AddDate(0, 0, 1-last.Day())
	return 1 + int((weekday-first.Weekday()+7)%7) + 7*(n-1)
}
