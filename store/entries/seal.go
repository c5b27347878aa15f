package entries

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
)

// frameSize is the length of the checksum in front of each value.
const frameSize = 4

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// ErrChecksum says that a value is not the one that was put under its key.
var ErrChecksum = errors.New("checksum mismatch")

// checksum covers where a value is kept as well as what it says, so that a value that turns up under another key is
// noticed too.
func checksum(path string, key, value []byte) uint32 {
	crc := ^uint32(len(key)) // key and value cannot run into each other
	for i := range len(path) {
		crc = castagnoli[byte(crc)^path[i]] ^ crc>>8 // by hand: a string would have to be copied
	}
	return crc32.Update(crc32.Update(^crc, castagnoli, key), castagnoli, value)
}

// Seal returns value as it is stored: its checksum, then itself.
func Seal(path string, key, value []byte) []byte {
	framed := make([]byte, frameSize+len(value))
	binary.BigEndian.PutUint32(framed, checksum(path, key, value))
	copy(framed[frameSize:], value)
	return framed
}

// Unseal returns the value inside a stored one. It shares memory with framed.
func Unseal(path string, key, framed []byte) ([]byte, error) {
	if len(framed) < frameSize {
		return nil, ErrChecksum
	}
	value := framed[frameSize:]
	if Sum(framed) != checksum(path, key, value) {
		return nil, ErrChecksum
	}
	return value, nil
}

// Sum returns the checksum that a stored value claims.
func Sum(framed []byte) uint32 {
	if len(framed) < frameSize {
		return 0
	}
	return binary.BigEndian.Uint32(framed)
}

// Bare returns what stands behind the checksum of a stored value, whether that is right or not.
func Bare(framed []byte) []byte { return framed[min(frameSize, len(framed)):] }
