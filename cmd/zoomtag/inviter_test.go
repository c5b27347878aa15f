package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/sync/api"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

// TestInviteDirForeign: a file that somebody else has put where an invitation belongs is neither replaced nor removed.
func TestInviteDirForeign(t *testing.T) {
	w := newInviteWorld(t)
	w.must(os.Mkdir(w.path("out"), 0o700))
	foreign, a := []byte("BEGIN:VCALENDAR\r\nPRODID:-//vdirsyncer//EN\r\nEND:VCALENDAR\r\n"), w.path("out/a@example.com.ics")
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
		if code != exitFailed || strings.Count(errs, "a@example.com.ics is somebody else's") != 1 || !strings.Contains(errs, "move it away") || !strings.Contains(out, "team") {
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
	if _, errs, code := w.run("sync"); code != exitUsage || !strings.Contains(errs, "invites.dir is the folder of the calendar") {
		t.Errorf("exit %d: %s", code, errs)
	}
	w.must(os.Remove(w.path("out")))
	d := w.desk()
	w.must(os.Symlink("in", w.path("out")))
	for range 3 {
		if _, err := d.Sync(t.Context(), api.SyncRequest{}); err == nil || !strings.Contains(err.Error(), "which is watched") {
			t.Errorf("sync: %v", err)
		}
	}
	entries, err := os.ReadDir(w.path("in"))
	w.must(err)
	if raw, err := os.ReadFile(w.path("in/a@example.com.ics")); err != nil || len(entries) != 1 || !strings.Contains(string(raw), "PRODID:-//An App//EN") {
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
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err == nil || !strings.Contains(err.Error(), "which is watched") {
		t.Errorf("sync: %v", err)
	}
	if entries, err = os.ReadDir(w.path("in")); err != nil || len(entries) != 2 {
		t.Errorf("%v %v", entries, err)
	}
}

// desk opens the world's desk, as a daemon does for long.
func (w *inviteWorld) desk() *desk {
	w.t.Helper()
	a := &app{term: &process{now: time.Now, in: strings.NewReader(""), out: io.Discard, err: io.Discard, env: func(string) string { return "" }},
		flags: flags{config: w.path("zoomtag.yaml"), logFormat: "text"}}
	cfg, err := a.load()
	w.must(err)
	d, err := a.openDesk(cfg, slog.New(slog.DiscardHandler), nil)
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
	d := w.desk()
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err == nil {
		t.Error("nothing was said of a folder that is none")
	}
	links, err := d.Links(t.Context())
	if err != nil || len(links.Links) != 2 {
		t.Errorf("%+v, %v", links, err)
	}
	w.must(os.Remove(w.path("out")))
	if _, err := d.engine.Pass(t.Context(), "team"); err != nil { // as the daemon's schedule does
		t.Fatal(err)
	}
	if got := w.out(); !slices.Equal(got, []string{"a@example.com.ics", "b@example.com.ics"}) {
		t.Errorf("the folder holds %q", got)
	}
	if _, err := d.Sync(t.Context(), api.SyncRequest{}); err != nil {
		t.Error(err)
	}
}

// told is a calendar that tells of its events what a function says.
type told struct {
	calendar.Calendar
	tell  func(id string) error
	calls []string
}

func (c *told) Describe(_ context.Context, id string) (calendar.Details, error) {
	c.calls = append(c.calls, id)
	if err := c.tell(id); err != nil {
		return calendar.Details{}, err
	}
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	return calendar.Details{UID: id + "@example.com", Title: "Talk", Start: start, End: start.Add(time.Hour), Zone: "UTC"}, nil
}

// queueWorld is an inviter whose calendars a and b have two linked events each.
type queueWorld struct {
	t    *testing.T
	st   *store.Store
	v    *inviter
	a, b *told
}

func newQueueWorld(t *testing.T) *queueWorld {
	t.Helper()
	st, err := store.Open(filepath.Join(t.TempDir(), "zoomtag.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	fine := func(string) error { return nil }
	w := &queueWorld{t: t, st: st, a: &told{tell: fine}, b: &told{tell: fine}}
	w.v = &inviter{inviteLocks: &inviteLocks{}, st: st, calendars: map[string]*engine.Calendar{"a": {Name: "a", Source: w.a}, "b": {Name: "b", Source: w.b}},
		dir: inviteDir(filepath.Join(t.TempDir(), "out")), log: slog.New(slog.DiscardHandler), now: time.Now}
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.PutRecord(linked("a", "a1")), tx.PutRecord(linked("a", "a2")), tx.PutRecord(linked("b", "b1")), tx.PutRecord(linked("b", "b2")))
	})
	if err := w.v.begin(nil); err != nil {
		t.Fatal(err)
	}
	return w
}

func linked(name, id string) *store.Record {
	return &store.Record{Calendar: name, EventID: id, UID: id + "@example.com", Title: "Talk", MeetingID: 1234567890, State: plan.Linked,
		Meeting: meeting.Meeting{JoinURL: "https://us02web.zoom.us/j/1234567890"}}
}

func (w *queueWorld) update(fn func(*store.Tx) error) {
	w.t.Helper()
	if err := w.st.Update(fn); err != nil {
		w.t.Fatal(err)
	}
}

// settled is what a pass saves that has found an event changed.
func (w *queueWorld) settled(rec *store.Record) error {
	return w.st.Update(func(tx *store.Tx) error {
		now, err := tx.Record(rec.Calendar, rec.EventID)
		if err != nil {
			return err
		}
		rec.Version = now.Version
		return errors.Join(tx.PutRecord(rec), tx.QueueInvite(rec.Calendar, rec.EventID))
	})
}

func (w *queueWorld) queued(want ...string) {
	w.t.Helper()
	list, err := w.st.Inviting()
	var got []string
	for _, i := range list {
		got = append(got, i.EventID)
	}
	if err != nil || !slices.Equal(got, want) {
		w.t.Errorf("queued: %q, not %q (%v)", got, want, err)
	}
}

// TestInviteQueues: no calendar is asked before its own pass, and one that does not answer keeps nobody else from it.
func TestInviteQueues(t *testing.T) {
	w := newQueueWorld(t)
	if len(w.a.calls)+len(w.b.calls) > 0 {
		t.Errorf("asked before any pass: %q %q", w.a.calls, w.b.calls)
	}
	w.queued("a1", "a2", "b1", "b2")

	asked, answer, done := make(chan bool), make(chan error), make(chan bool)
	w.a.tell = func(string) error {
		asked <- true
		return <-answer
	}
	go func() {
		w.v.run(t.Context(), "a")
		close(done)
	}()
	<-asked
	w.v.run(t.Context(), "b") // while a lets us wait
	if err := w.v.begin(nil); err != nil {
		t.Error(err)
	}
	w.queued("a1", "a2")
	answer <- errors.New("timeout")
	<-done // without asking a second time
	if !slices.Equal(w.a.calls, []string{"a1"}) {
		t.Errorf("asked again: %q", w.a.calls)
	}
	w.queued("a1", "a2")

	// What is wrong with one event is nothing to the next.
	w.a.tell = func(id string) error {
		if id == "a1" {
			return calendar.ErrMalformed
		}
		return nil
	}
	w.v.run(t.Context(), "a")
	w.queued()
}

// TestInviteSettledMeanwhile: what a pass concludes while an event is being told of is not lost.
func TestInviteSettledMeanwhile(t *testing.T) {
	w := newQueueWorld(t)
	moved := linked("a", "a1")
	moved.Start = time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	w.a.tell = func(id string) error {
		if id == "a1" {
			return w.settled(moved)
		}
		return nil
	}
	w.v.run(t.Context(), "a")
	w.queued("a1", "b1", "b2")
	if raw, err := w.st.Invite("a", "a1"); err != nil || raw != nil {
		t.Errorf("an invitation to what the event was before was kept: %v\n%s", err, raw)
	}
	w.v.run(t.Context(), "a") // the same again is no news
	w.queued("b1", "b2")

	// Nor where the invitation seems to be good as it is, or cannot be made.
	for i, failure := range []error{nil, calendar.ErrMalformed} {
		w.update(func(tx *store.Tx) error { return tx.QueueInvite("a", "a1") })
		w.a.tell = func(string) error {
			moved.Start = moved.Start.AddDate(0, 0, i+1)
			return errors.Join(w.settled(moved), failure)
		}
		w.v.run(t.Context(), "a")
		w.queued("a1", "b1", "b2")
	}

	// An event that is gone meanwhile is dropped the next time.
	w.a.tell = func(string) error {
		return w.st.Update(func(tx *store.Tx) error { return tx.DeleteRecord("a", "a1") })
	}
	w.v.run(t.Context(), "a")
	w.queued("a1", "b1", "b2")
	w.v.run(t.Context(), "a")
	w.queued("b1", "b2")
	if raw, err := w.st.Invite("a", "a1"); err != nil || raw != nil {
		t.Errorf("%v\n%s", err, raw)
	}
}
