package bolt

import (
	"bytes"
	"errors"
)

var (
	errOrder  = errors.New("keys are out of order")
	errNumber = errors.New("more elements than there is room for")
	errBounds = errors.New("an element lies outside its page")
)

// leaf reads the elements of a leaf page, or of the page of an inline bucket.
func (r *pageReader) leaf(path string, b []byte, low, high []byte) error {
	n := int(order.Uint16(b[10:]))
	if pageHeaderSize+n*leafElementSize > len(b) {
		return errNumber
	}
	for i := range n {
		at := pageHeaderSize + i*leafElementSize
		keySize, valueSize := order.Uint32(b[at+8:]), order.Uint32(b[at+12:])
		pos := order.Uint32(b[at+4:])
		key, err := slice(b, at, pos, keySize)
		if err != nil {
			return err
		}
		value, err := slice(b, at+int(pos)+int(keySize), 0, valueSize)
		if err != nil {
			return err
		}
		if len(key) == 0 || !inOrder(key, low, high) || (i > 0 && bytes.Equal(key, low)) {
			return errOrder
		}
		low = key
		switch flags := order.Uint32(b[at:]); flags {
		case 0:
			err = r.entry(path, key, value)
		case bucketLeaf:
			err = r.bucket(joinPath(path, key), value)
		default:
			err = errors.New("an element of unknown kind")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bucket reads a bucket, given its header. A small one follows its header in the same value.
func (r *pageReader) bucket(path string, value []byte) error {
	if len(value) < bucketHeaderSize {
		return errBounds
	}
	root, sequence := order.Uint64(value), order.Uint64(value[8:])
	if sequence != 0 {
		return errors.New("a bucket has a sequence number")
	}
	if root != 0 {
		return r.tree(path, root, nil, nil)
	}
	inline := value[bucketHeaderSize:]
	if len(inline) < pageHeaderSize || order.Uint16(inline[8:]) != leafPage {
		return errBounds
	}
	return r.leaf(path, inline, nil, nil)
}

// inOrder reports whether low <= key < high, where nil is no bound.
func inOrder(key, low, high []byte) bool {
	return bytes.Compare(key, low) >= 0 && (high == nil || bytes.Compare(key, high) < 0)
}

// slice returns the n bytes at base+pos of b.
func slice(b []byte, base int, pos, n uint32) ([]byte, error) {
	start := uint64(base) + uint64(pos)
	end := start + uint64(n)
	if end > uint64(len(b)) {
		return nil, errBounds
	}
	return b[start:end:end], nil
}

// joinPath names a bucket inside another.
func joinPath(path string, name []byte) string {
	if path == "" {
		return string(name)
	}
	return path + "\x00" + string(name)
}
