package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"zoomtag/providers/meeting"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// heldPause is when an event is looked at again that a host's plan or settings hold: they may have been changed since.
const heldPause = time.Hour

// preflight asks, before anything is spent, what stands against a meeting. It reports, as a waiting error, what holds
// the event.
func (s *settling) preflight(ctx context.Context, from, to meeting.Spec) error {
	service, ok := s.mine().Meetings.(meeting.Preflighter)
	if !ok {
		return nil
	}
	if err := s.mayLook(plan.Pending); err != nil {
		return err
	}
	p := service.Preflight(ctx, from, to)
	for _, note := range p.Notes {
		if !slices.Contains(s.story.foretold, note) {
			s.story.foretold = append(s.story.foretold, note)
		}
	}
	if p.Held == "" {
		return nil
	}
	return &waiting{state: plan.Held, why: reason.HostCannot.Because(p.Held).Mend(p.Cure),
		until: s.e.opt.Now().Add(heldPause)}
}

// maxRepeats bounds how often a call is made again at once. What is not taken then is tried again later, as after any
// other failure.
const maxRepeats = 5

// again reports whether a call that was refused is to be made again at once: the service leaves out what it does not
// take.
func (s *settling) again(err error) bool {
	if !errors.Is(err, meeting.ErrAgain) || s.work.repeats == maxRepeats {
		return false
	}
	s.work.repeats++
	s.work.left++
	// What was refused may be somebody who was believed to have a licence.
	s.story.hosts.organizer, s.story.hosts.guests = "", nil
	return true
}
