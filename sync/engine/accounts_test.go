package engine

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// two is a bench with a second Zoom account, "b", beside the calendar's, "a". The calendar's host is one of a.
type two struct {
	*bench
	club *meetingtest.Fake
	gone bool // b is not in the configuration
}

func newTwo(t *testing.T) *two {
	w := &two{bench: newBench(t)}
	w.config.Settings.Host = "carol@example.com"
	w.club = &meetingtest.Fake{Now: func() time.Time { return w.now }, Beyond: 1_000_000}
	w.begin()
	return w
}

// begin makes the engine anew, as after a restart or a changed configuration.
func (w *two) begin() {
	a, b := plan.AccountHash("a"), plan.AccountHash("b")
	c := w.config
	c.Settings.Accounts = []plan.Account{{Name: "a", Hash: a, Host: "carol@example.com", API: true},
		{Name: "b", Hash: b, Host: "bob@example.com", API: true}}
	accounts := []Account{{Hash: a, Meetings: w.zoom, Budgeted: true, Main: true},
		{Hash: b, Meetings: w.club, Budgeted: true}}
	if w.gone {
		c.Settings.Accounts, accounts = c.Settings.Accounts[:1], accounts[:1]
		c.Detects += " without b"
	}
	w.e = New(w.st, []*Calendar{&c}, Options{Accounts: accounts, Now: func() time.Time { return w.now },
		Jitter: func() float64 { return 0 }})
}

// lose has the database be lost.
func (w *two) lose() {
	w.t.Helper()
	st, err := store.Open(filepath.Join(w.t.TempDir(), "state.db"),
		store.Options{Now: func() time.Time { return w.now }, NoSync: true, Strict: true})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			w.t.Error(err)
		}
	})
	w.st = st
	w.begin()
}

func (w *two) title(id, title string) {
	w.cal.Edit(id, func(e *calendar.Event) { e.Title = title })
}

// later passes after the grace period is over.
func (w *two) later() Report {
	w.t.Helper()
	w.pass()
	w.now = w.now.Add(11 * time.Minute)
	return w.pass()
}

// has checks how many meetings each account has, and that nothing else was ever made.
func (w *two) has(a, b, madeA, madeB int) {
	w.t.Helper()
	if len(w.zoom.Meetings()) != a || len(w.club.Meetings()) != b || w.zoom.Creates() != madeA ||
		w.club.Creates() != madeB {
		w.t.Fatalf("a has %d of %d made, b %d of %d; want %d of %d, %d of %d", len(w.zoom.Meetings()), w.zoom.Creates(),
			len(w.club.Meetings()), w.club.Creates(), a, madeA, b, madeB)
	}
}

// shows checks that the event shows a meeting of an account.
func (w *two) shows(id string, zoom *meetingtest.Fake) {
	w.t.Helper()
	ev, _ := w.cal.Event(id)
	for _, l := range zoom.Meetings() {
		if l.Mark == ev.Link.Mark && strings.Contains(ev.Link.Block, l.JoinURL) {
			return
		}
	}
	w.t.Fatalf("the event shows %q (%s)", ev.Link.JoinURL, ev.Link.Mark)
}

// TestChosenAccount: a meeting is made in the account that the tag chooses, or else the calendar's, for a host of that
// account.
func TestChosenAccount(t *testing.T) {
	for title, want := range map[string]struct {
		host string
		club bool
	}{
		"Talk #zoom":                                    {"carol@example.com", false},
		"Talk #zoom(account=a)":                         {"carol@example.com", false},
		"Talk #zoom(account=b)":                         {"bob@example.com", true},
		`Talk #zoom(account="B")`:                       {"bob@example.com", true},
		"Talk #zoom(account=b, host=dora@example.com)":  {"dora@example.com", true},
		"Talk #zoom(account=b) and #zoom(account=B)":    {"bob@example.com", true},
		"Talk #zoom(host=erik@example.com) in two ways": {"erik@example.com", false},
	} {
		w := newTwo(t)
		id := w.put(title, week)
		w.pass()
		zoom := w.zoom
		if want.club {
			zoom = w.club
			w.has(0, 1, 0, 1)
		} else {
			w.has(1, 0, 1, 0)
		}
		w.shows(id, zoom)
		if host := zoom.Meetings()[0].Host; host != want.host || w.record(id).Host != host {
			t.Errorf("%s: hosted by %s, want %s", title, host, want.host)
		}
	}
}

