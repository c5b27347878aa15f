package enginetest

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

// Desk is what an Office needs of an adapter and its emulator.
type Desk struct {
	Provider string
	// Now is the clock of all, and Advance sets it on.
	Now     func() time.Time
	Advance func(d time.Duration)
	// Connect makes the adapter anew, with the Interesting of its configuration.
	Connect func(interesting func(*calendar.Event) bool) calendar.Calendar
	// Own reports whether the words in the description of an event are the owner's, as they were put there.
	Own func(ev *calendar.Event) bool
	// Rereads says that a new process is to read everything again: listings alone would not tell of what was hidden.
	Rereads bool
}

// Office is the engine on the calendar of an adapter, with a clock that is set by hand.
type Office struct {
	T       *testing.T
	Store   *store.Store
	Commits int // of the store
	Zoom    *meetingtest.Fake
	Words   []string // that count as tags
	Detects string   // another value has everything read again
	Engine  *engine.Engine
	desk    Desk
}

// NewOffice returns one that remembers nothing. Start has to be called.
func NewOffice(t *testing.T, desk Desk) *Office {
	t.Helper()
	o := &Office{T: t, Zoom: &meetingtest.Fake{Now: desk.Now}, Words: []string{"#zoom"}, desk: desk}
	o.open()
	return o
}

func (o *Office) open() {
	o.T.Helper()
	st, err := store.Open(filepath.Join(o.T.TempDir(), "state.db"), store.Options{Now: o.desk.Now, NoSync: true,
		Hook: func(point string) {
			if point == "store.commit.before" {
				o.Commits++
			}
		}})
	if err != nil {
		o.T.Fatal(err)
	}
	o.T.Cleanup(func() {
		if err := st.Close(); err != nil {
			o.T.Error(err)
		}
	})
	o.Store = st
}

// Forget goes on with a state that remembers nothing.
func (o *Office) Forget() {
	o.T.Helper()
	o.open()
	o.Start()
}

// Base is o, for who has it as part of something else.
func (o *Office) Base() *Office { return o }

// Start makes adapter and engine anew, as a new process would.
func (o *Office) Start() {
	o.T.Helper()
	settings := plan.Settings{Rules: plan.Rules{Words: o.Words, Not: []string{"#nozoom"}, Keep: true},
		Host:    "alice@example.com",
		Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}
	source := o.desk.Connect(func(ev *calendar.Event) bool { return plan.Interesting(ev, &settings) })
	o.Engine = engine.New(o.Store, []*engine.Calendar{{Name: "c", Provider: o.desk.Provider, Source: source,
		Detects: strings.Join(o.Words, " ") + o.Detects, Settings: &settings}},
		engine.Options{Accounts: []engine.Account{{Hash: plan.AccountHash("a"), Meetings: o.Zoom, Main: true}},
			Now: o.desk.Now, Jitter: func() float64 { return 0 }})
}

// Pass makes a pass.
func (o *Office) Pass() engine.Report {
	o.T.Helper()
	report, err := o.Engine.Pass(o.T.Context(), "c")
	if err != nil {
		o.T.Fatal(err)
	}
	return report
}

// Passes lets hours go by, with a new process in the middle.
func (o *Office) Passes() {
	o.T.Helper()
	for i := range 8 {
		o.desk.Advance(20 * time.Minute)
		if i == 4 {
			if o.desk.Rereads {
				o.Detects += "+"
			}
			o.Start()
		}
		o.Pass()
	}
}

// Heals lets days go by in which all is well again, and then all has to stand as it stood.
func (o *Office) Heals(ids []string) {
	o.T.Helper()
	for range 3 {
		o.desk.Advance(7 * time.Hour)
		o.Pass()
	}
	o.Standing(ids)
}

// NothingCancelled checks that no meeting was.
func (o *Office) NothingCancelled() {
	o.T.Helper()
	if n := o.Zoom.Cancels(); n != 0 {
		o.T.Fatalf("%d meetings were cancelled", n)
	}
}

// Standing checks that every event has its one meeting, that nothing was cancelled, and that the owner's words stand.
func (o *Office) Standing(ids []string) {
	o.T.Helper()
	meetings := map[string]string{}
	for _, m := range o.Zoom.Meetings() {
		meetings[m.Mark] = m.JoinURL
	}
	if n := o.Zoom.Cancels(); n != 0 || len(meetings) != len(ids) {
		o.T.Fatalf("%d meetings were cancelled, %d stand for %d events", n, len(meetings), len(ids))
	}
	c := o.desk.Connect(nil)
	for _, id := range ids {
		ev, err := c.Get(o.T.Context(), id)
		if err != nil {
			o.T.Fatal(err)
		}
		if url := meetings[ev.Link.Mark]; url == "" || url != ev.Link.JoinURL || ev.Partial() {
			o.T.Errorf("%s (%s): its link is %+v, its meeting %q, partial %v", id, ev.Title, ev.Link, url, ev.Partial())
		}
		if !o.desk.Own(&ev) {
			o.T.Errorf("%s: the owner's words became %q", id, ev.Description)
		}
	}
}
