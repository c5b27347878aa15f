package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/ical"
	"zoomtag/sync/api"
	"zoomtag/sync/invite/keep"
)

const feedToken = "feed-token-0123456789"

// inviteWorld is a folder of events, and invitations to them in another one.
type inviteWorld struct {
	t   *testing.T
	dir string
}

func newInviteWorld(t *testing.T) *inviteWorld {
	t.Helper()
	w := &inviteWorld{t: t, dir: t.TempDir()}
	text := "state: zoomtag.db\ngrace: 0s\nlisten: \"\"\nzoom: { mode: personal, personal_link: " +
		"\"https://us02web.zoom.us/j/1234567890?pwd=aB.1\" }\n" +
		"invites: { dir: out, feed_token: " + feedToken + " }\ncalendars:\n- { name: team, ics: { path: in, owner: " +
		"\"*\" } }\n"
	w.must(os.WriteFile(w.path("zoomtag.yaml"), []byte(text), 0o600))
	w.must(os.Mkdir(w.path("in"), 0o700))
	return w
}

func (w *inviteWorld) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *inviteWorld) path(name string) string { return filepath.Join(w.dir, name) }

// run runs a command in this process.
func (w *inviteWorld) run(args ...string) (out, errs string, code int) {
	w.t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(w.t.Context(), append([]string{"--config", w.path("zoomtag.yaml")}, args...),
		process{in: strings.NewReader(""), out: &stdout, err: &stderr, env: func(string) string { return "" }})
	return stdout.String(), stderr.String(), code
}

func (w *inviteWorld) sync() {
	w.t.Helper()
	if out, errs, code := w.run("sync"); code != exitOK {
		w.t.Fatalf("sync: exit %d\n%s\n%s", code, out, errs)
	}
}

// put saves an event of next week.
func (w *inviteWorld) put(name, title string, more ...string) {
	w.t.Helper()
	start := time.Now().UTC().AddDate(0, 0, 7).Truncate(time.Hour)
	lines := slices.Concat([]string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//An App//EN", "BEGIN:VEVENT", "UID:" +
		name + "@example.com",
		"DTSTAMP:" + time.Now().UTC().Format("20060102T150405Z"), "DTSTART:" + start.Format("20060102T150405Z"),
		"DTEND:" + start.Add(time.Hour).Format("20060102T150405Z"), "SUMMARY:" + title},
		more, []string{"END:VEVENT", "END:VCALENDAR", ""})
	w.must(os.WriteFile(w.path("in/"+name+".ics"), []byte(strings.Join(lines, "\r\n")), 0o600))
}

// event reads the invitation in a file.
func (w *inviteWorld) event(path, uid string) ical.Event {
	w.t.Helper()
	raw, err := os.ReadFile(path)
	w.must(err)
	return w.read(raw, uid)
}

func (w *inviteWorld) read(raw []byte, uid string) ical.Event {
	w.t.Helper()
	doc, err := ical.Parse(raw, ical.DefaultLimits)
	w.must(err)
	ev, ok, err := doc.Event(uid, time.UTC, time.Now())
	w.must(err)
	if !ok {
		w.t.Fatalf("there is no event %s in\n%s", uid, raw)
	}
	return ev
}

