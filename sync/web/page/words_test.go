package page

import (
	"testing"
	"time"

	"zoomtag/sync/api"
)

// TestTimesOfDay: the day that has 25 hours ends at its midnight.
func TestTimesOfDay(t *testing.T) {
	c := clock{at: time.Date(2026, 10, 24, 10, 0, 0, 0, time.UTC)}
	p := pageOf(t, &told{}, c.now)
	first, last := p.weekBounds()
	if got := last.Sub(first); got != 7*24*time.Hour+time.Hour {
		t.Errorf("a week of %s", got)
	}
	late := &entry{
		start: time.Date(2026, 10, 25, 22, 30, 0, 0, time.UTC),
		end:   time.Date(2026, 10, 25, 23, 30, 0, 0, time.UTC),
	}
	s := p.stripe(late, p.dayOf(late), false)
	if p.dayOf(late) != 1 || s.X+s.Width > 1440 || s.X < 1380 {
		t.Errorf("day %d, %+v", p.dayOf(late), s)
	}
}

// TestZoneName: the zone of the times is named, with how far it is from UTC at this time of the year.
func TestZoneName(t *testing.T) {
	for zone, want := range map[*time.Location]string{time.UTC: "UTC",
		time.FixedZone("Here", -5*3600): "Here, UTC-05:00"} {
		p := New(Options{Now: func() time.Time { return noon }, Zone: func() *time.Location { return zone }})
		if got := p.zoneName(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestTogether(t *testing.T) {
	s := &told{links: []api.LinkStatus{
		link("a", "1", "One", 1, 60, "h@example.com"), link("b", "2", "Two", 1.5, 60, "h@example.com"),
		link("b", "3", "Three", 2.5, 60, "h@example.com"), link("c", "4", "Four", 1, 60, "other@example.com"),
		link("c", "5", "One", 1, 60, "h@example.com"),
	}}
	s.links[4].MeetingID = s.links[0].MeetingID // two calendars show one meeting
	f, err := pageOf(t, s, func() time.Time { return noon }).facts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]int{"1": 1, "2": 2, "3": 0, "4": 0, "5": 1} {
		for at, e := range f.byEvent {
			if at.event == id && len(f.together[e]) != want {
				t.Errorf("%s is at once with %d others, want %d", id, len(f.together[e]), want)
			}
		}
	}
}

func TestCureOf(t *testing.T) {
	for cure, want := range map[string]string{
		"Sign in again: zoomtag auth outlook bob":                          "zoomtag auth outlook bob",
		"See whether it is all there; if it is, run zoomtag release team.": "zoomtag release team",
		"Run zoomtag sync; zoomtag status says why if it stays so.":        "zoomtag sync",
		"zoomtag makes a new one at its next look.":                        "",
		"Wait.": "",
		"Run zoomtag doctor again when it is mended.":                          "zoomtag doctor",
		"Look at \"zoomtag config check\" first.":                              "zoomtag config check",
		"Cancel it: zoomtag cancel 86000000002, or give it to an event again.": "zoomtag cancel 86000000002",
	} {
		if _, got := cureOf(cure); got != want {
			t.Errorf("%s: %q, want %q", cure, got, want)
		}
	}
}
