package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// cancelled is a tagged event that had a meeting, lost its tag, and after the grace period its meeting.
func cancelled(t *testing.T) (w *watch, id, first string) {
	t.Helper()
	w = newWatch(t)
	id = w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	first = w.event(id).Link.JoinURL
	w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk" })
	w.pass()
	w.until(w.now.Add(time.Hour))
	if len(w.zoom.Meetings()) != 0 || first == "" {
		t.Fatal("the meeting was not cancelled")
	}
	return w, id, first
}

const teams = "Join: https://teams.microsoft.com/l/meetup-join/19%3ameeting_abc%40thread.v2/0?context=x"

// TestReturnWithAnotherConference: an event that is tagged again and now has a conference of its own is left alone, and
// comes to rest.
func TestReturnWithAnotherConference(t *testing.T) {
	w, id, _ := cancelled(t)
	w.cal.Edit(id, func(e *calendar.Event) { e.Title, e.Description = "Talk #zoom", teams })
	report := w.pass()
	w.until(w.now.Add(time.Hour))
	if ev := w.event(id); report.Failed() || ev.Link.Mark != "" || len(w.zoom.Meetings()) != 0 {
		t.Errorf("%+v; the event: %+v; %d meetings", report, ev.Link, len(w.zoom.Meetings()))
	}
	// Its own conference goes: now it gets its meeting back.
	w.cal.Edit(id, func(e *calendar.Event) { e.Description = "" })
	w.pass()
	if all := w.zoom.Meetings(); len(all) != 1 || w.zoom.Creates() != 1 || w.event(id).Link.JoinURL != all[0].JoinURL {
		t.Errorf("without it: %+v, %d made", all, w.zoom.Creates())
	}
}

// TestRestoredWithAnotherConference: what a deleted event showed is not what the restored one shows.
func TestRestoredWithAnotherConference(t *testing.T) {
	w := newWatch(t)
	w.put("Something else", 24*time.Hour) // or the calendar would be suddenly empty
	id := w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	w.cal.Delete(id)
	w.pass()
	w.until(w.now.Add(time.Hour))
	w.cal.Restore(id)
	w.cal.Strip(id)
	w.cal.Edit(id, func(e *calendar.Event) { e.URL, e.Location, e.Description = "", "", teams })
	w.pass()
	w.until(w.now.Add(time.Hour))
	if ev := w.event(id); ev.Link.Mark != "" || ev.Description != teams || ev.Location != "" ||
		len(w.zoom.Meetings()) != 0 {
		t.Errorf("%+v; %d meetings", ev, len(w.zoom.Meetings()))
	}
}

// TestReturnSealed: an event that cannot show its link gets no meeting back.
func TestReturnSealed(t *testing.T) {
	w, id, _ := cancelled(t)
	w.cal.Edit(id, func(e *calendar.Event) { e.Title, e.Sealed = "Talk #zoom", "its guests would be mailed" })
	w.pass()
	w.until(w.now.Add(time.Hour))
	if len(w.zoom.Meetings()) != 0 {
		t.Errorf("%+v", w.zoom.Meetings())
	}
}

// TestReturnWithoutMark: whoever took the mark out of the meeting's text at Zoom did not make it another meeting.
func TestReturnWithoutMark(t *testing.T) {
	w := newWatch(t)
	id := w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	first := w.event(id).Link.JoinURL
	w.zoom.OwnerEdit(w.zoom.Meetings()[0].ID, func(l *meetingtest.Live) { l.Mark = "" })
	w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk" })
	w.pass()
	w.until(w.now.Add(time.Hour))
	w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk #zoom" })
	w.pass()
	w.until(w.now.Add(time.Hour))
	if all := w.zoom.Meetings(); len(all) != 1 || all[0].JoinURL != first || w.event(id).Link.JoinURL != first {
		t.Errorf("%+v; the event shows %q, before %q", all, w.event(id).Link.JoinURL, first)
	}
}

