package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting/zoom/zoomtest"
)

// seriesWorld is a Google calendar, a folder and a Zoom account, with the Mondays of a series that is to come.
type seriesWorld struct {
	*googleWorld
	first time.Time
}

func newSeriesWorld(t *testing.T) *seriesWorld {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().In(loc)
	days := 7 + int((8-now.Weekday())%7)
	return &seriesWorld{googleWorld: newGoogleWorld(t), first: time.Date(now.Year(), now.Month(), now.Day()+days, 10, 0,
		0, 0, loc)}
}

func (w *seriesWorld) week(n int) time.Time { return w.first.AddDate(0, 0, 7*n) }

// want checks the times of the only meeting, said as weeks after the first Monday and the time of day.
func (w *seriesWorld) want(times ...string) zoomtest.Meeting {
	w.t.Helper()
	meetings := w.zoom.Meetings()
	if len(meetings) != 1 {
		w.t.Fatalf("Zoom has %+v", meetings)
	}
	var got []string
	for _, o := range meetings[0].Occurrences {
		at := o.Start.In(w.first.Location())
		days := int(at.Sub(w.first).Hours()+2) / 24
		got = append(got, fmt.Sprintf("%d+%d %s %s", days/7, days%7, at.Format("15:04"),
			strings.TrimSuffix(o.Duration.String(), "0s")))
	}
	if strings.Join(got, ", ") != strings.Join(times, ", ") {
		w.t.Errorf("Zoom has it at\n%s, want\n%s", strings.Join(got, ", "), strings.Join(times, ", "))
	}
	return meetings[0]
}

