package engine

import (
	"context"

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

// unsee forgets what was read of a series and its dates, of which one was written.
func (p *pass) unsee(id string) {
	series, _, isDate := calendar.CutDate(id)
	if isDate {
		delete(p.seen.events, series)
	}
	for other := range p.seen.events {
		if whole, _, also := calendar.CutDate(other); also && whole == series && other != id {
			delete(p.seen.events, other)
		}
	}
}

// handBack has the series of a date looked at that gives up its own link: it gets that of the series.
func (s *settling) handBack() {
	if s.leaving() {
		return
	}
	if s.ev != nil && s.ev.Of != nil && s.rec != nil {
		if plan.FindWish(s.ev, s.c.Settings.Rules).Covered {
			s.done.others.wake = append(s.done.others.wake, s.ev.Of.ID)
		}
	}
}
