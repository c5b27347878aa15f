package calendar

import (
	"slices"
	"time"
)

// lastYear is the last year whose times are kept. Texts of times have years of four digits (RFC 3339), and zones,
// lengths and pauses move times into the next one: programs write the end of the year 9999 where they mean that there
// is no end.
const lastYear = 9900

// isFar reports whether a time cannot be kept.
func isFar(t time.Time) bool { return !t.IsZero() && (t.UTC().Year() > lastYear || t.UTC().Year() < 0) }

// farNote says of an event that its time was left out.
const farNote = "its time lies beyond the year 9900, and counts as none"

// LeaveOutFar takes times out of an event that cannot be kept: such an event has no start, such a series no end, and
// such a date of a series is none that is edited. The adapters call it for each event that they read.
func (e *Event) LeaveOutFar() {
	if isFar(e.Start) || isFar(e.End) {
		e.Start, e.End, e.Until = time.Time{}, time.Time{}, time.Time{}
		if !slices.Contains(e.Notes, farNote) {
			e.Notes = append(slices.Clip(e.Notes), farNote)
		}
	}
	if isFar(e.Until) {
		e.Until = time.Time{}
	}
	if slices.ContainsFunc(e.Exceptions, isFarAway) {
		e.Exceptions = slices.DeleteFunc(slices.Clone(e.Exceptions), isFarAway)
	}
}

func isFarAway(x Exception) bool { return isFar(x.Start) || isFar(x.End) }
