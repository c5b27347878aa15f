package engine

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"zoomtag/store"
)

// nobodys is the place of a worker that has no calendar.
type nobodys struct{}

func (nobodys) Owns(string) bool { return false }
func (nobodys) Hold(ctx context.Context, _, _ string) (context.Context, func(), bool) {
	return ctx, func() {}, false
}
func (nobodys) Taken(string) time.Time { return time.Time{} }
func (nobodys) Fence(string) error     { return store.ErrFenced }
func (nobodys) Agreed(string) bool     { return true }

// TestOverdueElsewhere: whether a calendar of another worker is overdue shows by what that one has noted of its passes;
// when it is asked next only that one knows.
func TestOverdueElsewhere(t *testing.T) {
	b := newBench(t)
	clock := func() time.Time { return b.now }
	st := b.st.For(nobodys{}, store.Options{Now: clock, NoSync: true})
	c := b.config
	s, err := NewSchedule(New(st, []*Calendar{&c}, Options{Now: clock}), map[string]string{"c": "@every 1m"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.begin(); err != nil {
		t.Fatal(err)
	}
	if _, overdue := s.Overdue("c"); overdue {
		t.Error("overdue before anybody has noted a pass")
	}
	if err := st.NotePass("c", b.now); err != nil {
		t.Fatal(err)
	}
	for after, want := range map[time.Duration]bool{4 * time.Minute: false, 6 * time.Minute: true} {
		begun := b.now
		b.now = begun.Add(after)
		if quiet, overdue := s.Overdue("c"); overdue != want || quiet != after {
			t.Errorf("after %v: quiet for %v, overdue %v", after, quiet, overdue)
		}
		b.now = begun
	}
	s.appoint(s.lines["c"], b.now) // from when it was this one's
	if next := s.Next("c"); !next.IsZero() {
		t.Errorf("asked next at %v", next)
	}
}

// frozen is the place of a worker that is told too late that its calendar is another one's.
type frozen struct {
	mine bool
	lose context.CancelCauseFunc
}

func (f *frozen) Owns(name string) bool { return f.mine }
func (f *frozen) Hold(ctx context.Context, _, _ string) (context.Context, func(), bool) {
	held, lose := context.WithCancelCause(ctx)
	f.lose = lose
	return store.WithLease(held, held), func() { lose(nil) }, f.mine
}
func (f *frozen) Taken(string) time.Time { return time.Time{} }
func (f *frozen) Fence(string) error {
	if !f.mine {
		return store.ErrFenced
	}
	return nil
}
func (f *frozen) Agreed(string) bool { return true }

// TestUnheard: a worker that was frozen sends its call late, and does not hear its end, for another one has the
// calendar by then, and has made the meeting. The second one is found and cancelled within minutes, although meetings
// without an event were looked for today.
func TestUnheard(t *testing.T) {
	b := newBench(t)
	place := &frozen{mine: true}
	st := b.st.For(place, store.Options{Now: func() time.Time { return b.now }, NoSync: true})
	engine := func(st *store.Store) *Engine {
		c := b.config
		return New(st, []*Calendar{&c}, Options{Accounts: b.accounts(), Now: func() time.Time { return b.now },
			Jitter: func() float64 { return 0 }})
	}
	first := engine(st)
	other := engine(b.st.For(&frozen{mine: true}, store.Options{Now: func() time.Time { return b.now }, NoSync: true}))
	ctx := context.Background()
	sweep := func() {
		t.Helper()
		if err := other.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
	}
	pass := func(e *Engine) {
		t.Helper()
		if _, err := e.Pass(ctx, "c"); err != nil && !errors.Is(err, store.ErrFenced) {
			t.Fatal(err)
		}
	}
	pass(first)
	sweep()
	id := b.put("Talk #zoom", week)
	asked := 0
	b.zoom.Hook = func(call, phase string) error {
		switch {
		case call == "marked" && phase == "before":
			asked++
		case call == "create" && phase == "before" && place.mine:
			place.mine = false // it stands still, and the other one goes on
			b.now = b.now.Add(time.Hour)
			pass(other)
			b.meetings(1)
		case call == "create" && phase == "after" && asked == 0 && len(b.zoom.Meetings()) == 2:
			place.lose(store.ErrFenced)
			return errors.New("the answer was lost")
		}
		return nil
	}
	pass(first)
	b.meetings(2)
	sweep()
	b.meetings(2)
	if asked > 0 {
		t.Error("it is looked for before it can be found")
	}
	b.now = b.now.Add(2 * time.Minute)
	sweep()
	b.meetings(1)
	sweep()
	if asked != 1 {
		t.Errorf("lists were read %d times", asked)
	}
	if list, _, err := other.Leftovers(); err != nil || len(list) > 0 {
		t.Errorf("left over: %+v, %v", list, err)
	}
	said, err := b.st.Journal(store.JournalFilter{EventID: "Talk"})
	if err != nil || len(said) == 0 || !strings.Contains(said[len(said)-1].Reason, "two workers") {
		t.Errorf("the journal: %+v, %v", said, err)
	}
	rec := b.record(id)
	if m := b.zoom.Meetings(); m[0].ID != rec.MeetingID {
		t.Errorf("the event has meeting %d, and %d is left", rec.MeetingID, m[0].ID)
	}
}
