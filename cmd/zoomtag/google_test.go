package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/google/googletest"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
)

type gJSON = googletest.JSON

// googleWorld is a Google calendar and a Zoom account, both emulated, and the commands on them, in this process.
type googleWorld struct {
	t      *testing.T
	dir    string
	google *googletest.Server
	zoom   *zoomtest.Server
	in     io.Reader
	shown  chan string // gets the address that a sign-in shows
}

func newGoogleWorld(t *testing.T) *googleWorld {
	t.Helper()
	api, err := googletest.Discovery()
	if err != nil {
		t.Fatal(err)
	}
	w := &googleWorld{t: t, dir: t.TempDir(), google: googletest.New(googletest.Options{Discovery: api}),
		zoom: zoomtest.New(zoomtest.Options{})}
	if err := w.google.Start(); err != nil {
		t.Fatal(err)
	}
	if err := w.zoom.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.google.Close(); err != nil {
			t.Error(err)
		}
		if err := w.zoom.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range append(w.google.Complaints(), w.zoom.Complaints()...) {
			t.Errorf("an emulator complains: %s", complaint)
		}
	})
	w.write("key.json", string(w.google.ServiceAccount()))
	w.write("client.json", string(w.google.DesktopClient()))
	w.configure("credentials: key.json, subject: "+googletest.Account, "")
	return w
}

func (w *googleWorld) write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// configure writes the configuration, with keys of the google section and further sections.
func (w *googleWorld) configure(google, more string) {
	w.t.Helper()
	w.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\n"+
		"zoom: { account_id: account, client_id: client, client_secret: secret, host: alice@example.com, api_url: "+
		"%q, oauth_url: %q }\n%s"+
		"calendars: [ { name: alice, google: { %s, api_url: %q } } ]\n", w.zoom.APIURL(), w.zoom.OAuthURL(), more,
		google, w.google.APIURL()))
}

// run runs a command.
func (w *googleWorld) run(args ...string) (out, errs string, code int) {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(w.t.Context(), append([]string{"--config", filepath.Join(w.dir, "zoomtag.yaml")}, args...),
		process{in: w.in, out: io.MultiWriter(&stdout, addressReader{w.shown}), err: &stderr,
			env: func(string) string { return "" }})
	return stdout.String(), stderr.String(), code
}

// addressReader is a person's eye for the address that a sign-in shows.
type addressReader struct{ found chan string }

func (r addressReader) Write(p []byte) (int, error) {
	for word := range strings.FieldsSeq(string(p)) {
		if r.found != nil && strings.HasPrefix(word, "http://") && strings.Contains(word, "code_challenge=") {
			r.found <- word
		}
	}
	return len(p), nil
}

// pass runs sync or plan and returns its document.
func (w *googleWorld) pass(command string, want int) api.SyncReport {
	w.t.Helper()
	out, errs, code := w.run(command, "--json")
	var report api.SyncReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != want || len(report.Calendars) != 1 {
		w.t.Fatalf("%s: exit %d, %v\n%s\n%s", command, code, err, out, errs)
	}
	return report
}

func (w *googleWorld) text(id, field string) string {
	ev, _ := w.google.Event("", id)
	text, _ := ev[field].(string)
	return text
}

