package page

import (
	"strings"

	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/plan"
)

// health is how something stands: a word, and the name of its shape and colour.
type health struct {
	Shape string // ok, warn, fail, held, wait or doubt
	Word  string
}

var (
	well     = health{"ok", "ok"}
	mayFail  = health{"warn", "may not work"}
	willFail = health{"fail", "will not work"}
	failing  = health{"fail", "failing"}
)

// worse ranks shapes, the worst first.
var worse = map[string]int{"fail": 0, "held": 1, "doubt": 2, "warn": 3, "wait": 4, "ok": 5}

// healthOf is how a link stands.
func healthOf(l *api.LinkStatus) health {
	switch {
	case l.Health == api.OK:
		return well
	case l.Health == api.Failing:
		return failing
	case !strings.HasPrefix(l.Health, "ZT-"):
		return healthOfState(l.Health)
	}
	for _, v := range l.Verdicts {
		if v.Severity == string(doctor.Error) {
			return willFail
		}
	}
	return mayFail
}

// healthOfState is how an event stands by the state of its record.
func healthOfState(state string) health {
	switch state {
	case plan.Linked:
		return well
	case plan.Held:
		return health{"held", "held"}
	case plan.Doubt:
		return health{"doubt", "in doubt"}
	case plan.Pending, plan.Ending, plan.Ended, plan.Ignored:
		return health{"wait", state}
	}
	return failing
}

// healthOfCalendar is how a calendar stands, and why.
func healthOfCalendar(c *api.CalendarStatus) (h health, why string) {
	switch {
	case c.Held:
		return health{"held", "held"}, c.Code.Told(c.HeldReason, c.Cure)
	case c.Overdue:
		return health{"fail", "overdue"}, c.Code.Told(c.OverdueReason, c.Cure)
	case c.LastError != "":
		return failing, c.Code.Told(c.LastError, c.Cure)
	case c.Unfinished != "":
		return health{"warn", "unfinished"}, c.Unfinished
	case c.LastSuccess == nil:
		return health{"wait", "not yet"}, "It " + api.NotRun + "."
	case c.ReadOnly != "":
		return health{"warn", "read only"}, c.Code.Told(c.ReadOnly, c.Cure)
	}
	return well, ""
}

// healthOfAll is how zoomtag stands, as its service says it.
func healthOfAll(word string) health {
	switch word {
	case api.OK:
		return health{"ok", "All is well"}
	case api.Degraded:
		return health{"warn", "Not all is well"}
	}
	return health{"fail", "Failing"}
}
