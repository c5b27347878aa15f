package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
	"zoomtag/sync/api/socket"
	"zoomtag/sync/doctor"
)

// judged runs doctor and returns its document. What it prints must hold no secret.
func (w *crashWorld) judged(want int, args ...string) judgement {
	w.t.Helper()
	for _, form := range [][]string{{}, {"--json"}} {
		out, errs, code := w.zoomtag(slices.Concat([]string{"doctor"}, form, args)...)
		for _, secret := range []string{zoomtest.PasscodePrefix + "1", "zak=s", "pwd=k", "zakCANARY", "eyJ"} {
			if strings.Contains(out+errs, secret) {
				w.t.Errorf("doctor %q shows %q:\n%s", args, secret, out)
			}
		}
		if code != want {
			w.t.Fatalf("doctor %q: exit %d\n%s\n%s", args, code, out, errs)
		}
		if len(form) > 0 {
			var report judgement
			if err := json.Unmarshal([]byte(out), &report); err != nil || report.Findings == nil ||
				len(report.Checklist) == 0 {
				w.t.Fatalf("doctor %q: %v\n%s", args, err, out)
			}
			return report
		}
	}
	return judgement{}
}

// newDoctorWorld is a world with one linked event, and its meeting.
func newDoctorWorld(t *testing.T) (*crashWorld, zoomtest.Meeting) {
	t.Helper()
	w := newCrashWorld(t)
	w.put("a", "Alpha #zoom(join-before-host)", "", "")
	if out, code, _ := w.sync(); code != exitOK {
		t.Fatalf("exit %d\n%s", code, out)
	}
	return w, w.zoom.Meetings()[0]
}

func TestDoctorHealthy(t *testing.T) {
	w, m := newDoctorWorld(t)
	w.put("f", "Foreign", "https://us02web.zoom.us/j/999999999?pwd=abcdefgh12345.1", "")
	r := w.judged(exitOK)
	if bad := append(r.at(doctor.Error), r.at(doctor.Warning)...); len(bad) > 0 || !r.passes("Alpha") ||
		!r.passes("127.0.0.1 answers") || !r.passes("clock") ||
		!r.passes("a@example.com: plan Licensed, 100 people in a meeting") ||
		!r.says(doctor.ForeignLink, doctor.Note, "Foreign") {
		t.Errorf("%q\n%+v", bad, r)
	}
	for _, about := range []string{"Alpha", "a.ics", fmt.Sprint(m.ID), m.JoinURL, "Join: " + m.JoinURL + " please"} {
		if r := w.judged(exitOK, about); len(r.Findings) > 0 || !r.passes("Alpha") && !r.passes("the link") ||
			len(r.Passed) != 1 {
			t.Errorf("%q: %+v", about, r)
		}
	}
	asked := len(w.zoom.Requests())
	if r := w.judged(exitOK, "--no-network"); r.passes("answers") || r.passes("accepts") || r.Unasked == "" ||
		!r.passes("Alpha") {
		t.Errorf("without network: %+v", r)
	}
	if n := len(w.zoom.Requests()) - asked; n != 0 {
		t.Errorf("without network Zoom was asked %d times", n)
	}
	for _, r := range w.zoom.Requests() {
		if r.Method != "GET" && r.Label != "token" && r.At.After(m.Created.Add(time.Second)) && r.Method != "HEAD" {
			t.Errorf("doctor sent %s %s", r.Method, r.Path)
		}
	}
	// A running daemon answers as well.
	daemon := exec.Command(w.binary, "--config", w.configFile(), "run")
	w.must(daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill() }) // if the test ends early
	eventually(t, "the daemon", 5*time.Second,
		func() bool { _, err := os.Stat(socket.Path(w.state)); return err == nil })
	if r := w.judged(exitOK, "Alpha"); !r.passes("Alpha") {
		t.Errorf("the daemon says %+v", r)
	}
	w.must(daemon.Process.Signal(syscall.SIGTERM))
	w.must(daemon.Wait())
}

