package googletest

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"zoomtag/providers/calendar/calendartest"
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
		if got.Body[name] != v {
			t.Errorf("%s is %v, want %v", name, got.Body[name], v)
		}
	}
	if o := got.Body["organizer"].(JSON); o["self"] != true || o["email"] != Account {
		t.Errorf("organizer %v", o)
	}
	etag, _ := got.Body["etag"].(string)
	if !strings.HasPrefix(etag, `"`) || !strings.HasSuffix(etag, `"`) || len(etag) < 3 ||
		got.Header.Get("Etag") != etag {
		t.Errorf("etag %s, header %s", etag, got.Header.Get("Etag"))
	}
	if got.Header.Get("Content-Type") != "application/json; charset=UTF-8" ||
		got.Header.Get("Date") != "Mon, 30 Nov 2026 22:00:00 GMT" {
		t.Errorf("headers %v", got.Header)
	}
	b.want("GET", events+"/"+id, "", 304, "", "If-None-Match", etag)
	b.want("GET", events+"/nothing", "", 404, "notFound")
	b.want("GET", "calendars/nobody@example.com/events", "", 404, "notFound")
	if cal := b.want("GET", "calendars/primary", "", 200, ""); cal.Body["timeZone"] != Zone ||
		cal.Body["id"] != Account {
		t.Errorf("calendar %v", cal.Body)
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
		start := b.want("GET", events+"/"+id+query, "", 200, "").Body["start"].(JSON)
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

	calendartest.Faults(t, calendartest.Breakable{Break: b.Break, Mend: b.Mend,
		Get: func() calendartest.Answer { return b.do("GET", path, "").Answer },
		Write: func(title string) calendartest.Answer {
			return b.do("PATCH", path+quiet, `{"summary":"`+title+`"}`).Answer
		},
		Title: func() string { ev, _ := b.Event("", id); title, _ := ev["summary"].(string); return title },
		Field: "summary", Patches: On("PATCH"), Page: Page(200)})
	b.Break(RateLimited("30"))
	if got := b.want("GET", path, "", 429, "rateLimitExceeded"); got.Header.Get("Retry-After") != "30" {
		t.Errorf("%v", got.Header)
	}
	b.Mend()
	b.want("GET", path, "", 200, "")
	b.clean()
}

func TestWritersAtOnce(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	etag := b.want("GET", events+"/a", "", 200, "").Body["etag"].(string)
	statuses := make([]int, 8)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() {
			b.Edit("", "other", func(JSON) {})
			statuses[i] = b.do("PATCH", events+"/a"+quiet, `{"summary":"`+string(rune('b'+i))+`"}`, "If-Match",
				etag).Status
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
	write, read := calendartest.Kept(t, b.Server)
	if write.Body["location"] != "x" || write.Query.Get("sendUpdates") != "none" ||
		read.Query.Get("maxResults") != "2" {
		t.Errorf("%+v, %+v", write, read)
	}
}

func TestHold(t *testing.T) {
	b := newBench(t, Options{})
	id := b.Put("", JSON{"summary": "a"})
	calendartest.Held(t, &b.Hold, func() string { ev, _ := b.Event("", id); return ev["summary"].(string) },
		func() { b.patch(id, `{"summary":"b"}`) })
}

func TestGzip(t *testing.T) {
	for _, o := range []Options{{}, {Gzip: true}} {
		b := newBench(t, o)
		id := b.Put("", JSON{"description": strings.Repeat("long ", 300)})
		for path, want := range map[string]bool{events + "/" + id: true, "calendars/primary": o.Gzip} {
			plain := b.want("GET", path, "", 200, "") // Go asks for gzip and takes it off itself
			got := b.do("GET", path, "", "Accept-Encoding", "gzip")
			if compressed := got.Header.Get("Content-Encoding") == "gzip"; compressed != want ||
				bytes.HasPrefix([]byte(got.Raw), []byte("\x1f\x8b")) != want {
				t.Errorf("Gzip %v, %s: compressed %v, want %v", o.Gzip, path, compressed, want)
			}
			if got := b.do("GET", path, "", "Accept-Encoding", "identity"); !reflect.DeepEqual(got.Body, plain.Body) {
				t.Errorf("%s differs when it is not compressed", path)
			}
		}
	}
}
