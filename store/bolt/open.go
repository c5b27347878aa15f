package bolt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store/entries"

	"go.etcd.io/bbolt"
)

// Open opens the database at path, or makes it if there is none, its folder included. It reads and verifies the whole
// file, and writes nothing to one that is as it should be. schema is the one that the file has, which may be older than
// the one of the options. Damage is a DamagedError, another process ErrLocked.
func Open(path string, o Options) (e *Engine, schema int, err error) { return open(path, o, false) }

// OpenReadOnly opens the database at path for reading. Several processes may do so at once, but not while one holds it
// open for writing. Where there is no file the engine is empty.
func OpenReadOnly(path string, o Options) (e *Engine, schema int, err error) {
	return open(path, o, true)
}

func open(path string, o Options, readOnly bool) (e *Engine, schema int, err error) {
	path = filepath.Clean(path)
	s := &Engine{path: path, options: o, readOnly: readOnly, sidecar: sidecar{path: sidecarPath(path)}}
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
	schema = o.Schema
	file, err := s.lockedFile(path, flag)
	switch {
	case errors.Is(err, fs.ErrNotExist) && readOnly:
		err = nil
	case errors.Is(err, fs.ErrNotExist):
		err = s.create()
	case err == nil:
		schema, err = s.openExisting(file)
	}
	if err != nil {
		return nil, 0, err
	}
	done = true
	return s, schema, nil
}

// lockedFile opens a file and locks it. The lock belongs to the open file, and so moves with it to bbolt.
func (s *Engine) lockedFile(path string, flag int) (*os.File, error) {
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
func (s *Engine) openExisting(file *os.File) (schema int, err error) {
	found, last, err := s.inspect(file)
	if err != nil {
		file.Close()
		return 0, err
	}
	if err := s.startBolt(file); err != nil {
		return 0, err
	}
	s.id, s.moved = found.id, found.moved
	if s.readOnly {
		return found.schema, nil
	}
	return found.schema, s.settle(found, last)
}

// settle puts right that an existing database has no sidecar, or that of one being created.
func (s *Engine) settle(found facts, last *stamp) error {
	switch {
	case last == nil:
		s.note("%s was missing or could not be read and was made anew; an older copy of the database would not have "+
			"been noticed", s.sidecar.path)
		return s.sidecar.write(stamp{id: s.id, generation: found.head.generation})
	case last.generation == 0:
		return s.created(found.head.generation, last.lost)
	}
	return nil
}

// inspect verifies a database file and compares it with its sidecar.
func (s *Engine) inspect(file *os.File) (facts, *stamp, error) {
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
	if found.moved.Place != "" && !s.options.Moved {
		return facts{}, nil, entries.Moved("the state "+s.path, found.moved)
	}
	if err := s.checkSchema(found.schema); err != nil {
		return facts{}, nil, err
	}
	return found, last, nil
}

// compare returns why the database is not the one that the sidecar was written for.
func (s *Engine) compare(found facts, last stamp) error {
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
func (s *Engine) startBolt(file *os.File) error {
	options := &bbolt.Options{
		Timeout:      s.options.Timeout,
		ReadOnly:     s.readOnly,
		NoSync:       s.options.NoSync,
		NoGrowSync:   s.options.NoSync,
		FreelistType: bbolt.FreelistMapType,
		NoStatistics: true,
		OpenFile:     func(string, int, os.FileMode) (*os.File, error) { return file, nil },
	}
	err := s.Protect(func() (err error) {
		s.db, err = bbolt.Open(s.path, 0o600, options)
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
func (s *Engine) syncDir(path string) error {
	if s.options.NoSync {
		return nil
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return explain("save", path, err)
	}
	return nil
}

// checkSchema returns why this program cannot use a database with that schema.
func (s *Engine) checkSchema(found int) error {
	known := s.options.Schema
	switch {
	case found > known:
		return fmt.Errorf("store: %s was written by a newer zoomtag (schema %d, this one knows %d): upgrade zoomtag, "+
			"or move the file away",
			s.path, found, known)
	case found < known && s.readOnly:
		return words.Mend(fmt.Errorf("store: %s was written by an older zoomtag (schema %d)", s.path, found), fmt.Sprintf(
			"run \"zoomtag sync\" once, which brings it up to schema %d", known))
	}
	return nil
}
