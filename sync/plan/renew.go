package plan

import (
	"time"

	"zoomtag/providers/meeting"
)

// Meetings that recur expire at Zoom when nobody has started them for unusedLife. They are replaced renewBefore that, so that people get
// the new link in time.
const (
	unusedLife  = 365 * 24 * time.Hour
	renewBefore = 7 * 24 * time.Hour
)

// expires reports whether the meeting is about to expire for want of use while its series goes on. Telling Zoom something does not help:
// only starting it does.
func expires(in Input) bool {
	ev, rec := in.Event, in.Rec
	if !in.Settings.Checks || rec.Told == nil || rec.UsedAt.IsZero() || rec.Told.Kind != meeting.Lasting && rec.Told.Kind != meeting.Fixed {
		return false
	}
	end := rec.UsedAt.Add(unusedLife)
	running := !ev.Start.After(in.Now) && ev.End.After(in.Now) // perhaps it is being started just now
	return !in.Now.Before(end.Add(-renewBefore)) && (ev.Until.IsZero() || ev.Until.After(end)) && !running
}
