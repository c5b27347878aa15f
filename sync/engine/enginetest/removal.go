package enginetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// RunRemoval takes walks as Run does, in the middle of which zoomtag is removed from the calendar: then nothing of it
// may be left there or at Zoom, and every word of the owner. After that the removal is taken back, and the walk ends as
// any other does.
func RunRemoval(t *testing.T, o Options, newBackend func(Setup) (Backend, error)) {
	t.Helper()
	o.Seeds, o.Usual = (o.Seeds+3)/4, o.Usual/4 // each is long
	run(t, o, func(at addresses) (walking, error) {
		w, err := NewWalker(at("walk.db"), newBackend)
		if err == nil {
			w.leaves = true
		}
		return w, err
	})
}

// leave begins to remove zoomtag, disturbed as any other pass.
func (w *Walker) leave() {
	w.say("remove")
	w.leaving, w.calm, w.flaky = true, false, 0.1
	if w.cutIn = 0; w.rng.IntN(2) == 0 {
		w.cutIn = 1 + w.rng.IntN(40)
	}
	if err := w.removal(); err != nil && w.broken == nil {
		w.broken = err
	}
	w.calm = true
}

// removal is a pass that removes zoomtag, in which the power may be cut.
func (w *Walker) removal() (err error) {
	before := w.marks()
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(powerCut); !ok {
				panic(r)
			}
			w.restart()
			err = nil
		}
		w.guard(before)
	}()
	report, err := w.e.Remove(context.Background(), "c", plan.RemoveCancel)
	for _, r := range report.Events {
		w.say("  %s %v %s %s %s", r.ID, r.Steps, r.State, r.Reason, r.Error)
	}
	w.say("  removed: %v %s", report.Removed, report.Reason)
	w.named(&report)
	return err
}

// left lets all be well until zoomtag is removed, checks that nothing of it is left, and takes the removal back.
func (w *Walker) left() error {
	w.leaving, w.calm = true, true
	w.flaky, w.cutIn = 0, 0
	if w.without {
		w.without = false
		w.restart()
	}
	for _, id := range w.events {
		w.cal.Hide(id, false)
	}
	for range 4 {
		w.now = w.now.Add(7 * time.Hour)
		if err := w.removal(); err != nil {
			return fmt.Errorf("removal: %w", err)
		}
	}
	if err := w.checkLeft(); err != nil {
		return fmt.Errorf("after the removal: %w", err)
	}
	w.leaving = false
	w.say("the removal is taken back")
	if _, _, err := w.e.Release(context.Background(), "c"); err != nil {
		return err
	}
	for _, id := range w.events {
		if err := w.wishBack(id); err != nil {
			return err
		}
	}
	return nil
}

// wishBack counts the meeting that an event gets once the removal is taken back: that of its record may be brought
// back, which has another UID where a copy of an event is told from that by its link.
func (w *Walker) wishBack(id string) error {
	w.wish(id, false)
	ev, asked := w.asked(id)
	rec, err := w.st.Record("c", id)
	if err != nil || rec == nil || !asked {
		return err
	}
	if m, _ := plan.ParseMark(rec.Mark); m.Event != plan.Bind(ev.UID) {
		w.needed[m.Event]++
	}
	return nil
}

// checkLeft is what must hold once zoomtag was removed.
func (w *Walker) checkLeft() error {
	st, err := w.st.Calendar("c")
	if err != nil {
		return err
	}
	if st.RemovedAt.IsZero() {
		return errors.New("it does not come to an end")
	}
	for _, id := range w.events {
		ev, there := w.cal.Event(id)
		if !there {
			continue
		}
		if err := w.checkBare(ev); err != nil {
			return fmt.Errorf("%s (%q): %w", id, ev.Title, err)
		}
	}
	for _, l := range w.meetings() {
		if m, _ := plan.ParseMark(l.Mark); !w.excuse[l.Mark] && !w.double[m.Event] {
			return fmt.Errorf("meeting %d (%s, %q) is left", l.ID, l.Mark, l.Spec.Topic)
		}
	}
	return nil
}

// checkBare checks that an event and its exceptions show nothing of ours, and all words of their owner.
func (w *Walker) checkBare(ev calendar.Event) error {
	if ev.Link.Mark+ev.Link.Block != "" {
		return fmt.Errorf("still shows a link (%s)", ev.Link.Mark)
	}
	if want := w.words[ev.ID]; ev.Description != want {
		return fmt.Errorf("the owner's words %q became %q", want, ev.Description)
	}
	return w.checkExceptions(ev, false)
}
