package googletest

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// put adds events of these ids, an hour on 1 December 2026 each.
func (b *bench) put(ids ...string) {
	b.Helper()
	for _, id := range ids {
		b.Put("", timed(id, id, "10:00", "11:00"))
	}
}

func TestPages(t *testing.T) {
	b := newBench(t, Options{PageLimit: 2})
	b.put("a", "b", "c", "d", "e")
	first := b.list("maxResults=100")
	if first.ids() != "a b" || first.pageToken() == "" || first.syncToken() != "" {
		t.Fatalf("first page %s", first.Raw)
	}
	for name, want := range map[string]any{"kind": "calendar#events", "summary": Account, "timeZone": Zone,
		"accessRole": "owner", "updated": "2026-11-30T22:00:00.000Z"} {
		if first.Body[name] != want {
			t.Errorf("%s is %v, want %v", name, first.Body[name], want)
		}
	}
	second := b.list("maxResults=100&pageToken=" + first.pageToken())
	if again := b.list("maxResults=100&pageToken=" + first.pageToken()); again.ids() != second.ids() {
		t.Errorf("a page asked for again: %s, before %s", again.ids(), second.ids())
	}
	b.Edit("", "a", func(ev JSON) { ev["summary"] = "changed while we read" })
	third := b.list("maxResults=100&pageToken=" + second.pageToken())
	if second.ids() != "c d" || third.ids() != "e" || third.pageToken() != "" || third.syncToken() == "" {
		t.Fatalf("then %s, then %s", second.Raw, third.Raw)
	}
	if got := b.list("maxResults=100&syncToken=" + third.syncToken()); got.ids() != "a" {
		t.Errorf("what changed during paging: %q, want a", got.ids())
	}
	b.clean()
	b.list("pageToken=" + first.pageToken())
	b.complained("differ from those of the page before")
	b.want("GET", events+"?pageToken=other", "", 400, "invalid")
}

func TestPageSizes(t *testing.T) {
	b := newBench(t, Options{})
	for range 2600 {
		b.Put("", JSON{"summary": "x"})
	}
	for query, want := range map[string]int{"": 250, "maxResults=3": 3, "maxResults=9999": 2500} {
		if got := len(b.list(query).Body["items"].([]any)); got != want {
			t.Errorf("%q: %d items, want %d", query, got, want)
		}
	}
	b.clean()
	b.want("GET", events+"?maxResults=0", "", 400, "invalid")
	b.complained("maxResults=0")
}

func TestEmptyAndEndlessPages(t *testing.T) {
	b := newBench(t, Options{EmptyPages: true, PageLimit: 2})
	if got := b.list(""); got.ids() != "" || got.syncToken() == "" {
		t.Errorf("an empty calendar: %s", got.Raw)
	}
	b.put("a", "b")
	first := b.list("")
	second := b.list("pageToken=" + first.pageToken())
	if first.ids() != "" || first.pageToken() == "" || second.ids() != "a b" || second.syncToken() == "" {
		t.Errorf("pages %s and %s", first.Raw, second.Raw)
	}
	b.SetEndless(true)
	token := first.pageToken()
	for range 5 {
		got := b.list("pageToken=" + token)
		if got.ids() != "a b" || got.pageToken() == token || got.pageToken() == "" || got.syncToken() != "" {
			t.Fatalf("endless page %s", got.Raw)
		}
		token = got.pageToken()
	}
	b.SetEndless(false)
	if got := b.list("pageToken=" + token); got.syncToken() == "" {
		t.Errorf("the end of endless pages: %s", got.Raw)
	}
	b.clean()
}

