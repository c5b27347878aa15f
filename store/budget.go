package store

import (
	"encoding/binary"
	"errors"
	"strings"
)

var errBudget = errors.New("a budget cannot be read")

// budgetKey is the key of a host's budget. day is a UTC date, "2026-11-24".
func budgetKey(day, host string) []byte { return pairKey(day, host) }

// BudgetUsed returns how many calls that count a host has used on a day.
func (s *Store) BudgetUsed(host, day string) (used int, err error) {
	err = s.view(func(tx *Tx) error {
		used, err = tx.spent(budgetKey(day, host))
		return err
	})
	return used, err
}

func (tx *Tx) spent(key []byte) (int, error) {
	value, err := tx.get(bucketBudget, key)
	if err != nil || value == nil {
		return 0, err
	}
	return tx.number(value)
}

func (tx *Tx) number(value []byte) (int, error) {
	if len(value) != 8 {
		return 0, tx.s.damage(errBudget)
	}
	return int(binary.BigEndian.Uint64(value)), nil
}

// Budgets returns the calls used on a day by each host that used any.
func (s *Store) Budgets(day string) (map[string]int, error) {
	used := map[string]int{}
	err := s.view(func(tx *Tx) error {
		return tx.scan(bucketBudget, prefixKey(day), func(key, value []byte) (bool, error) {
			_, host := splitPair(key)
			n, err := tx.number(value)
			used[host] = n
			return err == nil, err
		})
	})
	if err != nil {
		return nil, err
	}
	return used, nil
}

// Spend counts one call against a host's budget of a day.
func (tx *Tx) Spend(host, day string) error { return tx.count(host, day, 1) }

// Refund takes back one call that was counted and then not made.
func (tx *Tx) Refund(host, day string) error { return tx.count(host, day, -1) }

func (tx *Tx) count(host, day string, calls int) error {
	return tx.writing(func() error {
		if strings.IndexByte(day, 0) >= 0 || len(host) > maxName {
			return errBudget
		}
		key := budgetKey(day, host)
		used, err := tx.spent(key)
		if err != nil {
			return err
		}
		return tx.put(bucketBudget, key, binary.BigEndian.AppendUint64(nil, uint64(max(used+calls, 0))))
	})
}
