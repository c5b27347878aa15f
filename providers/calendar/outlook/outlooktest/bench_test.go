package outlooktest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/calendartest"
)

// bench is a started emulator with a clock and a token of the person's.
type bench struct {
	*testing.T
	*Server
	now   time.Time
	token string
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	b := &bench{T: t, now: time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)}
	if o.Now == nil {
		o.Now = func() time.Time { return b.now }
	}
	if o.TokenLife == 0 {
		o.TokenLife = 1000 * time.Hour
	}
	o.Schema = Schema()
	b.Server = New(o)
	calendartest.Start(t, b.Server)
	b.token = b.Token("Calendars.ReadWrite", "User.Read")
	return b
}

// reply is an answer with its body decoded.
type reply struct{ calendartest.Answer }

// immutable is the preference that every careful request has.
const immutable = `IdType="ImmutableId"`

// do sends a request to a path below /v1.0/, or to a link; header is name, value, name, value.
func (b *bench) do(method, path, body string, header ...string) reply {
	b.Helper()
	address := path
	if !strings.HasPrefix(path, "http") {
		address = b.GraphURL() + "/" + path
	}
	r, err := http.NewRequestWithContext(b.Context(), method, address, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Prefer", immutable)
	for i := 0; i < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return b.send(r)
}

func (b *bench) send(r *http.Request) reply { return reply{calendartest.Ask(r)} }

// code is the code that an error body gives.
func (r reply) code() string {
	if e, is := r.Body["error"].(JSON); is {
		code, _ := e["code"].(string)
		return code
	}
	code, _ := r.Body["error"].(string)
	return code
}

func (b *bench) want(method, path, body string, status int, code string, header ...string) reply {
	b.Helper()
	got := b.do(method, path, body, header...)
	if got.Err != nil || got.Status != status || got.code() != code {
		b.Fatalf("%s %s %s: %d %s %v, want %d %s", method, path, body, got.Status, got.Raw, got.Err, status, code)
	}
	return got
}

func (b *bench) get(path string, header ...string) JSON {
	b.Helper()
	return b.want("GET", path, "", 200, "", header...).Body
}

// patch sends a PATCH that holds whatever the version.
func (b *bench) patch(id, body string, header ...string) JSON {
	b.Helper()
	return b.want("PATCH", "me/events/"+id, body, 200, "", append([]string{"If-Match", "*"}, header...)...).Body
}

// values are what the rows of a list have in a field.
func values(body JSON, field string) string {
	var out []string
	rows, _ := body["value"].([]any)
	for _, v := range rows {
		text, _ := v.(JSON)[field].(string)
		if v.(JSON)["@removed"] != nil {
			text = "-" + text
		}
		out = append(out, text)
	}
	return strings.Join(out, " ")
}

func ids(body JSON) string { return values(body, "id") }

func next(body JSON) string {
	link, _ := body["@odata.nextLink"].(string)
	return link
}

func query(q string) string { return strings.ReplaceAll(url.QueryEscape(q), "+", "%20") }

// clean fails the test where the emulator has something to complain about.
func (b *bench) clean() { b.Helper(); calendartest.Clean(b, b.Server) }

// complained expects one complaint that contains what, and forgets it.
func (b *bench) complained(what string) { b.Helper(); calendartest.Complained(b, b.Server, what) }

// timed is an event at a time of day on 1 December 2026, in Berlin.
func timed(id, subject, from, to string) JSON {
	return JSON{
		"id": id, "subject": subject, "start": JSON{"dateTime": "2026-12-01T" + from + ":00",
			"timeZone": "Europe/Berlin"},
		"end": JSON{"dateTime": "2026-12-01T" + to + ":00", "timeZone": "Europe/Berlin"},
	}
}

// daily is timed at ten, every day.
func daily(id string) JSON {
	ev := timed(id, "Daily", "10:00", "10:30")
	ev["recurrence"] = JSON{
		"pattern": JSON{"type": "daily", "interval": 1}, "range": JSON{"type": "noEnd", "startDate": "2026-12-01",
			"recurrenceTimeZone": Zone},
	}
	return ev
}

func day(n int) time.Time { return time.Date(2026, 12, n, 9, 0, 0, 0, time.UTC) }

func guests(addresses ...string) []any {
	var out []any
	for _, a := range addresses {
		out = append(out, JSON{"emailAddress": JSON{"address": a, "name": a}, "type": "required"})
	}
	return out
}
