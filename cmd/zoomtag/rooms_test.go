package main

import (
	"fmt"
	"strings"
	"testing"

	"zoomtag/sync/api"
)

// TestFromRoomToAccount: whoever goes from a personal room to a Zoom account gets a meeting for each event, without
// touching one, after plan has shown it; an event that ends meanwhile just ends.
func TestFromRoomToAccount(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	w := &untoldWorld{d}
	configure := func(zoom string) {
		d.write("zoomtag.yaml", "state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\nzoom: "+zoom+
			"\ncalendars: [ { name: team, ics: { path: team, owner: \"*\" } } ]\n")
	}
	const room = "https://us02web.zoom.us/j/1234567891?pwd=Abc1"
	d.event("second", "Second #zoom")
	configure("{ mode: personal, personal_link: \"" + room + "\" }")
	var report api.SyncReport
	d.ask(&report, exitOK, "sync")
	if body := w.read("review.ics"); !strings.Contains(body, room) {
		t.Fatalf("the room is not in:\n%s", body)
	}
	configure(fmt.Sprintf("{ account_id: account, client_id: client, client_secret: secret, host: alice@example.com, "+
		"api_url: %q, oauth_url: %q }", d.zoom.APIURL(), d.zoom.OAuthURL()))
	d.event("second", "Second") // its tag and its block are gone
	d.ask(&report, exitOK, "plan")
	if ev := report.Calendars[0].Events; len(d.zoom.Meetings()) > 0 ||
		!strings.Contains(fmt.Sprint(ev), "create link") {
		t.Errorf("plan: %+v", ev)
	}
	for range 2 {
		d.ask(&report, exitOK, "sync")
	}
	m := d.zoom.Meetings()
	if len(m) != 1 {
		t.Fatalf("%d meetings: %+v", len(m), report.Calendars[0].Events)
	}
	if body := w.read("review.ics"); strings.Contains(body, room) || !strings.Contains(body, m[0].JoinURL) {
		t.Errorf("the event shows:\n%s", body)
	}
	var links api.LinksReport
	if d.ask(&links, exitOK, "links"); len(links.Links) != 1 {
		t.Errorf("links: %+v", links.Links)
	}
}
