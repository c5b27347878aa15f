package outlooktest

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPatch(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("a", "A", "10:00", "11:00"))
	before := b.get("me/events/a")
	etag, _ := before["@odata.etag"].(string)
	b.now = b.now.Add(time.Minute)
	got := b.want("PATCH", "me/events/a", `{"@odata.type":"#microsoft.graph.event","location":{"displayName":"Room"}}`,
		200, "", "If-Match", etag)
	if got.Body["@odata.etag"] == etag || got.Body["changeKey"] == before["changeKey"] ||
		got.Body["lastModifiedDateTime"] != "2026-11-30T22:01:00.0000000Z" {
		t.Errorf("%v", got.Body)
	}
	if got.Body["location"].(JSON)["displayName"] != "Room" || got.Body["subject"] != "A" ||
		len(got.Body["locations"].([]any)) != 1 {
		t.Errorf("%v", got.Body)
	}
	b.want("PATCH", "me/events/a", `{"subject":"lost"}`, 412, "ErrorIrresolvableConflict", "If-Match", etag)
	if ev, _ := b.Event("", "a"); ev["subject"] != "A" {
		t.Errorf("a refused patch has written %v", ev["subject"])
	}
	rooms := b.patch("a", `{"locations":[{"displayName":"https://zoom.us/j/1"},{"displayName":"Big room","locationEmailAddress":"room@example.com"}]}`)
	list := rooms["locations"].([]any)
	if rooms["location"].(JSON)["displayName"] != "https://zoom.us/j/1" ||
		list[1].(JSON)["locationType"] != "conferenceRoom" || list[1].(JSON)["uniqueIdType"] != "directory" {
		t.Errorf("%v", rooms["locations"])
	}
	if got := b.patch("a", `{"location":{"displayName":"Elsewhere"}}`)["locations"].([]any); len(got) != 1 {
		t.Errorf("a location leaves %v", got)
	}
	if got := b.patch("a", `{"location":{"displayName":""}}`); got["location"].(JSON)["displayName"] != "" ||
		len(got["locations"].([]any)) != 0 {
		t.Errorf("no location is %v", got["locations"])
	}
	b.clean()
}

func TestCarelessPatches(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("a", "A", "10:00", "11:00"))
	other := timed("other", "Other's", "10:00", "11:00")
	other["organizer"], other["attendees"] = person("carol@example.org"), guests(Account)
	b.Put("", other)
	draft := timed("draft", "Draft", "10:00", "11:00")
	draft["isDraft"] = true
	b.Put("", draft)
	b.Put("", daily("series"))
	occurrence := b.get("me/events/series/instances?startDateTime=2026-12-02&endDateTime=2026-12-03")["value"].([]any)[0].(JSON)["id"].(string)
	teams := timed("teams", "Teams", "10:00", "11:00")
	teams["isOnlineMeeting"] = true
	b.Put("", teams)
	for _, test := range []struct {
		id, body string
		status   int
		code     string
		what     string
	}{
		{"a", `{"attendees":[]}`, 200, "", "touches attendees"},
		{"a", `{"isOnlineMeeting":true}`, 200, "", "touches isOnlineMeeting"},
		{"a", `{"changeKey":"x"}`, 200, "", "read-only"},
		{"a", `{"colour":"red"}`, 400, "RequestBodyRead", "unknown field colour"},
		{"a", `{"@odata.type":"#microsoft.graph.message"}`, 400, "BadRequest", "@odata.type"},
		{"a", `{"body":{"contentType":"html","content":1}}`, 200, "", "body.content is 1"},
		{"a", `{"body":{"content":"x"}}`, 400, "RequestBodyRead", "contentType"},
		{"a", `{"location":{"displayName":"x","colour":"red"}}`, 200, "", "unknown field location.colour"},
		{"a", `{"location":{"displayName":"x"},"locations":[{"displayName":"y"}]}`, 200, "",
			"location as well as locations"},
		{"a", `{"singleValueExtendedProperties":[{"id":"String {0} Name x"}]}`, 400, "ErrorInvalidProperty",
			"needs an id and a value"},
		{"a", `[]`, 400, "BadRequest", "no JSON object"},
		{"other", `{"subject":"x"}`, 200, "", "somebody else organises"},
		{"draft", `{"subject":"x"}`, 200, "", "draft"},
		{occurrence, `{"subject":"x"}`, 200, "", "makes an exception"},
		{"teams", `{"body":{"contentType":"html","content":"x"}}`, 200, "", "text of an online meeting"},
	} {
		b.want("PATCH", "me/events/"+test.id, test.body, test.status, test.code, "If-Match", "*")
		b.complained(test.what)
	}
	b.want("PATCH", "me/events/a", `{"subject":"x"}`, 200, "")
	b.complained("without If-Match")
	if got := b.get("me/events/" + occurrence); got["type"] != "exception" || got["subject"] != "x" ||
		b.get("me/events/series")["subject"] != "Daily" {
		t.Errorf("the occurrence is %v", got)
	}
	if got := b.get("me/events/teams"); got["isOnlineMeeting"] != false || got["onlineMeeting"] != nil {
		t.Errorf("the online meeting is %v", got["onlineMeeting"])
	}
	if got := b.get("me/events/other"); got["isOrganizer"] != false || got["subject"] != "x" {
		t.Errorf("%v", got)
	}
	b.clean()
}

