package ical

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"zoomtag/providers/words"
)

// Recurrence is when a series takes place, in one form however it was written.
type Recurrence struct {
	// Rules are RRULE values. Their UNTIL is of the kind that DTSTART is: a date for days, else UTC (RFC 5545 3.3.10).
	Rules []string
	// Added and Removed are RDATE and EXDATE in the event's zone, in order, each once; midnights for days.
	Added, Removed []time.Time
}

// ErrRecurrence says that nobody can tell from its lines when a series takes place.
var ErrRecurrence = errors.New("the recurrence cannot be understood")

// ParseRecurrence reads RRULE, RDATE and EXDATE content lines. start is when the series begins, in its own zone, and
// dates says that it is one of whole days. Times are read as an event's are: in UTC, in the zone of their TZID, which
// may be that of start, else in the zone of start.
func ParseRecurrence(lines []string, start time.Time, dates bool) (Recurrence, error) {
	p := newTimesReader(&Doc{eol: '\n'}, start, dates)
	for _, text := range lines {
		d := &Doc{raw: []byte(text), eol: '\n'}
		l := line{body: int32(len(text)), end: int32(len(text))}
		nameEnd, colon := head(d.raw, l)
		if colon < 0 {
			return Recurrence{}, fmt.Errorf("%w: %.40q has no colon", ErrRecurrence, text)
		}
		if err := p.line(d, &prop{line: l, nameEnd: int32(nameEnd), colon: int32(colon)}); err != nil {
			return Recurrence{}, err
		}
	}
	return p.done(), nil
}

// Lines are the content lines of a Recurrence, not folded.
func (r *Recurrence) Lines(f Form) []string {
	var lines []string
	for _, rule := range r.Rules {
		lines = append(lines, "RRULE:"+rule)
	}
	for _, list := range []struct {
		name  string
		times []time.Time
	}{{"RDATE", r.Added}, {"EXDATE", r.Removed}} {
		if len(list.times) == 0 {
			continue
		}
		w := NewWriter(nil)
		w.Times(list.name, f, list.times...)
		lines = append(lines, string(unfold(w.Bytes()[:len(w.Bytes())-2], '\n')))
	}
	return lines
}

// timesReader reads the times of one series.
type timesReader struct {
	zones zones
	home  int32 // the VCALENDAR of the event
	start time.Time
	dates bool
	found Recurrence
	// Days on which whatever takes place does not.
	days []time.Time
}

func newTimesReader(d *Doc, start time.Time, dates bool) *timesReader {
	return &timesReader{zones: zones{doc: d, fallback: start.Location()}, start: start, dates: dates}
}

// tzid is the TZID of a property, "" for that of the event, which may be a zone that only the event's own file defines.
func (p *timesReader) tzid(d *Doc, at *prop) string {
	name := d.param(at, "TZID")
	if name == p.start.Location().String() && p.zones.calendar == p.home {
		return ""
	}
	return name
}

// line takes in one property. Those about something else are passed over.
func (p *timesReader) line(d *Doc, at *prop) error {
	value := d.plain(at)
	switch name := strings.ToUpper(string(d.name(at))); name {
	case "RRULE":
		rule, err := p.rule(value)
		if err != nil {
			return err
		}
		if len(p.found.Rules) == maxRules {
			return fmt.Errorf("%w: it has more than %d rules", ErrRecurrence, maxRules)
		}
		p.found.Rules = append(p.found.Rules, rule)
	case "EXRULE":
		return words.Mend(fmt.Errorf("%w: it has an EXRULE, which iCalendar no longer has", ErrRecurrence),
			"list the days off as EXDATE")
	case "RDATE", "EXDATE":
		tzid := p.tzid(d, at)
		for item := range strings.SplitSeq(value, ",") {
			item, _, _ = strings.Cut(item, "/") // of a PERIOD, the start
			s, err := parseStamp(item)
			if err != nil {
				return fmt.Errorf("%w: %s %.40q is not a date or time", ErrRecurrence, name, item)
			}
			p.date(s, tzid, name == "EXDATE")
		}
	}
	return nil
}

// date takes in one RDATE or EXDATE.
func (p *timesReader) date(s stamp, tzid string, out bool) {
	switch {
	case s.dateOnly && !p.dates && out:
		p.days = append(p.days, s.wall)
	case out:
		p.found.Removed = append(p.found.Removed, p.moment(s, tzid))
	default:
		p.found.Added = append(p.found.Added, p.moment(s, tzid))
	}
}

// moment is a time in the zone of the series. Where a series of days has a time, its day is meant; where one of times
// has a day, the time of day at which the series begins.
func (p *timesReader) moment(s stamp, tzid string) time.Time {
	loc := p.start.Location()
	switch {
	case p.dates:
		return inZone(p.day(s, tzid), loc)
	case s.dateOnly:
		wall := wallOf(p.start)
		return inZone(s.wall.Add(wall.Sub(wall.Truncate(24*time.Hour))), loc)
	}
	at, _ := p.zones.instant(s, tzid)
	return at.In(loc)
}

