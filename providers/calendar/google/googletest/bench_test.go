package googletest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/calendartest"
)

// bench is a started emulator with a clock and a token of every scope.
type bench struct {
	*testing.T
	*Server
	now   time.Time
	token string
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	b := &bench{T: t, now: time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)}
	o.Now = func() time.Time { return b.now }
	if o.Discovery == nil {
		document, err := Discovery()
		if err != nil {
			t.Fatal(err)
		}
		o.Discovery = document
	}
	b.Server = New(o)
	calendartest.Start(t, b.Server)
	b.token = b.Token("calendar")
	return b
}

// reply is an answer with its body decoded.
type reply struct{ calendartest.Answer }

// do sends a request; header is name, value, name, value.
func (b *bench) do(method, path, body string, header ...string) reply {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, b.APIURL()+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return b.send(r)
}

func (b *bench) send(r *http.Request) reply { return reply{calendartest.Ask(r)} }

// reason is the reason that an error body gives.
func (r reply) reason() string {
	e, _ := r.Body["error"].(JSON)
	list, _ := e["errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	reason, _ := list[0].(JSON)["reason"].(string)
	return reason
}

func (b *bench) want(method, path, body string, status int, reason string, header ...string) reply {
	b.Helper()
	got := b.do(method, path, body, header...)
	if got.Err != nil || got.Status != status || got.reason() != reason {
		b.Fatalf("%s %s %s: %d %s %v, want %d %s", method, path, body, got.Status, got.Raw, got.Err, status, reason)
	}
	return got
}

const (
	events = "calendars/primary/events"
	quiet  = "?sendUpdates=none"
)

func (b *bench) list(query string) reply {
	b.Helper()
	return b.want("GET", events+"?"+query, "", 200, "")
}

func (b *bench) patch(id, body string, header ...string) JSON {
	b.Helper()
	return b.want("PATCH", events+"/"+id+quiet, body, 200, "", header...).Body
}

// ids are those of a page, a cancelled event with a minus sign.
func (r reply) ids() string {
	var ids []string
	items, _ := r.Body["items"].([]any)
	for _, v := range items {
		id, _ := v.(JSON)["id"].(string)
		if v.(JSON)["status"] == "cancelled" {
			id = "-" + id
		}
		ids = append(ids, id)
	}
	return strings.Join(ids, " ")
}

func (r reply) syncToken() string {
	s, _ := r.Body["nextSyncToken"].(string)
	return url.QueryEscape(s)
}
func (r reply) pageToken() string {
	s, _ := r.Body["nextPageToken"].(string)
	return url.QueryEscape(s)
}

// clean fails the test where the emulator has something to complain about.
func (b *bench) clean() { b.Helper(); calendartest.Clean(b, b.Server) }

// complained expects one complaint that contains what, and forgets it.
func (b *bench) complained(what string) { b.Helper(); calendartest.Complained(b, b.Server, what) }

// timed is an event at a time of day on 1 December 2026, in Berlin.
func timed(id, summary, from, to string) JSON {
	return JSON{
		"id": id, "summary": summary, "start": JSON{"dateTime": "2026-12-01T" + from + ":00+01:00"},
		"end": JSON{"dateTime": "2026-12-01T" + to + ":00+01:00"},
	}
}

// daily is timed, every day.
func daily(id, rule string) JSON {
	ev := timed(id, "Daily", "10:00", "10:30")
	ev["recurrence"] = []string{"RRULE:FREQ=DAILY" + rule}
	return ev
}

func day(n int) time.Time { return time.Date(2026, 12, n, 9, 0, 0, 0, time.UTC) }

// setRealClock is for clients that compare tokens with a clock of their own.
func (b *bench) setRealClock() {
	b.now = time.Now()
	b.token = b.Token("calendar")
}
