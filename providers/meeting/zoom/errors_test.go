package zoom

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/internal/rest"
	"zoomtag/providers/meeting"
)

// TestRefusals pins down the sentences that people see.
func TestRefusals(t *testing.T) {
	user := call{what: "create a meeting for alice@example.com", method: http.MethodPost, on: aUser}
	one := call{what: "change meeting 85000000001", method: http.MethodPatch, on: aMeeting}
	s := &Service{tokens: &tokens{}, now: func() time.Time { return time.Date(2026, 11, 30, 22, 15, 0, 0, time.UTC) }}
	tests := []struct {
		call   call
		status int
		body   string
		kind   error
	}{
		{user, 400, `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:write:meeting:admin, meeting:write:meeting]."}`, meeting.ErrDenied},
		{user, 401, `{"code":124,"message":"Access token is expired."}`, meeting.ErrDenied},
		{user, 404, `{"code":1001,"message":"User does not exist: alice@example.com."}`, meeting.ErrInvalid},
		{user, 400, `{"code":"1010","message":"User does not belong to this account."}`, meeting.ErrInvalid},
		{user, 400, `{"code":3161,"message":"Your user account is not allowed meeting hosting and scheduling capabilities."}`, meeting.ErrDenied},
		{user, 400, `{"code":200,"message":"Only available for Paid account: 12345."}`, meeting.ErrDenied},
		{user, 400, `{"code":300,"message":"Validation Failed.","errors":[{"field":"settings.jbh_time","message":"Invalid parameter: jbh_time."}]}`, meeting.ErrInvalid},
		{user, 400, `<?xml version="1.0"?><result><code>300</code><message>Bad start_time</message></result>`,
			meeting.ErrInvalid},
		{user, 400, `{"code":300,"message":"The value "x" is not allowed"}`, meeting.ErrInvalid},
		{user, 400, `{"code":3000,"message":"You cannot schedule a meeting for bob@example.com"}`, meeting.ErrInvalid},
		{user, 403, ``, meeting.ErrDenied},
		{user, 404, `<html><body>Not here</body></html>`, nil},
		{user, 404, `{"code":3001,"message":"Meeting does not exist"}`, nil},
		{user, 302, ``, nil},
		{user, 500, `{"code":3001,"message":"Meeting does not exist"}`, nil},
		{one, 404, `{"code":3001,"message":"Meeting does not exist: 85000000001."}`, meeting.ErrGone},
		{one, 400, `{"code":3001,"message":"Meeting does not exist: 85000000001."}`, meeting.ErrInvalid},
		{one, 404, `{"code":1001,"message":"User does not exist"}`, nil},
		{one, 400, `{"code":3002,"message":"Meeting is in progress"}`, nil},
		{one, 400, `{"code":3018,"message":"Cannot delete PMI"}`, meeting.ErrInvalid},
		{one, 409, `{"code":4242,"message":"token=abcdef12345 is secret"}`, meeting.ErrInvalid},
		{one, 200, `{"code":3001,"message":"Meeting does not exist"}`, nil},
	}
	var text strings.Builder
	for _, tt := range tests {
		err := s.refusal(tt.call, rest.Response{Status: tt.status, Body: []byte(tt.body),
			Header: http.Header{trackingHeader: {"v=2.0;rid=WEB_1"}}})
		for _, kind := range []error{meeting.ErrGone, meeting.ErrDenied, meeting.ErrInvalid, meeting.ErrNotFound,
			meeting.ErrNotSent} {
			if errors.Is(err, kind) != errors.Is(tt.kind, kind) {
				t.Errorf("HTTP %d %s: errors.Is(%v) = %t", tt.status, tt.body, kind, errors.Is(err, kind))
			}
		}
		text.WriteString(err.Error() + "\n")
	}
	golden(t, "errors.golden", text.String())
}

