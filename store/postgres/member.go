package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"sync"
	"time"

	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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
	// handLimit is how long a shard that is to be handed over waits for a pass in hand, and leaveLimit how long a worker
	// that leaves waits for all of them, those included whose holders do not heed the end.
	handLimit  = 10 * time.Second
	leaveLimit = 30 * time.Second
)

// ErrFenced says that the calendar or job is another worker's now, or that this worker cannot be sure any more that it
// is its own. Nothing of it may be gone on with, nor is it anybody's fault.
var ErrFenced = entries.ErrFenced

// Worker is a member as others see it.
type Worker struct {
	Name    string // of the machine, and the number of the process
	Version string
	Since   time.Time
	// Lag is how long ago it gave its last sign.
	Lag time.Duration
	// Shards are those that it owns (ShardOf).
	Shards []int
	Me     bool
}

// MemberOptions are the settings of a membership.
type MemberOptions struct {
	// Name is for people; Version is that of the program.
	Name, Version string
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

	mu         sync.Mutex
	id         [16]byte      // a new one after each burial
	until      time.Duration // by Clock: until when what follows may be trusted
	assignment int64         // as of which mine is; -1: unknown
	mine       map[int]*shard
	lapse      *time.Timer // takes the holds away when the trust ends
	stir       chan struct{}
	stopping   bool
	seen       int64 // up to which generation it was told what others have touched; -1: nothing is known yet
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
	m := &Member{e: e, o: o, assignment: -1, seen: -1, mine: map[int]*shard{}, stir: make(chan struct{}, 1)}
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

// Hold says that somebody works on a calendar or job until release is called. The context ends with ErrFenced as its
// cause as soon as it is not certainly this worker's any more. ok is false where it is not.
func (m *Member) Hold(ctx context.Context, name string) (held context.Context, release func(), ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.mine[ShardOf(name)]
	if s == nil || !s.leaving.IsZero() || !m.sure() {
		return ctx, func() {}, false
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
		delete(s.holds, h)
		if len(s.holds) == 0 && !s.leaving.IsZero() {
			m.hurry()
		}
	}, true
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

// Run gives signs until ctx ends, then hands over what it has and leaves. It returns what kept it from leaving in
// order: others then take the shards when its last sign is too old.
func (m *Member) Run(ctx context.Context) error {
	listening, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	beside.Go(func() { m.listen(listening) })
	defer beside.Wait()
	defer stop()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return m.leave()
		case <-timer.C:
		case <-m.stir:
		}
		next, err := m.Beat()
		if err != nil {
			m.o.Failed(err)
		}
		timer.Reset(next)
	}
}

// listen has a beat come as soon as others say that shards are free. It only shortens the wait: where notifications do
// not come through, as behind some poolers, the next beat is the truth.
func (m *Member) listen(ctx context.Context) {
	for ctx.Err() == nil {
		err := m.heed(ctx)
		if err != nil && ctx.Err() == nil {
			wait(ctx, Beat)
		}
	}
}

func (m *Member) heed(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, m.e.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		last, cancel := m.e.call()
		defer cancel()
		_ = conn.Close(last) // nothing is lost with it
	}()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		m.hurry()
	}
}

// channel is that of the notifications.
const channel = "zoomtag"

// wait waits, or for the end of ctx.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// beatLimit is how long one beat may take: a Life later nobody believes in it anyway.
const beatLimit = Life

// Beat gives a sign of life, then takes what is to be this worker's, and hands over what is not. It returns how long
// the next one may wait.
func (m *Member) Beat() (next time.Duration, err error) {
	m.beating.Lock()
	defer m.beating.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	defer func() {
		if err != nil && m.conn != nil {
			_ = m.conn.Close(ctx) // the next beat has a new one
			m.conn = nil
		}
	}()
	if m.conn == nil {
		config := m.e.pool.Config().ConnConfig
		if m.conn, err = pgx.ConnectConfig(ctx, config); err != nil {
			m.conn = nil
			return Beat, m.e.explain("share", err)
		}
	}
	seen, err := m.sign(ctx)
	if err != nil {
		return Beat, m.e.explain("share", err)
	}
	if err := m.divide(ctx, seen); err != nil {
		return Beat, m.e.explain("share", err)
	}
	return min(Beat, seen.nextDeath), nil
}

// view is what a beat has seen.
type view struct {
	living    []peer
	nextDeath time.Duration // when the next of the others would die, without another sign
	owners    map[int][16]byte
}

// peer is a member that lives.
type peer struct {
	id   [16]byte
	name string
}

