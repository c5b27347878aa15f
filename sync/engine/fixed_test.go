package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// timed is a calendar with one series.
type timed struct {
	*calendartest.Fake
	details calendar.Details
	fail    error
}

// Describe implements calendar.Describer.
func (c *timed) Describe(context.Context, string) (calendar.Details, error) { return c.details, c.fail }

// newTimed is a watch whose calendar has a series on thirty days from the day after tomorrow on.
func newTimed(t *testing.T) (*watch, *timed, string) {
	w := newWatch(t)
	start := w.now.Add(48 * time.Hour)
	c := &timed{Fake: w.cal, details: calendar.Details{UID: "u", Start: start, End: start.Add(time.Hour), Zone: "UTC",
		Recurrence: []string{"RRULE:FREQ=DAILY;COUNT=30"}}}
	w.e = engine.New(w.st, []*engine.Calendar{{Name: "c", Source: c, Settings: new(w.settings())}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom, Budgeted: true,
			Main: true}}, Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
	id := w.cal.Put(calendar.Event{Title: "Daily #zoom(fixed)", Start: start, End: start.Add(time.Hour),
		Until: start.AddDate(0, 0, 29).Add(time.Hour), Series: true, Zone: "UTC"})
	return w, c, id
}

// moved are the details with n occurrences moved by an hour.
func (c *timed) moved(n int) {
	c.details.Occurrences = nil
	for i := range n {
		at := c.details.Start.AddDate(0, 0, i)
		c.details.Occurrences = append(c.details.Occurrences,
			calendar.Occurrence{RecurrenceID: at, Start: at.Add(time.Hour), End: at.Add(2 * time.Hour)})
	}
}

// TestFixedBudget: each occurrence that is moved costs one of the host's calls, and all that are counted are sent,
// however many they are.
func TestFixedBudget(t *testing.T) {
	w, c, id := newTimed(t)
	c.moved(25)
	r := w.pass()
	m := w.zoom.Meetings()[0]
	used, err := w.st.BudgetUsed(alice.BudgetKey("alice@example.com"), w.now.Format(time.DateOnly))
	if err != nil || used != 26 || w.zoom.Updates() != 25 || len(m.Spec.Schedule.Moved) != 25 ||
		m.Spec.Kind != meeting.Fixed {
		t.Errorf("%d used, %d updates, %v; Zoom has %+v", used, w.zoom.Updates(), err, m.Spec)
	}
	if got := fmt.Sprint(r.Events[0].Steps); got != "[create update link]" || !strings.Contains(w.event(id).Description,
		m.JoinURL) {
		t.Errorf("steps %s", got)
	}
	w.pass()
	if again := w.pass(); len(again.Events) > 0 || w.zoom.Updates() != 25 {
		t.Errorf("%+v", again)
	}
}

// TestFixedCut: whatever fails on the way, the rest is done later, and nothing twice.
func TestFixedCut(t *testing.T) {
	for fails := range 9 {
		w, c, _ := newTimed(t)
		c.moved(5)
		calls := 0
		w.zoom.Hook = func(call, phase string) error {
			if (call == "create" || call == "update") && phase == "after" {
				if calls++; calls == fails {
					return errors.New("the answer is lost")
				}
			}
			return nil
		}
		w.pass()
		for range 5 {
			w.now = w.now.Add(time.Hour)
			w.pass()
		}
		all := w.zoom.Meetings()
		if len(all) != 1 || w.zoom.Creates() != 1 || len(all[0].Spec.Schedule.Moved) != 5 {
			t.Errorf("call %d: %d creates, %+v", fails, w.zoom.Creates(), all)
		}
	}
}

// TestFixedChangedAtZoom: the calendar stays the master of the times, and what is over is nobody's business.
func TestFixedChangedAtZoom(t *testing.T) {
	w, c, _ := newTimed(t)
	c.moved(1)
	w.pass()
	m := w.zoom.Meetings()[0]
	w.zoom.OwnerEdit(m.ID, func(l *meetingtest.Live) {
		changed := *l.Spec.Schedule
		changed.Removed = append(slices.Clone(changed.Removed), c.details.Start.AddDate(0, 0, 4))
		l.Spec.Schedule = &changed
	})
	w.until(w.now.Add(26 * time.Hour))
	if got := w.zoom.Meetings()[0].Spec; len(got.Schedule.Removed) > 0 || len(got.Schedule.Moved) != 1 {
		t.Errorf("Zoom still has %+v", got.Schedule)
	}
	updates := w.zoom.Updates()
	w.until(w.now.AddDate(0, 0, 8))
	if w.zoom.Updates() != updates {
		t.Errorf("%d updates while time passed", w.zoom.Updates()-updates)
	}
}

// TestFixedUnknown: a calendar that cannot say when a series takes place gives it a lasting link; one that fails is
// asked again.
func TestFixedUnknown(t *testing.T) {
	w, c, _ := newTimed(t)
	c.fail = errors.New("no answer")
	if r := w.pass(); r.Events[0].State != "failed" || len(w.zoom.Meetings()) > 0 {
		t.Errorf("%+v", r)
	}
	c.fail = nil
	w.now = w.now.Add(time.Hour)
	if r := w.pass(); r.Events[0].State != "linked" || w.zoom.Meetings()[0].Spec.Kind != meeting.Fixed {
		t.Errorf("%+v", r)
	}
	for name, change := range map[string]func(w *watch, c *timed) calendar.Calendar{
		"it cannot": func(w *watch, _ *timed) calendar.Calendar { return w.cal },
		"nobody can": func(_ *watch, c *timed) calendar.Calendar {
			c.fail = fmt.Errorf("%w: it has an EXRULE", calendar.ErrMalformed)
			return c
		},
		"Zoom cannot": func(_ *watch, c *timed) calendar.Calendar {
			c.details.Recurrence = []string{"RRULE:FREQ=DAILY"}
			return c
		},
	} {
		w, c, _ := newTimed(t)
		source := change(w, c)
		w.e = engine.New(w.st, []*engine.Calendar{{Name: "c", Source: source, Settings: new(w.settings())}},
			engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom, Budgeted: true,
				Main: true}}, Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
		if r := w.pass(); r.Events[0].State != "linked" || !strings.Contains(r.Events[0].Reason, "one lasting link") ||
			w.zoom.Meetings()[0].Spec.Kind != meeting.Lasting {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
