package engine

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// note keeps in the record what people want to see of the event, and the wish.
func (s *settling) note(d plan.Decision) {
	ev, rec := s.ev, s.rec
	rec.UID, rec.Start, rec.Until = ev.UID, ev.Start, ev.Until
	rec.Title = plan.ShownTitle(strings.TrimSpace(plan.WithoutTags(ev.Title, "title", d.Wish.Tags)))
	if ev.Link.Tag != "" && ev.Link.Mark == rec.Mark {
		rec.Taken = meeting.Passcode(ev.Link.Tag)
	}
	if d.Wish.Asked {
		rec.Not = s.c.Settings.Rules.Not
		rec.Tag, rec.TagIn = d.Wish.Tags[0].Shown(), d.Wish.Tags[0].In
		rec.Released, rec.Abandoned = false, false
	}
	rec.Gone = false
	if name, known := s.c.Settings.AccountName(rec.Mark); known {
		rec.Account = name
	}
}

// curesOf is what mends a decision and what its notes say, as a clause. Where the notes need no cure it is that of the
// decision alone, which is "" where the rule of its code holds.
func curesOf(d plan.Decision, notes []string) string {
	if len(notes) == 0 {
		return d.Cure
	}
	own := cmp.Or(d.Cure, words.Clause(d.Code.Cure()))
	return strings.TrimPrefix(own+"; "+strings.Join(notes, "; "), "; ")
}

// finish saves what was concluded.
func (s *settling) finish(d plan.Decision) error {
	notes := s.notes(d)
	s.handBack()
	causes, cures := words.AllApart(notes)
	why := store.Why{Code: string(d.Code), Text: strings.Join(append([]string{d.Reason}, causes...), "; "),
		Cure: curesOf(d, cures)}
	failure := "" // what nobody tries again before something changes
	if d.State == plan.Failed && d.At.IsZero() {
		failure = why.Text
	}
	if s.twin != nil && (s.rec == nil || s.rec.Closed()) {
		if err := s.leaveToTwin(d.At); err != nil {
			return err
		}
	}
	switch {
	case s.rec == nil && s.twin != nil && d.State != plan.Held:
		s.done.others.left = append(s.done.others.left, s.id)
	case s.rec == nil && d.State == plan.Held:
		s.holdBack(d, why)
	case s.rec == nil && !d.At.IsZero():
		s.done.others.later[s.id] = d.At
	case s.rec == nil:
		s.done.clear = append(s.done.clear, s.id)
	default:
		if d.State == plan.Linked { // also where the link was there before us
			s.rec.JoinURL, s.rec.Block = d.Link.JoinURL, d.Link.Block
		}
		if len(notes) > 0 && !slices.Equal(notes, s.rec.Notes) {
			s.remark(store.Why{Text: strings.Join(causes, "; "), Cure: strings.Join(cures, "; ")})
		}
		if s.claim.bound != "" && s.rec.Bound != s.claim.bound {
			s.remark(why)
		}
		heldAnew := d.State == plan.Held && (s.rec.State != plan.Held || s.rec.Reason != why.Text)
		if heldAnew && s.ev != nil && s.ev.Denied != "" {
			s.done.others.handOn = append(s.done.others.handOn, s.rec.UID)
		}
		s.rec.Conclude(d.State, why, notes, d.At, s.claim.bound)
		s.rec.Error, s.rec.Tries = failure, s.story.untold.tries
		s.done.records[s.id] = s.rec
	}
	s.tell(d.State, why, failure)
	return nil
}

// holdBack notes an event that is held before anything was begun for it: its owner has to see why.
func (s *settling) holdBack(d plan.Decision, why store.Why) {
	title := strings.TrimSpace(plan.WithoutTags(s.ev.Title, "title", d.Wish.Tags))
	// in UTC, as it is read again, so that what is the same is not saved anew
	s.done.held = append(s.done.held, store.Problem{ID: s.id, UID: s.ev.UID, Title: plan.ShownTitle(title),
		Start: s.ev.Start.UTC(), Reason: why.Text, Code: why.Code, Cure: why.Cure, Held: true})
	at := d.At
	if at.IsZero() && !s.ev.Until.IsZero() {
		at = s.ev.Until.Add(time.Second) // then nobody needs to see it any more
	}
	if at.IsZero() {
		s.done.clear = append(s.done.clear, s.id)
	} else {
		s.done.others.later[s.id] = at
	}
}

// remark puts something into the journal that is no step.
func (s *settling) remark(why store.Why) {
	s.done.remarks = append(s.done.remarks, store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id,
		UID: s.rec.UID, Title: s.rec.Title, Reason: why.Text, Code: why.Code, Cure: why.Cure})
}
