package local

import (
	"slices"

	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// foretellMoves takes from a plan what it says of events that were moved to another calendar. Each calendar is planned
// by itself, and one that such an event has left takes it for gone: nothing is done to it within the grace period, and
// by then the other calendar has taken it over.
func foretellMoves(reports []engine.Report) {
	moved := map[store.Item]bool{}
	for i := range reports {
		for _, item := range reports[i].Moved {
			moved[item] = true
		}
	}
	for i := range reports {
		r := &reports[i]
		r.Events = slices.DeleteFunc(r.Events, func(ev engine.EventReport) bool {
			waits := ev.State == plan.Ending && len(ev.Steps) == 0 && ev.Error == ""
			return waits && moved[store.Item{Calendar: r.Name, EventID: ev.ID}]
		})
	}
}
