package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zoomtag/store/bolt"
	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// View implements entries.Engine. One question costs one journey: the transaction begins with it, and ends beside.
func (e *Engine) View(fn func(entries.Reader) error) error {
	return e.view(context.Background(), viewLimit, fn)
}

func (e *Engine) view(ctx context.Context, limit time.Duration, fn func(entries.Reader) error) error {
	if err := e.Usable(); err != nil || e.Empty() {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		cancel()
		return e.explain("read", err)
	}
	r := &reader{e: e, ctx: ctx, conn: conn, begin: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}
	defer e.end(conn, cancel)
	return fn(r)
}

// end ends a transaction without a commit, if there is one, and gives the connection back.
func (e *Engine) end(conn *pgxpool.Conn, cancel context.CancelFunc) {
	if conn.Conn().PgConn().TxStatus() == 'I' {
		cancel()
		conn.Release()
		return
	}
	e.ending.Go(func() {
		defer cancel()
		ctx, over := e.call()
		defer over()
		if _, err := conn.Exec(ctx, "ROLLBACK"); err != nil {
			_ = conn.Conn().Close(ctx) // the pool makes another one; the database ends the transaction with this one
		}
		conn.Release()
	})
}

// transaction is the one that writes. It has the pen.
type transaction struct {
	reader

	cancel     context.CancelFunc
	undos      []undo // since the last savepoint, the first first
	noting     bool
	cleared    bool   // all that there was has gone
	generation uint64 // of what is being written
	assignment int64
	ended      bool
}

// Begin implements entries.Engine: it takes the pen.
func (e *Engine) Begin() (entries.Transaction, error) {
	if err := e.Usable(); err != nil {
		return nil, err
	}
	if e.options.ReadOnly {
		return nil, fmt.Errorf("store: save to %s: %w", e.place, bolt.ErrReadOnly)
	}
	ctx, cancel := context.WithTimeout(context.Background(), callLimit+penLimit)
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		cancel()
		return nil, e.explain("save to", err)
	}
	tx := &transaction{reader: reader{e: e, ctx: ctx, conn: conn}, cancel: cancel}
	if err := tx.takePen(); err != nil {
		e.end(conn, cancel)
		return nil, err
	}
	return tx, nil
}

// limits are the bounds of a transaction that writes, as settings of the database for it alone: a pooler between may
// give the connection to somebody else afterwards.
var limits = fmt.Sprintf("SELECT set_config('lock_timeout', '%d', true), set_config('statement_timeout', '%d', true), "+
	"set_config('idle_in_transaction_session_timeout', '%d', true)", penLimit.Milliseconds(),
	(penLimit + statementLimit).Milliseconds(), idleLimit.Milliseconds())

// takePen begins the transaction and waits for the pen, in one journey.
func (tx *transaction) takePen() error {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN ISOLATION LEVEL READ COMMITTED")
	batch.Queue(limits)
	batch.Queue("SELECT id, generation, assignment, needs, layout, moved FROM zoomtag.head FOR UPDATE")
	var found layout
	var id []byte
	var moved *string
	return tx.send(batch, 2, func(rows pgx.Rows) error {
		if err := rows.Scan(&id, &tx.generation, &tx.assignment, &found.needs, &found.layout, &moved); err != nil {
			return tx.e.explain("save to", err)
		}
		if !bytes.Equal(id, tx.e.id) {
			return tx.e.another()
		}
		tx.generation++
		if err := tx.e.tooNew(found); err != nil {
			return err
		}
		return tx.e.hasMoved(moved)
	})
}

// another says that the database is not the one that was opened: it was made anew, or replaced, meanwhile. What this
// process remembers is of no use there.
func (e *Engine) another() error {
	e.damaged.CompareAndSwap(nil, &entries.Error{Cause: e.called() + " is another one than it was when zoomtag began",
		Remedy: "restart zoomtag"})
	return e.damaged.Load()
}

// Fence returns ErrFenced unless a calendar or job is this worker's. It stays so until the transaction ends.
func (tx *transaction) Fence(name string) error {
	m := tx.e.member.Load()
	if m == nil {
		return fmt.Errorf("store: save to %s: %s: this process is no worker: %w", tx.e.place, name, ErrFenced)
	}
	return m.fence(tx.ctx, tx.conn, tx.assignment, name)
}

