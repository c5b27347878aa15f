package calendartest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// Run proves that an adapter keeps every promise of calendar.Calendar.
func Run(t *testing.T, h Harness) {
	if h.Now == nil {
		h.Now = time.Now
	}
	tests := slices.Concat(readingTests, writingTests, seriesTests, droppedTests, rightsTests)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := h.New(t)
			test.run(&scene{T: t, World: w, harness: h, cal: w.Calendar()})
		})
	}
	t.Run("misbehaviour", func(t *testing.T) { runMisbehaviour(t, h) })
}

// later moves the adapter's clock.
func (s *scene) later(d time.Duration) {
	s.Helper()
	if d == 0 {
		return
	}
	w, ok := s.World.(Clock)
	if !ok {
		s.Fatal("a world whose deletions stay unnoticed for a while has to be a Clock")
	}
	w.Later(d)
}

type namedTest struct {
	name string
	run  func(s *scene)
}

// scene is one subtest: a world and an adapter in it.
type scene struct {
	*testing.T
	World
	harness Harness
	cal     calendar.Calendar
}

// sample is an event that every backend can keep.
func sample(title string) calendar.Event {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		zone = time.UTC
	}
	start := time.Now().In(zone).AddDate(0, 0, 7).Truncate(time.Hour)
	return calendar.Event{Title: title, Description: "Agenda:\n1. budget, travel; rest\n2. C:\\new",
		Location: "Room 12, 3rd floor",
		Start:    start, End: start.Add(time.Hour), Zone: zone.String()}
}

// link is a link as the plan makes it, with a line that only Was shows to be ours.
func link(number string) calendar.Link {
	url := "https://us02web.zoom.us/j/8" + number + "?pwd=aBc"
	return calendar.Link{
		Mark: "zt1abcd" + number, Tag: "#zoom(45m)", JoinURL: url,
		Block: calendar.BlockFirst + "\nJoin: " + url + "\nMeeting ID: 8" + number +
			"\nPasscode: 481516\n+49 30 5679 5800, 8" + number + "#\n" + calendar.BlockLast,
	}
}

func (s *scene) changes(cursor string) calendar.Changes {
	s.Helper()
	changes, err := s.cal.Changes(s.Context(), cursor)
	if err != nil {
		s.Fatalf("Changes(%.20q): %v", cursor, err)
	}
	s.checkChanges(changes)
	return changes
}

// checkChanges verifies what holds for every answer.
func (s *scene) checkChanges(changes calendar.Changes) {
	s.Helper()
	seen := map[string]bool{}
	for _, c := range changes.List {
		if c.ID == "" || seen[c.ID] {
			s.Errorf("Changes lists %q twice or without an id", c.ID)
		}
		seen[c.ID] = true
		if c.Event != nil && c.Event.ID != c.ID {
			s.Errorf("Changes lists event %q as %q", c.Event.ID, c.ID)
		}
		if c.Deleted && c.Missing {
			s.Errorf("%q is deleted as well as missing", c.ID)
		}
	}
	if changes.Cursor == "" {
		s.Error("Changes gave no cursor")
	}
	if changes.Full && changes.Total >= 0 && changes.Total < len(changes.List) {
		s.Errorf("Total is %d, listed are %d", changes.Total, len(changes.List))
	}
}

// expect fails unless every id is listed as an event that is there.
func (s *scene) expect(changes calendar.Changes, ids ...string) {
	s.Helper()
	for _, id := range ids {
		if c, ok := find(changes, id); !ok || c.Deleted || c.Missing || c.Err != nil {
			s.Errorf("Changes does not list event %q as it should: %+v", id, c)
		}
	}
}

func find(changes calendar.Changes, id string) (calendar.Change, bool) {
	i := slices.IndexFunc(changes.List, func(c calendar.Change) bool { return c.ID == id })
	if i < 0 {
		return calendar.Change{}, false
	}
	return changes.List[i], true
}

func (s *scene) get(id string) calendar.Event {
	s.Helper()
	e, err := s.cal.Get(s.Context(), id)
	if err != nil {
		s.Fatalf("Get(%q): %v", id, err)
	}
	if e.ID != id || e.UID == "" || e.Version == "" {
		s.Fatalf("Get(%q) gave ID %q, UID %q, Version %q", id, e.ID, e.UID, e.Version)
	}
	return e
}

// setLink sets a link and verifies that the event holds it, by what SetLink returns and by what Get says.
func (s *scene) setLink(id string, l calendar.Link) calendar.Event {
	s.Helper()
	returned, err := s.cal.SetLink(s.Context(), id, s.get(id).Version, l)
	if err != nil {
		s.Fatalf("SetLink(%q): %v", id, err)
	}
	read := s.get(id)
	if returned.Version != read.Version {
		s.Errorf("SetLink returned version %q, the event is at %q", returned.Version, read.Version)
	}
	s.holds(returned, l)
	s.holds(read, l)
	return read
}

// holds fails unless the event shows the link.
func (s *scene) holds(e calendar.Event, l calendar.Link) {
	s.Helper()
	if e.Link.Mark != l.Mark || e.Link.JoinURL != l.JoinURL || (l.Mark != "" && e.Link.Tag != l.Tag) {
		s.Errorf("the event holds mark %q, tag %q, URL %q; want %q, %q, %q", e.Link.Mark, e.Link.Tag, e.Link.JoinURL,
			l.Mark, l.Tag, l.JoinURL)
	}
	if l.Mark != "" && !calendar.SameBlock(e.Link.Block, l.Block) {
		s.Errorf("the event holds the block\n%s\nwant\n%s", e.Link.Block, l.Block)
	}
	if l.Mark == "" && (e.Link.Block != "" || strings.Contains(e.Description, "zoom.us")) {
		s.Errorf("the event still holds a link:\n%s", e.Description)
	}
}

// untouched fails for each field of the owner's in which two readings of an event differ. Fields named in except, and
// those that a link may change, are not looked at.
func (s *scene) untouched(before, after calendar.Event, except ...string) {
	s.Helper()
	for _, f := range ownerFields {
		if a, b := f.text(before), f.text(after); a != b && !slices.Contains(except, f.name) {
			s.Errorf("%s was changed:\nbefore %q\nafter  %q", f.name, a, b)
		}
	}
}

// isAny reports whether err is one of the kinds.
func isAny(err error, kinds ...error) bool {
	return slices.ContainsFunc(kinds, func(kind error) bool { return errors.Is(err, kind) })
}

// within runs fn and fails if it takes a minute: an adapter must end by itself whatever the server does.
func within(t *testing.T, fn func(ctx context.Context) error) error {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := fn(ctx)
	if ctx.Err() != nil {
		t.Errorf("the call did not end by itself: %v", err)
	}
	return err
}
