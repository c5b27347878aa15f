package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/meeting"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// errParked says that a link is written later, with those of other events that lie in the same place.
var errParked = errors.New("the link waits for others")

// parked is an event whose link waits. Nothing says yet that it has one: its record is due, and after a crash the link
// is written anew.
type parked struct {
	*settling
	step plan.Decision
	told *meeting.Spec
	// answer is what the calendar has said of the link.
	answer calendar.Got
}

// parkedFor is how long a link waits for others at most, but that writing all of them is not to take more than a tenth
// of the time: else many events would take more than twice the time of half as many.
const parkedFor = 5 * time.Second

// liesTogether reports whether the event lies in one place with others, and is written with them.
func (s *settling) liesTogether() bool {
	batcher, ok := s.outside.source.(calendar.Batcher)
	return ok && batcher.Together(s.id) != ""
}

// park has the event wait for others. It keeps its locks.
func (s *settling) park(d plan.Decision) {
	if len(s.pass.writes.parked) == 0 {
		s.writes.since = s.e.opt.Now()
	}
	s.claim.parked = true
	waits := &parked{settling: s, step: d}
	if s.rec != nil {
		waits.told = s.rec.Told
	}
	s.pass.writes.parked = append(s.pass.writes.parked, waits)
}

// letGo has others work on the event, unless it is parked.
func (s *settling) letGo() {
	if !s.claim.parked && s.claim.unlock != nil {
		s.claim.unlock()
		s.claim.unlock = nil
	}
}

// unpark lets go of what a pass that was broken off has parked.
func (p *pass) unpark() { p.release(p.writes.parked) }

func (p *pass) release(list []*parked) {
	for _, waits := range list {
		waits.claim.parked = false
		waits.letGo()
	}
}

// writeInTime writes what has waited long enough.
func (p *pass) writeInTime(ctx context.Context) error {
	if len(p.writes.parked) == 0 || p.e.opt.Now().Sub(p.writes.since) < max(parkedFor, 10*p.writes.took) {
		return nil
	}
	return p.writeTogether(ctx)
}

// writeTogether writes all links that wait, and goes on with their events until none waits any more: what somebody has
// changed meanwhile is read and parked once again.
func (p *pass) writeTogether(ctx context.Context) error {
	for len(p.writes.parked) > 0 {
		list := p.writes.parked
		p.writes.parked = nil
		if err := p.writeParked(ctx, list); err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) writeParked(ctx context.Context, list []*parked) error {
	waiting := list
	defer func() { p.release(waiting) }()
	p.setLinks(ctx, list)
	var outdated []*parked
	for i, waits := range list {
		waits.claim.parked = false
		err := waits.goOn(ctx)
		waits.letGo() // unless it is parked again
		waiting = list[i+1:]
		switch {
		case errors.Is(err, store.ErrChanged):
			p.outdated(waits.id, err)
			outdated = append(outdated, waits)
		case err != nil:
			return err
		}
		p.e.alive(p.c.Name)
	}
	for _, waits := range outdated { // when nothing of these is locked any more
		if err := p.settleFrom(ctx, waits.id, waits.work.anew+1); err != nil {
			return err
		}
	}
	return nil
}

// setLinks has the calendar write them. A pass that is asked to stop finishes that, like any step.
func (p *pass) setLinks(ctx context.Context, list []*parked) {
	steady, release := steadied(ctx)
	defer release()
	settings := make([]calendar.Setting, len(list))
	for i, waits := range list {
		settings[i] = calendar.Setting{ID: waits.id, Version: waits.ev.Version, Link: waits.step.Link}
	}
	began := p.e.opt.Now()
	p.writes.wrote = true
	for i, answer := range p.outside.source.(calendar.Batcher).SetLinks(steady, settings) {
		list[i].answer = answer
	}
	p.writes.took = p.e.opt.Now().Sub(began)
}

// goOn takes the answer, and what is still missing then.
func (w *parked) goOn(ctx context.Context) error {
	steady, release := steadied(ctx)
	err := w.written(steady, w.step, w.answer.Event, w.answer.Err)
	over, err := w.after(ctx, w.step, w.told, err)
	release()
	if over {
		return err
	}
	w.work.left--
	return w.takeSteps(ctx)
}

// inOrder has the report tell of the events in the order in which they were looked at, as that of a plan does.
func (p *pass) inOrder(due []string) {
	place := make(map[string]int, len(due))
	for i, id := range due {
		place[id] = i - len(due) // whatever was looked at in another's place comes behind
	}
	slices.SortStableFunc(p.report.Events, func(a, b EventReport) int { return cmp.Compare(place[a.ID], place[b.ID]) })
}
