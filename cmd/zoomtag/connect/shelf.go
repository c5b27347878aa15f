package connect

import (
	"errors"
	"path/filepath"

	"zoomtag/configs"
	"zoomtag/providers/signin"
	"zoomtag/store"
	"zoomtag/sync/assemble"
)

// Grants is where a configuration has the sign-ins of persons, for commands that need nothing else of the store.
func (w *Way) Grants(cfg *configs.Config) (signin.Grants, error) {
	if cfg.Store.IsZero() {
		return signin.Grants{}, nil
	}
	loaded, err := w.LoadWith(configs.LoadForStore)
	if err != nil { // which only those have to hear who ask for a sign-in
		return signin.Sealed(&shelf{fault: err}, signin.NewKey())
	}
	return assemble.Grants(loaded, &shelf{w: w, address: loaded.Address()})
}

// GrantsAt is where the sign-ins of persons are with a store at an address, which may be one that is used no more, and
// their names. Beside a file they have the names of files.
func (w *Way) GrantsAt(address, key string) (grants signin.Grants, paths []string, err error) {
	if !store.Shared(address) {
		for _, pattern := range []string{"*.grant", "*.grant.new"} {
			found, err := filepath.Glob(filepath.Join(filepath.Dir(address), pattern))
			if err != nil {
				return grants, nil, err
			}
			paths = append(paths, found...)
		}
		return grants, paths, nil
	}
	there := &shelf{w: w, address: address, moved: true}
	err = there.ask(func(st *store.Store) (err error) {
		paths, err = st.Grants()
		return err
	})
	if err != nil || key == "" {
		return grants, paths, err
	}
	grants, err = signin.Sealed(there, key)
	return grants, paths, err
}

// shelf is a shared store that is opened for each question, and not held in between: a command has few of them, and
// waits for people.
type shelf struct {
	w       *Way
	address string
	moved   bool  // it may be one that is used no more
	fault   error // why nothing is known of it
}

func (s *shelf) ask(question func(*store.Store) error) error {
	if s.fault != nil {
		return s.fault
	}
	st, err := store.Open(s.address, store.Options{Timeout: LockPatience, Now: s.w.Now, Hook: s.w.Hook, Moved: s.moved})
	if err != nil {
		return err
	}
	return errors.Join(question(st), st.Close())
}

// Grant implements signin.Shelf.
func (s *shelf) Grant(name string) (value []byte, err error) {
	err = s.ask(func(st *store.Store) (err error) {
		value, err = st.Grant(name)
		return err
	})
	return value, err
}

// GrantsOf implements signin.Shelf.
func (s *shelf) GrantsOf(names []string) (values map[string][]byte, err error) {
	err = s.ask(func(st *store.Store) (err error) {
		values, err = st.GrantsOf(names)
		return err
	})
	return values, err
}

// PutGrant implements signin.Shelf.
func (s *shelf) PutGrant(name string, old, new []byte) (ok bool, err error) {
	err = s.ask(func(st *store.Store) (err error) {
		ok, err = st.PutGrant(name, old, new)
		return err
	})
	return ok, err
}

// Path implements signin.Shelf.
func (s *shelf) Path() string { return store.PlaceOf(s.address) }
