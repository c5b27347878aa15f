package engine_test

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// TestRenewal: a series whose meeting nobody has started for nearly a year gets another one in time, once; the old one
// is left to expire. One that was held meanwhile keeps its link.
func TestRenewal(t *testing.T) {
	w := newWatch(t)
	put := func(title string) string {
		start := w.now.Add(400 * 24 * time.Hour)
		return w.cal.Put(calendar.Event{Title: title, Start: start, End: start.Add(time.Hour), Series: true})
	}
	idle, held, single := put("Idle #zoom"), put("Held #zoom"), w.put("Single #zoom", 500*24*time.Hour)
	w.pass()
	links := map[string]string{}
	for _, id := range []string{idle, held, single} {
		links[id] = w.event(id).Link.JoinURL
	}
	begin := w.now
	w.until(begin.AddDate(0, 0, 100))
	for _, m := range w.zoom.Meetings() {
		if m.JoinURL == links[held] {
			w.zoom.OwnerEdit(m.ID, func(l *meetingtest.Live) { l.Held++ })
		}
	}
	w.until(begin.AddDate(0, 0, 357))
	for id, link := range links {
		if got := w.event(id).Link.JoinURL; got != link {
			t.Errorf("%s was changed early: %s", w.event(id).Title, got)
		}
	}
	w.until(begin.AddDate(0, 0, 361))
	if ev := w.event(idle); ev.Link.JoinURL == links[idle] || w.event(held).Link.JoinURL != links[held] ||
		w.event(single).Link.JoinURL != links[single] ||
		len(w.zoom.Meetings()) != 4 || w.zoom.Cancels() > 0 {
		t.Errorf("the idle one shows %q; %d meetings, %d cancelled", ev.Link.JoinURL, len(w.zoom.Meetings()),
			w.zoom.Cancels())
	}
	journal, err := w.st.Journal(store.JournalFilter{EventID: idle, Limit: 100})
	if err != nil || !strings.Contains(joined(journal), "nobody has started the meeting for 358 days") {
		t.Errorf("the journal says %s, %v", joined(journal), err)
	}
	renewed := w.event(idle).Link.JoinURL

	// The database is lost: what the event shows now is what counts.
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: func() time.Time { return w.now },
		NoSync: true, Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	w.st = st
	w.e = engine.New(st, []*engine.Calendar{{Name: "c", Source: w.cal, Settings: new(w.settings())}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: w.zoom, Budgeted: true,
			Main: true}}, Now: func() time.Time { return w.now }, Jitter: func() float64 { return 0 }})
	w.until(w.now.AddDate(0, 0, 3))
	if got := w.event(idle).Link.JoinURL; got != renewed || w.zoom.Creates() != 4 {
		t.Errorf("shows %q after the loss; %d creates", got, w.zoom.Creates())
	}
	w.until(begin.AddDate(0, 0, 100+359))
	if got := w.event(held).Link.JoinURL; got != links[held] {
		t.Errorf("since the loss nobody knows when it was held last: %s", got)
	}
}

func joined(journal []store.Entry) string {
	var all []string
	for _, e := range journal {
		all = append(all, e.Step+" "+e.Reason)
	}
	return strings.Join(all, "\n")
}

// TestRenewalWaits: while the series is being held, and where nothing may be written, nothing is renewed.
func TestRenewalWaits(t *testing.T) {
	for name, change := range map[string]func(ev *calendar.Event, now time.Time){
		"it is being held": func(ev *calendar.Event, now time.Time) {
			ev.Start, ev.End = now.Add(-time.Minute), now.Add(30*24*time.Hour)
		},
		"guests would be mailed": func(ev *calendar.Event, _ time.Time) { ev.Sealed = "its guests would be mailed" },
		"it ends before":         func(ev *calendar.Event, now time.Time) { ev.Until = now.AddDate(0, 0, 7) },
	} {
		w := newWatch(t)
		start := w.now.Add(390 * 24 * time.Hour)
		id := w.cal.Put(calendar.Event{Title: "Idle #zoom", Start: start, End: start.Add(time.Hour), Series: true})
		w.pass()
		w.until(w.now.AddDate(0, 0, 357))
		w.cal.Edit(id, func(ev *calendar.Event) { change(ev, w.now) })
		w.until(w.now.AddDate(0, 0, 3))
		if w.zoom.Creates() != 1 {
			t.Errorf("%s: %d meetings were made", name, w.zoom.Creates())
		}
	}
}
