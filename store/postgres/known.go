package postgres

import (
	"context"
	"strconv"

	"github.com/jackc/pgx/v5"
)

// Each worker reads a configuration of its own, and they change one after the other. Of some things it matters that all
// know the same calendars: what is kept under a calendar's former name becomes that of its new one, and somebody who
// still knows the former would go on with it. So each tells, as a sum in its row, which calendars it knows, and tells
// nothing from the moment when it has read others until all has ended that it had begun with those before. That row
// changes with the pen in hand only.

// nothing is told by a worker that is between two configurations. No worker agrees with it.
const nothing = ""

// knowTries is how often Know tries to get the pen, for as long as a beat waits for it.
const knowTries = 10

// Know says which calendars this worker knows from now on, as a sum. After an error it is those of before.
func (m *Member) Know(sum string) error {
	m.mu.Lock()
	before, stopping := m.knows, m.stopping
	m.knows = sum
	m.mu.Unlock()
	if stopping {
		return nil // it begins nothing any more
	}
	var err error
	for range knowTries {
		if err = m.tellNow(); err == nil || later(err) != nil {
			break
		}
	}
	if err != nil {
		m.mu.Lock()
		m.knows = before
		m.mu.Unlock()
		return m.e.explain("share", err)
	}
	return nil
}

// tellNow tells between two beats.
func (m *Member) tellNow() error {
	m.beating.Lock()
	defer m.beating.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), beatLimit)
	defer cancel()
	err := m.connect(ctx)
	if err == nil {
		err = m.tell(ctx)
	}
	if err != nil {
		m.drop(ctx)
	}
	return err
}

// toTell is what this worker has to tell now. m.mu is held.
func (m *Member) toTell() string {
	for sum, n := range m.begun {
		if n > 0 && sum != m.knows {
			return nothing
		}
	}
	return m.knows
}

// tell has this worker's row say what it knows, if it does not. m.beating is held.
func (m *Member) tell(ctx context.Context) error {
	m.mu.Lock()
	sum, told := m.toTell(), m.told
	if told != nil && *told == sum || m.id == [16]byte{} {
		m.mu.Unlock()
		return nil
	}
	m.told = nil // whether it comes about is not known until it has
	if sum != nothing {
		m.admits = sum
	}
	id := m.id
	m.mu.Unlock()
	err := pgx.BeginFunc(ctx, m.conn, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		batch.Queue("SELECT set_config('lock_timeout', $1, true)", strconv.FormatInt(patience.Milliseconds(), 10))
		batch.Queue("SELECT FROM zoomtag.head FOR UPDATE")
		batch.Queue("UPDATE zoomtag.members SET calendars = $2 WHERE id = $1", id, sum)
		return tx.SendBatch(ctx, batch).Close()
	})
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.id == id {
		m.told, m.admits = &sum, sum
	}
	return nil
}

// agreed reports, in a transaction that has the pen, whether all workers know the calendars with this sum. One that is
// dead counts until nothing is its own any more: it may only be late.
func (m *Member) agreed(ctx context.Context, tx querier, sum string) (all bool, err error) {
	m.mu.Lock()
	mine := m.told != nil && *m.told == sum
	m.mu.Unlock()
	if !mine || sum == nothing {
		return false, nil
	}
	rows, err := tx.Query(ctx, `SELECT NOT EXISTS (SELECT FROM zoomtag.members m WHERE calendars IS DISTINCT FROM $1
		AND (until >= clock_timestamp() OR EXISTS (SELECT FROM zoomtag.shards WHERE owner = m.id)))`, sum)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}
