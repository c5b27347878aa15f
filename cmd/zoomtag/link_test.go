package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zoomtag/providers/ical"
	"zoomtag/sync/api/socket"
)

// TestLinkFile: a prepared invitation gets its meeting, one and the same however often it is asked for.
func TestLinkFile(t *testing.T) {
	w := newCrashWorld(t)
	text := strings.Replace(crashObject("prepared", "Kick-off", "Words", ""), "BEGIN:VEVENT\r\n",
		"METHOD:REQUEST\r\nBEGIN:VEVENT\r\nORGANIZER:mailto:somebody@example.org\r\nATTENDEE:mailto:guest@example.org\r\n", 1)
	from, to := filepath.Join(w.dir, "kick-off.ics"), filepath.Join(w.dir, "linked.ics")
	w.must(os.WriteFile(from, []byte(text), 0o600))
	if _, errs, code := w.zoomtag("link", from, "-o", to, "--options", "no-waiting-room"); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs)
	}
	if raw, err := os.ReadFile(from); err != nil || string(raw) != text {
		t.Errorf("the original was changed: %v", err)
	}
	read := func(path string) ical.Event {
		raw, err := os.ReadFile(path)
		w.must(err)
		doc, err := ical.Parse(raw, ical.DefaultLimits)
		w.must(err)
		ev, _, err := doc.Event("prepared", time.UTC, time.Now())
		w.must(err)
		return ev
	}
	meetings := w.zoom.Meetings()
	ev := read(to)
	if len(meetings) != 1 || meetings[0].Topic != "Kick-off" || ev.Location != ev.URL ||
		!strings.Contains(ev.Description, "Join: "+ev.URL) || ev.Mark == "" {
		t.Fatalf("%+v\n%+v", meetings, ev)
	}

	// In place, from the original and from the copy, and with a daemon at work: it is one meeting.
	for _, path := range []string{from, to, from} {
		if out, errs, code := w.zoomtag("link", path); code != exitOK || !strings.Contains(out, ev.URL) {
			t.Errorf("%s: exit %d\n%s\n%s", path, code, out, errs)
		}
	}
	if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("its mode: %v, %v", info, err)
	}
	daemon := exec.Command(w.binary, "--config", w.configFile(), "run")
	var log safeBuffer
	daemon.Stderr, daemon.Stdout = &log, &log
	w.must(daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill() })
	eventually(t, "the daemon", 5*time.Second,
		func() bool { _, err := os.Stat(socket.Path(w.state)); return err == nil })
	raw, err := os.ReadFile(from)
	w.must(err)
	w.must(os.WriteFile(from, bytes.Replace(raw, []byte("SUMMARY:Kick-off"), []byte("SUMMARY:Kick-off again"), 1),
		0o600))
	if out, errs, code := w.zoomtag("link", from, "--json"); code != exitOK || !strings.Contains(out, `"update"`) {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	if now := w.zoom.Meetings(); len(now) != 1 || now[0].Topic != "Kick-off again" || now[0].ID != meetings[0].ID {
		t.Errorf("the meetings now: %+v", now)
	}
	w.must(daemon.Process.Signal(syscall.SIGTERM))
	w.must(daemon.Wait())
	noSecrets(t, w, log.String())
}

// TestLinkThenWatch: an event that a command has given its link keeps it, and what it was made with, in a calendar that
// is watched.
func TestLinkThenWatch(t *testing.T) {
	w := newCrashWorld(t)
	path := filepath.Join(w.dir, "prepared.ics")
	w.must(os.WriteFile(path, []byte(crashObject("prepared", "Kick-off", "Words", "")), 0o600))
	for _, options := range []string{"45m", "50m, no-waiting-room"} { // the second time counts
		if _, errs, code := w.zoomtag("link", path, "--options", options); code != exitOK {
			t.Fatalf("exit %d: %s", code, errs)
		}
	}
	made := w.zoom.Meetings()
	if len(made) != 1 || made[0].Duration != 50*time.Minute {
		t.Fatalf("%+v", made)
	}
	raw, err := os.ReadFile(path)
	w.must(err)
	w.must(os.WriteFile(filepath.Join(w.folder().path, "prepared.ics"), raw, 0o600))
	for range 4 {
		w.ahead += 8 * time.Hour
		if out, code, _ := w.sync(); code != exitOK {
			t.Fatalf("exit %d: %s", code, out)
		}
	}
	if now := w.zoom.Meetings(); len(now) != 1 || now[0].ID != made[0].ID || now[0].Duration != 50*time.Minute ||
		now[0].Topic != "Kick-off" {
		t.Errorf("%+v, made: %+v", now, made)
	}
	out, errs, code := w.zoomtag("links")
	if code != exitOK || !strings.Contains(out, "Kick-off") {
		t.Errorf("links: exit %d\n%s%s", code, out, errs)
	}
	// In the calendar the owner ends it as any other: with a word, or by deleting the event.
	w.must(os.Remove(filepath.Join(w.folder().path, "prepared.ics")))
	w.put("other", "Other #zoom", "", "") // or the calendar would be suddenly empty
	for range 3 {
		w.ahead += 8 * time.Hour
		w.sync()
	}
	if now := w.zoom.Meetings(); len(now) != 1 || now[0].Topic != "Other" {
		t.Errorf("after it was deleted: %+v", now)
	}
}
