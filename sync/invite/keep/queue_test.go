package keep

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/engine"
	"zoomtag/sync/plan"
)

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
	return calendar.Details{UID: id + "@example.com", Title: "Talk", Start: start, End: start.Add(time.Hour),
		Zone: "UTC"}, nil
}

// queueWorld is an inviter whose calendars a and b have two linked events each.
type queueWorld struct {
	t    *testing.T
	st   *store.Store
	v    *Keeper
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
	w.v = New(Options{
		Store: st,
		Calendars: map[string]*engine.Calendar{"a": {Name: "a", Source: w.a, Settings: &plan.Settings{}},
			"b": {Name: "b", Source: w.b, Settings: &plan.Settings{}}},
		Dir: filepath.Join(t.TempDir(), "out"),
		Log: slog.New(slog.DiscardHandler),
		Now: time.Now,
	})
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.PutRecord(linked("a", "a1")), tx.PutRecord(linked("a", "a2")),
			tx.PutRecord(linked("b", "b1")), tx.PutRecord(linked("b", "b2")))
	})
	if err := w.v.Begin(nil); err != nil {
		t.Fatal(err)
	}
	return w
}

func linked(name, id string) *store.Record {
	return &store.Record{Calendar: name, EventID: id, UID: id + "@example.com", Title: "Talk", MeetingID: 1234567890,
		State:   plan.Linked,
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
		w.v.Run(t.Context(), "a")
		close(done)
	}()
	<-asked
	w.v.Run(t.Context(), "b") // while a lets us wait
	if err := w.v.Begin(nil); err != nil {
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
	w.v.Run(t.Context(), "a")
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
	w.v.Run(t.Context(), "a")
	w.queued("a1", "b1", "b2")
	if raw, err := w.st.Invite("a", "a1"); err != nil || raw != nil {
		t.Errorf("an invitation to what the event was before was kept: %v\n%s", err, raw)
	}
	w.v.Run(t.Context(), "a") // the same again is no news
	w.queued("b1", "b2")

	// Nor where the invitation seems to be good as it is, or cannot be made.
	for i, failure := range []error{nil, calendar.ErrMalformed} {
		w.update(func(tx *store.Tx) error { return tx.QueueInvite("a", "a1") })
		w.a.tell = func(string) error {
			moved.Start = moved.Start.AddDate(0, 0, i+1)
			return errors.Join(w.settled(moved), failure)
		}
		w.v.Run(t.Context(), "a")
		w.queued("a1", "b1", "b2")
	}

	// An event that is gone meanwhile is dropped the next time.
	w.a.tell = func(string) error {
		return w.st.Update(func(tx *store.Tx) error { return tx.DeleteRecord("a", "a1") })
	}
	w.v.Run(t.Context(), "a")
	w.queued("a1", "b1", "b2")
	w.v.Run(t.Context(), "a")
	w.queued("b1", "b2")
	if raw, err := w.st.Invite("a", "a1"); err != nil || raw != nil {
		t.Errorf("%v\n%s", err, raw)
	}
}

// TestFolderUsableAgain: a folder that could not be used is taken up by the next pass of any calendar, without being
// begun again.
func TestFolderUsableAgain(t *testing.T) {
	w := newQueueWorld(t)
	dir := string(w.v.dir)
	w.v.begun = false
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	var folder *FolderError
	if err := w.v.Begin(nil); !errors.As(err, &folder) {
		t.Errorf("a file in the place of the folder: %v", err)
	}
	w.v.Run(t.Context(), "a", "b")
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	w.v.Run(t.Context(), "a")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 4 {
		t.Errorf("the folder shows %d of 4 invitations: %v", len(entries), err)
	}
}

// seat is the place of a worker that has one calendar.
type seat string

func (s seat) Owns(name string) bool { return name == string(s) }
func (s seat) Hold(ctx context.Context, name, _ string) (context.Context, func(), bool) {
	return ctx, func() {}, s.Owns(name)
}
func (s seat) Taken(string) time.Time  { return time.Time{} }
func (s seat) Fence(name string) error { return nil }
func (s seat) Agreed(string) bool      { return true }

// TestInvitesOfAWorker: of several workers each makes the invitations of its own calendars.
func TestInvitesOfAWorker(t *testing.T) {
	w := newQueueWorld(t)
	w.v.st = w.st.For(seat("b"), store.Options{})
	w.v.Run(t.Context())
	w.queued("a1", "a2")
}
