package icsdir

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"zoomtag/providers/calendar"
	"zoomtag/providers/words"
)

// folder is the open folder of one call. Everything in a call refers to it, not to the path, so that a folder that is
// replaced meanwhile is not half seen.
type folder struct {
	f    *os.File
	fd   handle // of f
	path string
	// denies says why nothing in the folder can be written now, or nothing. It is asked once for each call.
	denies func() obstacle
}

func (d *Dir) openFolder() (*folder, error) {
	path := d.cfg.Path
	f, err := os.Open(path)
	if err != nil {
		return nil, absent(path, err)
	}
	info, err := f.Stat()
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "open", Path: path, Err: syscall.ENOTDIR}
	}
	if err != nil {
		f.Close()
		return nil, absent(path, err)
	}
	dir := &folder{f: f, fd: handleOf(f), path: path}
	dir.denies = sync.OnceValue(func() obstacle { return d.rights(dir) })
	return dir, nil
}

// obstacle is why something cannot be written, and what mends that, as a clause; the zero value: it can.
type obstacle struct{ cause, cure string }

// leastRoom is the room, in bytes, without which no file of a folder is replaced. A new one needs its own size beside
// the old one; with less than this the disk counts as full.
const leastRoom = 256 << 10

func noRoom(path string) obstacle {
	return obstacle{fmt.Sprintf("less than %d KiB are free where %s lies", leastRoom>>10, path), "make room"}
}

// absent says that there is no folder in which events could be, and why.
func absent(path string, err error) error {
	kind := fmt.Errorf("icsdir: %w: %w", calendar.ErrAbsent, err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return words.Mend(words.Say(kind, "there is no folder "+path), "mount or make it, or correct ics.path")
	case errors.Is(err, fs.ErrPermission):
		return words.Mend(words.Say(kind, "the folder "+path+" may not be read by the user that runs zoomtag"),
			"give that user the right to read it")
	case errors.Is(err, syscall.ENOTDIR):
		return words.Mend(words.Say(kind, path+" is no folder, or leads through a file"),
			"write the folder that holds the .ics files as ics.path")
	}
	return words.Say(kind, "the folder "+path+" cannot be opened: "+causeOf(err))
}

// causeOf is what the system says, without the path, which is in the sentence around it.
func causeOf(err error) string {
	var named *fs.PathError
	if errors.As(err, &named) {
		err = named.Err
	}
	return err.Error()
}

func (d *folder) close() { d.f.Close() }

// check reports an error if the path no longer leads to this folder: what was not found in it is then not known to be
// gone.
func (d *folder) check() error {
	now, err := os.Stat(d.path)
	if err != nil {
		return absent(d.path, err)
	}
	was, err := d.f.Stat()
	if err != nil {
		return fmt.Errorf("icsdir: the folder cannot be read: %w", err)
	}
	if !os.SameFile(was, now) {
		return fmt.Errorf("icsdir: the folder %s was replaced while it was read; the next pass reads the new one",
			d.path)
	}
	return nil
}

// entry is a file of the folder as a listing shows it.
type entry struct {
	name  string
	link  string // where it leads, for a symbolic link
	print uint64 // fingerprint of its metadata
}

// parallel is the number of files from which on two goroutines share the work.
const parallel = 256