// TestGoogleLife is an event from its tag to its end.
func TestGoogleLife(t *testing.T) {
	w := newGoogleWorld(t)
	id := w.google.Put("", gJSON{"summary": "Budget #zoom", "description": "<b>Agenda</b>"})
	first := w.pass("sync", exitOK)
	if n := first.Requests; n["google"] != 2 || n["zoom"] != 1 {
		t.Errorf("a newly tagged event cost %v", n)
	}
	ev := first.Calendars[0].Events[0]
	if ev.ID != id || ev.State != "linked" || strings.Join(ev.Steps, " ") != "create link" ||
		!strings.Contains(w.text(id, "description"), ev.JoinURL) ||
		!strings.HasPrefix(w.text(id, "description"), "<b>Agenda</b><br><br>── Zoom ─") ||
		w.text(id, "location") != ev.JoinURL {
		t.Errorf("reported %+v\nthe event says %q, %q", ev, w.text(id, "description"), w.text(id, "location"))
	}
	for range 2 { // the first of them sees our own write
		if again := w.pass("sync", exitOK); again.Requests["google"] != 1 || again.Requests["zoom"] != 0 ||
			len(again.Calendars[0].Events) > 0 {
			t.Errorf("a pass in which nothing has changed cost %v, %+v", again.Requests, again.Calendars[0].Events)
		}
	}
	w.google.Edit("", id, func(ev gJSON) { ev["summary"] = "Budget decision #zoom" })
	if r := w.pass("sync", exitOK); r.Requests["google"] != 1 {
		t.Errorf("following a new title cost %v", r.Requests)
	}
	meetings := w.zoom.Meetings()
	if len(meetings) != 1 || meetings[0].Topic != "Budget decision" || meetings[0].JoinURL != ev.JoinURL {
		t.Errorf("Zoom has %+v", meetings)
	}
	if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil { // the database is lost
		t.Fatal(err)
	}
	if w.pass("sync", exitOK); len(w.zoom.Meetings()) != 1 || !strings.Contains(w.text(id, "description"), ev.JoinURL) {
		t.Errorf("after the database was lost Zoom has %+v", w.zoom.Meetings())
	}
	copied := w.google.Duplicate("", id)
	w.google.Edit("", copied, func(ev gJSON) { ev["created"] = "2026-01-01T00:00:00Z" })
	w.pass("sync", exitOK)
	if n := len(w.zoom.Meetings()); n != 2 || strings.Contains(w.text(copied, "description"), ev.JoinURL) ||
		strings.Count(w.text(copied, "description"), "Join:") != 1 {
		t.Errorf("a copy: %d meetings, %q", n, w.text(copied, "description"))
	}
	w.google.Edit("", id, func(ev gJSON) { ev["summary"] = "Budget decision" })
	w.google.Delete("", copied)
	if w.pass("sync", exitOK); len(w.zoom.Meetings()) != 0 || w.text(id, "description") != "<b>Agenda</b>" ||
		w.text(id, "location") != "" {
		t.Errorf("in the end: %+v, %q, %q", w.zoom.Meetings(), w.text(id, "description"), w.text(id, "location"))
	}
}

// TestGooglePlan shows everything and changes nothing.
func TestGooglePlan(t *testing.T) {
	w := newGoogleWorld(t)
	w.configure("credentials: key.json, subject: "+googletest.Account, "link: { announce: all, meet: replace }\n")
	w.google.Put("", gJSON{"summary": "Budget #zoom", "description": "<b>Agenda</b>",
		"attendees": []any{gJSON{"email": "bob@example.org"}}})
	w.google.Put("", gJSON{"summary": "Not mine #zoom", "organizer": gJSON{"email": "carol@example.org"}})
	report := w.pass("plan", exitOK)
	reasons := map[string]string{}
	for _, ev := range report.Calendars[0].Events {
		reasons[ev.Title] = ev.State + ": " + ev.Reason
		if ev.Title == "Budget #zoom" && (len(ev.Mails) != 1 || !strings.Contains(ev.Diff, "+ ── Zoom ─") ||
			strings.Contains(ev.Diff, "<b>")) {
			t.Errorf("planned: mails %q, diff\n%s", ev.Mails, ev.Diff)
		}
	}
	if reasons["Not mine #zoom"] != "ignored: organized by carol@example.org" || len(reasons) != 2 {
		t.Errorf("planned: %q", reasons)
	}
	for _, r := range w.google.Requests() {
		if r.Method != http.MethodGet {
			t.Errorf("plan sent %s %s", r.Method, r.Path)
		}
	}
	if _, err := os.Stat(filepath.Join(w.dir, "state")); err == nil || len(w.zoom.Meetings()) > 0 {
		t.Error("plan left something behind")
	}
}

