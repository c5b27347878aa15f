package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Open opens the store at path, or makes it if there is none, its folder included. It reads and verifies the whole
// file, and writes nothing to one that is as it should be. Damage is a DamagedError, another process ErrLocked.
func Open(path string, o Options) (*Store, error) {
	return open(path, o, false, steps())
}

// OpenReadOnly opens the store at path for reading. Several processes may do so at once, but not while one holds it
// open for writing. Where there is no file the store is empty.
func OpenReadOnly(path string, o Options) (*Store, error) {
	return open(path, o, true, steps())
}

func open(path string, o Options, readOnly bool, steps []step) (*Store, error) {
	path = filepath.Clean(path)
	s := &Store{path: path, options: o.withDefaults(), readOnly: readOnly, sidecar: sidecar{path: sidecarPath(path)}}
	done := false
	defer func() { // also when the hook panics
		if !done {
			_ = s.Close() // what went wrong before says more
		}
	}()
	flag := os.O_RDWR
	if readOnly {
		flag = os.O_RDONLY
	}
	file, err := s.lockedFile(path, flag)
	switch {
	case errors.Is(err, fs.ErrNotExist) && readOnly:
		err = nil
	case errors.Is(err, fs.ErrNotExist):
		err = s.create(1 + len(steps))
	case err == nil:
		err = s.openExisting(file, steps)
	}
	if err != nil {
		return nil, err
	}
	done = true
	return s, nil
}

// lockedFile opens a file and locks it. The lock belongs to the open file, and so moves with it to bbolt.
func (s *Store) lockedFile(path string, flag int) (*os.File, error) {
	const pause = 20 * time.Millisecond
	for waited := time.Duration(0); ; {
		file, err := openFile(path, flag)
		if err != nil {
			return nil, explain("open", path, err)
		}
		busy, err := lockFile(file, s.readOnly)
		if err == nil && !busy && stillThere(file, path) {
			return file, nil
		}
		file.Close()
		switch {
		case err != nil:
			return nil, explain("lock", path, err)
		case !busy: // moved away while we waited: look again
		case waited >= s.options.Timeout:
			return nil, locked(path)
		}
		time.Sleep(pause) //nolint:forbidigo // Options.Timeout bounds the wait; a context would come with each call of Open only for this
		waited += pause
	}
}

// stillThere reports whether path still names the file.
func stillThere(file *os.File, path string) bool {
	mine, err := file.Stat()
	if err != nil {
		return false
	}
	named, err := os.Stat(path)
	return err == nil && os.SameFile(mine, named)
}

// openExisting verifies a database file, which is locked, and hands it to bbolt.
func (s *Store) openExisting(file *os.File, steps []step) error {
	found, last, err := s.inspect(file, 1+len(steps))
	if err != nil {
		file.Close()
		return err
	}
	if err := s.startBolt(file); err != nil {
		return err
	}
	s.id = found.id
	if s.readOnly {
		return nil
	}
	return s.settle(found, last, steps)
}

// settle puts right what an existing database may lack: a sidecar, a newer schema.
func (s *Store) settle(found facts, last *stamp, steps []step) error {
	var err error
	switch {
	case last == nil:
		s.note("%s was missing or could not be read and was made anew; an older copy of the database would not have "+
			"been noticed", s.sidecar.path)
		err = s.sidecar.write(stamp{id: s.id, generation: found.head.generation})
	case last.generation == 0:
		err = s.created(found.head.generation, last.lost)
	}
	if err != nil {
		return err
	}
	if found.schema == 1+len(steps) {
		return nil
	}
	return s.migrate(found.schema, steps)
}

// inspect verifies a database file and compares it with its sidecar.
func (s *Store) inspect(file *os.File, schema int) (facts, *stamp, error) {
	info, err := file.Stat()
	if err != nil {
		return facts{}, nil, explain("open", s.path, err)
	}
	switch {
	case !info.Mode().IsRegular():
		return facts{}, nil, explain("open", s.path, syscall.EISDIR)
	case info.Size() == 0:
		return facts{}, nil, &DamagedError{Path: s.path, What: "is empty"}
	}
	if modes && info.Mode().Perm()&0o077 != 0 {
		s.note("%s can be read by others and holds passcodes: chmod 600 %s", s.path, s.path)
	}
	found, err := examine(file, info.Size())
	if err != nil {
		return facts{}, nil, &DamagedError{Path: s.path, What: "is damaged", err: err}
	}
	last, err := s.sidecar.read()
	if err != nil {
		return facts{}, nil, err
	}
	if last != nil {
		if err := s.compare(found, *last); err != nil {
			return facts{}, nil, err
		}
	}
	if err := s.checkSchema(found.schema, schema); err != nil {
		return facts{}, nil, err
	}
	return found, last, nil
}

// compare returns why the database is not the one that the sidecar was written for.
func (s *Store) compare(found facts, last stamp) error {
	if found.id != last.id {
		return &DamagedError{Path: s.path, What: "is not the database that zoomtag used here before", Copy: true}
	}
	if found.head.generation < last.generation {
		return &DamagedError{Path: s.path, Copy: true,
			What: fmt.Sprintf("is older than zoomtag left it (change %d, the last was %d)", found.head.generation,
				last.generation)}
	}
	return nil
}

// startBolt hands the file to bbolt, which owns it from now on.
func (s *Store) startBolt(file *os.File) error {
	options := &bolt.Options{
		Timeout:      s.options.Timeout,
		ReadOnly:     s.readOnly,
		NoSync:       s.options.NoSync,
		NoGrowSync:   s.options.NoSync,
		FreelistType: bolt.FreelistMapType,
		NoStatistics: true,
		OpenFile:     func(string, int, os.FileMode) (*os.File, error) { return file, nil },
	}
	err := s.protect(func() (err error) {
		s.db, err = bolt.Open(s.path, 0o600, options)
		return err
	})
	if err != nil {
		file.Close()
		return s.explain("open", err)
	}
	s.file = file
	return nil
}

// syncDir makes a rename in the folder of path last.
func (s *Store) syncDir(path string) error {
	if s.options.NoSync {
		return nil
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return explain("save", path, err)
	}
	return nil
}
