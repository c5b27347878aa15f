package googletest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
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
	if err := b.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	b.token = b.Token("calendar")
	return b
}

// reply is an answer with its body decoded.
type reply struct {
	status int
	header http.Header
	body   JSON
	raw    string
	err    error // of the connection or of the body
}

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

func (b *bench) send(r *http.Request) reply {
	b.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	res, err := client.Do(r)
	if err != nil {
		return reply{err: err}
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	got := reply{status: res.StatusCode, header: res.Header, raw: string(raw), err: err}
	_ = json.Unmarshal(raw, &got.body) // empty and broken answers leave it nil
	return got
}

// reason is the reason that an error body gives.
func (r reply) reason() string {
	e, _ := r.body["error"].(JSON)
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
	if got.err != nil || got.status != status || got.reason() != reason {
		b.Fatalf("%s %s %s: %d %s %v, want %d %s", method, path, body, got.status, got.raw, got.err, status, reason)
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
	return b.want("PATCH", events+"/"+id+quiet, body, 200, "", header...).body
}

// ids are those of a page, a cancelled event with a minus sign.
func (r reply) ids() string {
	var ids []string
	items, _ := r.body["items"].([]any)
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
	s, _ := r.body["nextSyncToken"].(string)
	return url.QueryEscape(s)
}
func (r reply) pageToken() string {
	s, _ := r.body["nextPageToken"].(string)
	return url.QueryEscape(s)
}

// clean fails the test where the emulator has something to complain about.
func (b *bench) clean() {
	b.Helper()
	if c := b.Complaints(); len(c) > 0 {
		b.Errorf("complaints %q", c)
	}
}

// complained expects one complaint that contains what, and forgets it.
func (b *bench) complained(what string) {
	b.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.complaints) != 1 || !strings.Contains(b.complaints[0], what) {
		b.Errorf("complaints %q, want one about %q", b.complaints, what)
	}
	b.complaints = nil
}

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

func TestFilledIn(t *testing.T) {
	b := newBench(t, Options{})
	ev := timed("", "Review", "10:00", "11:00")
	ev["description"] = "<b>a</b> & \"b\"\r\n\tc  "
	id := b.Put("", ev)
	got := b.want("GET", events+"/"+id, "", 200, "")
	want := JSON{
		"kind": "calendar#event", "id": id, "iCalUID": id + "@google.com", "status": "confirmed", "eventType": "default", "summary": "Review",
		"description": ev["description"], "created": "2026-11-29T22:00:00.000Z", "updated": "2026-11-30T22:00:00.000Z", "sequence": 0.0,
	}
	for name, v := range want {
		if got.body[name] != v {
			t.Errorf("%s is %v, want %v", name, got.body[name], v)
		}
	}
	if o := got.body["organizer"].(JSON); o["self"] != true || o["email"] != Account {
		t.Errorf("organizer %v", o)
	}
	etag, _ := got.body["etag"].(string)
	if !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) || len(etag) < 3 || got.header.Get("Etag") != etag {
		t.Errorf("etag %s, header %s", etag, got.header.Get("Etag"))
	}
	if got.header.Get("Content-Type") != "application/json; charset=UTF-8" || got.header.Get("Date") != "Mon, 30 Nov 2026 22:00:00 GMT" {
		t.Errorf("headers %v", got.header)
	}
	b.want("GET", events+"/"+id, "", 304, "", "If-None-Match", etag)
	b.want("GET", events+"/nothing", "", 404, "notFound")
	b.want("GET", "calendars/nobody@example.com/events", "", 404, "notFound")
	if cal := b.want("GET", "calendars/primary", "", 200, ""); cal.body["timeZone"] != Zone || cal.body["id"] != Account {
		t.Errorf("calendar %v", cal.body)
	}
	b.clean()
}

func TestTimesAreShownInTheZoneOfTheCalendar(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{
		"start": JSON{"dateTime": "2026-12-01T10:00:00", "timeZone": "America/New_York"},
		"end":   JSON{"dateTime": "2026-12-01T11:00:00-05:00", "timeZone": "America/New_York"},
	})
	for query, want := range map[string]string{"": "2026-12-01T16:00:00+01:00", "?timeZone=UTC": "2026-12-01T15:00:00Z"} {
		start := b.want("GET", events+"/"+id+query, "", 200, "").body["start"].(JSON)
		if start["dateTime"] != want || start["timeZone"] != "America/New_York" {
			t.Errorf("%s: start %v", query, start)
		}
	}
}

