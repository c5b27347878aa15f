package googletest

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func decode(t *testing.T, text string) (body JSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		t.Fatal(err)
	}
	return body
}

func TestPatchMerges(t *testing.T) {
	const before = `{"id":"a","summary":"s","description":"d","location":"l","source":{"url":"https://example.com","title":"t"},
		"reminders":{"useDefault":false,"overrides":[{"method":"popup","minutes":5},{"method":"email","minutes":9}]},
		"extendedProperties":{"private":{"x":"1","y":"2"},"shared":{"z":"3"}}}`
	for body, want := range map[string]string{
		`{"summary":"new"}`:                                     `{"summary":"new"}`,
		`{"summary":null,"location":""}`:                        `{"summary":null,"location":""}`,
		`{"source":{"title":"u"}}`:                              `{"source":{"url":"https://example.com","title":"u"}}`,
		`{"source":null}`:                                       `{"source":null}`,
		`{"description":"<p>ä \u2028 & \"x\"\r\n "}`:            `{"description":"<p>ä \u2028 & \"x\"\r\n "}`,
		`{"extendedProperties":{"private":{"x":null,"w":"4"}}}`: `{"extendedProperties":{"private":{"y":"2","w":"4"},"shared":{"z":"3"}}}`,
		`{"extendedProperties":{"private":null}}`:               `{"extendedProperties":{"shared":{"z":"3"}}}`,
		`{"extendedProperties":null}`:                           `{"extendedProperties":null}`,
	} {
		b := newBench(t, Options{})
		b.Put("", decode(t, before))
		old, _ := b.Event("", "a")
		b.now = b.now.Add(time.Second)
		answered := b.patch("a", body)
		expected := old
		for name, v := range decode(t, want) {
			if expected[name] = v; v == nil {
				delete(expected, name)
			}
		}
		if answered["etag"] == old["etag"] {
			t.Errorf("%s: the etag is the same", body)
		}
		expected["etag"], expected["updated"] = answered["etag"], "2026-11-30T22:00:01.000Z"
		if now, _ := b.Event("", "a"); !reflect.DeepEqual(now, expected) {
			t.Errorf("%s:\n%v\nwant\n%v", body, now, expected)
		}
		if got := b.want("GET", events+"/a", "", 200, ""); !reflect.DeepEqual(got.Body, answered) {
			t.Errorf("%s: the answer was\n%v, get says\n%v", body, answered, got.Body)
		}
		b.clean()
	}
}

func TestPatchThatChangesNothing(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	token, before := b.list("").syncToken(), b.want("GET", events+"/a", "", 200, "").Body
	if after := b.patch("a", `{"summary":"a","location":null}`); !reflect.DeepEqual(after, before) {
		t.Errorf("%v, want %v", after, before)
	}
	if got := b.list("syncToken=" + token); got.ids() != "" {
		t.Errorf("listed: %q", got.ids())
	}
}

func TestConditions(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	etag := b.want("GET", events+"/a", "", 200, "").Body["etag"].(string)
	b.want("PATCH", events+"/a"+quiet, `{"summary":"x"}`, 412, "conditionNotMet", "If-Match", strings.Trim(etag, `"`))
	after := b.patch("a", `{"summary":"x"}`, "If-Match", etag)
	b.want("PATCH", events+"/a"+quiet, `{"summary":"y"}`, 412, "conditionNotMet", "If-Match", etag)
	b.patch("a", `{"summary":"z"}`, "If-Match", after["etag"].(string))
	b.patch("a", `{"summary":"w"}`, "If-Match", "*")
	b.want("PATCH", events+"/none"+quiet, `{"summary":"z"}`, 404, "notFound")
	b.Delete("", "a")
	b.want("PATCH", events+"/a"+quiet, `{"summary":"z"}`, 410, "deleted")
	for _, body := range []string{"summary", "null", "[]", ""} {
		b.want("PATCH", events+"/a"+quiet, body, 400, "parseError")
		b.complained("no JSON object")
	}
}

func TestPropertyLimits(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	k44, v1024 := strings.Repeat("ä", 44), strings.Repeat("ö", 1024)
	body, _ := json.Marshal(JSON{"extendedProperties": JSON{"private": JSON{k44: v1024 + "x", k44 + "k": "v"}}})
	got := b.patch("a", string(body))["extendedProperties"].(JSON)["private"].(JSON)
	if len(got) != 1 || got[k44] != v1024 {
		t.Errorf("%v", got)
	}
	b.clean()
}

