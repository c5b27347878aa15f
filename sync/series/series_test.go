package series_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/sync/series"
)

func whole(d time.Duration) time.Duration { return max(d.Truncate(time.Minute), time.Minute) }

func at(t *testing.T, zone, wall string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	start, err := time.ParseInLocation("2006-01-02 15:04", wall, loc)
	if err != nil {
		t.Fatal(err)
	}
	return start
}

func details(t *testing.T, zone, wall string, lines ...string) calendar.Details {
	start := at(t, zone, wall)
	return calendar.Details{UID: "u", Start: start, End: start.Add(45 * time.Minute), Zone: zone, Recurrence: lines}
}

// TestRules: what Zoom can say is said in its terms, and what it cannot is refused with the reason.
func TestRules(t *testing.T) {
	const berlin = "Europe/Berlin"
	for _, tt := range []struct {
		zone, start, rule string
		want              meeting.Rule
		why               string
	}{
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;COUNT=5", meeting.Rule{Unit: meeting.Daily, Interval: 1,
			Count: 5}, ""},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;INTERVAL=90;COUNT=5", meeting.Rule{Unit: meeting.Daily, Interval: 90,
			Count: 5}, ""},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;INTERVAL=91;COUNT=5", meeting.Rule{}, "every 91 days"},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;COUNT=50", meeting.Rule{Unit: meeting.Daily, Interval: 1,
			Count: 50}, ""},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;COUNT=51", meeting.Rule{}, "more than 50"},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY", meeting.Rule{}, "no end"},
		// The clocks go forward on 29 March: the times stay 10:00.
		{berlin, "2026-03-02 10:00", "FREQ=WEEKLY;COUNT=8", meeting.Rule{Unit: meeting.Weekly, Interval: 1,
			Days: []time.Weekday{1}, Count: 8}, ""},
		{berlin, "2026-03-02 10:00", "FREQ=WEEKLY;UNTIL=20260331T080000Z",
			meeting.Rule{Unit: meeting.Weekly, Interval: 1, Days: []time.Weekday{1}, Count: 5}, ""},
		{berlin, "2026-03-02 10:00", "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=9",
			meeting.Rule{Unit: meeting.Weekly, Interval: 1, Days: []time.Weekday{1, 3, 5}, Count: 9}, ""},
		{berlin, "2026-03-03 10:00", "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9", meeting.Rule{}, "first occurrence"},
		{berlin, "2026-03-02 10:00", "FREQ=WEEKLY;INTERVAL=12;COUNT=4", meeting.Rule{Unit: meeting.Weekly, Interval: 12,
			Days: []time.Weekday{1}, Count: 4}, ""},
		{berlin, "2026-03-02 10:00", "FREQ=WEEKLY;INTERVAL=13;COUNT=4", meeting.Rule{}, "every 13 weeks"},
		// Every other week on Sunday and Monday depends on which day begins the week.
		{berlin, "2026-03-01 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;COUNT=6;WKST=SU", meeting.Rule{},
			"may read its rule otherwise"},
		{berlin, "2026-03-02 10:00", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=6",
			meeting.Rule{Unit: meeting.Weekly, Interval: 2, Days: []time.Weekday{1, 5}, Count: 6}, ""},
		{berlin, "2026-03-05 10:00", "FREQ=MONTHLY;COUNT=6", meeting.Rule{Unit: meeting.Monthly, Interval: 1,
			MonthDay: 5, Count: 6}, ""},
		{berlin, "2026-03-05 10:00", "FREQ=MONTHLY;BYMONTHDAY=5;INTERVAL=3;COUNT=6",
			meeting.Rule{Unit: meeting.Monthly, Interval: 3, MonthDay: 5, Count: 6}, ""},
		{berlin, "2026-03-05 10:00", "FREQ=MONTHLY;BYMONTHDAY=5;INTERVAL=4;COUNT=6", meeting.Rule{}, "every 4 months"},
		{berlin, "2026-03-31 10:00", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", meeting.Rule{},
			"at 2026-04-30 10:00 instead of 2026-05-31 10:00"},
		{berlin, "2026-07-31 10:00", "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=2",
			meeting.Rule{Unit: meeting.Monthly, Interval: 1, MonthDay: 31, Count: 2}, ""},
		{berlin, "2026-03-10 10:00", "FREQ=MONTHLY;BYDAY=2TU;COUNT=6", meeting.Rule{Unit: meeting.Monthly, Interval: 1,
			Week: 2, Weekday: 2, Count: 6}, ""},
		{berlin, "2026-03-27 10:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=6", meeting.Rule{Unit: meeting.Monthly, Interval: 1,
			Week: -1, Weekday: 5, Count: 6}, ""},
		{berlin, "2026-03-30 10:00", "FREQ=MONTHLY;BYDAY=5MO;COUNT=3", meeting.Rule{}, "5MO"},
		{berlin, "2026-03-27 10:00", "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3;BYMONTHDAY=27", meeting.Rule{}, "several days"},
		{berlin, "2026-03-20 10:00", "FREQ=MONTHLY;BYDAY=-2FR;COUNT=3", meeting.Rule{}, "-2FR"},
		{berlin, "2026-03-10 10:00", "FREQ=MONTHLY;BYMONTHDAY=10,20;COUNT=3", meeting.Rule{}, "10,20"},
		{berlin, "2026-03-31 10:00", "FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", meeting.Rule{}, "(-1)"},
		{berlin, "2026-03-02 10:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3", meeting.Rule{},
			"BYSETPOS"},
		{berlin, "2026-03-10 10:00", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2;COUNT=6",
			meeting.Rule{Unit: meeting.Monthly, Interval: 1, Week: 2, Weekday: 2, Count: 6}, ""},
		{berlin, "2026-03-27 10:00", "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1;COUNT=6",
			meeting.Rule{Unit: meeting.Monthly, Interval: 1, Week: -1, Weekday: 5, Count: 6}, ""},
		{berlin, "2026-03-10 10:00", "FREQ=MONTHLY;BYDAY=TU;BYMONTHDAY=8,9,10,11,12,13,14;COUNT=6",
			meeting.Rule{Unit: meeting.Monthly, Interval: 1, Week: 2, Weekday: 2, Count: 6}, ""},
		{berlin, "2026-03-05 10:00", "FREQ=MONTHLY;BYMONTHDAY=5;BYSETPOS=1;COUNT=6",
			meeting.Rule{Unit: meeting.Monthly, Interval: 1, MonthDay: 5, Count: 6}, ""},
		{berlin, "2026-03-01 10:00", "FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH,FR,SA;BYSETPOS=1;COUNT=6",
			meeting.Rule{Unit: meeting.Monthly, Interval: 1, MonthDay: 1, Count: 6}, ""},
		{berlin, "2026-03-10 10:00", "FREQ=WEEKLY;BYDAY=TU;BYSETPOS=1;COUNT=6",
			meeting.Rule{Unit: meeting.Weekly, Interval: 1, Days: []time.Weekday{time.Tuesday}, Count: 6}, ""},
		{berlin, "2026-03-03 10:00", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=1,3;COUNT=6", meeting.Rule{}, "BYSETPOS"},
		{berlin, "2026-03-31 10:00", "FREQ=MONTHLY;BYDAY=TU;BYSETPOS=5;COUNT=3", meeting.Rule{}, "5TU"},
		{berlin, "2026-03-02 10:00", "FREQ=YEARLY;COUNT=3", meeting.Rule{}, "yearly"},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;BYMONTH=3;COUNT=3", meeting.Rule{}, "BYMONTH"},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;BYHOUR=10,14;COUNT=3", meeting.Rule{}, "BYHOUR"},
		{berlin, "2026-03-02 10:00", "FREQ=DAILY;BYDAY=MO,TU;COUNT=3", meeting.Rule{}, "some days only"},
		{berlin, "2026-03-02 10:00", "FREQ=HOURLY;COUNT=3", meeting.Rule{}, "hourly"},
		// 02:30 does not exist on 29 March, and exists twice on 25 October.
		{berlin, "2026-03-22 02:30", "FREQ=WEEKLY;COUNT=3", meeting.Rule{},
			"the clocks change at its time of day on 2026-03-29"},
		{berlin, "2026-10-18 02:30", "FREQ=WEEKLY;COUNT=3", meeting.Rule{},
			"the clocks change at its time of day on 2026-10-25"},
		{"America/Detroit", "2026-03-02 10:00", "FREQ=DAILY;COUNT=3", meeting.Rule{},
			"does not know its time zone America/Detroit"},
		// Zoom knows it under another name.
		{"Europe/Berlin", "2026-03-02 10:00", "FREQ=WEEKLY;BYDAY=MO,MO;COUNT=2",
			meeting.Rule{Unit: meeting.Weekly, Interval: 1, Days: []time.Weekday{1}, Count: 2}, ""},
	} {
		t.Run(tt.rule+" "+tt.start, func(t *testing.T) {
			spec, why := series.Of(details(t, tt.zone, tt.start, "RRULE:"+tt.rule), series.Options{}, whole)
			if tt.why != "" {
				if !strings.Contains(why, tt.why) || !spec.IsZero() {
					t.Fatalf("%q, want …%s…; %+v", why, tt.why, spec)
				}
				return
			}
			if why != "" || spec.Schedule == nil {
				t.Fatal(why)
			}
			if s := spec; !s.Schedule.Rule.Equal(tt.want) || s.Zone != tt.zone ||
				!s.Start.Equal(at(t, tt.zone, tt.start)) || s.Duration != 45*time.Minute {
				t.Errorf("%+v, want rule %+v", s, tt.want)
			}
			if n := len(spec.Starts()); n != tt.want.Count {
				t.Errorf("%d occurrences", n)
			}
		})
	}
}

