package calendartest

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"zoomtag/providers/calendar"
)

var readingTests = []namedTest{
	{"an empty calendar", testEmpty},
	{"an empty cursor gives a whole snapshot", testSnapshot},
	{"a cursor gives what changed since", testIncremental},
	{"a cursor is good for a second try", testCursorAgain},
	{"a cursor stays the same while nothing changes", testCursorUnchanged},
	{"a strange cursor is an error", testStrangeCursor},
	{"a deleted event is gone", testDeleted},
	{"the listing shows what Get shows", testListingIsGet},
	{"several events are read as one by one", testSeveral},
	{"versions", testVersions},
	{"a cancelled context ends every call", testCancelled},
}

func testEmpty(s *scene) {
	first := s.changes("")
	if !first.Full || len(first.List) != 0 || first.Total > 0 {
		s.Errorf("the first listing of an empty calendar: %+v", first)
	}
	s.quiet(first.Cursor)
}

// quiet fails unless a cursor shows that nothing has changed.
func (s *scene) quiet(cursor string) {
	s.Helper()
	again := s.changes(cursor)
	for _, c := range again.List {
		if !c.Same {
			s.Errorf("nothing has changed, but %q is listed", c.ID)
		}
	}
	if again.Cursor != cursor {
		s.Errorf("nothing has changed, but the cursor has: %.60q, before %.60q", again.Cursor, cursor)
	}
}

// fill puts n events into the calendar.
func (s *scene) fill(n int) (ids []string) {
	for i := range n {
		ids = append(ids, s.Put(sample(fmt.Sprintf("Meeting %d", i))))
	}
	return ids
}

func testSnapshot(s *scene) {
	ids := s.fill(5) // three pages
	for range 2 {
		all := s.changes("")
		if !all.Full || len(all.List) != len(ids) {
			s.Errorf("Full is %v, %d are listed, want all %d", all.Full, len(all.List), len(ids))
		}
		if all.Total != len(ids) && all.Total != -1 {
			s.Errorf("Total is %d, want %d or -1", all.Total, len(ids))
		}
		s.expect(all, ids...)
		s.cal = s.Calendar()
	}
}

func testIncremental(s *scene) {
	ids := s.fill(5)
	start := s.changes("").Cursor
	s.Edit(ids[1], func(e *calendar.Event) { e.Title = "Moved to Friday" })
	s.Edit(ids[4], func(e *calendar.Event) { e.Start, e.End = e.Start.AddDate(0, 0, 1), e.End.AddDate(0, 0, 1) })
	added := s.Put(sample("New"))
	next := s.changes(start)
	s.expect(next, ids[1], ids[4], added)
	if next.Cursor == start {
		s.Error("something has changed, but the cursor has not")
	}
	if next.Full && len(next.List) != 6 {
		s.Errorf("Full, but %d of 6 are listed", len(next.List))
	}
	if got := s.get(ids[1]).Title; got != "Moved to Friday" {
		s.Errorf("Get shows the title %q", got)
	}
	s.quiet(next.Cursor)
	s.Edit(added, func(e *calendar.Event) { e.Location = "" })
	s.expect(s.changes(next.Cursor), added)
}

// testCursorAgain is a crash between reading the changes and saving the new cursor.
func testCursorAgain(s *scene) {
	ids := s.fill(3)
	start := s.changes("").Cursor
	s.Edit(ids[0], func(e *calendar.Event) { e.Title = "Changed" })
	s.expect(s.changes(start), ids[0])
	s.cal = s.Calendar()
	s.expect(s.changes(start), ids[0])
}

func testCursorUnchanged(s *scene) {
	s.fill(5)
	cursor := s.changes("").Cursor
	s.quiet(cursor)
	s.quiet(cursor)
	s.cal = s.Calendar()
	s.quiet(cursor)
}

func testStrangeCursor(s *scene) {
	s.fill(1)
	for _, cursor := range []string{"a cursor of another kind", "\x00\xff", "0", `{"v":99}`} {
		changes, err := s.cal.Changes(s.Context(), cursor)
		if err == nil {
			s.Errorf("Changes(%q) gave %+v and no error", cursor, changes)
		}
		if s.harness.Class != HTTP && !errors.Is(err, calendar.ErrCursor) {
			s.Errorf("Changes(%q) gave %v, want ErrCursor", cursor, err)
		}
	}
}

func testDeleted(s *scene) {
	ids := s.fill(5)
	cursor := s.changes("").Cursor
	s.Delete(ids[2])
	s.later(s.harness.Unnoticed)
	next := s.changes(cursor)
	if c, ok := find(next, ids[2]); ok && !c.Deleted && !c.Missing || !ok && !next.Full {
		s.Errorf("after its deletion Changes says of the event: %v %+v", ok, c)
	}
	for i, id := range ids {
		if c, _ := find(next, id); i != 2 && (c.Deleted || c.Missing) {
			s.Errorf("another event was deleted, but Changes says %+v", c)
		}
	}
	if e, err := s.cal.Get(s.Context(), ids[2]); !errors.Is(err, calendar.ErrGone) {
		s.Errorf("Get of a deleted event: %+v, %v", e, err)
	}
	if _, err := s.cal.SetLink(s.Context(), ids[2], "1", link("1")); !isAny(err, calendar.ErrGone,
		calendar.ErrConflict) {
		s.Errorf("SetLink on a deleted event: %v", err)
	}
	s.quiet(next.Cursor)
	all := s.changes("")
	if _, ok := find(all, ids[2]); ok || len(all.List) != 4 {
		s.Errorf("the snapshot lists %d of 4, the deleted one: %v", len(all.List), ok)
	}
}

func testListingIsGet(s *scene) {
	ids := s.fill(3)
	s.setLink(ids[1], link("1"))
	for _, c := range s.changes("").List {
		if c.Event == nil {
			continue
		}
		read := s.get(c.ID)
		s.untouched(*c.Event, read)
		if c.Event.Version != read.Version || !reflect.DeepEqual(c.Event.Link, read.Link) ||
			c.Event.Description != read.Description {
			s.Errorf("listed %+v\nread %+v", *c.Event, read)
		}
		if c.Plain && read.Link.Mark != "" {
			s.Errorf("%q carries our mark, but is called plain", c.ID)
		}
	}
}

func testVersions(s *scene) {
	ids := s.fill(2)
	first := s.get(ids[0])
	if again := s.get(ids[0]); again.Version != first.Version {
		s.Error("the version changes by itself")
	}
	if first.UID == s.get(ids[1]).UID {
		s.Error("two events have the same UID")
	}
	s.Edit(ids[0], func(e *calendar.Event) { e.Title += "!" })
	edited := s.get(ids[0])
	if edited.Version == first.Version {
		s.Error("the event was changed, its version was not")
	}
	if edited.UID != first.UID {
		s.Errorf("an edit changed the UID from %q to %q", first.UID, edited.UID)
	}
}

func testCancelled(s *scene) {
	id := s.Put(sample("Meeting"))
	before := s.get(id)
	ctx, cancel := context.WithCancel(s.Context())
	cancel()
	_, changesErr := s.cal.Changes(ctx, "")
	_, getErr := s.cal.Get(ctx, id)
	_, setErr := s.cal.SetLink(ctx, id, before.Version, link("1"))
	for call, err := range map[string]error{"Changes": changesErr, "Get": getErr, "SetLink": setErr} {
		if !errors.Is(err, context.Canceled) {
			s.Errorf("%s with a cancelled context: %v", call, err)
		}
	}
	if after := s.get(id); after.Version != before.Version {
		s.Error("SetLink with a cancelled context wrote")
	}
}
