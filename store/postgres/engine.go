package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zoomtag/store/bolt"
	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Bounds of what the database is asked. Each journey has one, so that every wait ends.
const (
	// callLimit is how long an answer may take in all, a new connection included.
	callLimit = 15 * time.Second
	// viewLimit is how long a look at one state may take, all its journeys included.
	viewLimit = time.Minute
	// statementLimit is how long the database works on one statement, the waiting for the pen apart.
	statementLimit = 5 * time.Second
	// penLimit is how long to wait for the pen: longer than anybody can keep it.
	penLimit = 10 * time.Second
	// idleLimit is how long a transaction may ask nothing. One whose worker is frozen is ended after that.
	idleLimit = 2 * time.Second
	// connections is how many there are at most, unless the URL says otherwise (pool_max_conns).
	connections = 8
)

// Options are the settings of an engine.
type Options struct {
	// Buckets are those that the store has. Of Named the keys begin with the name of a calendar and a zero byte, or are
	// it: a change in them is told to the worker whose calendar it is.
	Buckets, Named []string
	// Hook is called around each commit with the point's name, as that of a file.
	Hook func(point string)
	// ReadOnly refuses to write, and makes no tables.
	ReadOnly bool
	// Moved opens a database also where its entries have moved elsewhere, to be looked at or replaced.
	Moved bool
}

// Engine keeps entries in a PostgreSQL database. It may be used from several goroutines at once.
type Engine struct {
	options Options
	pool    *pgxpool.Pool
	place   string // for people: without the password
	worker  [16]byte
	id      []byte

	member  atomic.Pointer[Member] // nil: this process is none
	ending  sync.WaitGroup         // transactions that are being ended
	closed  atomic.Bool
	damaged atomic.Pointer[entries.Error]
	said    saidCount
}

// Open opens the database of a URL, "postgres://USER:PASSWORD@HOST/DATABASE?sslmode=verify-full", and makes its tables
// if there are none.
func Open(url string, o Options) (*Engine, error) {
	config, err := configOf(url)
	if err != nil {
		return nil, &entries.Error{Cause: "the address of the database cannot be read: " + err.Error(),
			Remedy: "write it as postgres://USER:PASSWORD@HOST/DATABASE", Err: err}
	}
	if !fromURL(url, "pool_max_conns") {
		config.MaxConns = connections
	}
	if config.ConnConfig.RuntimeParams["application_name"] == "" {
		config.ConnConfig.RuntimeParams["application_name"] = "zoomtag"
	}
	e := &Engine{options: o, place: placeOf(config.ConnConfig)}
	if _, err := rand.Read(e.worker[:]); err != nil {
		return nil, fmt.Errorf("store: open %s: %w", e.place, err)
	}
	ctx, cancel := e.call()
	defer cancel()
	if e.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, e.explain("open", err)
	}
	if err := e.begun(ctx); err != nil {
		e.pool.Close()
		return nil, e.explain("open", err)
	}
	return e, nil
}

// configOf reads a URL. What it does not say is the safe side: a database on another machine is spoken to with TLS, and
// has to prove who it is.
func configOf(url string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil || strings.Contains(url, "sslmode=") || local(config.ConnConfig) {
		return config, err
	}
	mark := "?"
	if strings.Contains(url, "?") {
		mark = "&"
	}
	return pgxpool.ParseConfig(url + mark + "sslmode=verify-full")
}

// local reports whether a database is on this machine, by each of its addresses.
func local(c *pgx.ConnConfig) bool {
	hosts := []string{c.Host}
	for _, f := range c.Fallbacks {
		hosts = append(hosts, f.Host)
	}
	for _, host := range hosts {
		ip := net.ParseIP(host)
		if loopback := host == "localhost" || ip != nil && ip.IsLoopback(); !loopback && !strings.HasPrefix(host, "/") {
			return false
		}
	}
	return true
}

// begun makes or looks at the tables.
func (e *Engine) begun(ctx context.Context) error {
	if e.options.ReadOnly {
		return e.lookOnly(ctx)
	}
	if err := e.settle(ctx); err != nil {
		return err
	}
	return e.identify(ctx, e.pool)
}

// identify reads which database it is, and whether its entries are here.
func (e *Engine) identify(ctx context.Context, db rowQuerier) error {
	var moved *string
	if err := db.QueryRow(ctx, "SELECT id, moved FROM zoomtag.head").Scan(&e.id, &moved); err != nil {
		return err
	}
	return e.hasMoved(moved)
}

// rowQuerier is a connection, a pool of them, or a transaction.
type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// lookOnly reads what is there. Where there are no tables the engine is empty, which id says.
func (e *Engine) lookOnly(ctx context.Context) error {
	return pgx.BeginTxFunc(ctx, e.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		found, err := layoutOf(ctx, tx)
		if err != nil || found.layout == 0 {
			return err
		}
		if err := e.tooNew(found); err != nil {
			return err
		}
		if known := len(steps(e.options.Buckets)); found.layout < known {
			return &entries.Error{Cause: fmt.Sprintf("%s has layout %d of an older zoomtag", e.called(), found.layout),
				Remedy: fmt.Sprintf("run \"zoomtag sync\" once, which brings it up to layout %d", known)}
		}
		return e.identify(ctx, tx)
	})
}