// Agreed implements entries.Fenced.
func (tx *transaction) Agreed(sum string) (bool, error) {
	m := tx.e.member.Load()
	if m == nil {
		return false, nil
	}
	agreed, err := m.agreed(tx.ctx, tx.conn, sum)
	if err != nil {
		return false, tx.e.explain("read", err)
	}
	return agreed, nil
}

// Put implements entries.Transaction.
func (tx *transaction) Put(bucket string, key, value []byte) error {
	name, _, _ := bytes.Cut(key, []byte{0})
	if named := slices.Contains(tx.e.options.Named, bucket); named && len(name) > nameMax {
		return &entries.Error{Cause: fmt.Sprintf("the name %.40q… has %d bytes, more than the %d that a database finds it by",
			name, len(name), nameMax), Remedy: "give the calendar a shorter name"}
	}
	return tx.write(bucket, entry{key: append([]byte{}, key...), value: append([]byte{}, value...)})
}

// Delete implements entries.Transaction.
func (tx *transaction) Delete(bucket string, key []byte) error {
	return tx.write(bucket, entry{key: append([]byte{}, key...)})
}

// undo is what was known of an entry, and written of it, before it was written.
type undo struct {
	bucket, key string
	known       *entry // nil: nothing was
	written     bool
}

// Known implements entries.Transaction.
func (tx *transaction) Known(bucket string, key []byte) bool {
	_, ok := tx.known[bucket][string(key)]
	return ok
}

// Savepoint implements entries.Transaction: nothing has left for the database yet.
func (tx *transaction) Savepoint() func() error {
	tx.noting, tx.undos = true, nil
	return func() error {
		undos := tx.undos
		tx.noting, tx.undos = false, nil
		for i := len(undos) - 1; i >= 0; i-- {
			u := undos[i]
			if u.known == nil {
				delete(tx.known[u.bucket], u.key)
			} else {
				tx.known[u.bucket][u.key] = *u.known
			}
			switch {
			case !u.written:
				delete(tx.written[u.bucket], u.key)
			case u.known != nil:
				tx.written[u.bucket][u.key] = *u.known
			}
		}
		return tx.failed
	}
}

// write notes an entry as it will be; without a value, that there is none.
func (tx *transaction) write(bucket string, e entry) error {
	if tx.failed != nil {
		return tx.failed
	}
	if key := string(e.key); tx.noting {
		u := undo{bucket: bucket, key: key}
		if before, ok := tx.known[bucket][key]; ok {
			u.known = &before
		}
		_, u.written = tx.written[bucket][key]
		tx.undos = append(tx.undos, u)
	}
	tx.known.put(bucket, e)
	tx.written.put(bucket, e)
	return nil
}

// Clear implements entries.Transaction.
func (tx *transaction) Clear() error {
	batch := &pgx.Batch{}
	for _, name := range tx.e.options.Buckets {
		batch.Queue("DELETE FROM " + table(name))
	}
	tx.known, tx.written, tx.cleared = nil, nil, true
	return tx.send(batch, batch.Len(), nil)
}

// Generation implements entries.Transaction.
func (tx *transaction) Generation() uint64 { return tx.generation }

// Advance implements entries.Transaction.
func (tx *transaction) Advance() { tx.generation++ }

// Commit implements entries.Transaction: all that was written goes in one journey.
func (tx *transaction) Commit(saved func()) error {
	defer tx.Rollback()
	if tx.failed != nil {
		return tx.failed
	}
	tx.e.options.Hook("store.commit.before")
	if err := tx.commit(); err != nil {
		return err
	}
	saved()
	tx.e.options.Hook("store.commit.after")
	return nil
}

