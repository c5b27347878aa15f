package outlooktest

import (
	"strings"
	"testing"
	"time"
)

const window = "?startDateTime=2026-12-01T00:00:00Z&endDateTime=2026-12-04T00:00:00Z"

// walkAll follows a delta from a path or a link to its end: the rows in short, and the link to the next round.
func (b *bench) walkAll(link string, header ...string) (rows, deltaLink string) {
	b.Helper()
	var all []string
	for range 50 {
		page := b.get(link, header...)
		for _, v := range page["value"].([]any) {
			row := v.(JSON)
			kind, _ := row["type"].(string)
			if row["@removed"] != nil {
				kind = "removed"
			}
			if row["subject"] == nil && kind != "removed" {
				kind += "*"
			}
			id := row["id"].(string)
			if len(id) > 20 {
				id = "_"
			}
			all = append(all, id+":"+kind)
		}
		link = next(page)
		if deltaLink, _ = page["@odata.deltaLink"].(string); (link == "") == (deltaLink == "") {
			b.Fatalf("next link %q, delta link %q", link, deltaLink)
		}
		if deltaLink != "" {
			return strings.Join(all, " "), deltaLink
		}
	}
	b.Fatal("no end")
	return "", ""
}

func (b *bench) round(link, want string) (deltaLink string) {
	b.Helper()
	rows, deltaLink := b.walkAll(link)
	if rows != want {
		b.Errorf("rows %q, want %q", rows, want)
	}
	return deltaLink
}

func TestDelta(t *testing.T) {
	b := newBench(t, Options{PageLimit: 2})
	b.Put("", timed("one", "x", "12:00", "13:00"))
	b.Put("", daily("series"))
	outside := timed("outside", "x", "12:00", "13:00")
	outside["start"], outside["end"] = JSON{"dateTime": "2027-01-01T12:00:00"}, JSON{"dateTime": "2027-01-01T13:00:00"}
	b.Put("", outside)
	x := b.Except("", "series", day(2), func(ev JSON) { ev["subject"] = "Other" })
	link := b.round("me/calendarView/delta"+window, "one:singleInstance series:seriesMaster _:exception "+
		"_:occurrence* _:occurrence*")
	link = b.round(link, "")
	b.Edit("", "outside", func(ev JSON) { ev["subject"] = "y" })
	b.CancelInstance("", "series", day(3))
	again := b.round(link, "series:seriesMaster outside:removed")
	if b.round(link, "series:seriesMaster outside:removed"); strings.Contains(link, "+") {
		t.Errorf("link %s", link)
	}
	b.Delete("", "one")
	again = b.round(again, "one:removed")
	b.Edit("", x, func(ev JSON) { ev["subject"] = "Another" })
	again = b.round(again, "series:seriesMaster _:exception")
	b.Edit("", "series", func(ev JSON) { ev["subject"] = "Weekly" })
	again = b.round(again, "series:seriesMaster _:occurrence*")
	b.Put("", timed("two", "x", "12:00", "13:00"))
	b.Move("", "two", b.AddCalendar("", "Second"))
	again = b.round(again, "two:removed")
	b.Hide("", "series", true)
	b.Edit("", "series", func(ev JSON) { ev["subject"] = "hidden" })
	b.round(again, "")
	b.clean()
}

