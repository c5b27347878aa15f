package engine

import (
	"context"
	"slices"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// Single dates of a series that have records of their own (calendar.Exception.Date). Listings name the series alone, so
// its dates are looked at with it, and behind it.

// family are the known dates of the series of a calendar: those that are remembered, by the id of the series.
type family map[string][]string

func familyOf(known map[string]*store.Record, problems map[string]store.Problem) family {
	f := family{}
	for id := range known {
		f.add(id)
	}
	for id := range problems {
		if known[id] == nil {
			f.add(id)
		}
	}
	return f
}

func (f family) add(id string) {
	if series, _, isDate := calendar.CutDate(id); isDate {
		f[series] = append(f[series], id)
	}
}

// lists reports whether a listing names an item, or the series of which it is a date.
func lists(listed map[string]bool, id string) bool {
	series, _, isDate := calendar.CutDate(id)
	return listed[id] || isDate && listed[series]
}

// queueDates has the dates of a series that have to do with us be looked at in this pass, behind all that is due. They
// are due in the store first: a crash must not lose them.
func (p *pass) queueDates(ev *calendar.Event) error {
	if ev == nil || ev.Of != nil {
		return nil
	}
	var fresh []string
	for _, date := range plan.Dates(ev, p.c.Settings) {
		if !p.seen.queue.ids[date.ID] && len(date.ID) <= maxID {
			p.seen.queue.ids[date.ID] = true
			fresh = append(fresh, date.ID)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	p.seen.queue.dates = append(p.seen.queue.dates, fresh...)
	if p.mode.dry {
		return nil
	}
	return p.commit(func(tx *store.Tx) error {
		for _, id := range fresh {
			if err := tx.SetDue(p.c.Name, id, p.e.opt.Now()); err != nil {
				return err
			}
		}
		return nil
	})
}

// waitsForSeries reports whether an item is put behind all that is due: it is a date alone, and where its series is due
// as well, the link is that one's. Until it has been looked at it stays due.
func (p *pass) waitsForSeries(ev *calendar.Event, rec *store.Record) bool {
	apart := ev != nil && ev.Detached && rec == nil
	return apart && p.seen.queue.ids[ev.ID] && p.mode.only == ""
}

// queued takes the dates that were queued since it was asked last. Where the pass is for one event alone they stay due.
func (p *pass) queued() []string {
	list := p.seen.queue.dates
	p.seen.queue.dates = nil
	if p.mode.only != "" {
		return nil
	}
	return list
}

// readDate gives a single date as its series shows it; ok is false where only the calendar itself can tell.
func (p *pass) readDate(ctx context.Context, id string) (ev *calendar.Event, ok bool) {
	series, date, isDate := calendar.CutDate(id)
	if !isDate {
		return nil, false
	}
	whole, err := p.read(ctx, series)
	if err != nil {
		return nil, false
	}
	one, ok := whole.Date(date)
	return &one, ok
}

// see keeps what was read of an event in this pass.
func (p *pass) see(id string, ev *calendar.Event) {
	p.seen.events[id] = ev
	p.seen.queue.read.add(id)
}

// unsee forgets what was read of an event, and of the series and its dates of which it is one: one of them was written.
// A calendar may have as many events as it likes, and each of them is written.
func (p *pass) unsee(id string) {
	series, _, _ := calendar.CutDate(id)
	delete(p.seen.events, series)
	for _, date := range p.seen.queue.read[series] {
		delete(p.seen.events, date)
	}
	delete(p.seen.queue.read, series)
}

// handBack has the series of a date looked at that gives up its own link: it gets that of the series, in this pass
// where that is possible.
func (s *settling) handBack() {
	if s.leaving() || s.ev == nil || s.rec == nil {
		return
	}
	if s.ev.Of == nil || !plan.FindWish(s.ev, s.c.Settings.Rules).Covered {
		return
	}
	series := s.ev.Of.ID
	s.done.others.wake = append(s.done.others.wake, series)
	if slices.Contains(s.story.steps, "unlink") && s.mode.only == "" {
		s.seen.queue.again = append(s.seen.queue.again, series)
	}
}

// settleAgain gives dates that have given up their own links those of their series. One that is not as it should be
// anyway has its own time.
func (p *pass) settleAgain(ctx context.Context) error {
	slices.Sort(p.seen.queue.again)
	for _, series := range slices.Compact(p.seen.queue.again) {
		if ctx.Err() != nil {
			break // it is due in the next pass
		}
		rec, err := p.record(series)
		if err != nil {
			return err
		}
		if rec == nil || rec.State != plan.Linked {
			continue
		}
		if err := p.settle(ctx, series); err != nil {
			return err
		}
		p.e.alive(p.c.Name)
	}
	return p.writeTogether(ctx)
}
