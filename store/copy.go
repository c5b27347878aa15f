package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zoomtag/providers/words"
	"zoomtag/store/entries"
	"zoomtag/store/postgres"
)

// CopyOptions are the settings of Copy.
type CopyOptions struct {
	// Keep has the place that was copied from be used on. Otherwise it is stamped as moved.
	Keep bool
	// Replace puts the copy in the place of what is there already. Of a file that stays, under another name.
	Replace bool
	// Progress is told how many entries of all are done; nil is not.
	Progress func(done, all int)
}

// Copied is what was copied.
type Copied struct {
	From    string            `json:"from"`
	To      string            `json:"to"`
	Entries uint64            `json:"entries"`
	Buckets map[string]uint64 `json:"buckets"`
	// Old is where the file is that was there before; "": there was none.
	Old string `json:"old,omitempty"`
	// Same says that all was there already, so that nothing had to be written.
	Same bool `json:"same"`
	// Moved says that the place it came from is not to be used any more.
	Moved bool `json:"moved"`
}

// ErrOccupied says that there is something already where a copy is to go.
var ErrOccupied = errors.New("there are entries already")

// ErrMoved says that what is kept at an address is somewhere else now, where it was copied to.
var ErrMoved = entries.ErrMoved

// Copy copies everything that is remembered from one address to another one, which are a file and a database, or two of
// a kind, and compares each entry afterwards. Nobody may use either meanwhile: a file is ErrLocked then, and so is a
// database. What is at the second address by then stays, and is ErrOccupied, unless it is to be replaced, is what has
// moved to the first one, or is the same.
//
// What is written is seen when all of it is there and has been compared; then the first place is stamped as moved.
// After a crash between the two both are whole, and Copy again goes on.
func Copy(ctx context.Context, from, to string, o Options, c CopyOptions) (Copied, error) {
	o = o.withDefaults()
	if c.Progress == nil {
		c.Progress = func(int, int) {}
	}
	done := Copied{Buckets: map[string]uint64{}}
	if samePlace(from, to) {
		return done, words.Usage(words.Mend(errors.New("both addresses are the same"), "name another one"))
	}
	source, err := openSource(ctx, from, o)
	if err != nil {
		return done, err
	}
	defer source.close()
	done.From = source.place()
	h := &hauling{ctx: ctx, source: source, options: o, CopyOptions: c, done: &done}
	var now entries.Elsewhere
	err = source.read(func(r entries.Reader) (err error) {
		h.in = r
		now, err = h.haul(to)
		return err
	})
	if err != nil || c.Keep {
		return done, err
	}
	if err := source.stamp(now); err != nil {
		return done, words.Mend(words.Say(err, "everything is in "+done.To+" by now, and "+done.From+
			" could not be marked as moved ("+words.Of(err)+")"),
			"run zoomtag store copy again, and let nobody use either before")
	}
	done.Moved = true
	return done, nil
}

// samePlace reports whether two addresses name one file. That two name one database is seen by its id.
func samePlace(a, b string) bool {
	if Shared(a) || Shared(b) {
		return a == b
	}
	first, err1 := filepath.Abs(a)
	second, err2 := filepath.Abs(b)
	return err1 == nil && err2 == nil && first == second
}

// origin is where is copied from.
type origin interface {
	id() string
	generation() (uint64, error)
	protect(fn func() error) error
}

// source is an origin that nobody else uses before it is closed.
type source interface {
	origin
	place() string
	read(fn func(entries.Reader) error) error
	stamp(to entries.Elsewhere) error
	close()
}

func openSource(ctx context.Context, address string, o Options) (source, error) {
	if Shared(address) {
		return openSharedSource(ctx, address, o)
	}
	if _, err := os.Stat(address); errors.Is(err, fs.ErrNotExist) {
		return nil, words.Usage(words.Mend(fmt.Errorf("there is no state at %s", address), "name the one to copy with --from"))
	}
	s, err := Open(address, o) // which brings it to today's form
	if err != nil {
		return nil, err
	}
	return &fileSource{s}, nil
}

// fileSource is a file, with its lock.
type fileSource struct{ *Store }

func (s *fileSource) place() string                    { return s.Path() }
func (s *fileSource) id() string                       { return s.file.ID() }
func (s *fileSource) generation() (uint64, error)      { return s.file.Generation() }
func (s *fileSource) protect(fn func() error) error    { return s.file.Protect(fn) }
func (s *fileSource) stamp(to entries.Elsewhere) error { return s.file.SetMoved(to) }
func (s *fileSource) close()                           { _ = s.Close() } // all is saved by then

func (s *fileSource) read(fn func(entries.Reader) error) error {
	r, end, err := s.file.Reading()
	if err != nil {
		return err
	}
	defer end()
	return fn(r)
}

// sharedSource is a database, with its pen.
type sharedSource struct {
	e *postgres.Engine
	w *postgres.Whole
}

func openSharedSource(ctx context.Context, url string, o Options) (source, error) {
	there, err := OpenReadOnly(url, o) // where there are no tables none are made
	if err != nil {
		return nil, err
	}
	empty, place := there.shared.Empty(), there.Path()
	if err := there.Close(); err != nil {
		return nil, err
	}
	if empty {
		return nil, words.Usage(words.Mend(fmt.Errorf("the database %s holds nothing of zoomtag's", place),
			"name the one to copy with --from"))
	}
	e, err := postgres.Open(url, o.postgres(false))
	if err != nil {
		return nil, err
	}
	w, err := e.Whole(ctx)
	if err != nil {
		return nil, errors.Join(err, e.Close())
	}
	return &sharedSource{e, w}, nil
}

func (s *sharedSource) place() string                            { return s.e.Place() }
func (s *sharedSource) id() string                               { return s.e.ID() }
func (s *sharedSource) generation() (uint64, error)              { return s.w.Generation(), nil }
func (s *sharedSource) read(fn func(entries.Reader) error) error { return fn(s.w.Reader()) }
func (s *sharedSource) protect(fn func() error) error            { return fn() }
func (s *sharedSource) stamp(to entries.Elsewhere) error         { return s.w.Commit(s.w.Generation(), to) }
func (s *sharedSource) close() {
	s.w.Rollback()
	_ = s.e.Close() // all is saved by then
}
