package store

import (
	"crypto/sha256"
	"encoding/binary"
	"strings"
	"time"
	"unicode/utf8"
)

// timeSize is the length of a time in keys and values.
const timeSize = 12

// appendTime appends t such that the bytes sort like the times. The zero time is all zeros, and so before all others.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, make([]byte, timeSize)...)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(t.Unix())^1<<63)
	return binary.BigEndian.AppendUint32(b, uint32(t.Nanosecond()))
}

// readTime is the inverse of appendTime, in UTC. b holds at least timeSize bytes.
func readTime(b []byte) time.Time {
	sec, nsec := binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])
	if sec == 0 && nsec == 0 {
		return time.Time{}
	}
	return time.Unix(int64(sec^1<<63), int64(nsec)).UTC()
}

// hashSize is the length of a hash in keys.
const hashSize = 16

// hash makes a key of bounded length of a foreign string, which may have any length and hold any bytes.
func hash(s string) (h [hashSize]byte) {
	full := sha256.Sum256([]byte(validText(s)))
	copy(h[:], full[:])
	return h
}

// noHash stands for the empty string, which no index lists.
var noHash = hash("")

// validText returns s as it comes back from JSON: each invalid byte replaced, so that a string and what was stored of
// it have the same hash.
func validText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

// pairKey is the key of an event: calendar and id.
func pairKey(calendar, id string) []byte {
	b := make([]byte, 0, len(calendar)+1+len(id))
	b = append(append(b, calendar...), 0)
	return append(b, id...)
}

// prefixKey is what all keys of a calendar begin with.
func prefixKey(calendar string) []byte { return append([]byte(calendar), 0) }

// splitPair is the inverse of pairKey. Calendar names hold no zero byte; ids may.
func splitPair(key []byte) (calendar, id string) {
	calendar, id, _ = strings.Cut(string(key), "\x00")
	return calendar, id
}

// indexKey is the key of an event in an index.
func indexKey(h [hashSize]byte, pair []byte) []byte {
	return append(h[:], pair...)
}

// queueKey is the key of an event in the queue.
func queueKey(calendar, id string, due time.Time) []byte {
	b := make([]byte, 0, len(calendar)+1+timeSize+len(id))
	b = append(append(b, calendar...), 0)
	return append(appendTime(b, due), id...)
}
