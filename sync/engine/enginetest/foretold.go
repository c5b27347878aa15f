package enginetest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"zoomtag/sync/engine"
)

// Foretold says in what a pass did otherwise than the plan right before it said: to which event which steps are taken,
// and what its state is then. What is seen and left alone counts as little as words do.
func Foretold(planned, done engine.Report) error {
	if planned.Held != done.Held || planned.OK != done.OK {
		return fmt.Errorf("plan says held %v, ok %v, and the pass held %v, ok %v: %s / %s",
			planned.Held, planned.OK, done.Held, done.OK, planned.Reason, done.Reason)
	}
	said, did := byEvent(planned), byEvent(done)
	var wrong []string
	for id, it := range did {
		if said[id] != it {
			wrong = append(wrong, fmt.Sprintf("%s: plan says %q, the pass does %q", id, said[id], it))
		}
	}
	for id, it := range said {
		if _, ok := did[id]; !ok {
			wrong = append(wrong, fmt.Sprintf("%s: plan says %q, the pass does nothing", id, it))
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	slices.Sort(wrong)
	return fmt.Errorf("%s", strings.Join(wrong, "; "))
}

// byEvent is what a report tells of each event to which something is done, or which fails or is held.
func byEvent(r engine.Report) map[string]string {
	all := map[string]string{}
	for _, ev := range r.Events {
		if len(ev.Steps) > 0 || ev.Error != "" {
			failed := ""
			if ev.Error != "" {
				failed = " failed"
			}
			// what one call could not finish, the next one does
			steps := strings.Replace(strings.Join(ev.Steps, " "), "create update", "create", 1)
			// What an adopted meeting was told, and which link one has that is brought back, only Zoom knows.
			steps = strings.NewReplacer("adopt update link", "adopt", "adopt update", "adopt", "adopt link",
				"adopt").Replace(steps)
			all[ev.ID] = steps + ": " + ev.State + " " + string(ev.Code) + failed
		}
	}
	return all
}

// foretold is a pass before which a plan is asked for. It changes nothing, and the pass does what it has said, if it
// begins as sync does: with what has failed. The two are compared as long as nothing has disturbed the walk.
func (w *Walker) foretold(release bool) error {
	planned, err := w.e.Plan(context.Background(), "c")
	if err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	for _, r := range planned.Events {
		w.say("  plan: %s %v %s %s %s", r.ID, r.Steps, r.State, r.Reason, r.Error)
	}
	if err := Coded(&planned); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	if _, err := w.e.Retry(engine.Again{Calendars: []string{"c"}}); err != nil {
		return fmt.Errorf("retry: %w", err)
	}
	done, err := w.passed(release)
	if err != nil {
		return err
	}
	// A change of an event that listings lack is in no list of changes either: a plan, which reads everything, asks for
	// the event by its id, and so does the next pass that reads everything.
	planned.Events = slices.DeleteFunc(planned.Events, func(ev engine.EventReport) bool { return w.hidden[ev.ID] })
	done.Events = slices.DeleteFunc(slices.Clone(done.Events),
		func(ev engine.EventReport) bool { return w.hidden[ev.ID] })
	if err := Foretold(planned, done); err != nil && w.broken == nil && !w.disturbed {
		w.broken = fmt.Errorf("plan and pass disagree: %w", err)
	}
	return nil
}
