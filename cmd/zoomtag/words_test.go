package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting/zoom/zoomtest"
)

// TestInvitationText: Zoom's own words stand in the event, and follow when the meeting changes.
func TestInvitationText(t *testing.T) {
	w := newCrashWorld(t)
	w.configure("link: { text: invitation, note: \"needs Zoom 6.0\" }\n")
	w.put("a", "Alpha #zoom", "my words", "")
	w.put("b", "Beta #zoom(short)", "", "")
	sync := func() string {
		t.Helper()
		out, errs, code := w.zoomtag("sync")
		if code != exitOK {
			t.Fatalf("exit %d\n%s\n%s", code, out, errs)
		}
		return out
	}
	text := func(name string) string {
		ev, err := w.read(name)
		w.must(err)
		return ev.Description
	}
	sync()
	at := nextWeek().Format("Jan 2, 2006 03:04 PM")
	if got := text("a"); !strings.HasPrefix(got, "my words\n\n"+calendar.BlockFirst) ||
		!strings.Contains(got, "is inviting you") || !strings.Contains(got, "Topic: Alpha") ||
		!strings.Contains(got, at) || !strings.HasSuffix(got, "needs Zoom 6.0\n"+calendar.BlockLast) {
		t.Errorf("the event says:\n%s", got)
	}
	if got := text("b"); strings.Contains(got, "is inviting you") || !strings.Contains(got, "needs Zoom 6.0") {
		t.Errorf("the other event says:\n%s", got)
	}
	w.retitle("a", "Alpha of the year #zoom")
	sync()
	if got := text("a"); !strings.Contains(got, "Topic: Alpha of the year\n") || strings.Count(got, "Topic:") != 1 ||
		!strings.HasPrefix(got, "my words\n\n") {
		t.Errorf("after another title:\n%s", got)
	}
	before := len(w.zoom.Requests())
	if out := sync(); !strings.Contains(out, "nothing to do") || len(w.zoom.Requests()) > before {
		t.Errorf("nothing has changed:\n%s\n%+v", out, w.zoom.Requests()[before:])
	}
	w.zoom.SetUser(zoomtest.User{Email: "a@example.com", DialIn: true})
	w.ahead += 25 * time.Hour
	if _, code, _ := w.sync(); code != exitOK || !strings.Contains(text("a"), "+49 69 7104 9922") ||
		strings.Count(text("a"), "Topic:") != 1 {
		t.Errorf("with numbers to dial in: exit %d\n%s", code, text("a"))
	}
}

// TestPasscodeBesideTheLink: where Zoom leaves the passcode out of links, the block says it; the token of a link is
// never told as one.
func TestPasscodeBesideTheLink(t *testing.T) {
	for _, apart := range []bool{false, true} {
		w := newCrashWorld(t)
		w.zoom.SetUser(zoomtest.User{Email: "a@example.com", NoEmbed: apart})
		w.put("a", "Alpha #zoom", "", "")
		if out, code, _ := w.sync(); code != exitOK {
			t.Fatalf("exit %d\n%s", code, out)
		}
		m := w.zoom.Meetings()[0]
		ev, err := w.read("a")
		if err != nil || strings.Contains(m.JoinURL, "pwd=") == apart ||
			!strings.Contains(ev.Description, "Join: "+m.JoinURL+"\n") ||
			!strings.Contains(ev.Description, "Passcode: "+m.Passcode+"\n") {
			t.Errorf("apart %t: %v, Zoom has %s, the event says\n%s", apart, err, m.JoinURL, ev.Description)
		}
	}
}

