package outlook_test

import (
	"net/http"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/sync/engine/enginetest"
)

// doubtful are answers from which nothing may be concluded.
var doubtful = calendartest.Doubtful(map[string]outlooktest.Fault{
	"500":               outlooktest.NoMessage(500, "ErrorInternalServerError"),
	"500, no code":      outlooktest.NoCode(500),
	"503, a web page":   outlooktest.Page(503),
	"503, busy":         outlooktest.Busy("30"),
	"504":               outlooktest.Blank(504),
	"200, a web page":   outlooktest.Page(200),
	"429":               outlooktest.Throttled(""),
	"429, 30 seconds":   outlooktest.Throttled("30"),
	"403":               outlooktest.Error(403, "ErrorAccessDenied", "Access is denied."),
	"401":               outlooktest.Error(401, "InvalidAuthenticationToken", "Access token has expired."),
	"400":               outlooktest.Error(400, "ErrorInvalidRequest", "The request is invalid."),
	"409":               outlooktest.Error(409, "ErrorIrresolvableConflict", "The change key does not match."),
	"410":               outlooktest.Error(410, "resyncRequired", "Resync required."),
	"412":               outlooktest.Error(412, "ErrorIrresolvableConflict", "The change key does not match."),
	"204":               outlooktest.Blank(204),
	"empty list":        {Replace: func(string) string { return `{"@odata.context":"","value":[]}` }},
	"no list":           {Replace: func(string) string { return `{"@odata.context":"","value":null}` }},
	"another object":    {Replace: func(string) string { return `{"id":"other","isCancelled":true}` }},
	"404, no such user": outlooktest.Error(404, "ErrorInvalidUser", "The requested user is invalid."),
	"404, no mailbox": outlooktest.Error(404, "MailboxNotEnabledForRESTAPI",
		"The mailbox is either inactive, soft-deleted, or is hosted on-premise."),
})

// once are answers that are doubtful the first time: given again and again they would be answers.
var once = map[string]outlooktest.Fault{
	"404":          outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store."),
	"404, no code": outlooktest.NoCode(404),
}

// calls are the kinds of requests.
var calls = map[string]func(*http.Request) bool{
	"list, first page": func(r *http.Request) bool { return outlooktest.Lists(r) && !outlooktest.NextPages(r) },
	"list, next pages": outlooktest.NextPages,
	"the calendars":    func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/calendars") },
	"the calendar":     readsCalendar,
	"get":              func(r *http.Request) bool { return r.Method == http.MethodGet && outlooktest.Events(r) },
	"patch":            outlooktest.On(http.MethodPatch),
	"token":            outlooktest.Tokens,
	"any":              func(*http.Request) bool { return true },
}

func readsCalendar(r *http.Request) bool {
	_, id, one := strings.Cut(r.URL.Path, "/calendars/")
	return one && !strings.Contains(id, "/")
}

// TestDoubtfulAnswersCancelNothing has every kind of request over linked events fail in every way, for hours.
func TestDoubtfulAnswersCancelNothing(t *testing.T) {
	enginetest.Doubts[*office, outlooktest.Fault]{New: newSmallOffice, Always: doubtful, Once: once, Calls: calls,
		Break: func(o *office, f outlooktest.Fault, match func(*http.Request) bool, times int) {
			f.Match, f.Times = match, times
			o.server.Break(f)
		}}.Run(t)
}

// newSmallOffice is one whose listings have several pages.
func newSmallOffice(t *testing.T) *office { return newOffice(t, outlooktest.Options{PageLimit: 3}) }

// Disturb implements enginetest.Doubter: a changed event, blocks that are gone, and an event that is not listed.
func (o *office) Disturb(ids []string, call string) {
	o.retitle(ids[0], "Renamed #zoom")
	for _, id := range []string{ids[1], ids[7]} {
		o.server.Edit(o.cal, id, func(ev json) { ev["body"] = json{"contentType": "html", "content": "words"} })
	}
	o.server.Hide(o.cal, ids[2], true)
	if call == "the calendar" { // it is asked for when an event is said not to be there
		lie := outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
		lie.Match, lie.Times = calls["get"], 1
		o.server.Break(lie)
	}
}

