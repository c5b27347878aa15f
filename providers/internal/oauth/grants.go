package oauth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Grants is where sign-ins are kept, each under the path of a file: in that file, as the zero value has them, or, where
// several machines share them, in a vault, under the last part of the path.
//
// What both promise: a sign-in is read as it was saved last, by whomever. One saves at a time under Lock, of all who
// share the place. What was read and changed is saved only in the place of what was read, so that nobody's later
// sign-in is lost. What is saved is there when the call returns.
type Grants struct{ vault *Vault }

// Place says for people where a sign-in is kept.
func (s Grants) Place(path string) string {
	if s.vault == nil {
		return path
	}
	return s.vault.place + " as " + filepath.Base(path)
}

// Guarded says for people who can read a sign-in.
func (s Grants) Guarded() string {
	if s.vault == nil {
		return "readable by you alone"
	}
	return "sealed with the key of store_key"
}

// Check returns why the sign-ins cannot be used at all: they are sealed with another key, or away.
func (s Grants) Check() error {
	if s.vault == nil {
		return nil
	}
	return s.vault.agree()
}

// Load reads a sign-in; ErrNoGrant if there is none.
func (s Grants) Load(path string) (Grant, error) {
	if s.vault == nil {
		return LoadGrant(path)
	}
	return s.vault.load(filepath.Base(path))
}

// Save saves a sign-in. One that was read from the same place is saved in the place of what was read alone: where
// others may be replacing it, the caller holds its Lock, and ErrChanged says that it was to no avail.
func (s Grants) Save(g *Grant, path string) error {
	if s.vault == nil {
		return g.Save(path)
	}
	return s.vault.save(g, filepath.Base(path))
}

// Install saves the grant of somebody who has just signed in, whatever is there.
func (s Grants) Install(ctx context.Context, g Grant, path string) error {
	unlock, err := s.lockToSave(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	g.read = version{}
	return s.Save(&g, path)
}

// Replace saves g in the place of the grant that holds the refresh token presented. If somebody has signed in
// meanwhile, in whatever process, that newer grant stays.
func (s Grants) Replace(ctx context.Context, g Grant, path string, presented Secret) error {
	unlock, err := s.lockToSave(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	for range casTries {
		now, err := s.Load(path)
		if err == nil && now.RefreshToken != presented {
			return nil
		}
		g.read = now.read
		if err := s.Save(&g, path); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return ErrChanged
}

// casTries is how often what was changed meanwhile is read again: whoever changes it holds the lock, or is very late.
const casTries = 3

// Remove removes a sign-in; there need be none.
func (s Grants) Remove(path string) error {
	if s.vault != nil {
		return s.vault.remove(filepath.Base(path))
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the file of the sign-in cannot be removed: %w", err)
	}
	return nil
}

// Lock keeps everybody else from renewing or replacing a sign-in, until unlock is called or this process ends.
func (s Grants) Lock(ctx context.Context, path string) (unlock func(), err error) {
	if s.vault == nil {
		return Lock(ctx, path)
	}
	return s.vault.lock(ctx, filepath.Base(path))
}

// Exists reports whether there is anything, of use or not. What cannot be looked at is there.
func (s Grants) Exists(path string) bool {
	if s.vault == nil {
		_, err := os.Lstat(path)
		return !errors.Is(err, fs.ErrNotExist)
	}
	sealed, err := s.vault.shelf.Grant(filepath.Base(path))
	return err != nil || sealed != nil
}

// Ahead are the sign-ins as they stand now, for whoever looks at many: those at paths are read at once, where each
// would be a journey. Nothing is saved with what it returns.
func (s Grants) Ahead(paths []string) Grants {
	if s.vault == nil || len(paths) < 2 {
		return s
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return Grants{s.vault.ahead(names)}
}

// Standing is how a sign-in stands; ok is false where there is none, or none that can be used.
func (s Grants) Standing(path string) (st Standing, ok bool) {
	grant, err := s.Load(path)
	return standing(grant, err)
}

// Fingerprint changes whenever a sign-in does; empty where there is none.
func (s Grants) Fingerprint(path string) []byte {
	var text []byte
	var err error
	if s.vault == nil {
		text, err = readGrant(path)
	} else {
		text, err = s.vault.shelf.Grant(filepath.Base(path))
	}
	if err != nil || text == nil {
		return nil
	}
	sum := sha256.Sum256(text)
	return sum[:]
}

// lockToSave is Lock for what has to be saved, since the service has given it out, also by those who are told to stop.
// A vault needs none: it compares.
func (s Grants) lockToSave(ctx context.Context, path string) (unlock func(), err error) {
	if s.vault != nil {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveWait)
	defer cancel()
	if unlock, err = s.Lock(ctx, path); err != nil {
		return nil, fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	return unlock, nil
}

// CopyTo copies a sign-in to another place, unless a later one is there, or none here. It stays here.
func (s Grants) CopyTo(to Grants, from, path string) (copied bool, err error) {
	g, err := s.Load(from)
	if errors.Is(err, ErrNoGrant) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	there, err := to.Load(path)
	switch {
	case err == nil && there.latest().After(g.latest()):
		return false, nil
	case err != nil && !errors.Is(err, ErrNoGrant):
		return false, err
	}
	g.read = version{}
	return true, to.Save(&g, path)
}

// latest is when the grant was last given out, or refused.
func (g *Grant) latest() time.Time {
	latest := g.SignedIn
	for _, t := range []time.Time{g.Renewed, g.Refused} {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}
