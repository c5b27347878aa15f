package engine

import (
	"context"
	"errors"

	"zoomtag/providers/calendar"
	"zoomtag/store"
)

// read gives the event as this pass knows it, or reads it afresh.
func (p *pass) read(ctx context.Context, id string) (*calendar.Event, error) {
	if ev := p.seen.events[id]; ev != nil {
		return ev, nil
	}
	if p.seen.absent[id] {
		return nil, calendar.ErrGone
	}
	if ev, ok := p.readDate(ctx, id); ok {
		p.see(id, ev)
		return ev, nil
	}
	if err := p.mayRead(); err != nil {
		return nil, err
	}
	ev, err := p.outside.source.Get(ctx, id)
	p.heed(err)
	if errors.Is(err, calendar.ErrGone) {
		p.seen.absent[id] = true
	}
	if err != nil {
		return nil, err
	}
	p.see(id, &ev)
	return &ev, nil
}

// atOnce bounds how many events are read ahead: they get older while those before them are settled.
const atOnce = 40

// readAhead reads the first of due together with those after it, where the calendar can do that with fewer requests.
// What it does not find out, read does.
func (p *pass) readAhead(ctx context.Context, due []string) {
	several, ok := p.c.Source.(calendar.MultiGetter)
	unknown := func(id string) bool {
		if _, _, isDate := calendar.CutDate(id); isDate { // it is read with its series
			return false
		}
		return p.seen.events[id] == nil && !p.seen.absent[id] && !p.seen.ahead[id]
	}
	if !ok || !unknown(due[0]) {
		return
	}
	var ids []string
	for _, id := range due {
		if unknown(id) && len(ids) < atOnce {
			ids = append(ids, id)
			p.seen.ahead[id] = true
		}
	}
	if len(ids) < 2 || p.mayRead() != nil {
		return
	}
	got, err := several.MultiGet(ctx, ids)
	p.heed(err)
	if err != nil {
		p.e.opt.Log.Debug("several events could not be read together", "calendar", p.c.Name, "reason", err)
	}
	for id, g := range got {
		switch {
		case errors.Is(g.Err, calendar.ErrGone):
			p.seen.absent[id] = true
		case g.Err == nil:
			p.see(id, &g.Event)
		}
	}
}

func (s *settling) load() error {
	rec, err := s.record(s.id)
	if err != nil || rec == nil {
		return err
	}
	s.rec, s.story.failedBefore = rec, rec.Error
	rec.NotAhead(s.e.opt.Now())
	s.story.secrets = append(s.story.secrets, rec.Meeting.Passcode.Reveal())
	return nil
}

// record is the record as the store will have it at the end of the pass.
func (p *pass) record(id string) (*store.Record, error) {
	if rec := p.done.records[id]; rec != nil {
		return rec, nil
	}
	if p.seen.moved[store.Item{Calendar: p.c.Name, EventID: id}] {
		return nil, nil
	}
	return p.e.store.Record(p.c.Name, id)
}

// readAgain reads the event once more after somebody else changed it.
func (s *settling) readAgain(ctx context.Context) error {
	s.work.reread, s.work.schedule = true, nil
	delete(s.seen.events, s.id)
	ev, err := s.read(ctx, s.id)
	if err != nil && !errors.Is(err, calendar.ErrGone) {
		return err
	}
	s.ev = ev
	return nil
}
