package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

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