func meetConference() gJSON {
	return gJSON{"conferenceSolution": gJSON{"key": gJSON{"type": "hangoutsMeet"}, "name": "Google Meet"},
		"entryPoints": []any{gJSON{"entryPointType": "video", "uri": "https://meet.google.com/abc-defg-hij"}}}
}

// TestGoogleMeet: hands off, unless the tag or the configuration says otherwise.
func TestGoogleMeet(t *testing.T) {
	w := newGoogleWorld(t)
	left := w.google.Put("", gJSON{"summary": "Left #zoom", "conferenceData": meetConference()})
	replaced := w.google.Put("", gJSON{"summary": "Replaced #zoom(replace-meet)", "conferenceData": meetConference()})
	foreign := w.google.Put("", gJSON{"summary": "Foreign #zoom(replace-meet)",
		"description": "https://www.google.com/url?q=https%3A%2F%2Fus02web.zoom.us%2Fj%2F123456789"})
	addon := w.google.Put("", gJSON{"summary": "Add-on #zoom(replace-meet)",
		"conferenceData": gJSON{"conferenceSolution": gJSON{"key": gJSON{"type": "addOn"}, "name": "Zoom Meeting"},
			"entryPoints": []any{gJSON{"entryPointType": "video", "uri": "https://us02web.zoom.us/j/987654321"}}}})
	w.pass("sync", exitOK)
	for id, linked := range map[string]bool{left: false, replaced: true, foreign: false, addon: false} {
		ev, _ := w.google.Event("", id)
		if strings.Contains(w.text(id, "description"), "Join:") != linked ||
			(ev["conferenceData"] != nil) != (id == left || id == addon) {
			t.Errorf("%s: %q, %v", w.text(id, "summary"), w.text(id, "description"), ev["conferenceData"])
		}
	}
	w.configure("credentials: key.json, subject: "+googletest.Account, "link: { meet: replace }\n")
	w.pass("sync", exitOK)
	if ev, _ := w.google.Event("", left); ev["conferenceData"] != nil || !strings.Contains(w.text(left, "description"),
		"Join:") {
		t.Errorf("configured to replace: %v", ev)
	}
	// as Google does when guests are added
	w.google.Edit("", left, func(ev gJSON) { ev["conferenceData"] = meetConference() })
	w.pass("sync", exitOK)
	if ev, _ := w.google.Event("", left); ev["conferenceData"] != nil {
		t.Error("Meet came back and stayed")
	}
	if n := len(w.zoom.Meetings()); n != 2 {
		t.Errorf("%d meetings", n)
	}
}

// TestGoogleColorAndHiddenTag: a colour is a tag, and a tag can be taken out of the title.
func TestGoogleColorAndHiddenTag(t *testing.T) {
	w := newGoogleWorld(t)
	w.configure("credentials: key.json, subject: "+googletest.Account, "tag: { colors: [\"11\"], keep: false }\n")
	red := w.google.Put("", gJSON{"summary": "Red", "colorId": "11"})
	hidden := w.google.Put("", gJSON{"summary": "Hidden #zoom(30m)"})
	w.pass("sync", exitOK)
	w.pass("sync", exitOK)
	if len(w.zoom.Meetings()) != 2 || w.text(hidden, "summary") != "Hidden" ||
		!strings.Contains(w.text(red, "description"), "Join:") {
		t.Errorf("%d meetings, %q, %q", len(w.zoom.Meetings()), w.text(hidden, "summary"), w.text(red, "description"))
	}
	w.google.Edit("", hidden, func(ev gJSON) { delete(ev, "description") }) // the block is gone, and with it the wish
	w.pass("sync", exitOK)
	if len(w.zoom.Meetings()) != 1 {
		t.Errorf("%d meetings after the block was deleted", len(w.zoom.Meetings()))
	}
}

