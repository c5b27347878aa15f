package engine_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// watch is a calendar and a Zoom account whose owner changes meetings at Zoom, with a clock that a test moves.
type watch struct {
	t    *testing.T
	now  time.Time
	cal  *calendartest.Fake
	zoom *meetingtest.Fake
	st   *store.Store
	e    *engine.Engine
	gets []time.Time // when meetings were read
	fail error       // of reading a meeting
}

func newWatch(t *testing.T) *watch {
	t.Helper()
	w := &watch{t: t, now: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC), cal: calendartest.NewFake()}
	clock := func() time.Time { return w.now }
	w.zoom = &meetingtest.Fake{Now: clock, Hook: func(call, phase string) error {
		if call == "get" && phase == "before" {
			w.gets = append(w.gets, w.now)
			return w.fail
		}
		return nil
	}}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w.st = st
	w.e = engine.New(st, []*engine.Calendar{{Name: "c", Source: w.cal, Settings: new(w.settings())}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom, Budgeted: true,
			Main: true}}, Now: clock, Jitter: func() float64 { return 0 }})
	return w
}

// settings are those of a usual configuration.
func (*watch) settings() plan.Settings {
	return plan.Settings{Rules: plan.Rules{Words: []string{"#zoom"}, Keep: true}, Host: "alice@example.com",
		Account: plan.AccountHash("a"), Grace: 10 * time.Minute, Checks: true}
}

func (w *watch) pass() engine.Report {
	w.t.Helper()
	report, err := w.e.Pass(w.t.Context(), "c")
	if err != nil {
		w.t.Fatal(err)
	}
	return report
}

// until makes the passes that are due until a time, as the schedule would.
func (w *watch) until(end time.Time) {
	w.t.Helper()
	for {
		next, err := w.st.NextDue("c")
		if err != nil {
			w.t.Fatal(err)
		}
		if next.IsZero() || next.After(end) {
			break
		}
		if next.After(w.now) {
			w.now = next
		} else {
			w.now = w.now.Add(time.Second)
		}
		w.pass()
	}
	w.now = end
	w.pass()
}

func (w *watch) put(title string, in time.Duration) (id string) {
	start := w.now.Add(in)
	return w.cal.Put(calendar.Event{Title: title, Start: start, End: start.Add(time.Hour), Until: start.Add(time.Hour)})
}

