package plan

import (
	"zoomtag/providers/calendar"
	"zoomtag/sync/reason"
)

// because is d for an event with which nothing goes on, and why. It is the one way into the states Held, Failed and
// Ignored.
func (d Decision) because(state string, why reason.Reason) Decision {
	d.State, d.Code = state, why.Code()
	d.Reason, d.Cure = why.Plain(), why.Cure()
	return d
}

// unwritable is why an event cannot be written, as its calendar says it; it is asked of one that is Denied or Sealed.
func unwritable(ev *calendar.Event) reason.Reason {
	switch {
	case ev.Denied == "":
		return reason.GuestsMail.Because(ev.Sealed).Mend(ev.Cure)
	case ev.Unwritable:
		return reason.NotWritable.Because(ev.Denied).Mend(ev.Cure)
	}
	return reason.NotOurs.Because(ev.Denied).Mend(ev.Cure)
}
