package calendartest

import (
	"errors"

	"zoomtag/providers/calendar"
)

// Whoever has been given the right to write waits for a link: nothing may hide it, neither a cursor nor what a process
// remembers.
var rightsTests = []namedTest{
	{"the right to write comes back", func(s *scene) { testRightsCome(s, false) }},
	{"the right to write comes back, with a restart", func(s *scene) { testRightsCome(s, true) }},
	{"the right to write is taken away", testRightsGo},
}

// readOnly has the calendar be shared for reading only, or for writing, where the backend can do that.
func (s *scene) readOnly(readOnly bool) bool {
	s.Helper()
	err := s.SetReadOnly(readOnly)
	if err != nil && !errors.Is(err, ErrNotApplicable) {
		s.Fatal(err)
	}
	return err == nil
}

func testRightsCome(s *scene, restart bool) {
	if !s.readOnly(true) {
		return
	}
	id := s.Put(sample("Talk"))
	first := s.changes("")
	ev := s.get(id)
	if first.ReadOnly == "" || ev.Denied == "" || !ev.Unwritable {
		s.Fatalf("shared for reading only: Changes says %q, Get %q (%v)", first.ReadOnly, ev.Denied, ev.Unwritable)
	}
	if _, err := s.cal.SetLink(s.Context(), id, ev.Version, link("1")); !errors.Is(err, calendar.ErrDenied) {
		s.Errorf("SetLink: %v", err)
	}
	if again := s.changes(first.Cursor); again.ReadOnly != first.ReadOnly {
		s.Errorf("asked again: %q, %q before", again.ReadOnly, first.ReadOnly)
	}
	s.readOnly(false)
	if restart {
		s.cal = s.Calendar()
	}
	if now := s.changes(first.Cursor); now.ReadOnly != "" {
		s.Errorf("shared for writing: %q", now.ReadOnly)
	}
	if ev := s.get(id); ev.Denied != "" || ev.Unwritable {
		s.Errorf("shared for writing, Get says %q", ev.Denied)
	}
	s.setLink(id, link("1"))
}

func testRightsGo(s *scene) {
	id := s.Put(sample("Talk"))
	first := s.changes("")
	ev := s.get(id)
	if !s.readOnly(true) {
		return
	}
	if _, err := s.cal.SetLink(s.Context(), id, ev.Version, link("1")); !errors.Is(err, calendar.ErrDenied) {
		s.Errorf("SetLink: %v", err)
	}
	if now := s.changes(first.Cursor); now.ReadOnly == "" {
		s.Error("a write was refused, and Changes says nothing of it")
	}
	if ev := s.get(id); ev.Denied == "" || !ev.Unwritable {
		s.Errorf("Get says %q (%v)", ev.Denied, ev.Unwritable)
	}
}