func (w *watch) event(id string) calendar.Event {
	w.t.Helper()
	ev, err := w.cal.Get(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return ev
}

// TestChecks: once a day, and a day, an hour and ten minutes before the event begins.
func TestChecks(t *testing.T) {
	w := newWatch(t)
	w.put("Talk #zoom", 76*time.Hour)
	start := w.now.Add(76 * time.Hour)
	w.pass()
	w.gets = nil
	w.until(start.Add(3 * time.Hour))
	var before []string
	for _, at := range w.gets {
		before = append(before, start.Sub(at).String())
	}
	if got := strings.Join(before, " "); got != "52h0m0s 28h0m0s 24h0m0s 1h0m0s 10m0s" {
		t.Errorf("read before the start: %s", got)
	}
	if w.cal.Writes() != 1 || w.zoom.Updates() > 0 {
		t.Errorf("%d writes, %d updates", w.cal.Writes(), w.zoom.Updates())
	}
}

// TestChangedAtZoom: the event shows what gets people in, and the meeting says what the event says.
func TestChangedAtZoom(t *testing.T) {
	w := newWatch(t)
	id := w.put("Talk #zoom", 10*24*time.Hour)
	w.pass()
	m := w.zoom.Meetings()[0]
	w.zoom.OwnerEdit(m.ID, func(l *meetingtest.Live) { l.Passcode = "changed" })
	w.until(w.now.Add(25 * time.Hour))
	if now := w.zoom.Meetings()[0]; w.event(id).Link.JoinURL != now.JoinURL || now.JoinURL == m.JoinURL ||
		!strings.Contains(w.event(id).Description, "changed") {
		t.Errorf("the event shows %q, the link is %q", w.event(id).Link.JoinURL, now.JoinURL)
	}
	w.zoom.OwnerEdit(m.ID, func(l *meetingtest.Live) { l.Spec.Topic = "Something else" })
	w.until(w.now.Add(25 * time.Hour))
	if now := w.zoom.Meetings()[0]; now.Spec.Topic != "Talk" {
		t.Errorf("the topic is %q", now.Spec.Topic)
	}
	journal, err := w.st.Journal(store.JournalFilter{})
	if err != nil {
		t.Fatal(err)
	}
	said := fmt.Sprint(journal)
	for _, want := range []string{"the event follows", "those of the event again"} {
		if !strings.Contains(said, want) {
			t.Errorf("the journal does not say %q", want)
		}
	}
	w.zoom.OwnerDelete(m.ID)
	w.until(w.now.Add(25 * time.Hour))
	if all := w.zoom.Meetings(); len(all) != 1 || all[0].ID == m.ID || w.event(id).Link.JoinURL != all[0].JoinURL {
		t.Errorf("after it was deleted: %+v, the event shows %q", all, w.event(id).Link.JoinURL)
	}
}

// TestCheckFails: nothing is concluded, and it is tried again.
func TestCheckFails(t *testing.T) {
	w := newWatch(t)
	id := w.put("Talk #zoom", 10*24*time.Hour)
	w.pass()
	shown := w.event(id).Link.JoinURL
	w.fail = errors.New("no route to host")
	w.until(w.now.Add(26 * time.Hour))
	rec, err := w.st.Record("c", id)
	if err != nil || rec.State != plan.Linked || !strings.Contains(rec.Reason, "could not be looked at") ||
		w.event(id).Link.JoinURL != shown {
		t.Errorf("%+v, %v", rec, err)
	}
	w.fail = meeting.ErrGone // once is a question
	w.now = w.now.Add(20 * time.Minute)
	w.pass()
	w.fail = nil
	w.until(w.now.Add(time.Hour))
	if w.zoom.Creates() != 1 || w.event(id).Link.JoinURL != shown {
		t.Errorf("%d meetings were made", w.zoom.Creates())
	}
}

// TestVerdictsAreOfWhatStands: what was found of a meeting says nothing of what it has become since, nor of the next
// one.
func TestVerdictsAreOfWhatStands(t *testing.T) {
	w := newWatch(t)
	found := []store.Verdict{{Code: "ZT-000", Severity: "error", What: "it does not work"}}
	w.e = engine.New(w.st, []*engine.Calendar{{Name: "c", Source: w.cal, Settings: new(w.settings())}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: inspected{w.zoom},
			Main: true}},
			Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 },
			Judge: func(_ context.Context, look engine.Look) []store.Verdict {
				if look.Meeting.JoinURL != look.Event.Link.JoinURL || look.Record.EventID != look.Event.ID {
					t.Errorf("%+v", look)
				}
				return found
			}})
	id := w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	verdicts := func() int {
		t.Helper()
		rec, err := w.st.Record("c", id)
		if err != nil {
			t.Fatal(err)
		}
		return len(rec.Verdicts)
	}
	w.until(w.now.Add(25 * time.Hour))
	if verdicts() != 1 {
		t.Fatalf("%d verdicts", verdicts())
	}
	first := w.zoom.Meetings()[0].ID
	w.zoom.OwnerEdit(first, func(l *meetingtest.Live) { l.Passcode = "other" })
	w.until(w.now.Add(24 * time.Hour))
	if verdicts() != 0 {
		t.Error("another passcode, and the old verdict stands")
	}
	w.until(w.now.Add(24 * time.Hour))
	if verdicts() != 1 {
		t.Error("the next look found nothing")
	}
	w.zoom.OwnerDelete(first)
	w.until(w.now.Add(24 * time.Hour))
	if all := w.zoom.Meetings(); len(all) != 1 || all[0].ID == first || verdicts() != 0 {
		t.Errorf("%+v; %d verdicts about a meeting that is no more", all, verdicts())
	}
}

// inspected is a service that tells no more than the meeting itself.
type inspected struct{ *meetingtest.Fake }

func (i inspected) Inspect(ctx context.Context, id int64) (meeting.Inspection, error) {
	m, err := i.Get(ctx, id)
	return meeting.Inspection{Meeting: m}, err
}

func (inspected) Host(context.Context, string) (meeting.HostFacts, error) {
	return meeting.HostFacts{}, nil
}

func (inspected) Scopes(context.Context) (meeting.Scopes, error) { return meeting.Scopes{}, nil }

func (w *watch) retitle(id, title string) {
	w.cal.Edit(id, func(ev *calendar.Event) { ev.Title = title })
}