// TestInvitationWithoutScope: the short text does, and the owner hears why.
func TestInvitationWithoutScope(t *testing.T) {
	w := newCrashWorld(t)
	w.configure("link: { text: invitation }\n")
	w.zoom.Break(zoomtest.Fault{Match: func(r *http.Request) bool {
		return strings.HasSuffix(r.URL.Path,
			"/invitation")
	}, Status: 400,
		Body: `{"code":4711,"message":"Invalid access token, does not contain scopes:[meeting:read:invitation:admin]."}`})
	w.put("a", "Alpha #zoom", "", "")
	if out, errs, code := w.zoomtag("sync"); code != exitOK || !strings.Contains(out, "meeting:read:invitation:admin") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	if ev, err := w.read("a"); err != nil || !strings.Contains(ev.Description, "Join: ") {
		t.Errorf("%v, %q", err, ev.Description)
	}
}

// TestTemplateText: a text of the owner's, whose mistakes are found before anything is written.
func TestTemplateText(t *testing.T) {
	w := newCrashWorld(t)
	file := filepath.Join(w.dir, "join.txt")
	w.configure("link: { text: \"template:" + file + "\" }\n")
	w.put("a", "Alpha #zoom", "", "")
	if _, errs, code := w.zoomtag("sync"); code != exitUsage || !strings.Contains(errs, "join.txt") {
		t.Errorf("without the file: exit %d, %s", code, errs)
	}
	w.must(os.WriteFile(file, []byte("Join us\n{{.JoinUrl}}\n"), 0o600))
	if _, errs, code := w.zoomtag("sync"); code != exitUsage || !strings.Contains(errs, "join.txt:2") ||
		len(w.zoom.Meetings()) > 0 {
		t.Errorf("with a mistake: exit %d, %s", code, errs)
	}
	w.must(os.WriteFile(file, []byte("Join us: {{.JoinURL}}\n{{.Topic}} at {{.Start.Format \"15:04\"}}\n"), 0o600))
	if _, errs, code := w.zoomtag("sync"); code != exitOK {
		t.Fatalf("exit %d, %s", code, errs)
	}
	ev, err := w.read("a")
	w.must(err)
	if want := "Alpha at " + nextWeek().UTC().Format("15:04"); !strings.Contains(ev.Description, "Join us: https://") ||
		!strings.Contains(ev.Description, want) || ev.Link.JoinURL != ev.Location {
		t.Errorf("the event says:\n%s", ev.Description)
	}
	w.must(os.WriteFile(file, []byte("Other words: {{.JoinURL}}\n"), 0o600))
	w.ahead += time.Hour
	if _, errs, code := w.zoomtag("sync"); code != exitOK {
		t.Fatalf("exit %d, %s", code, errs)
	}
	if ev, err = w.read("a"); err != nil || !strings.Contains(ev.Description, "Other words") ||
		strings.Contains(ev.Description, "Join us") || len(w.zoom.Meetings()) != 1 {
		t.Errorf("%v, the event says:\n%s", err, ev.Description)
	}
}

// TestPlanHidesPasscodes: in whatever words a text shows them.
func TestPlanHidesPasscodes(t *testing.T) {
	w := newCrashWorld(t)
	file := filepath.Join(w.dir, "join.txt")
	w.must(os.WriteFile(file, []byte("Hier: {{.JoinURL}}\nKenncode {{.Passcode}}, per Telefon *{{.Passcode}}#\n"),
		0o600))
	w.configure("link: { text: \"template:" + file + "\" }\n")
	w.put("a", "Alpha #zoom", "", "")
	if _, errs, code := w.zoomtag("sync"); code != exitOK {
		t.Fatalf("exit %d, %s", code, errs)
	}
	passcode := w.zoom.Meetings()[0].Passcode
	w.must(os.WriteFile(file, []byte("Da: {{.JoinURL}}\nKenncode: {{.Passcode}}.\n"), 0o600))
	out, errs, code := w.zoomtag("plan")
	if code != exitOK || !strings.Contains(out, "Kenncode") || passcode == "" || strings.Contains(out+errs, passcode) {
		t.Errorf("exit %d, the passcode is %q\n%s%s", code, passcode, out, errs)
	}
}
