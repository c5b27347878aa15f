package oauth

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"zoomtag/providers/words"
)

// Shelf is where a vault keeps what it has sealed: a database that several machines share.
type Shelf interface {
	// Grant returns what is kept under a name; nil if there is nothing.
	Grant(name string) ([]byte, error)
	// GrantsOf returns what is kept under names, all at once; of a name under which there is nothing, nothing.
	GrantsOf(names []string) (map[string][]byte, error)
	// PutGrant keeps what is new in the place of what is old, in one step: ok is false, and nothing is changed, where
	// something else is there. nil is nothing.
	PutGrant(name string, old, new []byte) (ok bool, err error)
	// Path names the database for people.
	Path() string
}

// Vault keeps sign-ins on a shelf, sealed. They are changed by comparison: whoever saves says what they have read, so
// that no save can undo another one. Locks stand on the shelf as well.
type Vault struct {
	shelf Shelf
	key   *VaultKey
	place string
	// agreed says that the shelf names the key.
	agreed atomic.Bool
	beat   time.Duration // how often a lock is looked at
	stale  time.Duration // for how long a lock stands still before its owner counts as gone
}

// ErrChanged says that a sign-in was not saved, because somebody else has saved it meanwhile.
var ErrChanged = errors.New("somebody else has changed the sign-in meanwhile")

// ErrAway says that the place of the sign-ins does not answer now: nothing is known of them.
var ErrAway = errors.New("the sign-ins cannot be reached")

// Times of a lock. Who holds one asks a service once, or twice, and is then done: each exchange has its bound.
const (
	lockBeat  = 200 * time.Millisecond
	lockStale = 2 * time.Minute
)

// version is what a sign-in was read as.
type version struct {
	name   string
	sealed []byte
}

// NewVault makes a vault. The shelf is looked at when a sign-in is: one that is sealed with another key is refused
// then, and by Check.
func NewVault(shelf Shelf, key *VaultKey) Grants {
	return Grants{&Vault{shelf: shelf, key: key, place: shelf.Path(), beat: lockBeat, stale: lockStale}}
}

// ahead is a shelf of which some was read already.
type ahead struct {
	Shelf
	asked map[string]bool
	found map[string][]byte
	err   error // why it could not be
}

// Grant implements Shelf.
func (a *ahead) Grant(name string) ([]byte, error) {
	if !a.asked[name] {
		return a.Shelf.Grant(name)
	}
	return a.found[name], a.err
}

// ahead is v as it stands now, for reading: what is kept under names is read at once.
func (v *Vault) ahead(names []string) *Vault {
	names = append(names, keyName)
	shelf := &ahead{Shelf: v.shelf, asked: map[string]bool{}}
	for _, name := range names {
		shelf.asked[name] = true
	}
	shelf.found, shelf.err = v.shelf.GrantsOf(names)
	return &Vault{shelf: shelf, key: v.key, place: v.place, beat: v.beat, stale: v.stale}
}

// keyName is where the shelf has the name of the key with which it is sealed.
const keyName = "key"

// agree has the shelf name this vault's key, or says that it names another one.
func (v *Vault) agree() error {
	if v.agreed.Load() {
		return nil
	}
	err := v.compareKeys()
	v.agreed.Store(err == nil)
	return err
}

func (v *Vault) compareKeys() error {
	for range casTries {
		named, err := v.shelf.Grant(keyName)
		if err != nil {
			return away(err)
		}
		if bytes.Equal(named, v.key.id[:]) {
			return nil
		}
		if named != nil {
			return words.Mend(fmt.Errorf("the sign-ins in %s are sealed with another key (%x) than that of store_key (%s)",
				v.place, named, v.key.Name()), "copy the file of store_key from a machine that already shares the database")
		}
		ok, err := v.shelf.PutGrant(keyName, nil, v.key.id[:])
		if err != nil {
			return away(err)
		}
		if ok {
			return nil
		}
	}
	return ErrChanged
}