// TestUnknownAccount: who hosts is not guessed.
func TestUnknownAccount(t *testing.T) {
	for title, reason := range map[string]string{
		"Talk #zoom(account=c)":                  `account="c" in the tag is no Zoom account of the configuration: write one of these there: a, b`,
		"Talk #zoom(account=)":                   "write one of these there: a, b",
		"Talk #zoom(account=a) #zoom(account=b)": "account=a and account=b contradict each other",
	} {
		w := newTwo(t)
		id := w.put(title, week)
		r := w.pass()
		if len(r.Events) != 1 || r.Events[0].State != plan.Held || !strings.Contains(r.Events[0].Told(), reason) {
			t.Errorf("%s: %+v", title, r.Events)
		}
		w.has(0, 0, 0, 0)
		// What there is, stays meanwhile.
		w.title(id, "Talk #zoom")
		w.pass()
		w.title(id, title)
		w.later()
		w.has(1, 0, 1, 0)
		if rec := w.record(id); rec.State != plan.Held || !strings.Contains(words.Join(rec.Reason, rec.Cure), reason) {
			t.Errorf("%s, with a meeting: %s (%s)", title, rec.State, words.Join(rec.Reason, rec.Cure))
		}
	}
}

// TestAccountSwitched: an event that asks for another account keeps its meeting, which goes on following it, and hears
// how to get another one.
func TestAccountSwitched(t *testing.T) {
	w := newTwo(t)
	id := w.put("Talk #zoom", week)
	w.pass()
	w.title(id, "Chat #zoom(account=b)")
	w.pass()
	w.has(1, 0, 1, 0)
	w.shows(id, w.zoom)
	rec := w.record(id)
	if rec.State != plan.Linked || w.zoom.Meetings()[0].Spec.Topic != "Chat" ||
		!strings.Contains(strings.Join(rec.Notes, "; "), "stays in Zoom account a: Zoom cannot move it to b; for a "+
			"meeting there remove the tag, wait for the grace period, and tag it again") {
		t.Errorf("%s: %q, topic %q", rec.State, strings.Join(rec.Notes, "; "), w.zoom.Meetings()[0].Spec.Topic)
	}
	r, err := w.e.Plan(context.Background(), "c")
	if err != nil || len(r.Events) != 1 || !strings.Contains(r.Events[0].Reason, strings.Join(rec.Notes, "; ")) {
		t.Errorf("plan says %+v, %v", r.Events, err)
	}
	// The database is lost: the meeting is found where it is, with its block or without.
	w.lose()
	w.pass()
	w.has(1, 0, 1, 0)
	w.lose()
	w.cal.Edit(id, func(e *calendar.Event) { e.Description = "" })
	w.pass()
	w.has(1, 0, 1, 0)
	w.shows(id, w.zoom)
	// The advice helps.
	w.title(id, "Chat")
	w.later()
	w.has(0, 0, 1, 0)
	w.title(id, "Chat #zoom(account=b)")
	w.pass()
	w.has(0, 1, 1, 1)
	w.shows(id, w.club)
	if rec := w.record(id); len(rec.Notes) > 0 {
		t.Errorf("still unmet: %q", strings.Join(rec.Notes, "; "))
	}
}

// TestCalendarSwitched: what a calendar has lives on in the account where it was made, by the mark, whatever the
// calendar's account is now.
func TestCalendarSwitched(t *testing.T) {
	w := newTwo(t)
	id := w.put("Talk #zoom", week)
	w.pass()
	w.config.Settings.Account, w.config.Settings.Host, w.config.Detects = plan.AccountHash("b"), "bob@example.com", "2"
	w.begin()
	other := w.put("New #zoom", week)
	w.pass()
	w.has(1, 1, 1, 1)
	w.shows(id, w.zoom)
	w.shows(other, w.club)
	w.lose()
	w.title(id, "Renamed #zoom")
	w.pass()
	w.has(1, 1, 1, 1)
	if topic := w.zoom.Meetings()[0].Spec.Topic; topic != "Renamed" {
		t.Errorf("topic %q", topic)
	}
	w.title(id, "Renamed")
	w.cal.Delete(other)
	w.put("So that the calendar is not suddenly empty #zoom", week)
	w.later()
	w.has(0, 1, 1, 2)
}

// TestCancelledWhereItIs: in the second account a meeting is found again after a lost database, cancelled and brought
// back as in the first.
func TestCancelledWhereItIs(t *testing.T) {
	w := newTwo(t)
	id := w.put("Talk #zoom(account=b)", week)
	w.pass()
	first, _ := w.cal.Event(id)
	w.lose()
	w.pass()
	w.has(0, 1, 0, 1)
	w.title(id, "Talk")
	w.later()
	w.has(0, 0, 0, 1)
	if w.club.Cancels() != 1 {
		t.Errorf("%d cancelled in b", w.club.Cancels())
	}
	w.title(id, "Talk #zoom(account=b)")
	w.pass()
	if ev, _ := w.cal.Event(id); ev.Link.JoinURL != first.Link.JoinURL {
		t.Errorf("not brought back: %q", ev.Link.JoinURL)
	}
	w.has(0, 1, 0, 1)
	// One that was cancelled in b is nothing to be brought back for an event that now asks for a.
	w.title(id, "Talk")
	w.later()
	w.title(id, "Talk #zoom")
	w.pass()
	w.has(1, 0, 1, 1)
	w.shows(id, w.zoom)
}

