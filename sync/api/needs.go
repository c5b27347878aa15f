package api

import (
	"fmt"
	"strings"

	"zoomtag/providers/words"
	"zoomtag/sync/doctor"
)

// Needs are sentences that say, apart from how calendars stand, why not all is well: events that need somebody, coming
// links that do not work, and Zoom accounts in which nobody is signed in.
func (r *StatusReport) Needs() (list []string) {
	if said := r.ofEvents(); said != "" {
		list = append(list, said)
	}
	broken := map[[2]string]bool{}
	for i := range r.Verdicts {
		if v := &r.Verdicts[i]; v.Severity == doctor.Error {
			broken[[2]string{v.Calendar, v.EventID}] = true
		}
	}
	switch len(broken) {
	case 0:
	case 1:
		list = append(list, "1 coming link will not work")
	default:
		list = append(list, fmt.Sprintf("%d coming links will not work", len(broken)))
	}
	for i := range r.Tokens {
		t := &r.Tokens[i]
		inCalendar := t.Calendar != "" // of which its own state tells
		if inCalendar || t.SignedIn != nil && t.Refused == nil {
			continue
		}
		said := "nobody is signed in at Zoom"
		if t.Account != "" {
			said += " for the account " + t.Account
		}
		list = append(list, words.Join(said, "run "+t.Command))
	}
	return list
}

// inDoubt is the state of an event of which nobody knows whether a call took effect.
const inDoubt = "doubt"

// ofEvents counts the events that need somebody, by what they are: "2 events have failed, 1 is held".
func (r *StatusReport) ofEvents() string {
	failed, doubted, kept := 0, 0, 0
	for i := range r.Events {
		switch r.Events[i].State {
		case held:
			kept++
		case inDoubt:
			doubted++
		default: // also what goes on while something of it fails
			failed++
		}
	}
	var parts []string
	for _, kind := range []struct {
		n         int
		one, many string
	}{{failed, "has failed", "have failed"}, {doubted, "is in doubt", "are in doubt"}, {kept, "is held", "are held"}} {
		said, whose := kind.one, " "
		if kind.n != 1 {
			said = kind.many
		}
		if len(parts) == 0 {
			whose = strings.TrimLeft(words.Count(kind.n, "event"), "0123456789") + " "
		}
		if kind.n > 0 {
			parts = append(parts, fmt.Sprint(kind.n)+whose+said)
		}
	}
	return strings.Join(parts, ", ")
}
