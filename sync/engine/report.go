package engine

import (
	"slices"
	"strconv"

	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// notes are what could not be followed to the letter, by us or by Zoom.
func (s *settling) notes(d plan.Decision) []string {
	notes := slices.Clone(d.Notes)
	if s.ev != nil && d.State != plan.Ignored {
		notes = append(notes, s.ev.Notes...)
	}
	if s.mode.dry { // where it is made, the meeting itself says it
		notes = append(notes, s.story.foretold...)
	}
	if s.rec != nil && d.State == plan.Linked {
		notes = append(notes, s.rec.Meeting.Notes...)
	}
	return notes
}

// tell puts the event into the report if something was done, failed, or would interest its owner.
func (s *settling) tell(state string, why store.Why, failure string) {
	if !s.isWorthTelling(state, failure) || s.hasNothingToIgnore(state) {
		return
	}
	r := EventReport{ID: s.id, UID: s.id, Steps: append([]string{}, s.story.steps...), State: state,
		Reason: why.Text, Error: failure, Code: reason.Code(why.Code)}
	r.Cure = r.Code.CureOf(why.Cure)
	if s.ev != nil {
		r.UID, r.Title = s.ev.UID, plan.ShownTitle(s.ev.Title)
		if start := s.ev.Start; !start.IsZero() {
			r.Start = &start
		}
	}
	if s.rec != nil {
		r.UID = s.rec.UID
		if r.Title == "" {
			r.Title = s.rec.Title
		}
		if r.Start == nil && !s.rec.Start.IsZero() {
			start := s.rec.Start
			r.Start = &start
		}
		if s.mode.dry && slices.Contains(s.story.steps, "create") {
			r.Made = s.rec
		}
		if s.rec.MeetingID != 0 {
			r.MeetingID, r.JoinURL = strconv.FormatInt(s.rec.MeetingID, 10), plan.ShownURL(s.rec.Meeting)
		}
	}
	if r.Start != nil {
		utc := r.Start.UTC()
		r.Start = &utc
	}
	was := s.story.before
	written := was != nil && s.ev != nil && was != s.ev
	if s.mode.dry && written {
		if s.rec != nil {
			s.story.secrets = append(s.story.secrets, s.rec.Meeting.Passcode.Reveal())
		}
		r.Diff, r.Mails = diff(was, s.ev, s.story.secrets), mailed(was, s.ev)
	}
	if slices.Contains(s.seen.queue.again, s.id) && s.report.goesOn(&r) {
		return
	}
	s.report.Events = append(s.report.Events, r)
}

// goesOn tells of an event that was looked at before in the pass as of one; ok is false where nothing is told of it
// yet.
func (r *Report) goesOn(later *EventReport) (ok bool) {
	i := slices.IndexFunc(r.Events, func(e EventReport) bool { return e.ID == later.ID })
	if i < 0 {
		return false
	}
	before := &r.Events[i]
	later.Steps = slices.Compact(append(before.Steps, later.Steps...))
	later.Diff = before.Diff + later.Diff
	for _, who := range before.Mails {
		if !slices.Contains(later.Mails, who) {
			later.Mails = append(later.Mails, who)
		}
	}
	if later.Made == nil {
		later.Made = before.Made
	}
	*before = *later
	return true
}

// isWorthTelling reports whether something was done to the event, failed, is waited for, or is asked for by whoever
// reads the report.
func (s *settling) isWorthTelling(state, failure string) bool {
	if s.mode.talkative || len(s.story.steps) > 0 {
		return true
	}
	if failure != "" || state == plan.Held {
		return true
	}
	waitsForATime := s.rec == nil && state == plan.Pending
	return waitsForATime || s.mode.dry && s.isWorthForetelling(state)
}

// isWorthForetelling reports whether a plan tells of an event that nothing is done to: its owner has something to do,
// or it is not as it should be.
func (s *settling) isWorthForetelling(state string) bool {
	if s.rec != nil && len(s.rec.Notes) > 0 {
		return true
	}
	return state != plan.Linked && state != plan.Ended && state != ""
}

// hasNothingToIgnore reports whether the event asks for nothing, so that a plan need not say why it gets nothing. One
// that is gone asks for nothing: what was remembered of it is another item's by now.
func (s *settling) hasNothingToIgnore(state string) bool {
	if !s.mode.dry || len(s.story.steps) > 0 {
		return false
	}
	return state == plan.Ignored && (s.ev == nil || len(s.tags()) == 0)
}
