package engine

import (
	"context"
	"fmt"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
)

// former sees to what calendars have left behind that are not in the configuration any more. One that is listed under another name now has
// only been renamed: all that is kept of it is this calendar's. In any other case its events keep what they have, and other items with the
// same UIDs have their turn. That is done once for each calendar of an engine, with what the calendar said of itself.
func (p *pass) former(ctx context.Context, st *store.CalendarState, changes calendar.Changes) error {
	p.e.mu.Lock()
	looked := p.e.looked[p.c.Name]
	p.e.mu.Unlock()
	if looked || p.dry {
		return nil
	}
	names, err := p.e.store.Calendars()
	if err != nil {
		return err
	}
	for _, name := range names {
		if p.e.calendars[name] != nil || name == p.c.Name || p.e.calendars[p.c.Name] == nil {
			continue
		}
		if err := p.formerName(ctx, name, changes); err != nil {
			return err
		}
	}
	if *st, err = p.e.store.Calendar(p.c.Name); err != nil {
		return err
	}
	p.e.mu.Lock()
	p.e.looked[p.c.Name] = true
	p.e.mu.Unlock()
	return nil
}

// patience is how long a pass over a calendar under its former name is waited for.
const patience = time.Minute

// formerName takes over what is kept under one name that is not configured, or wakes who waits for it.
func (p *pass) formerName(ctx context.Context, name string, changes calendar.Changes) error {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	unlock, err := p.e.locks.lockAll(wait, calendarLock(name))
	if err != nil {
		return fmt.Errorf("calendar %s is still being worked on under its former name, %s: %w", p.c.Name, name, err)
	}
	defer unlock()
	moved := 0
	err = p.e.store.Update(func(tx *store.Tx) error {
		was, err := tx.Calendar(name)
		if err != nil {
			return err
		}
		if was.Source == "" || was.Source != changes.Source || was.Provider != p.c.Provider {
			return p.wakeTwinsOf(tx, name)
		}
		moved, err = tx.RenameCalendar(name, p.c.Name)
		return err
	})
	if err == nil && moved > 0 {
		p.e.opt.Log.Info("calendar renamed", "calendar", p.c.Name, "was", name, "events", moved)
	}
	return err
}

// wakeTwinsOf has the items of this calendar looked at that were left alone for one of a calendar that is not configured.
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
