package engine

import (
	"context"
	"errors"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// failRead is fail for a reading, which is cut off when the pass is asked to end: that says nothing of the event, which
// stays due.
func (s *settling) failRead(ctx context.Context, cause error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // it stays due; the pass says that it was stopped
	}
	return s.fail(cause, reason.CalendarFails)
}

// fail saves why the event is not done and when it is tried again. otherwise is the code of a cause that tells none.
func (s *settling) fail(cause error, otherwise reason.Code) error {
	var damaged *store.DamagedError
	if errors.As(cause, &damaged) || errors.Is(cause, store.ErrChanged) {
		return cause
	}
	now, why := s.e.opt.Now(), failed(cause, otherwise)
	if errors.Is(cause, calendar.ErrUnlisted) { // a twin's calendar, whose own pass is about to list it: all is well
		return s.conclude(plan.Decision{State: plan.Pending, At: now.Add(time.Minute), Reason: why.Text,
			Code: reason.Unlisted, Cure: why.Cure})
	}
	s.e.opt.Log.Debug("event failed", "calendar", s.c.Name, "event", s.id, "chain", cause.Error())
	s.e.warn("event failed", "calendar", s.c.Name, "event", s.id, "code", why.Code, "reason",
		words.Join(why.Text, why.Cure))
	if s.rec == nil {
		return s.failUnknown(cause, why)
	}
	s.rec.Tries++
	until := now.Add(s.e.backoff(s.rec.Tries, cause))
	asked, by := askedUntil(cause)
	rest := s.e.quietUntil(accountKey(s.payer().Hash))
	switch {
	case asked.After(now):
		until = asked
	case rest.Refused:
		until, by = rest.Until, "" // all that needs the sign-in is tried when it is
	default:
		by = ""
	}
	state := plan.Failed
	if s.rec.Doubt != "" {
		state = plan.Doubt
	}
	s.rec.Failed(state, why, until, by)
	entry := store.Entry{Error: why.Text, Code: why.Code, Cure: why.Cure}
	if s.story.failedBefore == why.Text {
		entry = store.Entry{} // once in the journal is enough
	}
	if err := s.put(entry, nil); err != nil {
		return err
	}
	s.tell(s.rec.State, why, why.Text)
	return nil
}

// The services that events wait for (store.Record.Bound).
const (
	byZoom     = "zoom"
	byCalendar = "calendar"
)

// askedUntil is until when a service that has failed wants to be left alone, and which one that is; or zero.
func askedUntil(cause error) (until time.Time, by string) {
	var throttled *meeting.Throttled
	var slow *calendar.Throttled
	switch {
	case errors.As(cause, &throttled):
		return throttled.Until, byZoom
	case errors.As(cause, &slow):
		return slow.Until, byCalendar
	}
	return time.Time{}, ""
}

// brokenAnswers is how long an event that cannot be understood is read again, more and more rarely, although it has not
// changed: it may have been the answer that was broken, and of that no calendar tells.
const brokenAnswers = 24 * time.Hour

// failUnknown notes the failure of an event of which nothing is remembered: it stays due.
func (s *settling) failUnknown(cause error, why store.Why) error {
	s.tell(plan.Failed, why, why.Text)
	if s.mode.dry {
		return nil
	}
	now := s.e.opt.Now()
	problems, err := s.problems()
	if err != nil {
		return err
	}
	problem := store.Problem{ID: s.id, Reason: why.Text, Code: why.Code, Cure: why.Cure,
		Since: since(problems, s.id, now), Unread: unread(cause)}
	put := s.putProblem
	// The journal has it: what a service says of one failure may be another sentence each time.
	if before, known := problems[s.id]; known && before.Code == problem.Code {
		put = func(tx *store.Tx, problem store.Problem) error { return tx.PutProblem(s.c.Name, problem) }
	}
	problems[s.id] = problem
	return s.commit(func(tx *store.Tx) error {
		if err := put(tx, problem); err != nil {
			return err
		}
		again := now.Add(s.e.backoff(1, cause))
		if !unread(cause) {
			had := now.Sub(problem.Since)
			if had > brokenAnswers {
				return tx.ClearDue(s.c.Name, s.id) // until it changes
			}
			again = again.Add(had / 2)
		}
		var slow *calendar.Throttled
		if errors.As(cause, &slow) && slow.Until.After(again) {
			again = slow.Until
		}
		return tx.SetDue(s.c.Name, s.id, again)
	})
}

// The waits between tries: exponential from the first to the longest, a quarter of it by chance. What somebody has to
// grant first, or what the event itself must change, is tried rarely.
const (
	firstBackoff   = 30 * time.Second
	longestBackoff = 6 * time.Hour
	deniedBackoff  = time.Hour
)

func (e *Engine) backoff(tries int, cause error) time.Duration {
	wait := firstBackoff << min(tries-1, 12)
	ofMeeting := isForbidden(cause) || errors.Is(cause, meeting.ErrUnfit)
	ofCalendar := errors.Is(cause, calendar.ErrDenied) || errors.Is(cause, calendar.ErrMalformed)
	if ofMeeting || ofCalendar {
		wait = deniedBackoff << min(tries-1, 3)
	}
	wait = min(wait, longestBackoff)
	return wait - time.Duration(e.opt.Jitter()*float64(wait)/4)
}
