package bolt

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Summary says what a database holds.
type Summary struct {
	Schema  int    `json:"schema"`
	Entries uint64 `json:"entries"`
	Changes uint64 `json:"changes"` // since it was made
	Bytes   int64  `json:"bytes"`
}

// Verify reads a database file and verifies every page and every entry of it. It takes no lock: the file has to be one
// that nobody writes to, such as a copy. Damage is a DamagedError; so is a file that is no database.
func Verify(path string) (Summary, error) {
	file, err := openFile(path, os.O_RDONLY)
	if err != nil {
		return Summary{}, explain("open", path, err)
	}
	defer file.Close()
	found, size, err := verify(file, path)
	return found.summary(size), err
}

// VerifyIn is Verify for a database that lies in another file.
func VerifyIn(in io.ReaderAt, size int64) (Summary, error) {
	found, err := examine(in, size)
	return found.summary(size), err
}

// verify verifies an open database file.
func verify(file *os.File, path string) (facts, int64, error) {
	info, err := file.Stat()
	if err != nil {
		return facts{}, 0, explain("open", path, err)
	}
	found, err := examine(file, info.Size())
	if err != nil {
		return facts{}, 0, &DamagedError{Path: path, What: "is damaged", err: err}
	}
	return found, info.Size(), nil
}

func (f facts) summary(size int64) Summary {
	return Summary{Schema: f.schema, Entries: f.head.count, Changes: f.head.generation, Bytes: size}
}

// Summary verifies the store, as Check does, and says what it holds.
func (s *Engine) Summary() (Summary, error) {
	if err := s.Check(); err != nil || s.db == nil {
		return Summary{}, err
	}
	info, err := s.file.Stat()
	if err != nil {
		return Summary{}, explain("check", s.path, err)
	}
	found, err := examine(s.file, info.Size())
	if err != nil {
		return Summary{}, s.Damage(err)
	}
	return found.summary(info.Size()), nil
}

// replacedSuffix ends the name of a database in whose place a copy was put. Nothing removes it but people.
const replacedSuffix = ".replaced"

// Restore puts a copy of a database, which from holds, to path. The copy is verified before anything changes. A
// database that is there is kept beside it, as old, unless there is none: "". One that is in use is ErrLocked. After a
// power cut either the one or the other is at path, or, for a moment, none; Restore again then goes on.
func Restore(path string, from io.Reader, o Options) (old string, err error) {
	path = filepath.Clean(path)
	s := &Engine{path: path, options: o, sidecar: sidecar{path: sidecarPath(path)}}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", explain("make the folder of", path, err)
	}
	held, err := s.lockedFile(path, os.O_RDWR)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if held != nil {
		defer held.Close()
	}
	temp := path + ".restore"
	found, err := s.writeRestored(temp, from)
	if err != nil {
		return "", errors.Join(err, removeIfThere(temp))
	}
	if held != nil {
		old = path + "." + s.options.Now().UTC().Format(backupTime) + replacedSuffix
		if err := os.Rename(path, old); err != nil {
			return "", errors.Join(explain("keep", path, err), removeIfThere(temp))
		}
	}
	s.options.Hook("store.restore.rename.before")
	// The sidecar of the one before would call the copy an older one.
	if err := s.sidecar.write(stamp{id: found.id, generation: found.head.generation}); err != nil {
		return old, err
	}
	if err := os.Rename(temp, path); err != nil {
		return old, explain("restore", path, err)
	}
	s.options.Hook("store.restore.rename.after")
	return old, s.syncDir(path)
}

// writeRestored writes a copy to a new file, and verifies it.
func (s *Engine) writeRestored(temp string, from io.Reader) (facts, error) {
	file, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_TRUNC|noFollow, 0o600)
	if err != nil {
		return facts{}, explain("restore to", temp, err)
	}
	defer file.Close()
	if _, err := io.Copy(file, from); err != nil {
		return facts{}, explain("restore to", temp, err)
	}
	found, _, err := verify(file, "the copy")
	if err != nil {
		return facts{}, err
	}
	if newest := s.options.Schema; found.schema > newest {
		return facts{}, fmt.Errorf("store: the copy was made by a newer zoomtag (schema %d, this one knows %d): upgrade "+
			"zoomtag", found.schema, newest)
	}
	if !s.options.NoSync {
		err = file.Sync()
	}
	return found, err
}

// removeIfThere removes a file.
func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
