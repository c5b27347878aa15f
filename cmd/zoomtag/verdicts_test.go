package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// TestVerdicts: what doctor would say of a coming link is found when its meeting is looked at, and shown without asking
// anybody.
func TestVerdicts(t *testing.T) {
	w, m := newDoctorWorld(t)
	look := func() (said string, l api.LinkStatus, s api.StatusReport) {
		t.Helper()
		w.ahead += 25 * time.Hour
		said, code, _ := w.sync()
		if code != exitOK {
			t.Fatalf("exit %d\n%s", code, said)
		}
		before := len(w.zoom.Requests())
		var links api.LinksReport
		for command, into := range map[string]any{"links": &links, "status": &s} {
			out, errs, code := w.zoomtag(command, "--json")
			if err := json.Unmarshal([]byte(out), into); code != exitOK || err != nil {
				t.Fatalf("%s: exit %d, %v\n%s%s", command, code, err, out, errs)
			}
		}
		if n := len(w.zoom.Requests()) - before; n > 0 || len(links.Links) != 1 {
			t.Fatalf("%d requests to show %+v", n, links)
		}
		return said, links.Links[0], s
	}
	if said, l, s := look(); l.Health != api.OK || len(l.Verdicts) > 0 || s.Health != api.OK || len(s.Verdicts) > 0 ||
		strings.Contains(said, "level=WARN") {
		t.Errorf("a good link: %+v\n%+v\n%s", l, s, said)
	}

	w.zoom.SetUser(zoomtest.User{Email: "a@example.com", Basic: true})
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Settings["meeting_authentication"] = true })
	said, l, s := look()
	if !strings.Contains(l.Health, doctor.FortyMinutes) || len(l.Verdicts) != 2 || l.Verdicts[0].Mend == "" ||
		l.Verdicts[1].Code != doctor.SignIn ||
		len(s.Verdicts) != 1 || s.Verdicts[0].EventID != "a.ics" || s.Health != api.OK ||
		!strings.Contains(said, "the link may not work") || !strings.Contains(said, "code="+doctor.FortyMinutes) ||
		strings.Contains(said, "code="+doctor.SignIn) {
		t.Errorf("40 minutes, and a sign-in: %+v\n%+v\n%s", l, s, said)
	}
	if _, again, _ := look(); again.Health != l.Health {
		t.Errorf("the next day: %+v", again)
	}
	if said, _, _ := look(); strings.Contains(said, "the link may not work") {
		t.Errorf("it is told again although nothing is new:\n%s", said)
	}
	if out, _, _ := w.zoomtag("status"); !strings.Contains(out, doctor.FortyMinutes) ||
		!strings.Contains(out, "Alpha") {
		t.Errorf("status shows\n%s", out)
	}

	w.zoom.SetUser(zoomtest.User{Email: "a@example.com", Inactive: true, Unlicensed: true})
	if _, l, s := look(); !strings.Contains(l.Health, doctor.HostInactive) || s.Health != api.Degraded {
		t.Errorf("the host is gone: %+v\n%+v", l, s)
	}

	w.zoom.SetUser(zoomtest.User{Email: "a@example.com"})
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Settings["meeting_authentication"] = false })
	if _, l, s := look(); l.Health != api.OK || len(s.Verdicts) > 0 {
		t.Errorf("mended: %+v\n%+v", l, s)
	}
}

// TestVerdictsOverlap: of two links that get in each other's way both are shown at once.
func TestVerdictsOverlap(t *testing.T) {
	w, _ := newDoctorWorld(t)
	w.put("b", "Beta #zoom", "", "")
	if out, code, _ := w.sync(); code != exitOK {
		t.Fatalf("exit %d\n%s", code, out)
	}
	out, _, code := w.zoomtag("links")
	if code != exitOK || strings.Count(out, doctor.HostBusy) != 2 {
		t.Errorf("exit %d\n%s", code, out)
	}
}
