package store

import (
	"encoding/json"
	"fmt"

	"zoomtag/store/record"
)

// Rest is record.Rest.
type Rest = record.Rest

// Rests returns who is left alone until when, by the key under which it was saved.
func (s *Store) Rests() (rests map[string]Rest, err error) {
	rests = map[string]Rest{}
	err = s.view(func(tx *Tx) error {
		return tx.scan(bucketRests, nil, func(key, value []byte) (bool, error) {
			r, err := tx.s.decodeRest(key, value)
			rests[string(key)] = r
			return err == nil, err
		})
	})
	return rests, err
}

func (s *Store) decodeRest(key, value []byte) (r Rest, err error) {
	if err := json.Unmarshal(value, &r); err != nil {
		return r, s.damage(fmt.Errorf("until when %.80q is left alone: %w", key, err))
	}
	return r, nil
}

// Rest returns until when somebody is left alone; zero if nobody is.
func (tx *Tx) Rest(key string) (r Rest, err error) {
	err = tx.reading(func() error {
		value, err := tx.get(bucketRests, []byte(key))
		if err != nil || value == nil {
			return err
		}
		r, err = tx.s.decodeRest([]byte(key), value)
		return err
	})
	return r, err
}

// PutRest saves until when somebody is left alone.
func (tx *Tx) PutRest(key string, r Rest) error {
	return tx.writing(func() error {
		body, err := json.Marshal(r)
		if err != nil {
			return fmt.Errorf("store: save until when %.80q is left alone: %w", key, err)
		}
		return tx.put(bucketRests, []byte(key), body)
	})
}

// DeleteRest saves that somebody is left alone no longer.
func (tx *Tx) DeleteRest(key string) error {
	return tx.writing(func() error { return tx.remove(bucketRests, []byte(key)) })
}
