package google_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/sync/engine/enginetest"
)

// office is the engine on a Google calendar. The emulator's own clock stands still.
type office struct {
	*world
	*enginetest.Office
	now time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{world: newWorld(t, googletest.Options{PageLimit: 3}), now: time.Now()}
	o.config.Now = func() time.Time { return o.now }
	o.Office = enginetest.NewOffice(t, enginetest.Desk{Provider: "google", Now: o.config.Now,
		Advance: func(d time.Duration) { o.now = o.now.Add(d) },
		Connect: func(interesting func(*calendar.Event) bool) calendar.Calendar {
			o.config.Interesting = interesting
			return o.connect()
		},
		Own: func(ev *calendar.Event) bool {
			words := calendar.StripBlock(ev.Description)
			return strings.HasPrefix(words, "words") || strings.HasPrefix(words, "Agenda")
		}})
	o.Start()
	return o
}

// Fill implements enginetest.Doubter: seven single events, and a series with an exception.
func (o *office) Fill() (ids []string) {
	o.t.Helper()
	for i := range 7 {
		start := o.now.UTC().AddDate(0, 0, 7+i).Truncate(time.Hour)
		ids = append(ids, o.Put(calendar.Event{Title: fmt.Sprintf("Talk %d #zoom", i), Description: "words",
			Start: start, End: start.Add(time.Hour), Zone: "UTC"}))
	}
	series, first := o.weekly(nil)
	o.server.Except("", series, first.AddDate(0, 0, 7), func(ev json) { ev["description"] = "Its own agenda" })
	o.Pass()
	ids = append(ids, series)
	o.Standing(ids)
	return ids
}

// Disturb implements enginetest.Doubter: a changed event, a block that is gone, an event that is not listed, and an
// expired cursor.
func (o *office) Disturb(ids []string, call string) {
	o.server.Edit("", ids[0], func(ev json) { ev["summary"] = "Renamed #zoom" })
	o.server.Edit("", ids[1], func(ev json) { ev["description"] = "words" })
	o.server.Edit("", ids[7], func(ev json) { ev["description"] = "Agenda" })
	o.server.Hide("", ids[2], true)
	o.server.Expire()
	if call == "the calendar" { // it is asked for when an event is said not to be there
		lie := googletest.Error(404, "notFound", "Not Found")
		lie.Match, lie.Times = calls["get"], 1
		o.server.Break(lie)
	}
}

// Restore implements enginetest.Doubter.
func (o *office) Restore(ids []string) {
	o.server.Hide("", ids[2], false)
	o.server.Expire()
}

// Mend implements enginetest.Doubter.
func (o *office) Mend() { o.server.Mend() }

// doubtful are answers from which nothing may be concluded.
var doubtful = calendartest.Doubtful(map[string]googletest.Fault{
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
	"empty list": {Replace: func(string) string {
		return `{"kind":"calendar#events","accessRole":"owner","timeZone":"UTC","items":[],"nextSyncToken":"CSyncNothing=="}`
	}},
	"another object": {Replace: func(string) string { return `{"id":"other","status":"cancelled"}` }},
})

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
	enginetest.Doubts[*office, googletest.Fault]{New: newOffice, Always: doubtful, Once: once, Calls: calls,
		Break: func(o *office, f googletest.Fault, match func(*http.Request) bool, times int) {
			f.Match, f.Times = match, times
			o.server.Break(f)
		}}.Run(t)
}

// TestDoubtfulCalendarCancelsNothing has the calendar as a whole, or what is configured, be another one for hours.
func TestDoubtfulCalendarCancelsNothing(t *testing.T) {
	enginetest.Spells(t, newOffice, map[string]enginetest.Spell[*office]{
		"an empty calendar": {
			Change: func(o *office) { o.server.SetEmpty("", true); o.server.Expire() },
			Back:   func(o *office) { o.server.SetEmpty("", false); o.server.Expire() },
		},
		"an empty calendar that knows no event": {
			Change: func(o *office) {
				if err := o.Misbehave(calendartest.Empty); err != nil {
					o.t.Fatal(err)
				}
				o.server.Expire()
			},
			Back: func(o *office) { o.Heal(); o.server.Expire() },
			Held: true,
		},
		"no longer shared": {
			Change: func(o *office) { o.server.SetRole("", "none") },
			Back:   func(o *office) { o.server.SetRole("", "owner") },
			Held:   true,
		},
		"shared for reading": {
			Change: func(o *office) { o.server.SetRole("", "reader"); o.server.Expire() },
			Back:   func(o *office) { o.server.SetRole("", "owner") },
		},
		"shared as free and busy": {
			Change: func(o *office) { o.server.SetRole("", "freeBusyReader"); o.server.Expire() },
			Back:   func(o *office) { o.server.SetRole("", "owner"); o.server.Expire() },
			Held:   true,
		},
		"private events out of sight": {
			Change: func(o *office) {
				for _, id := range o.server.IDs("") {
					o.server.Edit("", id, func(ev json) { ev["visibility"] = "private" })
				}
				o.server.SetRole("", "writerWithoutPrivateAccess")
			},
			Back: func(o *office) {
				for _, id := range o.server.IDs("") {
					o.server.Edit("", id, func(ev json) { ev["visibility"] = "default" })
				}
			},
		},
		"other tag words": {
			Change: func(o *office) { o.Words = []string{"#video"}; o.Start() },
			Back:   func(o *office) { o.Words = []string{"#zoom"}; o.Start() },
		},
		"sign-in revoked": {
			Change: func(o *office) {
				o.server.KillTokens()
				o.server.Break(googletest.OAuthError(400, "invalid_grant", "Invalid email or User ID"))
			},
			Back: func(o *office) { o.server.Mend() },
		},
	})
}
