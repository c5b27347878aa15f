package series

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/ical"
	"zoomtag/providers/meeting"
)

// Options are what a tag chooses for all occurrences.
type Options struct {
	// At is the time of day ("09:30") of a series of whole days, which without one has no schedule.
	At string
	// Length is how long each occurrence takes; 0 is as long as the event.
	Length time.Duration
}

// Length is how long an occurrence of an event takes as Zoom counts: whole minutes, an hour where the event takes no
// time, at most a day.
type Length func(time.Duration) time.Duration

// Of works out the schedule of a series. Nothing is concluded from documents alone: what the event's rule gives and
// what the schedule gives are both worked out, from the first occurrence to the last, and have to be the same times.
//
// The spec holds Start, Zone, Duration and Schedule. Where there is no such schedule it is zero, and why says so: the
// end of a sentence, "it has no end".
func Of(d calendar.Details, o Options, length Length) (spec meeting.Spec, why string) {
	b := builder{d: d, o: o, length: length}
	if why := b.build(); why != "" {
		return meeting.Spec{}, why
	}
	return b.spec, ""
}

type builder struct {
	d      calendar.Details
	o      Options
	length Length
	spec   meeting.Spec
	zone   *time.Location
	start  time.Time
}

func (b *builder) build() (why string) {
	if why := b.begin(); why != "" {
		return why
	}
	times, err := ical.ParseRecurrence(b.d.Recurrence, b.start, false)
	switch {
	case err != nil:
		return err.Error()
	case len(times.Rules) == 0 && len(times.Added) == 0:
		return "its recurrence is not known"
	case len(times.Added) > 0:
		return "it has single dates besides its rule (RDATE), which Zoom does not have"
	case len(times.Rules) > 1:
		return "it has several rules, and Zoom has one"
	}
	rule, why := ruleOf(times.Rules[0], b.start)
	if why != "" {
		return why
	}
	starts, more, err := ical.ExpandRule(times.Rules[0], b.start, meeting.MaxOccurrences)
	switch {
	case err != nil:
		return err.Error()
	case more && endless(times.Rules[0]):
		return "it has no end, and Zoom schedules " + strconv.Itoa(meeting.MaxOccurrences) + " occurrences at most"
	case more:
		return "it has more than " + strconv.Itoa(meeting.MaxOccurrences) + " occurrences, the most that Zoom schedules"
	case len(starts) == 0 || !starts[0].Equal(b.start):
		return "its first occurrence is not one of its rule"
	}
	rule.Count = len(starts)
	b.spec.Schedule = &meeting.Schedule{Rule: rule}
	if why := b.prove(starts); why != "" {
		return why
	}
	return b.edits(starts, times.Removed)
}

// begin finds out when the series begins, in which zone.
func (b *builder) begin() (why string) {
	if _, ok := meeting.ZoneName(b.d.Zone); !ok {
		if b.d.Zone == "" {
			return "its time zone is not one of the zone database"
		}
		return "Zoom does not know its time zone " + b.d.Zone +
			", so that it would move with another zone's summer time"
	}
	zone, err := time.LoadLocation(b.d.Zone)
	if err != nil {
		return "its time zone " + b.d.Zone + " is not known on this machine"
	}
	b.zone, b.start = zone, b.d.Start.In(zone).Truncate(time.Second)
	length := b.d.End.Sub(b.d.Start)
	if b.d.AllDay {
		if b.at(b.d.Start).IsZero() {
			return "it has no time of day"
		}
		b.start, length = b.at(b.d.Start), 0
	}
	if b.o.Length > 0 {
		length = b.o.Length
	}
	b.spec = meeting.Spec{Start: b.start, Zone: b.d.Zone, Duration: b.length(length)}
	return ""
}

// at puts the time of day that the tag gives into a day; zero where it gives none.
func (b *builder) at(day time.Time) time.Time {
	clock, err := time.Parse("15:04", b.o.At)
	if err != nil {
		return time.Time{}
	}
	y, m, d := day.Add(12 * time.Hour).Date() // where the clock skips midnight, noon is on the right day
	return time.Date(y, m, d, clock.Hour(), clock.Minute(), 0, 0, b.zone)
}

// endless reports whether a rule in its normal form has no end.
func endless(rule string) bool {
	return !strings.Contains(rule, ";COUNT=") && !strings.Contains(rule, ";UNTIL=")
}

var weekdays = map[string]time.Weekday{"SU": time.Sunday, "MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday,
	"TH": time.Thursday,
	"FR": time.Friday, "SA": time.Saturday}