func TestDeltaByManyNames(t *testing.T) {
	b := newBench(t, Options{RowsTwice: true})
	b.Put("", timed("a", "x", "12:00", "13:00"))
	b.Put("", timed("b", "x", "13:00", "14:00"))
	cal := b.get("me/calendar")["id"].(string)
	for _, name := range []string{"delta", "delta()", "delta%28%29", "microsoft.graph.delta()",
		"microsoft.graph.delta"} {
		for _, place := range []string{"me", "me/calendar", "users/" + Account + "/calendars/" + cal} {
			rows, link := b.walkAll(place+"/calendarView/"+name+window, "Prefer", immutable+", odata.maxpagesize=1")
			if rows != "a:singleInstance a:singleInstance b:singleInstance" || !strings.HasPrefix(link, b.URL()) {
				t.Errorf("%s, %s: %s", place, name, rows)
			}
		}
	}
	b.clean()
	for _, option := range []string{"$select=subject", "$expand=extensions", "$filter=x", "$orderby=x"} {
		b.want("GET", "me/calendarView/delta"+window+"&"+option, "", 400, "ErrorInvalidUrlQuery")
		b.complained("in a delta")
	}
	b.want("GET", "me/calendarView/delta", "", 400, "ErrorInvalidParameter")
	b.complained("DateTime")
	if rows, _ := b.walkAll("me/calendarView/delta" + window + "&$top=1"); rows != "a:singleInstance" {
		t.Errorf("%s", rows)
	}
	b.complained("$top")
}

func TestExpiredDeltas(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", timed("a", "x", "12:00", "13:00"))
	for _, how := range Expiries() {
		_, link := b.walkAll("me/calendarView/delta" + window)
		b.ExpireAs(how)
		got := b.want("GET", link, "", how.Status, how.Code)
		fresh := got.Header.Get("Location")
		if (fresh != "") != how.Location {
			t.Errorf("%+v: Location %q", how, fresh)
		}
		if fresh != "" {
			b.round(fresh, "a:singleInstance")
		}
	}
	b.want("GET", "me/calendarView/delta?$deltatoken=strange", "", 400, "SyncStateInvalid")
	b.clean()
	_, link := b.walkAll("me/calendarView/delta" + window)
	b.want("GET", strings.Replace(link, "/calendarView", "/calendars/"+b.AddCalendar("", "Second")+"/calendarView", 1),
		"", 400, "SyncStateInvalid")
	b.complained("another calendar")
	b.SetEndless(true)
	for range 5 {
		page := b.get(link)
		if link = next(page); link == "" || page["@odata.deltaLink"] != nil {
			t.Fatalf("not endless: %v", page)
		}
	}
}

func TestSeriesRules(t *testing.T) {
	for name, test := range map[string]struct {
		pattern, span JSON
		want          string
	}{
		"daily": {JSON{"type": "daily", "interval": 2.0}, JSON{"type": "numbered", "numberOfOccurrences": 3.0},
			"01 03 05"},
		"weekly": {JSON{"type": "weekly", "interval": 2.0, "daysOfWeek": []any{"tuesday", "monday"}},
			JSON{"type": "endDate", "endDate": "2026-12-29"}, "01 14 15 28 29"},
		"monthly": {JSON{"type": "absoluteMonthly", "interval": 1.0, "dayOfMonth": 1.0},
			JSON{"type": "numbered", "numberOfOccurrences": 2.0}, "01 01"},
		"relative": {JSON{"type": "relativeMonthly", "interval": 1.0, "daysOfWeek": []any{"tuesday"}, "index": "first"},
			JSON{"type": "numbered", "numberOfOccurrences": 3.0}, "01 05 02"},
		"yearly": {JSON{"type": "absoluteYearly", "interval": 1.0}, JSON{"type": "noEnd"}, "01 01 01 01 01"},
	} {
		e := &event{start: day(1), end: day(1), body: JSON{"originalStartTimeZone": Zone,
			"recurrence": JSON{"pattern": test.pattern, "range": test.span}}}
		var got []string
		for _, start := range e.starts(day(1).AddDate(4, 1, 0)) {
			got = append(got, start.In(e.loc()).Format("02"))
		}
		if text := strings.Join(got, " "); text != test.want {
			t.Errorf("%s: %q, want %q", name, text, test.want)
		}
	}
	summer := &event{start: time.Date(2026, 10, 24, 8, 0, 0, 0, time.UTC), body: JSON{"originalStartTimeZone": Zone,
		"recurrence": JSON{}}}
	if got := summer.starts(time.Date(2026, 10, 25, 23, 0, 0, 0, time.UTC)); len(got) != 2 || got[1].Hour() != 9 {
		t.Errorf("when the clocks change: %v", got)
	}
}
