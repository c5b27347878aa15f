package engine

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// TestPauseOutlivesAProcess: what a service has asked for is kept for the next process, and no hand shortens it.
func TestPauseOutlivesAProcess(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	until, asked := b.now.Add(2*time.Hour), 0
	b.cal.Hook = func(_, phase, _ string) error {
		if phase == "before" && b.now.Before(until) {
			asked++
			return &calendar.Throttled{Until: until, Err: errors.New("enough for now")}
		}
		return nil
	}
	b.pass()
	for range 3 {
		b.start()
		if _, err := b.e.Retry(Again{Calendars: []string{"c"}}); err != nil {
			t.Fatal(err)
		}
		if r := b.pass(); r.Error == "" {
			t.Error("nothing is said of the pause")
		}
	}
	if asked != 1 {
		t.Errorf("asked %d times", asked)
	}
	b.now = until.Add(time.Second)
	b.pass()
	b.meetings(1)
}

// TestBudgetIsWaitedFor: a hand changes nothing about the calls of the day that are used up.
func TestBudgetIsWaitedFor(t *testing.T) {
	b := newBench(t)
	for i := range DailyLimit {
		b.put(fmt.Sprintf("Meeting %d #zoom", i), week)
	}
	b.pass()
	made := len(b.zoom.Meetings())
	again := Again{Calendars: []string{"c"}}
	if n, err := b.e.Retry(again); err != nil || n != 0 {
		t.Errorf("%d events are tried again, %v", n, err)
	}
	b.pass()
	b.meetings(made)
	b.now = b.now.Add(24 * time.Hour)
	b.pass()
	b.meetings(min(2*made, DailyLimit))
}

// TestRefusedSignInAtZoom: it is tried once for all events, less and less often, at once when the credentials are
// others, and at once when somebody says so; what has failed for it is done then.
func TestRefusedSignInAtZoom(t *testing.T) {
	for name, mend := range map[string]func(b *bench){
		"other credentials": func(b *bench) {},
		"a hand": func(b *bench) {
			if _, err := b.e.Retry(Again{Calendars: []string{"c"}}); err != nil {
				b.t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			secret, asked := "wrong", 0
			door := &b.zoom.Hook
			*door = func(_, phase string) error {
				if phase == "before" && secret == "wrong" {
					asked++
					return &meeting.SignInError{Err: fmt.Errorf("%w: %w: the secret is wrong", meeting.ErrNotSent,
						meeting.ErrDenied)}
				}
				return nil
			}
			said := "wrong"
			accounts := b.accounts()
			accounts[0].Depends = func() string { return said }
			b.e = New(b.st, []*Calendar{&b.config}, Options{Accounts: accounts, Now: func() time.Time { return b.now },
				Jitter: func() float64 { return 0 }})
			for i := range 5 {
				b.put(fmt.Sprintf("Meeting %d #zoom", i), week)
			}
			if r := b.pass(); !r.Failed() || asked != 1 {
				t.Errorf("asked %d times: %+v", asked, r)
			}
			for range 24 * 60 {
				b.now = b.now.Add(time.Minute)
				b.pass()
			}
			if asked < 3 || asked > 15 {
				t.Errorf("asked %d times in a day", asked)
			}
			if name == "other credentials" {
				said = "right"
			}
			secret = "right"
			mend(b)
			for range 2 {
				b.pass()
			}
			b.meetings(5)
			for _, id := range b.cal.IDs() {
				if rec := b.record(id); rec.State != plan.Linked || rec.Error != "" {
					t.Errorf("%s: %s %s", id, rec.State, rec.Error)
				}
			}
			if rests, err := b.st.Rests(); err != nil || len(rests) != 0 {
				t.Errorf("kept: %v, %v", rests, err)
			}
		})
	}
}