// TestEdits: removed and moved occurrences, by each way in which calendars keep them.
func TestEdits(t *testing.T) {
	const zone = "Europe/Berlin"
	first := at(t, zone, "2026-03-02 10:00")
	week := func(n int) time.Time { return first.AddDate(0, 0, 7*n) }
	changed := func(n int, start time.Time, length time.Duration) calendar.Occurrence {
		return calendar.Occurrence{RecurrenceID: week(n), Start: start, End: start.Add(length)}
	}
	weekly := func(lines ...string) calendar.Details {
		return details(t, zone, "2026-03-02 10:00", append([]string{"RRULE:FREQ=WEEKLY;COUNT=6"}, lines...)...)
	}
	d := weekly("EXDATE;TZID=Europe/Berlin:20260309T100000", "EXDATE:20270101T000000Z")
	d.Occurrences = []calendar.Occurrence{
		// moved, behind the change of the clocks
		changed(4, week(4).Add(24*time.Hour), 45*time.Minute),
		// only its texts were changed
		changed(2, week(2), 45*time.Minute),
		changed(3, week(3), 2*time.Hour), // longer
		// one is none of the rule
		{RecurrenceID: week(5), Cancelled: true}, {RecurrenceID: first.AddDate(1, 0, 0), Cancelled: true},
	}
	spec, why := series.Of(d, series.Options{}, whole)
	if why != "" {
		t.Fatal(why)
	}
	var got []string
	for _, o := range spec.Coming(first.Add(-time.Hour)) {
		got = append(got, o.Start.In(first.Location()).Format("01-02 15:04 ")+o.Duration.String())
	}
	want := []string{"03-02 10:00 45m0s", "03-16 10:00 45m0s", "03-23 10:00 2h0m0s", "03-31 10:00 45m0s"}
	if !slices.Equal(got, want) {
		t.Errorf("takes place %q, want %q", got, want)
	}
	if s := spec.Schedule; len(s.Removed) != 2 || len(s.Moved) != 2 {
		t.Errorf("%+v", s)
	}

	for name, tt := range map[string]struct {
		d   calendar.Details
		why string
	}{
		"a single date":      {weekly("RDATE;TZID=Europe/Berlin:20260304T100000"), "RDATE"},
		"two rules":          {weekly("RRULE:FREQ=DAILY;COUNT=3"), "several rules"},
		"no rule":            {details(t, zone, "2026-03-02 10:00"), "not known"},
		"a rule of no rules": {details(t, zone, "2026-03-02 10:00", "EXRULE:FREQ=DAILY"), "EXRULE"},
		"a stray occurrence": {func() calendar.Details {
			d := weekly()
			d.Occurrences = []calendar.Occurrence{{RecurrenceID: week(9), Start: week(9), End: week(9)}}
			return d
		}(), "not one of its rule"},
		"taken out and moved": {func() calendar.Details {
			d := weekly("EXDATE;TZID=Europe/Berlin:20260309T100000")
			d.Occurrences = []calendar.Occurrence{changed(1, week(1).Add(time.Hour), time.Hour)}
			return d
		}(), "both taken out and changed"},
		"nothing left": {details(t, zone, "2026-03-02 10:00", "RRULE:FREQ=WEEKLY;COUNT=1",
			"EXDATE;TZID=Europe/Berlin:20260302T100000"), "none of its occurrences"},
		"a zone without name": {func() calendar.Details { d := weekly(); d.Zone = ""; return d }(), "time zone"},
		"days, without a time": {calendar.Details{Start: first, End: first, AllDay: true, Zone: zone,
			Recurrence: []string{"RRULE:FREQ=WEEKLY;COUNT=2"}}, "no time of day"},
	} {
		if _, why := series.Of(tt.d, series.Options{}, whole); !strings.Contains(why, tt.why) || why == "" {
			t.Errorf("%s: %q, want …%s…", name, why, tt.why)
		}
	}
}

