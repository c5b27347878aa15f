//go:build peers

package pgtest

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Database is the URL of a fresh, empty database, which belongs to the user in it. It goes with the test.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("zoomtag%d", s.databases.Add(1))
	s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE template0", name, program))
		return err
	})
	if s.shared {
		t.Cleanup(func() { s.drop(t, name) })
	}
	return s.url(program, name)
}

// drop removes a database, whoever is still connected to it.
func (s *Server) drop(t testing.TB, name string) {
	err := s.administer(func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
		return err
	})
	if err != nil {
		t.Errorf("the database of this test stays: %v", err)
	}
}

// Set changes a setting of a running server. Those that need a new start are for Start.
func (s *Server) Set(t testing.TB, with Setting) {
	t.Helper()
	if err := s.configure([]Setting{with}); err != nil {
		t.Fatal(err)
	}
	s.Administer(t, func(ctx context.Context, db *pgx.Conn) error {
		_, err := db.Exec(ctx, "SELECT pg_reload_conf()")
		return err
	})
}
