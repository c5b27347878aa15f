package outlooktest

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestPages(t *testing.T) {
	b := newBench(t, Options{PageLimit: 12})
	var want []string
	for i := range 25 {
		want = append(want, b.Put("", timed("event"+strconv.Itoa(i), "x", "10:00", "11:00")))
	}
	for options, pages := range map[string]int{"": 3, "?$top=5": 5, "?$top=1000&$select=subject": 3} {
		link, got, n := b.GraphURL()+"/me/events"+options, []string{}, 0
		for ; link != ""; n++ {
			page := b.get(link)
			got, link = append(got, ids(page)), next(page)
			if n == 0 && link != "" && (!strings.HasPrefix(link, b.GraphURL()+"/me/events?") ||
				strings.Contains(link, "+")) {
				t.Fatalf("the link %s", link)
			}
		}
		if strings.Join(got, " ") != strings.Join(want, " ") || n != pages {
			t.Errorf("%s: %d pages %q", options, n, got)
		}
	}
	if got := b.get("me/calendar/events", "Prefer", immutable+", odata.maxpagesize=7"); len(got["value"].([]any)) != 7 {
		t.Errorf("%d rows", len(got["value"].([]any)))
	}
	b.clean()
	page := b.get("me/events")
	b.get(next(page), "Prefer", "")
	b.complained("a page without Prefer")
	b.SetEndless(true)
	link, seen := b.GraphURL()+"/me/events?$top=12", map[string]bool{}
	for range 10 {
		page := b.get(link)
		if link = next(page); seen[link] || len(page["value"].([]any)) == 0 {
			t.Fatalf("not endless: %s", link)
		}
		seen[link] = true
	}
}

func TestFilters(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("old", "Old", "08:00", "09:00"))
	b.now = b.now.Add(time.Hour)
	ev := timed("o'new", "It's new", "12:00", "13:00")
	ev["categories"] = []string{"#Zoom", "Red"}
	ev["singleValueExtendedProperties"] = []any{JSON{"id": "String {ABCDEF00-0000-4000-8000-000000000001} Name Mark",
		"value": "zt1Abc"}}
	b.Put("", ev)
	b.Put("", daily("series"))
	property := "singleValueExtendedProperties/Any(ep: ep/id eq 'String {abcdef00-0000-4000-8000-000000000001} Name " +
		"Mark' and ep/value eq 'ZT1abc')"
	for filter, want := range map[string]string{
		"lastModifiedDateTime ge 2026-11-30T23:00:00Z":                                              "o'new series",
		"lastModifiedDateTime gt 2026-11-30T23:00:00Z":                                              "",
		"lastModifiedDateTime lt 2026-12-01T00:00:00+01:00":                                         "old",
		"start/dateTime ge '2026-12-01T09:00:00'":                                                   "o'new series",
		"start/dateTime ge '2026-12-01T09:00:00' and lastModifiedDateTime ge 2026-11-30T00:00:00Z":  "o'new series",
		"end/dateTime le '2026-12-01T08:00:00' or (type eq 'seriesMaster' and isOrganizer eq true)": "old series",
		"(start/dateTime ge '2026-12-01T10:00' or type eq 'seriesMaster') and isCancelled eq false": "o'new series",
		"id eq 'o''new'":                   "o'new",
		"subject eq 'It''s new'":           "o'new",
		"type ne 'seriesMaster'":           "old o'new",
		"categories/any(c:c eq '#zoom')":   "o'new",
		"categories/any(c: c eq '#zoomi')": "",
		property:                           "o'new",
		strings.Replace(property, "Name Mark", "Name mark", 1): "",
		strings.Replace(property, "ZT1abc", "zt1ab", 1):        "",
	} {
		if got := ids(b.get("me/events?$filter=" + query(filter))); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	page := b.get("me/events?$top=1&$filter=" + query("isCancelled eq false and lastModifiedDateTime ge "+
		"2026-11-30T23:00:00Z"))
	if got := b.get(next(page)); ids(got) != "series" || next(got) != "" {
		t.Errorf("the second page is %s", ids(got))
	}
	order := "&$orderby=" + query("lastModifiedDateTime desc")
	if got := ids(b.get("me/events?$filter=" + query("lastModifiedDateTime ge 2026-11-01T00:00:00Z") +
		order)); got != "o'new series old" {
		t.Errorf("in order: %s", got)
	}
	b.clean()
	window := "me/calendarView?startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-03T00:00:00Z&$filter="
	for _, filter := range []string{property, "lastModifiedDateTime ge 2026-11-01T00:00:00Z"} {
		b.want("GET", window+query(filter), "", 500, "ErrorInternalServerError")
		b.complained("on a calendar view")
	}
}

