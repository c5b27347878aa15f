package store

import (
	"context"
	"sync"
	"time"

	"zoomtag/store/entries"
	"zoomtag/store/postgres"
)

// ErrFenced says that a calendar or job is another worker's now: whoever gets it stops at once, forgets what it knows
// of it, and blames nobody.
var ErrFenced = entries.ErrFenced

// Worker is one of those that share the store.
type Worker = postgres.Worker

// WorkerOptions are the settings of a worker.
type WorkerOptions = postgres.MemberOptions

// Shared reports whether several workers can share the store.
func (s *Store) Shared() bool { return s.shared != nil || s.place != nil }

// Work makes this process one of the workers that share the store, until ctx ends: it gives signs of life, and
// calendars and jobs become its own and others'. It returns when they have been handed over. A store that is not shared
// has one worker, to which all belongs, and Work only waits.
func (s *Store) Work(ctx context.Context, o WorkerOptions) error {
	if s.shared == nil {
		<-ctx.Done()
		return nil
	}
	s.calm.clear()
	touched := o.Touched
	o.Touched = func(names []string) {
		s.calm.forget(names)
		if touched != nil {
			touched(names)
		}
	}
	if o.Now == nil {
		o.Now = s.options.Now
	}
	m, err := s.join(o)
	if err != nil {
		return err
	}
	defer s.member.CompareAndSwap(m, nil)
	return m.Run(ctx)
}

func (s *Store) join(o WorkerOptions) (*postgres.Member, error) {
	s.known.Lock()
	defer s.known.Unlock()
	o.Calendars = s.known.calendars
	m, err := s.shared.Join(o)
	if err == nil {
		s.member.Store(m)
	}
	return m, err
}

// known is what this process is configured with.
type known struct {
	sync.Mutex // guards all below; the store's lock may be taken with it held
	calendars  string
}

// Know says which calendars this process is configured with from now on, as a sum of their names. What was begun with
// others may go on, and until it has ended all workers see that this one is between two configurations. Nothing may be
// begun with the new ones after an error.
func (s *Store) Know(sum string) error {
	s.known.Lock()
	defer s.known.Unlock()
	if sum == s.known.calendars {
		return nil // a command asks for each of its calendars
	}
	if m := s.member.Load(); m != nil {
		if err := m.Know(sum); err != nil {
			return err
		}
	}
	s.known.calendars = sum
	return nil
}

// Agreed reports whether all who share the store know the calendars with this sum, and nobody works on others, until
// the transaction ends. Where the store is not shared there is nobody else.
func (tx *Tx) Agreed(sum string) (bool, error) {
	if fenced, ok := tx.out.(entries.Fenced); ok {
		return fenced.Agreed(sum)
	}
	return true, nil
}

// Owns reports whether a calendar or job is this worker's.
func (s *Store) Owns(name string) bool {
	if s.place != nil {
		return s.place.Owns(name)
	}
	if s.shared == nil {
		return true
	}
	m := s.member.Load()
	return m != nil && m.Owns(name)
}

// Hold says that somebody works on a calendar or job until release is called, as one of the calendars with this sum
// (see Know); "" is for what no configuration names. The context ends, with ErrFenced as its cause, as soon as it is
// not certainly this worker's any more. ok is false where it is not now.
func (s *Store) Hold(ctx context.Context, name, sum string) (held context.Context, release func(), ok bool) {
	if s.place != nil {
		return s.place.Hold(ctx, name, sum)
	}
	if s.shared == nil {
		return ctx, func() {}, true
	}
	m := s.member.Load()
	if m == nil {
		return ctx, func() {}, false
	}
	return m.Hold(ctx, name, sum)
}

// Lease is the context that ends when what a context of Hold is about is not certainly this worker's any more, also
// where the context itself has ended for another reason before. Of another context it never ends.
func Lease(ctx context.Context) context.Context { return postgres.Lease(ctx) }

// Taken is when a calendar or job became this worker's, by the clock of the store; zero where it always was.
func (s *Store) Taken(name string) time.Time {
	if s.place != nil {
		return s.place.Taken(name)
	}
	if m := s.member.Load(); m != nil {
		return m.Taken(name)
	}
	return time.Time{}
}

// DatabaseFacts are what can be said of a shared store's database, for whoever looks for what is wrong.
type DatabaseFacts = postgres.Facts

// OldestPostgres is the oldest PostgreSQL that can be a shared store.
const OldestPostgres = postgres.Oldest

// ErrDatabase says that something is wrong with the database of a shared store as such, or with the way to it.
var ErrDatabase = postgres.ErrDatabase

// Database looks at the database of a shared store; ok is false where the store is a file.
func (s *Store) Database() (f DatabaseFacts, ok bool, err error) {
	if s.shared == nil {
		return f, false, nil
	}
	f, err = s.shared.Facts()
	return f, true, err
}

// Count is what another process that shares the store says of what it has asked of services.
type Count = postgres.Count

// Counts says, for those who share the store, what this process has asked of services, and returns what the others say,
// and how many workers live, this process taken for one of them. A store that is not shared has one.
func (s *Store) Counts(text []byte) (others []Count, workers int, err error) {
	if s.shared == nil {
		return nil, 1, nil
	}
	return s.shared.Counts(text)
}

// Request is what another worker, or a command, asks of the one whose calendar it is about.
type Request = postgres.Request

// ErrNobody says that no worker has seen to a request.
var ErrNobody = postgres.ErrNobody

// Ask asks the worker of a calendar, and waits for the answer.
func (s *Store) Ask(ctx context.Context, calendar string, body []byte) (answer []byte, err error) {
	if s.shared == nil {
		return nil, ErrNobody
	}
	return s.shared.Ask(ctx, calendar, body)
}

// Asked returns what is asked of this worker and was not taken before.
func (s *Store) Asked() ([]Request, error) {
	if m := s.member.Load(); m != nil {
		return m.Asked()
	}
	return nil, nil
}

// Answer saves the answer to a request.
func (s *Store) Answer(r Request, answer []byte) error {
	if m := s.member.Load(); m != nil {
		return m.Answer(r.ID, answer)
	}
	return ErrFenced
}

// ShardCount is how many shards there are.
const ShardCount = postgres.Shards

// ShardOf is the shard of a calendar or job.
func ShardOf(name string) int { return postgres.ShardOf(name) }

// Workers lists those that share the store and live; nil where it is not shared.
func (s *Store) Workers() ([]Worker, error) {
	if s.shared == nil {
		return nil, nil
	}
	return s.shared.Workers()
}
