package outlook_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// doubtful are answers from which nothing may be concluded.
var doubtful = map[string]outlooktest.Fault{
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
	"no connection":     {Cut: true},
	"half an answer":    {Half: true},
	"lost answer":       {After: true, Cut: true},
	"nothing":           {After: true, Status: 200},
	"204":               outlooktest.Blank(204),
	"cut JSON":          {Replace: func(body string) string { return body[:len(body)/2] }},
	"empty list":        {Replace: func(string) string { return `{"@odata.context":"","value":[]}` }},
	"no list":           {Replace: func(string) string { return `{"@odata.context":"","value":null}` }},
	"empty object":      {Replace: func(string) string { return `{}` }},
	"another object":    {Replace: func(string) string { return `{"id":"other","isCancelled":true}` }},
	"404, no such user": outlooktest.Error(404, "ErrorInvalidUser", "The requested user is invalid."),
	"404, no mailbox": outlooktest.Error(404, "MailboxNotEnabledForRESTAPI",
		"The mailbox is either inactive, soft-deleted, or is hosted on-premise."),
}

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
	for call, match := range calls {
		for name, fault := range doubtful {
			t.Run(name+" to "+call, func(t *testing.T) { t.Parallel(); doubt(t, call, match, fault, 0) })
		}
		for name, fault := range once {
			t.Run("once "+name+" to "+call, func(t *testing.T) { t.Parallel(); doubt(t, call, match, fault, 1) })
		}
	}
}

func doubt(t *testing.T, call string, match func(*http.Request) bool, fault outlooktest.Fault, times int) {
	o := newOffice(t, outlooktest.Options{PageLimit: 3})
	ids := o.fill()
	// Work for each kind of request: a changed event, blocks that are gone, an event that is not listed, and a new
	// process with a new token.
	o.retitle(ids[0], "Renamed #zoom")
	for _, id := range []string{ids[1], ids[7]} {
		o.server.Edit(o.cal, id, func(ev json) { ev["body"] = json{"contentType": "html", "content": "words"} })
	}
	o.server.Hide(o.cal, ids[2], true)
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
		lie := outlooktest.Error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
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
	o.server.Hide(o.cal, ids[2], false)
	for range 3 {
		o.clock.Advance(7 * time.Hour)
		o.pass()
	}
	o.standing(ids)
}

// always is a fault of all requests that match.
func always(f outlooktest.Fault, match func(*http.Request) bool) outlooktest.Fault {
	f.Match = match
	return f
}

// TestDoubtfulCalendarCancelsNothing has the calendar as a whole, or what is configured, be another one for hours.
func TestDoubtfulCalendarCancelsNothing(t *testing.T) {
	mend := func(o *office) { o.server.Mend() }
	for name, tt := range map[string]struct {
		change, back func(o *office)
		held         bool
	}{
		"an empty calendar": {
			change: func(o *office) { o.server.SetEmpty(o.cal, true) },
			back:   func(o *office) { o.server.SetEmpty(o.cal, false) },
		},
		"an empty calendar that knows no event": {
			change: func(o *office) {
				o.server.SetEmpty(o.cal, true)
				o.server.Break(always(outlooktest.Error(404, "ErrorItemNotFound",
					"The specified object was not found in the store."), outlooktest.Events))
			},
			back: func(o *office) { o.server.SetEmpty(o.cal, false); o.server.Mend() },
			held: true,
		},
		"no longer shared": {
			change: func(o *office) { o.server.Share(o.cal, o.server.Mailbox(), "none") },
			back:   func(o *office) { o.server.Share(o.cal, o.server.Mailbox(), "write") },
			held:   true,
		},
		"no longer shared in the middle of a pass": { // an event that is not listed is asked for
			change: func(o *office) {
				o.server.Hide(o.cal, o.server.IDs(o.cal)[2], true)
				o.server.Break(always(outlooktest.Error(404, "ErrorItemNotFound",
					"The specified object was not found in the store."),
					func(r *http.Request) bool { return outlooktest.Events(r) || readsCalendar(r) }))
			},
			back: func(o *office) { o.server.Hide(o.cal, o.server.IDs(o.cal)[2], false); o.server.Mend() },
			held: true,
		},
		"no longer shared, 403": {
			change: func(o *office) {
				o.server.Break(outlooktest.Error(403, "ErrorAccessDenied",
					"Access is denied. Check credentials and try again."))
			},
			back: mend,
		},
		"shared for reading": {
			change: func(o *office) {
				o.server.Break(always(outlooktest.Error(403, "ErrorAccessDenied", "Access is denied."),
					outlooktest.On(http.MethodPatch)))
				o.server.Break(outlooktest.Fault{Match: calls["the calendars"],
					Replace: func(body string) string {
						return strings.ReplaceAll(body, `"canEdit":true`,
							`"canEdit":false`)
					}})
				o.start()
			},
			back: func(o *office) { o.server.Mend(); o.start() },
		},
		"another calendar": {
			change: func(o *office) { o.config.Calendar = o.server.AddCalendar("", "Other"); o.start() },
			back:   func(o *office) { o.config.Calendar = o.cal; o.start() },
			held:   true,
		},
		"no mailbox": {
			change: func(o *office) {
				o.server.Break(outlooktest.Error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive."))
			},
			back: mend,
			held: true,
		},
		"other tag words": {
			change: func(o *office) { o.words = []string{"#video"}; o.start() },
			back:   func(o *office) { o.words = []string{"#zoom"}; o.start() },
		},
		"another secret": {
			change: func(o *office) { o.config.ClientSecret = "expired"; o.start() },
			back:   func(o *office) { o.config.ClientSecret = o.server.ClientSecret(); o.start() },
		},
		"texts that are not shown": {
			change: func(o *office) {
				o.server.Break(outlooktest.Fault{Match: func(r *http.Request) bool {
					return outlooktest.Lists(r) ||
						outlooktest.Events(r)
				},
					Replace: func(body string) string { return strings.ReplaceAll(body, calendar.BlockFirst, "") }})
			},
			back: mend,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, outlooktest.Options{PageLimit: 3})
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
				o.clock.Advance(7 * time.Hour)
				o.pass()
			}
			o.standing(ids)
		})
	}
}
