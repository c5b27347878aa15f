package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
)

// untoldWorld is a folder and a Zoom account that does not take everything.
type untoldWorld struct{ *zoomDoor }

func newUntoldWorld(t *testing.T, link string) *untoldWorld {
	w := &untoldWorld{newZoomDoor(t, "client_id: public")}
	w.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\nzone: Europe/Berlin\n"+
		"zoom: { account_id: account, client_id: client, client_secret: secret, host: alice@example.com, api_url: "+
		"%q, oauth_url: %q }\n"+
		"%scalendars: [ { name: team, ics: { path: team, owner: \"*\" } } ]\n", w.zoom.APIURL(),
		w.zoom.OAuthURL(), link))
	return w
}

func (w *untoldWorld) read(name string) string {
	w.t.Helper()
	body, err := os.ReadFile(filepath.Join(w.dir, "team", name))
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.ReplaceAll(strings.ReplaceAll(string(body), "\r\n ", ""), "\n ", "")
}

// refuse has Zoom refuse some requests.
func (w *untoldWorld) refuse(method, path string, status int, body string) {
	w.zoom.Break(zoomtest.Fault{Match: func(r *http.Request) bool {
		return r.Method == method &&
			strings.Contains(r.URL.Path, path)
	}, Status: status, Body: body,
		Header: http.Header{"Content-Type": {"application/json"}}})
}

const (
	dayUsedUp = `{"code":429,"message":"You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user. You may resume these requests at GMT 00:00:00."}`
	noDelete  = `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:delete:meeting:admin]."}`
)

// linked checks that an event shows the meeting as it is, and that it is said what Zoom does not know yet.
func (w *untoldWorld) linked(file, title, open string) {
	w.t.Helper()
	m := w.zoom.Meetings()
	if len(m) != 1 {
		w.t.Fatalf("%d meetings", len(m))
	}
	body := w.read(file)
	if !strings.Contains(body, m[0].JoinURL) || m[0].Passcode != "" &&
		!strings.Contains(body, "Passcode: "+m[0].Passcode) {
		w.t.Errorf("the event does not show %s (%s):\n%s", m[0].JoinURL, m[0].Passcode, body)
	}
	var status api.StatusReport
	w.ask(&status, exitOK, "status")
	for _, note := range status.Notes {
		if note.Title == title && strings.Contains(note.Reason, open) {
			return
		}
	}
	w.t.Errorf("nothing is said of what Zoom does not know: %+v %+v", status.Notes, status.Events)
}

const untoldSeries = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20990105T100000
DTEND;TZID=Europe/Berlin:20990105T110000
SUMMARY:Weekly #zoom(fixed)
RRULE:FREQ=WEEKLY;COUNT=3
%sEND:VEVENT
%sEND:VCALENDAR
`

const movedDate = `BEGIN:VEVENT
UID:weekly
DTSTAMP:20260101T000000Z
DTSTART;TZID=Europe/Berlin:20990112T150000
DTEND;TZID=Europe/Berlin:20990112T160000
SUMMARY:Weekly moved
RECURRENCE-ID;TZID=Europe/Berlin:20990112T100000
END:VEVENT
`

// TestLinkFirst: whatever else Zoom does not take, a link that works is in the event, and the rest is done when it can
// be.
func TestLinkFirst(t *testing.T) {
	series := func(exdate, moved string) func(w *untoldWorld) {
		return func(w *untoldWorld) {
			w.write("team/review.ics", strings.ReplaceAll(fmt.Sprintf(untoldSeries, exdate, moved), "\n", "\r\n"))
		}
	}
	// the file is written anew, without the link
	block := func(w *untoldWorld) { w.event("review", "Another review #zoom") }
	for name, tt := range map[string]struct {
		link   string
		before func(w *untoldWorld) // what is there before the first pass
		after  func(w *untoldWorld) // what happens after it; nil: the faults are there from the beginning
		fault  func(w *untoldWorld)
		title  string
		open   string
	}{
		"a moved date, the day is used up": {before: series("", movedDate), title: "Weekly",
			open:  "does not know of the last change",
			fault: func(w *untoldWorld) { w.refuse("PATCH", "/meetings/", 429, dayUsedUp) }},
		"a date taken out, no right to delete": {before: series("EXDATE;TZID=Europe/Berlin:20990112T100000\n", ""),
			title: "Weekly", open: "meeting:delete:meeting:admin",
			fault: func(w *untoldWorld) { w.refuse("DELETE", "/meetings/", 400, noDelete) }},
		"another passcode, and a refused topic": {title: "Another review", open: "does not know of the last change",
			after: func(w *untoldWorld) {
				w.zoom.OwnerEdit(w.zoom.Meetings()[0].ID, func(m *zoomtest.Meeting) { m.Passcode = "newpass1" })
				w.rename("Another review #zoom")
			},
			fault: func(w *untoldWorld) { w.refuse("PATCH", "/meetings/", 429, dayUsedUp) }},
		"no block, and a refused topic": {title: "Another review", open: "does not know of the last change",
			after: block,
			fault: func(w *untoldWorld) { w.refuse("PATCH", "/meetings/", 500, `{"code":500,"message":"try later"}`) }},
		"no invitation text, 404": {link: "link: { text: invitation }\n", title: "Weekly review",
			open: "the short text is used",
			fault: func(w *untoldWorld) {
				w.refuse("GET", "/invitation", 404, `{"code":3001,"message":"Meeting does not exist."}`)
			}},
		"no invitation text, 429": {link: "link: { text: invitation }\n", title: "Weekly review",
			open:  "invitation text",
			fault: func(w *untoldWorld) { w.refuse("GET", "/invitation", 429, `{"code":429,"message":"too many"}`) }},
		"no invitation text, 503": {link: "link: { text: invitation }\n", title: "Weekly review",
			open:  "invitation text",
			fault: func(w *untoldWorld) { w.refuse("GET", "/invitation", 503, `oops`) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newUntoldWorld(t, tt.link)
			if tt.before != nil {
				tt.before(w)
			}
			if tt.after != nil {
				w.run(nil, io.Discard, "sync")
				tt.after(w)
			}
			tt.fault(w)
			var report api.SyncReport
			for range 2 {
				w.ask(&report, exitOK, "sync")
				w.linked("review.ics", tt.title, tt.open)
			}
		})
	}
}

// rename gives the event another title and leaves the rest of its file as it is.
func (w *untoldWorld) rename(title string) {
	w.t.Helper()
	path := filepath.Join(w.dir, "team", "review.ics")
	body, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.write("team/review.ics", strings.Replace(string(body), "SUMMARY:Weekly review #zoom", "SUMMARY:"+title, 1))
}
