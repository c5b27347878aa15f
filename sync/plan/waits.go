package plan

import "zoomtag/store/record"

// Waits reports whether an event waits for a service that has said until when, and nothing is wrong with it.
func Waits(rec *record.Record) bool {
	bound := rec.State == Pending && rec.Bound != ""
	return bound && rec.Error == "" && !rec.Closed()
}