// TestAnswerLostThenSwitched: a meeting that may have been made is looked for in the account where that was, before one
// is made elsewhere.
func TestAnswerLostThenSwitched(t *testing.T) {
	for _, made := range []bool{true, false} {
		w := newTwo(t)
		phase := map[bool]string{true: "after", false: "before"}[made]
		w.club.Hook = func(call, p string) error {
			if call == "create" && p == phase {
				return errors.New("connection reset")
			}
			return nil
		}
		id := w.put("Talk #zoom(account=b)", week)
		w.pass()
		if rec := w.record(id); rec.Doubt != plan.DoubtCreate {
			t.Fatalf("no doubt: %+v", rec)
		}
		w.title(id, "Talk #zoom")
		w.later()
		if made {
			w.has(0, 1, 0, 1)
			w.shows(id, w.club)
		} else {
			w.has(1, 0, 1, 0)
			w.shows(id, w.zoom)
		}
	}
}

// TestMarkDropped: a block without its mark leads to the meeting in whichever account.
func TestMarkDropped(t *testing.T) {
	w := newTwo(t)
	id := w.put("Talk #zoom(account=b)", week)
	w.pass()
	w.title(id, "Talk #zoom")
	w.cal.Strip(id)
	w.lose()
	w.pass()
	w.has(0, 1, 0, 1)
	w.shows(id, w.club)
}

// TestAccountTakenOut: meetings of an account that is no longer configured are left alone, and the reason says which
// account that is.
func TestAccountTakenOut(t *testing.T) {
	missing := "(b, whose marks begin with zt-" + plan.AccountHash("b") + ")"
	w := newTwo(t)
	kept := w.put("Kept #zoom(account=b)", week)
	quiet := w.put("Quiet #zoom", week)
	untagged := w.put("Untagged #zoom(account=b)", week)
	deleted := w.put("Deleted #zoom(account=b)", week)
	released := w.put("Released #zoom(account=b)", week)
	w.pass()
	w.has(1, 4, 1, 4)
	w.gone = true
	w.begin()
	w.title(kept, "Kept #zoom")
	w.title(untagged, "Untagged")
	w.cal.Delete(deleted)
	w.later()
	w.has(1, 4, 1, 4)
	w.shows(kept, w.club)
	w.shows(quiet, w.zoom)
	for id, want := range map[string]struct{ state, reason string }{
		kept: {plan.Held, "its meeting was made with another Zoom account than the configured one " + missing +
			": put that one back"},
		untagged: {plan.Ended, missing + ": it is left alone"},
		deleted: {plan.Held, "the event is gone, and its meeting was made with another Zoom account than the " +
			"configured one " + missing + ": put that one back to have it cancelled, or leave it alone with zoomtag " +
			"release c"},
	} {
		rec := w.record(id)
		state := rec.State
		if rec.Closed() {
			state = plan.Ended
		}
		if state != want.state || !strings.Contains(words.Join(rec.Reason, rec.Cure), want.reason) {
			t.Errorf("%s: %s (%s)", rec.Title, state, words.Join(rec.Reason, rec.Cure))
		}
	}
	entries, err := w.st.Journal(store.JournalFilter{EventID: untagged, Limit: 10})
	if err != nil || !strings.Contains(entries[len(entries)-1].Reason, "it is left alone") {
		t.Errorf("%+v, %v", entries, err)
	}
	// Tagged again it gets a meeting in an account that there is.
	w.title(untagged, "Untagged #zoom")
	w.pass()
	w.has(2, 4, 2, 4)
	// After a lost database they are somebody else's.
	w.cal.Delete(released)
	w.lose()
	r := w.pass()
	w.has(2, 4, 2, 4)
	if ev, _ := w.cal.Event(kept); ev.Link.Mark == "" {
		t.Errorf("the link was taken out: %+v", r.Events)
	}
	// The account is back: all goes on, and what is not wanted any more ends.
	w.gone = false
	w.begin()
	w.title(kept, "Kept")
	w.later()
	w.has(2, 3, 2, 4)
	if w.club.Cancels() != 1 {
		t.Errorf("%d cancelled", w.club.Cancels())
	}
}