// TestFixedGoogle: a series with a schedule at Zoom, followed through all that happens to it, with one link.
func TestFixedGoogle(t *testing.T) {
	w := newSeriesWorld(t)
	stamp := func(at time.Time) gJSON {
		return gJSON{"dateTime": at.Format(time.RFC3339), "timeZone": "Europe/Berlin"}
	}
	id := w.google.Put("", gJSON{"summary": "Weekly #zoom(fixed)", "start": stamp(w.first),
		"end":        stamp(w.first.Add(time.Hour)),
		"recurrence": []any{"RRULE:FREQ=WEEKLY;COUNT=5"}})
	if out, _, code := w.run("plan"); code != exitOK || strings.Contains(out, "lasting") || len(w.zoom.Meetings()) > 0 {
		t.Errorf("plan: exit %d\n%s", code, out)
	}
	w.pass("sync", exitOK)
	m := w.want("0+0 10:00 1h0m", "1+0 10:00 1h0m", "2+0 10:00 1h0m", "3+0 10:00 1h0m", "4+0 10:00 1h0m")
	if m.Type != 8 || m.Topic != "Weekly" || !strings.Contains(w.text(id, "description"), m.JoinURL) {
		t.Errorf("%+v, the event says %q", m, w.text(id, "description"))
	}
	w.pass("sync", exitOK) // sees our own write
	if again := w.pass("sync", exitOK); again.Requests["zoom"] != 0 || again.Requests["google"] != 1 {
		t.Errorf("nothing has changed: %v", again.Requests)
	}

	w.google.CancelInstance("", id, w.week(1))
	w.google.Except("", id, w.week(2), func(ev gJSON) {
		ev["start"], ev["end"] = stamp(w.week(2).Add(25*time.Hour)), stamp(w.week(2).Add(27*time.Hour))
	})
	w.google.Except("", id, w.week(3), func(ev gJSON) { ev["summary"] = "Only another name" })
	if out, errs, code := w.run("sync"); code != exitOK {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	again := w.want("0+0 10:00 1h0m", "2+1 11:00 2h0m", "3+0 10:00 1h0m", "4+0 10:00 1h0m")
	// created, and told of the move: removing does not count
	if again.JoinURL != m.JoinURL || w.zoom.Spent("alice@example.com") != 2 {
		t.Errorf("%d requests that count; %+v", w.zoom.Spent("alice@example.com"), again)
	}

	// Somebody moves an occurrence in Zoom's own app, and deletes another one.
	w.zoom.OwnerMove(m.ID, 0, w.first.Add(5*time.Hour))
	w.zoom.OwnerMove(m.ID, 3, time.Time{})
	w.google.Edit("", id, func(ev gJSON) { ev["summary"] = "Monday #zoom(fixed)" })
	w.pass("sync", exitOK)
	if m := w.want("0+0 10:00 1h0m", "2+1 11:00 2h0m", "3+0 10:00 1h0m", "4+0 10:00 1h0m"); m.Topic != "Monday" {
		t.Errorf("topic %q", m.Topic)
	}

	// Zoom cannot have a series without an end: it becomes a lasting link, the same one, and plan says why.
	w.google.Edit("", id, func(ev gJSON) { ev["recurrence"] = []any{"RRULE:FREQ=WEEKLY"} })
	if out, _, code := w.run("plan"); code != exitOK || !strings.Contains(out, "one lasting link: it has no end") {
		t.Errorf("plan: exit %d\n%s", code, out)
	}
	w.pass("sync", exitOK)
	if m := w.want(); m.Type != 3 || m.JoinURL != again.JoinURL {
		t.Errorf("%+v", m)
	}
	if out, _, _ := w.run("links", "--json"); !strings.Contains(out, "it has no end") {
		t.Errorf("links says\n%s", out)
	}
	w.google.Edit("", id, func(ev gJSON) { ev["recurrence"] = []any{"RRULE:FREQ=WEEKLY;COUNT=5"} })
	w.pass("sync", exitOK)
	w.want("0+0 10:00 1h0m", "2+1 11:00 2h0m", "3+0 10:00 1h0m", "4+0 10:00 1h0m")

	if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil { // the database is lost
		t.Fatal(err)
	}
	spent := w.zoom.Spent("alice@example.com")
	w.pass("sync", exitOK)
	if w.want("0+0 10:00 1h0m", "2+1 11:00 2h0m", "3+0 10:00 1h0m",
		"4+0 10:00 1h0m"); w.zoom.Spent("alice@example.com") != spent {
		t.Errorf("adopting it cost %d requests that count", w.zoom.Spent("alice@example.com")-spent)
	}
	// The date that was moved still has the tag that the series had by then: it is a wish of its own.
	w.google.Edit("", id, func(ev gJSON) { ev["summary"] = "Monday" })
	w.pass("sync", exitOK)
	if list := w.zoom.Meetings(); len(list) != 1 || list[0].ID == m.ID || list[0].Duration != 2*time.Hour {
		t.Errorf("for the date alone Zoom has %+v", list)
	}
	w.google.Except("", id, w.week(2), func(ev gJSON) { ev["summary"] = "Monday" })
	if w.pass("sync", exitOK); len(w.zoom.Meetings()) > 0 {
		t.Errorf("in the end Zoom has %+v", w.zoom.Meetings())
	}
}

// TestFixedFolder: the same from a file, whose rule, EXDATE and RECURRENCE-ID say when it takes place, configured for
// the calendar.
func TestFixedFolder(t *testing.T) {
	w := newSeriesWorld(t)
	w.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\n"+
		"zoom: { account_id: account, client_id: client, client_secret: secret, host: alice@example.com, api_url: "+
		"%q, oauth_url: %q }\n"+
		"calendars: [ { name: team, ics: { path: in, owner: \"*\" }, meeting: { series: fixed } } ]\n", w.zoom.APIURL(),
		w.zoom.OAuthURL()))
	if err := os.Mkdir(filepath.Join(w.dir, "in"), 0o700); err != nil {
		t.Fatal(err)
	}
	wall := func(at time.Time) string { return at.Format("20060102T150405") }
	put := func(title, rule string, more ...string) {
		lines := append([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//An App//EN", "BEGIN:VEVENT",
			"UID:a@example.com", "DTSTAMP:20260101T000000Z",
			"DTSTART;TZID=Europe/Berlin:" + wall(w.first), "DURATION:PT30M", "SUMMARY:" + title, "RRULE:" + rule},
			more...)
		w.write("in/a.ics", strings.Join(append(lines, "END:VEVENT", "END:VCALENDAR", ""), "\r\n"))
	}
	put("Alpha #zoom", "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5", "EXDATE;TZID=Europe/Berlin:"+wall(w.week(1)),
		"END:VEVENT", "BEGIN:VEVENT", "UID:a@example.com", "DTSTAMP:20260101T000000Z",
		"RECURRENCE-ID;TZID=Europe/Berlin:"+wall(w.first),
		"DTSTART;TZID=Europe/Berlin:"+wall(w.first.Add(time.Hour)), "DURATION:PT30M", "SUMMARY:Alpha #zoom")
	w.pass("sync", exitOK)
	w.want("0+0 11:00 30m", "0+3 10:00 30m", "1+3 10:00 30m", "2+0 10:00 30m")
	put("Alpha #zoom(45m)", "FREQ=WEEKLY;INTERVAL=2;COUNT=3")
	w.pass("sync", exitOK)
	m := w.want("0+0 10:00 45m", "2+0 10:00 45m", "4+0 10:00 45m")
	for rule, why := range map[string]string{"FREQ=YEARLY;COUNT=3": "yearly",
		"FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1;COUNT=3": "BYSETPOS", "FREQ=WEEKLY;COUNT=60": "more than 50"} {
		put("Alpha #zoom", rule)
		if out, _, code := w.run("plan"); code != exitOK || !strings.Contains(out, why) {
			t.Errorf("plan of %s: exit %d\n%s", rule, code, out)
		}
	}
	put("Alpha #zoom(lasting)", "FREQ=WEEKLY;COUNT=4")
	w.pass("sync", exitOK)
	if now := w.want(); now.Type != 3 || now.JoinURL != m.JoinURL {
		t.Errorf("lasting: %+v", now)
	}
	// A moved date may lie in a file of its own.
	put("Alpha #zoom", "FREQ=WEEKLY;COUNT=3")
	w.write("in/date.ics", strings.Join([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Another App//EN",
		"BEGIN:VEVENT", "UID:a@example.com", "DTSTAMP:20260101T000000Z",
		"RECURRENCE-ID;TZID=Europe/Berlin:" + wall(w.week(1)),
		"DTSTART;TZID=Europe/Berlin:" + wall(w.week(1).Add(5*time.Hour)), "DURATION:PT30M", "SUMMARY:Alpha moved",
		"END:VEVENT", "END:VCALENDAR", ""}, "\n"))
	w.pass("sync", exitOK)
	w.want("0+0 10:00 30m", "1+0 15:00 30m", "2+0 10:00 30m")
	text, err := os.ReadFile(filepath.Join(w.dir, "in", "date.ics"))
	if err != nil || !strings.Contains(string(text), "/j/") {
		t.Errorf("the file of the date has no link: %v\n%s", err, text)
	}
	if out, _, code := w.run("plan"); code != exitOK || !strings.Contains(out, "1 event, nothing to do") {
		t.Errorf("plan: exit %d\n%s", code, out)
	}
	// Zoom knows nothing of a date that wants no meeting, until it wants one.
	w.write("in/date.ics", strings.Replace(string(text), "Alpha moved", "Alpha moved #nozoom", 1))
	w.pass("sync", exitOK)
	w.want("0+0 10:00 30m", "2+0 10:00 30m")
	bare, err := os.ReadFile(filepath.Join(w.dir, "in", "date.ics"))
	if err != nil || strings.Contains(string(bare), "/j/") {
		t.Errorf("the date still has a link: %v\n%s", err, bare)
	}
	w.write("in/date.ics", string(text))
	w.pass("sync", exitOK)
	w.want("0+0 10:00 30m", "1+0 15:00 30m", "2+0 10:00 30m")
	if err := os.Remove(filepath.Join(w.dir, "in", "date.ics")); err != nil {
		t.Fatal(err)
	}
	w.pass("sync", exitOK)
	w.want("0+0 10:00 30m", "1+0 10:00 30m", "2+0 10:00 30m")
}
