package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
)

// This file reads bbolt's file format (version 2) the slow and distrustful way: with plain reads instead of a memory
// map, and with every offset checked. bbolt itself, its own Check included, ends the process on a page that lies
// outside the file and recurses for ever on one that names its parent.

// Sizes and flags of bbolt's format. Numbers are in the byte order of the machine.
const (
	boltMagic   = 0xED0CDAED
	boltVersion = 2

	pageHeaderSize   = 16 // id 8, flags 2, count 2, overflow 4
	leafElementSize  = 16 // flags 4, pos 4, key size 4, value size 4
	branchElemSize   = 16 // pos 4, key size 4, page id 8
	bucketHeaderSize = 16 // root page 8, sequence 8
	metaSize         = 64

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10
	bucketLeaf   = 0x01
)

var order = binary.NativeEndian

var errNotBolt = errors.New("it is no database of zoomtag's")

// boltMeta is one of the two meta pages.
type boltMeta struct {
	pageSize            int
	root, freelist, hwm uint64
	txid                uint64
	rootSequence        uint64
}

// entryFunc is called for each key that is no bucket. path names the bucket, its parts joined by zero bytes. key and
// framed are good until it returns.
type entryFunc func(path string, key, framed []byte) error

// pageReader walks over a whole database file.
type pageReader struct {
	f     io.ReaderAt
	meta  boltMeta
	seen  []bool   // pages used or free
	spare [][]byte // pages read, to be used again
	entry entryFunc
}

// readPages reads every page of a database that is in use, verifies how they hang together, and calls entry for each
// key.
func readPages(f io.ReaderAt, size int64, entry entryFunc) error {
	m, err := readMeta(f, size)
	if err != nil {
		return err
	}
	if m.hwm > uint64(size)/uint64(m.pageSize) {
		return fmt.Errorf("it is cut off: %d bytes of %d", size, m.hwm*uint64(m.pageSize))
	}
	r := &pageReader{f: f, meta: m, seen: make([]bool, m.hwm), entry: entry}
	r.seen[0], r.seen[1] = true, true
	if err := r.freelist(); err != nil {
		return err
	}
	if m.rootSequence != 0 {
		return errors.New("the root has a sequence number")
	}
	if err := r.tree("", m.root, nil, nil); err != nil {
		return err
	}
	for id, seen := range r.seen {
		if !seen {
			return fmt.Errorf("page %d is neither used nor free", id)
		}
	}
	return nil
}

// readMeta returns the newer of the two meta pages that are good, as bbolt does.
func readMeta(f io.ReaderAt, size int64) (boltMeta, error) {
	first, ok := metaAt(f, 0)
	if ok {
		if second, ok := metaAt(f, int64(first.pageSize)); ok && second.txid > first.txid {
			return second, nil
		}
		return first, nil
	}
	for at := int64(1024); at < size; at *= 2 {
		if second, ok := metaAt(f, at); ok {
			return second, nil
		}
	}
	return boltMeta{}, errNotBolt
}

func metaAt(f io.ReaderAt, at int64) (boltMeta, bool) {
	var b [pageHeaderSize + metaSize]byte
	if _, err := f.ReadAt(b[:], at); err != nil {
		return boltMeta{}, false
	}
	m := b[pageHeaderSize:]
	if order.Uint32(m) != boltMagic || order.Uint32(m[4:]) != boltVersion {
		return boltMeta{}, false
	}
	check := fnv.New64a()
	check.Write(m[:metaSize-8])
	if check.Sum64() != order.Uint64(m[metaSize-8:]) {
		return boltMeta{}, false
	}
	meta := boltMeta{
		pageSize: int(order.Uint32(m[8:])),
		root:     order.Uint64(m[16:]), rootSequence: order.Uint64(m[24:]),
		freelist: order.Uint64(m[32:]), hwm: order.Uint64(m[40:]), txid: order.Uint64(m[48:]),
	}
	sizeOK := meta.pageSize >= 1024 && meta.pageSize <= 1<<24 && meta.pageSize&(meta.pageSize-1) == 0
	return meta, sizeOK && meta.hwm >= 4
}