// sign gives a sign of life and reads who else lives and who owns what.
func (m *Member) sign(ctx context.Context) (*view, error) {
	sent := m.o.Clock()
	m.mu.Lock()
	id, since := m.id, m.seen
	m.mu.Unlock()
	batch := &pgx.Batch{}
	batch.Queue("UPDATE zoomtag.members SET until = clock_timestamp() + $2 WHERE id = $1 AND until >= clock_timestamp()",
		id, Life)
	batch.Queue("SELECT id, name, extract(epoch FROM until - clock_timestamp())::float8 FROM zoomtag.members ORDER BY id")
	batch.Queue("SELECT h.assignment, s.shard, s.owner FROM zoomtag.head h, zoomtag.shards s WHERE h.id = $1", m.e.id)
	batch.Queue("SELECT EXISTS (SELECT FROM zoomtag.requests WHERE worker IS NULL)")
	batch.Queue(`SELECT h.generation, t.name FROM zoomtag.head h LEFT JOIN zoomtag.touched t
		ON t.generation > $1 AND t.generation <= h.generation AND t.worker <> $2 AND $1 >= 0`, since, m.e.worker)
	results := m.conn.SendBatch(ctx, batch)
	defer func() { _ = results.Close() }() // what it says was said by the answers before
	tag, err := results.Exec()
	if err != nil {
		return nil, err
	}
	seen := &view{nextDeath: Life, owners: map[int][16]byte{}}
	rows, err := results.Query()
	if err != nil {
		return nil, err
	}
	var one peer
	var left float64
	if _, err := pgx.ForEachRow(rows, []any{&one.id, &one.name, &left}, func() error {
		seen.meet(one, left, id)
		return nil
	}); err != nil {
		return nil, err
	}
	assignment, err := seen.readOwners(results)
	if err != nil {
		return nil, err
	}
	var asked bool
	if err := results.QueryRow().Scan(&asked); err != nil {
		return nil, err
	}
	if err := m.readTouched(results); err != nil {
		return nil, err
	}
	if assignment < 0 {
		return nil, m.e.another()
	}
	if tag.RowsAffected() == 0 {
		return seen, m.rejoin(ctx, results, seen)
	}
	m.trust(sent, assignment, seen)
	if asked {
		m.o.Asked()
	}
	return seen, nil
}

// readTouched reads the next answer, and tells what others have touched.
func (m *Member) readTouched(results pgx.BatchResults) error {
	rows, err := results.Query()
	if err != nil {
		return err
	}
	var generation int64
	var name []byte
	var names []string
	if _, err := pgx.ForEachRow(rows, []any{&generation, &name}, func() error {
		if name != nil {
			names = append(names, string(name))
		}
		return nil
	}); err != nil {
		return err
	}
	m.mu.Lock()
	m.seen = generation
	m.mu.Unlock()
	if len(names) > 0 {
		m.o.Touched(names)
	}
	return nil
}

// meet takes down a member that has so many seconds left.
func (v *view) meet(one peer, left float64, me [16]byte) {
	if left < 0 {
		return
	}
	v.living = append(v.living, one)
	if one.id != me {
		v.nextDeath = min(v.nextDeath, time.Duration(left*float64(time.Second))+20*time.Millisecond)
	}
}

// readOwners reads the next answer; assignment is -1 where the database is another one.
func (v *view) readOwners(results pgx.BatchResults) (assignment int64, err error) {
	assignment = -1
	rows, err := results.Query()
	if err != nil {
		return 0, err
	}
	var n int
	var owner *[16]byte
	_, err = pgx.ForEachRow(rows, []any{&assignment, &n, &owner}, func() error {
		if owner != nil {
			v.owners[n] = *owner
		}
		return nil
	})
	return assignment, err
}

// trust takes over what a beat that was sent at a time has seen.
func (m *Member) trust(sent time.Duration, assignment int64, seen *view) {
	m.mu.Lock()
	defer m.mu.Unlock()
	regained := !m.sure()
	m.until = sent + Life - caution
	m.lapse.Reset(max(m.until-m.o.Clock(), 0))
	m.keep(assignment, seen.owners)
	if regained {
		m.o.Changed()
	}
}

// keep has mine be what owners say. m.mu is held.
func (m *Member) keep(assignment int64, owners map[int][16]byte) {
	if assignment < m.assignment {
		return // a transaction has seen a later one meanwhile
	}
	m.assignment = assignment
	changed := false
	for n, s := range m.mine {
		if owners[n] != m.id {
			s.drop()
			delete(m.mine, n)
			changed = true
		}
	}
	for n, owner := range owners {
		if owner == m.id && m.mine[n] == nil {
			m.mine[n] = &shard{taken: m.o.Now(), holds: map[*hold]bool{}}
			changed = true
		}
	}
	if changed {
		m.o.Changed()
	}
}

