package main

import (
	"fmt"

	"zoomtag/sync/api"

	"zoomtag/cmd/zoomtag/terminal"

	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// unwritten says why nothing in a calendar can be written, and how many of its events wait for that.
func unwritten(why string, n int) string {
	said := "nothing can be written: " + why
	switch n {
	case 0:
		return said
	case 1:
		return said + "; 1 event waits for that"
	}
	return said + "; " + events(n) + " wait for that"
}

// showUnwritten says once for a calendar that can only be read what waits for that, and returns the other events.
func (a *app) showUnwritten(c *engine.Report) (others []engine.EventReport) {
	if c.ReadOnly == "" {
		return c.Events
	}
	for _, ev := range c.Events {
		if ev.State != plan.Held || ev.Reason != c.ReadOnly {
			others = append(others, ev)
		}
	}
	fmt.Fprintf(a.term.out, "  %s\n", terminal.Printable(unwritten(c.ReadOnly, len(c.Events)-len(others))))
	return others
}

// withoutUnwritten takes those events out that wait for the right to write to their calendar, which is said with that, and counts them.
func withoutUnwritten(r *api.StatusReport) (events []api.EventStatus, waiting map[string]int) {
	why := map[string]string{}
	for _, c := range r.Calendars {
		why[c.Name] = c.ReadOnly
	}
	waiting = map[string]int{}
	for _, ev := range r.Events {
		if ev.State == plan.Held && ev.Reason != "" && ev.Reason == why[ev.Calendar] {
			waiting[ev.Calendar]++
			continue
		}
		events = append(events, ev)
	}
	return events, waiting
}
