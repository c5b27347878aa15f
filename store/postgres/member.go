package postgres

import (
	"context"
	"errors"
	"hash/fnv"
	"sync"
	"time"

	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
)

// Shards is how many shards the calendars and jobs belong to. It never changes.
const Shards = 1024

// ShardOf is the shard of a calendar or a job, by its name.
func ShardOf(name string) int {
	h := fnv.New64a()
	h.Write([]byte(name))
	return int(h.Sum64() % Shards)
}

// Times of a membership. The database's clock says who lives; a worker's own clock, which may only be too early, says
// until when it may trust that.
const (
	// Life is how long a worker is alive after its last sign.
	Life = 3 * time.Second
	// Beat is how often it gives one.
	Beat = time.Second
	// caution is how much earlier than the database a worker gives up: longer than two clocks drift apart in a Life.
	caution = 500 * time.Millisecond
	// handLimit is how long a shard that is to be handed over waits for a pass in hand, and leaveLimit how long a
	// worker that leaves waits for all of them, those included whose holders do not heed the end.
	handLimit  = 10 * time.Second
	leaveLimit = 30 * time.Second
)

// ErrFenced says that the calendar or job is another worker's now, or that this worker cannot be sure any more that it
// is its own. Nothing of it may be gone on with, nor is it anybody's fault.
var ErrFenced = entries.ErrFenced

// MemberOptions are the settings of a membership.
type MemberOptions struct {
	// Name is for people; Version is that of the program.
	Name, Version string
	// Calendars is a sum of the calendars that the worker knows (Member.Know).
	Calendars string
	// Clock is the time since some moment, which also passes while the machine is suspended; nil is the system's.
	Clock func() time.Duration
	// Now is the clock of Taken; nil is time.Now.
	Now func() time.Time
	// Changed is called, from the goroutine of Run or Tick, after shards have come or gone. It has to return at once.
	Changed func()
	// Touched is called, from the goroutine of Run or Beat, with the calendars of which others have changed what a
	// quiet pass reads. It has to return at once.
	Touched func(names []string)
	// Asked is called, from the goroutine of Run or Beat, when there are requests. It has to return at once.
	Asked func()
	// Failed is told why a sign could not be given; it has to return at once.
	Failed func(error)
}

// Member is a worker's place among all that share the database. It gives a sign of life each second, takes the shards
// that are to be its own, and hands over those that are to be somebody else's.
//
// Who owns a shard changes with the pen in hand only, and each change counts the assignment in head up. So a
// transaction that finds the assignment it knows knows all owners, and one that finds another reads them: the fence
// costs no journey. Whose shard it is to be, each computes from the living (rendezvous hashing); that two see the
// living differently costs time and nothing else.
type Member struct {
	e *Engine
	o MemberOptions

	beating sync.Mutex // one beat at a time; guards conn
	conn    *pgx.Conn  // of its own, so that no sign waits for the pool; nil: there is none

	mu         sync.Mutex    // guards all below
	id         [16]byte      // a new one after each burial
	until      time.Duration // by Clock: until when what follows may be trusted
	assignment int64         // as of which mine is; -1: unknown
	mine       map[int]*shard
	lapse      *time.Timer // takes the holds away when the trust ends
	stir       chan struct{}
	stopping   bool
	seen       int64 // up to which generation it was told what others have touched; -1: nothing is known yet

	knows  string         // the sum of the calendars that it knows
	told   *string        // what its row says of that; nil: unknown
	admits string         // the sum with which something may be begun; nothing: with any
	begun  map[string]int // how many holds there are, by their sums
}

// shard is one that this worker owns.
type shard struct {
	taken   time.Time // by MemberOptions.Now
	leaving time.Time // when it began to be handed over; zero: it is not
	holds   map[*hold]bool
}

// hold is somebody who works on something in a shard.
type hold struct{ cancel context.CancelCauseFunc }