// list returns the .ics files of the folder, sorted by name. It is complete or an error.
func (d *folder) list() ([]entry, error) {
	names, err := d.f.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("icsdir: the folder %s cannot be listed: %w", d.path, err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isItem(name) })
	slices.Sort(names)
	entries := make([]entry, len(names))
	err = share(len(names), func(from, to int) error {
		for i := from; i < to; i++ {
			st, link, ok, err := d.stat(names[i])
			if err != nil {
				return err
			}
			if ok {
				entries[i] = entry{name: names[i], link: link, print: st.print()}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := d.check(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(entries, func(e entry) bool { return e.name == "" }), nil
}

// isItem tells calendar items from everything else that lives in such folders.
func isItem(name string) bool {
	return len(name) > len(".ics") && name[0] != '.' && strings.EqualFold(name[len(name)-len(".ics"):], ".ics")
}

// share has work done for [0,n), by two goroutines where that pays.
func share(n int, work func(from, to int) error) error {
	if n < parallel {
		return work(0, n)
	}
	var wg sync.WaitGroup
	var other error
	wg.Go(func() { other = work(n/2, n) })
	err := work(0, n/2)
	wg.Wait()
	if err == nil {
		err = other
	}
	return err
}

// stat is what the file system says of a file.
type stat struct {
	size         int64
	mtime, ctime int64 // Unix nanoseconds
	inode        uint64
	mode         fs.FileMode
	uid, gid     int
}

// print is a fingerprint of the metadata that changes with every change of the file. It is kept in cursors.
func (s *stat) print() uint64 {
	h := uint64(14695981039346656037) // FNV-1a, a word at a time, and a final mix
	for _, v := range [...]uint64{uint64(s.size), uint64(s.mtime), uint64(s.ctime), s.inode} {
		h = (h ^ v) * 1099511628211
		h ^= h >> 29
	}
	h *= 0xbf58476d1ce4e5b9
	return h ^ h>>32
}

// Racy windows: file systems stamp files with a coarse clock. A file that was changed so shortly before it was read may
// change again without showing it.
const (
	racyFine   = 20 * time.Millisecond
	racyCoarse = 2 * time.Second
)

// racy reports whether a later change might not show, for a file read at now. The change time is what counts: the
// kernel sets it, and nobody else can.
func (s *stat) racy(now time.Time) bool {
	window := racyFine
	if s.ctime%int64(time.Second) == 0 {
		window = racyCoarse
	}
	return now.UnixNano()-s.ctime < int64(window)
}

// file is a file that was read.
type file struct {
	name string
	path string // of the file itself, where name is a symbolic link
	raw  []byte
	stat stat
	racy bool
	dir  *folder // in which it was found
}

// read reads a file of the folder by its name. A name that is no item does not exist.
func (d *Dir) read(dir *folder, name string) (*file, error) {
	missing := &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	if !isItem(name) || filepath.Base(name) != name {
		return nil, missing
	}
	_, link, ok, err := dir.stat(name)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, missing
	}
	return d.readEntry(dir, entry{name: name, link: link}, nil)
}

// readEntry reads a file that was found by list or stat. The bytes are in buf if they fit.
func (d *Dir) readEntry(dir *folder, e entry, buf []byte) (*file, error) {
	fd, err := dir.open(e)
	if err != nil {
		return nil, unreadable(e.name, err)
	}
	defer closeFD(fd)
	now := time.Now() // of the kernel's clock, which stamps files, not of Config.Now
	st, err := statFD(fd)
	if err != nil {
		return nil, unreadable(e.name, err)
	}
	if st.size > d.cfg.MaxBytes {
		return nil, words.Mend(fmt.Errorf("icsdir: %w: %s has %d bytes, more than the %d that are accepted",
			calendar.ErrMalformed, e.name, st.size, d.cfg.MaxBytes), "raise limits.file_megabytes in the configuration")
	}
	raw, err := fill(fd, buf, int(st.size))
	if err != nil {
		return nil, unreadable(e.name, err)
	}
	path := e.link
	if path == "" {
		path = filepath.Join(dir.path, e.name)
	}
	return &file{name: e.name, path: path, raw: raw, stat: st, racy: st.racy(now), dir: dir}, nil
}

// unreadable words an error about a file; that it is not there stays visible to errors.Is.
func unreadable(name string, err error) error {
	err = fmt.Errorf("icsdir: %s: %w", name, err)
	switch {
	case errors.Is(err, fs.ErrPermission):
		return words.Mend(words.Say(err, "the file "+name+" may not be read by the user that runs zoomtag"),
			"give that user the right to read it")
	case errors.Is(err, syscall.EIO):
		return words.Mend(words.Say(err, "the disk cannot read the file "+name), "check the disk")
	}
	return words.Say(err, "the file "+name+" cannot be read: "+causeOf(err))
}

// fill reads a whole file of about size bytes.
func fill(fd handle, buf []byte, size int) ([]byte, error) {
	if cap(buf) <= size {
		buf = make([]byte, size+512)
	}
	buf = buf[:cap(buf)]
	n := 0
	for {
		m, err := readFD(fd, buf[n:])
		if err != nil {
			return nil, err
		}
		n += m
		switch {
		case m == 0, n == size && n < len(buf): // a short read of a regular file is its end
			return buf[:n], nil
		case n > size:
			return nil, errors.New("it grows while it is read; the next pass reads it again")
		}
	}
}
