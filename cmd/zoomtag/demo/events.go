package demo

import (
	"fmt"
	"strings"
	"time"

	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/calendar/outlook/outlooktest"
)

// wantedLinks is how many events hold a link when the demo ends.
const wantedLinks = 11

// wantedMails is how often Exchange has mailed a guest by then: for three links that came and one that went.
const wantedMails = 4

// googleEvents are the events of the demo's Google calendar, by names of their own.
func googleEvents(now time.Time) map[string]googletest.JSON {
	day := now.In(berlin()).AddDate(0, 0, 1)
	event := func(title string, plusDays, hour int, more googletest.JSON) googletest.JSON {
		start := time.Date(day.Year(), day.Month(), day.Day()+plusDays, hour, 0, 0, 0, berlin())
		ev := googletest.JSON{"summary": title,
			"start": googletest.JSON{"dateTime": start.Format(time.RFC3339), "timeZone": "Europe/Berlin"},
			"end": googletest.JSON{"dateTime": start.Add(time.Hour).Format(time.RFC3339),
				"timeZone": "Europe/Berlin"}}
		for key, value := range more {
			ev[key] = value
		}
		return ev
	}
	meet := googletest.JSON{"hangoutLink": "https://meet.google.com/abc-defg-hij",
		"conferenceData": googletest.JSON{"conferenceId": "abc-defg-hij",
			"conferenceSolution": googletest.JSON{"key": googletest.JSON{"type": "hangoutsMeet"},
				"name": "Google Meet"},
			"entryPoints": []any{googletest.JSON{"entryPointType": "video",
				"uri": "https://meet.google.com/abc-defg-hij"}}}}
	return map[string]googletest.JSON{
		"plain": event("Planning #zoom", 0, 10, nil),
		"html": event("Customer call", 1, 14,
			googletest.JSON{"description": "<b>Agenda</b><ul><li>prices</li></ul>#zoom"}),
		"series": event("Weekly sync #zoom", 2, 9,
			googletest.JSON{"recurrence": []any{"RRULE:FREQ=WEEKLY;COUNT=20"}}),
		"meet":     event("Partner sync #zoom", 3, 11, meet),
		"replaced": event("Board meeting #zoom(replace-meet)", 4, 11, meet),
		"deleted":  event("Cancelled soon #zoom", 2, 16, nil),
		"guest": event("Somebody else's event #zoom", 3, 15,
			googletest.JSON{"organizer": googletest.JSON{"email": "carol@example.org"},
				"attendees": []any{googletest.JSON{"email": googletest.Account, "self": true,
					"responseStatus": "accepted"}}}),
	}
}

// outlookEvents are the events of the demo's Outlook calendar, by names of their own.
func outlookEvents(now time.Time) map[string]outlooktest.JSON {
	day := now.In(berlin()).AddDate(0, 0, 1)
	event := func(title string, plusDays, hour int, more outlooktest.JSON) outlooktest.JSON {
		at := func(hour int) outlooktest.JSON {
			return outlooktest.JSON{"dateTime": day.AddDate(0, 0, plusDays).Format(time.DateOnly) +
				fmt.Sprintf("T%02d:00:00", hour), "timeZone": "W. Europe Standard Time"}
		}
		ev := outlooktest.JSON{"subject": title, "start": at(hour), "end": at(hour + 1),
			"attendees": []any{outlooktest.JSON{"type": "required",
				"emailAddress": outlooktest.JSON{"address": "dana@example.org"}}}}
		for key, value := range more {
			ev[key] = value
		}
		return ev
	}
	room := outlooktest.JSON{"displayName": "Room 5", "locationType": "conferenceRoom",
		"locationEmailAddress": "room5@example.com"}
	return map[string]outlooktest.JSON{
		"category": event("Sales call", 1, 9, outlooktest.JSON{"categories": []any{"Zoom"}, "location": room,
			"locations": []any{room}}),
		"body": event("Workshop", 2, 13,
			outlooktest.JSON{"body": outlooktest.JSON{"contentType": "html",
				"content": "<p>Bring <b>laptops</b>.</p><p>#zoom(90m)</p>"}}),
		"title": event("Onboarding #zoom", 3, 10, nil),
		"teams": event("Teams meeting #zoom", 3, 12, outlooktest.JSON{"isOnlineMeeting": true,
			"onlineMeeting": outlooktest.JSON{"joinUrl": "https://teams.microsoft.com/l/meetup-join/x"},
			"body": outlooktest.JSON{"contentType": "html",
				"content": "<a href=\"https://teams.microsoft.com/l/meetup-join/x\">Join</a>"}}),
		"guest": event("Carol's review #zoom", 4, 10,
			outlooktest.JSON{"isOrganizer": false,
				"organizer": outlooktest.JSON{"emailAddress": outlooktest.JSON{"address": "carol@example.org"}}}),
	}
}

