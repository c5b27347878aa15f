package store

import (
	"encoding/json"
	"fmt"
	"reflect"

	"zoomtag/store/entries"
	"zoomtag/store/record"
)

// List is record.List.
type List = record.List

// Member is record.Member.
type Member = record.Member

// List returns what is remembered of a list, its members by ID; zero if nothing is.
func (s *Store) List(name string) (list List, err error) {
	err = s.view(func(tx *Tx) error {
		list, err = tx.List(name)
		return err
	})
	return list, err
}

// ListHead returns what is remembered of a list but for its members, of which there may be thousands.
func (s *Store) ListHead(name string) (list List, err error) {
	err = s.view(func(tx *Tx) error {
		return tx.reading(func() error { return tx.listHead(name, &list) })
	})
	return list, err
}

// listHead reads what is remembered of a list but for its members.
func (tx *Tx) listHead(name string, list *List) error {
	value, err := tx.get(bucketLists, []byte(name))
	if err != nil || value == nil {
		return err
	}
	if err := json.Unmarshal(value, list); err != nil {
		return tx.s.damage(fmt.Errorf("what is remembered of list %s: %w", name, err))
	}
	return nil
}

// List returns what is remembered of a list, its members by ID; zero if nothing is.
func (tx *Tx) List(name string) (list List, err error) {
	err = tx.reading(func() error {
		if err := tx.listHead(name, &list); err != nil {
			return err
		}
		return tx.scan(bucketMembers, prefixKey(name), func(key, value []byte) (bool, error) {
			var m Member
			if err := json.Unmarshal(value, &m); err != nil {
				return false, tx.s.damage(fmt.Errorf("a member of list %s: %w", name, err))
			}
			_, m.ID = splitPair(key)
			list.Members = append(list.Members, m)
			return true, nil
		})
	})
	if err != nil {
		return List{}, err
	}
	return list, nil
}

// PutList saves what is to be remembered of a list. Of the members only those are written that differ.
func (tx *Tx) PutList(name string, list List) error {
	before, err := tx.List(name)
	if err != nil {
		return err
	}
	return tx.writing(func() error {
		if err := checkNames(name, ""); err != nil {
			return err
		}
		body, err := json.Marshal(list)
		if err != nil {
			return fmt.Errorf("store: save list %s: %w", name, err)
		}
		if err := tx.put(bucketLists, []byte(name), body); err != nil {
			return err
		}
		keys := make([]entries.Key, 0, len(list.Members))
		for _, m := range list.Members {
			keys = append(keys, entries.Key{Bucket: bucketMembers, Key: pairKey(name, m.ID)})
		}
		if err := tx.in.Ahead(keys); err != nil {
			return err
		}
		was := map[string]Member{}
		for _, m := range before.Members {
			was[m.ID] = m
		}
		for _, m := range list.Members {
			same := reflect.DeepEqual(was[m.ID], m)
			delete(was, m.ID)
			if same {
				continue
			}
			if err := tx.putMember(name, m); err != nil {
				return err
			}
		}
		for id := range was {
			if err := tx.remove(bucketMembers, pairKey(name, id)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) putMember(list string, m Member) error {
	if err := checkNames(list, m.ID); err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("store: save a member of list %s: %w", list, err)
	}
	return tx.put(bucketMembers, pairKey(list, m.ID), body)
}