// out lists the folder of invitations.
func (w *inviteWorld) out() (names []string) {
	entries, err := os.ReadDir(w.path("out"))
	w.must(err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestInviteDir: the folder holds what is linked, changed when that changes, and nothing of what has ended.
func TestInviteDir(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom", "ATTENDEE:mailto:guest@example.org")
	w.put("b", "Beta #zoom")
	w.put("c", "No meeting")
	w.sync()
	if got := w.out(); !slices.Equal(got, []string{"a@example.com.ics", "b@example.com.ics"}) {
		t.Fatalf("the folder holds %q", got)
	}
	a := w.path("out/a@example.com.ics")
	ev := w.event(a, "a@example.com")
	if ev.Title != "Alpha" ||
		!strings.Contains(ev.Description, "Join: https://us02web.zoom.us/j/1234567890?pwd=aB.1") || ev.Method != "" ||
		len(ev.Attendees) > 0 {
		t.Errorf("the invitation: %+v", ev)
	}
	info, err := os.Stat(a)
	w.must(err)
	// somebody else's
	w.must(os.WriteFile(w.path("out/mine.ics"), []byte("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"), 0o600))
	w.sync()
	if again, err := os.Stat(a); err != nil || !again.ModTime().Equal(info.ModTime()) || !os.SameFile(info, again) {
		t.Errorf("an unchanged invitation was written again: %v", err)
	}

	w.put("a", "Alpha moved #zoom")
	w.must(os.Remove(w.path("out/b@example.com.ics"))) // it is written again
	w.sync()
	if ev := w.event(a, "a@example.com"); ev.Title != "Alpha moved" {
		t.Errorf("the invitation is still to %q", ev.Title)
	}
	if got := w.out(); len(got) != 3 {
		t.Errorf("the folder holds %q", got)
	}
	w.put("a", "Alpha moved")
	w.must(os.Remove(w.path("in/b.ics")))
	w.sync()
	w.sync()
	if got := w.out(); !slices.Equal(got, []string{"mine.ics"}) {
		t.Errorf("after their ends the folder holds %q", got)
	}
	if out, _, _ := w.run("log"); strings.Count(out, "invite") != 3 {
		t.Errorf("the journal:\n%s", out)
	}
}

// TestInviteCommand writes to each kind of place.
func TestInviteCommand(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom", "ORGANIZER;CN=Owner:mailto:owner@example.com",
		"ATTENDEE;CN=Guest:mailto:guest@example.org")
	w.put("b", "Beta #zoom", "RRULE:FREQ=WEEKLY;COUNT=3")
	w.put("c", "Gamma #zoom", "ORGANIZER:mailto:owner@example.com", "ATTENDEE:mailto:guest@example.org")
	w.sync()
	one := w.path("one.ics")
	if out, errs, code := w.run("invite", "alpha", "-o", one, "--attendees", "--alarm", "15m"); code != exitOK ||
		out != "" {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if ev := w.event(one, "a@example.com"); ev.Title != "Alpha" || !slices.Contains(ev.Attendees, "guest@example.org") {
		t.Errorf("%+v", ev)
	}
	if raw, err := os.ReadFile(one); err != nil || !bytes.Contains(raw, []byte("TRIGGER:-PT15M")) {
		t.Errorf("%v\n%s", err, raw)
	}
	out, _, code := w.run("invite", "--all")
	if a, b := w.read([]byte(out), "a@example.com"), w.read([]byte(out), "b@example.com"); code != exitOK ||
		a.Title != "Alpha" || !b.Series {
		t.Errorf("exit %d\n%s", code, out)
	}
	out, _, code = w.run("invite", "b@example.com", "a.ics", "-o", w.path("some"), "--json")
	var report api.InviteReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK || len(report.Invites) != 2 ||
		report.Invites[0].Path != w.path("some/b@example.com.ics") {
		t.Errorf("exit %d, %v\n%s", code, err, out)
	}
	out, _, code = w.run("invite", "a.ics", "--request")
	if ev := w.read([]byte(out), "a@example.com"); code != exitOK || ev.Method != "REQUEST" ||
		ev.Organizer != "owner@example.com" {
		t.Errorf("exit %d\n%s", code, out)
	}
	for _, bad := range []struct {
		args, want string
		code       int
	}{
		{"invite a.ics --all", "name none", exitUsage},
		{"invite a.ics --request --cancel", "exclude each other", exitUsage},
		{"invite nobody", `no linked event "nobody"`, exitUsage},
		{"invite b.ics --request", "no organizer", exitFailed},
		{"invite --all --cancel", "one file each", exitUsage},
		{"invite a.ics c.ics --cancel", "one file each", exitUsage},
		{"invite a.ics --json", "name a file or a folder", exitUsage},
	} {
		if _, errs, code := w.run(strings.Fields(bad.args)...); code != bad.code || !strings.Contains(errs, bad.want) {
			t.Errorf("%s: exit %d, %s", bad.args, code, errs)
		}
	}
}

// TestFeed subscribes to all linked events.
func TestFeed(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom")
	w.put("b", "Beta #zoom")
	w.sync()
	var term process
	term.env = func(string) string { return "" }
	term.now = time.Now
	a := &app{term: &term, flags: flags{config: w.path("zoomtag.yaml"), logFormat: "text"}}
	term.err, term.out = io.Discard, io.Discard
	cfg, err := a.load()
	w.must(err)
	log, err := a.logger()
	w.must(err)
	d, err := a.way().OpenLocal(cfg, log, nil)
	w.must(err)
	defer d.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /feed/{name}", func(w http.ResponseWriter, r *http.Request) { d.Feed(w, r) })
	get := func(path string, headers ...string) *http.Response {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, r)
		return rec.Result()
	}
	body := func(r *http.Response) []byte {
		raw, err := io.ReadAll(r.Body)
		w.must(err)
		return raw
	}
	path := "/feed/" + feedToken + ".ics"
	res := get(path)
	plain := body(res)
	if w.read(plain, "a@example.com").Title != "Alpha" || w.read(plain, "b@example.com").Title != "Beta" ||
		!strings.HasPrefix(res.Header.Get("Content-Type"), "text/calendar") {
		t.Errorf("%v\n%s", res.Header, plain)
	}
	if again := get(path, "If-None-Match", `"other", W/`+
		res.Header.Get("ETag")); again.StatusCode != http.StatusNotModified || len(body(again)) > 0 {
		t.Errorf("not changed: %d", again.StatusCode)
	}
	packed := get(path, "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(packed.Body)
	w.must(err)
	if raw, err := io.ReadAll(z); err != nil || !bytes.Equal(raw, plain) ||
		packed.Header.Get("ETag") == res.Header.Get("ETag") {
		t.Errorf("packed: %v, %v", err, packed.Header)
	}
	for _, wrong := range []string{"/feed/", "/feed/x.ics", "/feed/.ics", "/feed/" + feedToken, "/feed/" + feedToken +
		"x.ics"} {
		if res := get(wrong); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", wrong, res.StatusCode)
		}
	}
	mux = http.NewServeMux()
	mux.HandleFunc("GET /feed/{name}", keep.New(keep.Options{}).ServeFeed)
	for _, off := range []string{path, "/feed/.ics"} {
		if res := get(off); res.StatusCode != http.StatusNotFound {
			t.Errorf("switched off, %s: %d", off, res.StatusCode)
		}
	}
}

// TestInvitesLater: who asks for them later gets those of what is linked already, and a state without them loses
// nothing.
func TestInvitesLater(t *testing.T) {
	w := newInviteWorld(t)
	config := w.path("zoomtag.yaml")
	raw, err := os.ReadFile(config)
	w.must(err)
	w.must(os.WriteFile(config, bytes.Replace(raw, []byte("invites:"), []byte("#invites:"), 1), 0o600))
	for i := range 3 {
		w.put(fmt.Sprint("e", i), fmt.Sprintf("Talk %d #zoom", i))
	}
	w.sync()
	w.must(os.WriteFile(config, raw, 0o600))
	w.sync()
	if got := w.out(); len(got) != 3 {
		t.Errorf("the folder holds %q", got)
	}
}
