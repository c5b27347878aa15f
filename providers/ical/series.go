package ical

import (
	"fmt"
	"strings"
	"time"
)

// occurrence is one time at which an event takes place.
type occurrence struct{ start, end time.Time }

// series works out when a recurring event takes place. Times are in the event's own zone.
type series struct {
	loc     *time.Location
	start   time.Time // DTSTART, on the wall clock
	dates   bool      // whole days
	length  span
	rules   []rule
	extra   []time.Time // RDATE, on the wall clock of loc
	skipped map[int64]bool
	days    map[time.Time]bool // days (midnight, on the wall clock) that are skipped as a whole
	moved   []occurrence       // what RECURRENCE-ID overrides say instead
	later   []later            // what those say of all dates behind theirs, in the order of the file
	endless bool
	unread  bool // there are dates that cannot be read
	notes   []string
}

// maxDates bounds how many RDATEs and EXDATEs of one event are read, and maxRules how many RRULEs.
const (
	maxDates = 10000
	maxRules = 10
)

// at returns the occurrence that begins when the wall clock shows wall, unless it is excluded.
func (s *series) at(wall time.Time) (occurrence, bool) {
	start := inZone(wall, s.loc)
	if s.skipped[start.Unix()] || s.days[wall.Truncate(24*time.Hour)] {
		return occurrence{}, false
	}
	if l := s.shift(start); l != nil {
		start = inZone(wall.Add(l.by), s.loc)
		return occurrence{start, start.Add(l.length)}, !l.cancelled
	}
	return occurrence{start, s.length.after(start)}, true
}

// later is an override of one date and of all behind it (RANGE=THISANDFUTURE, RFC 5545 3.2.13).
type later struct {
	from      time.Time
	by        time.Duration // on the wall clock
	length    time.Duration
	cancelled bool
}

// shift is the last override for all dates behind its own that a date is behind, or nil.
func (s *series) shift(start time.Time) *later {
	var found *later
	for i := range s.later {
		if l := &s.later[i]; start.After(l.from) && (found == nil || !l.from.Before(found.from)) {
			found = l
		}
	}
	return found
}

// reach is how far overrides move dates at most.
func (s *series) reach() time.Duration {
	var far time.Duration
	for _, l := range s.later {
		far = max(far, l.by.Abs()+l.length)
	}
	return far
}

// around returns the occurrence that is running or comes next at now, or the last one; and when the last one ends, zero
// for never.
func (s *series) around(now time.Time) (o occurrence, until time.Time) {
	var next, last occurrence
	see := func(c occurrence) {
		if c.end.After(now) && (next.start.IsZero() || c.start.Before(next.start)) {
			next = c
		}
		if c.end.After(last.end) || last.start.IsZero() {
			last = c
		}
	}
	single := s.extra
	if !s.start.IsZero() {
		single = append(single, s.start)
	}
	for _, wall := range single {
		if c, ok := s.at(wall); ok {
			see(c)
		}
	}
	for _, c := range s.moved {
		see(c)
	}
	for i := range s.rules {
		s.expand(&s.rules[i], now, see)
	}
	until = last.end
	if s.endless {
		until = time.Time{}
	}
	if next.start.IsZero() {
		next = last
	}
	return next, until
}

// complete says that around has seen all dates that there are.
func (s *series) complete() bool { return !s.endless && !s.unread }

// expand shows the occurrences of one rule that matter: those up to the first that ends after now, and those about the
// end.
func (s *series) expand(r *rule, now time.Time, see func(occurrence)) {
	near := wallOf(now.In(s.loc)).AddDate(0, 0, -s.length.days-2).Add(-s.length.exact - s.reach())
	err := r.from(s.start, near, func(wall time.Time) bool {
		c, ok := s.at(wall)
		if ok {
			see(c)
		}
		return !ok || !c.end.After(now) || r.count > 0
	})
	if r.endless() {
		s.endless = true
	}
	if err == nil && !r.until.IsZero() {
		err = s.tail(r, see)
	}
	if err != nil {
		s.fail(err)
	}
}

// tail shows the last occurrences of a rule with UNTIL: those in its last periods, or all if those are excluded.
func (s *series) tail(r *rule, see func(occurrence)) error {
	const periods = 20
	seen := false
	visit := func(wall time.Time) bool {
		if c, ok := s.at(wall); ok {
			see(c)
			seen = true
		}
		return true
	}
	err := r.from(s.start, r.until.AddDate(0, 0, -7*periods*max(1, r.opt.Interval)), visit)
	if err == nil && !seen {
		err = r.from(s.start, s.start, visit)
	}
	return err
}

// fail notes that a rule could not be worked out. The series then counts as one without an end: nothing must be
// concluded from an end that is not known.
func (s *series) fail(err error) {
	s.endless = true
	s.notes = append(s.notes, fmt.Sprintf("the recurrence rule is not followed: %v", err))
}

// exclude leaves out the occurrence that a stamp names; a date leaves out all of that day.
func (s *series) exclude(at stamp, start time.Time) {
	if at.dateOnly {
		s.days[at.wall] = true
		return
	}
	s.skipped[start.Unix()] = true
}

// recurrence reads RRULE, RDATE and EXDATE of a component; nil where it does not recur.
func (r *reader) recurrence(c int32, begin stamp, start time.Time, length span) *series {
	s := &series{loc: start.Location(), start: begin.wall, dates: begin.dateOnly, length: length,
		skipped: map[int64]bool{}, days: map[time.Time]bool{}}
	if begin.utc {
		s.start = wallOf(start)
	}
	recurs, dates := false, 0
	r.doc.each(c, func(p *prop, name []byte) {
		switch {
		case p.colon < 0:
		case is(name, "RRULE"):
			recurs = true
			if len(s.rules) == maxRules {
				s.fail(errTooOften)
			} else if parsed, err := parseRule(r.doc.plain(p), s.loc); err != nil {
				s.fail(err)
			} else {
				s.rules = append(s.rules, parsed)
			}
		case is(name, "EXRULE"):
			s.notes = append(s.notes, "EXRULE is not supported; the times that it takes out are taken for occurrences")
		case is(name, "RDATE"), is(name, "EXDATE"):
			out := is(name, "EXDATE")
			recurs = recurs || !out
			tzid := r.doc.param(p, "TZID")
			for item := range strings.SplitSeq(r.doc.plain(p), ",") {
				if dates++; dates <= maxDates {
					r.date(s, item, tzid, out)
				} else {
					s.unread = s.unread || !out
				}
			}
		}
	})
	if !recurs {
		return nil
	}
	return s
}

// date takes in one value of an RDATE or EXDATE. Of a PERIOD only the start counts.
func (r *reader) date(s *series, item, tzid string, out bool) {
	item, _, _ = strings.Cut(item, "/")
	at, err := parseStamp(item)
	if err != nil {
		name := "RDATE"
		if out {
			name = "EXDATE"
		}
		r.note(fmt.Sprintf("%s %.40q is not a date or time", name, item))
		s.unread = s.unread || !out
		return
	}
	start, _ := r.zones.instant(at, tzid)
	switch {
	case out:
		s.exclude(at, start)
	case at.dateOnly && !s.dates: // a day without a time takes that of the series
		s.extra = append(s.extra, at.wall.Add(s.start.Sub(s.start.Truncate(24*time.Hour))))
	default:
		s.extra = append(s.extra, wallOf(start.In(s.loc)))
	}
}
