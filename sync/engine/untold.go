package engine

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// goesOn reports whether a step that failed leaves the link to be seen to all the same: a link that works is of more
// use than a meeting that knows of every change. What could not be done is done later, and the owner hears of it
// meanwhile.
func (s *settling) goesOn(d plan.Decision, told *meeting.Spec, err error) bool {
	var wait *waiting
	tells := d.Do == plan.Update || d.Do == plan.Word
	switch {
	case err == nil || s.story.untold.err != nil || !tells:
		return false
	case s.rec == nil || !hasLivingMeeting(s.rec):
		return false
	case errors.As(err, &wait) && wait.state == plan.Held, errors.Is(err, meeting.ErrUnfit), isOfTheStore(err),
		!s.asSafe(d.Spec, told):
		return false
	}
	s.story.untold.err = err
	return true
}

// hasLivingMeeting reports whether a record has a meeting that can be shown, and of which Zoom has not said that it is
// gone.
func hasLivingMeeting(rec *store.Record) bool {
	return rec.MeetingID != 0 && rec.Meeting.JoinURL != "" && rec.LostAt.IsZero()
}

// isOfTheStore reports whether an error is about the record, not about Zoom.
func isOfTheStore(err error) bool {
	var damaged *store.DamagedError
	return errors.As(err, &damaged) || errors.Is(err, store.ErrChanged)
}

// asSafe reports whether the meeting lets in nobody whom what is asked for would keep out: told is what it knew before
// the step. Of one of which that is not known, what the event shows already may be shown, and what was made just now.
func (s *settling) asSafe(spec meeting.Spec, told *meeting.Spec) bool {
	wants := spec.Options.Passcode
	wantsPasscode := wants != "" && wants != meeting.PasscodeNone
	lacksPasscode := s.rec.Meeting.Passcode == "" && !s.rec.Room
	if wantsPasscode && lacksPasscode {
		return false
	}
	if told != nil {
		before, now := told.Options, spec.Options
		before.Template, now.Template = "", ""
		return reflect.DeepEqual(before, now)
	}
	return s.rec.JoinURL != "" || slices.Contains(s.story.steps, "create")
}

// conclude saves what was concluded. Where the link was seen to although Zoom could not be told of a change, that is
// tried again when Zoom can be asked, or after a while.
func (s *settling) conclude(d plan.Decision) error {
	if s.story.untold.err == nil || d.State != plan.Linked {
		return s.finish(d)
	}
	now, cause, text := s.e.opt.Now(), s.story.untold.err, words.Cause(s.story.untold.err)
	var again time.Time
	var wait *waiting
	if errors.As(cause, &wait) {
		again, s.claim.bound = wait.until, wait.bound
	} else {
		s.story.untold.tries = s.rec.Tries + 1
		again = now.Add(s.e.backoff(s.story.untold.tries, cause))
		asked, by := askedUntil(cause)
		if rest := s.e.quietUntil(accountKey(s.payer().Hash)); asked.After(now) {
			again, s.claim.bound = asked, by
		} else if rest.Refused {
			again = rest.Until
		}
		s.e.opt.Log.Warn("the meeting does not know of a change yet", "calendar", s.c.Name, "event", s.id, "title",
			s.rec.Title, "code", codeOf(cause, asks(s.story.untold.step)), "reason", words.Of(cause))
	}
	d.Code, d.Cure = codeOf(cause, asks(s.story.untold.step)), words.Cure(cause)
	if d.At.IsZero() || again.Before(d.At) {
		d.At = again
	}
	d.Notes = append(slices.Clone(d.Notes), cmp.Or(untoldWords[s.story.untold.step],
		"the link works, and not all is as it was asked for yet")+": "+text)
	return s.finish(d)
}

// untoldWords say what is open.
var untoldWords = map[plan.Do]string{
	plan.Update: "the link works, and the meeting at Zoom does not know of the last change yet",
	plan.Word:   "the link works, and Zoom's own invitation text is not there yet",
}