// TestDoctorSecondEvent: Zoom's own calendar sync makes a second event for each meeting; the first one stays as well as
// it was.
func TestDoctorSecondEvent(t *testing.T) {
	w, m := newDoctorWorld(t)
	w.put("z", "Alpha", "Join Zoom Meeting\\n"+m.JoinURL, "")
	r := w.judged(exitOK)
	if !r.says(doctor.SecondEvent, doctor.Warning, "Alpha") || !strings.Contains(r.at(doctor.Warning)[0],
		"Alpha in f") || !r.passes("Alpha") || len(r.at(doctor.Error)) > 0 {
		t.Errorf("%+v", r)
	}
}

// TestDoctorMeeting: what happens to a meeting behind the event's back.
func TestDoctorMeeting(t *testing.T) {
	w, m := newDoctorWorld(t)
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Passcode = "other1" })
	if r := w.judged(exitFailed); !r.says(doctor.Rotated, doctor.Error, "Alpha") {
		t.Errorf("rotated: %+v", r.Findings)
	}
	if r := w.judged(exitFailed, m.JoinURL); !r.says(doctor.Rotated, doctor.Error, "Alpha") {
		t.Errorf("rotated, by its link: %+v", r.Findings)
	}
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) {
		m.Settings["waiting_room"],
			m.Settings["approval_type"] = true, 1
	})
	if r := w.judged(exitFailed, "Alpha"); !r.says(doctor.WaitingRoom, doctor.Note, "Alpha") ||
		!r.says(doctor.Registration, doctor.Warning, "Alpha") && !r.says(doctor.OtherMeeting, doctor.Error, "Alpha") {
		t.Errorf("changed in Zoom: %+v", r.Findings)
	}
	w.zoom.OwnerDelete(m.ID)
	if r := w.judged(exitFailed); !r.says(doctor.Deleted, doctor.Error, "Alpha") || len(r.at(doctor.Error)) != 1 {
		t.Errorf("deleted: %+v", r.Findings)
	}
	w.folder().edit("a", "LOCATION", fmt.Sprintf("https://us02web.zoom.us/s/%d?zak=secret", m.ID))
	if r := w.judged(exitFailed, "Alpha"); !r.says(doctor.StartLink, doctor.Error, "Alpha") ||
		!r.says(doctor.Deleted, doctor.Error, "Alpha") {
		t.Errorf("with a start link beside it: %+v", r.Findings)
	}
}

// TestDoctorMends: what doctor tells people to do does mend it.
func TestDoctorMends(t *testing.T) {
	w, m := newDoctorWorld(t)
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Passcode = "other1" })
	if r := w.judged(exitFailed); !strings.Contains(r.Findings[0].Mend,
		"as soon as you change a word of the event's title") {
		t.Errorf("rotated: %+v", r.Findings)
	}
	w.retitle("a", "Alpha again #zoom(join-before-host)")
	w.sync()
	if r := w.judged(exitOK, "Alpha again"); len(r.Findings) > 0 {
		t.Errorf("the passcode, after the mend: %+v", r.Findings)
	}
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Start = m.Start.Add(time.Hour) })
	if r := w.judged(exitOK); !r.says(doctor.OtherTime, doctor.Warning, "Alpha") {
		t.Errorf("moved: %+v", r.Findings)
	}
	w.folder().edit("a", "DTSTART", nextWeek().Add(3*time.Hour).Format("20060102T150405Z"))
	w.sync()
	w.folder().edit("a", "DTSTART", nextWeek().Format("20060102T150405Z"))
	w.sync()
	if r := w.judged(exitOK, "Alpha again"); len(r.Findings) > 0 {
		t.Errorf("the time, after the mend: %+v", r.Findings)
	}
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) { m.Passcode, m.Start = "third1", m.Start.Add(time.Hour) })
	w.ahead += 25 * time.Hour // and by waiting for a day
	w.sync()
	if r := w.judged(exitOK, "Alpha again"); len(r.Findings) > 0 {
		t.Errorf("after a day: %+v", r.Findings)
	}
	w.zoom.OwnerDelete(m.ID)
	w.retitle("a", "Alpha anew #zoom(join-before-host)")
	w.sync()
	w.ahead += time.Minute // the settling time
	w.sync()
	if r := w.judged(exitOK, "Alpha anew"); len(r.Findings) > 0 || len(w.zoom.Meetings()) != 1 {
		t.Errorf("deleted, after the mend: %+v, %+v", r.Findings, w.zoom.Meetings())
	}
	w.put("a", "Alpha anew #zoom(join-before-host)", "", "") // an app that drops what it does not know
	if r := w.judged(exitOK); !r.says(doctor.LinkMissing, doctor.Warning, "Alpha") {
		t.Errorf("without its link: %+v", r.Findings)
	}
	w.sync()
	if r := w.judged(exitOK); r.says(doctor.LinkMissing, doctor.Warning, "Alpha") {
		t.Errorf("the link, after the mend: %+v", r.Findings)
	}
}

