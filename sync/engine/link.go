package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// link makes the event show what it should, and believes only what the calendar then says. Where the event lies
// together with others, its link waits for theirs.
func (s *settling) link(ctx context.Context, d plan.Decision) error {
	if err := s.mayWrite(); err != nil {
		return err
	}
	if d.Do == plan.SetLink && d.Link.Tag != "" && s.rec.Taken.Reveal() != d.Link.Tag {
		// From here on the wish may be in the event out of sight only, where an app can drop it before anybody has seen
		// what was written.
		before := s.rec.Taken
		s.work.untaken, s.rec.Taken = &before, meeting.Passcode(d.Link.Tag)
		if err := s.save("", "", nil); err != nil {
			return err
		}
	}
	s.outrank(d)
	if s.liesTogether() {
		return errParked
	}
	s.writes.wrote = true
	ev, err := s.outside.source.SetLink(ctx, s.id, s.ev.Version, d.Link)
	return s.written(ctx, d, ev, err)
}

// written takes the calendar's answer to a link.
func (s *settling) written(ctx context.Context, d plan.Decision, ev calendar.Event, err error) error {
	s.heed(err)
	before := s.work.untaken
	s.work.untaken = nil
	switch {
	case errors.Is(err, calendar.ErrGone):
		return s.readAgain(ctx)
	case errors.Is(err, calendar.ErrConflict) && before != nil: // nothing was taken out of sight after all
		s.rec.Taken = *before
		if err := s.save("", "", nil); err != nil {
			return err
		}
	}
	if err != nil {
		return fmt.Errorf("the link could not be written into the event: %w", err)
	}
	shown := s.ev
	s.unsee(s.id)
	s.see(s.id, &ev)
	s.ev = &ev
	switch {
	case d.Do == plan.Unlink && (ev.Link.Mark != "" || ev.Link.Block != ""):
		s.giveUp(shown, d)
		return reason.LinkNotKept.Because("the calendar accepted the change, but the link is still in the event")
	case d.Do == plan.Unlink:
		return s.linked("unlink", d.Reason, d.Link)
	case calendar.BlockURL(ev.Link.Block) != calendar.BlockURL(d.Link.Block):
		s.giveUp(shown, d)
		return reason.LinkNotKept.Because("the calendar accepted the link, but the event does not show it: it may not be ours " +
			"to write")
	}
	// Of what else is not as it was to be, the record tells: it is not written again.
	s.rec.Kept = plan.Written(shown, &ev, d.Link)
	return s.linked("link", d.Reason, d.Link)
}

// outrank notes that the meeting which the event shows so far is none that it is to have: it is looked for and
// cancelled.
func (s *settling) outrank(d plan.Decision) {
	if s.rec == nil || d.Do != plan.SetLink {
		return
	}
	if mark := plan.Outranked(s.ev, s.rec, s.c.Settings); mark != "" && mark != s.work.dismissed {
		host := s.rec.Host
		if account := s.keeper(mark).Hash; account != s.mine().Hash {
			host = s.c.Settings.HostIn(account)
		}
		s.rec.Discard(store.Former{Mark: mark, Host: host, At: s.e.opt.Now()})
	}
}

// mayBeLate is how often a calendar that accepts a link, and then does not show it, is believed to show it later: some
// answer a reading with what was there before.
const mayBeLate = 3

// giveUp has a link that was written and is not there not be written again, if that has happened often enough.
func (s *settling) giveUp(before *calendar.Event, d plan.Decision) {
	if s.rec != nil && s.rec.Tries >= mayBeLate {
		s.rec.Kept = plan.Written(before, s.ev, d.Link)
	}
}

// mayWrite reports, as a waiting error, that the calendar has asked to be left alone.
func (s *settling) mayWrite() error {
	err := s.mayRead()
	var asked *calendar.Throttled
	if errors.As(err, &asked) {
		return &waiting{state: plan.Pending, until: asked.Until, bound: byCalendar,
			why: reason.CalendarRests.BecauseOf("the calendar is left alone until "+
				asked.Until.UTC().Format(time.RFC3339)+": ", asked.Err)}
	}
	return err
}

// linked notes what was written into the event. A zero link was taken out.
func (s *settling) linked(step, reason string, l calendar.Link) error {
	if s.rec == nil {
		s.story.steps = append(s.story.steps, step)
		return nil
	}
	s.rec.Linked(l.JoinURL, l.Block, meeting.Passcode(l.Tag))
	return s.saved(step, reason)
}
