package bolt

import (
	"bytes"
	"fmt"
	"strings"

	"zoomtag/store/entries"

	"go.etcd.io/bbolt"
)

// View implements entries.Engine.
func (s *Engine) View(fn func(entries.Reader) error) error {
	return s.view(func(b *bbolt.Tx) error { return fn(&reader{s: s, b: b}) })
}

func (s *Engine) view(fn func(*bbolt.Tx) error) error {
	if err := s.Usable(); err != nil || s.db == nil {
		return err
	}
	var b *bbolt.Tx
	err := s.protectLocked(func() (err error) {
		b, err = s.db.Begin(false)
		return err
	})
	if err != nil {
		return s.explain("read", err)
	}
	err = s.Protect(func() error { return fn(b) })
	if ended := s.protectLocked(b.Rollback); err == nil {
		err = ended
	}
	return err
}

// reader sees one state of the file.
type reader struct {
	s *Engine
	b *bbolt.Tx
}

// nested is the bucket whose entries have a bucket each, so that a large value is not copied with others when one of
// them changes. Each has one key.
const nested = "cursors"

const nestedKey = "cursor"

// place is where an entry is kept: in which bucket, what that is called in its seal, and under which key. in is nil
// where there is none yet.
func (r *reader) place(name string, key []byte) (in *bbolt.Bucket, path string, at []byte, err error) {
	b, err := r.bucket(name)
	if err != nil || name != nested {
		return b, name, key, err
	}
	return b.Bucket(key), joinPath(name, key), []byte(nestedKey), nil
}

// bucket returns a bucket that every database has.
func (r *reader) bucket(name string) (*bbolt.Bucket, error) {
	if b := r.b.Bucket([]byte(name)); b != nil {
		return b, nil
	}
	return nil, r.s.Damage(fmt.Errorf("the bucket %s is missing", name))
}

// Get implements entries.Reader.
func (r *reader) Get(bucket string, key []byte) ([]byte, error) {
	b, path, key, err := r.place(bucket, key)
	if err != nil || b == nil {
		return nil, err
	}
	framed := b.Get(key)
	if framed == nil {
		return nil, nil
	}
	return r.unseal(path, key, framed)
}

func (r *reader) unseal(path string, key, framed []byte) ([]byte, error) {
	value, err := entries.Unseal(path, key, framed)
	if err != nil {
		return nil, r.s.Damage(fmt.Errorf("an entry of %s: %w", strings.ReplaceAll(path, "\x00", "/"), err))
	}
	return value, nil
}

// Walk implements entries.Reader.
func (r *reader) Walk(bucket string, in entries.Range, fn func(key, value []byte) (bool, error)) error {
	b, err := r.bucket(bucket)
	if err != nil {
		return err
	}
	n := 0
	c := b.Cursor()
	for key, framed := first(c, in); key != nil; key, framed = next(c, in) {
		if outside(key, in) {
			return nil
		}
		var value []byte
		if bucket == nested {
			value, err = r.Get(bucket, key)
			if value == nil && err == nil {
				continue
			}
		} else {
			value, err = r.unseal(bucket, key, framed)
		}
		if err != nil {
			return err
		}
		if more, err := fn(key, value); err != nil || !more {
			return err
		}
		if n++; n == in.Limit {
			return nil
		}
	}
	return nil
}

func first(c *bbolt.Cursor, in entries.Range) (key, value []byte) {
	switch {
	case !in.Back && in.From == nil:
		return c.First()
	case !in.Back:
		return c.Seek(in.From)
	case in.To == nil:
		return c.Last()
	}
	if key, _ := c.Seek(in.To); key == nil {
		return c.Last()
	}
	return c.Prev()
}

func next(c *bbolt.Cursor, in entries.Range) (key, value []byte) {
	if in.Back {
		return c.Prev()
	}
	return c.Next()
}

// outside reports whether a walk has left its range.
func outside(key []byte, in entries.Range) bool {
	if in.Back {
		return bytes.Compare(key, in.From) < 0
	}
	return in.To != nil && bytes.Compare(key, in.To) >= 0
}

// Names implements entries.Reader.
func (r *reader) Names(bucket string, fn func(name string)) error {
	b, err := r.bucket(bucket)
	if err != nil {
		return err
	}
	c := b.Cursor()
	for key, _ := c.First(); key != nil; {
		name, _, _ := bytes.Cut(key, []byte{0})
		fn(string(name))
		key, _ = c.Seek(append(bytes.Clone(name), 1)) // past the last key of this name
	}
	return nil
}

// Ahead implements entries.Reader: here all is near.
func (r *reader) Ahead([]entries.Key) error { return nil }

// head reads how far the database has come.
func (r *reader) head() (head, error) {
	value, err := r.Get(bucketMeta, []byte(keyHead))
	if err != nil {
		return head{}, err
	}
	h, err := decodeHead(value)
	if err != nil {
		return head{}, r.s.Damage(err)
	}
	return h, nil
}
