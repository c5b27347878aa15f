package calendartest

import "zoomtag/providers/calendar"

// A pass that could not save what it was told asks again with the same cursor, in the same process or in another one.
// It must hear everything again: a deletion is in no other answer.
var droppedTests = []namedTest{
	{"an answer that was dropped comes again", func(s *scene) { testDropped(s, false) }},
	{"an answer that was dropped comes again after a restart", func(s *scene) { testDropped(s, true) }},
	{"an answer that was dropped twice comes a third time", testDroppedTwice},
	{"a dropped answer with nothing but a deletion comes again", testDroppedDeletion},
}

// dropped is what has happened since a cursor was taken.
type dropped struct{ edited, deleted, added, alone string }

// since lets the owner change things after a cursor was taken.
func (s *scene) since() (cursor string, d dropped) {
	s.Helper()
	ids := s.fill(6)
	s.setLink(ids[3], link("3"))
	cursor = s.changes("").Cursor
	s.Edit(ids[1], func(e *calendar.Event) { e.Title = "Changed" })
	s.Delete(ids[2])
	d = dropped{edited: ids[1], deleted: ids[2], added: s.Put(sample("New")), alone: ids[0]}
	s.later(s.harness.Unnoticed)
	return cursor, d
}

// hears fails unless an answer tells of everything.
func (s *scene) hears(when string, changes calendar.Changes, d dropped) {
	s.Helper()
	for _, id := range []string{d.edited, d.added} {
		if c, ok := find(changes, id); !ok || c.Same || c.Deleted || c.Missing || c.Err != nil {
			s.Errorf("%s: an event was changed or is new, and Changes says of it: %v %+v", when, ok, c)
		}
	}
	s.hearsOfDeletion(when, changes, d.deleted)
}

func (s *scene) hearsOfDeletion(when string, changes calendar.Changes, id string) {
	s.Helper()
	if c, ok := find(changes, id); ok && !c.Deleted && !c.Missing || !ok && !changes.Full {
		s.Errorf("%s: an event was deleted, and Changes says of it: %v %+v", when, ok, c)
	}
}

// writeLinks writes into events of which a dropped answer had told, and into one of which it had not.
func (s *scene) writeLinks(cursor string, d dropped) {
	s.Helper()
	s.setLink(d.edited, link("1"))
	s.setLink(d.alone, link("2"))
	s.setLink(d.added, link("4"))
	if echoer, ok := s.cal.(calendar.Echoer); ok {
		echoer.Echoed(cursor) // and that is not saved either
	}
}

func testDropped(s *scene, restart bool) {
	start, d := s.since()
	first := s.changes(start)
	s.hears("at first", first, d)
	s.writeLinks(first.Cursor, d)
	if restart {
		s.cal = s.Calendar()
	}
	again := s.changes(start)
	s.hears("asked again", again, d)
	s.quiet(again.Cursor)
}

func testDroppedTwice(s *scene) {
	start, d := s.since()
	first := s.changes(start)
	s.writeLinks(first.Cursor, d)
	later := s.Put(sample("Newer"))
	second := s.changes(start)
	s.hears("asked again", second, d)
	s.writeLinks(second.Cursor, d)
	third := s.changes(start)
	s.hears("asked a third time", third, d)
	s.expect(third, later)
	s.quiet(third.Cursor)
}

func testDroppedDeletion(s *scene) {
	ids := s.fill(3)
	start := s.changes("").Cursor
	s.quiet(start)
	s.Delete(ids[1])
	s.later(s.harness.Unnoticed)
	s.hearsOfDeletion("at first", s.changes(start), ids[1])
	s.hearsOfDeletion("asked again", s.changes(start), ids[1])
	s.cal = s.Calendar()
	last := s.changes(start)
	s.hearsOfDeletion("after a restart", last, ids[1])
	s.quiet(last.Cursor)
}
