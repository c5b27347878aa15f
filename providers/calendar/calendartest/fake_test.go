package calendartest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// fakeWorld is a Fake and its owner.
type fakeWorld struct{ *Fake }

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
				return fakeWorld{f}
			}})
		})
	}
}
