package calendartest

import (
	"errors"
	"strings"
	"time"

	"zoomtag/providers/calendar"
)

var seriesTests = []namedTest{
	{"dates of a series that are cancelled", testCancelledDates},
	{"a series without any date, once to come", func(s *scene) { testEmptySeries(s, 7) }},
	{"a series without any date, in the past", func(s *scene) { testEmptySeries(s, -30) }},
	{"a date with texts of its own has the link as well", testOwnTexts},
	{"a date that is left out has no link", testLeftOut},
	{"a date that is an event of its own", testDateAlone},
	{"a series leaves alone what has a link of its own", testDateApart},
	{"a date that is written anew gets the link again", testDateAnew},
}

// series puts a series of three days that begins so many days from now.
func (s *scene) series(from int) (id string, first calendar.Event) {
	s.Helper()
	first = sample("Course #zoom")
	start := time.Now().In(first.Start.Location()).AddDate(0, 0, from).Truncate(time.Hour)
	// the clocks change meanwhile, and not every app keeps the zone
	if !day(start, 3).Equal(start.Add(72 * time.Hour)) {
		start = day(start, 4)
	}
	first.Start, first.End = start, start.Add(time.Hour)
	return s.PutSeries(first, 3), first
}

// day is the time of a date, n days after the first.
func day(first time.Time, n int) time.Time { return first.AddDate(0, 0, n) }

func testCancelledDates(s *scene) {
	id, first := s.series(7)
	e := s.get(id)
	if !e.Series || e.Empty || !e.Start.Equal(first.Start) || !e.End.Equal(first.End) ||
		!e.Until.Equal(day(first.End, 2)) {
		s.Errorf("a series of three days from %s: %+v", first.Start, e)
	}
	s.CancelDate(id, 0)
	if e = s.get(id); e.Empty || !e.Start.Equal(day(first.Start, 1)) || !e.Until.Equal(day(first.End, 2)) {
		s.Errorf("without its first date: empty is %v, from %s until %s", e.Empty, e.Start, e.Until)
	}
	s.CancelDate(id, 2)
	if e = s.get(id); e.Empty || !e.Start.Equal(day(first.Start, 1)) || !e.Until.Equal(day(first.End, 1)) {
		s.Errorf("with its second date only: empty is %v, from %s until %s", e.Empty, e.Start, e.Until)
	}
}

// testEmptySeries: the owner cancels one date after the other. With the last one the series is over, and still an
// event.
func testEmptySeries(s *scene, from int) {
	id, first := s.series(from)
	s.setLink(id, link("1"))
	cursor := s.changes("").Cursor
	for n := range 3 {
		s.CancelDate(id, n)
	}
	s.empty(s.get(id), first)
	s.cal = s.Calendar()
	listed := s.changes(cursor)
	s.expect(listed, id)
	if c, _ := find(listed, id); c.Same {
		s.Errorf("all dates were cancelled, but nothing is said to have changed: %+v", c)
	}
	for _, c := range append(listed.List, s.changes("").List...) {
		if c.Event != nil {
			s.empty(*c.Event, first)
		}
	}
	s.empty(s.setLink(id, calendar.Link{}), first)
}

// exception is the only one of a series.
func (s *scene) exception(id string) calendar.Exception {
	s.Helper()
	e := s.get(id)
	if len(e.Exceptions) != 1 {
		s.Fatalf("one date of the series has texts of its own, but there are %+v", e.Exceptions)
	}
	return e.Exceptions[0]
}

// shows fails unless the exception of a series shows a link, or none, and says what its owner made it say.
func (s *scene) shows(id string, l calendar.Link) {
	s.Helper()
	x := s.exception(id)
	if !l.HeldBy(&x) {
		s.Errorf("the date with texts of its own shows %q %q, and not %q", x.Link.Mark, x.Link.Block, l.Mark)
	}
	if l.Mark == "" && strings.Contains(x.Description, "zoom.us") {
		s.Errorf("a link is left in %q", x.Description)
	}
	said := x.Event()
	if words := ownWords(said); x.Title != "Guests" || words != "Words of its own" {
		s.Errorf("what its owner has written became %q, %q", x.Title, words)
	}
}

// after is a link that is written over another one.
func after(l, was calendar.Link) calendar.Link {
	l.Was = calendar.Was{JoinURL: was.JoinURL, Block: was.Block}
	return l
}

func testOwnTexts(s *scene) {
	id, first := s.series(7)
	s.ExceptDate(id, 1, "Guests", "Words of its own")
	if x := s.exception(id); !x.Start.Equal(day(first.Start, 1)) || !x.End.Equal(day(first.End, 1)) || x.Left != "" {
		s.Errorf("the second date is %+v", x)
	}
	s.setLink(id, link("1"))
	s.shows(id, link("1"))
	s.cal = s.Calendar()
	s.setLink(id, after(link("2"), link("1")))
	s.shows(id, link("2"))
	s.setLink(id, after(calendar.Link{}, link("2")))
	s.shows(id, calendar.Link{})
}

