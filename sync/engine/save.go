package engine

import (
	"zoomtag/store"
)

// save writes the record on its way, with a journal entry for the step if there is one, in one transaction. Until the
// event is at rest it stays due: a crash must not lose it.
func (s *settling) save(step, reason string, more func(tx *store.Tx) error) error {
	s.rec.Due = s.e.opt.Now()
	return s.put(step, reason, "", more)
}

// put writes the record, with a journal entry if step, reason or failure says something, in one transaction.
func (s *settling) put(step, reason, failure string, more func(tx *store.Tx) error) error {
	if s.mode.dry {
		return nil
	}
	return s.e.store.Update(func(tx *store.Tx) error {
		if more != nil {
			if err := more(tx); err != nil {
				return err
			}
		}
		if step+reason+failure != "" {
			entry := store.Entry{At: s.e.opt.Now(), Calendar: s.c.Name, EventID: s.id, UID: s.rec.UID,
				Title: s.rec.Title,
				Step:  step, Meeting: s.rec.MeetingID, Reason: reason, Error: failure}
			if err := tx.Journal(entry); err != nil {
				return err
			}
		}
		return putRecord(tx, s.rec)
	})
}
