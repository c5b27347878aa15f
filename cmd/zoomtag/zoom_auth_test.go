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

	"zoomtag/configs"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/providers/signin"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
)

// zoomDoor is Zoom with an app for persons, emulated, a folder with one tagged event, and the commands on them.
type zoomDoor struct {
	t    *testing.T
	dir  string
	zoom *zoomtest.Server
}

func newZoomDoor(t *testing.T, keys string) *zoomDoor {
	t.Helper()
	d := &zoomDoor{t: t, dir: t.TempDir(), zoom: zoomtest.New(zoomtest.Options{})}
	if err := d.zoom.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.zoom.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range d.zoom.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	d.configure(keys)
	d.event("review", "Weekly review #zoom")
	return d
}

// configure writes the configuration, with keys of the zoom section.
func (d *zoomDoor) configure(keys string) {
	d.t.Helper()
	d.write("zoomtag.yaml", fmt.Sprintf("state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\n"+
		"zoom: { mode: user, %s, api_url: %q, oauth_url: %q }\ncalendars: [ { name: team, ics: { path: team, owner: "+
		"\"*\" } } ]\n",
		keys, d.zoom.APIURL(), d.zoom.OAuthURL()))
}

func (d *zoomDoor) write(name, text string) {
	d.t.Helper()
	path := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *zoomDoor) event(name, title string) {
	d.t.Helper()
	d.eventIn("team", name, title)
}

// eventIn writes an event of a calendar.
func (d *zoomDoor) eventIn(folder, name, title string) {
	d.t.Helper()
	d.write(folder+"/"+name+".ics",
		strings.ReplaceAll("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:test\nBEGIN:VEVENT\nUID:"+name+
			"@example.com\nDTSTAMP:20260101T000000Z\nDTSTART:20991201T090000Z\nDTEND:20991201T100000Z\nSUMMARY:"+title+
			"\nEND:VEVENT\nEND:VCALENDAR\n", "\n", "\r\n"))
}

// run runs a command, whose output eye reads as well.
func (d *zoomDoor) run(in io.Reader, eye io.Writer, args ...string) (out, errs string, code int) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(d.t.Context(), append([]string{"--config", filepath.Join(d.dir, "zoomtag.yaml")}, args...),
		process{in: in, out: io.MultiWriter(&stdout, eye), err: &stderr, env: func(string) string { return "" },
			hurry: assemble.Haste{Aloof: true}})
	for _, text := range []string{stdout.String(), stderr.String()} {
		if strings.Contains(text, zoomtest.Canary) {
			d.t.Errorf("%q shows a secret:\n%s", args, text)
		}
	}
	return stdout.String(), stderr.String(), code
}

// auth signs in on a machine without a browser, by pasting the address at which the browser elsewhere ended.
func (d *zoomDoor) auth(account ...string) (out, errs string, code int) {
	d.t.Helper()
	typed, typing := io.Pipe()
	shown := make(chan string, 1)
	go func() {
		client := http.Client{CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		}}
		res, err := client.Get(<-shown)
		if err == nil {
			err = res.Body.Close()
		}
		if err == nil {
			_, err = io.WriteString(typing, res.Header.Get("Location")+"\n")
		}
		if err != nil {
			d.t.Error(err)
		}
	}()
	return d.run(typed, addressReader{shown}, append([]string{"auth", "zoom", "--no-browser"}, account...)...)
}

// pass makes a pass, and returns what became of the event with a title.
func (d *zoomDoor) pass(want int, title string) (state, failure string) {
	d.t.Helper()
	out, errs, code := d.run(nil, io.Discard, "sync", "--json")
	var report api.SyncReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != want || len(report.Calendars) != 1 {
		d.t.Fatalf("exit %d, %v\n%s\n%s", code, err, out, errs)
	}
	for _, ev := range report.Calendars[0].Events {
		if strings.Contains(ev.Title, title) {
			return ev.State, ev.Told()
		}
	}
	return "", ""
}

