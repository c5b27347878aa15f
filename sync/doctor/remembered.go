package doctor

import (
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store/record"
)

// Remembered are the facts of an event that only its record tells of.
func Remembered(now time.Time, rec *record.Record) Facts {
	ev := &calendar.Event{ID: rec.EventID, UID: rec.UID, Title: rec.Title, Start: rec.Start,
		End: rec.Start.Add(time.Hour), Until: rec.Until}
	switch length := rec.Until.Sub(rec.Start); {
	case rec.Told != nil && rec.Told.Duration > 0:
		ev.End = rec.Start.Add(rec.Told.Duration)
	case length > 0 && length <= 24*time.Hour:
		// a single event; how long an occurrence of a series is, nobody has noted
		ev.End = rec.Until
	}
	return Facts{Now: now, Calendar: rec.Calendar, Event: ev, Record: rec}
}
