package googletest

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestDuplicate(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", JSON{"id": "a", "summary": "s", "extendedProperties": JSON{"private": JSON{"k": "v"}}})
	id := b.Duplicate("", "a")
	one, _ := b.Event("", "a")
	two, stands := b.Event("", id)
	if !stands || id == "a" || two["iCalUID"] != id+"@google.com" || two["created"] != "2026-11-30T22:00:00.000Z" ||
		two["htmlLink"] == one["htmlLink"] {
		t.Errorf("%v", two)
	}
	for _, name := range []string{"summary", "start", "end", "extendedProperties", "organizer"} {
		if !reflect.DeepEqual(one[name], two[name]) {
			t.Errorf("%s is %v, want %v", name, two[name], one[name])
		}
	}
	if got := b.IDs(""); !slices.Equal(got, []string{"a", id}) {
		t.Errorf("%q", got)
	}
}

func TestExceptions(t *testing.T) {
	b := newBench(t, Options{})
	series := daily("s", "")
	series["extendedProperties"] = JSON{"private": JSON{"k": "v"}}
	b.Put("", series)
	id := b.Except("", "s", day(2), func(ev JSON) { ev["description"] = "own" })
	b.Edit("", "s", func(ev JSON) { ev["summary"] = "Renamed" })
	b.patch("s", `{"description":"of the series"}`)
	ev, _ := b.Event("", id)
	if ev["summary"] != "Daily" || ev["description"] != "own" || ev["iCalUID"] != "s@google.com" ||
		ev["recurringEventId"] != "s" || ev["recurrence"] != nil {
		t.Errorf("%v", ev)
	}
	if want := (JSON{"dateTime": "2026-12-02T10:00:00+01:00", "timeZone": Zone}); !reflect.DeepEqual(ev["start"],
		want) || !reflect.DeepEqual(ev["originalStartTime"], want) {
		t.Errorf("start %v, originalStartTime %v, want %v", ev["start"], ev["originalStartTime"], want)
	}
	if end := ev["end"].(JSON)["dateTime"]; end != "2026-12-02T10:30:00+01:00" {
		t.Errorf("end %v", end)
	}
	if !reflect.DeepEqual(ev["extendedProperties"], JSON{"private": JSON{"k": "v"}}) {
		t.Errorf("properties %v", ev["extendedProperties"])
	}
	if again := b.Except("", "s", day(2), func(ev JSON) { ev["location"] = "own" }); again != id {
		t.Errorf("the exception again is %q", again)
	}
	if ev, _ := b.Event("", id); ev["description"] != "own" || ev["location"] != "own" {
		t.Errorf("changed again: %v", ev)
	}
	b.CancelInstance("", "s", day(2))
	if _, stands := b.Event("", id); stands {
		t.Error("a cancelled exception stands")
	}
	b.Except("", "s", day(2), nil)
	if ev, _ := b.Event("", id); ev["summary"] != "Renamed" || ev["description"] != "of the series" {
		t.Errorf("made again: %v", ev)
	}
}

func TestAllDayExceptions(t *testing.T) {
	b := newBench(t, Options{})
	b.Put("", JSON{"id": "s", "start": JSON{"date": "2026-12-01"}, "end": JSON{"date": "2026-12-03"},
		"recurrence": []string{"RRULE:FREQ=WEEKLY"}})
	id := b.Except("", "s", time.Date(2026, 12, 7, 23, 0, 0, 0, time.UTC), nil) // midnight in Berlin
	ev, _ := b.Event("", id)
	if id != "s_20261208" || !reflect.DeepEqual(ev["originalStartTime"], JSON{"date": "2026-12-08"}) ||
		!reflect.DeepEqual(ev["end"], JSON{"date": "2026-12-10"}) {
		t.Errorf("%s %v", id, ev)
	}
}