// TestDoctorHost: two meetings of a host with a Basic plan at the same time, and a host who is gone.
func TestDoctorHost(t *testing.T) {
	w, _ := newDoctorWorld(t)
	w.zoom.SetUser(zoomtest.User{Email: "a@example.com", Basic: true, Client: "5.9.6.4993(mac)"})
	w.put("b", "Beta #zoom", "", "")
	if out, code, _ := w.sync(); code != exitOK {
		t.Fatalf("exit %d\n%s", code, out)
	}
	r := w.judged(exitFailed)
	if !r.says(doctor.HostBusy, doctor.Error, "Alpha") || !r.says(doctor.HostBusy, doctor.Error, "Beta") ||
		!r.says(doctor.FortyMinutes, doctor.Warning, "Alpha") ||
		!r.says(doctor.ClientVersion, doctor.Note, "") {
		t.Errorf("%+v", r.Findings)
	}
	if r := w.judged(exitFailed, "Beta"); !r.says(doctor.HostBusy, doctor.Error, "Beta") ||
		r.says(doctor.HostBusy, doctor.Error, "Alpha") {
		t.Errorf("of one: %+v", r.Findings)
	}
	w.zoom.SetUser(zoomtest.User{Email: "a@example.com", Inactive: true, Unlicensed: true})
	if r := w.judged(exitFailed); !r.says(doctor.HostInactive, doctor.Error, "") ||
		!r.says(doctor.NoLicence, doctor.Error, "") {
		t.Errorf("%+v", r.Findings)
	}
}

