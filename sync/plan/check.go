package plan

import "time"

// How long before an event its meeting is looked at, besides once a day: early enough to be mended, and once more when people get ready.
var checksBefore = [...]time.Duration{24 * time.Hour, time.Hour, 10 * time.Minute}

const checkEvery = 24 * time.Hour

// checkAt is when the meeting has to be looked at next; zero: not at all.
func checkAt(in Input) time.Time {
	if !in.Settings.Checks || isOver(in.Event, in.Now) {
		return time.Time{}
	}
	last := in.Rec.CheckedAt
	next := last.Add(checkEvery)
	for _, before := range checksBefore {
		if at := in.Event.Start.Add(-before); at.After(last) && at.Before(next) {
			next = at
		}
	}
	return next
}
