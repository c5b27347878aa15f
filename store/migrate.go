package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"zoomtag/providers/words"
)

// step leads from one schema version to the next. It uses put and remove, which keep the sums right, and may create and
// delete buckets.
type step func(tx *Tx) error

// steps are all steps there have been: the first leads from schema 1 to 2. The schema of this program is the one that
// the last step leads to.
func steps() []step { return []step{addInvites, addTwins, addRests, addConditions, addLists} }

// addInvites leads to schema 2.
func addInvites(tx *Tx) error {
	for _, name := range []string{bucketInvites, bucketInviting} {
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// addRests leads to schema 4.
func addRests(tx *Tx) error {
	_, err := tx.b.CreateBucket([]byte(bucketRests))
	return err
}

// addConditions leads to schema 5.
func addConditions(tx *Tx) error {
	for _, name := range []string{bucketConditions, bucketHooks} {
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// addLists leads to schema 6.
func addLists(tx *Tx) error {
	for _, name := range []string{bucketLists, bucketMembers} {
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	return nil
}

// addTwins leads to schema 3. Until then a record held the twins of its item. Those in other calendars, "CALENDAR 0
// ID", were queued as items of the record's own calendar, in which nothing has such an id: what became of that goes.
func addTwins(tx *Tx) error {
	for _, name := range []string{bucketTwins, bucketSweeps} {
		if _, err := tx.b.CreateBucket([]byte(name)); err != nil {
			return err
		}
	}
	var twins [][]byte
	err := tx.scan(bucketRecords, nil, func(key, value []byte) (bool, error) {
		_, body, err := decodePrefix(value)
		var was struct {
			UID   string
			Twins []string
		}
		if err := errors.Join(err, json.Unmarshal(body, &was)); err != nil {
			return false, err
		}
		calendar, _ := splitPair(key)
		for _, id := range was.Twins {
			item := Item{calendar, id}
			if name, there, elsewhere := strings.Cut(id, "\x00"); elsewhere {
				item = Item{name, there}
			}
			twins = append(twins, twinKey(was.UID, item))
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, key := range twins {
		if err := tx.put(bucketTwins, key, nil); err != nil {
			return err
		}
	}
	return tx.dropGhosts()
}

// dropGhosts drops what is kept of items whose ids hold a zero byte, which no calendar's do.
func (tx *Tx) dropGhosts() error {
	ghost := func(key, _ []byte) (bool, error) { return bytes.Count(key, []byte{0}) > 1, nil }
	waiting, err := tx.collect(bucketWaiting, ghost)
	if err != nil {
		return err
	}
	for _, key := range waiting {
		calendar, id := splitPair(key)
		if err := tx.unwait(calendar, id); err != nil {
			return err
		}
	}
	problems, err := tx.collect(bucketProblems, ghost)
	if err != nil {
		return err
	}
	return tx.removeAll(bucketProblems, problems)
}

// checkSchema returns why this program cannot use a database with that schema.
func (s *Store) checkSchema(found, known int) error {
	switch {
	case found > known:
		return fmt.Errorf("store: %s was written by a newer zoomtag (schema %d, this one knows %d): upgrade zoomtag, "+
			"or move the file away",
			s.path, found, known)
	case found < known && s.readOnly:
		return words.Mend(fmt.Errorf("store: %s was written by an older zoomtag (schema %d)", s.path, found), fmt.Sprintf(
			"run \"zoomtag sync\" once, which brings it up to schema %d", known))
	}
	return nil
}

// migrate copies an older database, then takes all the steps it lacks in one transaction.
func (s *Store) migrate(from int, steps []step) error {
	copied, err := s.Backup()
	if err != nil {
		return err
	}
	err = s.update(&request{alone: true, fn: func(tx *Tx) error {
		for i, step := range steps[from-1:] {
			if err := tx.writing(func() error { return step(tx) }); err != nil {
				return fmt.Errorf("store: bring %s from schema %d to %d: %w", s.path, from+i, from+i+1, err)
			}
		}
		return tx.writing(func() error {
			return tx.put(bucketMeta, []byte(keySchema), encodeSchema(1+len(steps)))
		})
	}})
	if err != nil {
		return err
	}
	s.note("%s was brought from schema %d to %d; %s is how it was", s.path, from, 1+len(steps), copied)
	return nil
}
