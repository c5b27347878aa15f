package zoom_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/providers/words"
)

// weekly is a series on Mondays from 7 December 2026 on.
func weekly(t *testing.T, count int) meeting.Spec {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return meeting.Spec{Host: host, Topic: "Weekly", Kind: meeting.Fixed, Start: time.Date(2026, 12, 7, 10, 0, 0, 0,
		loc), Zone: "Europe/Berlin",
		Duration: time.Hour, Schedule: &meeting.Schedule{Rule: meeting.Rule{Unit: meeting.Weekly, Interval: 1,
			Days: []time.Weekday{time.Monday}, Count: count}}}
}

// TestScheduleBody: what Zoom is told of each kind of rule.
func TestScheduleBody(t *testing.T) {
	for want, change := range map[string]func(*meeting.Rule){
		`{"type":2,"repeat_interval":1,"weekly_days":"2","end_times":4}`: func(*meeting.Rule) {},
		`{"type":2,"repeat_interval":3,"weekly_days":"1,2,7","end_times":4}`: func(r *meeting.Rule) {
			r.Interval,
				r.Days = 3, []time.Weekday{0, 1, 6}
		},
		`{"type":1,"repeat_interval":2,"end_times":4}`: func(r *meeting.Rule) {
			r.Unit, r.Interval,
				r.Days = meeting.Daily, 2, nil
		},
		`{"type":3,"repeat_interval":1,"monthly_day":7,"end_times":4}`: func(r *meeting.Rule) {
			r.Unit, r.Days,
				r.MonthDay = meeting.Monthly, nil, 7
		},
		`{"type":3,"repeat_interval":1,"monthly_week":-1,"monthly_week_day":6,"end_times":4}`: func(r *meeting.Rule) {
			r.Unit = meeting.Monthly
			r.Days = nil
			r.Week = -1
			r.Weekday = time.Friday
		},
	} {
		f := newFixture(t, zoomtest.Options{})
		var body map[string]json.RawMessage
		f.server.Hold = func(r *http.Request, phase string) {
			if phase == "before" && strings.HasSuffix(r.URL.Path, "/meetings") {
				if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
					t.Error(err)
				}
			}
		}
		s := weekly(t, 4)
		change(&s.Schedule.Rule)
		if _, err := f.Create(t.Context(), mark, s); err != nil {
			t.Fatal(err)
		}
		if got := string(body["recurrence"]); got != want || string(body["type"]) != "8" ||
			string(body["start_time"]) != s.Starts()[0].In(s.Start.Location()).Format(`"2006-01-02T15:04:05"`) ||
			string(body["timezone"]) != `"Europe/Berlin"` {
			t.Errorf("sent %s, want recurrence %s", body, want)
		}
	}
}

// TestSeriesUnderWay: of a series that has begun only what is left is told, and a change does not reach back.
func TestSeriesUnderWay(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := weekly(t, 8)
	starts := s.Starts()
	f.clock.Advance(starts[2].Sub(f.clock.Now()) + time.Minute)
	m, err := f.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Occurrences) != 5 || !m.Occurrences[0].Start.Equal(starts[3]) || m.Unfinished || len(m.Notes) > 0 {
		t.Fatalf("%+v", m)
	}
	later := s
	later.Start = s.Start.Add(2 * time.Hour)
	m, err = f.Update(t.Context(), m.ID, s, later)
	if err != nil || len(m.Occurrences) != 6 || len(m.Notes) > 0 { // the third one of the day is still to come
		t.Fatalf("%+v, %v", m, err)
	}
	// The last one has begun: there is nothing to tell, and nothing is broken by trying.
	f.clock.Advance(30 * 7 * 24 * time.Hour)
	earlier := later
	earlier.Start = s.Start
	if _, err = f.Update(t.Context(), m.ID, later, earlier); err != nil {
		t.Error(err)
	}
	if got := f.server.Meetings(); len(got) != 1 || len(got[0].Occurrences) != 6 {
		t.Errorf("%+v", got)
	}
}

