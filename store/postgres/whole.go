package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"zoomtag/store/bolt"
	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Bounds of a transaction that reads or replaces everything.
const (
	// wholeLimit is how long it may take.
	wholeLimit = 2 * time.Hour
	// wholeStatement is how long the database works on one statement of it, such as the copying of a bucket.
	wholeStatement = 20 * time.Minute
	// wholeIdle is how long it may ask nothing, while the other side writes to its disk.
	wholeIdle = 2 * time.Minute
)

var wholeLimits = fmt.Sprintf("SELECT set_config('lock_timeout', '%d', true), set_config('statement_timeout', '%d', true), "+
	"set_config('idle_in_transaction_session_timeout', '%d', true)", penLimit.Milliseconds(),
	wholeStatement.Milliseconds(), wholeIdle.Milliseconds())

// Whole is a transaction in which everything is read, or replaced, at once. It has the pen, no worker lives, and none
// joins before it ends.
type Whole struct {
	e          *Engine
	ctx        context.Context //nolint:containedctx // the life of a Whole is that of one transaction, which this bounds
	cancel     context.CancelFunc
	conn       *pgxpool.Conn
	generation uint64 // of the last commit
	moved      entries.Elsewhere
	ended      bool
}

// Whole begins such a transaction. A database that is in use is bolt.ErrLocked.
func (e *Engine) Whole(ctx context.Context) (*Whole, error) {
	if err := e.Usable(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, wholeLimit)
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		cancel()
		return nil, e.explain("copy", err)
	}
	w := &Whole{e: e, ctx: ctx, cancel: cancel, conn: conn}
	if err := w.begin(); err != nil {
		w.Rollback()
		return nil, err
	}
	return w, nil
}

// begin takes the pen and keeps workers from joining: to join is to write into members.
func (w *Whole) begin() error {
	for _, sql := range []string{"BEGIN ISOLATION LEVEL READ COMMITTED", wholeLimits,
		"LOCK TABLE zoomtag.members IN SHARE MODE"} {
		if _, err := w.conn.Exec(w.ctx, sql); err != nil {
			return w.e.explain("copy", err)
		}
	}
	var moved *string
	var found layout
	err := w.conn.QueryRow(w.ctx, "SELECT generation, needs, layout, moved FROM zoomtag.head FOR UPDATE").
		Scan(&w.generation, &found.needs, &found.layout, &moved)
	if err != nil {
		return w.e.explain("copy", err)
	}
	w.moved = elsewhere(moved)
	if err := w.e.tooNew(found); err != nil {
		return err
	}
	rows, err := w.conn.Query(w.ctx, "SELECT name FROM zoomtag.members WHERE until >= clock_timestamp() ORDER BY name")
	if err != nil {
		return w.e.explain("copy", err)
	}
	living, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return w.e.explain("copy", err)
	}
	if len(living) > 0 {
		return &entries.Error{Cause: w.e.called() + " is in use by " + strings.Join(living, ", "),
			Remedy: "end zoomtag there first", Err: bolt.ErrLocked}
	}
	return nil
}

// Moved is where the entries have moved to.
func (w *Whole) Moved() entries.Elsewhere { return w.moved }

// Generation is that of the last commit.
func (w *Whole) Generation() uint64 { return w.generation }

// Reader returns one that remembers nothing of what another has read.
func (w *Whole) Reader() entries.Reader { return &reader{e: w.e, ctx: w.ctx, conn: w.conn} }

// Clear drops all entries of some buckets.
func (w *Whole) Clear(buckets []string) error {
	for _, name := range buckets {
		if _, err := w.conn.Exec(w.ctx, "DELETE FROM "+table(name)); err != nil {
			return w.e.explain("save to", err)
		}
	}
	return nil
}

