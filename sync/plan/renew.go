package plan

import (
	"time"

	"zoomtag/providers/meeting"
)

// Meetings that recur expire at Zoom when nobody has started them for unusedLife. They are replaced renewBefore that,
// so that people get the new link in time.
const (
	unusedLife  = 365 * 24 * time.Hour
	renewBefore = 7 * 24 * time.Hour
)

// expires reports whether the meeting is about to expire for want of use while its series goes on. Telling Zoom
// something does not help: only starting it does.
func expires(in Input) bool {
	ev, rec := in.Event, in.Rec
	if !in.Settings.Checks || !Recurs(rec.Told) || rec.UsedAt.IsZero() {
		return false
	}
	end := rec.UsedAt.Add(unusedLife)
	running := !ev.Start.After(in.Now) && ev.End.After(in.Now) // perhaps it is being started just now
	near := !in.Now.Before(end.Add(-renewBefore))
	outlivesIt := ev.Until.IsZero() || ev.Until.After(end)
	return near && outlivesIt && !running
}

// Recurs reports whether a meeting was told that it recurs, with a schedule or without; one of which nothing is known
// may not.
func Recurs(told *meeting.Spec) bool {
	return told != nil && (told.Kind == meeting.Lasting || told.Kind == meeting.Fixed)
}
