package calendartest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"zoomtag/providers/calendar"
)

// allowed says what one call may answer during a misbehaviour; nil is anything that checkAlways lets pass.
type allowed func(h Harness, err error) bool

// answers is what the three calls may answer. SetLink must not have written anything, unless written is set.
type answers struct {
	changes, get, set allowed
	written           bool
}

// doubt is an error of which nothing may be concluded.
func doubt(_ Harness, err error) bool {
	return err != nil && !isAny(err, calendar.ErrGone, calendar.ErrConflict, calendar.ErrCursor, calendar.ErrDenied,
		calendar.ErrMalformed)
}

// failed is an error, but none that says that an event is gone or a write refused for its version.
func failed(_ Harness, err error) bool {
	return err != nil && !isAny(err, calendar.ErrGone, calendar.ErrConflict, calendar.ErrCursor)
}

func anyError(_ Harness, err error) bool { return err != nil }
func anything(Harness, error) bool       { return true }
func denied(_ Harness, err error) bool   { return errors.Is(err, calendar.ErrDenied) }
func conflict(_ Harness, err error) bool { return errors.Is(err, calendar.ErrConflict) }
func expired(_ Harness, err error) bool  { return errors.Is(err, calendar.ErrCursor) }
func good(_ Harness, err error) bool     { return err == nil }
func incomplete(_ Harness, err error) bool {
	return isAny(err, calendar.ErrIncomplete, calendar.ErrMalformed)
}

// notGone is an error that calls no event gone.
func notGone(_ Harness, err error) bool { return err != nil && !isAny(err, calendar.ErrGone) }

// deniedIfHTTP: a folder that may not be written can still be read.
func deniedIfHTTP(h Harness, err error) bool {
	if h.Class == Folder {
		return err == nil
	}
	return denied(h, err)
}

// throttled is a Throttled that names the time that RetryAfter leads to, give or take the second of an HTTP date.
func throttled(h Harness, err error) bool {
	var t *calendar.Throttled
	if !errors.As(err, &t) {
		return false
	}
	off := t.Until.Sub(h.Now().Add(RetryAfter))
	return off > -5*time.Second && off < 5*time.Second
}

// throttledSomehow is a Throttled that chose its time itself.
func throttledSomehow(h Harness, err error) bool {
	var t *calendar.Throttled
	return errors.As(err, &t) && t.Until.After(h.Now().Add(-time.Second)) && t.Until.Before(h.Now().Add(24*time.Hour))
}

func all(a allowed) answers { return answers{changes: a, get: a, set: a} }

// expectations is the whole table. SecondPageFails and EndlessPages are about lists only.
var expectations = map[Misbehaviour]answers{
	Unauthorized:       all(failed),
	Forbidden:          {changes: deniedIfHTTP, get: deniedIfHTTP, set: denied},
	NotFound:           {changes: notGone, get: anyError, set: anyError},
	Gone:               {changes: notGone, get: anyError, set: anyError},
	PreconditionFailed: {changes: anything, get: anything, set: conflict},
	TooMany:            all(throttledSomehow),
	TooManySeconds:     all(throttled),
	TooManyDate:        all(throttled),
	TooManyGarbage:     all(throttledSomehow),
	ServerError:        all(doubt),
	LostAnswer:         {changes: doubt, get: doubt, set: doubt, written: true},
	CutBody:            {changes: doubtOrMalformed, get: doubtOrMalformed, set: doubtOrMalformed, written: true},
	HTMLInsteadOfData:  {changes: doubtOrMalformed, get: doubtOrMalformed, set: doubtOrMalformed, written: true},
	EmptyBody:          {changes: doubtOrMalformed, get: doubtOrMalformed, set: doubtOrMalformed, written: true},
	SecondPageFails:    {changes: doubt, get: anything, set: anything, written: true},
	EndlessPages:       {changes: doubt, get: anything, set: anything, written: true},
	SilentNoOp:         {changes: anything, get: anything, set: anything},
	ExpiredCursor:      {changes: expired, get: good, set: good, written: true},
	Unreadable:         all(failed),
	Missing:            all(failed),
	Empty:              {changes: anything, get: anything, set: anyError},
	HalfWritten:        {changes: anything, get: incomplete, set: anyError},
}

