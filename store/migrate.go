package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"zoomtag/store/bolt"
)

// step leads from one schema version to the next: it makes buckets, then changes entries.
type step struct {
	buckets []string
	change  func(tx *Tx) error // nil: nothing
}

// steps are all steps there have been: the first leads from schema 1 to 2. The schema of this program is the one that
// the last step leads to.
func steps() []step {
	return []step{
		{buckets: []string{bucketInvites, bucketInviting}},
		{buckets: []string{bucketTwins, bucketSweeps}, change: addTwins},
		{buckets: []string{bucketRests}},
		{buckets: []string{bucketConditions, bucketHooks}},
		{buckets: []string{bucketLists, bucketMembers}},
	}
}

// addTwins leads to schema 3. Until then a record held the twins of its item. Those in other calendars, "CALENDAR 0
// ID", were queued as items of the record's own calendar, in which nothing has such an id: what became of that goes.
func addTwins(tx *Tx) error {
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

// migrate copies an older file, then takes all the steps it lacks in one transaction.
func (s *Store) migrate(from int, steps []step) error {
	to := 1 + len(steps)
	if from == to {
		return nil
	}
	copied, err := s.Backup()
	if err != nil {
		return err
	}
	err = s.update(&request{alone: true, fn: func(tx *Tx) error {
		out, ok := tx.out.(bolt.Migration)
		if !ok {
			return errNoFile
		}
		tx.wrote = true
		for i, step := range steps[from-1:] {
			err := tx.writing(func() error {
				if err := out.AddBuckets(step.buckets...); err != nil || step.change == nil {
					return err
				}
				return step.change(tx)
			})
			if err != nil {
				return fmt.Errorf("store: bring %s from schema %d to %d: %w", s.Path(), from+i, from+i+1, err)
			}
		}
		return tx.writing(func() error { return out.SetSchema(to) })
	}})
	if err != nil {
		return err
	}
	s.note("%s was brought from schema %d to %d; %s is how it was", s.Path(), from, to, copied)
	return nil
}

// errNoFile says that the state is not in a file.
var errNoFile = errors.New("the state is in a database, and not in a file")