// day is the day that is meant by a stamp. A midnight in UTC is the day that it says, unless it is a midnight of the
// series.
func (p *timesReader) day(s stamp, tzid string) time.Time {
	day := s.wall.Truncate(24 * time.Hour)
	if s.dateOnly || !s.utc && tzid == "" {
		return day
	}
	at, in := p.zones.instant(s, tzid)
	local := wallOf(at.In(p.start.Location()))
	if midnight := local.Truncate(24 * time.Hour); local.Equal(midnight) || in.loc == time.UTC && !s.wall.Equal(day) {
		return midnight
	}
	return day
}

// rule brings an RRULE value into its normal form: upper case, FREQ first, UNTIL of the right kind, nothing empty or
// unknown.
func (p *timesReader) rule(value string) (string, error) {
	wrong := func(what string) error {
		return fmt.Errorf("%w: RRULE %.60q %s", ErrRecurrence, value, what)
	}
	freq, rest := "", ""
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.ToUpper(strings.Join(strings.Fields(value), "")), ";") {
		key, arg, ok := strings.Cut(part, "=")
		if part == "" || strings.HasPrefix(key, "X-") {
			continue
		}
		if !ok || arg == "" || !slices.Contains(ruleParts, key) || strings.Trim(arg, ruleLetters) != "" {
			return "", wrong(fmt.Sprintf("has %.40q, which no rule has", part))
		}
		if seen[key] {
			return "", wrong("has " + key + " twice")
		}
		seen[key] = true
		switch n, err := strconv.Atoi(arg); key {
		case "FREQ":
			freq = "FREQ=" + arg
			continue
		case "COUNT", "INTERVAL":
			if err != nil || n < 1 {
				return "", wrong("has " + part)
			}
		case "UNTIL":
			s, err := parseStamp(arg)
			if err != nil {
				return "", wrong("has " + part)
			}
			arg = p.until(s)
		}
		rest += ";" + key + "=" + arg
	}
	if freq == "" {
		return "", wrong("has no FREQ")
	}
	if seen["COUNT"] && seen["UNTIL"] {
		return "", wrong("has both COUNT and UNTIL, of which a rule may have one (RFC 5545 3.3.10)")
	}
	return freq + rest, nil
}

var ruleParts = []string{"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYSECOND", "BYMINUTE", "BYHOUR", "BYDAY", "BYMONTHDAY",
	"BYYEARDAY",
	"BYWEEKNO", "BYMONTH", "BYSETPOS", "WKST", "RSCALE", "SKIP"}

const ruleLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-,"

// until writes an UNTIL as RFC 5545 3.3.10 wants it. A date means the whole of that day, as its owner does.
func (p *timesReader) until(s stamp) string {
	switch {
	case p.dates:
		return string(Form{Dates: true}.append(nil, p.day(s, "")))
	case s.dateOnly:
		s = stamp{wall: s.wall.Add(24*time.Hour - time.Second)}
	}
	at, _ := p.zones.instant(s, "")
	return string(Form{}.append(nil, at))
}

// done puts the times in order. Days off take out the occurrences that the series may have on them.
func (p *timesReader) done() Recurrence {
	clocks, off := p.clocks(), map[time.Time]bool{}
	for _, day := range p.days {
		if off[day] {
			continue
		}
		off[day] = true
		for _, clock := range clocks {
			p.found.Removed = append(p.found.Removed, inZone(day.Add(clock), p.start.Location()))
		}
	}
	for _, at := range p.found.Added {
		if len(off) > 0 && off[wallOf(at).Truncate(24*time.Hour)] {
			p.found.Removed = append(p.found.Removed, at)
		}
	}
	for _, list := range []*[]time.Time{&p.found.Added, &p.found.Removed} {
		slices.SortFunc(*list, time.Time.Compare)
		*list = slices.CompactFunc(*list, time.Time.Equal)
	}
	return p.found
}

// clocks are the times of day at which the rules let the series begin.
func (p *timesReader) clocks() []time.Duration {
	wall := wallOf(p.start)
	clocks := []time.Duration{wall.Sub(wall.Truncate(24 * time.Hour))}
	for _, value := range p.found.Rules {
		r, err := parseRule(value, p.start.Location())
		if err != nil || len(r.opt.Byhour)+len(r.opt.Byminute) == 0 {
			continue
		}
		hours, minutes := r.opt.Byhour, r.opt.Byminute
		if len(hours) == 0 {
			hours = []int{wall.Hour()}
		}
		if len(minutes) == 0 {
			minutes = []int{wall.Minute()}
		}
		for _, hour := range hours {
			for _, minute := range minutes {
				clocks = append(clocks, time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute+
					time.Duration(wall.Second())*time.Second)
			}
		}
	}
	return clocks
}
