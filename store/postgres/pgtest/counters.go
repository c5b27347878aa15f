//go:build peers

package pgtest

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Counters are what a server has done for a database since it started.
type Counters struct {
	// Statements are those that clients sent, BEGIN and COMMIT among them, whether or not their transaction was kept.
	Statements int64
	// Written is how many bytes they added to the server's log of changes: 0 is a piece of work that only read.
	Written int64
	// Transactions have ended, one way or the other; signing in is one too. A session reports its own when it ends,
	// else once a second and only as it goes on: one that fell idle reports after ten.
	Transactions int64
	// Processor is the time of all processes of the server, for all databases, in steps of 10 ms.
	Processor time.Duration
}

// Since are the counters of what was done after others were read.
func (c Counters) Since(before Counters) Counters {
	return Counters{
		Statements:   c.Statements - before.Statements,
		Written:      c.Written - before.Written,
		Transactions: c.Transactions - before.Transactions,
		Processor:    c.Processor - before.Processor,
	}
}

// Counters are those of a database, by its URL.
func (s *Server) Counters(t testing.TB, database string) Counters {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	name, c := strings.TrimPrefix(u.Path, "/"), Counters{}
	s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		err := db.QueryRow(ctx, `SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(wal_bytes), 0)::bigint
			FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname = $1`, name).
			Scan(&c.Statements, &c.Written)
		if err != nil {
			return err
		}
		return db.QueryRow(ctx, "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1", name).
			Scan(&c.Transactions)
	})
	if c.Processor, err = s.processor(); err != nil {
		t.Fatal(err)
	}
	return c
}

// processor is the time of all processes that the server ever had.
func (s *Server) processor() (time.Duration, error) {
	s.mu.Lock()
	sum := s.spent
	s.mu.Unlock()
	err := s.all(func(p process) error {
		sum += p.spent
		return nil
	})
	return sum, err
}
