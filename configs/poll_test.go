package configs

import (
	"testing"
	"time"
)

// TestPoll: the bound that is not written is the usual one, and a calendar's own schedule comes first.
func TestPoll(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Poll{
		"":                           {},
		"poll: {}":                   {time.Minute, time.Hour},
		"poll: {min: 2m}":            {2 * time.Minute, time.Hour},
		"poll: {min: 3h}":            {3 * time.Hour, 3 * time.Hour},
		"poll: {max: 30s}":           {30 * time.Second, 30 * time.Second},
		"poll: {min: 10s, max: 24h}": {10 * time.Second, 24 * time.Hour},
	} {
		c, err := Load(write(t, text+"\nzoom: {mode: personal, personal_link: "+
			"\"https://us02web.zoom.us/j/1234567890?pwd=abc\"}\ncalendars:\n"+
			"- {name: a, ics: {path: a}}\n- {name: b, schedule: \"@every 5m\", ics: {path: b}}\n",
			0o600), env())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		a, b := c.For(c.Calendars[0]), c.For(c.Calendars[1])
		if a.Poll != want || (a.Schedule == "") != want.On() {
			t.Errorf("%s: %+v, schedule %q, want %+v", text, a.Poll, a.Schedule, want)
		}
		if b.Poll.On() || b.Schedule != "@every 5m" {
			t.Errorf("%s: a calendar with a schedule of its own has %+v and %q", text, b.Poll, b.Schedule)
		}
	}
}