// doubtOrMalformed: an answer that makes no sense may be called so, as long as nobody takes it for the event being
// gone.
func doubtOrMalformed(h Harness, err error) bool {
	return doubt(h, err) || errors.Is(err, calendar.ErrMalformed) || errors.Is(err, calendar.ErrIncomplete)
}

// runMisbehaviour shows every misbehaviour to every call.
func runMisbehaviour(t *testing.T, h Harness) {
	for _, kind := range slices.Sorted(maps.Keys(expectations)) {
		t.Run(string(kind), func(t *testing.T) {
			s := &scene{T: t, World: h.New(t), harness: h}
			s.cal = s.Calendar()
			s.misbehave(kind)
		})
	}
}

// misbehave lets all calls meet one misbehaviour, with a cursor and with none, then looks at what is left.
func (s *scene) misbehave(kind Misbehaviour) {
	ids := s.fill(5)
	linked, before := s.setLink(ids[0], link("1")), s.get(ids[1])
	cursor := s.changes("").Cursor
	for _, id := range ids[2:] { // more than one page
		s.Edit(id, func(e *calendar.Event) { e.Title = "Changed" })
	}
	err := s.Misbehave(kind)
	if errors.Is(err, ErrNotApplicable) {
		if slices.Contains(mandatory[s.harness.Class], kind) {
			s.Errorf("a world of this class must be able to show %q", kind)
		}
		return
	}
	if err != nil {
		s.Fatal(err)
	}
	want := expectations[kind]
	s.answerChanges(kind, want, cursor)
	s.answerGet(want, linked)
	s.answerSeveral(want, ids)
	s.answerSet(kind, want, before)
	s.Heal()
	s.cal = s.Calendar()
	if after := s.get(ids[1]); !want.written {
		s.untouched(before, after)
		if after.Link.Mark != "" {
			s.Error("SetLink has written, whatever it answered")
		}
	}
	s.expect(s.changes(""), ids...)
	s.setLink(ids[1], link("2"))
}

// answerChanges calls Changes. Whatever happens, nothing may be called deleted, and no partial list whole.
func (s *scene) answerChanges(kind Misbehaviour, want answers, cursor string) {
	for _, from := range []string{cursor, ""} {
		if kind == ExpiredCursor && from == "" {
			continue
		}
		var changes calendar.Changes
		err := within(s.T, func(ctx context.Context) (err error) {
			changes, err = s.cal.Changes(ctx, from)
			return err
		})
		wanted := want.changes
		if from != "" && (kind == Gone || kind == NotFound) {
			wanted = anyError // a 410 to a cursor says that it has expired, and so may a 404
		}
		if !wanted(s.harness, err) {
			s.Errorf("Changes from %.20q: %d listed, %v", from, len(changes.List), err)
		}
		if err == nil {
			s.nothingDeleted(kind, changes)
		}
		if err != nil && (len(changes.List) > 0 || changes.Cursor != "") {
			s.Errorf("Changes gave an error and also %d changes and the cursor %.20q", len(changes.List),
				changes.Cursor)
		}
	}
}

func (s *scene) nothingDeleted(kind Misbehaviour, changes calendar.Changes) {
	s.checkChanges(changes)
	for _, c := range changes.List {
		if c.Deleted || (c.Missing && kind != Empty) || (kind == HalfWritten && c.Err == nil) {
			s.Errorf("no event was touched, but Changes says %+v", c)
		}
	}
	if kind == Empty && changes.Total > 0 {
		s.Errorf("the calendar is empty, but Total is %d", changes.Total)
	}
}

func (s *scene) answerGet(want answers, linked calendar.Event) {
	err := within(s.T, func(ctx context.Context) error {
		_, err := s.cal.Get(ctx, linked.ID)
		return err
	})
	if !want.get(s.harness, err) {
		s.Errorf("Get: %v", err)
	}
}

func (s *scene) answerSet(kind Misbehaviour, want answers, e calendar.Event) {
	var returned calendar.Event
	err := within(s.T, func(ctx context.Context) (err error) {
		returned, err = s.cal.SetLink(ctx, e.ID, e.Version, link("2"))
		return err
	})
	if !want.set(s.harness, err) {
		s.Errorf("SetLink: %v", err)
	}
	if kind == SilentNoOp && err == nil && returned.Link.Mark != "" {
		s.Error("nothing was written, but SetLink returned the event as if it had been")
	}
}
