package main

import (
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/api"
	"zoomtag/sync/api/local"
)

// TestInviteDirForeign: a file that somebody else has put where an invitation belongs is neither replaced nor removed.
func TestInviteDirForeign(t *testing.T) {
	w := newInviteWorld(t)
	w.must(os.Mkdir(w.path("out"), 0o700))
	foreign, a := []byte("BEGIN:VCALENDAR\r\nPRODID:-//vdirsyncer//EN\r\nEND:VCALENDAR\r\n"),
		w.path("out/a@example.com.ics")
	w.must(os.WriteFile(a, foreign, 0o600))
	intact := func(when string) {
		t.Helper()
		if raw, err := os.ReadFile(a); err != nil || string(raw) != string(foreign) {
			t.Fatalf("%s: %v\n%s", when, err, raw)
		}
	}
	w.put("a", "Alpha #zoom")
	w.put("b", "Beta #zoom")
	for _, when := range []string{"the first pass", "the second pass"} {
		out, errs, code := w.run("sync")
		if code != exitFailed || strings.Count(errs, "a@example.com.ics is somebody else's") != 1 ||
			!strings.Contains(errs, "move it away") || !strings.Contains(out, "team") {
			t.Errorf("%s: exit %d\n%s\n%s", when, code, out, errs)
		}
		intact(when)
	}
	w.event(w.path("out/b@example.com.ics"), "b@example.com") // the others go on

	w.must(os.Rename(a, w.path("mine"))) // as the message says
	w.sync()
	if ev := w.event(a, "a@example.com"); ev.Title != "Alpha" {
		t.Errorf("after that it is %+v", ev)
	}
	w.must(os.Rename(w.path("mine"), a))
	w.must(os.Remove(w.path("in/a.ics")))
	w.run("sync")
	w.sync()
	intact("after the event's end")
}

// TestInviteDirWatched: invitations never come among the events, even if the folder becomes a link to them later.
func TestInviteDirWatched(t *testing.T) {
	w := newInviteWorld(t)
	w.put("a", "Alpha #zoom")
	w.must(os.Rename(w.path("in/a.ics"), w.path("in/a@example.com.ics")))
	w.must(os.Symlink("in", w.path("out")))
	if _, errs, code := w.run("sync"); code != exitUsage || !strings.Contains(errs, "invites.dir is the folder of "+
		"the calendar") {
		t.Errorf("exit %d: %s", code, errs)
	}
	w.must(os.Remove(w.path("out")))
	d := w.local()
	w.must(os.Symlink("in", w.path("out")))
	for range 3 {
		if _, err := d.Sync(t.Context(), api.SyncRequest{}); err == nil ||
			!strings.Contains(err.Error(), "which is watched") {
			t.Errorf("sync: %v", err)
		}
	}
	entries, err := os.ReadDir(w.path("in"))
	w.must(err)
	if raw, err := os.ReadFile(w.path("in/a@example.com.ics")); err != nil || len(entries) != 1 ||
		!strings.Contains(string(raw), "PRODID:-//An App//EN") {
		t.Errorf("%d files; %v\n%s", len(entries), err, raw)
	}
	// One that is laid while all goes well counts at once.
	w.must(os.Remove(w.path("out")))
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Fatal(err)
	}
	w.must(os.RemoveAll(w.path("out")))
	w.must(os.Symlink("in", w.path("out")))
	w.put("b", "Beta #zoom")
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err == nil ||
		!strings.Contains(err.Error(), "which is watched") {
		t.Errorf("sync: %v", err)
	}
	if entries, err = os.ReadDir(w.path("in")); err != nil || len(entries) != 2 {
		t.Errorf("%v %v", entries, err)
	}
}

// local opens the world's service, as a daemon does for long.
func (w *inviteWorld) local() *local.Service {
	w.t.Helper()
	a := &app{term: &process{now: time.Now, in: strings.NewReader(""), out: io.Discard, err: io.Discard,
		env: func(string) string { return "" }},
		flags: flags{config: w.path("zoomtag.yaml"), logFormat: "text"}}
	cfg, err := a.load()
	w.must(err)
	d, err := a.way().OpenLocal(cfg, slog.New(slog.DiscardHandler), nil)
	w.must(err)
	w.t.Cleanup(func() { w.must(d.Close()) })
	return d
}

// TestInviteDirUnusable: a folder that cannot be used keeps no event from its link, and is taken up again when it can.
func TestInviteDirUnusable(t *testing.T) {
	w := newInviteWorld(t)
	w.must(os.WriteFile(w.path("out"), nil, 0o600))
	w.put("a", "Alpha #zoom")
	out, errs, code := w.run("sync")
	if code != exitFailed || !strings.Contains(errs, "invites.dir") || !strings.Contains(out, "link") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	w.put("b", "Beta #zoom")
	d := w.local()
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err == nil {
		t.Error("nothing was said of a folder that is none")
	}
	links, err := d.Links(t.Context())
	if err != nil || len(links.Links) != 2 {
		t.Errorf("%+v, %v", links, err)
	}
	w.must(os.Remove(w.path("out")))
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Fatal(err)
	}
	if got := w.out(); !slices.Equal(got, []string{"a@example.com.ics", "b@example.com.ics"}) {
		t.Errorf("the folder holds %q", got)
	}
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Error(err)
	}
}