// TestRefusedSignInAtACalendar: likewise for a calendar. Whoever has tried in vain a few times without standing by has
// to wait.
func TestRefusedSignInAtACalendar(t *testing.T) {
	b := newBench(t)
	b.put("Talk #zoom", week)
	right, asked := false, 0
	b.cal.Hook = func(call, phase, _ string) error {
		if phase == "before" && !right {
			asked++
			return &calendar.SignInError{Err: fmt.Errorf("%w: the password is wrong", calendar.ErrDenied)}
		}
		return nil
	}
	for range 20 { // as from a timer that runs often
		b.now = b.now.Add(time.Second)
		b.start()
		if _, err := b.e.Retry(Again{Calendars: []string{"c"}, Patient: true}); err != nil {
			t.Fatal(err)
		}
		r, err := b.e.Pass(context.Background(), "c")
		if err != nil || r.Error == "" {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if asked != fewRefusals+1 {
		t.Errorf("asked %d times", asked)
	}
	right = true
	if _, err := b.e.Retry(Again{Calendars: []string{"c"}}); err != nil {
		t.Fatal(err)
	}
	b.pass()
	b.meetings(1)
}

// TestRetryOneEvent: it alone is due.
func TestRetryOneEvent(t *testing.T) {
	b := newBench(t)
	broken := true
	b.zoom.Hook = func(call, phase string) error {
		if broken && call == "create" && phase == "before" {
			return fmt.Errorf("%w: a scope is missing", meeting.ErrDenied)
		}
		return nil
	}
	one, other := b.put("One #zoom", week), b.put("Other #zoom", week)
	b.pass()
	broken = false
	n, err := b.e.Retry(Again{Calendars: []string{"c"}, Event: func(id, _, _ string) bool { return id == one }})
	if err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	b.pass()
	if rec := b.record(one); rec.State != plan.Linked {
		t.Errorf("%s: %s", rec.State, rec.Error)
	}
	if rec := b.record(other); rec.State != plan.Failed {
		t.Errorf("the other one: %s", rec.State)
	}
}

// TestHeldIsLetBe: what is held until the event changes costs nothing when a timer runs sync.
func TestHeldIsLetBe(t *testing.T) {
	b := newBench(t)
	id := b.put("Talk #zoom", week)
	b.pass()
	b.cal.Edit(id, func(e *calendar.Event) { e.Denied = "organised by carol@example.com" })
	b.pass()
	if n, err := b.e.Retry(Again{Calendars: []string{"c"}, Patient: true}); err != nil || n != 0 {
		t.Errorf("by a timer: %d events, %v", n, err)
	}
	if n, err := b.e.Retry(Again{Calendars: []string{"c"}}); err != nil || n != 1 {
		t.Errorf("by a hand: %d events, %v", n, err)
	}
	if next, err := b.st.NextDue("c"); err != nil || !next.Equal(b.now) {
		t.Errorf("by a hand: due at %s, %v", next, err)
	}
}

// TestRetryOfWhatHasNoRecord: what is held or not understood waits for a hand, what could not be read for anybody, and
// of one event nothing else is tried.
func TestRetryOfWhatHasNoRecord(t *testing.T) {
	b := newBench(t)
	err := b.st.Update(func(tx *store.Tx) error {
		return errors.Join(tx.PutProblem("c", store.Problem{ID: "held", Title: "Talk", Held: true}),
			tx.PutProblem("c", store.Problem{ID: "unread", Unread: true}),
			tx.PutProblem("c", store.Problem{ID: "malformed"}))
	})
	if err != nil {
		t.Fatal(err)
	}
	only := func(id, _, _ string) bool { return id == "held" }
	for _, c := range []struct {
		again Again
		want  int
	}{{Again{}, 3}, {Again{Patient: true}, 1}, {Again{Event: only}, 1}, {Again{Event: only, Patient: true}, 0}} {
		c.again.Calendars = []string{"c"}
		if n, err := b.e.Retry(c.again); err != nil || n != c.want {
			t.Errorf("patient %v, one event %v: %d are tried again, %v", c.again.Patient, c.again.Event != nil, n, err)
		}
	}
}

// TestThrottledIsWaitedFor: an event that failed because Zoom asked for a pause is let be until that is over.
func TestThrottledIsWaitedFor(t *testing.T) {
	b := newBench(t)
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "before" {
			return &meeting.Throttled{Until: b.now.Add(6 * time.Hour), Err: errors.New("slowly")}
		}
		return nil
	}
	b.put("Talk #zoom", week)
	b.pass()
	if n, err := b.e.Retry(Again{Calendars: []string{"c"}}); err != nil || n != 0 {
		t.Errorf("%d events are tried again, %v", n, err)
	}
}

// TestThrottledByAClockAhead: a pause that was begun by a clock which was ahead is over, and stays so when its hours
// come.
func TestThrottledByAClockAhead(t *testing.T) {
	b := newBench(t)
	asked := false
	b.zoom.Hook = func(call, phase string) error {
		if call == "create" && phase == "before" && !asked {
			asked = true
			return &meeting.Throttled{Until: b.now.Add(20 * time.Hour), Err: errors.New("slowly")}
		}
		return nil
	}
	id := b.put("Talk #zoom", week)
	b.pass()
	b.meetings(0)
	b.now = b.now.Add(-30 * time.Hour)
	b.pass()
	b.meetings(1)
	b.now = b.now.Add(31 * time.Hour)
	b.cal.Edit(id, func(ev *calendar.Event) { ev.Title = "Walk #zoom" })
	b.pass()
	b.meetings(1)
	if topic := b.zoom.Meetings()[0].Spec.Topic; topic != "Walk" {
		t.Errorf("the topic is %q", topic)
	}
}

// TestSignInMendedForAll: whoever has one calendar tried again has shown that the account lets in again; the others do
// not wait longer.
func TestSignInMendedForAll(t *testing.T) {
	h := newHouse(t, "x", "y")
	refused := true
	h.zoom.Hook = func(_, phase string) error {
		if phase == "before" && refused {
			return &meeting.SignInError{Err: fmt.Errorf("%w: %w", meeting.ErrNotSent, meeting.ErrDenied)}
		}
		return nil
	}
	h.share("one", "One #zoom", "x")
	h.share("two", "Two #zoom", "y")
	h.passes()
	refused = false
	if _, err := h.e.Retry(Again{Calendars: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	h.passes()
	h.meetings(2)
}

// TestPauses: of two that a service asks for the longer one counts; a refused sign-in is asked less and less often, but
// each day, and other credentials begin anew.
func TestPauses(t *testing.T) {
	b := newBench(t)
	b.e.hush("host h", b.now.Add(2*time.Hour), errors.New("slowly"), false)
	b.e.hush("host h", b.now.Add(time.Hour), errors.New("slowly"), false)
	if rest := b.e.quietUntil("host h"); !rest.Until.Equal(b.now.Add(2 * time.Hour)) {
		t.Errorf("until %s", rest.Until)
	}
	key, refused := accountKey("none"), errors.New("the secret is wrong")
	for range 20 {
		b.e.refuse(key, "one", refused)
	}
	if rest := b.e.quiet[key]; rest.Tries != 20 || !rest.Until.Equal(b.now.Add(longestRefusal)) {
		t.Errorf("after 20 refusals: %+v", rest)
	}
	b.e.refuse(key, "two", refused)
	if rest := b.e.quiet[key]; rest.Tries != 1 || !rest.Until.Equal(b.now.Add(firstRefusal)) {
		t.Errorf("with other credentials: %+v", rest)
	}
}

// TestPausesThatDoNotCount: a pause of a clock that was ahead, one longer than any service asks for, and one for
// credentials that are others by now; how often those were refused does not count either.
func TestPausesThatDoNotCount(t *testing.T) {
	b := newBench(t)
	accounts := b.accounts()
	accounts[0].Depends = func() string { return "new" }
	b.e = New(b.st, []*Calendar{&b.config}, Options{Accounts: accounts, Now: func() time.Time { return b.now }})
	key := accountKey(accounts[0].Hash)
	for _, c := range []struct {
		rest   store.Rest
		counts bool
	}{
		{store.Rest{Begun: b.now, Until: b.now.Add(time.Hour)}, true},
		{store.Rest{Begun: b.now.Add(time.Hour), Until: b.now.Add(2 * time.Hour)}, false},
		{store.Rest{Begun: b.now, Until: b.now.Add(longestRest + time.Minute)}, false},
		{store.Rest{Begun: b.now, Until: b.now.Add(time.Hour), Refused: true, Depends: "new"}, true},
		{store.Rest{Begun: b.now, Until: b.now.Add(time.Hour), Refused: true, Depends: "old"}, false},
	} {
		b.e.quiet[key] = c.rest
		if counts := !b.e.quietUntil(key).Until.IsZero(); counts != c.counts {
			t.Errorf("%+v counts: %v", c.rest, counts)
		}
	}
	b.e.quiet[key] = store.Rest{Begun: b.now, Until: b.now.Add(time.Hour), Refused: true, Depends: "old", Tries: 9}
	if err := b.e.renewed(); err != nil {
		t.Fatal(err)
	}
	if rest := b.e.quiet[key]; rest.Tries != 0 || !rest.Until.IsZero() {
		t.Errorf("after the credentials were changed: %+v", rest)
	}
}
