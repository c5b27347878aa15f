package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/store"
	"zoomtag/sync/plan"
	"zoomtag/sync/reason"
)

// kin looks for records of other calendar items with the same UID. An open one whose item is gone is this very event,
// moved or renamed: its record is taken over. So is one whose item has become somebody else's to write while this one
// is the owner's. One whose item still stands is a twin, and this item is left alone. A closed one whose meeting can
// still be brought back is that of this event, restored.
func (s *settling) kin(ctx context.Context) error {
	if s.ev == nil {
		_, err := s.inherit(ctx)
		return err
	}
	if s.rec != nil && !s.rec.Closed() || !plan.Interesting(s.ev, s.c.Settings) {
		return nil
	}
	others, err := s.others()
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Closed() {
			continue
		}
		ev, stands, err := s.standing(ctx, other)
		if err != nil {
			err = fmt.Errorf("another item with the same UID (%s in %s) could not be read: %w", other.EventID,
				other.Calendar, unreadTwin(err))
			return errors.Join(err, s.announce())
		}
		if !stands && s.mayTake(other) || s.succeeds(other, ev) {
			return s.takeOver(other, stands || s.e.calendars[other.Calendar] == nil)
		}
		s.twin = other
		return nil
	}
	return s.restored(ctx, others)
}

// mayTake reports whether this item can come into the place of one that is gone. A guest's copy in another calendar
// cannot: that it still stands says nothing of what the organizer wants. Nor can one that wants no meeting come into
// the place of one whose calendar was taken out of the configuration: that one may stand, and still want its own.
func (s *settling) mayTake(other *store.Record) bool {
	if s.e.calendars[other.Calendar] == nil {
		return s.wants()
	}
	return other.Calendar == s.c.Name || s.ev.Denied == ""
}

// wants reports whether this item asks for a meeting and may have one.
func (s *settling) wants() bool {
	if s.leaving() {
		return false
	}
	return s.ev.Denied == "" && !s.ev.Cancelled && plan.FindWish(s.ev, s.c.Settings.Rules).Asked
}

// announce has the item be known to whoever ends the event elsewhere, before it is known what becomes of it here.
func (s *settling) announce() error {
	if s.mode.dry {
		return nil
	}
	return s.commit(func(tx *store.Tx) error {
		return tx.PutTwin(s.ev.UID, store.Item{Calendar: s.c.Name, EventID: s.id})
	})
}

// announceAll has the items of a calendar that is held, because it is another one than before, be known to whoever ends
// their events elsewhere: they were moved here, perhaps, and nothing is concluded of them until the owner has decided.
func (p *pass) announceAll(changes calendar.Changes) error {
	if p.mode.dry {
		return nil
	}
	for i := range changes.List {
		ev := changes.List[i].Event
		if ev == nil || !plan.Interesting(ev, p.c.Settings) {
			continue
		}
		item := store.Item{Calendar: p.c.Name, EventID: ev.ID}
		records, err := p.e.store.ByUID(ev.UID)
		if err != nil {
			return err
		}
		twins, err := p.e.store.Twins(ev.UID)
		if err != nil {
			return err
		}
		isOpen := func(rec *store.Record) bool { return !rec.Closed() && rec.Calendar != p.c.Name }
		if !slices.ContainsFunc(records, isOpen) || slices.Contains(twins, item) {
			continue
		}
		if err := p.commit(func(tx *store.Tx) error { return tx.PutTwin(ev.UID, item) }); err != nil {
			return err
		}
	}
	return nil
}

