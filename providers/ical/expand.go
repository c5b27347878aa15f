package ical

import (
	"fmt"
	"time"
)

// ExpandRule lists when a series that begins at start takes place by an RRULE value alone, in the zone of start and in
// order: at most limit times, and more says that there are others behind them. start is the first one only where the
// rule has it. A time that the clock skips is read as RFC 5545 3.3.5 says. ErrRecurrence where the rule cannot be
// worked out.
func ExpandRule(value string, start time.Time, limit int) (starts []time.Time, more bool, err error) {
	r, err := parseRule(value, start.Location())
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrRecurrence, err)
	}
	begin := wallOf(start)
	err = r.from(begin, begin, func(wall time.Time) bool {
		if len(starts) == limit {
			more = true
			return false
		}
		starts = append(starts, inZone(wall, start.Location()))
		return true
	})
	if err != nil {
		return nil, false, fmt.Errorf("%w: %w", ErrRecurrence, err)
	}
	return starts, more, nil
}
