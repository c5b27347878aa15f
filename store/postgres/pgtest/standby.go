//go:build peers

package pgtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Standby starts a second server that follows this one and answers what only reads. It follows at some distance:
// CaughtUp waits for it, and Synchronous has each commit wait for it. It ends with the test.
func (s *Server) Standby(t testing.TB) *Server {
	t.Helper()
	standby, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	standby.endWith(t)
	standby.password, standby.databases, standby.primary = s.password, s.databases, s
	copied := standby.programs.command(standby.folder, "pg_basebackup", "--host="+loopback, "--port="+s.port,
		"--username="+administrator, "--no-password", "--pgdata="+standby.data(), "--write-recovery-conf",
		"--checkpoint=fast", "--wal-method=stream", "--no-sync")
	copied.Env = append(copied.Env, "PGPASSWORD="+s.password)
	if err := standby.programs.finish(copied); err != nil {
		t.Fatal(err)
	}
	if err := standby.start(); err != nil {
		t.Fatal(err)
	}
	standby.CaughtUp(t)
	return standby
}

// CaughtUp waits until a standby has all that its primary has committed so far.
func (s *Server) CaughtUp(t testing.TB) {
	t.Helper()
	var end string
	s.primary.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		return db.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&end)
	})
	s.Administer(t, func(_ context.Context, db *pgx.Conn) error {
		return until("the standby has all of the primary's", nil, func(ctx context.Context) error {
			var has bool
			var at string
			err := db.QueryRow(ctx, `SELECT coalesce(lsn >= $1::text::pg_lsn, false), coalesce(lsn::text, 'nowhere')
				FROM pg_last_wal_replay_lsn() AS lsn`, end).Scan(&has, &at)
			if err == nil && !has {
				err = fmt.Errorf("it is at %s, the primary at %s", at, end)
			}
			return err
		})
	})
}

// Synchronous has each commit on the primary wait, from then on, until the standby has it as well.
func (s *Server) Synchronous(t testing.TB) {
	t.Helper()
	s.primary.Set(t, "synchronous_standby_names=*")
	s.primary.Administer(t, func(_ context.Context, db *pgx.Conn) error {
		return until("commits wait for the standby", nil, func(ctx context.Context) error {
			var state string
			err := db.QueryRow(ctx, "SELECT coalesce(string_agg(sync_state, ' '), 'away') FROM pg_stat_replication").
				Scan(&state)
			if err == nil && state != "sync" {
				err = fmt.Errorf("the standby is %s", state)
			}
			return err
		})
	})
}

// Promote makes a standby a server of its own, which takes what is written, and waits for that. What its primary has
// committed and it has not got is lost: stop the primary before, or there are two.
func (s *Server) Promote(t testing.TB) {
	t.Helper()
	s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		var done bool
		err := db.QueryRow(ctx, "SELECT pg_promote(true, $1)", int(patience.Seconds())).Scan(&done)
		if err == nil && !done {
			err = fmt.Errorf("the standby is no primary within %v", patience)
		}
		return err
	})
}
