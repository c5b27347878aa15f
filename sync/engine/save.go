package engine

import (
	"zoomtag/store"
)

// commit carries out a change of the store for the calendar of the pass.
func (p *pass) commit(fn func(tx *store.Tx) error) error { return p.outside.save(fn) }

// save writes the record on its way, with a journal entry for the step if there is one, in one transaction. Until the
// event is at rest it stays due: a crash must not lose it.
func (s *settling) save(step, reason string, more func(tx *store.Tx) error) error {
	s.rec.Due = s.e.opt.Now()
	return s.put(store.Entry{Step: step, Reason: reason}, more)
}

// put writes the record, with an entry of the journal if that says something, in one transaction.
func (s *settling) put(entry store.Entry, more func(tx *store.Tx) error) error {
	if s.mode.dry {
		return nil
	}
	return s.commit(func(tx *store.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		if entry.Step+entry.Reason+entry.Error != "" {
			entry.At, entry.Calendar, entry.EventID = s.e.opt.Now(), s.c.Name, s.id
			entry.UID, entry.Title, entry.Meeting = s.rec.UID, s.rec.Title, s.rec.MeetingID
			if err := tx.Journal(entry); err != nil {
				return err
			}
		}
		return putRecord(tx, s.rec)
	})
}
