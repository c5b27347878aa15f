// Package series says a series of events as a schedule of Zoom's, where Zoom has one that means exactly the same times.
//
// It is pure. Both sides are worked out over the whole life of the series, or over as much of it as Zoom keeps: the
// times of the rule in the event's zone, and those that Zoom would make of its own terms. Only where they are the same,
// moved and cancelled dates included, is there a schedule; else a sentence says why not, and the series gets one
// lasting link. Rules that Zoom has no words for (each second month's last Friday but one, a start off the rule) end
// there, and so does a series that is longer than Zoom's schedules may be.
package series