func TestView(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("before", "x", "00:00", "00:30")) // 30 November in UTC
	b.Put("", timed("one", "x", "12:00", "13:00"))
	b.Put("", daily("series"))
	b.Except("", "series", day(2), func(ev JSON) {
		ev["subject"], ev["start"] = "Other", JSON{"dateTime": "2026-12-02T15:00:00", "timeZone": "UTC"}
		ev["end"] = JSON{"dateTime": "2026-12-02T16:00:00", "timeZone": "UTC"}
	})
	b.CancelInstance("", "series", day(3))
	page := b.get("me/calendarView?startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-04T10:00:00Z&$top=50")
	if got := values(page, "type"); got != "occurrence singleInstance exception occurrence" {
		t.Fatalf("types %q", got)
	}
	if got := values(page, "originalStart"); got != "2026-12-01T09:00:00Z  2026-12-02T09:00:00Z 2026-12-04T09:00:00Z" {
		t.Errorf("originals %q", got)
	}
	rows := page["value"].([]any)
	first, exception := rows[0].(JSON), rows[2].(JSON)
	if first["seriesMasterId"] != "series" || first["recurrence"] != nil || first["iCalUId"] == first["uid"] ||
		first["iCalUId"] == rows[3].(JSON)["iCalUId"] ||
		first["uid"] != exception["uid"] || exception["subject"] != "Other" {
		t.Errorf("%v\n%v", first, exception)
	}
	if got := b.get("me/events/" + exception["id"].(string)); got["type"] != "exception" || got["subject"] != "Other" {
		t.Errorf("%v", got)
	}
	if got := values(b.get("me/events/series/instances?startDateTime=2026-12-01&endDateTime=2026-12-05&$select=type"),
		"type"); got != "occurrence exception occurrence" {
		t.Errorf("instances %q", got)
	}
	b.clean()
}

func TestExpandAndSelect(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", daily("series"))
	b.Except("", "series", day(2), func(ev JSON) { ev["subject"] = "Other" })
	b.CancelInstance("", "series", day(3))
	got := b.get("me/events/series?$select=subject,cancelledOccurrences,exceptionOccurrences&$expand=exceptionOccurrences")
	exceptions, _ := got["exceptionOccurrences"].([]any)
	cancelled, _ := got["cancelledOccurrences"].([]any)
	if len(got) != 6 || len(exceptions) != 1 || exceptions[0].(JSON)["subject"] != "Other" || len(cancelled) != 1 ||
		cancelled[0] != "OID.series.2026-12-03" {
		t.Errorf("%v", got)
	}
	if got := b.get("me/events/series"); got["cancelledOccurrences"] != nil || got["exceptionOccurrences"] != nil {
		t.Errorf("%v", got)
	}
	b.clean()
	b.get("me/events/series?$select=subject&$expand=exceptionOccurrences")
	b.complained("does not name")

	const id = "String {ABCDEF00-0000-4000-8000-000000000001} Name Mark"
	b.patch("series", `{"singleValueExtendedProperties":[{"id":"`+id+`","value":"a"},{"id":"`+id+`2","value":"b"}]}`)
	b.patch("series", `{"singleValueExtendedProperties":[{"id":"`+id+`","value":"c"}]}`)
	expand := "$expand=" + query("singleValueExtendedProperties($filter=id eq '"+id+"' or id eq '"+id+"2')")
	for _, path := range []string{"me/events/series?$select=id&" + expand, "me/events?" + expand} {
		got := b.get(path)
		if rows, is := got["value"].([]any); is {
			got = rows[0].(JSON)
		}
		list, _ := got["singleValueExtendedProperties"].([]any)
		if len(list) != 2 || list[0].(JSON)["value"] != "c" || list[1].(JSON)["value"] != "b" ||
			list[0].(JSON)["id"] != strings.Replace(id, "ABCDEF", "abcdef", 1) {
			t.Errorf("%s: %v", path, list)
		}
	}
	if got := b.get("me/calendarView?startDateTime=2026-12-01&endDateTime=2026-12-02&" +
		expand); strings.Contains(values(got, "type"), "singleValue") ||
		got["value"].([]any)[0].(JSON)["singleValueExtendedProperties"] != nil {
		t.Errorf("%v", got)
	}
	b.clean()
}

