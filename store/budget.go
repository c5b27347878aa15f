package store

import (
	"encoding/binary"
	"errors"
	"strings"
)

var errBudget = errors.New("a budget cannot be read")

// Host is under which name the calls of a Zoom host are counted.
type Host string

// budgetKey is the key of a host's budget. day is a UTC date, "2026-11-24".
func budgetKey(host Host, day string) []byte { return pairKey(day, string(host)) }

// BudgetUsed returns how many calls that count a host has used on a day.
func (s *Store) BudgetUsed(host Host, day string) (used int, err error) {
	err = s.view(func(tx *Tx) error {
		used, err = tx.spent(budgetKey(host, day))
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
func (s *Store) Budgets(day string) (map[Host]int, error) {
	used := map[Host]int{}
	err := s.view(func(tx *Tx) error {
		return tx.scan(bucketBudget, prefixKey(day), func(key, value []byte) (bool, error) {
			_, host := splitPair(key)
			n, err := tx.number(value)
			used[Host(host)] = n
			return err == nil, err
		})
	})
	if err != nil {
		return nil, err
	}
	return used, nil
}

// Spend counts one call against a host's budget of a day, unless limit calls are counted already: ok says whether it
// was. That is decided where it is counted, so that no two callers can share the last call.
func (tx *Tx) Spend(host Host, day string, limit int) (ok bool, err error) {
	err = tx.writing(func() error {
		used, err := tx.used(host, day)
		if ok = err == nil && used < limit; !ok {
			return err
		}
		return tx.putUsed(host, day, used+1)
	})
	return ok && err == nil, err
}

// Refund takes back one call that was counted on a day and then not made.
func (tx *Tx) Refund(host Host, day string) error {
	return tx.writing(func() error {
		used, err := tx.used(host, day)
		if err != nil || used == 0 {
			return err
		}
		return tx.putUsed(host, day, used-1)
	})
}

func (tx *Tx) used(host Host, day string) (int, error) {
	if strings.IndexByte(day, 0) >= 0 || len(host) > maxName {
		return 0, errBudget
	}
	return tx.spent(budgetKey(host, day))
}

func (tx *Tx) putUsed(host Host, day string, used int) error {
	return tx.put(bucketBudget, budgetKey(host, day), binary.BigEndian.AppendUint64(nil, uint64(used)))
}
