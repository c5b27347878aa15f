package postgres

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

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
		if err != nil {
			m.drop(ctx)
		}
	}()
	if err := m.connect(ctx); err != nil {
		return Beat, m.e.explain("share", err)
	}
	seen, err := m.sign(ctx)
	if err != nil {
		return Beat, m.e.explain("share", err)
	}
	if err := later(m.tell(ctx)); err != nil {
		return Beat, m.e.explain("share", err)
	}
	if err := m.divide(ctx, seen); err != nil {
		return Beat, m.e.explain("share", err)
	}
	return min(Beat, seen.nextDeath), nil
}

// connect has a connection be there. m.beating is held.
func (m *Member) connect(ctx context.Context) error {
	if m.conn != nil {
		return nil
	}
	conn, err := pgx.ConnectConfig(ctx, m.e.pool.Config().ConnConfig)
	if err == nil {
		m.conn = conn
	}
	return err
}

// drop closes the connection on which something has failed: the next beat has a new one. m.beating is held.
func (m *Member) drop(ctx context.Context) {
	if m.conn != nil {
		_ = m.conn.Close(ctx) // nothing is lost with it
		m.conn = nil
	}
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
	m.mu.Lock()
	sum := m.toTell()
	m.admits = sum
	m.mu.Unlock()
	// Nobody joins while everything is copied elsewhere, nor afterwards.
	tag, err := m.conn.Exec(ctx, `INSERT INTO zoomtag.members (id, name, version, since, until, calendars)
		SELECT $1, $2, $3, clock_timestamp(), clock_timestamp() + $4, $5 FROM zoomtag.head WHERE moved IS NULL`,
		id, m.o.Name, m.o.Version, Life, sum)
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
	m.told = &sum
	m.until = sent + Life - caution
	m.lapse.Reset(max(m.until-m.o.Clock(), 0))
	seen.living = append(seen.living, peer{id, m.o.Name})
	if had {
		m.o.Changed()
	}
	return nil
}