func TestSyncTokens(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a", "b", "c")
	token := b.list("").syncToken()
	if got := b.list("syncToken=" + token); got.ids() != "" || got.syncToken() == "" || got.syncToken() == token {
		t.Errorf("nothing has changed: %s", got.Raw)
	}
	b.Edit("", "b", func(ev JSON) { ev["summary"] = "new" })
	b.Delete("", "c")
	for range 2 {
		got := b.list("syncToken=" + token)
		if got.ids() != "b -c" {
			t.Errorf("changed: %q, want b -c", got.ids())
		}
		if shell := got.Body["items"].([]any)[1].(JSON); len(shell) != 4 {
			t.Errorf("a deleted event is listed as %v", shell)
		}
	}
	if got := b.list(""); got.ids() != "a b" {
		t.Errorf("in full: %q", got.ids())
	}
	if got := b.list("showDeleted=true"); got.ids() != "a b -c" {
		t.Errorf("in full, with deleted ones: %q", got.ids())
	}
	b.Edit("", "a", func(ev JSON) { ev["summary"] = "a" })
	if got := b.list("syncToken=" + token); got.ids() != "b -c" {
		t.Errorf("an edit that changes nothing is listed: %q", got.ids())
	}
	b.Restore("", "c")
	if got := b.list("syncToken=" + token); got.ids() != "b c" {
		t.Errorf("restored: %q", got.ids())
	}
	b.Hide("", "b", true)
	if got := b.list("syncToken=" + token); got.ids() != "c" || b.list("").ids() != "a c" {
		t.Errorf("hidden: %q", got.ids())
	}
	b.want("GET", events+"/b", "", 200, "")
	b.SetEmpty("", true)
	if got := b.list(""); got.ids() != "" || got.syncToken() == "" {
		t.Errorf("an empty calendar: %s", got.Raw)
	}
	b.SetEmpty("", false)
	b.clean()
	b.Expire()
	b.want("GET", events+"?syncToken="+token, "", 410, "fullSyncRequired")
	b.want("GET", events+"?syncToken=garbage", "", 400, "invalid")
	b.AddCalendar("team", Calendar{})
	b.want("GET", "calendars/team/events?syncToken="+b.list("").syncToken(), "", 410, "fullSyncRequired")
	b.clean()
}

func TestWhatGoesWithASyncToken(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	window := "timeMin=2026-11-30T22:00:00Z"
	token := b.list("eventTypes=default&" + window).syncToken()
	if token == "" {
		t.Fatal("a window takes the sync token away")
	}
	b.list("eventTypes=default&fields=items&syncToken=" + token)
	b.clean()
	b.list("syncToken=" + token)
	b.complained("the parameters differ")
	for _, query := range []string{
		window, "timeMax=2026-12-30T22:00:00Z", "iCalUID=x", "q=x", "orderBy=updated", "privateExtendedProperty=a%3Db",
		"sharedExtendedProperty=a%3Db",
		"updatedMin=2026-11-30T22:00:00Z", "showDeleted=false",
	} {
		b.want("GET", events+"?eventTypes=default&syncToken="+token+"&"+query, "", 400, "invalid")
		b.complained("no sync token")
	}
	for _, query := range []string{"iCalUID=x", "q=x", "orderBy=updated", "privateExtendedProperty=a%3Db"} {
		if got := b.list(query); got.syncToken() != "" {
			t.Errorf("%s gives a sync token", query)
		}
	}
}

func TestFilters(t *testing.T) {
	b := newBench(t, Options{})
	b.put("timed")
	b.Put("", JSON{"id": "gmail", "eventType": "fromGmail", "summary": "Flight"})
	b.Put("", JSON{"id": "allday", "start": JSON{"date": "2026-12-24"}, "end": JSON{"date": "2026-12-26"}})
	b.Put("", daily("over", ";UNTIL=20261202T090000Z"))
	b.Put("", daily("going", ";COUNT=4"))
	b.Put("", daily("forever", ""))
	b.Put("", JSON{"id": "tagged", "extendedProperties": JSON{"private": JSON{"mark": "1"}}, "iCalUID": "tag@x"})
	for query, want := range map[string]string{
		"":                                          "timed gmail allday over going forever tagged",
		"eventTypes=fromGmail":                      "gmail",
		"eventTypes=default&q=daily":                "over going forever",
		"iCalUID=tag@x":                             "tagged",
		"privateExtendedProperty=mark%3D1":          "tagged",
		"privateExtendedProperty=mark%3D2":          "",
		"timeMin=2026-12-25T23:30:00%2B01:00":       "allday going forever",
		"timeMin=2026-12-26T00:00:00%2B01:00":       "going forever",
		"timeMin=2026-12-01T10:00:00Z":              "allday over going forever tagged gmail",
		"timeMax=2026-12-01T09:00:00Z":              "",
		"timeMin=2027-12-01T09:00:00Z":              "forever",
		"updatedMin=2026-12-01T09:00:00Z":           "",
		"maxResults=1&timeMax=2026-12-01T09:00:01Z": "timed",
	} {
		got := strings.Fields(b.list(query).ids())
		expected := strings.Fields(want)
		slices.Sort(got)
		slices.Sort(expected)
		if !slices.Equal(got, expected) {
			t.Errorf("%s: %q, want %q", query, got, expected)
		}
	}
	b.clean()
	b.want("GET", events+"?timeMin=2026-12-02T00:00:00Z&timeMax=2026-12-01T00:00:00Z", "", 400, "timeRangeEmpty")
	b.want("GET", events+"?orderBy=startTime", "", 400, "invalid")
	b.clean()
	b.want("GET", events+"?singleEvents=true", "", 501, "notImplemented")
	b.complained("does not have this call")
	if got := b.do("GET", events+"?timeMin=tomorrow", ""); got.Status != 400 || len(b.Complaints()) == 0 {
		t.Errorf("a time that is none: %d %q", got.Status, b.Complaints())
	}
}

