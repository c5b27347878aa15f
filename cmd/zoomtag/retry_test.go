package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/providers/words"
	"zoomtag/sync/api"
	"zoomtag/sync/reason"
)

// TestMendedSecret: a wrong secret fails each sync, and the right one works with the next.
func TestMendedSecret(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	configure := func(secret string) {
		d.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\n"+
			"zoom: { account_id: account, client_id: client, client_secret: %q, host: alice@example.com, api_url: "+
			"%q, oauth_url: %q }\n"+
			"calendars: [ { name: team, ics: { path: team, owner: \"*\" } } ]\n", secret, d.zoom.APIURL(),
			d.zoom.OAuthURL()))
	}
	d.event("second", "Second review #zoom")
	configure("wrong")
	for range 8 {
		var report api.SyncReport
		d.ask(&report, exitFailed, "sync")
		for _, ev := range report.Calendars[0].Events {
			if ev.Error == "" || !strings.Contains(ev.Error, "client_secret") {
				t.Errorf("%s: %s %q", ev.ID, ev.State, ev.Error)
			}
		}
		if n := len(report.Calendars[0].Events); n != 2 {
			t.Errorf("%d events are told of", n)
		}
	}
	if n := len(d.zoom.Requests()); n > 6 { // of an account that may be locked
		t.Errorf("%d tries", n)
	}
	configure("secret")
	var report api.SyncReport
	d.ask(&report, exitOK, "sync")
	if n := len(d.zoom.Meetings()); n != 2 {
		t.Errorf("%d meetings: %+v", n, report.Calendars[0].Events)
	}
	if out, _, _ := d.run(nil, io.Discard, "sync"); !strings.Contains(out, "nothing to do") {
		t.Errorf("at rest: %s", out)
	}
}

// TestRetry: whoever names what does not fail is told so.
func TestRetry(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	var errs bytes.Buffer
	if out, said, code := d.run(nil, &errs, "retry", "Weekly review"); code != exitUsage ||
		!strings.Contains(said, "run zoomtag status, which lists them") {
		t.Errorf("exit %d: %s %s", code, out, said)
	}
	if out, said, code := d.run(nil, &errs, "retry"); code != exitFailed ||
		!strings.Contains(out, "zoomtag auth zoom") {
		t.Errorf("exit %d: %s %s", code, out, said) // nobody has signed in
	}
	if out, said, code := d.run(nil, &errs, "retry", "Weekly review"); code != exitFailed ||
		!strings.Contains(out, "Weekly review") {
		t.Errorf("exit %d: %s %s", code, out, said)
	}
}

// TestWaitingForTheDay: what waits for the calls of the next day is shown everywhere, counted, and is no failure.
func TestWaitingForTheDay(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	d.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\nzone: Europe/Berlin\n"+
		"zoom: { account_id: account, client_id: client, client_secret: secret, host: alice@example.com, api_url: "+
		"%q, oauth_url: %q }\n"+
		"calendars: [ { name: team, ics: { path: team, owner: \"*\" } } ]\n", d.zoom.APIURL(), d.zoom.OAuthURL()))
	for i := range 85 {
		d.event(fmt.Sprintf("more%d", i), fmt.Sprintf("Talk %d #zoom", i))
	}
	var report api.SyncReport
	d.ask(&report, exitOK, "sync")
	waiting := 86 - len(d.zoom.Meetings())
	if waiting < 1 || waiting > 20 {
		t.Fatalf("%d wait", waiting)
	}
	var status api.StatusReport
	d.ask(&status, exitOK, "status")
	if len(status.Waiting) != waiting || status.Waiting[0].For != "zoom" || status.Waiting[0].Until == nil ||
		status.Waiting[0].Code != reason.BudgetSpent || status.Waiting[0].Cure != reason.BudgetSpent.Cure() {
		t.Errorf("waiting: %+v", status.Waiting)
	}
	var links api.LinksReport
	if d.ask(&links, exitOK, "links"); len(links.Links) != 86 {
		t.Errorf("%d links", len(links.Links))
	}
	coded := 0
	for _, l := range links.Links {
		if l.Code == reason.BudgetSpent {
			coded++
		}
	}
	if coded != waiting {
		t.Errorf("%d links have the code", coded)
	}
	said, _, _ := d.run(nil, io.Discard, "status")
	if !strings.Contains(said, words.Count(waiting, "event")) || !strings.Contains(said, "00:00 UTC") {
		t.Errorf("status:\n%s", said)
	}
	for range 2 {
		if out, _, code := d.run(nil, io.Discard, "sync"); code != exitOK ||
			strings.Count(out, "00:00 UTC") != waiting {
			t.Errorf("sync, exit %d:\n%s", code, out)
		}
	}
	if out, _, _ := d.run(nil, io.Discard, "log"); strings.Count(out, "00:00 UTC") != waiting {
		t.Errorf("log:\n%s", out)
	}
	if n := len(d.zoom.Meetings()); n != 86-waiting {
		t.Errorf("%d meetings", n)
	}
}

// TestPlanTries: what a plan promises is what a sync does: it proves that Zoom would let it in, for this host.
func TestPlanTries(t *testing.T) {
	for name, c := range map[string]struct{ secret, host, says string }{
		"a wrong secret":    {"wrong", "alice@example.com", "client_secret"},
		"a host of nowhere": {"secret", "nobody@example.com", "nobody@example.com"},
		"all is well":       {"secret", "alice@example.com", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newZoomDoor(t, "client_id: public")
			d.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\nzone: Europe/Berlin\n"+
				"zoom: { account_id: account, client_id: client, client_secret: %q, host: %s, api_url: %q, "+
				"oauth_url: %q }\n"+
				"calendars: [ { name: team, ics: { path: team, owner: \"*\" } } ]\n", c.secret, c.host, d.zoom.APIURL(),
				d.zoom.OAuthURL()))
			d.zoom.Break(zoomtest.Fault{Match: func(r *http.Request) bool {
				return strings.Contains(r.URL.Path,
					"/users/nobody@")
			}, Status: 404,
				Header: http.Header{"Content-Type": {"application/json"}},
				Body:   `{"code":1001,"message":"User does not exist: nobody@example.com."}`})
			want, state := exitOK, "linked"
			if c.says != "" {
				want, state = exitFailed, "failed"
			}
			for _, command := range []string{"plan", "sync"} {
				var report api.SyncReport
				d.ask(&report, want, command)
				ev := report.Calendars[0].Events[0]
				if ev.State != state || !strings.Contains(ev.Error, c.says) {
					t.Errorf("%s: %s: %q", command, ev.State, ev.Error)
				}
			}
		})
	}
}