// fromURL reports whether a URL, or a list of KEY=VALUE, sets a parameter.
func fromURL(url, key string) bool {
	bare, err := pgconn.ParseConfig(url)
	return err == nil && bare.RuntimeParams[key] != ""
}

// PlaceOf names the database of a URL without its password.
func PlaceOf(url string) string {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return "the database"
	}
	return placeOf(config)
}

// placeOf names a database without its password.
func placeOf(c *pgx.ConnConfig) string {
	return fmt.Sprintf("postgres://%s@%s/%s", c.User, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))), c.Database)
}

// call is the context of one journey.
func (e *Engine) call() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), callLimit)
}

// Place implements entries.Engine: it is the URL without the password.
func (e *Engine) Place() string { return e.place }

// called is what the database is called in a sentence.
func (e *Engine) called() string { return "the database " + e.place }

// ID implements entries.Engine.
func (e *Engine) ID() string { return hex.EncodeToString(e.id) }

// Empty reports whether there is nothing yet that could be read.
func (e *Engine) Empty() bool { return e.id == nil }

// Usable implements entries.Engine.
func (e *Engine) Usable() error {
	if e.closed.Load() {
		return fmt.Errorf("store: use %s: %w", e.place, bolt.ErrClosed)
	}
	if damaged := e.damaged.Load(); damaged != nil {
		return damaged
	}
	return nil
}

// Damage implements entries.Engine.
func (e *Engine) Damage(cause error) error {
	e.damaged.CompareAndSwap(nil, &entries.Error{Cause: fmt.Sprintf("%s holds something else than zoomtag has put there "+
		"(%v)", e.called(), cause), Remedy: "restore the database from a copy, or drop its schema zoomtag: zoomtag rebuilds " +
		"everything but the history from the marks in the events", Err: cause})
	return e.damaged.Load()
}

// Protect implements entries.Engine. pgx does not panic at what it reads.
func (e *Engine) Protect(fn func() error) error { return fn() }

// Close implements entries.Engine.
func (e *Engine) Close() error {
	if !e.closed.Swap(true) {
		e.ending.Wait()
		e.pool.Close()
	}
	return nil
}

// Generation implements entries.Engine.
func (e *Engine) Generation() (n uint64, err error) {
	if err := e.Usable(); err != nil || e.Empty() {
		return 0, err
	}
	ctx, cancel := e.call()
	defer cancel()
	if err := e.pool.QueryRow(ctx, "SELECT generation FROM zoomtag.head").Scan(&n); err != nil {
		return 0, e.explain("read", err)
	}
	return n, nil
}

// maxAside bounds what is read of one worker's text, in bytes.
const maxAside = 16 << 20

// Asides implements entries.Engine.
func (e *Engine) Asides() (texts [][]byte) {
	if e.Usable() != nil || e.Empty() {
		return nil
	}
	ctx, cancel := e.call()
	defer cancel()
	rows, err := e.pool.Query(ctx, "SELECT text FROM zoomtag.asides WHERE length(text) <= $1 ORDER BY at", maxAside)
	if err != nil {
		return nil
	}
	texts, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
	if err != nil {
		return nil
	}
	return texts
}

// asideLife is how long the text of a worker that has not written another one stays.
const asideLife = "2 days"

// PutAside implements entries.Engine.
func (e *Engine) PutAside(text []byte) error {
	if e.options.ReadOnly {
		return nil
	}
	ctx, cancel := e.call()
	defer cancel()
	batch := &pgx.Batch{}
	batch.Queue(`INSERT INTO zoomtag.asides (worker, at, text) VALUES ($1, now(), $2)
		ON CONFLICT (worker) DO UPDATE SET at = now(), text = EXCLUDED.text`, e.worker, text)
	batch.Queue("DELETE FROM zoomtag.asides WHERE at < now() - interval '" + asideLife + "'")
	if err := e.pool.SendBatch(ctx, batch).Close(); err != nil {
		return e.explain("save to", err)
	}
	return nil
}

// Size returns the layout of the tables, how many entries there are, and how many bytes they and their indexes take.
func (e *Engine) Size() (layout int, entries uint64, bytes int64, err error) {
	count, size := "0", "0"
	for _, name := range e.options.Buckets {
		count += " + (SELECT count(*) FROM " + table(name) + ")"
		size += " + pg_total_relation_size('" + table(name) + "')"
	}
	ctx, cancel := e.call()
	defer cancel()
	sql := "SELECT layout, " + count + ", " + size + " FROM zoomtag.head"
	if err := e.pool.QueryRow(ctx, sql).Scan(&layout, &entries, &bytes); err != nil {
		return 0, 0, 0, e.explain("read", err)
	}
	return layout, entries, bytes, nil
}
