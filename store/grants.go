package store

import (
	"bytes"
	"errors"
	"strings"

	"zoomtag/store/entries"
)

// bucketGrants holds the sign-ins of persons, sealed by whoever keeps them: name, value. Only a shared store has it: on
// one machine each sign-in is a file of its own.
const bucketGrants = "grants"

// sharedBuckets are all buckets of a shared store.
func sharedBuckets() []string { return append(buckets(), bucketGrants) }

var errNotShared = errors.New("store: only a shared store keeps sign-ins")

// Grant returns what a shared store keeps under a name; nil if there is nothing.
func (s *Store) Grant(name string) (value []byte, err error) {
	if s.shared == nil {
		return nil, errNotShared
	}
	err = s.view(func(tx *Tx) error {
		found, err := tx.get(bucketGrants, []byte(name))
		value = bytes.Clone(found)
		return err
	})
	return value, err
}

// GrantsOf returns what a shared store keeps under names, in one journey; of a name under which there is nothing,
// nothing.
func (s *Store) GrantsOf(names []string) (values map[string][]byte, err error) {
	if s.shared == nil {
		return nil, errNotShared
	}
	values = map[string][]byte{}
	err = s.view(func(tx *Tx) error {
		keys := make([]entries.Key, len(names))
		for i, name := range names {
			keys[i] = entries.Key{Bucket: bucketGrants, Key: []byte(name)}
		}
		if err := tx.in.Ahead(keys); err != nil {
			return err
		}
		for _, name := range names {
			found, err := tx.get(bucketGrants, []byte(name))
			if err != nil {
				return err
			}
			if found != nil {
				values[name] = bytes.Clone(found)
			}
		}
		return nil
	})
	return values, err
}

// PutGrant keeps what is new under a name, in the place of what is old, in one transaction: ok is false, and nothing is
// changed, where something else is there. nil is nothing.
func (s *Store) PutGrant(name string, old, new []byte) (ok bool, err error) {
	if s.shared == nil {
		return false, errNotShared
	}
	err = s.Update(func(tx *Tx) error {
		found, err := tx.get(bucketGrants, []byte(name))
		if err != nil {
			return err
		}
		if ok = bytes.Equal(found, old) && (found == nil) == (old == nil); !ok {
			return nil
		}
		return tx.writing(func() error {
			if new == nil {
				return tx.remove(bucketGrants, []byte(name))
			}
			return tx.put(bucketGrants, []byte(name), new)
		})
	})
	return ok && err == nil, err
}

// Grants lists the names of the sign-ins that a shared store keeps.
func (s *Store) Grants() (names []string, err error) {
	if s.shared == nil {
		return nil, nil
	}
	err = s.view(func(tx *Tx) error {
		return tx.in.Walk(bucketGrants, entries.Range{Head: 1}, func(key, _ []byte) (bool, error) {
			name := string(key)
			if strings.HasSuffix(name, ".grant") || strings.HasSuffix(name, ".grant.new") {
				names = append(names, name)
			}
			return true, nil
		})
	})
	return names, err
}
