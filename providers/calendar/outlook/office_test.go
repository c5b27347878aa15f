package outlook_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/internal/emulator"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// office is the engine on an Outlook calendar that somebody else shares, with one clock for all, set by hand.
type office struct {
	*world
	clock   *emulator.Clock
	cal     string // the calendar's id
	st      *store.Store
	commits int // of the store
	zoom    *meetingtest.Fake
	words   []string // that count as tags
	detects string   // another value has everything read again
	e       *engine.Engine
}

func newOffice(t *testing.T, options outlooktest.Options) *office {
	t.Helper()
	o := &office{clock: emulator.NewClock(time.Now()), words: []string{"#zoom"}}
	clock := o.clock.Now
	options.Now = clock
	o.world = newWorld(t, options)
	o.server.AddMailbox("carol@example.com")
	o.cal = o.server.AddCalendar("carol@example.com", "Team")
	o.server.Share(o.cal, o.server.Mailbox(), "write")
	o.config.Calendar, o.config.Now = o.cal, clock
	o.zoom = &meetingtest.Fake{Now: clock}
	o.forget()
	return o
}

// forget begins with a state that remembers nothing.
func (o *office) forget() {
	o.t.Helper()
	st, err := store.Open(filepath.Join(o.t.TempDir(), "state.db"), store.Options{Now: o.clock.Now, NoSync: true,
		Hook: func(point string) {
			if point == "store.commit.before" {
				o.commits++
			}
		}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			o.t.Error(err)
		}
	})
	o.st = st
	o.start()
}

// start makes adapter and engine anew, as a new process would.
func (o *office) start() {
	o.t.Helper()
	settings := plan.Settings{Rules: plan.Rules{Words: o.words, Not: []string{"#nozoom"}, Keep: true},
		Host:    "alice@example.com",
		Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}
	o.config.Interesting = func(ev *calendar.Event) bool { return plan.Interesting(ev, &settings) }
	o.e = engine.New(o.st, []*engine.Calendar{{Name: "c", Provider: "outlook", Source: o.connect(),
		Detects: strings.Join(o.words, " ") + o.detects, Settings: settings}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: o.zoom, Main: true}},
			Now: o.config.Now, Jitter: func() float64 { return 0 }})
}

func (o *office) pass() engine.Report {
	o.t.Helper()
	report, err := o.e.Pass(context.Background(), "c")
	if err != nil {
		o.t.Fatal(err)
	}
	return report
}

// passes lets hours go by, with a new process in the middle, which reads everything again.
func (o *office) passes() {
	o.t.Helper()
	for i := range 8 {
		o.clock.Advance(20 * time.Minute)
		if i == 4 {
			o.detects += "+"
			o.start()
		}
		o.pass()
	}
}

// meet puts an event with an attendee into the calendar, some days from now.
func (o *office) meet(title string, days int) (id string) {
	start := o.clock.Now().UTC().AddDate(0, 0, days).Truncate(time.Hour)
	ev := put(calendar.Event{Title: title, Description: "words", HTML: days%2 == 0, Start: start,
		End: start.Add(time.Hour)})
	ev["organizer"] = json{"emailAddress": json{"address": "carol@example.com"}}
	ev["attendees"] = []any{json{"type": "required", "emailAddress": json{"address": "guest@example.org"}}}
	return o.server.Put(o.cal, ev)
}

// retitle is the owner giving an event another title.
func (o *office) retitle(id, title string) {
	o.server.Edit(o.cal, id, func(ev json) { ev["subject"] = title })
}

// fill puts seven single events and a series into the calendar, and links them.
func (o *office) fill() (ids []string) {
	o.t.Helper()
	for i := range 7 {
		ids = append(ids, o.meet(fmt.Sprintf("Talk %d #zoom", i), 7+i))
	}
	series := o.meet("Weekly #zoom", 8)
	o.server.Edit(o.cal, series, func(ev json) {
		first := whenOf(ev["start"])
		ev["recurrence"] = json{"pattern": json{"type": "weekly", "interval": 1,
			"daysOfWeek": []any{strings.ToLower(first.Weekday().String())}},
			"range": json{"type": "noEnd", "startDate": first.Format(time.DateOnly)}}
	})
	ids = append(ids, series)
	o.pass()
	o.standing(ids)
	return ids
}

// standing checks that every event has its one meeting, that nothing was cancelled, and that the owner's words stand.
func (o *office) standing(ids []string) {
	o.t.Helper()
	meetings := map[string]string{}
	for _, m := range o.zoom.Meetings() {
		meetings[m.Mark] = m.JoinURL
	}
	if n := o.zoom.Cancels(); n != 0 || len(meetings) != len(ids) {
		o.t.Fatalf("%d meetings were cancelled, %d stand for %d events", n, len(meetings), len(ids))
	}
	c := o.connect()
	for _, id := range ids {
		ev, err := c.Get(context.Background(), id)
		if err != nil {
			o.t.Fatal(err)
		}
		if url := meetings[ev.Link.Mark]; url == "" || url != ev.Link.JoinURL || ev.Partial() {
			o.t.Errorf("%s (%s): its link is %+v, its meeting %q, partial %v", id, ev.Title, ev.Link, url, ev.Partial())
		}
		if words := calendar.HTMLText(ev.Description); !strings.HasPrefix(strings.TrimSpace(words), "words") {
			o.t.Errorf("%s: the owner's words became %q", id, words)
		}
	}
}