func (tx *transaction) commit() error {
	batch := &pgx.Batch{}
	for bucket, in := range tx.written {
		tx.queueBucket(batch, bucket, in)
	}
	last := tx.generation - 1 // Advance has counted past it
	if tx.cleared {
		batch.Queue("UPDATE zoomtag.touched SET generation = $1, worker = $2", last, tx.e.worker)
	}
	names := tx.touches()
	if len(names) > 0 {
		batch.Queue(`INSERT INTO zoomtag.touched (name, generation, worker) SELECT n, $2, $3 FROM unnest($1::bytea[]) n
			ON CONFLICT (name) DO UPDATE SET generation = EXCLUDED.generation, worker = EXCLUDED.worker`, names, last,
			tx.e.worker)
	}
	batch.Queue("UPDATE zoomtag.head SET generation = $1", last)
	batch.Queue(`INSERT INTO zoomtag.commits (worker, generation) VALUES ($1, $2)
		ON CONFLICT (worker) DO UPDATE SET generation = EXCLUDED.generation`, tx.e.worker, last)
	batch.Queue("COMMIT")
	results := tx.conn.SendBatch(tx.ctx, batch)
	var tag pgconn.CommandTag
	var err error
	for range batch.Len() {
		if tag, err = results.Exec(); err != nil {
			break
		}
	}
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err == nil && tag.String() != "COMMIT" { // the database has rolled back what it could not commit
		err = fmt.Errorf("it answered %q to a commit", tag)
	}
	if err != nil {
		return tx.e.outcome(last, err)
	}
	return nil
}

// touches are the calendars of which something was written that a quiet pass reads.
func (tx *transaction) touches() (names [][]byte) {
	seen := map[string]bool{}
	for _, bucket := range tx.e.options.Named {
		for key := range tx.written[bucket] {
			name, _, _ := strings.Cut(key, "\x00")
			if !seen[name] {
				seen[name] = true
				names = append(names, []byte(name))
			}
		}
	}
	return names
}

// queueBucket queues what was written into one bucket: one statement for what is there now, one for what went.
func (tx *transaction) queueBucket(batch *pgx.Batch, bucket string, in map[string]entry) {
	var keys, whole, values, gone [][]byte
	for _, e := range in {
		key := short(e.key)
		if e.value == nil {
			gone = append(gone, key)
			continue
		}
		keys = append(keys, key)
		values = append(values, entries.Seal(bucket, e.key, e.value))
		if len(e.key) > keyMax {
			whole = append(whole, e.key)
		} else {
			whole = append(whole, nil)
		}
	}
	if len(keys) > 0 {
		batch.Queue(fmt.Sprintf(`INSERT INTO %s (key, whole, value) SELECT * FROM unnest($1::bytea[], $2::bytea[],
			$3::bytea[]) ON CONFLICT (key) DO UPDATE SET whole = EXCLUDED.whole, value = EXCLUDED.value`, table(bucket)),
			keys, whole, values)
	}
	if len(gone) > 0 {
		batch.Queue(fmt.Sprintf("DELETE FROM %s WHERE key = ANY($1)", table(bucket)), gone)
	}
}

// outcome finds out what became of a commit whose answer did not come: nil if it came about. The pen is waited for, so
// that the transaction has ended.
func (e *Engine) outcome(generation uint64, cause error) error {
	var said *pgconn.PgError
	if errors.As(cause, &said) && said.Severity != "FATAL" {
		return e.explain("save to", cause) // the database has said no
	}
	ctx, cancel := context.WithTimeout(context.Background(), callLimit+penLimit)
	defer cancel()
	var came bool
	err := pgx.BeginFunc(ctx, e.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, limits); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SELECT FROM zoomtag.head FOR UPDATE"); err != nil {
			return err
		}
		return tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM zoomtag.commits WHERE worker = $1 AND generation = $2)",
			e.worker, generation).Scan(&came)
	})
	switch {
	case came && err == nil:
		return nil
	case err == nil:
		return e.explain("save to", cause)
	}
	return &entries.Error{Doing: "save to", Cause: fmt.Sprintf("%s broke off a commit, and whether it came about cannot "+
		"be asked (%s)", e.called(), plainCause(cause)), Remedy: "see to it that it runs and that this machine reaches " +
		"it; zoomtag finds out by itself what was saved", Err: errors.Join(cause, err)}
}

// Rollback implements entries.Transaction.
func (tx *transaction) Rollback() {
	if !tx.ended {
		tx.ended = true
		tx.e.end(tx.conn, tx.cancel)
	}
}
