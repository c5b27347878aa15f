package enginetest

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// Contract goes with the suite of package calendartest: what an owner does in a world of its, one thing after the
// other, is planned and then passed, and the pass does just what the plan has said.
func Contract(t *testing.T, h calendartest.Harness) {
	t.Helper()
	w := newContract(t, h)
	for _, act := range contractActs {
		act.do(w)
		w.settle(act.name)
	}
	w.remove()
	for _, step := range []string{"create", "update", "link", "unlink"} {
		if !slices.Contains(w.steps, step) {
			t.Errorf("nothing was foretold of %q: the steps were %q", step, w.steps)
		}
	}
}

// contract is a world of the suite, and an engine at work in it.
type contract struct {
	calendartest.World
	t         *testing.T
	e         *engine.Engine
	zoom      *meetingtest.Fake
	unnoticed time.Duration
	ahead     time.Duration // of the clock, by now
	ids       map[string]string
	steps     []string // that were taken
}

// contractActs are what an owner does; the names of events are those of their titles.
var contractActs = []struct {
	name string
	do   func(w *contract)
}{
	{"nothing", func(*contract) {}},
	{"plain and tagged events", func(w *contract) {
		w.put("Dentist")
		w.put("Talk #zoom")
		w.put("Walk #zoom(45m)")
		w.put("Odd #zoom(scheduled, personal)")
	}},
	{"nothing more", func(*contract) {}},
	{"another title", func(w *contract) { w.edit("Talk #zoom", func(e *calendar.Event) { e.Title = "Review #zoom" }) }},
	{"another time", func(w *contract) {
		w.edit("Walk #zoom(45m)",
			func(e *calendar.Event) { e.Start, e.End = e.Start.Add(time.Hour), e.End.Add(time.Hour) })
	}},
	{"a tag", func(w *contract) { w.edit("Dentist", func(e *calendar.Event) { e.Title = "Dentist #zoom" }) }},
	{"a series", func(w *contract) {
		event := contractEvent("Daily #zoom")
		w.ids[event.Title] = w.PutSeries(event, 4)
	}},
	{"a date left out", func(w *contract) { w.CancelDate(w.ids["Daily #zoom"], 1) }},
	{"a date of its own", func(w *contract) { w.ExceptDate(w.ids["Daily #zoom"], 2, "Daily, long", "Bring tea") }},
	{"the tag taken out", func(w *contract) { w.edit("Dentist", func(e *calendar.Event) { e.Title = "Dentist" }) }},
	{"deleted", func(w *contract) {
		w.Delete(w.ids["Talk #zoom"])
		w.later(w.unnoticed)
	}},
	{"the grace period over", func(w *contract) { w.later(time.Hour) }},
	{"one that is unreachable", func(w *contract) {
		failure := calendartest.ServerError
		if w.Misbehave(failure) != nil {
			failure = calendartest.Missing
			if err := w.Misbehave(failure); err != nil {
				w.t.Fatalf("%s: %v", failure, err)
			}
		}
	}},
	{"healed", func(w *contract) { w.Heal() }},
}

func newContract(t *testing.T, h calendartest.Harness) *contract {
	t.Helper()
	w := &contract{World: h.New(t), t: t, ids: map[string]string{}, unnoticed: h.Unnoticed}
	clock := h.Now
	if clock == nil {
		clock = time.Now
	}
	now := func() time.Time { return clock().Add(w.ahead) }
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: now, NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w.zoom = &meetingtest.Fake{Now: now}
	account := plan.AccountHash("a")
	c := &engine.Calendar{Name: "c", Provider: "suite", Source: w.Calendar(), Detects: "1", Settings: &plan.Settings{
		Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Keep: true},
		Host:  "alice@example.com", Account: account, Location: "if-empty", Grace: 10 * time.Minute}}
	w.e = engine.New(st, []*engine.Calendar{c}, engine.Options{Now: now, Jitter: func() float64 { return 0 },
		Accounts: []engine.Account{{Hash: account, Meetings: w.zoom, Main: true}}})
	return w
}

// contractEvent is an event that is some days ahead.
func contractEvent(title string) calendar.Event {
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	return calendar.Event{Title: title, Description: "Agenda", Start: start, End: start.Add(time.Hour), Zone: "UTC"}
}

func (w *contract) put(title string) { w.ids[title] = w.Put(contractEvent(title)) }

func (w *contract) edit(name string, change func(*calendar.Event)) { w.Edit(w.ids[name], change) }

// later moves the clock of the engine, and that of the adapter where it has one of its own.
func (w *contract) later(d time.Duration) {
	w.ahead += d
	if clock, ok := w.World.(calendartest.Clock); ok {
		clock.Later(d)
	}
}

// settle plans and passes twice: the second time sees our own writes.
func (w *contract) settle(act string) {
	w.t.Helper()
	for n := range 2 {
		w.later(time.Minute)
		if err := w.foretold(); err != nil {
			w.t.Errorf("after %s, pass %d: %v", act, n+1, err)
		}
	}
}

func (w *contract) foretold() error {
	planned, err := w.e.Plan(w.t.Context(), "c")
	if err != nil {
		return err
	}
	if _, err := w.e.Retry(engine.Again{Calendars: []string{"c"}}); err != nil {
		return err
	}
	done, err := w.e.Pass(w.t.Context(), "c")
	if err != nil {
		return err
	}
	for _, ev := range done.Events {
		w.steps = append(w.steps, ev.Steps...)
	}
	return Foretold(planned, done)
}

// remove has zoomtag leave the calendar: as it was planned, and nothing of it is left.
func (w *contract) remove() {
	w.t.Helper()
	w.later(time.Minute)
	planned, err := w.e.PlanRemoval(w.t.Context(), "c", plan.RemoveCancel)
	if err != nil {
		w.t.Fatal(err)
	}
	done, err := w.e.Remove(w.t.Context(), "c", plan.RemoveCancel)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := Foretold(planned, done); err != nil {
		w.t.Errorf("removal: %v", err)
	}
	if !done.Removed {
		w.t.Errorf("the removal does not come to an end: %s %+v", done.Reason, done.Events)
	}
	for name, id := range w.ids {
		ev, err := w.Calendar().Get(w.t.Context(), id)
		if left := ev.Link.Mark + ev.Link.Block + ev.Link.JoinURL + ev.Link.Tag; err == nil && left != "" {
			w.t.Errorf("%s still has a link: %+v", name, ev.Link)
		}
	}
	if left := w.zoom.Meetings(); len(left) > 0 {
		w.t.Errorf("meetings are left: %+v", left)
	}
}