// TestDoctorSetup: a missing scope, a wrong clock, no way to Zoom, a calendar that is not there, a wrong configuration.
func TestDoctorSetup(t *testing.T) {
	w, _ := newDoctorWorld(t)
	whole, err := os.ReadFile(w.configFile())
	w.must(err)
	replace := func(old, with string) {
		t.Helper()
		w.must(os.WriteFile(w.configFile(), []byte(strings.ReplaceAll(string(whole), old, with)), 0o600))
	}
	few := zoomtest.New(zoomtest.Options{Scopes: slices.DeleteFunc(slices.Clone(zoomtest.AllScopes),
		func(s string) bool {
			return strings.HasPrefix(s, "meeting:delete:") || strings.HasPrefix(s, "user:read:")
		})})
	w.must(few.Start())
	t.Cleanup(func() { w.must(few.Close()) })
	replace(w.zoom.URL(), few.URL())
	// and the other Zoom has no such meeting
	if r := w.judged(exitFailed); len(r.at(doctor.Error)) != 2 ||
		!strings.Contains(strings.Join(r.at(doctor.Error), " "), "meeting:delete:meeting:admin") ||
		!strings.Contains(strings.Join(r.at(doctor.Note), " "), "user:read:settings:admin") {
		t.Errorf("scopes: %+v", r.Findings)
	}
	replace(w.zoom.URL(), "http://127.0.0.1:1")
	if r := w.judged(exitFailed); !r.says(doctor.Credentials, doctor.Error, "") ||
		!r.says(doctor.NoConnection, doctor.Error, "") || r.says(doctor.Deleted, doctor.Error, "") {
		t.Errorf("no network: %+v", r.Findings)
	}
	replace("client_secret: secret", "client_secret: wrong")
	if r := w.judged(exitFailed); !r.says(doctor.Credentials, doctor.Error, "") ||
		r.says(doctor.NoConnection, doctor.Error, "") {
		t.Errorf("wrong secret: %+v", r.Findings)
	}
	replace("client_secret: secret", "client_secrets: secret")
	if r := w.judged(exitUsage); !r.says(doctor.Configuration, doctor.Error, "") ||
		!strings.Contains(r.Findings[0].What, "client_secrets") {
		t.Errorf("a wrong configuration: %+v", r)
	}
	w.must(os.WriteFile(w.configFile(), whole, 0o600))
	cmd := exec.Command(w.binary, "--config", w.configFile(), "doctor", "--json")
	cmd.Env = append(os.Environ(), "ZOOMTAG_CLOCK=10m")
	out, _ := cmd.Output() // it fails, as looked at below
	var r judgement
	if err := json.Unmarshal(out, &r); err != nil || cmd.ProcessState.ExitCode() != exitFailed ||
		!r.says(doctor.ClockSkew, doctor.Error, "") {
		t.Errorf("a wrong clock: %v, %+v", err, r.Findings)
	}
	w.must(os.Rename(w.folder().path, w.folder().path+".away"))
	if r := w.judged(exitFailed); !r.says(doctor.CalendarFails, doctor.Error, "") {
		t.Errorf("no folder: %+v", r.Findings)
	}
}

// TestDoctorGoogle: events without a tag are looked at as well, and read-only calendars and dead sign-ins show.
func TestDoctorGoogle(t *testing.T) {
	w := newGoogleWorld(t)
	w.google.Put("", gJSON{"summary": "Somebody else's", "location": "https://us02web.zoom.us/j/999999999"})
	w.google.Put("", gJSON{"summary": "Budget #zoom", "attendees": []any{gJSON{"email": "bob@example.org"}}})
	w.pass("sync", exitOK)
	judge := func(want int) (r judgement) {
		t.Helper()
		out, errs, code := w.run("doctor", "--json")
		if err := json.Unmarshal([]byte(out), &r); err != nil || code != want {
			t.Fatalf("exit %d, %v\n%s\n%s", code, err, out, errs)
		}
		return r
	}
	if r := judge(exitOK); !r.says(doctor.ForeignLink, doctor.Note, "Somebody") ||
		!r.passes("can be read and changed") || r.says(doctor.ForeignLink, doctor.Note, "Budget") {
		t.Errorf("%+v", r)
	}
	m := w.zoom.Meetings()[0]
	w.zoom.OwnerEdit(m.ID, func(m *zoomtest.Meeting) {
		m.Settings["meeting_authentication"], m.Settings["authentication_domains"] = true, "example.com"
	})
	if r := judge(exitFailed); !r.says(doctor.WrongDomain, doctor.Error, "Budget") {
		t.Errorf("%+v", r.Findings)
	}
	w.configure("auth: user, credentials: client.json", "")
	if r := judge(exitFailed); !r.says(doctor.NobodySignedIn, doctor.Error, "") {
		t.Errorf("%+v", r.Findings)
	}
}

