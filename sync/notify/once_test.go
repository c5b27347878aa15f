package notify_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/store"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
	"zoomtag/sync/notify"
)

// TestOnce: a condition is told once, however often it is looked at and restarted, and once that it is over.
func TestOnce(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.looks(time.Minute)
	w.begin()
	w.looks(time.Hour)
	h.says(t, "problem signin")
	w.conditions = nil
	w.looks(time.Minute)
	h.says(t, "problem signin")
	w.looks(3 * time.Minute)
	w.looks(time.Hour)
	h.says(t, "problem signin, resolved signin")
	if courses, err := w.st.Courses(); err != nil || len(courses) != 0 {
		t.Errorf("%d courses are remembered for ever, %v", len(courses), err)
	}
	w.conditions = []api.Condition{signIn}
	w.looks(time.Minute)
	h.says(t, "problem signin, resolved signin, problem signin")
}

// TestNoFlicker: what comes and goes is one condition, and what does not last is none.
func TestNoFlicker(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	w.conditions = []api.Condition{event}
	w.looks(0)
	w.looks(9 * time.Minute)
	w.conditions = nil
	w.looks(time.Minute)
	w.looks(time.Hour)
	h.says(t, "")
	for range 5 {
		w.conditions = []api.Condition{signIn}
		w.looks(time.Minute)
		w.conditions = nil
		w.looks(time.Minute)
	}
	h.says(t, "problem signin")
}

// TestExplained: what another condition explains is told when that is gone and it is not.
func TestExplained(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	explained := event
	explained.DependsOn = signIn.ID
	w.conditions = []api.Condition{signIn, explained}
	w.looks(0)
	w.looks(time.Hour)
	h.says(t, "problem signin")
	w.conditions = []api.Condition{event}
	w.looks(time.Minute)
	h.says(t, "problem signin, problem event")
}

// TestBackBeforeItWasToldToBeOver: who has not heard that a condition was over, because of a digest, does not hear of
// it again when it comes back; a way that tells of no end does.
func TestBackBeforeItWasToldToBeOver(t *testing.T) {
	h, begins := newHook(t), newHook(t)
	w := newWorld(t, h.way("")+"  digest: 1h\n"+begins.way("events: [problem]"))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.conditions = nil
	w.looks(5 * time.Minute)
	w.conditions = []api.Condition{signIn}
	w.looks(30 * time.Minute)
	w.looks(2 * time.Hour)
	h.says(t, "problem signin")
	begins.says(t, "problem signin, problem signin")
	w.conditions = nil
	w.looks(time.Minute)
	w.looks(3 * time.Minute)
	h.says(t, "problem signin, resolved signin")
}

// TestForetold: that what was foretold has come is told as well, and both are over together.
func TestForetold(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	soon, ended := signIn, signIn
	soon.ID, ended.ID = "x", "x"+api.Ended
	w.conditions = []api.Condition{soon}
	w.looks(0)
	w.conditions = []api.Condition{ended}
	w.looks(time.Hour)
	w.looks(time.Hour)
	h.says(t, "problem x, problem x-ended")
	w.conditions = nil
	w.looks(time.Minute)
	w.looks(time.Hour)
	h.says(t, "problem x, problem x-ended, resolved x, resolved x-ended")
	if courses, err := w.st.Courses(); err != nil || len(courses) != 0 {
		t.Errorf("%d courses are remembered for ever, %v", len(courses), err)
	}
}

// TestTogether: the same of a second event is told to those who have not heard it of the first.
func TestTogether(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	first, second := event, event
	first.ID, first.Quiet = "first", 0
	second.ID, second.Quiet, second.DependsOn = "second", 0, "first"
	second.Calendar = "other"
	w.conditions = []api.Condition{first, second}
	w.looks(0)
	h.says(t, "problem first")
	m := &notify.Mailer{}
	if m.Know("team", "alice@example.com", "other", "bob@example.com"); m.Together(&first, &second) {
		t.Error("the owner of the second calendar hears nothing")
	}
	if second.Calendar = "team"; !m.Together(&first, &second) {
		t.Error("one owner hears it twice")
	}
}

// TestDismissed: a person who has seen it hears no more of it.
func TestDismissed(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	if err := w.st.Update(func(tx *store.Tx) error {
		return tx.PutCourse(signIn.ID, store.Course{Since: w.now, Dismissed: true})
	}); err != nil {
		t.Fatal(err)
	}
	w.conditions = []api.Condition{signIn}
	w.looks(time.Minute)
	h.says(t, "")
	w.conditions = nil
	w.looks(time.Minute)
	w.looks(time.Hour)
	h.says(t, "")
}

// TestReload: a way that rests goes on with that when the configuration is read again, and one that fails is tried.
func TestReload(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way("")+"  digest: 1h\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	next := signIn
	next.ID = "next"
	w.conditions = append(w.conditions, next)
	before := w.n
	w.begin()
	w.n.Succeed(before)
	w.looks(30 * time.Minute)
	h.says(t, "problem signin")
	w.looks(31 * time.Minute)
	h.says(t, "problem signin, problem next")
	third := signIn
	third.ID = "third"
	w.conditions, h.status = append(w.conditions, third), http.StatusInternalServerError
	for _, d := range []time.Duration{time.Hour, 6 * time.Second} { // from here on it rests for five minutes
		if err := w.after(d); err == nil {
			t.Error("it was told")
		}
	}
	before, h.status = w.n, http.StatusNoContent
	w.looks(time.Second)
	h.says(t, "problem signin, problem next")
	w.begin()
	w.n.Succeed(before)
	w.looks(time.Second)
	h.says(t, "problem signin, problem next, problem third")
}

// TestQuietHours: nothing is told in them; what is over by then is not told at all.
func TestQuietHours(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way("")+"  quiet: 22:00-07:00\n")
	w.now = time.Date(2026, 12, 1, 23, 0, 0, 0, time.UTC)
	short := event
	short.ID, short.Code = "short", doctor.SignInRefused
	w.conditions = []api.Condition{signIn, short}
	w.looks(0)
	w.conditions = []api.Condition{signIn}
	w.looks(time.Hour)
	w.looks(time.Hour)
	h.says(t, "")
	w.looks(6 * time.Hour)
	h.says(t, "problem signin")
}

// TestDigest: within the time of a digest nothing more is told.
func TestDigest(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way("")+"  digest: 1h\n")
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.conditions = []api.Condition{signIn, event}
	w.looks(30 * time.Minute)
	h.says(t, "problem signin")
	w.looks(31 * time.Minute)
	h.says(t, "problem signin, problem event")
}

// TestPrivate: a name may not lead into a private network, unless that was allowed; an address may.
func TestPrivate(t *testing.T) {
	h := newHook(t)
	named := strings.Replace(h.way(""), "127.0.0.1", "localhost", 1)
	w := newWorld(t, named)
	w.conditions = []api.Condition{signIn}
	if err := w.after(0); err == nil || !strings.Contains(err.Error(), "private") {
		t.Errorf("a name that leads to this machine: %v", err)
	}
	h.says(t, "")
	w = newWorld(t, strings.Replace(named, "secret:", "private: true, secret:", 1))
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	h.says(t, "problem signin")
}
