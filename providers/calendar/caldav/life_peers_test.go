//go:build peers

package caldav_test

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

// life takes one series through all that its owner may do to it, with the whole engine: there is one meeting at any
// time, every edit of the owner stands, and at rest nothing is written.
func (p *peer) life(t *testing.T) { newLife(t, p).live() }

// life is a series on a server, and an engine that keeps it.
type life struct {
	t    *testing.T
	w    *world
	id   string
	zoom *meetingtest.Fake
	e    *engine.Engine
	now  time.Time
	step string
}

func newLife(t *testing.T, p *peer) *life {
	l := &life{t: t, w: p.world(t), now: time.Now().UTC().Truncate(time.Second)}
	clock := func() time.Time { return l.now }
	l.w.config.Now = clock
	l.zoom = &meetingtest.Fake{Now: clock}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	account := plan.AccountHash("a")
	c := &engine.Calendar{Name: "c", Provider: "caldav", Source: l.w.connect(), Detects: "1", Settings: &plan.Settings{
		Rules: plan.Rules{Words: []string{"#zoom"}, Not: []string{"#nozoom"}, Keep: true},
		Host:  "alice@example.com", Account: account, Location: "if-empty", Grace: 10 * time.Minute}}
	l.e = engine.New(st, []*engine.Calendar{c}, engine.Options{Now: clock, Jitter: func() float64 { return 0 },
		Accounts: []engine.Account{{Hash: account, Meetings: l.zoom, Main: true}}})
	return l
}

// pass runs passes until nothing is left to do; then one more must do nothing.
func (l *life) pass(after time.Duration) {
	l.t.Helper()
	l.now = l.now.Add(after)
	var events []engine.EventReport
	for range 4 {
		r, err := l.e.Pass(l.t.Context(), "c")
		if err != nil || r.Failed() {
			l.t.Fatalf("%s: %+v, %v", l.step, r, err)
		}
		if len(r.Events) == 0 {
			return
		}
		events = r.Events
		l.now = l.now.Add(time.Second)
	}
	l.t.Fatalf("%s: it does not come to rest: %+v", l.step, events)
}

// lines are those of the object on the server, unfolded.
func (l *life) lines() []string { return unfolded(l.w.hand.object(l.id)) }

// rewrite has the owner's app change lines of the object.
func (l *life) rewrite(change func(line string) string) {
	list := l.lines()
	for i, line := range list {
		list[i] = change(line)
	}
	l.w.hand.put(l.id, folded(list))
}

// shows checks the meetings that there are, and how often the object shows the block and certain words.
func (l *life) shows(meetings, blocks int, words ...string) {
	l.t.Helper()
	text := strings.Join(l.lines(), "\n")
	for _, ours := range []string{"X-ZOOMTAG-MARK", "CONFERENCE", strings.TrimSpace(calendar.BlockLast)} {
		if got := strings.Count(text, ours); got != blocks {
			l.t.Errorf("%s: %d times %s, want %d:\n%s", l.step, got, ours, blocks, text)
		}
	}
	for _, word := range append(words, "kept as it is", "BEGIN:VALARM") {
		if !strings.Contains(text, word) {
			l.t.Errorf("%s: %q is lost:\n%s", l.step, word, text)
		}
	}
	live := l.zoom.Meetings()
	if len(live) != meetings {
		l.t.Fatalf("%s: %d meetings, want %d", l.step, len(live), meetings)
	}
	if blocks > 0 && strings.Count(text, live[0].JoinURL) == 0 {
		l.t.Errorf("%s: the link is another one:\n%s", l.step, text)
	}
}

func (l *life) live() {
	start := l.now.AddDate(0, 0, 7).Truncate(time.Hour)
	l.step, l.id = "tag", l.w.PutSeries(calendar.Event{Title: "Talk #zoom", Description: "Agenda: all, of it; and more",
		Start: start, End: start.Add(time.Hour)}, 6)
	l.pass(0)
	l.shows(1, 1, "SUMMARY:Talk #zoom", "Agenda")
	meeting := l.zoom.Meetings()[0].ID
	for _, part := range []func(){l.edits, l.dates, l.otherName, l.untagged, l.deleted} {
		part()
	}
	if l.zoom.Creates() != 1 {
		l.t.Errorf("%d meetings were made", l.zoom.Creates())
	}
	if live := l.zoom.Meetings(); len(live) > 0 && live[0].ID != meeting {
		l.t.Error("the meeting is another one")
	}
}