// TestAnotherAccount: a meeting of the account before is nothing to be brought back, and the advice that is given
// helps.
func TestAnotherAccount(t *testing.T) {
	w := newWatch(t)
	id := w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	settings := w.settings()
	settings.Account = plan.AccountHash("b")
	other := &meetingtest.Fake{Now: func() time.Time { return w.now }}
	w.e = engine.New(w.st, []*engine.Calendar{{Name: "c", Source: w.cal, Detects: "b", Settings: &settings}},
		engine.Options{Accounts: []engine.Account{{Hash: settings.Account, Meetings: other, Budgeted: true,
			Main: true}}, Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
	w.pass()
	rec, err := w.st.Record("c", id)
	if err != nil || rec.State != plan.Held {
		t.Fatalf("%+v, %v", rec, err)
	}
	// "remove the tag, wait for the grace period, and tag it again"
	w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk" })
	w.pass()
	w.until(w.now.Add(time.Hour))
	w.cal.Edit(id, func(e *calendar.Event) { e.Title = "Talk #zoom" })
	w.pass()
	w.until(w.now.Add(time.Hour))
	if rec, err = w.st.Record("c", id); err != nil || rec.State != plan.Linked || len(other.Meetings()) != 1 {
		t.Errorf("%s (%s), %v, %d meetings", rec.State, rec.Reason, err, len(other.Meetings()))
	}
}

// TestReadingIsFree: what never reached Zoom, and was not counted, is not taken off what was.
func TestReadingIsFree(t *testing.T) {
	w := newWatch(t)
	for i := range 5 {
		w.put(fmt.Sprintf("Talk %d #zoom", i), 20*24*time.Hour)
	}
	w.pass()
	w.fail = fmt.Errorf("%w: no token", meeting.ErrNotSent)
	// no check is due yet on the first day
	w.until(w.now.Add(12 * time.Hour).Truncate(24 * time.Hour).Add(23 * time.Hour))
	w.now = w.now.Truncate(24 * time.Hour).Add(25 * time.Hour)
	id := w.put("One more #zoom", 20*24*time.Hour)
	w.pass()
	day := w.now.UTC().Format(time.DateOnly)
	w.until(w.now.Add(12 * time.Hour))
	used, err := w.st.BudgetUsed(alice.BudgetKey("alice@example.com"), day)
	if err != nil || used != 1 || w.event(id).Link.Mark == "" {
		t.Errorf("used on %s: %d, %v; want 1, however often meetings could not be read (%d readings)", day, used, err,
			len(w.gets))
	}
}

// TestChecksWait: while Zoom wants to be left alone, or does not let meetings be read, nobody asks again and again.
func TestChecksWait(t *testing.T) {
	for _, c := range []struct {
		name string
		fail func(w *watch) error
		most int
	}{
		{"throttled", func(w *watch) error {
			return &meeting.Throttled{Until: w.now.Add(6 * time.Hour), Err: fmt.Errorf("slowly")}
		}, 2},
		{"denied", func(*watch) error { return fmt.Errorf("%w: no scope", meeting.ErrDenied) }, 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWatch(t)
			for i := range 10 {
				w.put(fmt.Sprintf("Talk %d #zoom", i), 20*24*time.Hour)
			}
			w.pass()
			w.until(w.now.Add(23 * time.Hour))
			w.gets, w.fail = nil, c.fail(w)
			w.fail = func() error { w.now = w.now.Add(90 * time.Minute); return c.fail(w) }()
			w.until(w.now.Add(5 * time.Hour))
			if len(w.gets) == 0 || len(w.gets) > c.most {
				t.Errorf("%d readings in 6 hours", len(w.gets))
			}
		})
	}
}

// TestForgottenText: where the database was lost, Zoom's own invitation is not taken for words of the owner's.
func TestForgottenText(t *testing.T) {
	for _, untag := range []bool{true, false} {
		w := newWatch(t)
		settings := w.settings()
		settings.Text = plan.Invitation
		clock := func() time.Time { return w.now }
		build := func(st *store.Store) {
			w.st = st
			w.e = engine.New(st, []*engine.Calendar{{Name: "c", Source: w.cal, Settings: &settings}},
				engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: inviting{w.zoom},
					Main: true}}, Now: clock, Jitter: func() float64 { return 0 }})
		}
		build(w.st)
		id := w.put("Talk #zoom", 20*24*time.Hour)
		w.pass()
		if !strings.Contains(w.event(id).Description, "is inviting you") {
			t.Fatalf("%q", w.event(id).Description)
		}
		st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true,
			Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		build(st)
		w.cal.Edit(id, func(e *calendar.Event) {
			if untag {
				e.Title = "Talk"
				return
			}
			e.Start, e.End, e.Until = e.Start.Add(time.Hour), e.End.Add(time.Hour), e.Until.Add(time.Hour)
			e.Title = "Talk renamed #zoom"
		})
		w.pass()
		w.until(w.now.Add(time.Hour))
		want := 1
		if untag {
			want = 0
		}
		if text := w.event(id).Description; strings.Count(text, "is inviting you") != want {
			t.Errorf("untagged %v: %q", untag, text)
		}
	}
}

// inviting is a service with an invitation text that names the topic.
type inviting struct{ *meetingtest.Fake }

func (i inviting) Invitation(ctx context.Context, id int64) (string, error) {
	m, err := i.Get(ctx, id)
	return "Alice is inviting you to a meeting about " + m.Topic + "\nOne tap mobile +4969,,1#\n" + m.JoinURL, err
}

// TestInvitationIsAskedForAgain: a text that could not be had, for lack of a scope, is had when the meeting is looked
// at the next time.
func TestInvitationIsAskedForAgain(t *testing.T) {
	w := newWatch(t)
	lacks := true
	settings := w.settings()
	settings.Text = plan.Invitation
	w.e = engine.New(w.st, []*engine.Calendar{{Name: "c", Source: w.cal, Settings: &settings}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"),
			Meetings: scoped{inviting{w.zoom}, &lacks}, Main: true}}, Now: func() time.Time { return w.now },
			Jitter: func() float64 { return 0 }})
	id := w.put("Talk #zoom", 20*24*time.Hour)
	w.pass()
	if ev := w.event(id); ev.Link.Mark == "" || strings.Contains(ev.Description, "is inviting you") {
		t.Fatalf("%q", ev.Description)
	}
	lacks = false
	w.until(w.now.Add(25 * time.Hour))
	if text := w.event(id).Description; !strings.Contains(text, "is inviting you") {
		t.Errorf("%q", text)
	}
}

// scoped is a service whose invitation needs a scope that may be lacking.
type scoped struct {
	inviting
	lacks *bool
}

func (s scoped) Invitation(ctx context.Context, id int64) (string, error) {
	if *s.lacks {
		return "", fmt.Errorf("%w: the scope is lacking", meeting.ErrDenied)
	}
	return s.inviting.Invitation(ctx, id)
}

// alice is the account whose hosts' calls are counted in these tests.
var alice = &engine.Account{Hash: plan.AccountHash("a")}