func TestMails(t *testing.T) {
	b := newBench(t, Options{})
	ev := daily("series")
	ev["attendees"] = guests("alice@example.org", Account, "carol@example.org")
	b.Put("", ev)
	b.Except("", "series", day(2), func(ev JSON) { ev["subject"] = "Other" })
	other := timed("other", "Other's", "10:00", "11:00")
	other["organizer"], other["attendees"] = person("carol@example.org"), guests(Account, "alice@example.org")
	b.Put("", other)
	mailed := func(id, body, want string) {
		t.Helper()
		b.ResetMails()
		b.patch(id, body)
		var got []string
		for _, m := range b.Mails() {
			got = append(got, m.To+"|"+m.Subject+"|"+m.Why)
		}
		if text := strings.Join(got, "\n"); text != want {
			t.Errorf("%s of %s mails\n%s\nwant\n%s", body, id, text, want)
		}
	}
	mailed("series", `{"categories":["a"]}`, "")
	mailed("series", `{"singleValueExtendedProperties":[{"id":"String {0} Name x","value":"y"}]}`, "")
	mailed("series", `{"body":{"contentType":"html","content":"x"},"location":{"displayName":"y"},"categories":[]}`,
		"alice@example.org|Daily|body, location\ncarol@example.org|Daily|body, location\n"+
			"alice@example.org|Other|exception of 2026-12-02: body, location\ncarol@example.org|Other|exception of "+
			"2026-12-02: body, location")
	mailed("other", `{"subject":"mine"}`, "")
	mailed("series", `{"attendees":[{"emailAddress":{"address":"alice@example.org"}},{"emailAddress":{"address":"dave@example.org"}}]}`,
		"dave@example.org|Daily|attendees\ncarol@example.org|Daily|attendees")
	b.SetSilent(true)
	mailed("series", `{"subject":"silent"}`, "")
}

func TestExceptionsBelongToTheirSeries(t *testing.T) {
	b := newBench(t, Options{})
	ev := daily("series")
	ev["body"] = JSON{"contentType": "text", "content": "agenda"}
	b.Put("", ev)
	before := b.get("me/events/series")
	b.now = b.now.Add(time.Minute)
	id := b.Except("", "series", day(2), func(ev JSON) { ev["subject"] = "Other" })
	after := b.get("me/events/series")
	if after["changeKey"] == before["changeKey"] || after["@odata.etag"] == before["@odata.etag"] ||
		after["lastModifiedDateTime"] == before["lastModifiedDateTime"] {
		t.Error("an exception does not show in its series")
	}
	b.patch("series", `{"body":{"contentType":"text","content":"another"},"location":{"displayName":"Room"}}`)
	if x := b.get("me/events/" + id); x["bodyPreview"] != "agenda" || x["location"].(JSON)["displayName"] != "" {
		t.Errorf("a patch of the series changed the exception: %v", x)
	}
	if got := ids(b.get("me/events")); got != "series" {
		t.Errorf("the events list %q", got)
	}
	b.clean()
}

func TestSilentAndBump(t *testing.T) {
	for _, echo := range []bool{false, true} {
		b := newBench(t, Options{EchoSilent: echo, Bump: true})
		b.Put("", timed("a", "A", "10:00", "11:00"))
		b.SetSilent(true)
		if got := b.patch("a", `{"subject":"B"}`)["subject"]; got != map[bool]string{false: "A", true: "B"}[echo] {
			t.Errorf("answered %v", got)
		}
		b.SetSilent(false)
		if got := b.get("me/events/a")["subject"]; got != "A" {
			t.Errorf("stored %v", got)
		}
		written := b.patch("a", `{"subject":"C"}`)
		read := b.get("me/events/a")
		if read["@odata.etag"] == written["@odata.etag"] ||
			read["lastModifiedDateTime"] != written["lastModifiedDateTime"] || read["subject"] != "C" {
			t.Errorf("%v", read)
		}
		if again := b.get("me/events/a"); again["@odata.etag"] != read["@odata.etag"] {
			t.Error("bumped twice")
		}
		b.clean()
	}
}

func TestWritersAtOnce(t *testing.T) {
	b := newBench(t, Options{MostAtOnce: -1})
	b.Put("", timed("a", "A", "10:00", "11:00"))
	etag, _ := b.get("me/events/a")["@odata.etag"].(string)
	statuses := make([]int, 8)
	var wg sync.WaitGroup
	for i := range statuses {
		wg.Go(func() {
			b.Edit("", "other", func(JSON) {})
			statuses[i] = b.do("PATCH", "me/events/a", `{"subject":"`+string(rune('b'+i))+`"}`, "If-Match", etag).Status
			_ = b.do("GET", "me/events", "")
		})
	}
	wg.Wait()
	slices.Sort(statuses)
	if statuses[0] != 200 || statuses[1] != 412 {
		t.Errorf("%v", statuses)
	}
}
