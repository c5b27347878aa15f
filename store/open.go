package store

import (
	"io"
	"time"

	"zoomtag/store/bolt"
)

// Open opens the store at path, or makes it if there is none, its folder included. It reads and verifies the whole
// file, and writes nothing to one that is as it should be. Damage is a DamagedError, another process ErrLocked.
func Open(path string, o Options) (*Store, error) { return open(path, o, steps()) }

func open(path string, o Options, steps []step) (*Store, error) {
	o = o.withDefaults()
	file, found, err := bolt.Open(path, o.bolt(1+len(steps)))
	if err != nil {
		return nil, err
	}
	s := &Store{engine: file, file: file, options: o}
	done := false
	defer func() { // also when the hook panics
		if !done {
			_ = s.Close() // what went wrong before says more
		}
	}()
	if err := s.migrate(found, steps); err != nil {
		return nil, err
	}
	done = true
	return s, nil
}

// OpenReadOnly opens the store at path for reading. Several processes may do so at once, but not while one holds it
// open for writing. Where there is no file the store is empty.
func OpenReadOnly(path string, o Options) (*Store, error) {
	o = o.withDefaults()
	file, _, err := bolt.OpenReadOnly(path, o.bolt(1+len(steps())))
	if err != nil {
		return nil, err
	}
	return &Store{engine: file, file: file, options: o, readOnly: true}, nil
}

// Restore puts a copy of a database, which from holds, to path. The copy is verified before anything changes. A
// database that is there is kept beside it, as old, unless there is none: "". One that is in use is ErrLocked. After a
// power cut either the one or the other is at path, or, for a moment, none; Restore again then goes on.
func Restore(path string, from io.Reader, o Options) (old string, err error) {
	return bolt.Restore(path, from, o.withDefaults().bolt(1+len(steps())))
}

// Verify reads a database file and verifies every page and every entry of it. It takes no lock: the file has to be one
// that nobody writes to, such as a copy. Damage is a DamagedError; so is a file that is no database.
func Verify(path string) (Summary, error) { return bolt.Verify(path) }

// NotAllowed is the error for people that this user may not look at the state of this path: whose it is, and what to
// do.
func NotAllowed(path string) error { return bolt.NotAllowed(path) }

// Check reads all that is kept and verifies it, as Open does. Nothing is written meanwhile.
func (s *Store) Check() error { return s.file.Check() }

// Summary verifies the store, as Check does, and says what it holds.
func (s *Store) Summary() (Summary, error) { return s.file.Summary() }

// Backup writes a consistent copy of the store beside it, verifies it, and then drops all but the last three. It
// returns the path of the copy. The store may be used meanwhile.
//
// To go back to a copy, move it to the place of the database and move the sidecar away; what happened since is found
// again by the marks in the events.
func (s *Store) Backup() (string, error) { return s.file.Backup() }

// Backups returns the copies that there are, oldest first.
func (s *Store) Backups() ([]string, error) { return s.file.Backups() }

// LastBackup returns when the newest copy was made; zero if there is none. Copies of a time to come do not count: they
// were made by a clock that has been set back since.
func (s *Store) LastBackup() (time.Time, error) { return s.file.LastBackup() }

// Displaced returns, in a sentence, that the database was deleted or replaced while it is open here: what is saved from
// then on is seen by nobody who opens it anew. It is "" where the path still names the file that is open.
func (s *Store) Displaced() string { return s.file.Displaced() }

// Exposed returns, in a sentence, that others than the owner may write to the folder of the database, and so replace
// what zoomtag trusts in it; "" where they may not, or the folder cannot be looked at.
func (s *Store) Exposed() string { return s.file.Exposed() }

func (s *Store) damage(cause error) error { return s.engine.Damage(cause) }
