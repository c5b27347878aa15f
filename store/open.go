package store

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"zoomtag/store/bolt"
	"zoomtag/store/entries"
	"zoomtag/store/postgres"
)

// Shared reports whether an address names a database that several zoomtags share, and not a file.
func Shared(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// PlaceOf names an address for people, without a password.
func PlaceOf(address string) string {
	if Shared(address) {
		return postgres.PlaceOf(address)
	}
	return address
}

// Open opens the store at an address: the path of a file, or the URL of a database. If there is none there it is made,
// the folder of a file included. A file is read and verified as a whole, and nothing is written to one that is as it
// should be. Damage is a DamagedError, another process that holds the file ErrLocked.
func Open(address string, o Options) (*Store, error) { return open(address, o, steps()) }

func open(path string, o Options, steps []step) (*Store, error) {
	o = o.withDefaults()
	if Shared(path) {
		return openShared(path, o, false)
	}
	file, found, err := bolt.Open(path, o.bolt(1+len(steps)))
	if err != nil {
		return nil, err
	}
	s := &Store{engine: file, file: file, options: o, calm: newCalm(false)}
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

// openShared opens a database. Its layout is its own concern.
func openShared(url string, o Options, readOnly bool) (*Store, error) {
	e, err := postgres.Open(url, o.postgres(readOnly))
	if err != nil {
		return nil, err
	}
	return &Store{engine: e, shared: e, options: o, readOnly: readOnly, calm: newCalm(true)}, nil
}

// OpenReadOnly opens the store at an address for reading. Several processes may do so at once, but not while one holds
// a file open for writing. Where there is nothing yet the store is empty.
func OpenReadOnly(path string, o Options) (*Store, error) {
	o = o.withDefaults()
	if Shared(path) {
		return openShared(path, o, true)
	}
	file, _, err := bolt.OpenReadOnly(path, o.bolt(1+len(steps())))
	if err != nil {
		return nil, err
	}
	return &Store{engine: file, file: file, options: o, readOnly: true, calm: newCalm(false)}, nil
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

// VerifyIn is Verify for a database of size bytes that lies in another file.
func VerifyIn(in io.ReaderAt, size int64) (Summary, error) { return bolt.VerifyIn(in, size) }

// NotAllowed is the error for people that this user may not look at the state of this path: whose it is, and what to
// do.
func NotAllowed(path string) error { return bolt.NotAllowed(path) }

// Check reads all that is kept and verifies it, as Open does. Nothing is written meanwhile.
func (s *Store) Check() error {
	if s.file != nil {
		return s.file.Check()
	}
	return s.checkAll()
}

// checkAll reads all entries, whose seals are verified with that.
func (s *Store) checkAll() error {
	return s.shared.Snapshot(context.Background(), func(r entries.Reader) error {
		tx := &Tx{s: s, in: r}
		for _, name := range buckets() {
			if err := tx.scan(name, nil, func([]byte, []byte) (bool, error) { return true, nil }); err != nil {
				return err
			}
		}
		return nil
	})
}

// Summary verifies the store, as Check does, and says what it holds.
func (s *Store) Summary() (Summary, error) {
	if s.file != nil {
		return s.file.Summary()
	}
	sum := Summary{}
	if err := s.checkAll(); err != nil || s.shared.Empty() {
		return sum, err
	}
	generation, err := s.engine.Generation()
	if err != nil {
		return sum, err
	}
	sum.Changes = generation
	sum.Schema, sum.Entries, sum.Bytes, err = s.shared.Size()
	return sum, err
}

// Bytes is how large the store is.
func (s *Store) Bytes() (int64, error) {
	if s.shared != nil {
		_, _, size, err := s.shared.Size()
		return size, err
	}
	file, err := os.Stat(s.Path())
	if err != nil {
		return 0, err
	}
	return file.Size(), nil
}

// Backup writes a consistent copy of the store beside it, verifies it, and then drops all but the last three. It
// returns the path of the copy. The store may be used meanwhile.
//
// To go back to a copy, move it to the place of the database and move the sidecar away; what happened since is found
// again by the marks in the events.
func (s *Store) Backup() (string, error) {
	if s.file == nil {
		return "", &entries.Error{Cause: "the state is in " + s.Path() + ", which makes no copies beside itself",
			Remedy: "copy the database with its own means (pg_dump), or run \"zoomtag backup\"", Err: errors.ErrUnsupported}
	}
	return s.file.Backup()
}

// CopyTo writes a consistent copy of the store to what begin returns, which is told how many bytes will come. The store
// may be used meanwhile, but cannot grow: whoever takes the copy must not wait for ever. What goes wrong while it is
// written is returned as it is.
func (s *Store) CopyTo(begin func(size int64) (io.Writer, error)) error {
	if s.file == nil {
		return errNoFile
	}
	return s.file.CopyTo(begin)
}

// Backups returns the copies that there are, oldest first.
func (s *Store) Backups() ([]string, error) {
	if s.file == nil {
		return nil, nil
	}
	return s.file.Backups()
}

// LastBackup returns when the newest copy was made; zero if there is none. Copies of a time to come do not count: they
// were made by a clock that has been set back since.
func (s *Store) LastBackup() (time.Time, error) {
	if s.file == nil {
		return time.Time{}, nil
	}
	return s.file.LastBackup()
}

// Displaced returns, in a sentence, that the database was deleted or replaced while it is open here: what is saved from
// then on is seen by nobody who opens it anew. It is "" where the path still names the file that is open.
func (s *Store) Displaced() string {
	if s.file == nil {
		return ""
	}
	return s.file.Displaced()
}

// Exposed returns, as words.Pair makes it, that others than the owner may write to the folder of the database, and so
// replace what zoomtag trusts in it; "" where they may not, or the folder cannot be looked at.
func (s *Store) Exposed() string {
	if s.file == nil {
		return ""
	}
	return s.file.Exposed()
}

// Readable returns, as words.Pair makes it, that others than the owner may read the database; "" where they may not, or
// it is no file.
func (s *Store) Readable() string {
	if s.file == nil {
		return ""
	}
	return s.file.Readable()
}

func (s *Store) damage(cause error) error { return s.engine.Damage(cause) }
