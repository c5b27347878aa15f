//go:build unix

package outlook_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/calendartest"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// The benchmark runs the emulator in a process of its own, so that what it measures is the client alone:
//
//	go test ./providers/calendar/outlook -run '^$' -bench . -benchtime 1x
func TestMain(m *testing.M) { calendartest.Main(m, benchServer) }

// benchEvents is the size of the benchmark's calendar; every fiftieth event is tagged.
const benchEvents = 10000

// benchServer is the emulator with such a calendar.
func benchServer(string) (line string, stop func() error, err error) {
	s := outlooktest.New(outlooktest.Options{})
	if err := s.Start(); err != nil {
		return "", nil, err
	}
	start := time.Now().AddDate(0, 0, 1).Truncate(time.Hour).UTC()
	for i := range benchEvents {
		title := fmt.Sprintf("Event number %d", i)
		if i%50 == 0 {
			title += " #zoom"
		}
		s.Put("", json{"subject": title, "location": json{"displayName": "Room 12, 3rd floor"},
			"body": json{"contentType": "html", "content": "<p>" +
				strings.Repeat("What a person wrote about it, at some length. ", 12) + "</p>"},
			"attendees": []any{json{"type": "required", "emailAddress": json{"address": "dana@example.org"}}},
			"start":     at(start.Add(time.Duration(i)*time.Hour).Format("2006-01-02T15:04:05"), "UTC"),
			"end":       at(start.Add(time.Duration(i+1)*time.Hour).Format("2006-01-02T15:04:05"), "UTC")})
	}
	return strings.Join([]string{s.GraphURL(), s.LoginURL(), s.Mailbox(), s.Tenant(), s.ClientID(), s.ClientSecret()},
		"\t"), s.Close, nil
}

// BenchmarkFirstPass reads 10,000 events for the first time.
func BenchmarkFirstPass(b *testing.B) {
	said := strings.Split(calendartest.Alone(b, ""), "\t")
	config := outlook.Config{Auth: outlook.App, APIURL: said[0], LoginURL: said[1], User: said[2], Tenant: said[3],
		ClientID: said[4], ClientSecret: said[5],
		Interesting: func(ev *calendar.Event) bool { return strings.Contains(ev.Title, "#zoom") }}
	calendartest.FirstPass(b, benchEvents, func() (int, error) {
		c, err := outlook.New(config)
		if err != nil {
			return 0, err
		}
		changes, err := c.Changes(b.Context(), "")
		return len(changes.List), err
	})
}
