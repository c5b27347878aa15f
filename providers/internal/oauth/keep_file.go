package oauth

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The file is the magic, the salt of the keys, and for each token what names it, until when it is fresh, and how long
// the sealed token behind that is.
const (
	keepMagic = "zoomtag tokens 1\n"
	keepHead  = len(ident{}) + 8 + 4
)

// load reads the file, once. k.mu is held.
func (k *Keep) load() {
	if k.read {
		return
	}
	k.read = true
	k.salt = make([]byte, saltSize)
	_, _ = rand.Read(k.salt) // never fails, says crypto/rand
	salt, found := readKeep(k.path)
	if salt == nil {
		return
	}
	k.salt = salt
	for id, one := range found {
		if k.good(one.token.Fresh) {
			k.held[id] = one
		}
	}
}

// readKeep returns what is in a file, as far as it can be read.
func readKeep(path string) (salt []byte, found map[ident]*kept) {
	file, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil, nil
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxKeepFile))
	rest, ours := bytes.CutPrefix(data, []byte(keepMagic))
	if err != nil || !ours || len(rest) < saltSize {
		return nil, nil
	}
	salt, rest = rest[:saltSize], rest[saltSize:]
	found = map[ident]*kept{}
	for len(rest) >= keepHead && len(found) < maxKept {
		var id ident
		copy(id[:], rest)
		fresh := time.Unix(int64(binary.BigEndian.Uint64(rest[len(id):])), 0)
		size := int(binary.BigEndian.Uint32(rest[len(id)+8:]))
		rest = rest[keepHead:]
		if size > len(rest) || size > 2*maxKeptToken {
			break // it was cut
		}
		found[id] = &kept{token: Token{Fresh: fresh}, sealed: slices.Clone(rest[:size])}
		rest = rest[size:]
	}
	return slices.Clone(salt), found
}

// Save writes what is kept into the file, with what another process has put there, if anything is new. Nothing rests on
// it: it is not synced to the disk.
func (k *Keep) Save() error {
	if k == nil {
		return nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, one := range k.held {
		if !k.good(one.token.Fresh) {
			delete(k.held, id)
		}
	}
	if !k.dirty {
		return nil
	}
	k.dirty = false // not tried again before there is something new
	if err := writeKeep(k.path, k.salt, k.entries()); err != nil {
		return fmt.Errorf("access tokens are not kept for the next start: %w", err)
	}
	return nil
}

// entry is a token on its way into the file.
type entry struct {
	id ident
	*kept
}

// entries are those that are kept and those that only the file has, the freshest first. k.mu is held.
func (k *Keep) entries() []entry {
	list := make([]entry, 0, len(k.held))
	for id, one := range k.held {
		list = append(list, entry{id, one})
	}
	salt, others := readKeep(k.path)
	if !bytes.Equal(salt, k.salt) {
		others = nil // sealed with other keys
	}
	for id, one := range others {
		if _, known := k.held[id]; !known && !k.gone[id] && k.good(one.token.Fresh) {
			list = append(list, entry{id, one})
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		return cmp.Or(b.token.Fresh.Compare(a.token.Fresh), bytes.Compare(a.id[:], b.id[:]))
	})
	return list
}

// writeKeep puts a file in the place of the one that is there, as far as the bound allows.
func writeKeep(path string, salt []byte, list []entry) error {
	var out bytes.Buffer
	out.WriteString(keepMagic)
	out.Write(salt)
	for i := range list {
		e := &list[i]
		body := e.sealed
		if body == nil {
			body = e.seal.close(e.id, e.kept)
		}
		if out.Len()+keepHead+len(body) > maxKeepFile {
			break
		}
		out.Write(label(e.id, e.token.Fresh))
		out.Write(binary.BigEndian.AppendUint32(nil, uint32(len(body))))
		out.Write(body)
	}
	sweepKeep(path)
	temp, err := os.CreateTemp(filepath.Dir(path), keepTemp) // mode 0600
	if err != nil {
		return err
	}
	_, err = temp.Write(out.Bytes())
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}

// keepTemp is the name of a file on its way.
const keepTemp = ".tokens-*.tmp"

// sweepKeep removes what processes left behind that were killed while they saved.
func sweepKeep(path string) {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), keepTemp))
	if err != nil {
		return // the folder's own name is a pattern: it is left alone
	}
	for _, file := range left {
		if info, err := os.Lstat(file); err == nil && time.Since(info.ModTime()) > time.Hour {
			_ = os.Remove(file) // tried again the next time
		}
	}
}
