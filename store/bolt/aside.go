package bolt

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// What nothing rests on is in FILE.passes, which is written without fsync: one that is missing or torn says nothing.

// maxAside bounds the file that is read, in bytes.
const maxAside = 16 << 20

func asidePath(path string) string { return path + ".passes" }

// Asides implements entries.Engine.
func (s *Engine) Asides() [][]byte {
	f, err := os.OpenFile(asidePath(s.path), os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxAside))
	if err != nil {
		return nil
	}
	return [][]byte{text}
}

// PutAside implements entries.Engine: it writes the file in another one's place.
func (s *Engine) PutAside(text []byte) error {
	if s.readOnly {
		return nil
	}
	path := asidePath(s.path)
	temp := path + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a process that was killed
		return explain("save to", path, err)
	}
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|noFollow, 0o600)
	if err != nil {
		return explain("save to", path, err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(explain("save to", path, err), os.Remove(temp))
	}
	return nil
}
