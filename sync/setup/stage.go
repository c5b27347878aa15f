package setup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"zoomtag/providers/files"
	"zoomtag/providers/words"
)

// stage is what lies beside the configuration until it is put into its place.
type stage struct {
	dir    string
	config string   // a file that nobody reads but this set-up
	made   []string // files and folders that were not there before, in the order in which they were made
	grants []string // files of sign-ins that were not there before
}

// secretMode lets nobody else read a file.
const secretMode = 0o600

// write writes the configuration beside its place, and the files with secrets. None is overwritten that holds something
// else.
func (s *stage) write(text []byte, secrets []file) error {
	if err := s.folder(s.dir); err != nil {
		return err
	}
	for _, f := range secrets {
		path := filepath.Join(s.dir, f.name)
		switch old, err := os.ReadFile(path); {
		case err == nil && string(old) == string(f.data):
			continue
		case !errors.Is(err, fs.ErrNotExist):
			return words.Mend(fmt.Errorf("there is a file %s already, and it holds something else", path),
				"move it away, or give the calendar another name with --name")
		}
		s.made = append(s.made, path)
		if err := files.Replace(path, f.data, secretMode); err != nil {
			return err
		}
	}
	temp, err := os.CreateTemp(s.dir, ".zoomtag-init-*.yaml") // mode 0600
	if err != nil {
		return files.WriteError(filepath.Join(s.dir, "zoomtag.yaml"), err)
	}
	s.config = temp.Name()
	s.made = append(s.made, s.config)
	_, err = temp.Write(text)
	if err == nil {
		err = temp.Sync()
	}
	return errors.Join(err, temp.Close())
}

// folder makes a folder, and those above it, and notes them.
func (s *stage) folder(dir string) error {
	if _, err := os.Stat(dir); err == nil {
		return nil
	}
	if parent := filepath.Dir(dir); parent != dir {
		if err := s.folder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return files.WriteError(dir, err)
	}
	s.made = append(s.made, dir)
	return nil
}

// signedIn notes that somebody is about to sign in, into a file.
func (s *stage) signedIn(path string) {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		s.grants = append(s.grants, path)
	}
}

// commit puts the configuration into its place. One that is there keeps its mode.
func (s *stage) commit(path string) error {
	if info, err := os.Stat(path); err == nil {
		if err := os.Chmod(s.config, info.Mode().Perm()); err != nil {
			return err
		}
		if real, err := filepath.EvalSymlinks(path); err == nil { // what a link leads to is replaced, not the link
			path = real
		}
	}
	if err := os.Rename(s.config, path); err != nil {
		return files.WriteError(path, err)
	}
	return nil
}

// undo removes what was put there, the last first, and says what somebody has signed in for.
func (s *stage) undo(out io.Writer) (err error) {
	for _, path := range s.grants {
		if _, there := os.Lstat(path); there != nil {
			continue
		}
		if gone := os.Remove(path); gone != nil {
			err = errors.Join(err, gone)
			continue
		}
		fmt.Fprintf(out, "The sign-in that was made is removed (%s). The service still lists zoomtag: take it off "+
			"there if you do not go on.\n", path)
	}
	for i := len(s.made) - 1; i >= 0; i-- {
		if gone := os.Remove(s.made[i]); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