// away is an error of the shelf.
func away(err error) error { return fmt.Errorf("%w: %w", ErrAway, err) }

func (v *Vault) load(name string) (Grant, error) {
	if err := v.agree(); err != nil {
		return Grant{}, err
	}
	sealed, err := v.shelf.Grant(name)
	if err != nil {
		return Grant{}, away(err)
	}
	if sealed == nil {
		return Grant{}, ErrNoGrant
	}
	data, err := v.key.open(name, sealed)
	if err != nil {
		return Grant{}, words.Mend(words.Say(errDamaged, fmt.Sprintf("%s in %s cannot be opened (%v)", name, v.place, err)),
			"sign in again")
	}
	var g Grant
	if err := json.Unmarshal(data, &g); err != nil || g.RefreshToken == "" {
		return Grant{}, words.Mend(words.Say(errDamaged, fmt.Sprintf("%s in %s is damaged", name, v.place)),
			"sign in again")
	}
	g.read = version{name, sealed}
	return g, nil
}

// save saves a sign-in: in the place of what it was read as; one that was not read there, in the place of whatever is.
func (v *Vault) save(g *Grant, name string) error {
	if err := v.agree(); err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	data, err := json.Marshal(g)
	if err != nil {
		return fmt.Errorf("the sign-in cannot be saved: %w", err)
	}
	sealed := v.key.seal(name, data)
	if g.read.name == name {
		err = v.swap(name, g.read.sealed, sealed)
	} else {
		err = v.put(name, sealed)
	}
	if err == nil {
		g.read = version{name, sealed}
	}
	return err
}

// swap puts something in the place of something. Of an answer that was lost nothing is known: what is there says it.
func (v *Vault) swap(name string, old, now []byte) error {
	ok, err := v.shelf.PutGrant(name, old, now)
	if err != nil {
		if there, again := v.shelf.Grant(name); again == nil && bytes.Equal(there, now) && now != nil {
			return nil
		}
		return fmt.Errorf("the sign-in cannot be saved: %w", away(err))
	}
	if !ok {
		return fmt.Errorf("the sign-in was not saved: %w", ErrChanged)
	}
	return nil
}

// put puts something in the place of whatever is there.
func (v *Vault) put(name string, now []byte) error {
	var err error
	for range casTries {
		var old []byte
		if old, err = v.shelf.Grant(name); err != nil {
			return away(err)
		}
		if old == nil && now == nil {
			return nil
		}
		if err = v.swap(name, old, now); !errors.Is(err, ErrChanged) {
			return err
		}
	}
	return err
}

func (v *Vault) remove(name string) error { return v.put(name, nil) }

// lock puts a lock beside a sign-in. Whose lock stands still for long is gone: that is judged by this machine's own
// time alone, since others' clocks may be wrong.
func (v *Vault) lock(ctx context.Context, name string) (unlock func(), err error) {
	name += ".lock"
	mine := make([]byte, 16)
	_, _ = rand.Read(mine) // never fails, says crypto/rand
	var seen []byte
	var since time.Time
	for {
		there, err := v.shelf.Grant(name)
		if err != nil {
			return nil, fmt.Errorf("the sign-in cannot be locked: %w", away(err))
		}
		if !bytes.Equal(there, seen) {
			seen, since = there, time.Now()
		}
		if there == nil || time.Since(since) >= v.stale {
			ok, err := v.shelf.PutGrant(name, there, mine)
			if err != nil {
				return nil, fmt.Errorf("the sign-in cannot be locked: %w", away(err))
			}
			if ok {
				return func() { v.unlock(name, mine) }, nil
			}
		}
		timer := time.NewTimer(v.beat)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil, ctx.Err()
		case <-timer.C:
		}
	}
}

// unlock lets go of a lock. One that stays because the shelf is away counts as gone after a while.
func (v *Vault) unlock(name string, mine []byte) { _, _ = v.shelf.PutGrant(name, mine, nil) }
