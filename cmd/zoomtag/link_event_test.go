package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/api/socket"
)

// TestLinkEvent: one event of a calendar of each kind gets its link at once, by whichever of its names, and nothing
// else in it is worked on.
func TestLinkEvent(t *testing.T) {
	for _, kind := range crashKinds {
		t.Run(kind.name, func(t *testing.T) {
			w := newCrashWorldOf(t, kind.make)
			w.put("talk", "Kick-off #zoom(no-waiting-room)", "Words", "")
			w.put("other", "Other #zoom", "", "")
			w.put("plain", "Plain", "", "")
			out, errs, code := w.zoomtag("link", "f", "kick-off", "--json")
			var report api.LinkReport
			if err := json.Unmarshal([]byte(out), &report); code != exitOK || err != nil {
				t.Fatalf("exit %d, %v: %s%s", code, err, out, errs)
			}
			ev, err := w.read("talk")
			w.must(err)
			meetings := w.zoom.Meetings()
			if len(meetings) != 1 || meetings[0].Topic != "Kick-off" || ev.Link.JoinURL != report.Event.JoinURL ||
				ev.Link.Mark == "" || report.Event.State != "linked" {
				t.Fatalf("%+v\n%+v\n%+v", meetings, ev.Link, report)
			}
			// once more it is the same, by id and by UID
			for _, name := range []string{ev.ID, ev.UID} {
				if out, errs, code := w.zoomtag("link", "f", name); code != exitOK ||
					!strings.Contains(out, ev.Link.JoinURL) {
					t.Errorf("%s: exit %d: %s%s", name, code, out, errs)
				}
			}
			if out, _, code := w.zoomtag("__complete", "link", "f", ""); code != exitOK ||
				!strings.Contains(out, ev.ID+"\tKick-off") {
				t.Errorf("completed: exit %d: %s", code, out)
			}
			if out, _, _ := w.zoomtag("__complete", "link", ""); !strings.Contains(out, "f\n") {
				t.Errorf("calendars completed: %s", out)
			}
			plain, err := w.read("plain")
			w.must(err)
			if _, errs, code := w.zoomtag("link", "f", plain.ID); code != exitFailed ||
				!strings.Contains(errs, "write #zoom into its title") {
				t.Errorf("untagged: exit %d: %s", code, errs)
			}
			if n := len(w.zoom.Meetings()); n != 1 {
				t.Fatalf("%d meetings", n)
			}
			// what it left is done by the next pass
			if out, code, _ := w.sync(); code != exitOK || len(w.zoom.Meetings()) != 2 {
				t.Errorf("exit %d: %s", code, out)
			}
		})
	}
}

// TestLinkEventRefused: whoever names no event, or several, hears how to name one, and the calendar is well.
func TestLinkEventRefused(t *testing.T) {
	w := newCrashWorld(t)
	w.put("one", "Twin #zoom", "", "")
	w.put("two", "Twin #zoom", "", "")
	w.put("no", "No #zoom #nozoom", "", "")
	for name, c := range map[string]struct {
		args []string
		want string
		code int
	}{
		"no such calendar": {[]string{"g", "Twin"}, "no calendar", exitUsage},
		"no such event":    {[]string{"f", "Nobody"}, "has no event", exitFailed},
		"two":              {[]string{"f", "Twin"}, "2 events called", exitUsage},
		"no name":          {[]string{"f", ""}, "no event is named", exitUsage},
		"options":          {[]string{"f", "Twin", "--options", "45m"}, "#zoom(45m)", exitUsage},
		"output":           {[]string{"f", "Twin", "-o", "x.ics"}, "--output is for a file", exitUsage},
		"refused":          {[]string{"f", "No #zoom #nozoom"}, "#nozoom", exitFailed},
	} {
		if _, errs, code := w.zoomtag(append([]string{"link"}, c.args...)...); code != c.code ||
			!strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d, %s", name, code, errs)
		}
	}
	if n := len(w.zoom.Meetings()); n != 0 {
		t.Errorf("%d meetings", n)
	}
	if out, code, _ := w.sync(); code != exitOK || len(w.zoom.Meetings()) != 2 {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestLinkEventInDaemon: a running daemon makes the link, and soon after it what else has changed.
func TestLinkEventInDaemon(t *testing.T) {
	w := newCrashWorld(t)
	w.configure("schedule: \"@hourly\"\n")
	daemon := exec.Command(w.binary, "--config", w.configFile(), "run")
	var log safeBuffer
	daemon.Stderr, daemon.Stdout = &log, &log
	w.must(daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill() })
	eventually(t, "the daemon", 5*time.Second,
		func() bool { _, err := os.Stat(socket.Path(w.state)); return err == nil })
	w.put("talk", "Kick-off #zoom", "", "")
	out, errs, code := w.zoomtag("link", "f", "Kick-off")
	if code != exitOK || !strings.Contains(out, "https://") {
		t.Errorf("exit %d: %s%s", code, out, errs)
	}
	w.must(daemon.Process.Signal(syscall.SIGTERM))
	w.must(daemon.Wait())
	noSecrets(t, w, log.String())
}
