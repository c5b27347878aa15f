package calendartest

import (
	"errors"
	"strings"
	"sync"

	"zoomtag/providers/calendar"
)

var writingTests = []namedTest{
	{"a link goes in and touches nothing else", testLink},
	{"a link that is there is not written again", testIdempotent},
	{"location and title change only when told", testTexts},
	{"unlinking restores the owner's words", testUnlink},
	{"unlinking what has no link does nothing", testUnlinkNothing},
	{"another link takes the place of the first", testRelink},
	{"lines typed into the block are kept", testTyped},
	{"a mistreated block is mended", testMistreated},
	{"a deleted block is seen and comes back", testBlockDeleted},
	{"an edit made meanwhile wins", testConflict},
	{"of two writers one wins", testRace},
	{"our own writes can be told from others", testEcho},
	{"a snapshot calls nothing the same as before", testNothingSame},
}

func testLink(s *scene) {
	id, other := s.Put(sample("Meeting")), s.Put(sample("Other"))
	before, otherBefore := s.get(id), s.get(other)
	after := s.setLink(id, link("1"))
	s.untouched(before, after)
	if after.Version == before.Version {
		s.Error("the event was changed, its version was not")
	}
	if otherAfter := s.get(other); otherAfter.Version != otherBefore.Version {
		s.Error("another event was changed")
	}
	s.cal = s.Calendar()
	s.holds(s.get(id), link("1"))
}

func testIdempotent(s *scene) {
	id := s.Put(sample("Meeting"))
	first := s.setLink(id, link("1"))
	again := link("1")
	again.Was = calendar.Was{JoinURL: again.JoinURL, Block: again.Block}
	for _, l := range []calendar.Link{link("1"), again} {
		if second := s.setLink(id, l); second.Version != first.Version || second.Description != first.Description {
			s.Errorf("the link was there, and the event was written: version %q, then %q", first.Version,
				second.Version)
		}
	}
}

func testTexts(s *scene) {
	id := s.Put(sample("Review #zoom"))
	before := s.get(id)
	l := link("1")
	title, location := "Review", l.JoinURL
	l.Title, l.Location = &title, &location
	after := s.setLink(id, l)
	s.untouched(before, after, "Title", "Location")
	if after.Title != title || after.Location != location {
		s.Errorf("title %q and location %q, want %q and %q", after.Title, after.Location, title, location)
	}
	kept := s.setLink(id, link("1"))
	if kept.Title != title || kept.Location != location {
		s.Errorf("nil changed title or location to %q, %q", kept.Title, kept.Location)
	}
	room := "Room 12, 3rd floor"
	gone := s.setLink(id, calendar.Link{Location: &room, Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}})
	if gone.Location != room || gone.Title != title {
		s.Errorf("after unlinking: title %q, location %q", gone.Title, gone.Location)
	}
}

// descriptions are texts that are hard to give back.
var descriptions = map[string]string{
	"empty":      "",
	"one line":   "Agenda: the budget",
	"lines":      "Agenda:\n\n1. the budget\n2. the rest",
	"characters": "Zażółć; gęślą, jaźń \\ \"quoted\" 🎥 a:b=c",
	"long":       strings.Repeat("All work and no play makes Jack a dull boy. ", 40) + "End.",
	"our word":   "We use ── Zoom ── and zoomtag here",
	"white line": "one\n\n\n\ntwo",
}

func testUnlink(s *scene) {
	for name, text := range descriptions {
		e := sample("Meeting " + name)
		e.Description = text
		id := s.Put(e)
		before := s.get(id)
		l := link("1")
		s.untouched(before, s.setLink(id, l))
		after := s.setLink(id, calendar.Link{Was: calendar.Was{JoinURL: l.JoinURL, Block: l.Block}})
		s.untouched(before, after)
		if after.Description != before.Description || after.URL != before.URL {
			s.Errorf("%s: before %q, %q\nafter %q, %q", name, before.Description, before.URL, after.Description,
				after.URL)
		}
		if after.Link.Tag != "" {
			s.Errorf("%s: the tag %q stayed behind", name, after.Link.Tag)
		}
	}
}

func testUnlinkNothing(s *scene) {
	id := s.Put(sample("Meeting"))
	before := s.get(id)
	if after := s.setLink(id, calendar.Link{}); after.Version != before.Version ||
		after.Description != before.Description {
		s.Error("an event without a link was written")
	}
}

func testRelink(s *scene) {
	id := s.Put(sample("Meeting"))
	before := s.get(id)
	one, two := link("1"), link("2")
	s.setLink(id, one)
	two.Was = calendar.Was{JoinURL: one.JoinURL, Block: one.Block}
	after := s.setLink(id, two)
	s.untouched(before, after)
	if strings.Contains(after.Description, "zoom.us/j/81") || after.URL == one.JoinURL {
		s.Errorf("the old link is still there:\n%s\n%s", after.Description, after.URL)
	}
	if n := strings.Count(after.Description, calendar.BlockLast); n != 1 {
		s.Errorf("%d blocks:\n%s", n, after.Description)
	}
	back := s.setLink(id, calendar.Link{Was: calendar.Was{JoinURL: two.JoinURL, Block: two.Block}})
	if back.Description != before.Description {
		s.Errorf("before %q, after %q", before.Description, back.Description)
	}
}