// rejoin begins anew after a burial, and at the very beginning: under a new id, with nothing.
func (m *Member) rejoin(ctx context.Context, results pgx.BatchResults, seen *view) error {
	if err := results.Close(); err != nil {
		return err
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	sent := m.o.Clock()
	// Nobody joins while everything is copied elsewhere, nor afterwards.
	tag, err := m.conn.Exec(ctx, `INSERT INTO zoomtag.members (id, name, version, since, until)
		SELECT $1, $2, $3, clock_timestamp(), clock_timestamp() + $4 FROM zoomtag.head WHERE moved IS NULL`,
		id, m.o.Name, m.o.Version, Life)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return m.e.unmoved(ctx, m.conn)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range m.mine {
		s.drop()
	}
	had := len(m.mine) > 0
	m.id, m.mine, m.assignment = id, map[int]*shard{}, -1
	m.until = sent + Life - caution
	m.lapse.Reset(max(m.until-m.o.Clock(), 0))
	seen.living = append(seen.living, peer{id, m.o.Name})
	if had {
		m.o.Changed()
	}
	return nil
}

// handAtOnce is how many shards are handed over in one beat: an eighth.
const handAtOnce = Shards / 8

// divide takes the free shards that are to be this worker's, and hands over those that are to be another's.
func (m *Member) divide(ctx context.Context, seen *view) error {
	m.mu.Lock()
	me := m.id
	wanted := wantedBy(seen.living, me)
	living := map[[16]byte]bool{}
	for _, p := range seen.living {
		living[p.id] = true
	}
	var take, give []int
	for n := range Shards {
		owner, owned := seen.owners[n]
		free := !owned || !living[owner]
		switch s := m.mine[n]; {
		case free && wanted[n] && !m.stopping:
			take = append(take, n)
		case s != nil && (!wanted[n] || m.stopping):
			if m.ready(s) && (m.stopping || len(give) < handAtOnce) {
				give = append(give, n)
			}
		case s != nil && !s.leaving.IsZero():
			s.leaving = time.Time{} // it is to stay after all
			m.o.Changed()
		}
	}
	m.mu.Unlock()
	if len(take)+len(give) == 0 {
		return nil
	}
	return m.change(ctx, me, take, give)
}

// ready has a shard be handed over, and reports whether nobody works in it any more. m.mu is held.
func (m *Member) ready(s *shard) bool {
	if s.leaving.IsZero() {
		s.leaving = time.Now()
		m.o.Changed() // nothing is to be begun in it
	}
	if len(s.holds) > 0 && time.Since(s.leaving) > handLimit {
		s.drop()
	}
	return len(s.holds) == 0
}

// patience is how long a beat waits for the pen: the next sign must not come too late for that.
const patience = Beat / 2

// later is nil where the pen is somebody else's for too long: the next beat tries again.
func later(err error) error {
	var said *pgconn.PgError
	if errors.As(err, &said) && said.Code == "55P03" {
		return nil
	}
	return err
}

// change changes the owners, with the pen in hand.
func (m *Member) change(ctx context.Context, me [16]byte, take, give []int) error {
	tx, err := m.conn.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }() // after the commit it has nothing to undo
	batch := &pgx.Batch{}
	batch.Queue("SELECT set_config('lock_timeout', $1, true)", strconv.FormatInt(patience.Milliseconds(), 10))
	batch.Queue("SELECT FROM zoomtag.head FOR UPDATE")
	batch.Queue("DELETE FROM zoomtag.members WHERE until < clock_timestamp()")
	// Who was buried meanwhile takes nothing.
	batch.Queue(`UPDATE zoomtag.shards SET owner = $1, since = clock_timestamp()
		WHERE shard = ANY($2) AND EXISTS (SELECT FROM zoomtag.members WHERE id = $1)
		AND (owner IS NULL OR NOT EXISTS (SELECT FROM zoomtag.members WHERE id = owner))`, me, take)
	batch.Queue(`UPDATE zoomtag.shards SET owner = NULL, since = clock_timestamp() WHERE shard = ANY($2) AND owner = $1`,
		me, give)
	batch.Queue("UPDATE zoomtag.head SET assignment = assignment + 1")
	batch.Queue("SELECT h.assignment, s.shard, s.owner FROM zoomtag.head h, zoomtag.shards s")
	results := tx.SendBatch(ctx, batch)
	for range batch.Len() - 1 {
		if _, err := results.Exec(); err != nil {
			_ = results.Close() // it has nothing to add
			return later(err)
		}
	}
	seen := &view{owners: map[int][16]byte{}}
	assignment, err := seen.readOwners(results)
	if err := errors.Join(err, results.Close()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "NOTIFY "+channel); err != nil {
		return err
	}
	if err := tx.Commit(ctx); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.id == me {
		m.keep(assignment, seen.owners)
	}
	return nil
}