// ruleOf says an RRULE in Zoom's terms, as far as its words go.
func ruleOf(value string, start time.Time) (r meeting.Rule, why string) {
	parts := map[string]string{}
	for part := range strings.SplitSeq(value, ";") {
		key, arg, _ := strings.Cut(part, "=")
		parts[key] = arg
	}
	simplify(parts)
	r.Interval = 1
	if n, err := strconv.Atoi(parts["INTERVAL"]); err == nil {
		r.Interval = n
	}
	for _, key := range []string{"BYSETPOS", "BYMONTH", "BYYEARDAY", "BYWEEKNO", "BYHOUR", "BYMINUTE", "BYSECOND",
		"RSCALE", "SKIP"} {
		if parts[key] != "" {
			return r, "its rule says " + key + ", which Zoom does not have"
		}
	}
	far := func(limit int, what string) string {
		if r.Interval > limit {
			return fmt.Sprintf("it takes place every %d %s, and Zoom does every %d at most", r.Interval, what, limit)
		}
		return ""
	}
	days := list(parts["BYDAY"])
	switch parts["FREQ"] {
	case "DAILY":
		r.Unit = meeting.Daily
		if len(days) > 0 || parts["BYMONTHDAY"] != "" {
			return r, "its rule is a daily one for some days only, which Zoom does not have"
		}
		return r, far(meeting.MaxDays, "days")
	case "WEEKLY":
		r.Unit = meeting.Weekly
		if why := weekly(&r, days, parts["BYMONTHDAY"], start); why != "" {
			return r, why
		}
		return r, far(meeting.MaxWeeks, "weeks")
	case "MONTHLY":
		r.Unit = meeting.Monthly
		if why := monthly(&r, days, parts["BYMONTHDAY"], start); why != "" {
			return r, why
		}
		return r, far(meeting.MaxMonths, "months")
	}
	return r, "Zoom has no schedule for a rule that is " + strings.ToLower(parts["FREQ"])
}

// simplify says a rule that programs write in a roundabout way in the usual one: BYDAY=TU;BYSETPOS=1 is 1TU, as is
// BYDAY=TU;BYMONTHDAY=1,2,3,4,5,6,7, and of a single day there is no other than the first and last.
func simplify(parts map[string]string) {
	days, monthDays, nth := list(parts["BYDAY"]), list(parts["BYMONTHDAY"]), parts["BYSETPOS"]
	monthly := parts["FREQ"] == "MONTHLY"
	oneWeekday := len(days) == 1 && weekdayName(days[0])
	oneDay := len(days)+len(monthDays) == 1 && !weekdayName(strings.Join(days, ""))
	anyDay := len(days) == len(weekdays) && len(monthDays) == 0
	firstOrLast := nth == "1" || nth == "-1"
	counted := monthly && nth != ""
	switch {
	case counted && oneWeekday && len(monthDays) == 0:
		parts["BYDAY"], parts["BYSETPOS"] = nth+days[0], ""
		if strings.Contains(nth, ",") {
			parts["BYDAY"], parts["BYSETPOS"] = days[0], nth
		}
	case firstOrLast && monthly && oneDay:
		parts["BYSETPOS"] = ""
	case firstOrLast && parts["FREQ"] == "WEEKLY" && len(days) <= 1:
		parts["BYSETPOS"] = ""
	case counted && anyDay:
		if n, err := strconv.Atoi(nth); err == nil && n > 0 {
			parts["BYDAY"], parts["BYMONTHDAY"], parts["BYSETPOS"] = "", nth, ""
		}
	case monthly && nth == "" && oneWeekday:
		for week := range 4 {
			if slices.Equal(monthDays, daysOfWeek(week)) {
				parts["BYDAY"], parts["BYMONTHDAY"] = strconv.Itoa(week+1)+days[0], ""
			}
		}
	}
}

func list(value string) []string {
	return strings.FieldsFunc(value, func(c rune) bool { return c == ',' })
}

func weekdayName(name string) bool {
	_, ok := weekdays[name]
	return ok
}

// daysOfWeek are the seven days of a month in which the weekdays are there for the n-th time, counted from 0.
func daysOfWeek(n int) []string {
	var days []string
	for day := 7*n + 1; day <= 7*n+7; day++ {
		days = append(days, strconv.Itoa(day))
	}
	return days
}

// weekly reads which days of the week are meant.
func weekly(r *meeting.Rule, days []string, monthDay string, start time.Time) (why string) {
	if monthDay != "" {
		return "its rule is a weekly one with days of the month, which Zoom does not have"
	}
	if len(days) == 0 {
		r.Days = []time.Weekday{start.Weekday()}
	}
	for _, name := range days {
		day, ok := weekdays[name]
		if !ok {
			return "its rule names weekdays in a way that Zoom does not have (" + name + ")"
		}
		r.Days = append(r.Days, day)
	}
	slices.Sort(r.Days)
	r.Days = slices.Compact(r.Days)
	return ""
}