const typed = "Please bring your slides"

// typeInto puts a line into the block, before its last.
func typeInto(e *calendar.Event) {
	end := "\n"
	if e.HTML {
		end = "<br>"
	}
	e.Description = strings.Replace(e.Description, calendar.BlockLast, typed+end+calendar.BlockLast, 1)
}

func testTyped(s *scene) {
	id := s.Put(sample("Meeting"))
	one, two := link("1"), link("2")
	s.setLink(id, one)
	s.Edit(id, typeInto)
	if e := s.get(id); !strings.Contains(e.Link.Block, typed) {
		s.Errorf("the block as found lacks what was typed into it:\n%s", e.Link.Block)
	}
	two.Was = calendar.Was{JoinURL: one.JoinURL, Block: one.Block}
	after := s.setLink(id, two)
	if !strings.Contains(after.Description, typed) || strings.Contains(after.Link.Block, typed) {
		s.Errorf("what was typed did not move out of the block:\n%s", after.Description)
	}
	s.Edit(id, typeInto)
	gone := s.setLink(id, calendar.Link{Was: calendar.Was{JoinURL: two.JoinURL, Block: two.Block}})
	if n := strings.Count(gone.Description, typed); n != 2 {
		s.Errorf("of two typed lines %d are left:\n%s", n, gone.Description)
	}
}

func testBlockDeleted(s *scene) {
	id := s.Put(sample("Meeting"))
	l := link("1")
	s.setLink(id, l)
	s.Edit(id, func(e *calendar.Event) { e.Description = "Nothing but this" })
	e := s.get(id)
	if e.Link.Mark != l.Mark || e.Link.Block != "" {
		s.Errorf("after its block was deleted the event holds mark %q and block %q", e.Link.Mark, e.Link.Block)
	}
	l.Was = calendar.Was{JoinURL: l.JoinURL, Block: l.Block}
	after := s.setLink(id, l)
	if !strings.Contains(after.Description, "Nothing but this") {
		s.Errorf("the owner's words are lost:\n%s", after.Description)
	}
}

func testConflict(s *scene) {
	id := s.Put(sample("Meeting"))
	stale := s.get(id).Version
	s.Edit(id, func(e *calendar.Event) { e.Title = "Edited meanwhile" })
	before := s.get(id)
	if _, err := s.cal.SetLink(s.Context(), id, stale, link("1")); !errors.Is(err, calendar.ErrConflict) {
		s.Errorf("SetLink on a version that is gone: %v", err)
	}
	after := s.get(id)
	s.untouched(before, after)
	if after.Version != before.Version || after.Link.Mark != "" {
		s.Errorf("something was written: version %q, then %q; mark %q", before.Version, after.Version, after.Link.Mark)
	}
	s.setLink(id, link("1"))
}

func testRace(s *scene) {
	for range 20 {
		id := s.Put(sample("Meeting"))
		version := s.get(id).Version
		links := []calendar.Link{link("1"), link("2")}
		errs := make([]error, len(links))
		var wg sync.WaitGroup
		for i, cal := range []calendar.Calendar{s.cal, s.cal} {
			wg.Go(func() { _, errs[i] = cal.SetLink(s.Context(), id, version, links[i]) })
		}
		wg.Wait()
		winner := 0
		if errs[0] != nil {
			winner = 1
		}
		if errs[winner] != nil || !errors.Is(errs[1-winner], calendar.ErrConflict) {
			s.Fatalf("two writers at once: %v; %v", errs[0], errs[1])
		}
		s.holds(s.get(id), links[winner])
	}
}

// testNothingSame: an empty cursor is from before everything, our own writes included.
func testNothingSame(s *scene) {
	ids := s.fill(3)
	s.setLink(ids[1], link("1"))
	for _, c := range s.changes("").List {
		if c.Same {
			s.Errorf("a snapshot says of an event only that it is the same as before: %+v", c)
		}
	}
}

// testEcho proves that the changes after our own write show it as ours, and that an Echoer can leave it out.
func testEcho(s *scene) {
	ids := s.fill(3)
	cursor := s.changes("").Cursor
	written := s.setLink(ids[1], link("1"))
	if echoer, ok := s.cal.(calendar.Echoer); ok {
		s.quiet(echoer.Echoed(cursor))
		s.Edit(ids[2], func(e *calendar.Event) { e.Title = "Changed" })
		next := s.changes(echoer.Echoed(cursor))
		s.expect(next, ids[2])
		s.quiet(next.Cursor)
	}
	if c, ok := find(s.changes(cursor), ids[1]); ok && c.Event != nil {
		if c.Plain || c.Deleted || c.Missing || c.Event.Version != written.Version {
			s.Errorf("our own write is listed as %+v", c)
		}
		s.holds(*c.Event, link("1"))
	}
}
