package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
)

// stamp is what the sidecar says: which database it lies beside, and how far that had come.
type stamp struct {
	id         [idSize]byte
	generation uint64 // 0: the database was being created
	// lost says that the database being created takes the place of one that had gone, so that a crash in between does
	// not lose the notice.
	lost bool
}

// idSize is the length of a database id.
const idSize = 16

const (
	sidecarMagic = "zoomtag store 1\n"
	sidecarSize  = len(sidecarMagic) + idSize + 8 + 1 + 4
)

func sidecarPath(path string) string { return path + ".sidecar" }

func (st stamp) encode() []byte {
	b := make([]byte, 0, sidecarSize)
	b = append(append(b, sidecarMagic...), st.id[:]...)
	b = binary.BigEndian.AppendUint64(b, st.generation)
	if st.lost {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	return binary.BigEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
}

// decodeStamp returns false for anything that encode did not write.
func decodeStamp(b []byte) (st stamp, ok bool) {
	if len(b) != sidecarSize || !bytes.HasPrefix(b, []byte(sidecarMagic)) {
		return stamp{}, false
	}
	body, check := b[:sidecarSize-4], b[sidecarSize-4:]
	if crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(check) {
		return stamp{}, false
	}
	rest := body[len(sidecarMagic):]
	copy(st.id[:], rest)
	st.generation = binary.BigEndian.Uint64(rest[idSize:])
	st.lost = rest[idSize+8] == 1
	return st, true
}

// sidecar is the small file beside the database. Its methods are called with the database locked.
type sidecar struct {
	path string
	file *os.File // nil until the first write
}

// read returns what the sidecar says: nil if there is none, or none that can be understood.
func (s *sidecar) read() (*stamp, error) {
	f, err := os.OpenFile(s.path, os.O_RDONLY|noFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, explain("read", s.path, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, int64(sidecarSize)+1))
	if err != nil {
		return nil, explain("read", s.path, err)
	}
	st, ok := decodeStamp(b)
	if !ok {
		return nil, nil
	}
	return &st, nil
}

// write puts st into the file, in place and in one call: a process that is killed leaves the old stamp or the new one.
// A torn stamp, after a power cut, is one that cannot be understood.
func (s *sidecar) write(st stamp) error {
	if s.file == nil {
		f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
		if err != nil {
			return explain("open", s.path, err)
		}
		if err := f.Truncate(int64(sidecarSize)); err != nil {
			f.Close()
			return explain("write", s.path, err)
		}
		s.file = f
	}
	if _, err := s.file.WriteAt(st.encode(), 0); err != nil {
		return explain("write", s.path, err)
	}
	return nil
}

func (s *sidecar) sync() error {
	if err := s.file.Sync(); err != nil {
		return explain("write", s.path, err)
	}
	return nil
}

func (s *sidecar) close() {
	if s.file != nil {
		s.file.Close()
		s.file = nil
	}
}
