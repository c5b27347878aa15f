package postgres

import (
	"context"
	"errors"
	"hash/fnv"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

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
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	m.drop(ctx)
}
