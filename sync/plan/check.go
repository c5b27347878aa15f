package plan

import (
	"time"

	"zoomtag/providers/calendar"
)

// How long before an event its meeting is looked at, besides once a day: early enough to be mended, and once more when
// people get ready.
var checksBefore = [...]time.Duration{24 * time.Hour, time.Hour, 10 * time.Minute}

const checkEvery = 24 * time.Hour

// start is when people meet: the event's own time, or, on a whole day, the one in its tag.
func start(ev *calendar.Event, w Wish) time.Time {
	if !ev.AllDay {
		return ev.Start
	}
	at, _ := times(ev, w.Choice)
	return at
}

// checkAt is when the meeting, which starts at start, has to be looked at next; zero: not at all.
func checkAt(in Input, start time.Time) time.Time {
	if !in.Settings.Checks || isOver(in.Event, in.Now) {
		return time.Time{}
	}
	last := in.Rec.CheckedAt
	next := last.Add(checkEvery)
	for _, before := range checksBefore {
		if at := start.Add(-before); at.After(last) && at.Before(next) {
			next = at
		}
	}
	return next
}