func TestWhoMayWrite(t *testing.T) {
	other := JSON{"email": "carol@example.com"}
	for name, test := range map[string]struct {
		ev     JSON
		role   string
		body   string
		status int
		reason string
	}{
		"owner":  {body: `{"summary":"new"}`, status: 200},
		"writer": {role: "writer", body: `{"summary":"new"}`, status: 200},
		"reader": {role: "reader", body: `{"summary":"new"}`, status: 403,
			reason: "requiredAccessLevel"},
		"busy reader": {role: "freeBusyReader", body: `{"summary":"new"}`, status: 403,
			reason: "requiredAccessLevel"},
		"limited writer": {role: "writerWithoutPrivateAccess", body: `{"summary":"new"}`, status: 200},
		"limited writer, private": {role: "writerWithoutPrivateAccess", ev: JSON{"visibility": "private"},
			body: `{"summary":"new"}`, status: 403, reason: "forbidden"},
		"no access": {role: "none", body: `{"summary":"new"}`, status: 404, reason: "notFound"},
		"guest": {ev: JSON{"organizer": other}, body: `{"extendedProperties":{"private":{"a":"b"}}}`,
			status: 403, reason: "forbiddenForNonOrganizer"},
		"guest who may": {ev: JSON{"organizer": other, "guestsCanModify": true}, body: `{"summary":"new"}`,
			status: 200},
		"locked": {ev: JSON{"locked": true}, body: `{"summary":"new"}`, status: 403, reason: "forbidden"},
		"mail": {ev: JSON{"eventType": "fromGmail"}, body: `{"summary":"new"}`, status: 400,
			reason: "eventTypeRestriction"},
		"birthday": {ev: JSON{"eventType": "birthday"}, body: `{"description":"new"}`, status: 400,
			reason: "eventTypeRestriction"},
		"working location": {ev: JSON{"eventType": "workingLocation"}, body: `{"location":"new"}`, status: 400,
			reason: "eventTypeRestriction"},
	} {
		b := newBench(t, Options{})
		ev := JSON{"id": "a", "summary": "old", "description": "old"}
		for field, v := range test.ev {
			ev[field] = v
		}
		b.Put("", ev)
		before, _ := b.Event("", "a")
		if test.role != "" {
			b.SetRole("", test.role)
		}
		if got := b.do("PATCH", events+"/a"+quiet, test.body); got.Status != test.status ||
			got.reason() != test.reason {
			t.Errorf("%s: %d %s", name, got.Status, got.Raw)
		}
		if after, _ := b.Event("", "a"); reflect.DeepEqual(before, after) != (test.status != 200) {
			t.Errorf("%s: before %v, after %v", name, before, after)
		}
		b.clean()
	}
}

func TestSilentWrites(t *testing.T) {
	b := newBench(t, Options{SilentGuests: true})
	b.put("a")
	b.Put("", JSON{"id": "theirs", "summary": "theirs", "organizer": JSON{"email": "carol@example.com"}})
	if got := b.patch("theirs", `{"summary":"x"}`); got["summary"] != "theirs" {
		t.Errorf("%v", got)
	}
	b.SetSilent(true)
	before, _ := b.Event("", "a")
	if got := b.patch("a", `{"summary":"x"}`); got["summary"] != "a" || got["etag"] != before["etag"] {
		t.Errorf("%v", got)
	}
	b.SetSilent(false)
	if got := b.patch("a", `{"summary":"x"}`); got["summary"] != "x" {
		t.Errorf("%v", got)
	}
}

func TestPrivateEventsOfOthers(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", JSON{"id": "secret", "summary": "s", "description": "d", "visibility": "private"})
	b.Put("", JSON{"id": "open", "summary": "s"})
	for role, want := range map[string][2]bool{"owner": {true, true}, "writer": {true, true}, "reader": {false, true},
		"writerWithoutPrivateAccess": {false, true}, "freeBusyReader": {false, false}} {
		b.SetRole("", role)
		items := b.list("").Body["items"].([]any)
		for i, v := range items {
			if _, shown := v.(JSON)["summary"]; shown != want[i] {
				t.Errorf("%s sees %v", role, v)
			}
		}
	}
}

