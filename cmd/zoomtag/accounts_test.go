package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zoomtag/providers/meeting/zoom/zoomtest"
	"zoomtag/sync/api"
	"zoomtag/sync/doctor"
)

// clubHouse is two Zoom accounts, emulated, one of an organisation's app and one of a person's, and two folders.
type clubHouse struct {
	*zoomDoor
	club *zoomtest.Server // where the person signs in; zoomDoor.zoom is the organisation's
}

const clubEvents = "calendars:\n  - { name: team, ics: { path: team, owner: \"*\" } }\n  - { name: evening, account: " +
	"Club, ics: { path: evening, owner: \"*\" } }\n"

func newClubHouse(t *testing.T) *clubHouse {
	t.Helper()
	h := &clubHouse{zoomDoor: newZoomDoor(t, "client_id: public"),
		club: zoomtest.New(zoomtest.Options{Person: "bob@example.com"})}
	if err := h.club.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.club.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range h.club.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	h.list(clubEvents, h.work("work"), h.person("Club"))
	return h
}

// work and person are the two accounts in the configuration.
func (h *clubHouse) work(name string) string {
	return fmt.Sprintf("{ name: %s, account_id: account, client_id: client, client_secret: secret, host: "+
		"alice@example.com, api_url: %q, oauth_url: %q }",
		name, h.zoom.APIURL(), h.zoom.OAuthURL())
}

func (h *clubHouse) person(name string) string {
	return fmt.Sprintf("{ name: %s, mode: user, client_id: public, api_url: %q, oauth_url: %q }", name, h.club.APIURL(),
		h.club.OAuthURL())
}

// list writes a configuration with these accounts.
func (h *clubHouse) list(calendars string, accounts ...string) {
	h.t.Helper()
	h.write("zoomtag.yaml", "state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\nzoom:\n  - "+
		strings.Join(accounts, "\n  - ")+"\n"+calendars)
}

// ask runs a command with --json and decodes what it prints.
func (d *zoomDoor) ask(into any, want int, args ...string) {
	d.t.Helper()
	out, errs, code := d.run(nil, io.Discard, append(args, "--json")...)
	if err := json.Unmarshal([]byte(out), into); err != nil || code != want {
		d.t.Fatalf("%q: exit %d, %v\n%s\n%s", args, code, err, out, errs)
	}
}

// sync makes a pass and returns state and reason of each event by its title.
func (h *clubHouse) sync(want int) map[string]string {
	h.t.Helper()
	var report api.SyncReport
	h.ask(&report, want, "sync")
	said := map[string]string{}
	for _, c := range report.Calendars {
		for _, ev := range c.Events {
			word, _, _ := strings.Cut(ev.Title, " ")
			said[word] = ev.State + ": " + ev.Reason + " " + ev.Told()
		}
	}
	return said
}

// has checks how many meetings each account has, all of its host.
func (h *clubHouse) has(work, club int) {
	h.t.Helper()
	for _, m := range h.zoom.Meetings() {
		if m.Host != "alice@example.com" {
			h.t.Errorf("hosted by %s at work", m.Host)
		}
	}
	for _, m := range h.club.Meetings() {
		if m.Host != "bob@example.com" {
			h.t.Errorf("hosted by %s in the club", m.Host)
		}
	}
	if len(h.zoom.Meetings()) != work || len(h.club.Meetings()) != club {
		h.t.Fatalf("%d meetings at work and %d in the club, want %d and %d", len(h.zoom.Meetings()),
			len(h.club.Meetings()), work, club)
	}
}