// edits are what an owner does to the whole series.
func (l *life) edits() {
	l.step = "move"
	l.w.Edit(l.id, func(e *calendar.Event) { e.Start, e.End = e.Start.Add(2*time.Hour), e.End.Add(150*time.Minute) })
	l.pass(time.Minute)
	l.shows(1, 1, "SUMMARY:Talk #zoom")
	l.step = "rename"
	l.w.Edit(l.id, func(e *calendar.Event) { e.Title = "Review #zoom" })
	l.pass(time.Minute)
	l.shows(1, 1, "SUMMARY:Review #zoom")
	if topic := l.zoom.Meetings()[0].Spec.Topic; topic != "Review" {
		l.t.Errorf("the meeting is called %q", topic)
	}
	l.step = "edits around the block"
	l.w.Edit(l.id, func(e *calendar.Event) { e.Description = "Above\n\n" + e.Description + "\n\nBelow" })
	l.pass(time.Minute)
	l.shows(1, 1, "Above", "Below", "Agenda")
	l.step = "the block is deleted"
	l.w.Edit(l.id, func(e *calendar.Event) { e.Description = "Above\nAgenda\nBelow" })
	l.pass(time.Minute)
	l.shows(1, 1, `Above\nAgenda\nBelow`)
}

// dates are what an owner does to single dates.
func (l *life) dates() {
	l.step = "a date is taken out"
	l.w.CancelDate(l.id, 2)
	l.pass(time.Minute)
	l.shows(1, 1, "EXDATE")
	l.step = "a date with words of its own"
	l.w.ExceptDate(l.id, 1, "Special", "by itself")
	l.pass(time.Minute)
	l.shows(1, 2, "SUMMARY:Special", "by itself", "EXDATE")
	l.step = "a date is called off"
	l.w.CancelDate(l.id, 3)
	l.pass(time.Minute)
	l.shows(1, 2, "SUMMARY:Special", "by itself", "EXDATE", "STATUS:CANCELLED")
}

// otherName is the object under another name, as an app leaves it that deletes and makes anew.
func (l *life) otherName() {
	l.step = "another name"
	raw := l.w.hand.object(l.id)
	l.w.hand.remove(l.id)
	l.id = "other.ics"
	l.w.hand.put(l.id, raw)
	l.pass(time.Minute)
	l.pass(15 * time.Minute)
	l.shows(1, 2, "SUMMARY:Special")
}

func (l *life) untagged() {
	l.step = "untag"
	l.rewrite(func(line string) string { return strings.Replace(line, "SUMMARY:Review #zoom", "SUMMARY:Review", 1) })
	l.pass(time.Minute)
	l.shows(1, 0, "SUMMARY:Review", "SUMMARY:Special", "by itself", "Above", "Below")
	l.step = "untagged for longer than the grace"
	l.pass(11 * time.Minute)
	l.shows(0, 0)
	l.step = "tagged again"
	l.rewrite(func(line string) string { return strings.Replace(line, "SUMMARY:Review", "SUMMARY:Review #zoom", 1) })
	l.pass(time.Minute)
	l.shows(1, 2, "SUMMARY:Review #zoom")
}

func (l *life) deleted() {
	raw := l.w.hand.object(l.id)
	l.step = "delete"
	l.w.hand.remove(l.id)
	l.pass(time.Minute)
	l.pass(11 * time.Minute)
	l.noMeeting()
	l.step = "undelete"
	l.w.hand.put(l.id, raw)
	l.pass(time.Minute)
	l.shows(1, 2, "SUMMARY:Review #zoom")
	l.step = "delete for good"
	l.w.hand.remove(l.id)
	l.pass(time.Minute)
	l.pass(11 * time.Minute)
	l.noMeeting()
}

func (l *life) noMeeting() {
	l.t.Helper()
	if live := l.zoom.Meetings(); len(live) != 0 {
		l.t.Fatalf("%s: %d meetings", l.step, len(live))
	}
}