// monthly reads which day of the month is meant.
func monthly(r *meeting.Rule, days []string, monthDay string, start time.Time) (why string) {
	switch {
	case len(days) == 0 && monthDay == "":
		r.MonthDay = start.Day()
	case len(days) == 0:
		n, err := strconv.Atoi(monthDay)
		if err != nil || n < 1 || n > 31 {
			return "its rule names days of the month in a way that Zoom does not have (" + monthDay + ")"
		}
		r.MonthDay = n
	case len(days) > 1 || monthDay != "":
		return "its rule names several days of a month, and Zoom has one"
	default:
		name := days[0][max(0, len(days[0])-2):]
		n, err := strconv.Atoi(strings.TrimSuffix(days[0], name))
		day, ok := weekdays[name]
		hasIt := n == -1 || n >= 1 && n <= 4
		if err != nil || !ok || !hasIt {
			return "its rule names a weekday of the month that Zoom does not have (" + days[0] +
				"): it has the first to the fourth and the last"
		}
		r.Week, r.Weekday = n, day
	}
	return ""
}

// prove compares what the event's rule and the schedule give, in every way in which Zoom may read the schedule.
func (b *builder) prove(starts []time.Time) (why string) {
	for _, at := range starts {
		if odd(at, b.start) {
			return "the clocks change at its time of day on " + at.Format(time.DateOnly) +
				", and nobody knows which of the two times Zoom takes"
		}
	}
	for _, reading := range b.spec.Readings() {
		if !slices.EqualFunc(reading, starts, time.Time.Equal) {
			return "Zoom may read its rule otherwise: " + differing(starts, reading, b.zone)
		}
	}
	return ""
}

// odd reports whether the clocks show a time twice, or skip the time of day that it should have.
func odd(at, start time.Time) bool {
	if at.Format(time.TimeOnly) != start.Format(time.TimeOnly) {
		return true
	}
	wall := at.Format(time.DateTime)
	return slices.ContainsFunc([]time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour},
		func(shift time.Duration) bool {
			return at.Add(shift).Format(time.DateTime) == wall || at.Add(-shift).Format(time.DateTime) == wall
		})
}

// differing says where two lists of times begin to differ.
func differing(starts, reading []time.Time, zone *time.Location) string {
	const form = "2006-01-02 15:04"
	for i, at := range starts {
		if i >= len(reading) {
			return "it may leave out " + at.In(zone).Format(form)
		}
		if !at.Equal(reading[i]) {
			return "at " + reading[i].In(zone).Format(form) + " instead of " + at.In(zone).Format(form)
		}
	}
	return "it may go on after " + starts[len(starts)-1].In(zone).Format(form)
}

// edits takes over what is removed and what is moved.
func (b *builder) edits(starts, removed []time.Time) (why string) {
	s := b.spec.Schedule
	has := func(at time.Time) bool { return slices.ContainsFunc(starts, at.Equal) }
	for _, at := range removed {
		if has(at) {
			s.Removed = append(s.Removed, at.UTC())
		}
	}
	for _, o := range b.d.Occurrences {
		if o.Later {
			return "all its dates from " + o.RecurrenceID.In(b.zone).Format(time.DateOnly) +
				" on are changed at once, which Zoom does not have"
		}
		from := o.RecurrenceID
		if b.d.AllDay {
			from = b.at(from.In(b.d.Start.Location()))
		}
		out := slices.ContainsFunc(s.Removed, from.Equal)
		switch {
		case o.Cancelled && out, o.Cancelled && !has(from):
		case o.Cancelled:
			s.Removed = append(s.Removed, from.UTC())
		case out:
			return "its occurrence of " + from.Format(time.DateOnly) + " is both taken out and changed"
		case !has(from):
			return "it has an occurrence that is not one of its rule, on " + o.Start.In(b.zone).Format(time.DateOnly)
		default:
			b.move(from, o)
		}
	}
	slices.SortFunc(s.Removed, time.Time.Compare)
	slices.SortFunc(s.Moved, func(a, b meeting.Move) int { return a.From.Compare(b.From) })
	if len(s.Removed) == len(starts) {
		return "none of its occurrences takes place"
	}
	return ""
}

// move takes over an occurrence that takes place at another time or for another length.
func (b *builder) move(from time.Time, o calendar.Occurrence) {
	start, length := o.Start.Truncate(time.Second), o.End.Sub(o.Start)
	if b.d.AllDay {
		start, length = b.at(o.Start.In(b.d.Start.Location())), 0
	}
	if b.o.Length > 0 {
		length = b.o.Length
	}
	m := meeting.Move{From: from.UTC(), Start: start.UTC(), Duration: b.length(length)}
	if !m.Start.Equal(m.From) || m.Duration != b.spec.Duration {
		b.spec.Schedule.Moved = append(b.spec.Schedule.Moved, m)
	}
}