// Restore implements enginetest.Doubter.
func (o *office) Restore(ids []string) { o.server.Hide(o.cal, ids[2], false) }

// Mend implements enginetest.Doubter.
func (o *office) Mend() { o.server.Mend() }

// always is a fault of all requests that match.
func always(f outlooktest.Fault, match func(*http.Request) bool) outlooktest.Fault {
	f.Match = match
	return f
}

// TestDoubtfulCalendarCancelsNothing has the calendar as a whole, or what is configured, be another one for hours.
func TestDoubtfulCalendarCancelsNothing(t *testing.T) {
	mend := func(o *office) { o.server.Mend() }
	enginetest.Spells(t, newSmallOffice, map[string]enginetest.Spell[*office]{
		"an empty calendar": {
			Change: func(o *office) { o.server.SetEmpty(o.cal, true) },
			Back:   func(o *office) { o.server.SetEmpty(o.cal, false) },
		},
		"an empty calendar that knows no event": {
			Change: func(o *office) {
				o.server.SetEmpty(o.cal, true)
				o.server.Break(always(outlooktest.Error(404, "ErrorItemNotFound",
					"The specified object was not found in the store."), outlooktest.Events))
			},
			Back: func(o *office) { o.server.SetEmpty(o.cal, false); o.server.Mend() },
			Held: true,
		},
		"no longer shared": {
			Change: func(o *office) { o.server.Share(o.cal, o.server.Mailbox(), "none") },
			Back:   func(o *office) { o.server.Share(o.cal, o.server.Mailbox(), "write") },
			Held:   true,
		},
		"no longer shared in the middle of a pass": { // an event that is not listed is asked for
			Change: func(o *office) {
				o.server.Hide(o.cal, o.server.IDs(o.cal)[2], true)
				o.server.Break(always(outlooktest.Error(404, "ErrorItemNotFound",
					"The specified object was not found in the store."),
					func(r *http.Request) bool { return outlooktest.Events(r) || readsCalendar(r) }))
			},
			Back: func(o *office) { o.server.Hide(o.cal, o.server.IDs(o.cal)[2], false); o.server.Mend() },
			Held: true,
		},
		"no longer shared, 403": {
			Change: func(o *office) {
				o.server.Break(outlooktest.Error(403, "ErrorAccessDenied",
					"Access is denied. Check credentials and try again."))
			},
			Back: mend,
		},
		"shared for reading": {
			Change: func(o *office) {
				o.server.Break(always(outlooktest.Error(403, "ErrorAccessDenied", "Access is denied."),
					outlooktest.On(http.MethodPatch)))
				o.server.Break(outlooktest.Fault{Match: calls["the calendars"],
					Replace: func(body string) string {
						return strings.ReplaceAll(body, `"canEdit":true`,
							`"canEdit":false`)
					}})
				o.Start()
			},
			Back: func(o *office) { o.server.Mend(); o.Start() },
		},
		"another calendar": {
			Change: func(o *office) { o.config.Calendar = o.server.AddCalendar("", "Other"); o.Start() },
			Back:   func(o *office) { o.config.Calendar = o.cal; o.Start() },
			Held:   true,
		},
		"no mailbox": {
			Change: func(o *office) {
				o.server.Break(outlooktest.Error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive."))
			},
			Back: mend,
			Held: true,
		},
		"other tag words": {
			Change: func(o *office) { o.Words = []string{"#video"}; o.Start() },
			Back:   func(o *office) { o.Words = []string{"#zoom"}; o.Start() },
		},
		"another secret": {
			Change: func(o *office) { o.config.ClientSecret = "expired"; o.Start() },
			Back:   func(o *office) { o.config.ClientSecret = o.server.ClientSecret(); o.Start() },
		},
		"texts that are not shown": {
			Change: func(o *office) {
				o.server.Break(outlooktest.Fault{Match: func(r *http.Request) bool {
					return outlooktest.Lists(r) ||
						outlooktest.Events(r)
				},
					Replace: func(body string) string { return strings.ReplaceAll(body, calendar.BlockFirst, "") }})
			},
			Back: mend,
		},
	})
}
