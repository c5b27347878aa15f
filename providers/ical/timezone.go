package ical

import (
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/teambition/rrule-go"
)

// Bounds for a VTIMEZONE: the years between which its rules are worked out, and how much may come of them.
const (
	firstYear      = 1970
	lastYear       = 2100
	maxTransitions = 2000
	maxObservances = 50
)

// transition is a change of the offset from UTC.
type transition struct {
	at     int64 // Unix seconds
	offset int   // in seconds, from then on
	before int   // and until then
	dst    bool  // whether that is summer time
	name   string
}

// location builds a time.Location from the rules of a VTIMEZONE, for zones that have no known name.
func (d *Doc) location(c int32, tzid string) (*time.Location, bool) {
	var list []transition
	observances := 0
	for o := c + 1; int(o) < len(d.comps) && d.comps[o].first < d.comps[c].last; o++ {
		if k := &d.comps[o]; k.parent != c || k.name != "STANDARD" && k.name != "DAYLIGHT" {
			continue
		}
		if observances++; observances > maxObservances {
			return nil, false
		}
		found, ok := d.observance(o)
		if !ok {
			return nil, false
		}
		list = append(list, found...)
	}
	if len(list) == 0 || len(list) > maxTransitions {
		return nil, false
	}
	slices.SortStableFunc(list, func(a, b transition) int { return int(min(max(a.at-b.at, -1), 1)) })
	loc, err := time.LoadLocationFromTZData(tzid, tzif(list))
	return loc, err == nil
}

// observance returns the changes that one STANDARD or DAYLIGHT component describes.
func (d *Doc) observance(o int32) ([]transition, bool) {
	start, from, to := d.first(o, "DTSTART"), d.first(o, "TZOFFSETFROM"), d.first(o, "TZOFFSETTO")
	if start == nil || to == nil {
		return nil, false
	}
	begin, err := parseStamp(d.plain(start))
	offset, ok := parseOffset(d.plain(to))
	if err != nil || !ok {
		return nil, false
	}
	before := offset
	if from != nil {
		if before, ok = parseOffset(d.plain(from)); !ok {
			return nil, false
		}
	}
	name := d.abbreviation(o, offset)
	// Onsets are told in the local time that was in force just before them (RFC 5545 3.6.5).
	change := func(wall time.Time) transition {
		return transition{at: wall.Unix() - int64(before), offset: offset, before: before,
			dst: d.comps[o].name == "DAYLIGHT", name: name}
	}
	list := []transition{change(begin.wall)}
	for _, p := range d.all(o, "RDATE") {
		for item := range strings.SplitSeq(d.plain(p), ",") {
			if s, err := parseStamp(item); err == nil && len(list) <= maxTransitions {
				list = append(list, change(s.wall))
			}
		}
	}
	if p := d.first(o, "RRULE"); p != nil {
		onsets, ok := yearly(d.plain(p), begin.wall, before)
		if !ok {
			return nil, false
		}
		for _, wall := range onsets {
			list = append(list, change(wall))
		}
	}
	return list, true
}

// abbreviation is what a clock is called under an observance: its TZNAME if that is one, else its offset, as the zone
// database does.
func (d *Doc) abbreviation(o int32, seconds int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-"
	if p := d.first(o, "TZNAME"); p != nil {
		if name := d.text(p); len(name) >= 3 && len(name) <= 6 && strings.Trim(name, letters) == "" {
			return name
		}
	}
	return strings.TrimSuffix(offset(seconds), "00")
}

// yearly expands the rule of an observance from firstYear to lastYear. Outlook lets its rules begin in 1601.
func yearly(value string, begin time.Time, before int) ([]time.Time, bool) {
	r, err := parseRule(value, time.FixedZone("", before))
	if err != nil || r.opt.Freq != rrule.YEARLY {
		return nil, false
	}
	if begin.Year() < firstYear && r.opt.Interval <= 1 && r.count == 0 {
		begin = begin.AddDate(firstYear-1-begin.Year(), 0, 0) // each year is like the other
	}
	var onsets []time.Time
	err = r.from(begin, begin, func(wall time.Time) bool {
		if wall.Year() >= firstYear && wall.Year() <= lastYear {
			onsets = append(onsets, wall)
		}
		return wall.Year() <= lastYear && len(onsets) < maxTransitions
	})
	return onsets, err == nil
}

// parseOffset reads a UTC-OFFSET value: +0100, -033000, and +01:00 as some write it.
func parseOffset(s string) (seconds int, ok bool) {
	if s == "" || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	n, ok := number(digits)
	if len(digits) == 4 {
		n *= 100
	}
	lengthy := len(digits) != 4 && len(digits) != 6
	beyond := n/10000 > 23 || n/100%100 > 59 || n%100 > 59
	if !ok || lengthy || beyond {
		return 0, false
	}
	seconds = n/10000*3600 + n/100%100*60 + n%100
	if s[0] == '-' {
		seconds = -seconds
	}
	return seconds, true
}

// tzif writes transitions in the format of compiled time zones (RFC 8536, version 2), the one way to hand rules to
// package time. The block for 32-bit times stays empty.
func tzif(list []transition) []byte {
	// The first is the clock before all of them.
	kinds := []observed{{list[0].before, false, strings.TrimSuffix(offset(list[0].before), "00")}}
	var times, which []byte
	last := list[0].at - 1
	for _, t := range list {
		if t.at <= last { // two components that begin at once: the first one counts
			continue
		}
		last = t.at
		kind := observed{t.offset, t.dst, t.name}
		i := slices.Index(kinds, kind)
		if i < 0 {
			if len(kinds) == maxObservances {
				break
			}
			i = len(kinds)
			kinds = append(kinds, kind)
		}
		times = binary.BigEndian.AppendUint64(times, uint64(t.at))
		which = append(which, byte(i))
	}
	header := func(times, types, chars int) []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range []int{0, 0, 0, times, types, chars} {
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		}
		return b
	}
	const none = "LMT\x00"
	out := header(0, 1, len(none))
	out = append(append(out, 0, 0, 0, 0, 0, 0), none...)
	var types, names []byte
	for _, kind := range kinds {
		at := len(names)
		if at+len(kind.name) < 255 {
			names = append(append(names, kind.name...), 0)
		} else {
			at = 0 // there is no room for more names than a byte can point to
		}
		types = append(binary.BigEndian.AppendUint32(types, uint32(int32(kind.offset))),
			map[bool]byte{true: 1}[kind.dst], byte(at))
	}
	out = append(out, header(len(which), len(kinds), len(names))...)
	out = append(append(append(append(out, times...), which...), types...), names...)
	return append(out, "\n\n"...)
}

// observed is how a clock is set for some time.
type observed struct {
	offset int
	dst    bool
	name   string
}
