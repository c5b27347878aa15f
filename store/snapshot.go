package store

import (
	"context"
	"errors"

	"zoomtag/store/bolt"
	"zoomtag/store/entries"
	"zoomtag/store/postgres"
)

// BackupBeside writes a consistent copy of a shared store into a file beside path, compares it, and then drops all but
// the last three there. It returns the path of the copy. The store may be used meanwhile.
func (s *Store) BackupBeside(ctx context.Context, path string) (copied string, err error) {
	temp := path + ".copy"
	defer func() { err = errors.Join(err, dropFile(temp)) }()
	if err := s.SnapshotTo(ctx, temp); err != nil {
		return "", err
	}
	return bolt.KeepCopy(temp, path, s.options.bolt(1+len(steps())))
}

// SnapshotTo writes a consistent copy of a shared store into a file, and compares it. The store may be used meanwhile.
func (s *Store) SnapshotTo(ctx context.Context, path string) error {
	return s.shared.Snapshot(ctx, func(r entries.Reader) error {
		h := &hauling{CopyOptions: CopyOptions{Progress: func(int, int) {}}, ctx: ctx, source: &stillSource{s.shared},
			in: r, options: s.options, done: &Copied{Buckets: map[string]uint64{}}}
		_, err := h.fillFile(path)
		return err
	})
}

// stillSource is a database that goes on meanwhile: one state of it is read.
type stillSource struct{ e *postgres.Engine }

func (s *stillSource) id() string                    { return s.e.ID() }
func (s *stillSource) generation() (uint64, error)   { return s.e.Generation() }
func (s *stillSource) protect(fn func() error) error { return fn() }
