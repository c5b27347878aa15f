package google_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/meeting/meetingtest"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// office is the engine on a Google calendar, with a clock that is set by hand. The emulator's own clock stands still.
type office struct {
	*world
	now   time.Time
	st    *store.Store
	zoom  *meetingtest.Fake
	words []string // that count as tags
	e     *engine.Engine
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{world: newWorld(t, googletest.Options{PageLimit: 3}), now: time.Now(), words: []string{"#zoom"}}
	clock := func() time.Time { return o.now }
	o.config.Now = clock
	o.zoom = &meetingtest.Fake{Now: clock}
	st, err := store.Open(filepath.Join(t.TempDir(), "state.db"), store.Options{Now: clock, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	o.st = st
	o.start()
	return o
}

// start makes adapter and engine anew, as a new process would.
func (o *office) start() {
	o.t.Helper()
	settings := plan.Settings{Rules: plan.Rules{Words: o.words, Not: []string{"#nozoom"}, Keep: true},
		Host:    "alice@example.com",
		Account: plan.AccountHash("a"), Location: "if-empty", Grace: 10 * time.Minute}
	o.config.Interesting = func(ev *calendar.Event) bool { return plan.Interesting(ev, &settings) }
	o.e = engine.New(o.st, []*engine.Calendar{{Name: "c", Provider: "google", Source: o.connect(),
		Detects: strings.Join(o.words, " "), Settings: settings}},
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

// passes lets hours go by, with a new process in the middle.
func (o *office) passes() {
	o.t.Helper()
	for i := range 8 {
		o.now = o.now.Add(20 * time.Minute)
		if i == 4 {
			o.start()
		}
		o.pass()
	}
}

// fill puts seven single events and a series with an exception into the calendar, and links them.
func (o *office) fill() (ids []string) {
	o.t.Helper()
	for i := range 7 {
		start := o.now.UTC().AddDate(0, 0, 7+i).Truncate(time.Hour)
		ids = append(ids, o.Put(calendar.Event{Title: fmt.Sprintf("Talk %d #zoom", i), Description: "words",
			Start: start, End: start.Add(time.Hour), Zone: "UTC"}))
	}
	series, first := o.weekly(nil)
	o.server.Except("", series, first.AddDate(0, 0, 7), func(ev json) { ev["description"] = "Its own agenda" })
	o.pass()
	ids = append(ids, series)
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
		if words := calendar.StripBlock(ev.Description); !strings.HasPrefix(words, "words") &&
			!strings.HasPrefix(words, "Agenda") {
			o.t.Errorf("%s: the owner's words became %q", id, words)
		}
	}
}

// doubtful are answers from which nothing may be concluded.
var doubtful = map[string]googletest.Fault{
	"500":             googletest.Error(500, "backendError", "Backend Error"),
	"503, a web page": googletest.Page(503),
	"200, a web page": googletest.Page(200),
	"429":             googletest.RateLimited(""),
	"429, 30 seconds": googletest.RateLimited("30"),
	"403, too many":   googletest.UserRateLimited(),
	"403, daily":      googletest.Error(403, "dailyLimitExceeded", "Daily Limit Exceeded"),
	"403":             googletest.Error(403, "forbidden", "Forbidden"),
	"401":             googletest.Error(401, "authError", "Invalid Credentials"),
	"400":             googletest.Error(400, "invalid", "Invalid Value"),
	"412":             googletest.Error(412, "conditionNotMet", "Precondition Failed"),
	"no connection":   {Cut: true},
	"half an answer":  {Half: true},
	"lost answer":     {After: true, Cut: true},
	"nothing":         {After: true, Status: 200},
	"cut JSON": {Replace: func(body string) string {
		return body[:len(body)/2]
	}},
	"empty list": {Replace: func(string) string {
		return `{"kind":"calendar#events","accessRole":"owner","timeZone":"UTC","items":[],"nextSyncToken":"CSyncNothing=="}`
	}},
	"empty object":   {Replace: func(string) string { return `{}` }},
	"another object": {Replace: func(string) string { return `{"id":"other","status":"cancelled"}` }},
}

// once are answers that are doubtful the first time: given again and again they would be answers.
var once = map[string]googletest.Fault{
	"404": googletest.Error(404, "notFound", "Not Found"),
	"410": googletest.Error(410, "deleted", "Resource has been deleted"),
	"410, full sync": googletest.Error(410, "fullSyncRequired",
		"Sync token is no longer valid, a full sync is required."),
}

// calls are the kinds of requests.
var calls = map[string]func(*http.Request) bool{
	"list, first page": func(r *http.Request) bool {
		return googletest.Lists(r) && !r.URL.Query().Has("pageToken") && !r.URL.Query().Has("iCalUID") &&
			r.URL.Query().Get("maxResults") != "1"
	},
	"list, next pages": func(r *http.Request) bool { return googletest.NextPages(r) && !r.URL.Query().Has("iCalUID") },
	"exceptions":       func(r *http.Request) bool { return r.URL.Query().Has("iCalUID") },
	"the calendar":     func(r *http.Request) bool { return r.URL.Query().Get("maxResults") == "1" },
	"get": func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/events/")
	},
	"patch": googletest.On(http.MethodPatch),
	"token": googletest.Tokens,
	"any":   func(*http.Request) bool { return true },
}

// TestDoubtfulAnswersCancelNothing has every kind of request over linked events fail in every way, for hours.
func TestDoubtfulAnswersCancelNothing(t *testing.T) {
	for call, match := range calls {
		for name, fault := range doubtful {
			t.Run(name+" to "+call, func(t *testing.T) { t.Parallel(); doubt(t, call, match, fault, 0) })
		}
		for name, fault := range once {
			t.Run("once "+name+" to "+call, func(t *testing.T) { t.Parallel(); doubt(t, call, match, fault, 1) })
		}
	}
}

func doubt(t *testing.T, call string, match func(*http.Request) bool, fault googletest.Fault, times int) {
	o := newOffice(t)
	ids := o.fill()
	// Work for each kind of request: a changed event, a block that is gone, an expired cursor, and a new process with a
	// new token.
	o.server.Edit("", ids[0], func(ev json) { ev["summary"] = "Renamed #zoom" })
	o.server.Edit("", ids[1], func(ev json) { ev["description"] = "words" })
	o.server.Edit("", ids[7], func(ev json) { ev["description"] = "Agenda" })
	o.server.Hide("", ids[2], true)
	o.server.Expire()
	o.start()
	var hits atomic.Int64
	fault.Times = times
	fault.Match = func(r *http.Request) bool {
		if match(r) {
			hits.Add(1)
		}
		return match(r)
	}
	o.server.Break(fault)
	if call == "the calendar" { // it is asked for when an event is said not to be there
		lie := googletest.Error(404, "notFound", "Not Found")
		lie.Match, lie.Times = calls["get"], 1
		o.server.Break(lie)
	}
	o.passes()
	if hits.Load() == 0 {
		t.Error("there was no such request")
	}
	if n := o.zoom.Cancels(); n != 0 {
		t.Errorf("%d meetings were cancelled", n)
	}
	o.server.Mend()
	o.server.Hide("", ids[2], false)
	o.server.Expire()
	for range 3 {
		o.now = o.now.Add(7 * time.Hour)
		o.pass()
	}
	o.standing(ids)
}

// TestDoubtfulCalendarCancelsNothing has the calendar as a whole, or what is configured, be another one for hours.
func TestDoubtfulCalendarCancelsNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		change, back func(o *office)
		held         bool
	}{
		"an empty calendar": {
			change: func(o *office) { o.server.SetEmpty("", true); o.server.Expire() },
			back:   func(o *office) { o.server.SetEmpty("", false); o.server.Expire() },
		},
		"an empty calendar that knows no event": {
			change: func(o *office) {
				if err := o.Misbehave(calendartest.Empty); err != nil {
					o.t.Fatal(err)
				}
				o.server.Expire()
			},
			back: func(o *office) { o.Heal(); o.server.Expire() },
			held: true,
		},
		"no longer shared": {
			change: func(o *office) { o.server.SetRole("", "none") },
			back:   func(o *office) { o.server.SetRole("", "owner") },
			held:   true,
		},
		"shared for reading": {
			change: func(o *office) { o.server.SetRole("", "reader"); o.server.Expire() },
			back:   func(o *office) { o.server.SetRole("", "owner") },
		},
		"shared as free and busy": {
			change: func(o *office) { o.server.SetRole("", "freeBusyReader"); o.server.Expire() },
			back:   func(o *office) { o.server.SetRole("", "owner"); o.server.Expire() },
			held:   true,
		},
		"private events out of sight": {
			change: func(o *office) {
				for _, id := range o.server.IDs("") {
					o.server.Edit("", id, func(ev json) { ev["visibility"] = "private" })
				}
				o.server.SetRole("", "writerWithoutPrivateAccess")
			},
			back: func(o *office) {
				for _, id := range o.server.IDs("") {
					o.server.Edit("", id, func(ev json) { ev["visibility"] = "default" })
				}
			},
		},
		"other tag words": {
			change: func(o *office) { o.words = []string{"#video"}; o.start() },
			back:   func(o *office) { o.words = []string{"#zoom"}; o.start() },
		},
		"sign-in revoked": {
			change: func(o *office) {
				o.server.KillTokens()
				o.server.Break(googletest.OAuthError(400, "invalid_grant", "Invalid email or User ID"))
			},
			back: func(o *office) { o.server.Mend() },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			ids := o.fill()
			tt.change(o)
			o.passes()
			if n := o.zoom.Cancels(); n != 0 {
				t.Fatalf("%d meetings were cancelled", n)
			}
			if st, err := o.st.Calendar("c"); err != nil || !st.HeldAt.IsZero() != tt.held {
				t.Errorf("held at %v (%s), %v", st.HeldAt, st.HeldReason, err)
			}
			tt.back(o)
			for range 3 {
				o.now = o.now.Add(7 * time.Hour)
				o.pass()
			}
			o.standing(ids)
		})
	}
}