// TestSeriesCosts: however much is changed, one call sends one request that counts.
func TestSeriesCosts(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := weekly(t, 12)
	for i, from := range s.Starts()[:6] {
		switch i % 2 {
		case 0:
			s.Schedule.Removed = append(s.Schedule.Removed, from)
		default:
			s.Schedule.Moved = append(s.Schedule.Moved, meeting.Move{From: from, Start: from.Add(3 * time.Hour),
				Duration: time.Hour})
		}
	}
	m, err := f.Create(t.Context(), mark, s)
	for calls := 1; err == nil; calls++ {
		if spent := f.server.Spent(host); spent != calls {
			t.Fatalf("%d calls sent %d requests that count", calls, spent)
		}
		if !m.Unfinished {
			break
		}
		m, err = f.Update(t.Context(), m.ID, meeting.Spec{}, s)
	}
	if err != nil || len(m.Occurrences) != 9 || f.server.Spent(host) != 4 {
		t.Errorf("%d requests: %+v, %v", f.server.Spent(host), m, err)
	}
}

// TestSeriesMisunderstood: Zoom makes other times of a schedule, or answers well and does nothing.
func TestSeriesMisunderstood(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := weekly(t, 4)
	m, err := f.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatal(err)
	}
	moved := s
	moved.Start = s.Start.Add(time.Hour)
	f.server.Break(zoomtest.Fault{After: true, Deaf: true,
		Match: func(r *http.Request) bool { return r.Method == http.MethodPatch }})
	if _, err := f.Update(t.Context(), m.ID, s, moved); err == nil || meeting.Refused(err) ||
		!strings.Contains(err.Error(), "kept the old times") {
		t.Errorf("deaf: %v", err)
	}
	f.server.Mend()
	f.server.Break(zoomtest.Fault{After: true, Match: func(r *http.Request) bool { return r.Method == http.MethodGet },
		Replace: func(body string) string { return strings.ReplaceAll(body, "T10:00:00Z", "T11:00:00Z") }})
	got, err := f.Update(t.Context(), m.ID, meeting.Spec{}, moved)
	if err != nil || len(got.Notes) != 1 || got.Notes[0] != words.Pair("Zoom shows other times for the series than "+
		"the event has", "look at the meeting in Zoom's own app") || got.Unfinished {
		t.Errorf("otherwise: %+v, %v", got, err)
	}
}

// TestSeriesUnseen: a Zoom that shows no dates is told the rule, once, and the owner hears what could not be done.
func TestSeriesUnseen(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	f.server.Break(zoomtest.Fault{After: true, Match: func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, "/v2/") && r.Method != http.MethodPatch
	},
		Replace: func(body string) string { return strings.ReplaceAll(body, `"occurrences"`, `"elsewhere"`) }})
	s := weekly(t, 4)
	m, err := f.Create(t.Context(), mark, s)
	if err != nil || len(m.Notes) > 0 || m.Unfinished {
		t.Fatalf("%+v, %v", m, err)
	}
	later := s
	later.Start = s.Start.Add(time.Hour)
	if m, err = f.Update(t.Context(), m.ID, s, later); err != nil || len(m.Notes) > 0 || f.server.Spent(host) != 2 {
		t.Errorf("%d requests that count: %+v, %v", f.server.Spent(host), m, err)
	}
	edited := later
	edited.Schedule = &meeting.Schedule{Rule: s.Schedule.Rule, Removed: later.Starts()[1:2]}
	if m, err = f.Update(t.Context(), m.ID, later, edited); err != nil || len(m.Notes) != 1 || m.Unfinished ||
		f.server.Spent(host) != 2 {
		t.Errorf("%d requests that count: %+v, %v", f.server.Spent(host), m, err)
	}
	if got := f.server.Meetings()[0].Occurrences; len(got) != 4 || !got[0].Start.Equal(later.Start) {
		t.Errorf("Zoom has %v", got)
	}
}

