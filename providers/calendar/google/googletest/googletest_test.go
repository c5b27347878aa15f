package googletest

import (
	"bytes"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestFilledIn(t *testing.T) {
	b := newBench(t, Options{})
	ev := timed("", "Review", "10:00", "11:00")
	ev["description"] = "<b>a</b> & \"b\"\r\n\tc  "
	id := b.Put("", ev)
	got := b.want("GET", events+"/"+id, "", 200, "")
	want := JSON{
		"kind": "calendar#event", "id": id, "iCalUID": id + "@google.com", "status": "confirmed",
		"eventType": "default", "summary": "Review",
		"description": ev["description"], "created": "2026-11-29T22:00:00.000Z", "updated": "2026-11-30T22:00:00.000Z",
		"sequence": 0.0,
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
	if !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) || len(etag) < 3 ||
		got.header.Get("Etag") != etag {
		t.Errorf("etag %s, header %s", etag, got.header.Get("Etag"))
	}
	if got.header.Get("Content-Type") != "application/json; charset=UTF-8" ||
		got.header.Get("Date") != "Mon, 30 Nov 2026 22:00:00 GMT" {
		t.Errorf("headers %v", got.header)
	}
	b.want("GET", events+"/"+id, "", 304, "", "If-None-Match", etag)
	b.want("GET", events+"/nothing", "", 404, "notFound")
	b.want("GET", "calendars/nobody@example.com/events", "", 404, "notFound")
	if cal := b.want("GET", "calendars/primary", "", 200, ""); cal.body["timeZone"] != Zone ||
		cal.body["id"] != Account {
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
	for query, want := range map[string]string{"": "2026-12-01T16:00:00+01:00",
		"?timeZone=UTC": "2026-12-01T15:00:00Z"} {
		start := b.want("GET", events+"/"+id+query, "", 200, "").body["start"].(JSON)
		if start["dateTime"] != want || start["timeZone"] != "America/New_York" {
			t.Errorf("%s: start %v", query, start)
		}
	}
}

func TestUnknownCalls(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{})
	for _, call := range []string{"DELETE " + events + "/" + id, "POST " + events, "GET " + events + "/" + id +
		"/instances", "GET colors"} {
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
	b.Break(Page(200))
	if got := b.do("GET", path, ""); got.status != 200 || got.body != nil ||
		!strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Errorf("%+v", got)
	}
	b.Mend()
	b.want("GET", path, "", 200, "")
	b.clean()
}

func TestWritersAtOnce(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	etag := b.want("GET", events+"/a", "", 200, "").body["etag"].(string)
	statuses := make([]int, 8)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() {
			b.Edit("", "other", func(JSON) {})
			statuses[i] = b.do("PATCH", events+"/a"+quiet, `{"summary":"`+string(rune('b'+i))+`"}`, "If-Match",
				etag).status
			_ = b.do("GET", events, "")
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 200 || statuses[1] != 412 {
		t.Errorf("%v", statuses)
	}
}

func TestRequestsAreKept(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{})
	b.patch(id, `{"location":"x"}`, "If-Match", "*")
	b.Break(Fault{Cut: true})
	_ = b.do("GET", events+"?maxResults=2", "")
	got := b.Requests()
	if len(got) != 2 || got[0].Method != "PATCH" || got[0].Body["location"] != "x" ||
		got[0].Header.Get("If-Match") != "*" || got[0].Status != 200 ||
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
			if compressed := got.header.Get("Content-Encoding") == "gzip"; compressed != want ||
				bytes.HasPrefix([]byte(got.raw), []byte("\x1f\x8b")) != want {
				t.Errorf("Gzip %v, %s: compressed %v, want %v", o.Gzip, path, compressed, want)
			}
			if got := b.do("GET", path, "", "Accept-Encoding", "identity"); !reflect.DeepEqual(got.body, plain.body) {
				t.Errorf("%s differs when it is not compressed", path)
			}
		}
	}
}