// TestAccounts is the whole way: a calendar and a tag choose the account, its person signs in, the state is lost, the
// account is taken out.
func TestAccounts(t *testing.T) {
	h := newClubHouse(t)
	h.event("party", "Party #zoom(account=club)")
	h.event("nowhere", "Nowhere #zoom(account=clubs)")
	h.eventIn("evening", "choir", "Choir #zoom")
	said := h.sync(exitFailed)
	for _, title := range []string{"Party", "Choir"} {
		if !strings.Contains(said[title], "nobody has signed in: run zoomtag auth zoom Club") {
			t.Errorf("before anybody has signed in: %s", said[title])
		}
	}
	if !strings.HasPrefix(said["Nowhere"], "held: ") || !strings.Contains(said["Nowhere"], `did you mean "Club"?`) {
		t.Errorf("an account that is not there: %s", said["Nowhere"])
	}
	h.has(1, 0)
	if out, errs, code := h.auth("club"); code != exitOK ||
		!strings.Contains(out, "Signed in at Zoom for account Club") || !strings.Contains(out, "zoom-club.grant") ||
		!strings.Contains(out, "the meetings of bob@example.com") {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	h.event("party", "Party tonight #zoom(account=club)") // what failed waits for a change
	h.eventIn("evening", "choir", "Choir practice #zoom")
	h.sync(exitOK)
	h.has(1, 2)
	h.shown()
	// The state is lost: each meeting is found in its account.
	for _, file := range []string{"zoomtag.db", "zoomtag.db.sidecar"} {
		if err := os.Remove(filepath.Join(h.dir, "state", file)); err != nil {
			t.Fatal(err)
		}
	}
	h.sync(exitOK)
	h.has(1, 2)
	// A tag that changes its mind does not make another meeting; plan and status say why.
	h.event("party", "Party tonight #zoom")
	h.sync(exitOK)
	h.has(1, 2)
	plan, _, _ := h.run(nil, io.Discard, "plan", "team")
	status, _, _ := h.run(nil, io.Discard, "status")
	for _, text := range []string{plan, status} {
		if !strings.Contains(text, "stays in Zoom account Club: Zoom cannot move it to work; for a meeting there "+
			"remove the tag") {
			t.Errorf("not said:\n%s", text)
		}
	}
	// Taken out, nothing is cancelled, and what is held says which account is missing.
	h.list(strings.Replace(clubEvents, "account: Club, ", "", 1), h.work("work"))
	if err := os.Remove(filepath.Join(h.dir, "team", "party.ics")); err != nil {
		t.Fatal(err)
	}
	h.sync(exitOK)
	h.sync(exitOK)
	h.has(1, 2)
	if status, _, _ := h.run(nil, io.Discard, "status"); strings.Count(status,
		"(Club, whose marks begin with zt-") != 2 {
		t.Errorf("status says:\n%s", status)
	}
	// Put back, what is over ends.
	h.list(clubEvents, h.work("work"), h.person("Club"))
	h.sync(exitOK)
	h.sync(exitOK)
	h.has(1, 1)
}

// shown checks what the commands say of two accounts.
func (h *clubHouse) shown() {
	t := h.t
	t.Helper()
	var status api.StatusReport
	h.ask(&status, exitOK, "status")
	if len(status.Tokens) != 1 || status.Tokens[0].Account != "Club" || status.Tokens[0].Person != "bob@example.com" ||
		status.Tokens[0].SignedIn == nil {
		t.Errorf("tokens: %+v", status.Tokens)
	}
	if got := fmt.Sprint(status.Budget); got != "[{alice@example.com work 1 100} {bob@example.com Club 2 100}]" &&
		got != "[{alice@example.com work 1 100} {me Club 2 100}]" {
		t.Errorf("budget: %s", got)
	}
	var links api.LinksReport
	h.ask(&links, exitOK, "links")
	in := map[string]int{}
	for _, l := range links.Links {
		in[l.Account]++
	}
	if len(links.Links) != 3 || in["work"] != 1 || in["Club"] != 2 {
		t.Errorf("links: %+v", links.Links)
	}
	text, _, _ := h.run(nil, io.Discard, "status")
	for _, part := range []string{"Zoom Club bob@example.com", "alice@example.com (work)"} {
		if !strings.Contains(text, part) {
			t.Errorf("status lacks %q:\n%s", part, text)
		}
	}
	// Each account is judged by itself.
	h.club.Revoke("bob@example.com")
	defer func() {
		if out, errs, code := h.auth("Club"); code != exitOK {
			t.Fatalf("exit %d\n%s\n%s", code, out, errs)
		}
	}()
	h.run(nil, io.Discard, "doctor")
	var report judgement
	h.ask(&report, exitFailed, "doctor")
	if !report.passes("Zoom account work: Zoom accepts the credentials") {
		t.Errorf("passed: %+v", report.Passed)
	}
	found := false
	for _, f := range report.Findings {
		found = found || f.Account == "Club" && f.Code == doctor.SignInRefused &&
			strings.Contains(f.Mend, "zoomtag auth zoom Club")
		if f.Account == "work" && f.Severity == doctor.Error {
			t.Errorf("of work: %+v", f)
		}
	}
	if text, _, _ := h.run(nil, io.Discard, "doctor"); !found || !strings.Contains(text, "Zoom account Club") {
		t.Errorf("%+v\n%s", report.Findings, text)
	}
}

// TestNamingTheAccount: an account that gets a name, in a list, keeps its meetings and what was counted.
func TestNamingTheAccount(t *testing.T) {
	h := newClubHouse(t)
	one := strings.Replace(h.work("x"), "name: x, ", "", 1)
	calendars := strings.Replace(clubEvents, "account: Club, ", "", 1)
	if err := os.Mkdir(filepath.Join(h.dir, "evening"), 0o700); err != nil {
		t.Fatal(err)
	}
	h.write("zoomtag.yaml", "state: state/zoomtag.db\nlisten: \"\"\ngrace: 0s\nzone: Europe/Berlin\nzoom: "+one+"\n"+
		calendars)
	h.sync(exitOK)
	h.has(1, 0)
	h.list(calendars, h.work("work"), h.person("Club"))
	h.event("review", "Renamed review #zoom")
	h.sync(exitOK)
	h.has(1, 0)
	var status api.StatusReport
	h.ask(&status, exitOK, "status")
	if got := fmt.Sprint(status.Budget); got != "[{alice@example.com work 2 100}]" {
		t.Errorf("budget: %s", got)
	}
	if meetings := h.zoom.Meetings(); meetings[0].Topic != "Renamed review" {
		t.Errorf("%+v", meetings)
	}
	// As the second of the list it is the same account still.
	h.list(strings.Replace(calendars, "name: team,", "name: team, account: work,", 1), h.person("Club"), h.work("work"))
	h.event("review", "Review once more #zoom")
	h.sync(exitOK)
	h.has(1, 0)
}

// TestAuthWhichAccount: who signs in has to be clear.
func TestAuthWhichAccount(t *testing.T) {
	h := newClubHouse(t)
	second := strings.Replace(h.person("choir"), "client_id: public", "client_id: other", 1)
	for _, tt := range []struct {
		accounts []string
		args     []string
		want     string
	}{
		{[]string{h.work("work"), h.person("Club"), second}, nil, "name the Zoom account for which somebody signs " +
			"in, as in zoomtag auth zoom Club; there are: Club, choir"},
		{[]string{h.work("work"), h.person("Club")}, []string{"clubs"},
			`there is no Zoom account "clubs" in the configuration; did you mean "Club"?`},
		{[]string{h.work("work"), h.person("Club")}, []string{"family"},
			"there are: work (server-to-server), Club (user)"},
		{[]string{h.work("work"), h.person("Club")}, []string{"work"},
			"Zoom account work has mode server-to-server, in which nobody signs in"},
		{[]string{h.work("work")}, nil, "no Zoom account has mode user"},
		{[]string{h.work("work"), h.person("Club")}, []string{"Club", "choir"}, ""},
	} {
		h.list(strings.Replace(clubEvents, "account: Club, ", "", 1), tt.accounts...)
		if _, errs, code := h.run(nil, io.Discard,
			append([]string{"auth", "zoom"}, tt.args...)...); code != exitUsage || !strings.Contains(errs, tt.want) {
			t.Errorf("%q: exit %d, %s", tt.args, code, errs)
		}
	}
	h.configure("client_id: public")
	if _, errs, code := h.run(nil, io.Discard, "auth", "zoom", "Club"); code != exitUsage ||
		!strings.Contains(errs, "one Zoom account, without a name") {
		t.Errorf("exit %d, %s", code, errs)
	}
	if _, errs, code := h.run(nil, io.Discard, "auth", "google", "Club"); code != exitUsage {
		t.Errorf("exit %d, %s", code, errs)
	}
	// The only person need not be named.
	h.list(clubEvents, h.work("work"), h.person("Club"))
	h.zoomDoor = &zoomDoor{t: t, dir: h.dir, zoom: h.club}
	if out, errs, code := h.auth(); code != exitOK || !strings.Contains(out, "for account Club") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
}
