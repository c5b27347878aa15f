package enginetest

import (
	"errors"
	"fmt"

	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// Coded returns what a report tells of without a code of the list, though it is held, waits or has failed; nil where
// there is no such thing.
func Coded(r *engine.Report) error {
	var bare []error
	stands := r.Held || r.Error != "" || r.Unfinished != ""
	if err := coded(r.Code, stands); err != nil {
		bare = append(bare, fmt.Errorf("calendar %s (%s %s): %w", r.Name, r.Reason, r.Error, err))
	}
	for i := range r.Events {
		ev := &r.Events[i]
		if err := coded(ev.Code, ev.Error != "" || stops(ev.State)); err != nil {
			bare = append(bare, fmt.Errorf("%s, %s (%s): %w", ev.ID, ev.State, ev.Reason, err))
		}
	}
	return errors.Join(bare...)
}

// named checks that a pass has named a code for all that is held, waits or has failed, in its report and in the store.
func (w *Walker) named(r *engine.Report) {
	if err := errors.Join(Coded(r), codedState(w.st.Store, "c")); err != nil && w.broken == nil {
		w.broken = err
	}
}

// codedState is Coded for what a store remembers of a calendar.
func codedState(st *store.Store, name string) error {
	state, err := st.Calendar(name)
	if err != nil {
		return err
	}
	bare := []error{coded(reason.Code(state.HeldCode), state.HeldReason != ""),
		coded(reason.Code(state.ErrorCode), state.LastError != "")}
	problems, err := st.Problems(name)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if err := coded(reason.Code(p.Code), true); err != nil {
			bare = append(bare, fmt.Errorf("the problem of %s (%s): %w", p.ID, p.Reason, err))
		}
	}
	records, err := st.Records(name)
	if err != nil {
		return err
	}
	for _, rec := range records {
		open := !rec.Closed()
		if err := coded(reason.Code(rec.Code), open && (rec.Error != "" || stops(rec.State))); err != nil {
			bare = append(bare, fmt.Errorf("the record of %s, %s (%s): %w", rec.EventID, rec.State, rec.Reason, err))
		}
	}
	return errors.Join(bare...)
}

// stops reports whether an event in a state is held, waits or has failed.
func stops(state string) bool {
	switch state {
	case plan.Held, plan.Failed, plan.Doubt, plan.Pending, plan.Ending:
		return true
	}
	return false
}

// coded reports, as an error, that a code is none of the list, or that there is none where there has to be one.
func coded(code reason.Code, needed bool) error {
	if _, known := code.Row(); !known && (needed || code != "") {
		return fmt.Errorf("the code is %q", code)
	}
	return nil
}
