package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// TestMendedSecret: a wrong secret fails each sync, and the right one works with the next.
func TestMendedSecret(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	configure := func(secret string) {
		d.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\n"+
			"zoom: { account_id: account, client_id: client, client_secret: %q, host: alice@example.com, api_url: %q, oauth_url: %q }\n"+
			"calendars: [ { name: team, ics: { path: team, owner: \"*\" } } ]\n", secret, d.zoom.APIURL(), d.zoom.OAuthURL()))
	}
	d.event("second", "Second review #zoom")
	configure("wrong")
	for range 8 {
		var report syncReport
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
	var report syncReport
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
	if out, said, code := d.run(nil, &errs, "retry", "Weekly review"); code != exitUsage || !strings.Contains(said, "zoomtag status lists them") {
		t.Errorf("exit %d: %s %s", code, out, said)
	}
	if out, said, code := d.run(nil, &errs, "retry"); code != exitFailed || !strings.Contains(out, "zoomtag auth zoom") {
		t.Errorf("exit %d: %s %s", code, out, said) // nobody has signed in
	}
	if out, said, code := d.run(nil, &errs, "retry", "Weekly review"); code != exitFailed || !strings.Contains(out, "Weekly review") {
		t.Errorf("exit %d: %s %s", code, out, said)
	}
}
