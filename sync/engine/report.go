package engine

import (
	"slices"
	"strconv"

	"zoomtag/sync/plan"
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
func (s *settling) tell(state, reason, failure string) {
	waits := s.rec == nil && state == plan.Pending || s.mode.dry && s.rec != nil && len(s.rec.Notes) > 0 // for a time, or for its owner
	if !s.mode.talkative && len(s.story.steps) == 0 && failure == "" && state != plan.Held && !waits && !(s.mode.dry && state != plan.Linked && state != plan.Ended && state != "") {
		return
	}
	if s.mode.dry && len(s.story.steps) == 0 && state == plan.Ignored && s.ev != nil && len(s.tags()) == 0 {
		return
	}
	r := EventReport{ID: s.id, UID: s.id, Steps: append([]string{}, s.story.steps...), State: state, Reason: reason, Error: failure}
	if s.ev != nil {
		r.UID, r.Title = s.ev.UID, plan.HidePasscode(s.ev.Title)
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
	if s.mode.dry && s.story.before != nil && s.ev != nil && s.story.before != s.ev {
		if s.rec != nil {
			s.story.secrets = append(s.story.secrets, s.rec.Meeting.Passcode.Reveal())
		}
		r.Diff, r.Mails = diff(s.story.before, s.ev, s.story.secrets), mailed(s.story.before, s.ev)
	}
	s.report.Events = append(s.report.Events, r)
}
