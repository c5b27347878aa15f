package engine

import (
	"time"

	"zoomtag/store"
	"zoomtag/sync/reason"
)

// setBack reports whether the clock was set back since a calendar was last read.
func (p *pass) setBack(st store.CalendarState) bool {
	limit := p.e.opt.Now().Round(0).Add(clockSlack)
	return st.LastSuccess.After(limit) || p.e.LastPass(p.c.Name).Round(0).After(limit)
}

// pullIn makes due now what waits for a time that only a wrong clock can have set. After the clock was set back all
// that waits does; the first time that this engine looks at the calendar, what was saved by a clock that was ahead, and
// what waits longer than anything may, or longer than the grace period that is configured now.
func (p *pass) pullIn(back bool) error {
	p.e.mu.Lock()
	seat := p.e.seat(p.c.Name)
	vetted := seat.vetted
	seat.vetted = true
	p.e.mu.Unlock()
	if p.mode.dry || vetted && !back {
		return nil
	}
	p.e.dropAhead()
	now := p.e.opt.Now()
	waiting, err := p.e.store.DueAfter(p.c.Name, now)
	if err != nil {
		return err
	}
	var early []string
	for _, w := range waiting {
		wrong := back
		if !wrong {
			if wrong, err = p.tooFar(w, now); err != nil {
				return err
			}
		}
		if wrong {
			early = append(early, w.ID)
		}
	}
	if len(early) == 0 {
		return nil
	}
	said := "what waits longer than it has to is looked at now"
	if back {
		said = "the clock was set back: what waits is looked at now"
	}
	p.e.opt.Log.Info(said, "calendar", p.c.Name, "events", len(early))
	return p.commit(func(tx *store.Tx) error {
		for _, id := range early {
			if err := tx.SetDue(p.c.Name, id, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// tooFar reports whether an id waits for a time that no right clock has set: nothing waits longer than services may ask
// for, the grace period, or until its event is over.
func (p *pass) tooFar(w store.Waiting, now time.Time) (bool, error) {
	furthest := now.Add(max(longestRest, p.c.Settings.Grace+clockSlack))
	rec, err := p.e.store.Record(p.c.Name, w.ID)
	if err != nil || rec == nil {
		return err == nil && w.Due.After(furthest), err
	}
	if graceOver := rec.EndingAt.Add(p.c.Settings.Grace); rec.Code == string(reason.Grace) && w.Due.After(graceOver) {
		return true, nil
	}
	over := rec.Until.Add(clockSlack)
	return rec.Changed.After(now.Add(clockSlack)) || w.Due.After(furthest) && w.Due.After(over), nil
}
