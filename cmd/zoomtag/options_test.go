package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// optionsWorld is a folder of events and an emulated Zoom whose users and habits the test chooses.
type optionsWorld struct {
	t    *testing.T
	dir  string
	zoom *zoomtest.Server
}

const optionsHost = "alice@example.com"

func newOptionsWorld(t *testing.T, o zoomtest.Options, meeting string) *optionsWorld {
	t.Helper()
	w := &optionsWorld{t: t, dir: t.TempDir(), zoom: zoomtest.New(o)}
	w.must(w.zoom.Start())
	t.Cleanup(func() {
		w.must(w.zoom.Close())
		for _, complaint := range w.zoom.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	w.must(os.Mkdir(w.path("in"), 0o700))
	w.configure(meeting)
	return w
}

func (w *optionsWorld) configure(meeting string) {
	w.t.Helper()
	text := fmt.Sprintf("state: zoomtag.db\ngrace: 0s\nlisten: \"\"\nzoom: { account_id: account, client_id: client, "+
		"client_secret: secret, host: %s, api_url: %q, oauth_url: %q }\n"+
		"meeting: { %s }\ncalendars:\n- { name: team, ics: { path: in, owner: \"*\" } }\n", optionsHost,
		w.zoom.APIURL(), w.zoom.OAuthURL(), meeting)
	w.must(os.WriteFile(w.path("zoomtag.yaml"), []byte(text), 0o600))
}

func (w *optionsWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *optionsWorld) path(name string) string { return filepath.Join(w.dir, name) }

// put saves an event of next week, or with another title.
func (w *optionsWorld) put(name, title string, more ...string) {
	w.t.Helper()
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	text := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//An App//EN\r\nBEGIN:VEVENT\r\nUID:" + name +
		"@example.com\r\nDTSTAMP:20260101T000000Z\r\n" +
		"DTSTART:" + start.Format("20060102T150405Z") + "\r\nDURATION:PT1H\r\nSUMMARY:" + title + "\r\n"
	for _, line := range more {
		text += line + "\r\n"
	}
	if old, err := os.ReadFile(w.path("in/" + name + ".ics")); err == nil && len(more) == 0 {
		text = withLine(w.t, string(old), "SUMMARY", title)
		w.must(os.WriteFile(w.path("in/"+name+".ics"), []byte(text), 0o600))
		return
	}
	w.must(os.WriteFile(w.path("in/"+name+".ics"), []byte(text+"END:VEVENT\r\nEND:VCALENDAR\r\n"), 0o600))
}

// link is the link that an event shows, or "".
func (w *optionsWorld) link(name string) string {
	w.t.Helper()
	reader, err := icsdir.New(icsdir.Config{Path: w.path("in")})
	w.must(err)
	ev, err := reader.Get(w.t.Context(), name+".ics")
	w.must(err)
	return ev.Link.JoinURL
}

func (w *optionsWorld) run(args ...string) (out string, code int) {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(w.t.Context(), append([]string{"--config", w.path("zoomtag.yaml")}, args...),
		process{in: strings.NewReader(""), out: &stdout, err: &stderr, env: func(string) string { return "" },
			hurry: assemble.Haste{Aloof: true}})
	if code == exitUsage {
		w.t.Fatalf("%q: %s", args, stderr.String())
	}
	return stdout.String(), code
}

// told runs sync or plan and returns what it says of an event; nil where it says nothing.
func (w *optionsWorld) told(command, name string) *engine.EventReport {
	w.t.Helper()
	out, _ := w.run(command, "--json")
	var report api.SyncReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || len(report.Calendars) != 1 {
		w.t.Fatalf("%s: %v\n%s", command, err, out)
	}
	events := report.Calendars[0].Events
	at := slices.IndexFunc(events, func(ev engine.EventReport) bool { return ev.ID == name+".ics" })
	if at < 0 {
		return nil
	}
	return &events[at]
}

// wants checks what a command says of an event.
func (w *optionsWorld) wants(command, name, state, says string) {
	w.t.Helper()
	ev := w.told(command, name)
	if ev == nil || ev.State != state || !strings.Contains(ev.Reason+ev.Told(), says) {
		w.t.Fatalf("%s says of %s %+v, want %s: %s", command, name, ev, state, says)
	}
}

func (w *optionsWorld) findings() (r judgement) {
	w.t.Helper()
	out, _ := w.run("doctor", "--json")
	w.must(json.Unmarshal([]byte(out), &r))
	return r
}

const weekly = "RRULE:FREQ=WEEKLY;COUNT=4"

// TestRegisterOption: a series with one lasting link cannot have it, one with a schedule can, and no open link is shown
// for it.
func TestRegisterOption(t *testing.T) {
	w := newOptionsWorld(t, zoomtest.Options{}, "")
	w.put("a", "Alpha #zoom(register)", weekly)
	w.wants("plan", "a", plan.Held, "write fixed, as in #zoom(fixed, register)")
	w.wants("sync", "a", plan.Held, "write fixed, as in #zoom(fixed, register)")
	if link := w.link("a"); link != "" || len(w.zoom.Meetings()) > 0 {
		t.Fatalf("it shows %q, %+v", link, w.zoom.Meetings())
	}
	w.put("a", "Alpha #zoom(fixed\\, register)")
	w.wants("sync", "a", plan.Linked, "")
	if link := w.link("a"); !strings.Contains(link, "/meeting/register/") {
		t.Errorf("it shows %q", link)
	}
	w.zoom.SetUser(zoomtest.User{Email: optionsHost, Locked: map[string]any{"approval_type": 2}})
	w.put("b", "Beta #zoom(register)")
	if _, code := w.run("sync"); code != exitFailed || w.link("b") != "" {
		t.Errorf("where Zoom drops it: exit %d, it shows %q", code, w.link("b"))
	}
	if out, _ := w.run("status"); !strings.Contains(out, "did not turn registration on") {
		t.Errorf("status:\n%s", out)
	}
}

// TestWaitingRoomOption: where both are configured the waiting room wins, each event says so, and doctor once.
func TestWaitingRoomOption(t *testing.T) {
	w := newOptionsWorld(t, zoomtest.Options{}, "waiting_room: true, join_before_host: 5m")
	w.put("a", "Alpha #zoom")
	w.put("b", "Beta #zoom(join-before-host)")
	w.put("c", "Gamma #zoom(no-waiting-room)")
	w.wants("plan", "b", plan.Held, "write no-waiting-room as well")
	w.wants("sync", "a", plan.Linked, "the waiting room wins")
	w.wants("plan", "b", plan.Held, "meeting.waiting_room")
	for _, m := range w.zoom.Meetings() {
		alpha := m.Topic == "Alpha"
		if m.Settings["waiting_room"] != alpha || m.Settings["join_before_host"] == alpha {
			t.Errorf("%s: %v", m.Topic, m.Settings)
		}
	}
	r := w.findings()
	if n := len(slices.DeleteFunc(r.Findings,
		func(f doctor.Finding) bool { return f.Code != doctor.Contradiction })); n != 1 || len(w.zoom.Meetings()) != 2 {
		t.Errorf("doctor says it %d times; %d meetings", n, len(w.zoom.Meetings()))
	}
}

// TestNoPasscodeOption: what Zoom switches on instead is told, before and after.
func TestNoPasscodeOption(t *testing.T) {
	w := newOptionsWorld(t, zoomtest.Options{Users: []zoomtest.User{{Email: optionsHost,
		Locked: map[string]any{"waiting_room": false}}}}, "")
	w.put("a", "Alpha #zoom(no-passcode)")
	w.wants("plan", "a", plan.Linked, "demand one for new meetings")
	w.wants("sync", "a", plan.Linked, "Guests have to sign in although it was not asked for")
	if r := w.findings(); !r.says(doctor.SignIn, doctor.Note, "Alpha") {
		t.Errorf("%+v", r.Findings)
	}
}

// TestAlternativeHostOption: who cannot be one is left out, the meeting is made and goes on being kept.
func TestAlternativeHostOption(t *testing.T) {
	users := []zoomtest.User{{Email: optionsHost}, {Email: "bob@example.com"},
		{Email: "carol@example.com", Basic: true}}
	for name, scopes := range map[string][]string{
		"asked": nil,
		"refused": slices.DeleteFunc(slices.Clone(zoomtest.AllScopes),
			func(s string) bool { return s == "user:read:user:admin" }),
	} {
		t.Run(name, func(t *testing.T) {
			w := newOptionsWorld(t, zoomtest.Options{Users: users, Scopes: scopes}, "")
			w.put("a", "Alpha #zoom(alt=carol@example.com\\, alt=bob@example.com)")
			w.wants("sync", "a", plan.Linked, "Left out as alternative hosts: carol@example.com")
			w.put("a", "Beta #zoom(alt=carol@example.com\\, alt=bob@example.com)")
			w.wants("sync", "a", plan.Linked, "") // in a process that knows nothing of the refusal
			all := w.zoom.Meetings()
			if len(all) != 1 || all[0].Topic != "Beta" || all[0].Settings["alternative_hosts"] != "bob@example.com" ||
				!strings.Contains(w.link("a"), fmt.Sprint(all[0].ID)) {
				t.Errorf("%+v", all)
			}
			var status api.StatusReport
			out, _ := w.run("status", "--json")
			w.must(json.Unmarshal([]byte(out), &status))
			if n := w.zoom.Spent(optionsHost); len(status.Budget) != 1 || status.Budget[0].Used != n {
				t.Errorf("Zoom has counted %d calls, status says %+v", n, status.Budget)
			}
		})
	}
}

// TestHeldByTheHost: what the host's plan and settings forbid is said in plan, and costs none of the day's calls.
func TestHeldByTheHost(t *testing.T) {
	user := zoomtest.User{Email: optionsHost, Basic: true, RoomOff: true,
		Rule: zoomtest.PasscodeRule{NumericOnly: true}}
	w := newOptionsWorld(t, zoomtest.Options{Users: []zoomtest.User{user}}, "")
	w.put("a", "Alpha #zoom(register)")
	w.put("b", "Beta #zoom(personal)")
	w.put("c", "Gamma #zoom(passcode=abcdef)")
	w.put("d", "Delta #zoom")
	for _, command := range []string{"plan", "sync"} {
		w.wants(command, "a", plan.Held, "has the Basic plan")
		w.wants("plan", "b", plan.Held, "is switched off")
		w.wants("plan", "c", plan.Held, "digits only")
	}
	if all := w.zoom.Meetings(); len(all) != 1 || all[0].Topic != "Delta" || w.zoom.Spent(optionsHost) != 1 {
		t.Errorf("%d calls, %+v", w.zoom.Spent(optionsHost), all)
	}
	w.zoom.SetUser(zoomtest.User{Email: optionsHost})
	w.put("a", "Alpha again #zoom(register)")
	w.wants("sync", "a", plan.Linked, "")
}

// TestPersonalOption: the room is never deleted, and events that share it at the same time say so.
func TestPersonalOption(t *testing.T) {
	w := newOptionsWorld(t, zoomtest.Options{RoomIsMeeting: true}, "")
	w.put("a", "Alpha #zoom(personal)")
	w.put("d", "Delta #zoom")
	w.put("x", "nothing of ours") // an empty folder would be held
	w.wants("plan", "a", plan.Linked, "tag")
	w.wants("sync", "a", plan.Linked, "")
	w.put("b", "Beta #zoom(personal)")
	w.wants("plan", "b", plan.Linked, `the same room as "Alpha" in team at the same time`)
	w.wants("sync", "b", plan.Linked, "")
	if out, _ := w.run("status"); !strings.Contains(out, doctor.SharedRoom) {
		t.Errorf("status:\n%s", out)
	}
	for _, name := range []string{"a", "b", "d"} {
		w.must(os.Remove(w.path("in/" + name + ".ics")))
		w.run("sync")
	}
	for _, r := range w.zoom.Requests() {
		if r.Method == "DELETE" && r.Status != 204 {
			t.Errorf("%+v", r)
		}
	}
	out, code := w.run("status", "--json")
	if all := w.zoom.Meetings(); code != exitOK || len(all) != 1 || all[0].ID > 9_999_999_999 ||
		strings.Contains(out, ".ics") {
		t.Errorf("exit %d, %+v\n%s", code, all, out)
	}
}

// TestRoomsInPlan: two new events at one time, in the one room that there is without an API.
func TestRoomsInPlan(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom")
	w.put("b", "Beta #zoom")
	out, errs, code := w.run("plan")
	if code != exitOK || !strings.Contains(out, `the same room as "Beta" in team at the same time`) ||
		!strings.Contains(out, `the same room as "Alpha" in team`) {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
}

// TestMailOption: that Zoom has its mails on is told.
func TestMailOption(t *testing.T) {
	w := newOptionsWorld(t, zoomtest.Options{Users: []zoomtest.User{{Email: optionsHost,
		Locked: map[string]any{"alternative_hosts_email_notification": true}}}}, "")
	w.put("a", "Alpha #zoom")
	w.wants("sync", "a", plan.Linked, "mails to hosts about the meeting switched on")
	w.put("a", "Beta #zoom")
	w.wants("sync", "a", plan.Linked, "mails to hosts about the meeting switched on")
	if n := w.zoom.Spent(optionsHost); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// TestTemplateOption: by name, from configuration and tag, once.
func TestTemplateOption(t *testing.T) {
	templates := []zoomtest.Template{{ID: "t1", Name: "Town hall", Settings: map[string]any{"mute_upon_entry": true}},
		{ID: "t2", Name: "Mine", Own: true}}
	w := newOptionsWorld(t, zoomtest.Options{Users: []zoomtest.User{{Email: optionsHost, Templates: templates}}},
		`template: "town hall"`)
	w.put("a", "Alpha #zoom")
	w.put("b", `Beta #zoom(template="Lunch")`)
	w.put("c", `Gamma #zoom(template="Mine"\, no-mute)`)
	w.wants("plan", "b", plan.Held, `those that there are: "Town hall"`)
	w.wants("sync", "c", plan.Held, "an administrator's templates alone")
	if all := w.zoom.Meetings(); len(all) != 1 || all[0].Template != "Town hall" ||
		all[0].Settings["mute_upon_entry"] != true {
		t.Fatalf("%+v", all)
	}
	w.put("a", `Another #zoom(template="Lunch")`)
	w.wants("sync", "a", plan.Linked, "with the template town hall")
	if n := w.zoom.Spent(optionsHost); n != 2 {
		t.Errorf("%d calls", n)
	}
	needs := func(r judgement) bool {
		return slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool {
			return f.Severity == doctor.Error && strings.Contains(f.What, "meeting:read:list_templates:admin")
		})
	}
	few := slices.DeleteFunc(slices.Clone(zoomtest.AllScopes),
		func(s string) bool { return strings.Contains(s, "templates") })
	w = newOptionsWorld(t, zoomtest.Options{Scopes: few}, `template: "Town hall"`)
	w.put("a", "Alpha #zoom")
	w.wants("sync", "a", plan.Held, "lacks meeting:read:list_templates:admin")
	if r := w.findings(); !needs(r) {
		t.Errorf("doctor says %+v", r.Findings)
	}
	w.configure("")
	if r := w.findings(); needs(r) {
		t.Errorf("without a template doctor says %+v", r.Findings)
	}
}

// TestSwitchedOffOptions: a tag can take back what the configuration asks for, and what is only dropped stays at Zoom.
func TestSwitchedOffOptions(t *testing.T) {
	w := newOptionsWorld(t, zoomtest.Options{}, "mute: true, sign_in: true, registration: automatic, recording: cloud")
	w.put("a", "Alpha #zoom(no-mute\\, no-sign-in\\, no-register\\, record=none\\, 09:30)", weekly)
	w.wants("sync", "a", plan.Linked, "09:30 in the tag is left out")
	set := w.zoom.Meetings()[0].Settings
	if set["mute_upon_entry"] != false || set["meeting_authentication"] != false || set["approval_type"] != 2 ||
		set["auto_recording"] != "none" {
		t.Errorf("%v", set)
	}
	w.configure("")
	w.put("a", "Beta #zoom")
	w.wants("sync", "a", plan.Linked, "the sign-in for guests (off) stays as it was told")
	if out, code := w.run("sync"); code != exitOK || !strings.Contains(out, "nothing to do") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if n := w.zoom.Spent(optionsHost); n != 2 {
		t.Errorf("%d calls", n)
	}
}

// TestTemplateScopeOfAnAccount: the scope for templates is asked of the accounts whose calendars name one.
func TestTemplateScopeOfAnAccount(t *testing.T) {
	b := assemble.Builder{Config: &configs.Config{Zoom: []configs.Zoom{{Name: "work"}, {Name: "club"}},
		Calendars: []configs.Calendar{{Account: "work"},
			{Account: "club", Meeting: &configs.Meeting{Template: "Town hall"}}}}}
	if b.Templates(b.Config.Zoom[0]) || !b.Templates(b.Config.Zoom[1]) {
		t.Errorf("work %t, club %t", b.Templates(b.Config.Zoom[0]), b.Templates(b.Config.Zoom[1]))
	}
}
