package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar/outlook/outlooktest"
	"zoomtag/providers/signin"
	"zoomtag/sync/api"
)

// outlookDoor is Microsoft's sign-in, emulated, and the commands on it.
type outlookDoor struct {
	t      *testing.T
	dir    string
	server *outlooktest.Server
}

func newOutlookDoor(t *testing.T) *outlookDoor {
	t.Helper()
	d := &outlookDoor{t: t, dir: t.TempDir(), server: outlooktest.New(outlooktest.Options{DeviceInterval: time.Second})}
	if err := d.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.server.Close(); err != nil {
			t.Error(err)
		}
		for _, complaint := range d.server.Complaints() {
			t.Errorf("the emulator complains: %s", complaint)
		}
	})
	addresses := fmt.Sprintf("client_id: %s, api_url: %q, login_url: %q", d.server.ClientID(), d.server.GraphURL(),
		d.server.LoginURL())
	text := "state: state/zoomtag.db\nzoom: { mode: personal, personal_link: \"https://us02web.zoom.us/j/1\" " +
		"}\ncalendars:\n" +
		"- { name: mine, outlook: { auth: user, " + addresses + " } }\n" +
		"- { name: shared, outlook: { auth: user, user: carol@example.com, " + addresses + " } }\n" +
		"- { name: wants-secret, outlook: { auth: user, user: dave@example.com, client_secret: \"env:NO_SUCH\", " +
		addresses + " } }\n" +
		"- { name: office, outlook: { user: bob@example.com, tenant: t, client_secret: \"env:NO_SUCH\", " + addresses +
		" } }\n" +
		"- { name: team, ics: { path: /srv/calendars/team } }\n"
	if err := os.WriteFile(filepath.Join(d.dir, "zoomtag.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// run runs a command, whose output eye reads as well.
func (d *outlookDoor) run(in io.Reader, eye io.Writer, args ...string) (out, errs string, code int) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	code = execute(d.t.Context(), append([]string{"--config", filepath.Join(d.dir, "zoomtag.yaml")}, args...),
		process{in: in, out: io.MultiWriter(&stdout, eye), err: &stderr, env: func(string) string { return "" }})
	return stdout.String(), stderr.String(), code
}

// codeReader is a person's eye for the code that a sign-in shows, and a hand that types it in.
type codeReader struct{ enter func(code string) bool }

func (r codeReader) Write(p []byte) (int, error) {
	words := strings.Fields(string(p))
	for i, word := range words {
		if word == "code" && i+1 < len(words) {
			r.enter(words[i+1])
		}
	}
	return len(p), nil
}

func (d *outlookDoor) kept(name string) *time.Time {
	grant, _ := signin.Grants{}.Standing(filepath.Join(d.dir, "state", "outlook-"+name+".grant"))
	return api.Time(grant.SignedIn)
}

// TestOutlookAuthWithCode: a code is what one gets where there is no browser.
func TestOutlookAuthWithCode(t *testing.T) {
	d := newOutlookDoor(t)
	out, errs, code := d.run(nil, codeReader{d.server.Approve}, "auth", "outlook", "--calendar", "mine")
	if code != exitOK || !strings.Contains(out, "Signed in for calendar mine") || d.kept("mine") == nil ||
		!strings.Contains(out, `calendar "Calendar" of `+d.server.Mailbox()+` can be read and changed`) {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if d.kept("shared") != nil {
		t.Error("somebody is signed in for another calendar")
	}
	out, errs, code = d.run(nil, codeReader{d.server.Decline}, "auth", "outlook", "--calendar", "shared",
		"--device-code")
	if code != exitFailed || !strings.Contains(errs, "declined") || d.kept("shared") != nil {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
}

// TestOutlookAuthPasted opens the address elsewhere, and pastes the one at which the browser ended.
func TestOutlookAuthPasted(t *testing.T) {
	d := newOutlookDoor(t)
	typed, typing := io.Pipe()
	shown := make(chan string, 1)
	go func() {
		client := http.Client{CheckRedirect: func(*http.Request,
			[]*http.Request) error {
			return http.ErrUseLastResponse
		}}
		res, err := client.Get(<-shown)
		if err != nil {
			t.Error(err)
			return
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
		if _, err := io.WriteString(typing, res.Header.Get("Location")+"\n"); err != nil {
			t.Error(err)
		}
	}()
	out, errs, code := d.run(typed, addressReader{shown}, "auth", "outlook", "--calendar", "shared", "--no-browser")
	// The account cannot see the other mailbox: that shows at once, and the sign-in is kept.
	if code != exitFailed || !strings.Contains(out, "Signed in for calendar shared") ||
		!strings.Contains(out, "localhost") || d.kept("shared") == nil ||
		!strings.Contains(errs, "it was the right account; or check outlook.user (Microsoft says: ") {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
}

// TestInitChoosesAmongAPersonsCalendars: whoever signs in at Microsoft in a set-up is shown the calendars that there
// are, and signs in once.
func TestInitChoosesAmongAPersonsCalendars(t *testing.T) {
	d := newOutlookDoor(t)
	d.server.AddCalendar(d.server.Mailbox(), "Club")
	path := filepath.Join(d.dir, "zoomtag.yaml")
	text := "state: state/zoomtag.db\n" +
		"zoom: { mode: personal, personal_link: \"https://us02web.zoom.us/j/1234567890?pwd=a\" }\n" +
		"calendars:\n- name: team\n  ics: { path: " + d.dir + " }\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	codes := 0
	eye := codeReader{func(code string) bool {
		approved := d.server.Approve(code)
		if approved {
			codes++
		}
		return approved
	}}
	there := []string{"--client-id", d.server.ClientID(), "--outlook-api-url", d.server.GraphURL(),
		"--outlook-login-url", d.server.LoginURL(), "--service", "no", "--no-plan"}
	out, errs, code := d.run(strings.NewReader("\n2\n"), eye, append([]string{"init", "--calendar", "outlook", "--name",
		"club", "--tenant", d.server.Tenant()}, there...)...)
	if code != exitOK || !strings.Contains(out, `"Club"`) || d.kept("club") == nil {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if codes != 1 {
		t.Errorf("somebody had to sign in %d times", codes)
	}
	// What flags have answered wrongly cannot be answered once more: nobody is asked for ever.
	_, errs, code = d.run(strings.NewReader(""), io.Discard, append([]string{"init", "--calendar", "outlook-app",
		"--meetings", "same", "--tenant", "nowhere", "--mailbox", "bob@example.com", "--secret-file", path},
		there...)...)
	if code == exitOK || !strings.Contains(errs, "there is no directory nowhere") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	written, err := os.ReadFile(path)
	if err != nil || !strings.HasPrefix(string(written), text) || !strings.Contains(string(written), "    calendar: ") {
		t.Errorf("%v; written was\n%s", err, written)
	}
}
