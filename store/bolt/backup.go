package bolt

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zoomtag/providers/words"

	"go.etcd.io/bbolt"
)

// KeepBackups is how many copies stay.
const KeepBackups = 3

const (
	backupSuffix = ".bak"
	backupTime   = "20060102T150405.000Z"
)

// Backup writes a consistent copy of the store beside it, verifies it, and then drops all but the last three. It
// returns the path of the copy. The store may be used meanwhile.
//
// To go back to a copy, move it to the place of the database and move the sidecar away; what happened since is found
// again by the marks in the events.
func (s *Engine) Backup() (string, error) {
	s.backupMu.Lock()
	defer s.backupMu.Unlock()
	if s.db == nil {
		return "", fmt.Errorf("store: copy %s: there is none yet", s.path)
	}
	path := s.path + "." + s.options.Now().UTC().Format(backupTime) + backupSuffix
	temp := path + ".new"
	if err := s.writeCopy(temp); err != nil {
		return "", errors.Join(err, removeIfThere(temp))
	}
	s.options.Hook("store.backup.rename.before")
	if err := os.Rename(temp, path); err != nil {
		return "", explainCopy(path, err)
	}
	if err := s.syncDir(path); err != nil {
		return "", err
	}
	s.options.Hook("store.backup.rename.after")
	return path, s.dropBackups()
}

// KeepCopy puts a file, which is a database that nobody uses, among the copies beside the database at path, whether
// there is one or not, and then drops all but the last three. It returns where the copy is.
func KeepCopy(file, path string, o Options) (string, error) {
	s := &Engine{path: filepath.Clean(path), options: o}
	f, err := openFile(file, os.O_RDWR)
	if err != nil {
		return "", explainCopy(file, err)
	}
	if !o.NoSync {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return "", explainCopy(file, err)
	}
	copied := s.path + "." + o.Now().UTC().Format(backupTime) + backupSuffix
	if err := os.Rename(file, copied); err != nil {
		return "", explainCopy(copied, err)
	}
	if err := s.syncDir(copied); err != nil {
		return "", err
	}
	return copied, s.dropBackups()
}

// CopyTo writes a consistent copy of the store to what begin returns, which is told how many bytes will come. The store
// may be used meanwhile, but cannot grow: whoever takes the copy must not wait for ever. What goes wrong while it is
// written is returned as it is.
func (s *Engine) CopyTo(begin func(size int64) (io.Writer, error)) error {
	if s.db == nil {
		return fmt.Errorf("store: copy %s: there is none yet", s.path)
	}
	return s.view(func(b *bbolt.Tx) error {
		out, err := begin(b.Size())
		if err != nil {
			return err
		}
		heard := &hearing{Writer: out}
		if _, err = b.WriteTo(heard); err != nil && heard.err == nil {
			return explain("read", s.path, err)
		}
		return heard.err
	})
}

// hearing remembers why nothing could be written: bbolt makes a text of it, in which nobody finds the cause again.
type hearing struct {
	io.Writer
	err error
}

func (h *hearing) Write(b []byte) (n int, err error) {
	n, err = h.Writer.Write(b)
	if err != nil {
		h.err = err
	}
	return n, err
}

// writeCopy writes the store to a new file and reads it back.
func (s *Engine) writeCopy(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC|noFollow, 0o600)
	if err != nil {
		return explainCopy(path, err)
	}
	defer file.Close()
	var size int64
	out := &hearing{Writer: file}
	err = s.CopyTo(func(n int64) (io.Writer, error) { size = n; return out, nil })
	switch {
	case out.err != nil:
		return explainCopy(path, out.err)
	case err != nil:
		return err
	}
	if _, err := examine(file, size); err != nil {
		return words.Mend(fmt.Errorf("store: copy to %s: what was written reads back otherwise (%w)", path, err),
			"check the disk")
	}
	if s.options.NoSync {
		return nil
	}
	if err := file.Sync(); err != nil {
		return explainCopy(path, err)
	}
	return nil
}

// Backups returns the copies that there are, oldest first.
func (s *Engine) Backups() ([]string, error) {
	found, err := s.beside(backupSuffix)
	if err != nil {
		return nil, err
	}
	return found, nil
}

// LastBackup returns when the newest copy was made; zero if there is none. Copies of a time to come do not count: they
// were made by a clock that has been set back since.
func (s *Engine) LastBackup() (time.Time, error) {
	found, err := s.Backups()
	if err != nil {
		return time.Time{}, err
	}
	for _, path := range slices.Backward(found) {
		if at := s.backupTime(path); !at.After(s.options.Now()) {
			return at, nil
		}
	}
	return time.Time{}, nil
}

// backupTime returns when a copy was made, by its name; zero if the name is not one that Backup gives.
func (s *Engine) backupTime(path string) time.Time {
	name := strings.TrimSuffix(strings.TrimPrefix(path, s.path+"."), backupSuffix)
	at, err := time.Parse(backupTime, name)
	if err != nil {
		return time.Time{}
	}
	return at
}

// beside returns the files that are named like the database with a time and suffix behind it, oldest first.
func (s *Engine) beside(suffix string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(s.path))
	if err != nil {
		return nil, explain("look for copies of", s.path, err)
	}
	var found []string
	for _, entry := range entries {
		path := filepath.Join(filepath.Dir(s.path), entry.Name())
		if strings.HasSuffix(path, suffix) && !s.backupTime(strings.TrimSuffix(path, ".new")).IsZero() {
			found = append(found, path)
		}
	}
	slices.Sort(found)
	return found, nil
}

// aheadFirst puts copies of a time to come before all others, as if they were the oldest: it is not known how old they
// are, and the one that was just made has to stay.
func (s *Engine) aheadFirst(paths []string) {
	now := s.options.Now()
	ahead := func(path string) bool { return s.backupTime(path).After(now) }
	slices.SortStableFunc(paths, func(a, b string) int {
		switch {
		case ahead(a) == ahead(b):
			return 0
		case ahead(a):
			return -1
		}
		return 1
	})
}

// dropBackups removes all but the newest copies, and what a crash left over.
func (s *Engine) dropBackups() error {
	found, err := s.Backups()
	if err != nil {
		return err
	}
	s.aheadFirst(found)
	drop := found[:max(0, len(found)-KeepBackups)]
	leftover, err := s.beside(backupSuffix + ".new")
	if err != nil {
		return err
	}
	for _, path := range append(drop, leftover...) {
		if err := os.Remove(path); err != nil {
			return explain("remove the old copy", path, err)
		}
	}
	return nil
}