func TestOwnersSide(t *testing.T) {
	b := newBench(t, Options{})
	ev := timed("a", "A", "10:00", "11:00")
	ev["singleValueExtendedProperties"] = []any{JSON{"id": "String {abcdef00-0000-4000-8000-000000000001} Name Mark",
		"value": "m"}}
	b.Put("", ev)
	etag := b.get("me/events/a")["@odata.etag"]
	b.Edit("", "a", func(ev JSON) { ev["subject"] = "B" })
	if got := b.get("me/events/a"); got["subject"] != "B" || got["@odata.etag"] == etag ||
		got["originalStartTimeZone"] != Zone {
		t.Errorf("%v", got)
	}
	etag = b.get("me/events/a")["@odata.etag"]
	b.Edit("", "a", func(JSON) {})
	if b.get("me/events/a")["@odata.etag"] != etag {
		t.Error("an edit that changes nothing has changed the etag")
	}
	changed := b.get("me/events/a")["lastModifiedDateTime"]
	b.now = b.now.Add(time.Minute)
	b.Bump("", "a")
	if got := b.get("me/events/a"); got["@odata.etag"] == etag || got["lastModifiedDateTime"] != changed {
		t.Errorf("%v", got)
	}
	twin := b.Duplicate("", "a")
	copied, _ := b.Event("", twin)
	if got := b.get("me/events/" + twin); got["iCalUId"] == b.get("me/events/a")["iCalUId"] ||
		copied["singleValueExtendedProperties"] == nil || got["subject"] != "B" {
		t.Errorf("%v", copied)
	}
	b.Delete("", "a")
	b.want("GET", "me/events/a", "", 404, "ErrorItemNotFound")
	if got := ids(b.get("me/events")); got != twin {
		t.Errorf("%s", got)
	}
	b.Restore("", "a")
	b.Hide("", twin, true)
	if got := ids(b.get("me/events")); got != "a" || b.get("me/events/" + twin)["id"] != twin {
		t.Errorf("%s", got)
	}
	b.SetEmpty("", true)
	if got := ids(b.get("me/events")); got != "" {
		t.Errorf("%s", got)
	}
	b.clean()
}

// FuzzFilter looks for filters that the parser does not survive.
func FuzzFilter(f *testing.F) {
	f.Add("(start/dateTime ge '2026-12-01T10:00' or type eq 'seriesMaster') and isCancelled eq false")
	f.Add("singleValueExtendedProperties/Any(ep: ep/id eq 'a' and ep/value eq 'b')")
	f.Add("categories/any(c:c eq 'x'")
	s := New(Options{})
	id := s.Put("", timed("", "x", "10:00", "11:00"))
	f.Fuzz(func(_ *testing.T, text string) {
		test, err := parseFilter(text)
		if err != nil {
			return
		}
		it, _ := s.item(id)
		test(&call{Server: s, token: &accessToken{app: true}, prefer: prefer{loc: time.UTC, zoneName: "UTC"}}, it)
	})
}
