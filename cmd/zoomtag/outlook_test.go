package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
)

// outlookWorld is an Outlook calendar and a Zoom account, both emulated, and the commands on them, in this process.
type outlookWorld struct {
	t     *testing.T
	dir   string
	graph *outlooktest.Server
	zoom  *zoomtest.Server
}

func newOutlookWorld(t *testing.T) *outlookWorld {
	t.Helper()
	w := &outlookWorld{t: t, dir: t.TempDir(),
		graph: outlooktest.New(outlooktest.Options{Schema: outlooktest.Schema()}),
		zoom:  zoomtest.New(zoomtest.Options{})}
	if err := w.graph.Start(); err != nil {
		t.Fatal(err)
	}
	if err := w.zoom.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.graph.Close(); err != nil {
			t.Error(err)
		}
		if err := w.zoom.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range append(w.graph.Complaints(), w.zoom.Complaints()...) {
			t.Errorf("an emulator complains: %s", complaint)
		}
	})
	config := fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\n"+
		"zoom: { account_id: account, client_id: client, client_secret: secret, host: bob@example.com, api_url: %q, "+
		"oauth_url: %q }\n"+
		"calendars: [ { name: office, outlook: { user: %s, tenant: %s, client_id: %s, client_secret: %q, api_url: "+
		"%q, login_url: %q } } ]\n",
		w.zoom.APIURL(), w.zoom.OAuthURL(), w.graph.Mailbox(), w.graph.Tenant(), w.graph.ClientID(),
		w.graph.ClientSecret(), w.graph.GraphURL(), w.graph.LoginURL())
	if err := os.WriteFile(filepath.Join(w.dir, "zoomtag.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// pass runs sync or plan and returns its document.
func (w *outlookWorld) pass(command string) api.SyncReport {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	code := execute(w.t.Context(), []string{"--config", filepath.Join(w.dir, "zoomtag.yaml"), command, "--json"},
		process{in: nil, out: &stdout, err: &stderr, env: func(string) string { return "" }})
	var report api.SyncReport
	if err := json.Unmarshal(stdout.Bytes(), &report); err != nil || code != exitOK || len(report.Calendars) != 1 {
		w.t.Fatalf("%s: exit %d, %v\n%s\n%s", command, code, err, stdout.String(), stderr.String())
	}
	return report
}

// shown is the join URL that an event shows.
func (w *outlookWorld) shown(id string) string {
	ev, _ := w.graph.Event("", id)
	body, _ := ev["body"].(outlooktest.JSON)
	text, _ := body["content"].(string)
	_, _, block, _ := calendar.FindBlockHTML(text)
	return calendar.BlockURL(block)
}

// TestOutlookLife is an event from its tag to its end.
func TestOutlookLife(t *testing.T) {
	w := newOutlookWorld(t)
	guest := []any{outlooktest.JSON{"type": "required",
		"emailAddress": outlooktest.JSON{"address": "dana@example.org"}}}
	id := w.graph.Put("", outlooktest.JSON{"subject": "Budget", "categories": []any{"zoom"}, "attendees": guest,
		"body": outlooktest.JSON{"contentType": "html", "content": "<p>Agenda: <b>all</b></p>"}})
	planned := w.pass("plan")
	if evs := planned.Calendars[0].Events; len(evs) != 1 || len(evs[0].Mails) != 1 ||
		evs[0].Mails[0] != "dana@example.org" || !strings.Contains(evs[0].Diff, "+ ── Zoom ─") {
		t.Errorf("planned: %+v", evs)
	}
	if len(w.graph.Mails()) > 0 || len(w.zoom.Meetings()) > 0 {
		t.Error("plan has done something")
	}
	first := w.pass("sync")
	ev := first.Calendars[0].Events[0]
	if ev.State != "linked" || w.shown(id) != ev.JoinURL || first.Requests["zoom"] != 1 || len(w.graph.Mails()) != 1 {
		t.Errorf("%+v, shown %q, requests %v, mails %d", ev, w.shown(id), first.Requests, len(w.graph.Mails()))
	}
	for range 3 {
		if again := w.pass("sync"); again.Requests["outlook"] > 1 || again.Requests["zoom"] > 0 ||
			len(w.graph.Mails()) != 1 {
			t.Errorf("a pass in which nothing has changed: %v, mails %d", again.Requests, len(w.graph.Mails()))
		}
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil { // the database is lost
		t.Fatal(err)
	}
	if w.pass("sync"); len(w.zoom.Meetings()) != 1 || w.shown(id) != ev.JoinURL || len(w.graph.Mails()) != 1 {
		t.Errorf("after the database was lost: %d meetings, shown %q, mails %d", len(w.zoom.Meetings()), w.shown(id),
			len(w.graph.Mails()))
	}
	copied := w.graph.Duplicate("", id)
	if w.pass("sync"); len(w.zoom.Meetings()) != 2 || w.shown(copied) == ev.JoinURL || w.shown(copied) == "" {
		t.Errorf("a copy: %d meetings, shown %q", len(w.zoom.Meetings()), w.shown(copied))
	}
	w.graph.Delete("", copied)
	w.graph.Edit("", id, func(ev outlooktest.JSON) { ev["categories"] = []any{} })
	if w.pass("sync"); len(w.zoom.Meetings()) != 0 || w.shown(id) != "" {
		t.Errorf("in the end: %d meetings, shown %q", len(w.zoom.Meetings()), w.shown(id))
	}
}