func TestSeriesInLists(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", daily("s", ""))
	x := b.Except("", "s", day(2), func(ev JSON) { ev["summary"] = "moved" })
	b.CancelInstance("", "s", day(3))
	if x != "s_20261202T090000Z" {
		t.Errorf("id %q", x)
	}
	full := b.list("")
	if want := "s s_20261202T090000Z -s_20261203T090000Z"; full.ids() != want {
		t.Fatalf("%q, want %q", full.ids(), want)
	}
	shell := full.Body["items"].([]any)[2].(JSON)
	if original, _ := shell["originalStartTime"].(JSON); len(shell) != 6 || shell["recurringEventId"] != "s" ||
		original["dateTime"] != "2026-12-03T10:00:00+01:00" {
		t.Errorf("a cancelled exception is listed as %v", shell)
	}
	if got := b.want("GET", events+"/s_20261203T090000Z", "", 200, ""); got.Body["status"] != "cancelled" ||
		got.Body["summary"] != nil {
		t.Errorf("a cancelled exception: %s", got.Raw)
	}
	b.Delete("", "s")
	if got := b.list("syncToken=" + full.syncToken()); got.ids() != "-s -"+x {
		t.Errorf("after the series was deleted: %q", got.ids())
	}
	if got := b.want("GET", events+"/s", "", 200, ""); got.Body["status"] != "cancelled" ||
		got.Body["summary"] != "Daily" {
		t.Errorf("the deleted series: %s", got.Raw)
	}
	b.Purge()
	b.want("GET", events+"/s", "", 404, "notFound")
	if got := b.list("showDeleted=true"); got.ids() != "" {
		t.Errorf("purged events are listed: %q", got.ids())
	}
	b.put("s")
	if got := b.list(""); got.ids() != "s" {
		t.Errorf("put again under the id of a purged one: %q", got.ids())
	}
	b.clean()
}

func TestUpdatedAndSequence(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	before, _ := b.Event("", "a")
	b.now = b.now.Add(time.Minute)
	b.Edit("", "a", func(ev JSON) { ev["reminders"] = JSON{"useDefault": false} })
	after, _ := b.Event("", "a")
	if after["updated"] != before["updated"] || after["etag"] == before["etag"] {
		t.Errorf("reminders: updated %v, then %v; etag %v, then %v", before["updated"], after["updated"],
			before["etag"], after["etag"])
	}
	b.Edit("", "a", func(ev JSON) { ev["location"] = "x" })
	if after, _ := b.Event("", "a"); after["updated"] != "2026-11-30T22:01:00.000Z" || after["sequence"] != 0.0 {
		t.Errorf("location: %v", after)
	}
	b.Edit("", "a", func(ev JSON) { ev["end"] = JSON{"dateTime": "2026-12-01T12:00:00+01:00", "timeZone": Zone} })
	if after, _ := b.Event("", "a"); after["sequence"] != 1.0 {
		t.Errorf("end: sequence %v", after["sequence"])
	}
}
