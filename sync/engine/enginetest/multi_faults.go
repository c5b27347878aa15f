package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// storeHook hands over before each transaction, and cuts the power around commits.
func (w *Multi) storeHook(point string) {
	if point == "store.update" {
		w.hand()
		return
	}
	w.cutAt(point)
}

// hand lets others go first.
func (w *Multi) hand() {
	if w.baton != nil {
		w.baton.point()
	}
}

// cutAt is a place where the power may be cut.
func (w *Multi) cutAt(point string) {
	if w.calm || w.cutIn == 0 || w.baton.holder == nil {
		return
	}
	if w.cutIn--; w.cutIn == 0 {
		w.cuts++
		if c := w.insts[0].crew; c != nil && w.rng.IntN(2) == 0 {
			c.die(point)
		}
		w.say("power cut at %s", point)
		w.baton.cutPower(point)
	}
}

// fault is a point of a call: others go first, the power is cut, or the call fails.
func (w *Multi) fault(call, phase string) error {
	w.hand()
	if c := w.insts[0].crew; c != nil {
		c.mayFreeze(call + " " + phase)
	}
	w.cutAt(call + " " + phase)
	if w.calm || w.rng.Float64() >= w.flaky {
		return nil
	}
	w.say("fault: %s %s", call, phase)
	return errFlaky
}

func (w *Multi) calendarHook(call, phase, id string) error {
	err := w.fault("calendar "+call+" "+id, phase)
	if err != nil && phase == "after" && call == "setlink" {
		w.unseen++
	}
	unwritten := phase == "before" && call == "setlink"
	if err != nil && unwritten && w.rng.IntN(3) == 0 {
		return calendar.ErrConflict
	}
	return err
}

func (w *Multi) zoomHook(call, phase string) error {
	counts := call == "create" || call == "update" || call == "cancel"
	if w.full && counts && phase == "before" {
		return &meeting.Throttled{Until: w.now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour), Daily: true,
			Err: errFlaky}
	}
	err := w.fault("zoom "+call, phase)
	if err != nil && phase == "before" {
		return refusal(w.rng, w.now, call)
	}
	if phase == "after" {
		w.watchZoom()
	}
	return err
}

// watchZoom notes what has become of the meetings since it was last asked.
func (w *Multi) watchZoom() {
	there := map[int64]bool{}
	for _, l := range w.live() {
		there[l.ID] = true
		if m, ok := plan.ParseMark(l.Mark); ok && !w.created[l.ID] {
			w.made[m.Event]++
		}
		w.created[l.ID] = true
	}
	for id := range w.created {
		w.gone[id] = !there[id]
	}
	for i, a := range w.accounts() {
		now := a.zoom.Creates() + a.zoom.Updates() + a.zoom.Cancels()
		w.spent[w.now.UTC().Format(time.DateOnly)+" "+a.Host] += now - w.counted[i]
		w.counted[i] = now
	}
}

// pass makes a pass over a calendar of an instance, as a task.
func (w *Multi) pass(in *instance, name string) {
	if w.baton == nil {
		return
	}
	if in.crew != nil && !slices.Contains(w.works(in), name) {
		return // whose calendar it is does not know it, or not any more
	}
	e, life := in.worker(name)
	w.baton.add(life, "pass over "+name, func() error {
		in.running[name]++
		defer func() { in.running[name]-- }()
		report, err := e.Pass(context.Background(), name)
		for _, r := range report.Events {
			w.say("  %s: %s %v %s %s %s", name, r.ID, r.Steps, r.State, r.Reason, r.Error)
			if rec, _ := in.st.Record(name, r.ID); rec != nil && w.whole {
				w.say("    by %s: meeting %d, mark %s, before %v, rival %q", in.account, rec.MeetingID, rec.Mark,
					rec.Former, rec.Rival)
			}
		}
		if fault := errors.Join(Coded(&report), codedState(in.st, name)); fault != nil && w.broken == nil {
			w.broken = fault
		}
		if report.Held {
			w.say("  %s held: %s", name, report.Reason)
			if w.round > 0 && report.Code == reason.OtherCalendar {
				// The first that is read cannot know yet which calendar has its name of before.
				if w.round > 2 && w.broken == nil {
					w.broken = fmt.Errorf("%s is held, and is a calendar that was kept under another name", name)
				}
				return nil
			}
			if w.calm {
				_, _, err := e.Release(context.Background(), name)
				return err
			}
		} else if report.Error != "" {
			w.say("  %s: %s", name, report.Error)
		}
		if in.crew != nil && errors.Is(err, store.ErrFenced) {
			w.say("  %s: %v", name, err)
			return nil
		}
		return err
	})
}

// work lets all passes that were begun come to their ends. After a power cut all zoomtags are started anew.
func (w *Multi) work() {
	cut, err := w.baton.run()
	if err != nil && w.broken == nil && !errors.Is(err, errFlaky) {
		w.broken = err
	}
	if cut {
		for _, in := range w.insts {
			w.restart(in)
		}
	}
}

// mostPasses bounds the passes at work at once: with each that waits it takes longer until the one that is waited for
// has its turn, and meanwhile others would come.
const mostPasses = 8

// between is what happens while passes are at work: mostly nothing.
func (w *Multi) between() {
	if c := w.insts[0].crew; c != nil && !w.calm {
		c.between()
	}
	if w.calm || w.rng.IntN(25) > 0 {
		return
	}
	switch n := w.rng.IntN(10); {
	case n < 6 && len(w.items) > 0:
		w.say(" meanwhile:")
		w.owner()
	case n < 8 && w.may("reload") && len(w.baton.tasks) < mostPasses:
		in := w.insts[w.rng.IntN(len(w.insts))]
		w.reload(in, w.configure(in))
		w.say(" reloaded meanwhile: %v", w.configured(in))
		if names := w.configured(in); len(names) > 0 {
			w.pass(in, names[w.rng.IntN(len(names))])
		}
	}
}