func (d *zoomDoor) status() (api.StatusReport, string) {
	d.t.Helper()
	shown, errs, code := d.run(nil, io.Discard, "status")
	out, _, _ := d.run(nil, io.Discard, "status", "--json")
	var report api.StatusReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK || len(report.Tokens) != 1 {
		d.t.Fatalf("exit %d, %v\n%s\n%s", code, err, out, errs)
	}
	return report, shown
}

// TestZoomAuth is the whole way: nobody has signed in, somebody does, the meeting is made, the app is removed, somebody
// signs in again.
func TestZoomAuth(t *testing.T) {
	for client, keys := range map[string]string{"public": "client_id: public",
		"confidential": "client_id: client, client_secret: secret"} {
		t.Run(client, func(t *testing.T) {
			d := newZoomDoor(t, keys)
			if _, failure := d.pass(exitFailed, "review"); !strings.Contains(failure,
				"nobody has signed in: run zoomtag auth zoom") {
				t.Errorf("before anybody has signed in: %q", failure)
			}
			if report, shown := d.status(); report.Health == api.OK || report.Tokens[0].SignedIn != nil ||
				!strings.Contains(shown, "nobody has signed in: run zoomtag auth zoom") {
				t.Errorf("before anybody has signed in: %+v\n%s", report, shown)
			}
			d.event("review", "Weekly review #zoom, now") // what failed waits for a change
			out, errs, code := d.auth()
			if code != exitOK || !strings.Contains(out, "Signed in at Zoom") ||
				!strings.Contains(out, "the meetings of alice@example.com can be made and changed") {
				t.Fatalf("exit %d\n%s\n%s", code, out, errs)
			}
			if state, failure := d.pass(exitOK, "review"); state != "linked" || len(d.zoom.Meetings()) != 1 ||
				d.zoom.Meetings()[0].Host != "alice@example.com" {
				t.Errorf("%s %q, %+v", state, failure, d.zoom.Meetings())
			}
			report, shown := d.status()
			if token := report.Tokens[0]; report.Health != api.OK || token.Provider != "zoom" ||
				token.Person != "alice@example.com" || token.SignedIn == nil || token.Refused != nil ||
				!strings.Contains(shown, "Zoom alice@example.com") || len(report.Budget) != 1 ||
				report.Budget[0].Host != "alice@example.com" {
				t.Errorf("signed in: %+v\n%s", report, shown)
			}
			d.zoom.Revoke("alice@example.com")
			d.event("other", "Retrospective #zoom")
			if _, failure := d.pass(exitFailed, "Retrospective"); !strings.Contains(failure,
				"Zoom no longer accepts the sign-in") || !strings.Contains(failure, "zoomtag auth zoom") {
				t.Errorf("removed: %q", failure)
			}
			if report, shown := d.status(); report.Tokens[0].Refused == nil || report.Health == api.OK ||
				!strings.Contains(shown, "no longer accepted since") ||
				!strings.Contains(shown, "run zoomtag auth zoom") {
				t.Errorf("removed: %+v\n%s", report, shown)
			}
			if out, errs, code := d.auth(); code != exitOK {
				t.Fatalf("exit %d\n%s\n%s", code, out, errs)
			}
			d.event("other", "Retrospective #zoom, now")
			if state, failure := d.pass(exitOK, "Retrospective"); state != "linked" || len(d.zoom.Meetings()) != 2 {
				t.Errorf("%s %q, %d meetings", state, failure, len(d.zoom.Meetings()))
			}
		})
	}
}

