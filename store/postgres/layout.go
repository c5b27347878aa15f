package postgres

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"

	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
)

// step leads from one layout to the next. It may only add: programs of the layout before go on using the database.
type step struct {
	sql string
	// needs is the oldest layout whose programs still understand what is there now.
	needs int
}

// steps are all steps there have been: the first leads from an empty database to layout 1. The layout of this program
// is the one that the last step leads to.
func steps(buckets []string) []step {
	return []step{{needs: 1, sql: `
CREATE SCHEMA IF NOT EXISTS zoomtag;
CREATE TABLE zoomtag.head (
	one        boolean PRIMARY KEY DEFAULT true CHECK (one),
	id         bytea   NOT NULL,
	layout     int     NOT NULL,
	needs      int     NOT NULL,
	generation bigint  NOT NULL,
	assignment bigint  NOT NULL,
	moved      text
) WITH (fillfactor = 10);
CREATE TABLE zoomtag.commits (worker uuid PRIMARY KEY, generation bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE zoomtag.asides (worker uuid PRIMARY KEY, at timestamptz NOT NULL, text bytea NOT NULL);
CREATE TABLE zoomtag.members (
	id      uuid        PRIMARY KEY,
	name    text        NOT NULL,
	version text        NOT NULL,
	since   timestamptz NOT NULL,
	until   timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE zoomtag.shards (
	shard int PRIMARY KEY,
	owner uuid,
	since timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE TABLE zoomtag.touched (name bytea PRIMARY KEY, generation bigint NOT NULL, worker uuid NOT NULL);
CREATE INDEX touched_since ON zoomtag.touched (generation);
CREATE TABLE zoomtag.requests (
	id     uuid        PRIMARY KEY,
	name   text        NOT NULL,
	body   bytea       NOT NULL,
	asked  timestamptz NOT NULL,
	worker uuid,
	answer bytea
);
INSERT INTO zoomtag.shards (shard, since) SELECT s, now() FROM generate_series(0, ` +
		strconv.Itoa(Shards-1) + `) s;
` + tables(buckets)}, {needs: 1, sql: "ALTER TABLE zoomtag.members ADD COLUMN calendars text;"}, {needs: 1, sql: `
CREATE TABLE zoomtag.counts (
	worker uuid        PRIMARY KEY,
	member uuid,
	at     timestamptz NOT NULL,
	text   bytea       NOT NULL
) WITH (fillfactor = 50);`}}
}

// tables makes a table for each bucket.
func tables(buckets []string) (sql string) {
	for _, name := range buckets {
		sql += fmt.Sprintf("CREATE TABLE %s (key bytea PRIMARY KEY, whole bytea, value bytea NOT NULL);\n", table(name))
	}
	return sql
}

// table is the table of a bucket. Buckets are named by this program.
func table(bucket string) string { return pgx.Identifier{"zoomtag", "bucket_" + bucket}.Sanitize() }

// migrationLock is the number of the lock that one who changes the layout holds: "zoomtag" in ASCII.
const migrationLock = 0x7a6f6f6d746167

// settle brings the database to the layout of this program, or says why this program cannot use it.
func (e *Engine) settle(ctx context.Context) error {
	return pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", int64(migrationLock)); err != nil {
			return err
		}
		found, err := layoutOf(ctx, tx)
		if err != nil {
			return err
		}
		list := steps(e.options.Buckets)
		if found.layout > len(list) {
			return e.tooNew(found)
		}
		for i, s := range list[found.layout:] {
			if err := e.take(ctx, tx, found.layout+i+1, s); err != nil {
				return err
			}
		}
		return nil
	})
}

// tooNew says that this program may not use the database; nil if it may.
func (e *Engine) tooNew(found layout) error {
	known := len(steps(e.options.Buckets))
	if found.needs <= known {
		return nil
	}
	return &entries.Error{Cause: fmt.Sprintf("%s was brought to layout %d by a newer zoomtag, and this one knows %d",
		e.called(), found.layout, known), Remedy: "upgrade zoomtag on this machine", Err: ErrDatabase}
}

// layout is what head says of the tables.
type layout struct{ layout, needs int }

// layoutOf reads it; zero where there is nothing yet.
func layoutOf(ctx context.Context, tx pgx.Tx) (l layout, err error) {
	var there bool
	err = tx.QueryRow(ctx, "SELECT to_regclass('zoomtag.head') IS NOT NULL").Scan(&there)
	if err != nil || !there {
		return l, err
	}
	err = tx.QueryRow(ctx, "SELECT layout, needs FROM zoomtag.head").Scan(&l.layout, &l.needs)
	return l, err
}

// take takes one step.
func (e *Engine) take(ctx context.Context, tx pgx.Tx, to int, s step) error {
	if _, err := tx.Exec(ctx, s.sql); err != nil {
		return fmt.Errorf("bring it to layout %d: %w", to, err)
	}
	if to > 1 {
		_, err := tx.Exec(ctx, "UPDATE zoomtag.head SET layout = $1, needs = $2", to, s.needs)
		return err
	}
	id := make([]byte, idSize)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO zoomtag.head (id, layout, needs, generation, assignment)
		VALUES ($1, 1, $2, 1, 0)`, id, s.needs)
	return err
}

// idSize is the length of a database's id.
const idSize = 16
