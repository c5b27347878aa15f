package store

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"zoomtag/store/entries"
)

// FuzzRecord decodes arbitrary bytes as a stored record: nothing panics, what is understood survives another round, and
// a single flipped bit is noticed, wherever it is.
func FuzzRecord(f *testing.F) {
	key := pairKey("alice", "1")
	f.Add([]byte{}, uint32(0))
	f.Add([]byte("{}"), uint32(1))
	f.Add(append(make([]byte, prefixSize), `{"UID":"u","Mark":"m","Start":"2026-11-24T09:00:00+01:00"}`...), uint32(77))
	f.Add(append(bytes.Repeat([]byte{0xff}, prefixSize),
		`{"Told":{"Start":"9999-12-31T23:59:59Z"},"MeetingID":12345678901}`...), uint32(900))
	f.Fuzz(func(t *testing.T, value []byte, bit uint32) {
		if r, err := decodeRecord(key, value); err == nil {
			if r.Calendar != "alice" || r.EventID != "1" {
				t.Errorf("decoded as %s/%s", r.Calendar, r.EventID)
			}
		}
		framed := entries.Seal(bucketRecords, key, value)
		if got, err := entries.Unseal(bucketRecords, key, framed); err != nil || !bytes.Equal(got, value) {
			t.Fatalf("sealed %q, got %q, %v", value, got, err)
		}
		at := int(bit) % (8 * (len(framed) + len(key)))
		if at < 8*len(framed) {
			framed[at/8] ^= 1 << (at % 8)
		} else {
			key = bytes.Clone(key)
			key[at/8-len(framed)] ^= 1 << (at % 8)
			defer func() { key = pairKey("alice", "1") }()
		}
		if _, err := entries.Unseal(bucketRecords, key, framed); err == nil {
			t.Errorf("flipped bit %d, and nobody noticed", at)
		}
		elsewhere := entries.Seal(bucketRecords, pairKey("alice", "1"), value)
		if _, err := entries.Unseal(bucketMarks, pairKey("alice", "1"), elsewhere); err == nil {
			t.Error("a value in another bucket was taken for good")
		}
	})
}

// FuzzOpen overwrites a piece of a database. Whatever it is, opening says so or everything can be read.
func FuzzOpen(f *testing.F) {
	whole := must[[]byte](f)(os.ReadFile(oldFile))
	f.Add(uint32(0), []byte{}, uint32(0))
	f.Add(uint32(4096), bytes.Repeat([]byte{0}, 4096), uint32(0))
	f.Add(uint32(24), []byte{0, 0, 0, 1}, uint32(8192))
	f.Fuzz(func(t *testing.T, at uint32, piece []byte, cut uint32) {
		broken := bytes.Clone(whole)
		copy(broken[int(at)%len(broken):], piece)
		broken = broken[:len(broken)-int(cut)%len(broken)]
		path := filepath.Join(t.TempDir(), "zoomtag.db")
		write(t, path, broken)
		s, err := Open(path, testOptions())
		if err != nil {
			return
		}
		defer s.Close()
		if _, err := contents(s); err != nil {
			t.Errorf("opened, but reading fails: %v", err)
		}
		update(t, s, func(tx *Tx) error { return put(tx, example("alice", "another")) })
		if err := s.Check(); err != nil {
			t.Errorf("opened, but after a write: %v", err)
		}
	})
}
