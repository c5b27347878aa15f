package bolt

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
)

// create makes a new database under another name and moves it to its place when it is whole. Its lock, taken before,
// goes with it: of two processes that create at once, one comes too late.
func (s *Engine) create() error {
	if err := os.MkdirAll(filepath.Dir(s.path), 0o700); err != nil {
		return explain("make the folder of", s.path, err)
	}
	temp := s.path + ".new"
	file, err := s.lockedFile(temp, os.O_RDWR|os.O_CREATE|noFollow)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(s.path); err == nil { // made by somebody else since we looked
		file.Close()
		os.Remove(temp)
		return locked(s.path)
	}
	if err := file.Truncate(0); err != nil { // left over from a crash
		file.Close()
		return explain("create", temp, err)
	}
	if err := s.startBolt(file); err != nil {
		return err
	}
	if err := s.moveIn(temp); err != nil {
		os.Remove(temp)
		return err
	}
	return nil
}

// moveIn fills a new database and gives it its name. The sidecar comes first, and names the new database as one being
// created: whatever is there after a crash, the two fit together.
func (s *Engine) moveIn(temp string) error {
	last, err := s.sidecar.read()
	if err != nil {
		return err
	}
	lost := last != nil && (last.generation > 0 || last.lost)
	if _, err := rand.Read(s.id[:]); err != nil {
		return fmt.Errorf("store: create %s: %w", s.path, err)
	}
	if err := s.fill(); err != nil {
		return err
	}
	if err := s.sidecar.write(stamp{id: s.id, lost: lost}); err != nil {
		return err
	}
	if !s.options.NoSync {
		if err := s.sidecar.sync(); err != nil {
			return err
		}
	}
	s.options.Hook("store.create.rename.before")
	if err := os.Rename(temp, s.path); err != nil {
		return explain("create", s.path, err)
	}
	if err := s.syncDir(s.path); err != nil {
		return err
	}
	s.options.Hook("store.create.rename.after")
	return s.created(1, lost)
}

// created ends the creation, perhaps after a crash in the middle of it.
func (s *Engine) created(generation uint64, lost bool) error {
	if lost {
		s.note("%s was gone, though zoomtag had used it: it was started anew and is rebuilt from the marks in the "+
			"events; the history is lost", s.path)
	}
	return s.sidecar.write(stamp{id: s.id, generation: generation})
}

// fill writes what every database holds.
func (s *Engine) fill() error {
	b, err := s.db.Begin(true)
	if err != nil {
		return explain("create", s.path, err)
	}
	defer func() { _ = b.Rollback() }() // after the commit it has nothing to undo
	for _, name := range append([]string{bucketMeta}, s.options.Buckets...) {
		if _, err := b.CreateBucket([]byte(name)); err != nil {
			return explain("create", s.path, err)
		}
	}
	tx := &transaction{reader: reader{s: s, b: b}, loaded: true, counts: head{generation: 1}}
	if err := tx.SetSchema(s.options.Schema); err != nil {
		return err
	}
	if err := tx.Put(bucketMeta, []byte(keyID), s.id[:]); err != nil {
		return err
	}
	if err := tx.putHead(); err != nil {
		return explain("create", s.path, err)
	}
	if err := b.Commit(); err != nil {
		return explain("create", s.path, err)
	}
	return nil
}