// use notes that pages first to first+n-1 are in use or free. Each may be that once.
func (r *pageReader) use(first, n uint64) error {
	if first < 2 || first >= r.meta.hwm || n > r.meta.hwm-first {
		return fmt.Errorf("page %d lies outside", first)
	}
	for id := first; id < first+n; id++ {
		if r.seen[id] {
			return fmt.Errorf("page %d is used twice", id)
		}
		r.seen[id] = true
	}
	return nil
}

// page reads a page with its overflow pages.
func (r *pageReader) page(id uint64) ([]byte, error) {
	if id < 2 || id >= r.meta.hwm {
		return nil, fmt.Errorf("page %d lies outside", id)
	}
	b := r.take(r.meta.pageSize)
	at := int64(id) * int64(r.meta.pageSize)
	if _, err := r.f.ReadAt(b, at); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	if order.Uint64(b) != id {
		return nil, fmt.Errorf("page %d says that it is page %d", id, order.Uint64(b))
	}
	overflow := uint64(order.Uint32(b[12:]))
	if err := r.use(id, overflow+1); err != nil {
		return nil, err
	}
	if overflow == 0 {
		return b, nil
	}
	whole := make([]byte, int(overflow+1)*r.meta.pageSize)
	n := copy(whole, b)
	r.give(b)
	if _, err := r.f.ReadAt(whole[n:], at+int64(n)); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	return whole, nil
}

func (r *pageReader) take(n int) []byte {
	if last := len(r.spare) - 1; last >= 0 {
		b := r.spare[last]
		r.spare = r.spare[:last]
		return b
	}
	return make([]byte, n)
}

func (r *pageReader) give(b []byte) {
	if len(b) == r.meta.pageSize {
		r.spare = append(r.spare, b)
	}
}

func (r *pageReader) freelist() error {
	b, err := r.page(r.meta.freelist)
	if err != nil {
		return fmt.Errorf("list of free pages: %w", err)
	}
	if order.Uint16(b[8:]) != freelistPage {
		return fmt.Errorf("page %d is no list of free pages", r.meta.freelist)
	}
	ids, n := b[pageHeaderSize:], uint64(order.Uint16(b[10:]))
	if n == 0xFFFF { // more than fit into the header: the number comes first
		n, ids = order.Uint64(ids), ids[8:]
	}
	if n > uint64(len(ids))/8 {
		return fmt.Errorf("the list of free pages has no room for %d", n)
	}
	for i := range n {
		if err := r.use(order.Uint64(ids[i*8:]), 1); err != nil {
			return fmt.Errorf("list of free pages: %w", err)
		}
	}
	return nil
}

// tree reads the pages of a bucket from page id on. Keys must be at least low and below high (nil: no bound).
func (r *pageReader) tree(path string, id uint64, low, high []byte) error {
	b, err := r.page(id)
	if err != nil {
		return err
	}
	defer r.give(b)
	switch flags := order.Uint16(b[8:]); flags {
	case branchPage:
		err = r.branch(path, b, low, high)
	case leafPage:
		err = r.leaf(path, b, low, high)
	default:
		err = fmt.Errorf("unknown kind %#x", flags)
	}
	if err != nil {
		return fmt.Errorf("page %d: %w", id, err)
	}
	return nil
}

func (r *pageReader) branch(path string, b []byte, low, high []byte) error {
	n := int(order.Uint16(b[10:]))
	if n == 0 || pageHeaderSize+n*branchElemSize > len(b) {
		return errNumber
	}
	key := func(i int) ([]byte, error) {
		at := pageHeaderSize + i*branchElemSize
		return slice(b, at, order.Uint32(b[at:]), order.Uint32(b[at+4:]))
	}
	next, err := key(0)
	if err != nil {
		return err
	}
	for i := range n {
		k, end := next, high
		if i+1 < n {
			if next, err = key(i + 1); err != nil {
				return err
			}
			end = next
		}
		if !inOrder(k, low, high) || (i > 0 && bytes.Equal(k, low)) {
			return errOrder
		}
		child := order.Uint64(b[pageHeaderSize+i*branchElemSize+8:])
		if err := r.tree(path, child, k, end); err != nil {
			return err
		}
		low = k
	}
	return nil
}
