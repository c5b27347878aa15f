package bolt

import (
	"strings"

	"zoomtag/store/entries"

	"go.etcd.io/bbolt"
)

// A file whose entries have moved elsewhere says so twice: in meta, for those who know, and in the name of a bucket
// with an entry that has no seal, for programs of before. Those refuse the file, and their own words for a bad entry
// hold the bucket's name: "zoomtag.db is damaged (an entry of the state, which has moved to postgres://…: checksum
// mismatch)".

// farewell begins the name of that bucket.
const farewell = "the state, which has moved to "

// maxFarewell bounds what its name says of the place: bbolt's limit for a key is 32,768 bytes.
const maxFarewell = 1024

// Moved is where the entries have moved to.
func (s *Engine) Moved() entries.Elsewhere { return s.moved }

// SetMoved says that the entries are elsewhere from now on: nobody opens the file any more.
func (s *Engine) SetMoved(to entries.Elsewhere) error {
	begun, err := s.Begin()
	if err != nil {
		return err
	}
	defer begun.Rollback()
	tx := begun.(*transaction)
	err = s.Protect(func() error {
		if err := tx.Put(bucketMeta, []byte(keyMoved), []byte(to.ID+"\n"+to.Place)); err != nil {
			return err
		}
		place := to.Place[:min(len(to.Place), maxFarewell)]
		b, err := tx.b.CreateBucketIfNotExists([]byte(farewell + place))
		if err != nil {
			return err
		}
		return b.Put([]byte(keyMoved), nil)
	})
	if err != nil {
		return s.explain("save to", err)
	}
	tx.Advance()
	if err := tx.Commit(func() {}); err != nil {
		return err
	}
	s.moved = to
	return nil
}

// Reading is View for a caller who does more meanwhile than to read: calls of the reader are to be made in Protect.
func (s *Engine) Reading() (r entries.Reader, end func(), err error) {
	if err := s.Usable(); err != nil {
		return nil, nil, err
	}
	var b *bbolt.Tx
	err = s.protectLocked(func() (err error) {
		b, err = s.db.Begin(false)
		return err
	})
	if err != nil {
		return nil, nil, s.explain("read", err)
	}
	return &reader{s: s, b: b}, func() { _ = s.protectLocked(b.Rollback) }, nil // nothing was written
}

func decodeMoved(value []byte) entries.Elsewhere {
	id, place, _ := strings.Cut(string(value), "\n")
	return entries.Elsewhere{ID: id, Place: place}
}

// AdvanceTo has what follows be of a generation, if it is not of a later one already.
func (tx *transaction) AdvanceTo(generation uint64) error {
	if err := tx.touch(); err != nil {
		return err
	}
	tx.counts.generation = max(tx.counts.generation, generation)
	return nil
}

// Filling is a transaction that fills a new file with the entries of another engine.
type Filling interface {
	entries.Transaction
	// AdvanceTo has what follows be of a generation, if it is not of a later one already.
	AdvanceTo(generation uint64) error
}
