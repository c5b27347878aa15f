package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/reason"
)

// former sees to what calendars have left behind that are not in the configuration any more. One that is listed under
// another name now has only been renamed: all that is kept of it is this calendar's. In any other case its events keep
// what they have, and other items with the same UIDs have their turn. That is done once for each calendar of an engine,
// with what the calendar said of itself, and once all who share the store know the same calendars: before, another one
// may still be at work under the other name, and what it saves then nobody would find.
func (p *pass) former(ctx context.Context, st *store.CalendarState, changes calendar.Changes) error {
	if p.e.hasLooked(p.c.Name) || p.mode.dry {
		return nil
	}
	names, err := p.e.strangers()
	if err != nil {
		return err
	}
	agreed, err := p.agreed(names)
	if err != nil {
		return err
	}
	seen := false
	for _, name := range names {
		if name == p.c.Name || p.e.calendars[p.c.Name] == nil {
			continue
		}
		left, renamed, err := p.leftBy(name, changes)
		switch {
		case err != nil:
			return err
		case renamed && !agreed:
			return disagreed(p.c.Name, name)
		case !left || !agreed:
			continue
		}
		if err := p.formerName(ctx, name, changes); err != nil {
			return err
		}
		seen = true
	}
	if seen { // what is kept of this calendar may be that of its former name by now
		if *st, err = p.e.store.Calendar(p.c.Name); err != nil {
			return err
		}
	}
	p.e.mu.Lock()
	p.e.seat(p.c.Name).looked = agreed && !p.seen.belief.unasked
	p.e.mu.Unlock()
	return nil
}

// agreed reports whether all who share the store know the same calendars, as of a moment ago. Nobody is asked where
// nothing was left behind.
func (p *pass) agreed(names []string) (bool, error) {
	if len(names) == 0 {
		return true, nil
	}
	s, now := &p.e.strange, p.e.opt.Now()
	s.Lock()
	known, agreed := now.Sub(s.asked).Abs() < agreedFor, s.agreed
	s.Unlock()
	if known {
		return agreed, nil
	}
	if err := p.e.store.Update(func(tx *store.Tx) (err error) {
		agreed, err = tx.Agreed(p.e.sum)
		return err
	}); err != nil {
		return false, err
	}
	s.Lock()
	defer s.Unlock()
	s.asked, s.agreed = now, agreed
	return agreed, nil
}

// agreedFor is how long an answer is good enough for all calendars that ask.
const agreedFor = 5 * time.Second

// disagreed says that somebody may still work on a calendar under its former name.
func disagreed(name, former string) error {
	return reason.CalendarRenamed.Of(words.Mend(fmt.Errorf("calendar %s was called %s until now, and not all workers have "+
		"read the new configuration", name, former), "give all workers the same configuration, and reload them"))
}

// strange are the calendars of which something is kept and which are not the engine's.
type strange struct {
	sync.Mutex // guards all below
	names      []string
	next       int       // what the store is asked with for those that have come since
	agreed     bool      // all workers know the same calendars
	asked      time.Time // when that was asked; zero: never
	// sources are the configured names by provider and source of what is kept under them; nil: not read yet.
	sources map[string][]string
}

// strangers returns them, sorted. However many calendars ask, the whole list is read once.
func (e *Engine) strangers() ([]string, error) {
	e.strange.Lock()
	defer e.strange.Unlock()
	names, next, err := e.store.CalendarsSince(e.strange.next)
	if err != nil {
		return nil, err
	}
	e.strange.next = next
	for _, name := range names {
		if at, known := slices.BinarySearch(e.strange.names, name); !known && e.calendars[name] == nil {
			// others may go through the old one
			e.strange.names = slices.Insert(slices.Clone(e.strange.names), at, name)
		}
	}
	return e.strange.names, nil
}

// leftBy reports whether a name that is not configured has left anything behind for this calendar: itself, which has
// only been renamed then, or items that wait for one of its.
func (p *pass) leftBy(name string, changes calendar.Changes) (left, renamed bool, err error) {
	was, err := p.e.store.Calendar(name)
	if err != nil || p.renamed(was, changes) {
		return err == nil, err == nil, err
	}
	records, err := p.e.store.Records(name)
	if err != nil {
		return false, false, err
	}
	for _, rec := range records {
		twins, err := p.e.store.Twins(rec.UID)
		if err != nil {
			return false, false, err
		}
		if !rec.Closed() && slices.ContainsFunc(twins,
			func(twin store.Item) bool { return twin.Calendar == p.c.Name }) {
			return true, false, nil
		}
	}
	return false, false, nil
}

// renamed reports whether what was listed is what is kept under another name. States from before it was noted do not
// say of which provider a calendar is.
func (p *pass) renamed(was store.CalendarState, changes calendar.Changes) bool {
	sameProvider := was.Provider == "" || was.Provider == p.c.Provider
	return was.Source != "" && was.Source == changes.Source && sameProvider
}

// patience is how long a pass over a calendar under its former name is waited for.
const patience = time.Minute

// formerBusy says that a pass under a former name of the calendar is at work.
type formerBusy struct{ name string }

func (e *formerBusy) Error() string { return "a pass over calendar " + e.name + " is at work" }

// formerName takes over what is kept under one name that is not configured, or wakes who waits for it.
func (p *pass) formerName(ctx context.Context, name string, changes calendar.Changes) error {
	if !slices.Contains(p.mode.locked, name) {
		unlock, err := p.e.locks.lockAll(ended(ctx), calendarLock(name))
		if err != nil {
			return &formerBusy{name}
		}
		defer unlock()
	}
	moved := 0
	err := p.commit(func(tx *store.Tx) error {
		was, err := tx.Calendar(name)
		if err != nil {
			return err
		}
		if !p.renamed(was, changes) {
			return p.wakeTwinsOf(tx, name)
		}
		if agreed, err := tx.Agreed(p.e.sum); err != nil || !agreed {
			return cmp.Or(err, disagreed(p.c.Name, name))
		}
		moved, err = tx.RenameCalendar(name, p.c.Name)
		return err
	})
	if err == nil && moved > 0 {
		p.e.opt.Log.Info("calendar renamed", "calendar", p.c.Name, "was", name, "events", moved)
	}
	return err
}

// wakeTwinsOf has the items of this calendar looked at that were left alone for one of a calendar that is not
// configured.
func (p *pass) wakeTwinsOf(tx *store.Tx, name string) error {
	records, err := tx.Records(name)
	if err != nil {
		return err
	}
	for _, rec := range records {
		if rec.Closed() {
			continue
		}
		twins, err := tx.Twins(rec.UID)
		if err != nil {
			return err
		}
		for _, twin := range twins {
			if twin.Calendar != p.c.Name {
				continue
			}
			if err := tx.SetDue(twin.Calendar, twin.EventID, p.e.opt.Now()); err != nil {
				return err
			}
		}
	}
	return nil
}
