package store

import "fmt"

// step leads from one schema version to the next. It uses put and remove, which keep the sums right, and may create and
// delete buckets.
type step func(tx *Tx) error

// steps are all steps there have been: the first leads from schema 1 to 2. The schema of this program is the one that the
// last step leads to.
func steps() []step { return []step{addInvites} }

// addInvites leads to schema 2.
func addInvites(tx *Tx) error {
	for _, name := range []string{bucketInvites, bucketInviting} {
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// checkSchema returns why this program cannot use a database with that schema.
func (s *Store) checkSchema(found, known int) error {
	switch {
	case found > known:
		return fmt.Errorf("store: %s was written by a newer zoomtag (schema %d, this one knows %d): upgrade zoomtag, or move the file away",
			s.path, found, known)
	case found < known && s.readOnly:
		return fmt.Errorf("store: %s was written by an older zoomtag (schema %d): run \"zoomtag sync\" once, which brings it up to schema %d",
			s.path, found, known)
	}
	return nil
}

// migrate copies an older database, then takes all the steps it lacks in one transaction.
func (s *Store) migrate(from int, steps []step) error {
	copied, err := s.Backup()
	if err != nil {
		return err
	}
	err = s.Update(func(tx *Tx) error {
		for i, step := range steps[from-1:] {
			if err := tx.writing(func() error { return step(tx) }); err != nil {
				return fmt.Errorf("store: bring %s from schema %d to %d: %w", s.path, from+i, from+i+1, err)
			}
		}
		return tx.writing(func() error {
			return tx.put(bucketMeta, []byte(keySchema), encodeSchema(1+len(steps)))
		})
	})
	if err != nil {
		return err
	}
	s.note("%s was brought from schema %d to %d; %s is how it was", s.path, from, 1+len(steps), copied)
	return nil
}
