package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"zoomtag/store/entries"
)

// The bucket of what is known of the database itself, and its keys; see the package comment.
const (
	bucketMeta = "meta"
	keySchema  = "schema"
	keyID      = "id"
	keyHead    = "head"
	keyMoved   = "moved"
)

// head says how far the database has come, and what it must hold.
type head struct {
	generation uint64 // number of the transaction that wrote it
	count      uint64 // of entries other than the head itself
	sum        uint64 // of their checksums
}

const headSize = 24

func (h head) encode() []byte {
	b := make([]byte, 0, headSize)
	b = binary.BigEndian.AppendUint64(b, h.generation)
	b = binary.BigEndian.AppendUint64(b, h.count)
	return binary.BigEndian.AppendUint64(b, h.sum)
}

func decodeHead(b []byte) (head, error) {
	if len(b) != headSize {
		return head{}, fmt.Errorf("the head has %d bytes", len(b))
	}
	return head{
		generation: binary.BigEndian.Uint64(b),
		count:      binary.BigEndian.Uint64(b[8:]),
		sum:        binary.BigEndian.Uint64(b[16:]),
	}, nil
}

// facts is what the meta bucket of a database says.
type facts struct {
	schema int
	id     [idSize]byte
	head   head
	moved  entries.Elsewhere
}

// examine reads a whole database file and verifies every page and every entry of it.
func examine(f io.ReaderAt, size int64) (facts, error) {
	var found facts
	var count, total uint64
	var haveID, haveHead bool
	err := readPages(f, size, func(path string, key, framed []byte) error {
		if strings.HasPrefix(path, farewell) { // it is for older programs, and counts for nothing
			return nil
		}
		value, err := entries.Unseal(path, key, framed)
		if err != nil {
			return fmt.Errorf("an entry of %s: %w", strings.ReplaceAll(path, "\x00", "/"), err)
		}
		if path == bucketMeta {
			switch string(key) {
			case keyHead:
				haveHead = true
				found.head, err = decodeHead(value)
				return err
			case keySchema:
				found.schema, err = decodeSchema(value)
			case keyID:
				haveID = copy(found.id[:], value) == idSize
			case keyMoved:
				found.moved = decodeMoved(value)
			}
		}
		count++
		total += uint64(entries.Sum(framed))
		return err
	})
	switch {
	case err != nil:
		return facts{}, err
	case !haveID || !haveHead || found.schema == 0:
		return facts{}, errNotBolt
	case count != found.head.count || total != found.head.sum:
		return facts{}, fmt.Errorf("it holds %d entries that are not the %d it should hold", count, found.head.count)
	}
	return found, nil
}

func encodeSchema(version int) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(version))
}

func decodeSchema(b []byte) (int, error) {
	if len(b) != 4 {
		return 0, errors.New("the schema version cannot be read")
	}
	return int(binary.BigEndian.Uint32(b)), nil
}

// Check reads the whole file and verifies every page and every entry, as Open does. Nothing is written meanwhile.
func (s *Engine) Check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Usable(); err != nil || s.db == nil {
		return err
	}
	info, err := s.file.Stat()
	if err != nil {
		return explain("check", s.path, err)
	}
	found, err := examine(s.file, info.Size())
	if err == nil && found.id != s.id {
		err = errors.New("it has become another database")
	}
	if err != nil {
		return s.Damage(err)
	}
	return nil
}