// TestSeriesInTrouble: an occurrence that cannot be changed is no meeting that is gone, and what was done before counts
// as done.
func TestSeriesInTrouble(t *testing.T) {
	occurrence := func(method string) func(*http.Request) bool {
		return func(r *http.Request) bool { return r.Method == method && r.URL.Query().Has("occurrence_id") }
	}
	for name, fault := range map[string]zoomtest.Fault{
		"not there":    {Status: 404, Body: `{"code":3001,"message":"Meeting does not exist."}`},
		"stale":        {Status: 400, Body: `{"code":3000,"message":"Invalid occurrence_id."}`},
		"server error": {Status: 502, Body: "<html>"},
		"cut":          {After: true, Cut: true},
	} {
		for _, method := range []string{http.MethodDelete, http.MethodPatch} {
			t.Run(name+" "+method, func(t *testing.T) {
				f := newFixture(t, zoomtest.Options{})
				s := weekly(t, 6)
				m, err := f.Create(t.Context(), mark, s)
				if err != nil {
					t.Fatal(err)
				}
				edited := s
				starts := s.Starts()
				edited.Schedule = &meeting.Schedule{Rule: s.Schedule.Rule, Removed: starts[1:2],
					Moved: []meeting.Move{{From: starts[2], Start: starts[2].Add(time.Hour), Duration: time.Hour}}}
				fault.Match = occurrence(method)
				f.server.Break(fault)
				_, err = f.Update(t.Context(), m.ID, s, edited)
				if err == nil || method == http.MethodPatch && meeting.Refused(err) {
					t.Fatalf("error %v", err)
				}
				f.server.Mend()
				for range 5 {
					if m, err = f.Update(t.Context(), m.ID, meeting.Spec{}, edited); err != nil || !m.Unfinished {
						break
					}
				}
				if err != nil || !slices.Equal(m.Occurrences, edited.Coming(f.clock.Now())) {
					t.Errorf("afterwards: %+v, %v", m, err)
				}
			})
		}
	}
}

// TestMovedIntoThePast: a date that the event moves to a time that has passed is no date to come any more, and Zoom is
// not told such a start.
func TestMovedIntoThePast(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := weekly(t, 5)
	m, err := f.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatal(err)
	}
	starts := s.Starts()
	f.clock.Advance(starts[1].Sub(f.clock.Now()) + time.Hour)
	moved := s
	moved.Schedule = &meeting.Schedule{Rule: s.Schedule.Rule,
		Moved: []meeting.Move{{From: starts[3], Start: starts[1].Add(-24 * time.Hour), Duration: time.Hour}}}
	before := f.server.Spent(host)
	m, err = f.Update(t.Context(), m.ID, s, moved)
	if err != nil || m.Unfinished || len(m.Notes) > 0 || len(m.Occurrences) != 2 ||
		!m.Occurrences[0].Start.Equal(starts[2]) || !m.Occurrences[1].Start.Equal(starts[4]) ||
		f.server.Spent(host) != before {
		t.Errorf("%d requests that count: %+v, %v", f.server.Spent(host)-before, m, err)
	}
}

// TestLastOccurrenceStays: with its last occurrence Zoom would delete the meeting.
func TestLastOccurrenceStays(t *testing.T) {
	f := newFixture(t, zoomtest.Options{})
	s := weekly(t, 3)
	m, err := f.Create(t.Context(), mark, s)
	if err != nil {
		t.Fatal(err)
	}
	starts := s.Starts()
	f.clock.Advance(starts[0].Sub(f.clock.Now()) + time.Minute)
	none := s
	none.Schedule = &meeting.Schedule{Rule: s.Schedule.Rule, Removed: starts[1:]}
	if _, err := f.Update(t.Context(), m.ID, s, none); err != nil {
		t.Error(err)
	}
	if _, err := f.Get(t.Context(), m.ID); err != nil {
		t.Errorf("the meeting: %v", err)
	}
}
