package notify_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// TestFailingWay: a way that fails is tried again after pauses, with the same id; the other way does not wait for it.
func TestFailingWay(t *testing.T) {
	broken, well := newHook(t), newHook(t)
	broken.status = http.StatusBadGateway
	w := newWorld(t, broken.way("")+well.way(""))
	w.conditions = []api.Condition{signIn}
	if err := w.after(0); err == nil || !strings.Contains(err.Error(), "502") {
		t.Errorf("the fault is %v", err)
	}
	well.says(t, "problem signin")
	w.looks(4 * time.Second) // its pause is not over
	broken.mu.Lock()
	tries := len(broken.headers)
	broken.mu.Unlock()
	if tries != 1 {
		t.Errorf("it was tried %d times within its pause", tries)
	}
	broken.mu.Lock()
	broken.status = http.StatusNoContent
	broken.mu.Unlock()
	w.looks(2 * time.Second)
	broken.says(t, "problem signin")
	if a, b := broken.headers[0].Get("Webhook-Id"), broken.headers[1].Get("Webhook-Id"); a != b || a == "" {
		t.Errorf("the ids of two tries are %q and %q", a, b)
	}
	well.says(t, "problem signin")
}

// TestFailingWayIsShown: as long as something waits that could not be told in a way, that is remembered for those who
// look, over restarts.
func TestFailingWayIsShown(t *testing.T) {
	h := newHook(t)
	w := newWorld(t, h.way(""))
	shown := func() string {
		t.Helper()
		failing, err := w.st.FailingWays()
		if err != nil {
			t.Fatal(err)
		}
		var list []string
		for _, f := range failing {
			list = append(list, f.Since.Format("15:04 ")+f.Name+": "+f.Error)
		}
		return strings.Join(list, ", ")
	}
	looks := func(d time.Duration, want string) {
		t.Helper()
		_ = w.after(d) // the failure is what this is about
		if got := shown(); got != want {
			t.Errorf("shown: %q, want %q", got, want)
		}
	}
	h.status = http.StatusInternalServerError
	w.conditions = []api.Condition{signIn}
	fails := "10:00 webhook " + strings.TrimPrefix(h.URL, "http://") + ": " +
		strings.TrimPrefix(h.URL, "http://") + " answered with 500 Internal Server Error"
	looks(0, fails)
	looks(time.Minute, fails)
	w.begin()
	looks(time.Minute, fails)
	h.status = http.StatusNoContent
	looks(5*time.Minute, "")
	h.says(t, "problem signin")

	next := signIn
	next.ID = "next"
	w.conditions, h.status = append(w.conditions, next), http.StatusInternalServerError
	looks(time.Hour, "11:07"+strings.TrimPrefix(fails, "10:00"))
	w.conditions = w.conditions[:1]
	looks(time.Minute, "") // nothing waits any more

	w.conditions = append(w.conditions, next)
	looks(time.Hour, "12:08"+strings.TrimPrefix(fails, "10:00"))
	w.cfg.Notify = nil
	w.begin()
	looks(time.Minute, "")
}

// TestOwnFailure: that a way fails is told in the others alone.
func TestOwnFailure(t *testing.T) {
	a, b := newHook(t), newHook(t)
	w := newWorld(t, a.way("")+b.way(""))
	fails := api.Condition{ID: "fails", Code: doctor.WayFails, Severity: doctor.Warning,
		Title: "webhook " + strings.TrimPrefix(a.URL, "http://"), Text: "It answered with status 500."}
	w.conditions = []api.Condition{fails}
	w.looks(0)
	a.says(t, "")
	b.says(t, "problem fails")
}

// TestSameHost: two webhooks of one server, and one that is named twice, are ways of their own.
func TestSameHost(t *testing.T) {
	h := newHook(t)
	other := strings.Replace(h.way(""), h.URL, h.URL+"/other", 1)
	w := newWorld(t, h.way("")+other+other)
	w.conditions = []api.Condition{signIn}
	w.looks(0)
	w.begin()
	w.looks(time.Minute)
	h.says(t, "problem signin, problem signin, problem signin")
}
