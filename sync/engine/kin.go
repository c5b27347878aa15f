package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"

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
		return false, nil
	}
	if errors.Is(err, calendar.ErrMalformed) || errors.Is(err, calendar.ErrIncomplete) {
		return true, nil
	}
	return err == nil, err
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
	if s.dry || twin.Calendar != s.c.Name || slices.Contains(twin.Twins, s.id) {
		return nil
	}
	twin.Twins = append(twin.Twins, s.id)
	if s.rest[twin.EventID] == twin {
		return nil
	}
	return s.e.store.Update(func(tx *store.Tx) error { return tx.PutRecord(twin) })
}

func (s *settling) tags() []plan.Tag { return plan.FindWish(s.ev, s.c.Settings.Rules).Tags }

// inherit hands the record of an event that ends to a twin that stands and is tagged.
func (s *settling) inherit(ctx context.Context) (taken bool, err error) {
	if s.rec == nil || s.rec.Closed() {
		return false, nil
	}
	for _, id := range s.rec.Twins {
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