// others are the records of other items with the event's UID, as the store will have them at the end of the pass.
func (s *settling) others() ([]*store.Record, error) {
	found, err := s.e.store.ByUID(s.ev.UID)
	if err != nil {
		return nil, err
	}
	found = slices.DeleteFunc(found, func(rec *store.Record) bool {
		return s.seen.moved[store.Item{Calendar: rec.Calendar, EventID: rec.EventID}]
	})
	if rec := s.done.records[s.done.begun[s.ev.UID]]; rec != nil && (rec.Version == 0 || s.mode.dry) { // not saved yet
		found = append(found, rec)
	}
	var others []*store.Record
	for _, other := range found {
		if other.Calendar == s.c.Name && other.EventID == s.id {
			continue
		}
		if rec := s.done.records[other.EventID]; rec != nil && other.Calendar == s.c.Name {
			other = rec
		}
		others = append(others, other)
	}
	return others, nil
}

// standing reads the item of another record. One in a calendar that is no longer configured does not stand. The event
// is nil where the item is there and cannot be understood.
func (s *settling) standing(ctx context.Context, other *store.Record) (ev *calendar.Event, stands bool, err error) {
	if other.Calendar == s.c.Name {
		ev, err = s.read(ctx, other.EventID)
	} else if c := s.e.calendars[other.Calendar]; c != nil {
		var got calendar.Event
		got, err = c.Source.Get(ctx, other.EventID)
		ev = &got
	} else {
		return nil, false, nil
	}
	switch {
	case errors.Is(err, calendar.ErrGone):
		return nil, false, s.e.proves(other.Calendar)
	case errors.Is(err, calendar.ErrMalformed), errors.Is(err, calendar.ErrIncomplete):
		return nil, true, nil
	case err != nil:
		return nil, false, err
	}
	return ev, true, nil
}

// succeeds reports whether this item comes into the place of one that stands: another organizer has it now, in a
// calendar that is watched as well, or that one wants no meeting any more and shows none, while this one does.
func (s *settling) succeeds(other *store.Record, ev *calendar.Event) bool {
	if ev == nil || s.ev.Sealed != "" || !s.wants() {
		return false
	}
	// then its link is out, or is not to be had out
	graceOver := !s.e.opt.Now().Before(other.EndingAt.Add(s.c.Settings.Grace))
	linkless := ev.Cancelled || ev.Link.Mark+ev.Link.Block == ""
	done := linkless || graceOver && !s.e.asks(other.Calendar, ev)
	ends := done && !other.EndingAt.IsZero()
	return ev.UID != s.ev.UID || ev.Denied != "" || ends
}

// restored takes the closed record over of which the event is the item, restored under another id, name or calendar,
// while its meeting can be brought back.
func (s *settling) restored(ctx context.Context, others []*store.Record) error {
	hasOwn := s.rec != nil && (s.rec.MeetingID != 0 || s.rec.CancelledID != 0)
	if hasOwn || !s.wants() {
		return nil
	}
	for _, other := range others {
		if !other.Closed() || !plan.Restorable(other, s.e.opt.Now(), s.c.Settings) {
			continue
		}
		ev, stands, err := s.standing(ctx, other)
		if err != nil {
			return fmt.Errorf("the item that the event was before (%s in %s) could not be read: %w", other.EventID,
				other.Calendar, unreadTwin(err))
		}
		if !stands || ev != nil && s.e.wantsNone(other.Calendar, ev) {
			return s.takeOver(other, stands || s.e.calendars[other.Calendar] == nil)
		}
	}
	return nil
}

// wantsNone reports whether an item wants no meeting in a calendar, or may not be given one.
func (e *Engine) wantsNone(name string, ev *calendar.Event) bool {
	return ev.Cancelled || ev.Denied != "" || !e.asks(name, ev)
}

// asks reports whether an event asks for a meeting in a calendar.
func (e *Engine) asks(name string, ev *calendar.Event) bool {
	c := e.calendars[name]
	return c != nil && plan.FindWish(ev, c.Settings.Rules).Asked
}

// proves reports, as an error, that what a calendar lacks is not gone: it is another one than that which was watched
// under its name.
func (e *Engine) proves(name string) error {
	st, err := e.store.Calendar(name)
	if err != nil {
		return err
	}
	if st.Another && !st.HeldAt.IsZero() && !st.Released {
		return reason.OtherCalendar.Because(fmt.Sprintf("calendar %s is held: %s", name, st.HeldReason)).
			Mend(st.HeldCure)
	}
	return err
}