// folderEvent is one file of the demo's folder.
type folderEvent struct {
	file  string
	title string
	lines string // more lines of the event, without line ends at the end
	raw   string // instead of all that
}

// folderEvents are the events that the demo begins with: every way to ask for Zoom, and some not to.
func folderEvents(now time.Time) []folderEvent {
	day := now.AddDate(0, 0, 1)
	at := func(hours int, plusDays int) string {
		return day.AddDate(0, 0, plusDays).Format("20060102") + fmt.Sprintf("T%02d0000", hours)
	}
	when := func(plusDays, hour int) string {
		return "DTSTART;TZID=Europe/Berlin:" + at(hour, plusDays) + "\nDTEND;TZID=Europe/Berlin:" + at(hour+1, plusDays)
	}
	allDay := "DTSTART;VALUE=DATE:" + day.AddDate(0, 0, 3).Format("20060102")
	return []folderEvent{
		{file: "title.ics", title: "Budget talk #zoom", lines: when(0, 9)},
		{file: "description.ics", title: "Interview", lines: when(0, 11) +
			"\nDESCRIPTION:Bring the portfolio.\\n#zoom(45m\\, no-waiting-room)"},
		{file: "category.ics", title: "Sprint review", lines: when(1, 10) + "\nCATEGORIES:Work,Zoom\nLOCATION:Room 4"},
		{file: "location.ics", title: "Coffee with Ana", lines: when(1, 15) + "\nLOCATION:Zoom"},
		{file: "series.ics", title: "Weekly standup #zoom", lines: when(2, 9) + "\nRRULE:FREQ=WEEKLY;COUNT=30"},
		{file: "allday.ics", title: "Company day #zoom", lines: allDay},
		{file: "allday-time.ics", title: "Open house #zoom(16:30, 90m)", lines: allDay},
		{file: "nozoom.ics", title: "Lunch #zoom #nozoom", lines: when(2, 12)},
		{file: "meet.ics", title: "Partner call #zoom", lines: when(3, 14) +
			"\nDESCRIPTION:Join at https://meet.google.com/abc-defg-hij"},
		{file: "untagged.ics", title: "Dentist", lines: when(3, 8)},
		{file: "typo.ics", title: "Retrospective #zoom(wiating-room)", lines: when(4, 10)},
		{file: "guest.ics", title: "Somebody else's meeting #zoom", lines: when(4, 16) +
			"\nORGANIZER;CN=Carol:mailto:carol@example.org"},
		{file: "broken.ics", raw: "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//demo//EN\r\nBEGIN:VEVENT\r\nUID:broken\r\nSUMMARY:Half a file #zoom\r\n"},
	}
}

// text is the event as a file.
func (e folderEvent) text() string {
	if e.raw != "" {
		return e.raw
	}
	lines := "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//zoomtag//demo//EN\nBEGIN:VEVENT\nUID:" + e.file +
		"@demo\nDTSTAMP:20260101T000000Z\n" +
		"SUMMARY:" + e.title + "\n" + e.lines + "\nEND:VEVENT\nEND:VCALENDAR\n"
	return strings.ReplaceAll(lines, "\n", "\r\n")
}