func TestConferences(t *testing.T) {
	const (
		addOn   = `{"conferenceData":{"conferenceSolution":{"key":{"type":"addOn"},"name":"Zoom Meeting"},"entryPoints":[{"entryPointType":"video","uri":"https://zoom.us/j/1"}]}}`
		keyless = `{"conferenceData":{"conferenceSolution":{"name":"Zoom Meeting"},"entryPoints":[{"entryPointType":"video","uri":"https://zoom.us/j/1"}]}}`
		meet    = `{"conferenceData":{"conferenceSolution":{"key":{"type":"hangoutsMeet"}},"conferenceId":"abc"}}`
	)
	b := newBench(t, Options{})
	b.Put("", JSON{"id": "a", "hangoutLink": "https://meet.google.com/x", "conferenceData": JSON{"conferenceId": "x"}})
	path, with := events+"/a"+quiet, "&conferenceDataVersion=1"
	for _, body := range []string{addOn, keyless, `{"conferenceData":null}`} {
		if got := b.want("PATCH", path, body, 200, "").Body; got["conferenceData"].(JSON)["conferenceId"] != "x" ||
			got["hangoutLink"] == nil {
			t.Errorf("%s without its version: %v", body, got)
		}
	}
	if got := b.want("PATCH", path+with, addOn, 400, "invalid"); !strings.Contains(got.Raw, "Invalid conference data") {
		t.Errorf("%s", got.Raw)
	}
	if got := b.want("PATCH", path+with, keyless, 200, "").Body; got["conferenceData"].(JSON)["conferenceId"] != "x" {
		t.Errorf("without a kind: %v", got)
	}
	if got := b.want("PATCH", path+with, meet, 200, "").Body; got["conferenceData"].(JSON)["conferenceId"] != "abc" {
		t.Errorf("copied: %v", got)
	}
	if got := b.want("PATCH", path+with, `{"conferenceData":null}`, 200, "").Body; got["conferenceData"] != nil ||
		got["hangoutLink"] != nil {
		t.Errorf("cleared: %v", got)
	}
	b.clean()
}

func TestMails(t *testing.T) {
	for query, want := range map[string][]string{
		"sendUpdates=none": nil, "sendUpdates=all": {"bob@example.com", "dave@example.net"},
		"sendUpdates=externalOnly": {"dave@example.net"},
	} {
		b := newBench(t, Options{})
		b.Put("", JSON{"id": "a", "attendees": []any{
			JSON{"email": Account, "self": true}, JSON{"email": "bob@example.com"}, JSON{"email": "dave@example.net"},
			JSON{"email": "room@example.com", "resource": true},
		}})
		path := events + "/a?" + query
		b.want("PATCH", path, `{"extendedProperties":{"private":{"a":"b"}}}`, 200, "")
		if got := b.Mails(); len(got) != 0 {
			t.Errorf("%s mails %q about what they cannot see", query, got)
		}
		b.want("PATCH", path, `{"location":"new"}`, 200, "")
		b.want("PATCH", path, `{"location":"new"}`, 200, "")
		if got := b.Mails(); !slices.Equal(got, want) {
			t.Errorf("%s mails %q, want %q", query, got, want)
		}
		b.clean()
	}
}

func TestCarelessPatches(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	before, _ := b.Event("", "a")
	b.want("PATCH", events+"/a", `{"summary":"x"}`, 200, "")
	b.complained("without sendUpdates")
	for _, body := range []string{
		`{"attendees":[]}`, `{"start":{"date":"2026-12-02"}}`, `{"end":{"date":"2026-12-02"}}`, `{"recurrence":[]}`,
		`{"status":"confirmed"}`,
		`{"etag":"x"}`, `{"iCalUID":"x"}`, `{"organizer":{"email":"x@example.com"}}`,
	} {
		b.patch("a", body)
		b.complained("a patch touches")
	}
	if after, _ := b.Event("", "a"); after["iCalUID"] != before["iCalUID"] ||
		!reflect.DeepEqual(after["organizer"], before["organizer"]) {
		t.Errorf("read-only fields were written: %v", after)
	}
	b.want("PATCH", events+"/a"+quiet, `{"eventType":"focusTime"}`, 400, "eventTypeRestriction")
	b.complained("read-only")
}