// wantedBy returns the shards that a worker is to have among the living: for each the one with the highest score. It
// goes by their names, so that one that was buried and comes again gets what it had. living is in the order of the ids.
func wantedBy(living []peer, me [16]byte) (wanted [Shards]bool) {
	for n := range Shards {
		var best uint64
		var whose [16]byte
		for _, p := range living {
			if score := scoreOf(p.name, n); score >= best {
				best, whose = score, p.id
			}
		}
		wanted[n] = whose == me
	}
	return wanted
}

// scoreOf is what decides between the living for one shard.
func scoreOf(name string, n int) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	h.Write([]byte{0, byte(n >> 8), byte(n)})
	x := h.Sum64() // its last bytes reach only its lower bits: they are spread (splitmix64's finalizer)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// leave hands over everything, waits for the work in hand, and takes leave.
func (m *Member) leave() error {
	m.mu.Lock()
	m.stopping = true
	m.mu.Unlock()
	defer m.e.member.CompareAndSwap(m, nil)
	for began := time.Now(); time.Since(began) < leaveLimit; {
		if _, err := m.Beat(); err != nil {
			m.end()
			return err
		}
		m.mu.Lock()
		left := len(m.mine)
		m.mu.Unlock()
		if left == 0 {
			break
		}
		pause, cancel := context.WithTimeout(context.Background(), Beat)
		select {
		case <-m.stir:
		case <-pause.Done():
		}
		cancel()
	}
	return m.farewell()
}

// farewell takes this worker off the list of the living.
func (m *Member) farewell() error {
	defer m.end()
	m.beating.Lock()
	defer m.beating.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	if _, err := m.conn.Exec(ctx, "DELETE FROM zoomtag.members WHERE id = $1", m.id); err != nil {
		return m.e.explain("share", err)
	}
	return nil
}

// end forgets everything.
func (m *Member) end() {
	m.lapse.Stop()
	m.mu.Lock()
	for _, s := range m.mine {
		s.drop()
	}
	m.mine, m.until = map[int]*shard{}, 0
	m.mu.Unlock()
	m.beating.Lock()
	defer m.beating.Unlock()
	if m.conn != nil {
		ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
		defer cancel()
		_ = m.conn.Close(ctx) // nothing is lost with it
		m.conn = nil
	}
}

// fence reports, in a transaction that has the pen and has read the assignment, whether a calendar or job is this
// worker's: nobody else can take it before the transaction ends.
func (m *Member) fence(ctx context.Context, tx querier, assignment int64, name string) error {
	m.mu.Lock()
	known := m.assignment == assignment
	m.mu.Unlock()
	if !known {
		if err := m.reread(ctx, tx, assignment); err != nil {
			return err
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.mine[ShardOf(name)] == nil {
		return fmt.Errorf("store: save to %s: %s: %w", m.e.place, name, ErrFenced)
	}
	return nil
}

// querier is a transaction.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// reread reads the owners as of an assignment.
func (m *Member) reread(ctx context.Context, tx querier, assignment int64) error {
	rows, err := tx.Query(ctx, "SELECT shard, owner FROM zoomtag.shards WHERE owner IS NOT NULL")
	if err != nil {
		return err
	}
	owners := map[int][16]byte{}
	var n int
	var owner [16]byte
	if _, err := pgx.ForEachRow(rows, []any{&n, &owner}, func() error {
		owners[n] = owner
		return nil
	}); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(assignment, owners)
	return nil
}

// Workers lists the members that live.
func (e *Engine) Workers() ([]Worker, error) {
	ctx, cancel := e.call()
	defer cancel()
	rows, err := e.pool.Query(ctx, `SELECT m.id, m.name, m.version, m.since,
		extract(epoch FROM clock_timestamp() - (m.until - $1::interval))::float8,
		ARRAY(SELECT shard FROM zoomtag.shards s WHERE s.owner = m.id ORDER BY shard)
		FROM zoomtag.members m WHERE m.until >= clock_timestamp() ORDER BY m.name, m.since`, Life)
	if err != nil {
		return nil, e.explain("read", err)
	}
	var me [16]byte
	if m := e.member.Load(); m != nil {
		m.mu.Lock()
		me = m.id
		m.mu.Unlock()
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Worker, err error) {
		var id [16]byte
		var lag float64
		err = row.Scan(&id, &w.Name, &w.Version, &w.Since, &lag, &w.Shards)
		w.Lag, w.Me = time.Duration(lag*float64(time.Second)), id == me
		return w, err
	})
	if err != nil {
		return nil, e.explain("read", err)
	}
	return slices.Clip(list), nil
}