// TestDays: a series of whole days takes place when the tag says, also where the clock skips midnight.
func TestDays(t *testing.T) {
	for _, zone := range []string{"Europe/Berlin", "America/Santiago", "Africa/Cairo"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		day := func(n int) time.Time { return time.Date(2026, 9, 4+n, 0, 0, 0, 0, loc) }
		d := calendar.Details{Start: day(0), End: day(1), AllDay: true, Zone: zone,
			Recurrence:  []string{"RRULE:FREQ=DAILY;COUNT=4", "EXDATE;VALUE=DATE:20260905"},
			Occurrences: []calendar.Occurrence{{RecurrenceID: day(3), Start: day(5), End: day(6)}}}
		spec, why := series.Of(d, series.Options{At: "09:30", Length: 20 * time.Minute}, whole)
		var got []string
		for _, o := range spec.Coming(day(-1)) {
			got = append(got, o.Start.In(loc).Format("02 15:04 ")+o.Duration.String())
		}
		if want := "[04 09:30 20m0s 06 09:30 20m0s 09 09:30 20m0s]"; fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s (%s)", zone, got, want, why)
		}
	}
}

// FuzzRules: whatever the rule, the schedule means exactly the times of the event, and nothing breaks.
func FuzzRules(f *testing.F) {
	f.Add("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=9", int64(1772442000))
	f.Add("FREQ=MONTHLY;BYDAY=-1FR;COUNT=6", int64(1774602000))
	f.Add("FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20270101T000000Z", int64(1774947600))
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, rule string, unix int64) {
		start := time.Unix(unix%(1<<33), 0).In(loc)
		spec, why := series.Of(calendar.Details{Start: start, End: start.Add(time.Hour), Zone: "Europe/Berlin",
			Recurrence: []string{"RRULE:" + rule}}, series.Options{}, whole)
		if why != "" {
			if spec.Schedule != nil {
				t.Errorf("both a schedule and a reason: %s", why)
			}
			return
		}
		starts := spec.Starts()
		if len(starts) == 0 || len(starts) > meeting.MaxOccurrences || len(starts) != spec.Schedule.Rule.Count ||
			!starts[0].Equal(start) {
			t.Fatalf("%d occurrences of %+v", len(starts), spec)
		}
		for i, at := range starts[1:] {
			if !at.After(starts[i]) {
				t.Errorf("occurrence %d is not after the one before it", i+1)
			}
		}
		// What is left of it at any time is the end of it.
		now := starts[len(starts)/2]
		left, ok := spec.Remaining(now)
		if ok != (len(starts)/2+1 < len(starts)) || ok && !slices.EqualFunc(left.Starts(), starts[len(starts)/2+1:],
			time.Time.Equal) {
			t.Errorf("of %v at %v %v is left", starts, now, left.Starts())
		}
	})
}