// Fill puts entries into a bucket that has none, as they come from next, until that says that there is none any more.
func (w *Whole) Fill(bucket string, next func() (key, value []byte, ok bool, err error)) error {
	source := pgx.CopyFromFunc(func() ([]any, error) {
		key, value, ok, err := next()
		if err != nil || !ok {
			return nil, err
		}
		var whole []byte
		if len(key) > keyMax {
			whole = key
		}
		return []any{short(key), whole, entries.Seal(bucket, key, value)}, nil
	})
	into, columns := pgx.Identifier{"zoomtag", "bucket_" + bucket}, []string{"key", "whole", "value"}
	_, err := w.conn.CopyFrom(w.ctx, into, columns, source)
	if err != nil {
		return w.e.explain("save to", err)
	}
	return nil
}

// Rename makes it another database, so that whoever has used it before forgets what they know of it. It returns the new
// id.
func (w *Whole) Rename() (id string, err error) {
	raw := make([]byte, idSize)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	if _, err := w.conn.Exec(w.ctx, "UPDATE zoomtag.head SET id = $1", raw); err != nil {
		return "", w.e.explain("save to", err)
	}
	return hex.EncodeToString(raw), nil
}

// Commit saves what was filled in, as of a generation, and where the entries are from now on: the zero value is here.
func (w *Whole) Commit(generation uint64, to entries.Elsewhere) error {
	defer w.Rollback()
	var moved *string
	if to.Place != "" {
		moved = new(to.ID + "\n" + to.Place)
	}
	generation = max(generation, w.generation) + 1
	batch := &pgx.Batch{}
	batch.Queue("UPDATE zoomtag.head SET generation = $1, moved = $2", generation, moved)
	batch.Queue(`INSERT INTO zoomtag.commits (worker, generation) VALUES ($1, $2)
		ON CONFLICT (worker) DO UPDATE SET generation = EXCLUDED.generation`, w.e.worker, generation)
	w.e.options.Hook("store.commit.before")
	if err := w.conn.SendBatch(w.ctx, batch).Close(); err != nil {
		return w.e.explain("save to", err)
	}
	tag, err := w.conn.Exec(w.ctx, "COMMIT")
	if err == nil && tag.String() != "COMMIT" { // the database has rolled back what it could not commit
		err = fmt.Errorf("it answered %q to a commit", tag)
	}
	if err != nil {
		if err := w.e.outcome(generation, err); err != nil {
			return err
		}
	}
	w.e.options.Hook("store.commit.after")
	return nil
}

// Rollback undoes everything. After a commit it does nothing.
func (w *Whole) Rollback() {
	if !w.ended {
		w.ended = true
		w.e.end(w.conn, w.cancel)
	}
}

// Snapshot calls fn with one state of the entries, as View does, for longer than that: workers go on meanwhile.
func (e *Engine) Snapshot(ctx context.Context, fn func(entries.Reader) error) error {
	return e.view(ctx, wholeLimit, fn)
}

// elsewhere reads what head says of where the entries are.
func elsewhere(moved *string) entries.Elsewhere {
	if moved == nil {
		return entries.Elsewhere{}
	}
	id, place, _ := strings.Cut(*moved, "\n")
	return entries.Elsewhere{ID: id, Place: place}
}

// hasMoved returns the error of a database whose entries are elsewhere; nil if they are here.
func (e *Engine) hasMoved(moved *string) error {
	if to := elsewhere(moved); to.Place != "" && !e.options.Moved {
		return entries.Moved("the state in "+e.called(), to)
	}
	return nil
}

// Moved is where the entries have moved to.
func (e *Engine) Moved() (entries.Elsewhere, error) {
	if e.Empty() {
		return entries.Elsewhere{}, nil
	}
	ctx, cancel := e.call()
	defer cancel()
	var moved *string
	if err := e.pool.QueryRow(ctx, "SELECT moved FROM zoomtag.head").Scan(&moved); err != nil {
		return entries.Elsewhere{}, e.explain("read", err)
	}
	return elsewhere(moved), nil
}

// unmoved fails where the entries are elsewhere.
func (e *Engine) unmoved(ctx context.Context, db rowQuerier) error {
	var moved *string
	if err := db.QueryRow(ctx, "SELECT moved FROM zoomtag.head").Scan(&moved); err != nil {
		return err
	}
	return e.hasMoved(moved)
}