// TestGoogleYoungEvent leaves an event alone that was made just now.
func TestGoogleYoungEvent(t *testing.T) {
	w := newGoogleWorld(t)
	id := w.google.Put("", gJSON{"summary": "New #zoom", "created": time.Now().UTC().Format(time.RFC3339)})
	report := w.pass("sync", exitOK)
	if len(w.zoom.Meetings()) > 0 || len(report.Calendars[0].Events) != 1 ||
		report.Calendars[0].Events[0].State != "pending" {
		t.Errorf("%d meetings, %+v", len(w.zoom.Meetings()), report.Calendars[0].Events)
	}
	w.google.Edit("", id, func(ev gJSON) { ev["created"] = "2026-01-01T00:00:00Z" })
	if w.pass("sync", exitOK); len(w.zoom.Meetings()) != 1 {
		t.Errorf("%d meetings", len(w.zoom.Meetings()))
	}
}

// TestGoogleNotShared: a calendar that is not there any more is held, and nothing is cancelled.
func TestGoogleNotShared(t *testing.T) {
	w := newGoogleWorld(t)
	for range 3 {
		w.google.Put("", gJSON{"summary": "Meeting #zoom"})
	}
	w.pass("sync", exitOK)
	w.google.SetRole("", "none")
	report := w.pass("sync", exitFailed)
	if c := report.Calendars[0]; !c.Held || c.OK || !strings.Contains(c.Error, "nothing is cancelled") {
		t.Errorf("reported: %+v", c)
	}
	if out, _, _ := w.run("status"); !strings.Contains(out, "held") {
		t.Errorf("status:\n%s", out)
	}
	w.google.SetRole("", "owner")
	if report := w.pass("sync", exitOK); report.Calendars[0].Held || len(w.zoom.Meetings()) != 3 {
		t.Errorf("after it was shared again: %+v, %d meetings", report.Calendars[0], len(w.zoom.Meetings()))
	}
}

// TestGoogleAuth signs in on a machine without a browser, by pasting the address at which the browser ended.
func TestGoogleAuth(t *testing.T) {
	w := newGoogleWorld(t)
	w.configure("auth: user, credentials: client.json", "")
	w.google.Put("", gJSON{"summary": "Meeting #zoom"})
	if report := w.pass("sync", exitFailed); !strings.Contains(report.Calendars[0].Told(),
		"zoomtag auth google --calendar alice") {
		t.Errorf("before anybody has signed in: %+v", report.Calendars[0])
	}
	if out, _, _ := w.run("status"); !strings.Contains(out, "nobody has signed in") {
		t.Errorf("status:\n%s", out)
	}
	w.paste()
	out, errs, code := w.run("auth", "google", "--calendar", "alice")
	if code != exitOK || !strings.Contains(out, "Signed in for calendar alice") ||
		!strings.Contains(out, "can be read and changed") {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	w.in = nil
	if w.pass("sync", exitOK); len(w.zoom.Meetings()) != 1 {
		t.Errorf("%d meetings", len(w.zoom.Meetings()))
	}
	if out, _, _ := w.run("status"); !strings.Contains(out, "SIGN-IN") || strings.Contains(out, "nobody") {
		t.Errorf("status:\n%s", out)
	}
	for _, args := range [][]string{{"auth"}, {"auth", "yahoo"}, {"auth", "google", "--calendar", "bob"}} {
		if _, errs, code := w.run(args...); code != exitUsage {
			t.Errorf("%q: exit %d, %s", args, code, errs)
		}
	}
}

// paste is a person who opens the address that is shown in a browser on another machine, and pastes the one at which it
// ends.
func (w *googleWorld) paste() {
	reader, writer := io.Pipe()
	w.in = reader
	shown := make(chan string, 1)
	w.t.Cleanup(func() {
		if err := writer.Close(); err != nil {
			w.t.Error(err)
		}
	})
	go func() {
		address := <-shown
		client := http.Client{CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		}}
		res, err := client.Get(address)
		if err != nil {
			w.t.Error(err)
			return
		}
		if err := res.Body.Close(); err != nil {
			w.t.Error(err)
		}
		if _, err := io.WriteString(writer, res.Header.Get("Location")+"\n"); err != nil {
			w.t.Error(err)
		}
	}()
	w.shown = shown
}
