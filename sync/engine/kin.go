package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
)

// kin looks for open records of other calendar items with the same UID. One whose item is gone is this very event, moved or
// renamed: its record is taken over. One whose item still stands is a twin, and this item is left alone.
func (s *settling) kin(ctx context.Context) error {
	if s.ev == nil {
		_, err := s.inherit(ctx)
		return err
	}
	if s.rec != nil && !s.rec.Closed() || !plan.Interesting(s.ev, &s.c.Settings) {
		return nil
	}
	others, err := s.e.store.ByUID(s.ev.UID)
	if err != nil {
		return err
	}
	if rec := s.rest[s.begun[s.ev.UID]]; rec != nil {
		others = append(others, rec) // perhaps not saved yet
	}
	for _, other := range others {
		if rec := s.rest[other.EventID]; rec != nil && other.Calendar == s.c.Name {
			other = rec
		}
		if other.Closed() || other.Calendar == s.c.Name && other.EventID == s.id {
			continue
		}
		stands, err := s.stands(ctx, other)
		if err != nil {
			return fmt.Errorf("another item with the same UID (%s in %s) could not be read: %w", other.EventID, other.Calendar, err)
		}
		if !stands {
			return s.takeOver(other)
		}
		s.twin = other
		return s.remember(other)
	}
	return nil
}

// stands reports whether the item of another record is still there. One in a calendar that is no longer configured is not.
func (s *settling) stands(ctx context.Context, other *store.Record) (bool, error) {
	var err error
	if other.Calendar == s.c.Name {
		_, err = s.read(ctx, other.EventID)
	} else if c := s.e.calendars[other.Calendar]; c != nil {
		_, err = c.Source.Get(ctx, other.EventID)
	} else {
		return false, nil
	}
	if errors.Is(err, calendar.ErrGone) {
		return false, s.e.proves(other.Calendar)
	}
	if errors.Is(err, calendar.ErrMalformed) || errors.Is(err, calendar.ErrIncomplete) {
		return true, nil
	}
	return err == nil, err
}

// proves reports, as an error, that what a calendar lacks is not gone: it is another one than that which was watched under its name.
func (e *Engine) proves(name string) error {
	st, err := e.store.Calendar(name)
	if err == nil && st.Another && !st.HeldAt.IsZero() && !st.Released {
		err = fmt.Errorf("calendar %s is held: %s", name, st.HeldReason)
	}
	return err
}

// takeOver makes the record of an item that is gone that of this one.
func (s *settling) takeOver(other *store.Record) error {
	calendarBefore, idBefore := other.Calendar, other.EventID
	if calendarBefore == s.c.Name {
		delete(s.rest, idBefore)
	}
	moved := *other
	moved.Calendar, moved.EventID = s.c.Name, s.id
	s.rec, s.failedBefore = &moved, moved.Error
	return s.save("", "", func(tx *store.Tx) error { return tx.DeleteRecord(calendarBefore, idBefore) })
}

// remember notes this item with its twin, so that it takes over should the twin's item vanish.
func (s *settling) remember(twin *store.Record) error {
	name := s.id
	if twin.Calendar != s.c.Name {
		name = elsewhere(s.c.Name, s.id)
	}
	if s.dry || slices.Contains(twin.Twins, name) {
		return nil
	}
	twin.Twins = append(twin.Twins, name)
	if s.rest[twin.EventID] == twin {
		return nil
	}
	return s.e.store.Update(func(tx *store.Tx) error {
		now, err := tx.Record(twin.Calendar, twin.EventID)
		if err != nil || now == nil {
			return err
		}
		if now.Twins = append(now.Twins, name); twin.Calendar == s.c.Name {
			now = twin
		}
		return tx.PutRecord(now)
	})
}

func (s *settling) tags() []plan.Tag { return plan.FindWish(s.ev, s.c.Settings.Rules).Tags }

// inherit hands the record of an event that ends to a twin that stands and is tagged.
func (s *settling) inherit(ctx context.Context) (taken bool, err error) {
	if s.rec == nil || s.rec.Closed() {
		return false, nil
	}
	for _, id := range s.rec.Twins {
		if strings.Contains(id, "\x00") {
			continue // in another calendar: see heldElsewhere
		}
		ev, err := s.read(ctx, id)
		if errors.Is(err, calendar.ErrGone) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("another item with the same UID (%s) could not be read: %w", id, err)
		}
		if id == s.id || ev.UID != s.rec.UID || ev.Cancelled || !plan.FindWish(ev, s.c.Settings.Rules).Asked {
			continue
		}
		old := s.rec
		s.id, s.ev, s.before = id, ev, ev
		return true, s.takeOver(old)
	}
	return false, nil
}

// elsewhere names an item of another calendar in Record.Twins.
func elsewhere(calendar, id string) string { return calendar + "\x00" + id }

// heldElsewhere keeps a meeting from being cancelled that another item still shows: one that has taken over the record, or a
// twin in another calendar, which then is looked at there and takes over.
func (s *settling) heldElsewhere(ctx context.Context) (held bool, err error) {
	others, err := s.e.store.ByUID(s.rec.UID)
	if err != nil {
		return false, err
	}
	for _, other := range others {
		if !other.Closed() && other.Mark == s.rec.Mark && (other.Calendar != s.c.Name || other.EventID != s.id) {
			return true, s.close("its meeting is kept for " + other.EventID + " in calendar " + other.Calendar)
		}
	}
	for _, twin := range s.rec.Twins {
		name, id, ok := strings.Cut(twin, "\x00")
		c := s.e.calendars[name]
		if !ok || c == nil {
			continue
		}
		ev, err := c.Source.Get(ctx, id)
		if errors.Is(err, calendar.ErrGone) {
			if err = s.e.proves(name); err == nil {
				continue
			}
		}
		if err != nil {
			return false, fmt.Errorf("another item with the same UID (%s in %s) could not be read: %w", id, name, err)
		}
		if ev.UID != s.rec.UID || ev.Cancelled || !plan.FindWish(&ev, c.Settings.Rules).Asked || s.ev != nil {
			continue
		}
		now := s.e.opt.Now()
		if !s.dry {
			if err := s.e.store.Update(func(tx *store.Tx) error { return tx.SetDue(name, id, now) }); err != nil {
				return false, err
			}
		}
		return true, &waiting{state: plan.Ending, until: now.Add(time.Minute), reason: "the event now stands in calendar " + name + ", which takes its meeting over"}
	}
	return false, nil
}
