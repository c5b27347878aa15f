package engine

import (
	"cmp"
	"slices"
	"time"

	"zoomtag/providers/calendar"
)

// due is what has to be looked at now, by start; what ends comes last. (Cancellations need not hurry: the reserve of
// the daily budget is kept for them.)
func (p *pass) due() ([]string, error) {
	ids := p.done.clear
	if p.mode.dry {
		p.done.clear = nil
	} else {
		var err error
		if ids, err = p.e.store.Due(p.c.Name, p.e.opt.Now(), 0); err != nil {
			return nil, err
		}
	}
	if len(ids) < 2 {
		return ids, nil
	}
	type urgency struct {
		id    string
		class int
		start time.Time
	}
	list := make([]urgency, 0, len(ids))
	for _, id := range ids {
		u := urgency{id: id, class: 2}
		rec, err := p.e.store.Record(p.c.Name, id)
		if err != nil {
			return nil, err
		}
		ev := p.seen.events[id]
		_, _, isDate := calendar.CutDate(id)
		switch {
		case isDate: // behind its series, which may have a link for it
			u.class = 4
		case rec != nil && (!rec.EndingAt.IsZero() || p.seen.absent[id]):
			u.class = 3 // its meeting may be taken over by an item that is only seen in this pass
		case ev != nil && rec == nil && ev.Link.Mark != "":
			// after a lost database, an item that shows its meeting goes before one with the same UID that does not
			u.class = 0
		case ev != nil:
			u.class, u.start = 1, ev.Start
		case rec != nil:
			u.class, u.start = 1, rec.Start
		}
		list = append(list, u)
	}
	slices.SortStableFunc(list, func(a, b urgency) int {
		return cmp.Or(cmp.Compare(a.class, b.class), a.start.Compare(b.start))
	})
	for i, u := range list {
		ids[i] = u.id
	}
	return ids, nil
}