// TestAccountPutBack: what was held for its account is cancelled when that is back, or left alone when it is released.
func TestAccountPutBack(t *testing.T) {
	for _, release := range []bool{false, true} {
		w := newTwo(t)
		w.put("So that the calendar is not suddenly empty #zoom", week)
		id := w.put("Talk #zoom(account=b)", week)
		w.pass()
		w.gone = true
		w.begin()
		w.cal.Delete(id)
		w.later()
		w.has(1, 1, 1, 1)
		if release {
			if _, events, err := w.e.Release(context.Background(), "c"); err != nil || events != 1 {
				t.Fatalf("released %d, %v", events, err)
			}
			w.pass()
			if rec := w.record(id); !rec.Closed() || !strings.Contains(rec.Reason, "left alone") {
				t.Errorf("%s (%s)", rec.State, rec.Reason)
			}
		}
		w.gone = false
		w.begin()
		w.later()
		if release {
			w.has(1, 1, 1, 1)
		} else {
			w.has(1, 0, 1, 1)
		}
	}
}

// TestAskedBeforeItsAccountWent: whoever takes a tag out, or lets go what is missing together with many others, has the
// meeting cancelled. That its account is taken out of the configuration before that could be done does not leave the
// meeting behind without a word.
func TestAskedBeforeItsAccountWent(t *testing.T) {
	for name, ask := range map[string]func(w *two, id string){
		"untagged": func(w *two, id string) { w.title(id, "Talk") },
		"released": func(w *two, id string) {
			w.cal.Delete(id)
			if r := w.pass(); !r.Held {
				t.Fatalf("the calendar is empty, and not held: %+v", r)
			}
			if _, _, err := w.e.Release(context.Background(), "c"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTwo(t)
			id := w.put("Talk #zoom(account=b)", week)
			w.pass()
			ask(w, id)
			w.pass()
			w.gone = true
			w.begin()
			w.later()
			if rec := w.record(id); rec.Closed() || rec.State != plan.Held ||
				!strings.Contains(rec.Cure, "zoomtag release c") {
				t.Errorf("%s (%s)", rec.State, rec.Reason)
			}
			w.gone = false
			w.begin()
			w.later()
			w.has(0, 0, 0, 1)
		})
	}
}

// TestAccountsApart: neither the daily budget of a host nor a wish to be left alone is shared with another account,
// though hosts there have the same name.
func TestAccountsApart(t *testing.T) {
	w := newTwo(t)
	w.config.Settings.Host = meeting.Me
	w.begin()
	day := day(w.now)
	err := w.st.Update(func(tx *store.Tx) error {
		for range DailyLimit {
			if _, err := tx.Spend(meeting.Me, day, DailyLimit); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	waits := w.put("Talk #zoom", week)
	w.put("Talk #zoom(account=b)", week)
	w.pass()
	w.has(0, 1, 0, 1)
	if rec := w.record(waits); rec.State != plan.Pending || !strings.Contains(rec.Reason, "100 times a day") {
		t.Errorf("%s (%s)", rec.State, rec.Reason)
	}
	used, err := w.st.Budgets(day)
	bob := store.Host("bob@example.com\x00" + plan.AccountHash("b"))
	if err != nil || used[meeting.Me] != DailyLimit || used[bob] != 1 {
		t.Errorf("%v, %v", used, err)
	}
	if host, hash := SplitBudgetKey(bob); host != "bob@example.com" ||
		hash != plan.AccountHash("b") {
		t.Errorf("%s, %s", host, hash)
	}
	// One account asks for a pause.
	w = newTwo(t)
	w.zoom.Hook = func(_, phase string) error {
		if phase == "before" {
			return &meeting.Throttled{Until: w.now.Add(time.Hour), Err: errors.New("slowly")}
		}
		return nil
	}
	w.put("First #zoom", 2*week)
	w.put("Second #zoom(account=b)", 3*week)
	w.put("Third #zoom", 4*week)
	w.pass()
	w.has(0, 1, 0, 1)
}

// TestNowhere: should anything ever be asked of an account that is not configured, nothing takes effect.
func TestNowhere(t *testing.T) {
	ctx := context.Background()
	service := keeperOf(nil, plan.NewMark(plan.AccountHash("b"), "uid", [10]byte{}), "").Meetings
	_, find := service.Find(ctx, "", "")
	_, create := service.Create(ctx, "", meeting.Spec{})
	_, get := service.Get(ctx, 1)
	_, update := service.Update(ctx, 1, meeting.Spec{}, meeting.Spec{})
	for _, err := range []error{find, create, get, update, service.Cancel(ctx, 1)} {
		if !errors.Is(err, meeting.ErrNotSent) || !meeting.Refused(err) || errors.Is(err, meeting.ErrGone) ||
			!strings.Contains(err.Error(), "zt-"+plan.AccountHash("b")) {
			t.Error(err)
		}
	}
}