func testLeftOut(s *scene) {
	id, _ := s.series(7)
	s.ExceptDate(id, 1, "Guests", "Words of its own")
	in, out := link("1"), after(link("1"), link("1"))
	out.Out = []string{s.exception(id).ID}
	first := s.setLink(id, out)
	s.shows(id, calendar.Link{})
	s.holds(s.get(id), in)
	if second := s.setLink(id, out); second.Version != first.Version {
		s.Error("nothing was to be changed, and the series was written")
	}
	s.setLink(id, after(in, in))
	s.shows(id, in)
	s.setLink(id, out)
	s.shows(id, calendar.Link{})
	s.holds(s.get(id), in)
}

// dated puts a series of which one date has texts of its own, and returns the id of that date.
func (s *scene) dated() (id, date string, first calendar.Event) {
	s.Helper()
	id, first = s.series(7)
	s.ExceptDate(id, 1, "Guests", "Words of its own")
	x := s.exception(id)
	if want := calendar.DateName(day(first.Start, 1), false); x.Date != want {
		s.Fatalf("the date is named %q, not %q", x.Date, want)
	}
	return id, calendar.JoinDate(id, x.Date), first
}

// testDateAlone: a date is read and written by an id of its own, and nothing else of its series is touched.
func testDateAlone(s *scene) {
	id, date, first := s.dated()
	whole, one := s.get(id), s.get(date)
	ofIts := one.Of != nil && one.Of.ID == id && one.UID != whole.UID
	timely := one.Start.Equal(day(first.Start, 1)) && one.Until.Equal(day(first.End, 1))
	if !ofIts || !timely || one.Series || one.Title != "Guests" {
		s.Fatalf("the date is %+v", one)
	}
	cursor := s.changes("").Cursor
	s.setLink(date, link("1"))
	s.holds(s.get(id), calendar.Link{})
	s.shows(id, link("1"))
	s.untouched(whole, s.get(id), "Exceptions")
	if _, err := s.cal.SetLink(s.Context(), date, one.Version, link("2")); !errors.Is(err, calendar.ErrConflict) {
		s.Errorf("it was changed since it was read, and writing it says %v", err)
	}
	s.cal = s.Calendar()
	listed := s.changes(cursor)
	s.expect(listed, id)
	if _, itself := find(listed, date); itself {
		s.Error("the date is listed beside its series")
	}
	s.setLink(date, after(link("2"), link("1")))
	s.shows(id, link("2"))
	if again := s.get(date); s.setLink(date, link("2")).Version != again.Version {
		s.Error("the date had that link, and was written once more")
	}
	s.setLink(date, after(calendar.Link{}, link("2")))
	s.shows(id, calendar.Link{})
	s.untouched(whole, s.get(id))
	if _, err := s.cal.Get(s.Context(), calendar.JoinDate(id, "20010101T000000Z")); !errors.Is(err, calendar.ErrGone) {
		s.Errorf("there is no such date, and reading it says %v", err)
	}
	s.Delete(id)
	s.later(s.harness.Unnoticed)
	if _, err := s.cal.Get(s.Context(), date); !errors.Is(err, calendar.ErrGone) {
		s.Errorf("its series was deleted, and reading it says %v", err)
	}
}

// testDateApart: the link of a series goes around a date with a link of its own, when it comes and when it goes.
func testDateApart(s *scene) {
	id, date, _ := s.dated()
	s.setLink(date, link("1"))
	x := s.exception(id)
	in, out := link("2"), after(calendar.Link{}, link("2"))
	in.Apart, out.Apart = []string{x.ID}, []string{x.ID}
	linked := s.setLink(id, in)
	s.shows(id, link("1"))
	if second := s.setLink(id, in); second.Version != linked.Version {
		s.Error("nothing was to be changed, and the series was written")
	}
	s.setLink(id, out)
	s.shows(id, link("1"))
	s.holds(s.get(date), link("1"))
}

// testDateAnew: an app that knows nothing of the link writes the texts of a date over.
func testDateAnew(s *scene) {
	id, _ := s.series(7)
	s.ExceptDate(id, 1, "Guests", "Another text")
	s.setLink(id, link("1"))
	s.ExceptDate(id, 1, "Guests", "Words of its own")
	if e := s.get(id); !e.Partial() {
		s.Error("the link is gone from one date, and nobody says so")
	}
	s.setLink(id, after(link("1"), link("1")))
	s.shows(id, link("1"))
}

// empty fails unless an event is a series without any date.
func (s *scene) empty(e, first calendar.Event) {
	s.Helper()
	timeless := e.Start.IsZero() && e.End.IsZero() && e.Until.Equal(first.End)
	if !e.Empty || !e.Series || e.Cancelled || !timeless {
		s.Errorf("no date takes place, but empty is %v, series %v, cancelled %v, from %s to %s, until %s; notes %q",
			e.Empty, e.Series, e.Cancelled, e.Start, e.End, e.Until, e.Notes)
	}
}