// takeOver makes the record of another item that of this one, if it still is as it was when that was decided. stands
// says that the other item is still there, or may be.
func (s *settling) takeOver(other *store.Record, stands bool) error {
	moved := *other
	moved.NotAhead(s.e.opt.Now())
	if s.rec != nil && plan.LiesAhead(s.rec, s.e.opt.Now()) { // what comes into its place is to know of its meeting
		moved.Discard(store.Former{MeetingID: s.rec.MeetingID, Mark: s.rec.Mark, Host: s.rec.Host, At: s.e.opt.Now()})
	}
	told := s.ev != nil && (s.ev.Link.Mark == moved.Mark || s.ev.Link.Block == "")
	if told && s.ev.Link.Tag == "" {
		moved.Taken = "" // of this item nothing was taken out of sight
	}
	if other.Calendar == s.c.Name {
		delete(s.done.records, other.EventID)
	}
	if s.mode.dry {
		s.seen.moved[store.Item{Calendar: other.Calendar, EventID: other.EventID}] = true
		moved.Calendar, moved.EventID = s.c.Name, s.id
		s.done.begun[moved.UID] = s.id
		if other.Calendar != s.c.Name {
			s.report.Moved = append(s.report.Moved, store.Item{Calendar: other.Calendar, EventID: other.EventID})
		}
	} else {
		moved.Due = s.e.opt.Now()
		err := s.commit(func(tx *store.Tx) error {
			if err := tx.MoveRecord(&moved, s.c.Name, s.id); err != nil {
				return err
			}
			if stands { // it has its turn when this one ends
				if err := tx.PutTwin(moved.UID,
					store.Item{Calendar: other.Calendar, EventID: other.EventID}); err != nil {
					return err
				}
			}
			return tx.DeleteTwin(moved.UID, store.Item{Calendar: s.c.Name, EventID: s.id})
		})
		if err != nil {
			return err
		}
	}
	s.rec, s.story.failedBefore = &moved, moved.Error
	return nil
}

// leaveToTwin saves that this item is left to the one that has the record, and when it is looked at again by itself
// (zero: not). From here on it is woken when that one ends. It is ErrChanged if that one has ended by now.
func (s *settling) leaveToTwin(at time.Time) error {
	if s.mode.dry {
		return nil
	}
	return s.commit(func(tx *store.Tx) error {
		if s.twin.Version != 0 { // else it was begun in this pass, and is saved at its end
			if err := s.tellTwin(tx); err != nil {
				return err
			}
		}
		err := tx.PutTwin(s.ev.UID, store.Item{Calendar: s.c.Name, EventID: s.id})
		if err != nil || s.rec != nil || s.twin.Version == 0 { // until that record is saved, this item stays due
			return err
		}
		return tx.SetDue(s.c.Name, s.id, at)
	})
}

// tellTwin has the record that this item is left to know of another meeting of ours that this one shows.
func (s *settling) tellTwin(tx *store.Tx) error {
	now, err := tx.Record(s.twin.Calendar, s.twin.EventID)
	if err != nil {
		return err
	}
	if now == nil || now.Closed() || now.UID != s.ev.UID {
		return store.ErrChanged
	}
	rival, outranked := plan.RivalOf(s.ev, now, s.c.Settings), plan.Outranked(s.ev, now, s.c.Settings)
	switch {
	case rival != "" && rival != now.Rival:
		now.Rival = rival
	case outranked != "": // it is let be as long as this item shows it
		now.Discard(store.Former{Mark: outranked, Host: now.Host, At: s.e.opt.Now()})
	default:
		return nil
	}
	now.Due = s.e.opt.Now()
	return tx.PutRecord(now)
}

func (s *settling) tags() []plan.Tag { return plan.FindWish(s.ev, s.c.Settings.Rules).Tags }

