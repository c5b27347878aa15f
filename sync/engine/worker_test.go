package engine

import (
	"context"
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
