package calendartest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// fakeWorld is a Fake and its owner.
type fakeWorld struct {
	*Fake
	series map[string]*fakeSeries // by id
}

// fakeSeries is what the owner's app knows of a series: its first date, and which dates take place.
type fakeSeries struct {
	first calendar.Event
	dates []bool
}

func newFakeWorld(f *Fake) fakeWorld { return fakeWorld{f, map[string]*fakeSeries{}} }

func (w fakeWorld) Calendar() calendar.Calendar { return w.Fake }

func (w fakeWorld) Misbehave(m Misbehaviour) error {
	fail := func(err error) {
		w.Hook = func(_, phase, _ string) error {
			if phase == "before" {
				return err
			}
			return nil
		}
	}
	switch m {
	case Unauthorized:
		fail(errors.New("fake: sign in again"))
	case Forbidden:
		fail(fmt.Errorf("fake: %w", calendar.ErrDenied))
	case PreconditionFailed:
		fail(fmt.Errorf("fake: %w", calendar.ErrConflict))
	case TooManySeconds:
		fail(&calendar.Throttled{Until: time.Now().Add(RetryAfter), Err: errors.New("fake: too many")})
	case ServerError:
		fail(errors.New("fake: server error"))
	case LostAnswer:
		w.Hook = func(_, phase, _ string) error {
			if phase == "after" {
				return errors.New("fake: the answer was lost")
			}
			return nil
		}
	case SilentNoOp:
		w.SetSilent(true)
	case ExpiredCursor:
		w.Expire()
	case Empty:
		w.SetEmpty(true)
	default:
		return ErrNotApplicable
	}
	return nil
}

func (w fakeWorld) PutSeries(e calendar.Event, days int) string {
	e.Series, e.Until = true, day(e.End, days-1)
	id := w.Put(e)
	w.series[id] = &fakeSeries{e, slices.Repeat([]bool{true}, days)}
	return id
}

func (w fakeWorld) ExceptDate(id string, n int, title, description string) {
	first := w.series[id].first
	x := calendar.Exception{ID: strconv.Itoa(n), Date: calendar.DateName(day(first.Start, n), false),
		Start: day(first.Start, n), End: day(first.End, n), Title: title,
		Description: description, Location: first.Location}
	w.Edit(id, func(e *calendar.Event) {
		e.Exceptions = append(slices.DeleteFunc(e.Exceptions,
			func(old calendar.Exception) bool { return old.ID == x.ID }), x)
	})
}

func (w fakeWorld) CancelDate(id string, n int) {
	s := w.series[id]
	s.dates[n] = false
	w.Edit(id, func(e *calendar.Event) {
		e.Start = time.Time{}
		e.End = time.Time{}
		e.Until = s.first.End
		e.Empty = true
		for n, takesPlace := range s.dates {
			if !takesPlace {
				continue
			}
			if e.Until = day(s.first.End, n); e.Empty {
				e.Start, e.End, e.Empty = day(s.first.Start, n), e.Until, false
			}
		}
	})
}

func (w fakeWorld) Heal() {
	w.Hook = nil
	w.SetSilent(false)
	w.SetEmpty(false)
}

func TestFake(t *testing.T) {
	for name, configure := range map[string]func(*Fake){
		"as a folder":  func(*Fake) {},
		"as a service": func(f *Fake) { f.Explicit = true },
		"bare":         func(f *Fake) { f.Bare = true },
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, Harness{Class: Memory, New: func(*testing.T) World {
				f := NewFake()
				configure(f)
				return newFakeWorld(f)
			}})
		})
	}
}