func TestThrottled(t *testing.T) {
	now := time.Date(2026, 11, 30, 22, 15, 0, 0, time.UTC)
	midnight := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	s := &Service{now: func() time.Time { return now }}
	const hostLimit = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted " +
		"for this particular user. You may resume these requests at GMT 00:00:00."
	tests := []struct {
		name, message string
		header        []string
		verdict       verdict
		daily         bool
		until         time.Time
	}{
		{"host", hostLimit, []string{"X-RateLimit-Category", "Light"}, final, true, midnight},
		{"host, with a short Retry-After", hostLimit, []string{"Retry-After", "1"}, final, true, midnight},
		{"account", "daily", []string{"X-RateLimit-Type", "Daily-limit", "Retry-After", "2026-11-30T23:59:59Z"}, final,
			false, midnight.Add(-time.Second)},
		{"account without a time", "daily", []string{"X-RateLimit-Type", "Daily-limit"}, final, false, midnight},
		{"a second", "per-second", []string{"X-RateLimit-Type", "QPS"}, busy, false, now.Add(busyWait)},
		{"a second, with seconds", "per-second", []string{"Retry-After", "3"}, busy, false, now.Add(busyWait)},
		{"at once", "Too many concurrent requests.", nil, busy, false, now.Add(busyWait)},
		{"minutes", "wait", []string{"Retry-After", "600"}, final, false, now.Add(10 * time.Minute)},
		{"far away", "wait", []string{"Retry-After", "2036-01-01T00:00:00Z"}, final, false, now.Add(24 * time.Hour)},
		{"nonsense", "wait", []string{"Retry-After", "soon"}, busy, false, now.Add(busyWait)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := http.Header{}
			for i := 0; i < len(tt.header); i += 2 {
				h.Set(tt.header[i], tt.header[i+1])
			}
			body, _ := json.Marshal(map[string]any{"code": 429, "message": tt.message})
			err := s.refusal(call{what: "x"}, rest.Response{Status: 429, Header: h, Body: body})
			var throttled *meeting.Throttled
			var p *problem
			if !errors.As(err, &throttled) || !errors.As(err, &p) {
				t.Fatalf("error %v", err)
			}
			if p.verdict != tt.verdict || throttled.Daily != tt.daily || !throttled.Until.Equal(tt.until) {
				t.Errorf("verdict %d, daily %t, until %s", p.verdict, throttled.Daily, throttled.Until)
			}
			if !meeting.Refused(err) {
				t.Error("a 429 was certainly not executed")
			}
		})
	}
}

func FuzzRefusal(f *testing.F) {
	for _, body := range []string{`{"code":300,"message":"x","errors":[{"field":"a"}]}`,
		`<result><code>1</code></result>`, `{"code": 3,"message":"a"b"}`, "", "[", "null"} {
		f.Add(400, []byte(body), "1")
		f.Add(429, []byte(body), "2026-11-30T23:59:59Z")
	}
	s := &Service{now: func() time.Time { return time.Unix(1e9, 0) }}
	f.Fuzz(func(t *testing.T, status int, body []byte, retry string) {
		h := http.Header{"Retry-After": {retry}}
		err := s.refusal(call{what: "x", on: aMeeting}, rest.Response{Status: status, Header: h, Body: body})
		if errors.Is(err, meeting.ErrGone) &&
			(status != http.StatusNotFound || !strings.Contains(string(body), "3001")) {
			t.Errorf("HTTP %d %q is no proof that a meeting is gone", status, body)
		}
		if text := err.Error(); len([]rune(text)) > 2000 || strings.ContainsAny(text, "\r\n") {
			t.Errorf("no sentence: %q", text)
		}
	})
}

func FuzzMeeting(f *testing.F) {
	for _, body := range []string{
		`{"id":85000000001,"topic":"T","start_time":"2026-12-01T09:00:00Z","duration":"45","settings":{"waiting_room":"true","approval_type":2}}`,
		`{"id":"850 0000 0001","start_time":"0001-01-01T00:00:00Z","password":123456,"settings":[]}`,
		`{"id":8.5e10,"topic":null,"settings":{"jbh_time":null,"approval_type":"1","alternative_hosts":"B;a"}}`,
		`{"meetings":[{"id":1}],"next_page_token":7}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var w wireMeeting
		var page wirePage
		_ = json.Unmarshal(body, &page)
		if json.Unmarshal(body, &w) != nil {
			return
		}
		said := w.terms()
		if d := apart(said, said); !d.empty() {
			t.Errorf("what a meeting says is apart from itself: %+v", d)
		}
		notes(said, said)
	})
}

func TestTolerantDecoding(t *testing.T) {
	var w wireMeeting
	body := `{"id":"85000000001","topic":5,"duration":"45","start_time":"2026-12-01T09:00:00Z","created_at":"yesterday","password":481516,
		"type":99,"new_field":{"x":1},"settings":{"waiting_room":"true","mute_upon_entry":1,"jbh_time":"5","approval_type":"0","auto_recording":"holographic"}}`
	if err := json.Unmarshal([]byte(body), &w); err != nil {
		t.Fatal(err)
	}
	if w.ID != 85000000001 || w.Topic != "5" || w.Duration != 45 || w.Password != "481516" || w.StartTime.IsZero() ||
		!w.CreatedAt.IsZero() ||
		!w.Settings.WaitingRoom.on() || !w.Settings.Mute.on() || *w.Settings.JBHTime != 5 ||
		*w.Settings.ApprovalType != 0 {
		t.Errorf("decoded %+v", w)
	}
}
