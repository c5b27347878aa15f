package engine

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/sync/plan"
)

// link makes the event show what it should, and believes only what the calendar then says.
func (s *settling) link(ctx context.Context, d plan.Decision) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	wanted := d.Link
	wanted.Was = calendar.Was{}
	if s.tried != nil && reflect.DeepEqual(*s.tried, wanted) {
		return fmt.Errorf("%w: the calendar accepts the link, but does not keep all of it: nothing more is written into the event for now", calendar.ErrDenied)
	}
	s.wrote, s.tried = true, &wanted
	ev, err := s.source.SetLink(ctx, s.id, s.ev.Version, d.Link)
	s.heed(err)
	if errors.Is(err, calendar.ErrGone) {
		return s.readAgain(ctx)
	}
	if err != nil {
		return fmt.Errorf("the link could not be written into the event: %w", err)
	}
	s.ev = &ev
	s.events[s.id] = &ev
	if d.Do == plan.Unlink {
		if ev.Link.Mark != "" || ev.Link.Block != "" {
			return errors.New("the calendar accepted the change, but the link is still in the event")
		}
		return s.linked("unlink", d.Reason, "", "")
	}
	if ev.Link.Mark != d.Link.Mark || !calendar.SameBlock(ev.Link.Block, d.Link.Block) {
		return errors.New("the calendar accepted the link, but the event does not show it: it may not be ours to write")
	}
	return s.linked("link", d.Reason, d.Link.JoinURL, d.Link.Block)
}

// mayWrite reports, as a waiting error, that the calendar has asked to be left alone.
func (s *settling) mayWrite() error {
	until, why := s.restsUntil()
	if until.IsZero() {
		return nil
	}
	return &waiting{state: plan.Pending, until: until, reason: "the calendar is left alone until " + until.UTC().Format(time.RFC3339) + ": " + why}
}

func (s *settling) linked(step, reason, url, block string) error {
	if s.rec == nil {
		s.steps = append(s.steps, step)
		return nil
	}
	s.rec.JoinURL, s.rec.Block = url, block
	return s.saved(step, reason)
}
