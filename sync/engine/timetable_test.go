package engine

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
)

// naive lists the runs of a specification minute by minute, from what people expect: each minute that passes is looked
// at, with what the clocks show in it.
func naive(t *testing.T, text string, from, to time.Time) []time.Time {
	t.Helper()
	parsed, err := cron.ParseStandard(text)
	if err != nil {
		t.Fatal(err)
	}
	spec := parsed.(*cron.SpecSchedule)
	zone := spec.Location
	const star = 1 << 63 // as robfig/cron marks a field that is a star
	has := func(field uint64, n int) bool { return field&(1<<n) != 0 }
	matches := func(wall time.Time) bool {
		day, weekday := has(spec.Dom, wall.Day()), has(spec.Dow, int(wall.Weekday()))
		if spec.Dom&star != 0 || spec.Dow&star != 0 {
			day = day && weekday
		} else {
			day = day || weekday
		}
		return day && has(spec.Minute, wall.Minute()) && has(spec.Hour, wall.Hour()) &&
			has(spec.Month, int(wall.Month()))
	}
	everyHour := true
	for h := range 24 {
		everyHour = everyHour && spec.Hour&(1<<h) != 0
	}
	var runs []time.Time
	shown := map[time.Time]bool{}
	last := onWall(from.Add(-48 * time.Hour).In(zone)).Add(-time.Minute)
	for at := from.Add(-48 * time.Hour); at.Before(to); at = at.Add(time.Minute) {
		wall := onWall(at.In(zone))
		due := false
		for skipped := last.Add(time.Minute); skipped.Before(wall); skipped = skipped.Add(time.Minute) {
			due = due || matches(skipped) && !everyHour
			shown[skipped] = true
		}
		due = due || matches(wall) && (everyHour || !shown[wall])
		shown[wall] = true
		last = wall
		if due && !at.Before(from) {
			runs = append(runs, at)
		}
	}
	return runs
}

// changes are days on which clocks change, in zones that do it at midnight, by half an hour, by a whole day, or not at
// all.
var changes = []struct {
	zone string
	days []string
}{
	{"Europe/Berlin", []string{"2027-03-28", "2027-10-31"}},
	{"America/New_York", []string{"2027-03-14", "2027-11-07"}},
	{"Africa/Cairo", []string{"2027-04-30", "2027-10-29"}},
	{"Asia/Beirut", []string{"2027-03-28", "2027-10-31"}},
	{"Australia/Lord_Howe", []string{"2027-04-04", "2027-10-03"}},
	{"America/Santiago", []string{"2027-04-04", "2027-09-05"}},
	{"Pacific/Apia", []string{"2011-12-30"}},
	{"America/Sao_Paulo", []string{"2018-11-04", "2018-02-18"}},
	{"Africa/Casablanca", []string{"2027-02-07", "2027-03-14"}},
	{"Asia/Kolkata", []string{"2027-03-28"}},
	{"UTC", []string{"2027-03-28"}},
}

// specification makes one up, with hours near those at which clocks change.
func specification(r *rand.Rand) string {
	minute := []string{"0", "30", "15", "59", "*/5", "*/7", "10,40", "0-10", "*"}
	hour := []string{"2", "1", "0", "3", "23", "*", "0-3", "*/2", "7-19", "1,2", "0-23"}
	day := []string{"*", "*", "*", "28", "1-15", "30,31"}
	month := []string{"*", "*", "3,10", "4"}
	weekday := []string{"*", "*", "0", "1-5"}
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	return fmt.Sprintf("%s %s %s %s %s", pick(minute), pick(hour), pick(day), pick(month), pick(weekday))
}

// TestTimetableIsNaive compares with the model, around days on which clocks change.
func TestTimetableIsNaive(t *testing.T) {
	for _, c := range changes {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20 {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			day := c.days[r.IntN(len(c.days))]
			middle, err := time.ParseInLocation(time.DateOnly, day, zone)
			if err != nil {
				t.Fatal(err)
			}
			text := "CRON_TZ=" + c.zone + " " + specification(r)
			compareRuns(t, text, middle.Add(-36*time.Hour).Truncate(time.Minute), middle.Add(60*time.Hour))
		}
	}
}

func compareRuns(t *testing.T, text string, from, to time.Time) {
	t.Helper()
	table, err := newTimetable(text)
	if err != nil {
		t.Fatal(err)
	}
	want := naive(t, text, from, to)
	at := from.Add(-time.Nanosecond)
	for i := 0; ; i++ {
		at = table.next(at)
		switch {
		case (at.IsZero() || !at.Before(to)) && i == len(want):
			return
		case i == len(want) || !at.Equal(want[i]):
			expected := "none"
			if i < len(want) {
				expected = want[i].String()
			}
			t.Errorf("%s: run %d after %s is %s, want %s", text, i, from, at, expected)
			return
		}
	}
}

// TestTimetable are nights that people have asked about.
func TestTimetable(t *testing.T) {
	for _, c := range []struct{ spec, after, want string }{
		{"CRON_TZ=America/New_York 30 2 14 3 *", "2026-12-01T00:00:00Z", "2027-03-14T07:00:00Z"},
		{"CRON_TZ=Europe/Berlin 15 2 28 3 *", "2026-12-01T00:00:00Z", "2027-03-28T01:00:00Z"},
		{"CRON_TZ=Africa/Cairo */5 7-19 30 4 *", "2026-12-01T00:00:00Z", "2027-04-30T04:00:00Z"},
		{"CRON_TZ=Asia/Beirut 0 9 28 3 *", "2026-12-01T00:00:00Z", "2027-03-28T06:00:00Z"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2027-03-27T12:00:00Z", "2027-03-28T01:00:00Z"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2027-03-28T01:00:00Z", "2027-03-29T00:30:00Z"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2027-10-30T12:00:00Z", "2027-10-31T00:30:00Z"},
		{"CRON_TZ=Europe/Berlin 30 2 * * *", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"},
		{"CRON_TZ=Europe/Berlin */5 * * * *", "2027-10-31T00:57:00Z", "2027-10-31T01:00:00Z"}, // nobody waits an hour
		{"CRON_TZ=Europe/Berlin @daily", "2027-03-27T12:00:00Z", "2027-03-27T23:00:00Z"},
		{"CRON_TZ=Europe/Berlin 0 0 30 2 *", "2027-03-27T12:00:00Z", ""},
		{"@every 90s", "2027-03-27T12:00:00Z", "2027-03-27T12:01:30Z"},
	} {
		table, err := newTimetable(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if at := table.next(after); !at.IsZero() {
			got = at.UTC().Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s after %s: %s, want %s", c.spec, c.after, got, c.want)
		}
	}
	if _, err := newTimetable("61 * * * *"); err == nil {
		t.Error("a wrong schedule was read")
	}
}
