package store

import (
	"encoding/json"
	"fmt"

	"zoomtag/store/record"
)

// Sweep is record.Sweep.
type Sweep = record.Sweep

// Leftover is record.Leftover.
type Leftover = record.Leftover

// Sweep returns what was last found in an account, by the hash that its marks have; zero if nobody has looked yet.
func (s *Store) Sweep(account string) (sweep Sweep, err error) {
	err = s.view(func(tx *Tx) error {
		sweep, err = tx.Sweep(account)
		return err
	})
	return sweep, err
}

// Sweep returns what was last found in an account, by the hash that its marks have; zero if nobody has looked yet.
func (tx *Tx) Sweep(account string) (sweep Sweep, err error) {
	err = tx.reading(func() error {
		value, err := tx.get(bucketSweeps, []byte(account))
		if err != nil || value == nil {
			return err
		}
		if err := json.Unmarshal(value, &sweep); err != nil {
			return tx.s.damage(fmt.Errorf("what was found in account %s: %w", account, err))
		}
		return nil
	})
	return sweep, err
}

// PutSweep saves what was found in an account.
func (tx *Tx) PutSweep(account string, sweep Sweep) error {
	return tx.writing(func() error {
		body, err := json.Marshal(sweep)
		if err != nil {
			return fmt.Errorf("store: save what was found in account %s: %w", account, err)
		}
		return tx.put(bucketSweeps, []byte(account), body)
	})
}
