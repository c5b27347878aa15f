package enginetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// linkName is what the names begin with under which files are remembered that were linked by themselves.
const linkName = "link "

// folder is a file with one event, as the engine sees it for one command: each time in a folder of its own.
type folder struct {
	*watched
	path string
}

// Changes implements calendar.Calendar.
func (f folder) Changes(ctx context.Context, cursor string) (calendar.Changes, error) {
	changes, err := f.watched.Changes(ctx, cursor)
	changes.Source = f.path
	return changes, err
}

// file puts an event into a file: one of its own, or one that is exported from a calendar and keeps its UID.
func (w *Multi) file() {
	if !w.single() {
		return
	}
	f := calendartest.NewFake()
	f.Hook = w.calendarHook
	c := &watched{Fake: f, id: fmt.Sprintf("/files/%d", len(w.files)), file: true}
	before := len(w.items)
	if it := w.any(); it != nil && w.rng.IntN(2) == 0 {
		ev, there := it.cal.Event(it.id)
		if !there || ev.Denied != "" || it.cal.file { // to the command, a copy of a file is that file
			return
		}
		if slices.ContainsFunc(w.files, func(f *item) bool { return f.uid == it.uid }) {
			return
		}
		w.add(c, ev, it.words)
	} else {
		w.putInto(c)
	}
	w.files = append(w.files, w.items[before])
}

// any is an item, or nil where there is none.
func (w *Multi) any() *item {
	if len(w.items) == 0 {
		return nil
	}
	return w.pick()
}

// commands has the owner link a file while passes are at work.
func (w *Multi) commands() {
	if len(w.files) > 0 && w.may("command") && w.rng.IntN(2) == 0 {
		w.link(w.insts[0], w.files[w.rng.IntN(len(w.files))])
	}
}

// link is the command of that name, as a task: a pass over the file alone. The owner asks for a meeting each time.
func (w *Multi) link(in *instance, it *item) {
	e, life := in.worker(linkName + it.uid)
	w.baton.add(life, "link "+it.id, func() error {
		w.tick++
		settings := w.settings(in)
		settings.Rules.Command = true
		c := &engine.Calendar{Name: linkName + it.uid, Provider: "ics",
			Source:   folder{it.cal, fmt.Sprint("/tmp/", w.tick)},
			Settings: &settings, Detects: fmt.Sprint(w.tick)}
		w.wishes[plan.Bind(it.uid)]++
		report, err := e.Once(context.Background(), c)
		for _, r := range report.Events {
			w.say("  link: %s %v %s %s %s", r.ID, r.Steps, r.State, r.Reason, r.Error)
		}
		if fault := Coded(&report); fault != nil && w.broken == nil {
			w.broken = fault
		}
		if in.crew != nil && errors.Is(err, store.ErrFenced) {
			return nil
		}
		return err
	})
}

// rulesOf are the rules for the items of a calendar. A file needs no tag: the command says it.
func (w *Multi) rulesOf(c *watched) plan.Rules {
	rules := w.rules
	rules.Command = c.file
	return rules
}

// spendBudget says that the hosts have almost used up what Zoom allows on a day, by calls of ours.
func (w *Multi) spendBudget() {
	w.limited = true
	day := w.now.UTC().Format("2006-01-02")
	for _, a := range w.accounts() {
		calls := engine.DailyLimit - engine.DailyReserve - 6 + w.rng.IntN(engine.DailyReserve+8)
		err := w.insts[0].st.Update(func(tx *store.Tx) error {
			for w.spent[day+" "+a.Host] < calls {
				if ok, err := tx.Spend(store.Host(a.Host+"\x00"+a.Hash), day, engine.DailyLimit); err != nil || !ok {
					return err
				}
				w.spent[day+" "+a.Host]++
			}
			return nil
		})
		if err != nil {
			w.broken = err
		}
		w.say("%d calls for %s were made today", w.spent[day+" "+a.Host], a.Host)
	}
}