// TestDoctorCalendars: on each kind of calendar an own link is judged by Zoom, and a link of somebody else's in an
// event without a tag by its text.
func TestDoctorCalendars(t *testing.T) {
	for _, kind := range crashKinds {
		t.Run(kind.name, func(t *testing.T) {
			w := newCrashWorldOf(t, kind.make)
			w.put("a", "Alpha #zoom", "", "")
			if out, code, _ := w.sync(); code != exitOK {
				t.Fatalf("exit %d\n%s", code, out)
			}
			w.put("b", "Beta", "", "https://us02web.zoom.us/j/999999999?pwd=abcdefgh12345.1")
			w.put("c", "Gamma", "https://us02web.zoom.us.example.com/j/999999999?pwd=abcdefgh12345.1", "")
			r := w.judged(exitFailed)
			if len(r.at(doctor.Error)) != 1 || !r.says(doctor.LookAlike, doctor.Error, "Gamma") ||
				!r.says(doctor.ForeignLink, doctor.Note, "Beta") || r.says(doctor.ForeignLink, doctor.Note, "Alpha") {
				t.Errorf("%+v", r.Findings)
			}
			w.zoom.OwnerDelete(w.zoom.Meetings()[0].ID)
			if r := w.judged(exitFailed); !r.says(doctor.Deleted, doctor.Error, "Alpha") {
				t.Errorf("deleted: %+v", r.Findings)
			}
		})
	}
}

// TestDoctorMailbox: what Microsoft says no to is the mailbox's.
func TestDoctorMailbox(t *testing.T) {
	w := newOutlookWorld(t)
	w.graph.Break(outlooktest.Fault{Status: http.StatusForbidden,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   `{"error":{"code":"ErrorAccessDenied","message":"Access is denied. Check credentials and try again."}}`})
	var stdout, stderr bytes.Buffer
	code := execute(t.Context(), []string{"--config", filepath.Join(w.dir, "zoomtag.yaml"), "doctor", "--json"},
		process{out: &stdout, err: &stderr, env: func(string) string { return "" }})
	var r judgement
	if err := json.Unmarshal(stdout.Bytes(), &r); err != nil || code != exitFailed ||
		!r.says(doctor.MailboxDenied, doctor.Error, "") || !r.passes("client secret") {
		t.Errorf("exit %d, %v, %+v\n%s", code, err, r, stderr.String())
	}
}

// TestDoctorPerson: a person who hosts has to have signed in, and is then judged like any host.
func TestDoctorPerson(t *testing.T) {
	d := newZoomDoor(t, "client_id: public")
	judge := func(want int) (r judgement) {
		t.Helper()
		out, errs, code := d.run(nil, io.Discard, "doctor", "--json")
		if err := json.Unmarshal([]byte(out), &r); err != nil || code != want {
			t.Fatalf("exit %d, %v\n%s\n%s", code, err, out, errs)
		}
		return r
	}
	if r := judge(exitFailed); !r.says(doctor.NobodySignedIn, doctor.Error, "") ||
		r.says(doctor.Credentials, doctor.Error, "") {
		t.Errorf("before anybody has signed in: %+v", r.Findings)
	}
	if out, errs, code := d.auth(); code != exitOK {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	d.pass(exitOK, "review")
	if r := judge(exitOK); !r.passes("Zoom: signed in today") || !r.passes("alice@example.com: plan Licensed") ||
		!r.passes("Weekly review") {
		t.Errorf("signed in: %+v", r)
	}
	d.zoom.OwnerDelete(d.zoom.Meetings()[0].ID)
	if r := judge(exitFailed); !r.says(doctor.Deleted, doctor.Error, "Weekly review") {
		t.Errorf("deleted: %+v", r.Findings)
	}
}

// judgement is a report of doctor, as tests ask it.
type judgement struct{ api.DoctorReport }

// says reports whether there is a finding with this code and severity about an event whose title begins so.
func (r *judgement) says(code string, severity doctor.Severity, title string) bool {
	return slices.ContainsFunc(r.Findings, func(f doctor.Finding) bool {
		return f.Code == code && f.Severity == severity && strings.HasPrefix(f.Title, title)
	})
}

func (r *judgement) passes(part string) bool {
	return slices.ContainsFunc(r.Passed, func(p api.Passed) bool { return strings.Contains(p.What, part) })
}

func (r *judgement) at(severity doctor.Severity) (list []string) {
	for _, f := range r.Findings {
		if f.Severity == severity {
			list = append(list, f.Code+" "+f.What)
		}
	}
	return list
}
