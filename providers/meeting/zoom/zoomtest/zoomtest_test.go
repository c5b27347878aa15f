package zoomtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bench is an emulator with a clock, a token and a host.
type bench struct {
	*Server
	now   time.Time
	token string
}

const host = "alice@example.com"

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 11, 30, 22, 0, 0, 0, time.UTC)}
	o.Now = func() time.Time { return b.now }
	b.Server = New(o)
	r := httptest.NewRequest("POST", "/oauth/token",
		strings.NewReader("grant_type=account_credentials&account_id=account"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth("client", "secret")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(w.Body.Bytes(), &token); err != nil || w.Code != 200 {
		t.Fatalf("sign in: %d %s", w.Code, w.Body)
	}
	b.token = token.AccessToken
	return b
}

// do sends a request and decodes its answer.
func (b *bench) do(t *testing.T, method, path, body string,
	header ...string) (int, map[string]any, *httptest.ResponseRecorder) {
	t.Helper()
	r := httptest.NewRequest(method, "/v2"+path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Accept", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var v map[string]any
	_ = json.Unmarshal(w.Body.Bytes(), &v) // empty answers and XML leave it nil
	return w.Code, v, w
}

func (b *bench) want(t *testing.T, method, path, body string, status, code int) map[string]any {
	t.Helper()
	got, v, w := b.do(t, method, path, body)
	if c, _ := v["code"].(float64); got != status || int(c) != code {
		t.Fatalf("%s %s %s: %d %s, want %d with code %d", method, path, body, got, w.Body, status, code)
	}
	return v
}

const (
	ofHost = "/users/" + host + "/meetings"
	plain  = `{"topic":"Review","type":2,"start_time":"2026-12-01T10:00:00","timezone":"Europe/Berlin","duration":45,"agenda":"mark"}`
)

// quietly is what keeps a DELETE from mailing anybody.
const quietly = "?schedule_for_reminder=false&cancel_meeting_reminder=false"

func path(m map[string]any) string {
	return "/meetings/" + strconv.FormatInt(int64(m["id"].(float64)), 10)
}

func TestLifeOfAMeeting(t *testing.T) {
	b := newBench(t, Options{})
	m := b.want(t, "POST", ofHost, plain, 201, 0)
	if m["start_time"] != "2026-12-01T09:00:00Z" || m["id"].(float64) < 1<<32 ||
		!strings.HasSuffix(m["join_url"].(string), ".1") ||
		!strings.Contains(m["start_url"].(string), Canary) || !strings.HasPrefix(m["password"].(string),
		PasscodePrefix) {
		t.Errorf("created %v", m)
	}
	if status, _, w := b.do(t, "PATCH", path(m),
		`{"start_time":"2026-12-01T12:00:00Z","duration":30}`); status != 204 || w.Body.Len() > 0 {
		t.Errorf("PATCH: %d %s", status, w.Body)
	}
	if got := b.want(t, "GET", path(m), "", 200, 0); got["start_time"] != "2026-12-01T12:00:00Z" ||
		got["duration"] != 30.0 || got["join_url"] != m["join_url"] {
		t.Errorf("moved: %v", got)
	}
	b.want(t, "PATCH", path(m), `{"start_time":"2026-11-01T12:00:00Z"}`, 204, 0)
	if got := b.want(t, "GET", path(m), "", 200, 0); got["start_time"] != "2026-12-01T12:00:00Z" {
		t.Errorf("moved into the past: %v", got)
	}
	b.want(t, "PATCH", path(m), `{"password":"other1"}`, 204, 0)
	if got := b.want(t, "GET", path(m), "", 200, 0); got["join_url"] == m["join_url"] {
		t.Error("a new passcode leaves the link as it was")
	}
	b.want(t, "DELETE", path(m)+quietly, "", 204, 0)
	b.want(t, "DELETE", path(m), "", 404, 3001)
	b.want(t, "PUT", path(m)+"/status", `{"action":"recover"}`, 204, 0)
	if v := b.want(t, "GET", path(m)+"/invitation", "", 200, 0); !strings.Contains(v["invitation"].(string),
		"\r\nJoin Zoom Meeting\r\n") {
		t.Errorf("invitation %v", v)
	}
	if len(b.Complaints()) > 0 {
		t.Errorf("complaints %q", b.Complaints())
	}
}

func TestMeetingsExpire(t *testing.T) {
	b := newBench(t, Options{})
	single := b.want(t, "POST", ofHost, plain, 201, 0)
	lasting := b.want(t, "POST", ofHost, `{"topic":"S","type":3}`, 201, 0)
	b.now = b.now.Add(31 * 24 * time.Hour)
	b.auth.access[b.token].end = b.now.Add(1000 * 24 * time.Hour)
	b.want(t, "GET", path(single), "", 404, 3001)
	b.want(t, "GET", path(lasting), "", 200, 0)
	b.now = b.now.Add(340 * 24 * time.Hour)
	b.want(t, "GET", path(lasting), "", 404, 3001)
}

func TestListing(t *testing.T) {
	b := newBench(t, Options{PageLimit: 3, Lag: time.Minute})
	long := strings.Repeat("ä", 400)
	for range 4 {
		b.want(t, "POST", ofHost, `{"topic":"S","type":3,"agenda":"`+long+`"}`, 201, 0)
	}
	b.want(t, "POST", ofHost, `{"topic":"without a start","type":2}`, 201, 0)
	if v := b.want(t, "GET", ofHost, "", 200, 0); len(v["meetings"].([]any)) != 0 {
		t.Errorf("listed before they are visible: %v", v)
	}
	b.now = b.now.Add(time.Minute)
	first := b.want(t, "GET", ofHost+"?page_size=300", "", 200, 0)
	second := b.want(t, "GET", ofHost+"?page_size=300&next_page_token="+first["next_page_token"].(string), "", 200, 0)
	if a, c := first["meetings"].([]any), second["meetings"].([]any); len(a) != 3 || len(c) != 1 ||
		second["next_page_token"] != "" {
		t.Fatalf("pages %v and %v", first, second)
	}
	item := first["meetings"].([]any)[0].(map[string]any)
	if n := len([]rune(item["agenda"].(string))); n != 250 || item["password"] != nil || item["settings"] != nil ||
		item["start_url"] != nil {
		t.Errorf("listed as %v", item)
	}
}

func TestRefusals(t *testing.T) {
	users := []User{{Email: host, Rule: PasscodeRule{Length: 6, Letter: true, Number: true, UpperLower: true,
		Special: true, Consecutive: 3}},
		{Email: "basic@example.com", Basic: true}, {Email: "none@example.com", Unlicensed: true}}
	b := newBench(t, Options{Users: users})
	b.want(t, "POST", "/users/nobody@example.com/meetings", plain, 404, 1001)
	b.want(t, "POST", "/users/none@example.com/meetings", plain, 400, 3161)
	b.want(t, "POST", "/users/basic@example.com/meetings", `{"type":3,"settings":{"approval_type":0}}`, 400, 300)
	b.want(t, "POST", "/users/basic@example.com/meetings",
		`{"type":3,"settings":{"alternative_hosts":"a@example.com"}}`, 400, 300)
	for _, body := range []string{
		`{"topic":"` + strings.Repeat("x", 201) + `"}`, `{"agenda":"` + strings.Repeat("x", 2001) + `"}`, `{"type":7}`,
		`{"timezone":"Mars/Base"}`,
		`{"start_time":"2026-12-01T10:00:00+02:00"}`, `{"duration":0}`, `{"password":"short"}`,
		`{"password":"Abc123_xx"}`, `{"settings":{"jbh_time":7}}`,
		`{"settings":{"auto_recording":"tape"}}`,
	} {
		b.want(t, "POST", ofHost, body, 400, 300)
	}
	if n := len(b.Complaints()); n != 0 {
		t.Errorf("complaints %q about values", b.Complaints())
	}
	for _, body := range []string{`{"colour":"red"}`, `{"duration":"45"}`, `{"settings":{"waiting_room":"yes"}}`,
		`{"settings":{"custom_keys":[]}}`, `[]`, ``} {
		b.want(t, "POST", ofHost, body, 400, 300)
	}
	if n := len(b.Complaints()); n != 6 {
		t.Errorf("complaints %q", b.Complaints())
	}
	if n := len(b.Meetings()); n != 0 {
		t.Errorf("%d meetings", n)
	}
	b.want(t, "GET", "/meetings/abc", "", 400, 300)
	b.want(t, "GET", "/nothing", "", 404, 2300)
}

func TestAccess(t *testing.T) {
	b := newBench(t, Options{Scopes: []string{"meeting:read:meeting:admin"}})
	if v := b.want(t, "POST", ofHost, plain, 400, 4711); !strings.Contains(v["message"].(string),
		"[meeting:write:meeting:admin]") {
		t.Errorf("%v", v)
	}
	b.now = b.now.Add(time.Hour)
	b.want(t, "GET", "/meetings/1", "", 401, 124)
	b.token = "wrong"
	b.want(t, "GET", "/meetings/1", "", 401, 124)
}

func TestWithoutAcceptItIsXML(t *testing.T) {
	b := newBench(t, Options{})
	if _, _, w := b.do(t, "GET", "/meetings/1", "", "Accept", "*/*"); !strings.Contains(w.Body.String(),
		"<result><code>3001</code>") || w.Header().Get("X-Zm-Trackingid") == "" {
		t.Errorf("%s", w.Body)
	}
}

func TestHostLimit(t *testing.T) {
	b := newBench(t, Options{DailyLimit: 2})
	m := b.want(t, "POST", ofHost, plain, 201, 0)
	b.want(t, "PATCH", path(m), `{"topic":"x"}`, 204, 0)
	b.want(t, "PATCH", path(m), `{"topic":"y"}`, 429, 429)
	b.want(t, "DELETE", path(m), "", 204, 0)
	b.want(t, "POST", "/users/bob@example.com/meetings", plain, 201, 0)
	b.now = b.now.Add(2 * time.Hour) // the next UTC day
	b.auth.access[b.token].end = b.now.Add(time.Hour)
	b.want(t, "POST", ofHost, plain, 201, 0)
}

func TestMadeUpPasscodesMeetTheRule(t *testing.T) {
	for _, rule := range []PasscodeRule{{}, {Length: 10}, {NumericOnly: true}, {NumericOnly: true, Length: 10},
		{Letter: true, Number: true, Special: true, UpperLower: true}} {
		for id := range int64(50) {
			if p := rule.makeUp(firstID + id); !rule.allows(p) || p == "" {
				t.Errorf("%+v: %q", rule, p)
			}
		}
	}
}

func TestFaults(t *testing.T) {
	b := newBench(t, Options{})
	b.Break(Fault{Match: On("POST"), Times: 1, Status: 502, Body: "<html>"})
	b.Break(Fault{Match: On("POST"), Times: 1, After: true, Deaf: true})
	if status, _, _ := b.do(t, "POST", ofHost, plain); status != 502 {
		t.Errorf("status %d", status)
	}
	b.want(t, "POST", ofHost, plain, 201, 0)
	if n := len(b.Meetings()); n != 0 {
		t.Errorf("%d meetings after a deaf create", n)
	}
	b.want(t, "POST", ofHost, plain, 201, 0)
	if n := len(b.Meetings()); n != 1 {
		t.Errorf("%d meetings, want 1", n)
	}
}

func TestStart(t *testing.T) {
	s := New(Options{})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.OAuthURL()+"/token", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != 400 {
		t.Errorf("%v, %v", res, err)
	}
	if err == nil {
		_ = res.Body.Close()
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if r := s.Requests(); len(r) != 1 || r[0].Label != "token" || r[0].Status != 400 {
		t.Errorf("requests %+v", r)
	}
}