// inherit hands the record of an event that ends to a twin in the same calendar that stands and is tagged. Twins in
// others are seen to by heldElsewhere.
func (s *settling) inherit(ctx context.Context) (taken bool, err error) {
	if s.rec == nil || s.rec.Closed() {
		return false, nil
	}
	twins, err := s.e.store.Twins(s.rec.UID)
	if err != nil {
		return false, err
	}
	for _, twin := range twins {
		if twin.Calendar != s.c.Name || twin.EventID == s.id {
			continue
		}
		ev, err := s.read(ctx, twin.EventID)
		if errors.Is(err, calendar.ErrGone) {
			continue
		}
		if err != nil {
			return false, fmt.Errorf("another item with the same UID (%s) could not be read: %w", twin.EventID,
				unreadTwin(err))
		}
		if own, err := s.hasOwn(twin); err != nil {
			return false, err
		} else if own || ev.UID != s.rec.UID || !s.wouldResume(ev, s.c) {
			continue
		}
		old := s.rec
		s.id, s.ev, s.story.before = twin.EventID, ev, ev
		return true, s.takeOver(old, old.Calendar == s.c.Name && !s.seen.absent[old.EventID])
	}
	return false, nil
}

// hasOwn reports whether an item has an open record of its own, as in states from before one UID had one record.
func (s *settling) hasOwn(item store.Item) (bool, error) {
	rec, err := s.e.store.Record(item.Calendar, item.EventID)
	return rec != nil && !rec.Closed(), err
}

// wouldResume reports whether an item would have the record, which ends, go on as its own.
func (s *settling) wouldResume(ev *calendar.Event, c *Calendar) bool {
	rec := *s.rec
	rec.EndingAt = s.e.opt.Now()
	return plan.Next(plan.Input{Now: s.e.opt.Now(), Event: ev, Rec: &rec, Settings: c.Settings}).Do == plan.Resume
}

// heldElsewhere keeps a meeting from being cancelled that an item in another calendar still shows, which then is looked
// at there and takes over.
func (s *settling) heldElsewhere(ctx context.Context) error {
	twins, err := s.e.store.Twins(s.rec.UID)
	if err != nil {
		return err
	}
	for _, twin := range twins {
		c := s.e.calendars[twin.Calendar]
		if c == nil || twin.Calendar == s.c.Name {
			continue
		}
		ev, err := c.Source.Get(ctx, twin.EventID)
		if errors.Is(err, calendar.ErrGone) {
			if err = s.e.proves(twin.Calendar); err == nil {
				continue
			}
		}
		if err != nil {
			return fmt.Errorf("another item with the same UID (%s in %s) could not be read: %w", twin.EventID,
				twin.Calendar, unreadTwin(err))
		}
		if own, err := s.hasOwn(twin); err != nil {
			return err
		} else if own || ev.UID != s.rec.UID {
			continue
		}
		if ev.Sealed != "" || !s.wouldResume(&ev, c) {
			continue
		}
		now := s.e.opt.Now()
		if !s.mode.dry {
			wake := func(tx *store.Tx) error { return tx.SetDue(twin.Calendar, twin.EventID, now) }
			if err := s.commit(wake); err != nil {
				return err
			}
		}
		return &waiting{state: plan.Ending, until: now.Add(time.Minute),
			why: reason.HandedOver.Because("the event stands in calendar " + twin.Calendar + " as well, which takes " +
				"its meeting over")}
	}
	return nil
}

// keptFor returns the open record of another item that has the same meeting. States from before one UID had one record
// may hold two.
func keptFor(tx *store.Tx, rec *store.Record) (*store.Record, error) {
	others, err := tx.ByUID(rec.UID)
	if err != nil {
		return nil, err
	}
	for _, other := range others {
		isItself := other.Calendar == rec.Calendar && other.EventID == rec.EventID
		if !isItself && !other.Closed() && other.Mark == rec.Mark {
			return other, nil
		}
	}
	return nil, nil
}