// TestZoomAuthOthersAreRefused: a tag that names somebody else makes nothing, and says why.
func TestZoomAuthOthersAreRefused(t *testing.T) {
	d := newZoomDoor(t, "client_id: public, host: alice@example.com")
	if out, errs, code := d.auth(); code != exitOK {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	d.event("bob", "Handover #zoom(host=bob@example.com)")
	if _, failure := d.pass(exitFailed, "Handover"); !strings.Contains(failure,
		"a person can only make meetings of their own, none of bob@example.com") {
		t.Errorf("refused: %q", failure)
	}
	if n := len(d.zoom.Meetings()); n != 1 {
		t.Errorf("%d meetings", n)
	}
	d.event("bob", "Handover #zoom")
	if state, _ := d.pass(exitOK, "Handover"); state != "linked" {
		t.Errorf("with the option taken out: %s", state)
	}
	d.zoom.SignInAs("bob@example.com")
	if _, errs, code := d.auth(); code != exitFailed || !strings.Contains(errs, "until now it was alice@example.com") {
		t.Errorf("another person: exit %d, %s", code, errs)
	}
	file := assemble.ZoomGrantFile(signin.Grants{}, filepath.Join(d.dir, "state", "zoomtag.db"), configs.Zoom{})
	if g, ok := (signin.Grants{}).Standing(file); !ok ||
		g.Email != "alice@example.com" {
		t.Errorf("kept: %+v", g)
	}
}

// TestZoomAuthBeforeTheFirstPass: a plan finds the sign-in although there is no state yet, and leaves none.
func TestZoomAuthBeforeTheFirstPass(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	if out, errs, code := d.auth(); code != exitOK {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	before := len(d.zoom.Requests())
	out, errs, code := d.run(nil, io.Discard, "plan")
	if code != exitOK || !strings.Contains(out, "create") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	for _, r := range d.zoom.Requests()[before:] {
		if r.Method != http.MethodGet {
			t.Errorf("plan sent %s %s", r.Method, r.Path)
		}
	}
	if _, err := os.Stat(filepath.Join(d.dir, "state", "zoomtag.db")); err == nil {
		t.Error("plan left a state")
	}
}

// TestZoomAuthSaysWhatIsWrong: a sign-in that cannot be read is not called a missing one, and why one is dead is said.
func TestZoomAuthSaysWhatIsWrong(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	if out, errs, code := d.auth(); code != exitOK {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	d.pass(exitOK, "review")
	file := assemble.ZoomGrantFile(signin.Grants{}, filepath.Join(d.dir, "state", "zoomtag.db"), configs.Zoom{})
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if out, _, _ := d.run(nil, io.Discard, "doctor"); !strings.Contains(out, "Run chmod 600 "+file) ||
		!strings.Contains(out, "ZT-502") || strings.Contains(out, "ZT-507") {
		t.Errorf("readable by others:\n%s", out)
	}
	if report, _ := d.status(); report.Tokens[0].Cure != "Run chmod 600 "+file+"." ||
		strings.Contains(report.Tokens[0].Reason, "chmod") {
		t.Errorf("readable by others: %+v", report.Tokens)
	}
	if out, _, _ := d.run(nil, io.Discard, "status"); !strings.Contains(out, "chmod 600") ||
		strings.Contains(out, "nobody has signed in") {
		t.Errorf("status shows\n%s", out)
	}
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	d.zoom.SignedInElsewhere("alice@example.com")
	d.event("review", "Weekly review #zoom, moved")
	d.pass(exitFailed, "review")
	if out, _, _ := d.run(nil, io.Discard, "doctor"); !strings.Contains(out, "ZT-505") ||
		!strings.Contains(out, "on another machine or with another program") {
		t.Errorf("superseded:\n%s", out)
	}
}

// TestZoomAuthWrongHost: the sign-in before is dead by then, so that the new one is kept.
func TestZoomAuthWrongHost(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	if out, errs, code := d.auth(); code != exitOK {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	d.configure("client_id: public, host: alias@example.com")
	if _, errs, code := d.auth(); code != exitFailed || !strings.Contains(errs, "write zoom.host: alice@example.com") {
		t.Errorf("exit %d, %s", code, errs)
	}
	d.configure("client_id: public, host: alice@example.com")
	if state, failure := d.pass(exitOK, "review"); state != "linked" {
		t.Errorf("%s %q", state, failure)
	}
}
