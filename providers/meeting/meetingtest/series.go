package meetingtest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/meeting"
)

// seriesSpec is a series on six Mondays from the world's next one on, which goes over a change of the clocks.
func seriesSpec(t *testing.T, w *World) meeting.Spec {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := w.Now().In(loc)
	first := time.Date(now.Year(), now.Month(), now.Day()+1+int((8-now.Weekday()-1+7)%7), 10, 0, 0, 0, loc)
	s := spec(w)
	s.Kind = meeting.Fixed
	s.Start = first
	s.Zone = "Europe/Berlin"
	s.Duration = 45 * time.Minute
	s.Schedule = &meeting.Schedule{Rule: meeting.Rule{Unit: meeting.Weekly, Interval: 4,
		Days: []time.Weekday{first.Weekday()}, Count: 6}}
	return s
}

// with is s with another schedule.
func with(s meeting.Spec, change func(*meeting.Schedule)) meeting.Spec {
	c := *s.Schedule
	c.Removed, c.Moved = slices.Clone(c.Removed), slices.Clone(c.Moved)
	change(&c)
	s.Schedule = &c
	return s
}

// finish goes on with an unfinished meeting, as callers have to.
func finish(t *testing.T, w *World, m meeting.Meeting, to meeting.Spec) meeting.Meeting {
	t.Helper()
	for range 10 {
		if !m.Unfinished {
			return m
		}
		var err error
		if m, err = w.Service.Update(t.Context(), m.ID, meeting.Spec{}, to); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the meeting does not come to an end")
	return m
}

func wantTimes(t *testing.T, w *World, m meeting.Meeting, to meeting.Spec) {
	t.Helper()
	read, err := w.Service.Get(t.Context(), m.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := to.Coming(w.Now())
	for name, got := range map[string]meeting.Meeting{"said": m, "read": read} {
		if fmt.Sprint(got.Occurrences) != fmt.Sprint(want) {
			t.Errorf("%s: takes place\n%v, want\n%v", name, got.Occurrences, want)
		}
		if got.ID != m.ID || got.JoinURL != m.JoinURL || to.Kind == meeting.Fixed &&
			(!got.Start.IsZero() || got.Duration != 0) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if len(m.Notes) > 0 {
		t.Errorf("notes: %q", m.Notes)
	}
}

func schedules(t *testing.T, w *World) {
	plain := seriesSpec(t, w)
	starts := plain.Starts()
	day := 24 * time.Hour
	edited := with(plain, func(s *meeting.Schedule) {
		s.Removed = []time.Time{starts[1]}
		s.Moved = []meeting.Move{{From: starts[2], Start: starts[2].Add(day), Duration: 45 * time.Minute},
			{From: starts[4], Start: starts[4], Duration: 2 * time.Hour}}
	})
	m := finish(t, w, mustCreate(t, w, mark, edited), edited)
	wantTimes(t, w, m, edited)
	change := func(name string, from, to meeting.Spec) {
		t.Run(name, func(t *testing.T) {
			updated, err := w.Service.Update(t.Context(), m.ID, from, to)
			if err != nil {
				t.Fatal(err)
			}
			wantTimes(t, w, finish(t, w, updated, to), to)
		})
	}
	again := with(edited, func(s *meeting.Schedule) { s.Moved[0].Start = starts[2].Add(2 * day) })
	change("moved once more", edited, again)
	back := with(again, func(s *meeting.Schedule) { s.Moved = s.Moved[1:] })
	change("moved back", again, back)
	change("nobody knows what it was told", meeting.Spec{},
		with(back, func(s *meeting.Schedule) { s.Removed = append(s.Removed, starts[3]) }))
	change("what was removed is back", meeting.Spec{}, plain)
	longer := plain
	longer.Duration = time.Hour
	change("all of it takes longer", plain, longer)
	daily := with(longer, func(s *meeting.Schedule) {
		s.Rule = meeting.Rule{Unit: meeting.Daily, Interval: 2,
			Count: 4}
	})
	change("another rule", longer, daily)
	renamed := daily
	renamed.Topic = "Another topic"
	change("another topic", daily, renamed)
	lasting := meeting.Spec{Host: plain.Host, Topic: renamed.Topic, Kind: meeting.Lasting}
	change("without its times", renamed, lasting)
	change("with times again", lasting, edited)
	single := spec(w)
	single.Topic = edited.Topic
	updated, err := w.Service.Update(t.Context(), m.ID, edited, single)
	if err != nil || !updated.Start.Equal(single.Start) || len(updated.Occurrences) > 0 || updated.ID != m.ID {
		t.Errorf("as a single meeting: %+v, %v", updated, err)
	}
	wantLive(t, w, 1)
}