func TestUnknownCalls(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{})
	for _, call := range []string{"DELETE " + events + "/" + id, "POST " + events, "GET " + events + "/" + id + "/instances", "GET colors"} {
		method, path, _ := strings.Cut(call, " ")
		b.want(method, path, "", 501, "notImplemented")
		b.complained("does not have this call")
	}
	if _, stands := b.Event("", id); !stands {
		t.Error("the event is gone")
	}
}

func TestFaults(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{"summary": strings.Repeat("x", 2000)})
	path := events + "/" + id
	f := Error(503, "backendError", "Backend Error")
	f.Times = 1
	b.Break(f)
	b.want("GET", path, "", 503, "backendError")
	b.want("GET", path, "", 200, "")

	b.Break(Fault{Match: On("PATCH"), After: true, Status: 502, Body: "<html>"})
	b.want("PATCH", path+quiet, `{"summary":"lost"}`, 502, "")
	if ev, _ := b.Event("", id); ev["summary"] != "lost" {
		t.Errorf("the lost write left %v", ev["summary"])
	}
	b.Mend()
	b.Break(Fault{Match: On("PATCH"), Status: 502})
	b.want("PATCH", path+quiet, `{"summary":"refused"}`, 502, "")
	if ev, _ := b.Event("", id); ev["summary"] != "lost" {
		t.Errorf("the refused write left %v", ev["summary"])
	}
	b.Mend()
	b.Break(Fault{Cut: true})
	if got := b.do("GET", path, ""); got.err == nil {
		t.Errorf("a cut connection gave %+v", got)
	}
	b.Mend()
	b.Break(Fault{Half: true})
	if got := b.do("GET", path, ""); got.status != 200 || got.err == nil {
		t.Errorf("half an answer gave %+v", got)
	}
	b.Mend()
	b.Break(Fault{Replace: func(body string) string { return strings.Replace(body, "lost", "found", 1) }})
	if got := b.want("GET", path, "", 200, ""); got.body["summary"] != "found" {
		t.Errorf("%v", got.body)
	}
	b.Mend()
	b.Break(RateLimited("30"))
	if got := b.want("GET", path, "", 429, "rateLimitExceeded"); got.header.Get("Retry-After") != "30" {
		t.Errorf("%v", got.header)
	}
	b.Mend()
	b.want("GET", path, "", 200, "")
	b.clean()
}

func TestRequestsAreKept(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{})
	b.patch(id, `{"location":"x"}`, "If-Match", "*")
	b.Break(Fault{Cut: true})
	_ = b.do("GET", events+"?maxResults=2", "")
	got := b.Requests()
	if len(got) != 2 || got[0].Method != "PATCH" || got[0].Body["location"] != "x" || got[0].Header.Get("If-Match") != "*" || got[0].Status != 200 ||
		got[0].Query.Get("sendUpdates") != "none" || got[1].Query.Get("maxResults") != "2" || got[1].Status != 0 {
		t.Errorf("%+v", got)
	}
	b.ResetRequests()
	if n := len(b.Requests()); n != 0 {
		t.Errorf("%d requests left", n)
	}
}

func TestHold(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{"summary": "a"})
	var seen []string
	b.Hold = func(phase string, r *http.Request) {
		ev, _ := b.Event("", id)
		seen = append(seen, phase+" "+r.Method+" "+ev["summary"].(string))
	}
	b.patch(id, `{"summary":"b"}`)
	if want := []string{"before PATCH a", "after PATCH b"}; !slices.Equal(seen, want) {
		t.Errorf("%q, want %q", seen, want)
	}
}

func TestGzip(t *testing.T) {
	for _, o := range []Options{{}, {Gzip: true}} {
		b := newBench(t, o)
		id := b.Put("", JSON{"description": strings.Repeat("long ", 300)})
		for path, want := range map[string]bool{events + "/" + id: true, "calendars/primary": o.Gzip} {
			plain := b.want("GET", path, "", 200, "") // Go asks for gzip and takes it off itself
			got := b.do("GET", path, "", "Accept-Encoding", "gzip")
			if compressed := got.header.Get("Content-Encoding") == "gzip"; compressed != want || bytes.HasPrefix([]byte(got.raw), []byte("\x1f\x8b")) != want {
				t.Errorf("Gzip %v, %s: compressed %v, want %v", o.Gzip, path, compressed, want)
			}
			if got := b.do("GET", path, "", "Accept-Encoding", "identity"); !maps.EqualFunc(got.body, plain.body, func(a, b any) bool {
				x, _ := json.Marshal(a)
				y, _ := json.Marshal(b)
				return string(x) == string(y)
			}) {
				t.Errorf("%s differs when it is not compressed", path)
			}
		}
	}
}

// setRealClock is for clients that compare tokens with a clock of their own.
func (b *bench) setRealClock() {
	b.now = time.Now()
	b.token = b.Token("calendar")
}
