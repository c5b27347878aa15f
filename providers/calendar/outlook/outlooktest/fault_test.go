package outlooktest

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"zoomtag/providers/calendar/calendartest"
)

func TestFaults(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("a", "A", "10:00", "11:00"))
	path := "me/events/a"
	f := Error(503, "UnknownError", "")
	f.Times = 1
	b.Break(f)
	b.want("GET", path, "", 503, "UnknownError")
	b.want("GET", path, "", 200, "")

	calendartest.Faults(t, calendartest.Breakable{Break: b.Break, Mend: b.Mend,
		Get: func() calendartest.Answer { return b.do("GET", path, "").Answer },
		Write: func(title string) calendartest.Answer {
			return b.do("PATCH", path, `{"subject":"`+title+`"}`, "If-Match", "*").Answer
		},
		Title: func() string { ev, _ := b.Event("", "a"); title, _ := ev["subject"].(string); return title },
		Field: "subject", Patches: On("PATCH"), Page: Page(200)})
	for _, test := range []struct {
		fault Fault
		raw   string
	}{
		{NoCode(400), `{"error":{}}`}, {NoMessage(403, "ErrorAccessDenied"), `{"error":{"code":"ErrorAccessDenied"}}`},
		{Blank(503), ""},
	} {
		b.Mend()
		b.Break(test.fault)
		if got := b.do("GET", path, ""); got.Status != test.fault.Status || got.Raw != test.raw {
			t.Errorf("%d %q", got.Status, got.Raw)
		}
	}
	for _, wait := range []string{"", "30", "soon", "Mon, 30 Nov 2026 22:00:30 GMT"} {
		b.Mend()
		b.Break(Throttled(wait))
		if got := b.want("GET", path, "", 429, "ApplicationThrottled"); got.Header.Get("Retry-After") != wait {
			t.Errorf("%v", got.Header)
		}
	}
	b.Mend()
	second := Error(500, "ErrorInternalServerError", "x")
	second.Match = NextPages
	b.Break(second)
	b.Put("", timed("b", "B", "10:00", "11:00"))
	page := b.get("me/events?$top=1")
	b.want("GET", next(page), "", 500, "ErrorInternalServerError")
	b.clean()
}

func TestGzip(t *testing.T) {
	for _, refuse := range []bool{false, true} {
		b := newBench(t, Options{RefuseGzip: refuse})
		b.Put("", timed("a", "A", "10:00", "11:00"))
		got := b.do("GET", "me/events/a", "", "Accept-Encoding", "gzip")
		if got.Header.Get("Content-Encoding") != "gzip" || !strings.HasPrefix(got.Raw, "\x1f\x8b") {
			t.Errorf("headers %v", got.Header)
		}
		if got := b.do("GET", "me/events/a", "", "Accept-Encoding", "identity"); got.Body["subject"] != "A" {
			t.Errorf("%s", got.Raw)
		}
		var body bytes.Buffer
		z := gzip.NewWriter(&body)
		if _, err := z.Write([]byte(`{"subject":"B"}`)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		status, code := 200, ""
		if refuse {
			status, code = 415, "UnsupportedMediaType"
		}
		b.want("PATCH", "me/events/a", body.String(), status, code, "If-Match", "*", "Content-Encoding", "gzip")
		if ev, _ := b.Event("", "a"); ev["subject"] != map[bool]string{false: "B", true: "A"}[refuse] {
			t.Errorf("%v", ev["subject"])
		}
		b.clean()
	}
}

func TestNothingElseIsThere(t *testing.T) {
	b := newBench(t, Options{})
	b.want("GET", b.URL()+"/beta/me/events", "", 404, "")
	b.complained("nothing at this address")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.URL()+"/v1.0//", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	if got := b.send(r); got.Status != 400 {
		t.Errorf("%d %s", got.Status, got.Raw)
	}
}