// Join makes this engine's process a member. It owns nothing before the first beat.
func (e *Engine) Join(o MemberOptions) (*Member, error) {
	if o.Clock == nil {
		o.Clock = sinceBoot
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Changed == nil {
		o.Changed = func() {}
	}
	if o.Touched == nil {
		o.Touched = func([]string) {}
	}
	if o.Asked == nil {
		o.Asked = func() {}
	}
	if o.Failed == nil {
		o.Failed = func(error) {}
	}
	m := &Member{e: e, o: o, assignment: -1, seen: -1, mine: map[int]*shard{}, stir: make(chan struct{}, 1),
		knows: o.Calendars, admits: o.Calendars, begun: map[string]int{}}
	m.lapse = time.AfterFunc(time.Hour, m.lapsed)
	m.lapse.Stop()
	if !e.member.CompareAndSwap(nil, m) {
		return nil, errors.New("store: this process is a member already")
	}
	return m, nil
}

// sure reports whether what is known of the owners may be trusted now. m.mu is held.
func (m *Member) sure() bool { return m.o.Clock() < m.until }

// Owns reports whether a calendar or job is this worker's, for certain.
func (m *Member) Owns(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.mine[ShardOf(name)]
	return s != nil && s.leaving.IsZero() && m.sure()
}

// Taken is when the shard of a calendar or job became this worker's, by MemberOptions.Now; zero: it is not.
func (m *Member) Taken(name string) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s := m.mine[ShardOf(name)]; s != nil {
		return s.taken
	}
	return time.Time{}
}

// Hold says that somebody works on a calendar or job until release is called, as one of the calendars with this sum;
// nothing is for what no configuration names. The context ends with ErrFenced as its cause as soon as it is not
// certainly this worker's any more. ok is false where it is not, and where this worker knows others by now.
func (m *Member) Hold(ctx context.Context, name, sum string) (held context.Context, release func(), ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.mine[ShardOf(name)]
	admitted := sum == nothing || m.admits == nothing || sum == m.admits
	if s == nil || !s.leaving.IsZero() || !m.sure() || !admitted {
		return ctx, func() {}, false
	}
	if sum != nothing {
		m.begun[sum]++
	}
	lease, lose := context.WithCancelCause(context.Background())
	held, cancel := context.WithCancelCause(WithLease(ctx, lease))
	stop := context.AfterFunc(lease, func() { cancel(context.Cause(lease)) })
	h := &hold{cancel: lose}
	s.holds[h] = true
	return held, func() {
		stop()
		cancel(nil)
		lose(nil)
		m.mu.Lock()
		defer m.mu.Unlock()
		if !s.holds[h] {
			return // it was released before
		}
		delete(s.holds, h)
		last := len(s.holds) == 0 && !s.leaving.IsZero()
		if m.ended(sum) || last {
			m.hurry()
		}
	}, true
}

// ended counts the end of a hold, and reports whether this worker has something else to tell now. m.mu is held.
func (m *Member) ended(sum string) bool {
	if sum == nothing {
		return false
	}
	if m.begun[sum]--; m.begun[sum] <= 0 {
		delete(m.begun, sum)
	}
	return m.told != nil && *m.told != m.toTell()
}

type leaseKey struct{}

// WithLease is a context of a hold that ends with lease. It does not end with that itself.
func WithLease(ctx, lease context.Context) context.Context {
	return context.WithValue(ctx, leaseKey{}, lease)
}

// Lease is the context that ends with the hold that a context is of, whatever else ends that one; of another context it
// never ends.
func Lease(ctx context.Context) context.Context {
	if lease, ok := ctx.Value(leaseKey{}).(context.Context); ok {
		return lease
	}
	return context.Background()
}

// hurry has the next beat come at once.
func (m *Member) hurry() {
	select {
	case m.stir <- struct{}{}:
	default: // it is to come already
	}
}

// lapsed is called when the trust may have ended.
func (m *Member) lapsed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if left := m.until - m.o.Clock(); left > 0 {
		m.lapse.Reset(left)
		return
	}
	for _, s := range m.mine {
		s.drop()
	}
}

// drop ends the work in a shard.
func (s *shard) drop() {
	for h := range s.holds {
		h.cancel(ErrFenced)
	}
}