func TestSplit(t *testing.T) {
	b := newBench(t, Options{})
	series := daily("s", ";COUNT=10;INTERVAL=1")
	series["extendedProperties"] = JSON{"private": JSON{"k": "v"}}
	b.Put("", series)
	early, late := b.Except("", "s", day(2), nil), b.Except("", "s", day(6), nil)
	id := b.Split("", "s", day(5))
	if id != "s_R20261205T090000Z" {
		t.Errorf("id %q", id)
	}
	old, _ := b.Event("", "s")
	next, _ := b.Event("", id)
	if got := old["recurrence"].([]any)[0]; got != "RRULE:FREQ=DAILY;INTERVAL=1;UNTIL=20261205T085959Z" {
		t.Errorf("the old rule is %v", got)
	}
	if next["iCalUID"] != id+"@google.com" || next["summary"] != "Daily" ||
		!reflect.DeepEqual(next["extendedProperties"], old["extendedProperties"]) ||
		next["start"].(JSON)["dateTime"] != "2026-12-05T10:00:00+01:00" ||
		next["end"].(JSON)["dateTime"] != "2026-12-05T10:30:00+01:00" ||
		next["recurrence"].([]any)[0] != "RRULE:FREQ=DAILY;COUNT=6;INTERVAL=1" {
		t.Errorf("the new series is %v", next)
	}
	if got := b.IDs(""); !slices.Equal(got, []string{"s", early, id}) {
		t.Errorf("%q stand; the exception %s should be gone", got, late)
	}
}

func TestMove(t *testing.T) {
	b := newBench(t, Options{})
	b.AddCalendar("team@group.calendar.google.com", Calendar{TimeZone: "UTC"})
	const team = "team@group.calendar.google.com"
	b.Put("", daily("s", ""))
	x := b.Except("", "s", day(2), nil)
	before, _ := b.Event("", "s")
	token := b.list("").syncToken()
	b.Move("", "s", team)
	if got := b.list("syncToken=" + token); got.ids() != "-s -"+x {
		t.Errorf("left behind: %s", got.Raw)
	}
	if got := b.want("GET", events+"/s", "", 200, ""); len(got.Body) != 4 || got.Body["status"] != "cancelled" {
		t.Errorf("left behind: %s", got.Raw)
	}
	got := b.want("GET", "calendars/"+strings.ReplaceAll(team, "@", "%40")+"/events", "", 200, "")
	if got.ids() != x+" s" {
		t.Fatalf("moved: %s", got.Raw)
	}
	moved := got.Body["items"].([]any)[1].(JSON)
	if moved["iCalUID"] != before["iCalUID"] || moved["status"] != "confirmed" ||
		moved["organizer"].(JSON)["email"] != team || moved["creator"].(JSON)["self"] != nil {
		t.Errorf("moved: %v", moved)
	}
	b.Move(team, "s", "")
	if got := b.list(""); got.ids() != "s "+x {
		t.Errorf("moved back: %q", got.ids())
	}
	b.clean()
}

func TestNothingThere(t *testing.T) {
	b := newBench(t, Options{})
	b.put("a")
	for _, cal := range []string{"", "nobody@example.com"} {
		b.Edit(cal, "none", func(JSON) { t.Error("an edit of nothing") })
		b.Delete(cal, "none")
		b.Restore(cal, "none")
		b.Hide(cal, "none", true)
		b.Move(cal, "none", "")
		if id := b.Duplicate(cal, "none") + b.Split(cal, "none", day(2)) +
			b.Except(cal, "none", day(2), nil); id != "" {
			t.Errorf("%q came of nothing", id)
		}
	}
	if b.Put("nobody@example.com", JSON{}) != "" || !slices.Equal(b.IDs(""), []string{"a"}) ||
		len(b.IDs("nobody@example.com")) != 0 {
		t.Error("something is there")
	}
}

func TestCalendarList(t *testing.T) {
	b := newBench(t, Options{})
	b.AddCalendar("team", Calendar{Role: "reader"})
	got := b.want("GET", "users/me/calendarList", "", 200, "")
	roles := map[any]any{}
	for _, v := range got.Body["items"].([]any) {
		roles[v.(JSON)["id"]] = v.(JSON)["accessRole"]
	}
	if !reflect.DeepEqual(roles, map[any]any{Account: "owner", "team": "reader"}) {
		t.Errorf("%v", roles)
	}
	b.clean()
}
