package postgres

import (
	"context"
	"crypto/tls"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Oldest is the oldest PostgreSQL with which this works.
const Oldest = 13

// Facts are what can be said of a database, for whoever looks for what is wrong.
type Facts struct {
	// Version is that of PostgreSQL, and Major its first number.
	Version string
	Major   int
	// Layout is that of the tables, and Known the newest that this program knows.
	Layout, Known int
	// Ahead is how far the database's clock is ahead of this machine's, as exactly as a journey tells.
	Ahead time.Duration
	// Lax are the settings with which what was committed may be lost.
	Lax []string
	// Remote says that the database is on another machine, and Plain that what is said to it is not encrypted.
	Remote, Plain bool
	// Pooled says that transactions of one connection come to several in the database.
	Pooled bool
	// Orphans is how many shards no living worker has.
	Orphans int
	// Connections are those to the database's server, of all programs, and Most how many there may be.
	Connections, Most int
}

// Facts looks at the database.
func (e *Engine) Facts() (f Facts, err error) {
	if err := e.Usable(); err != nil {
		return f, err
	}
	ctx, cancel := e.call()
	defer cancel()
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return f, e.explain("examine", err)
	}
	defer conn.Release()
	if f, err = e.ask(ctx, conn); err != nil {
		return f, e.explain("examine", err)
	}
	if f.Pooled, err = e.pooled(ctx, conn); err != nil {
		return f, e.explain("examine", err)
	}
	return f, nil
}

// ask asks for all that one journey tells.
func (e *Engine) ask(ctx context.Context, conn *pgxpool.Conn) (f Facts, err error) {
	f.Known = len(steps(e.options.Buckets))
	f.Remote, f.Plain = way(conn.Conn())
	var at time.Time
	sent := time.Now()
	// Nothing is prepared for it: it is one journey, and a pooler does not mind.
	if err := conn.QueryRow(ctx, "SELECT clock_timestamp()", pgx.QueryExecModeSimpleProtocol).Scan(&at); err != nil {
		return f, err
	}
	f.Ahead = at.Sub(sent.Add(time.Since(sent) / 2))
	var lax [3]string
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
		current_setting('synchronous_commit'), current_setting('fsync'), current_setting('full_page_writes'),
		current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
		(SELECT coalesce(sum(numbackends), 0)::int FROM pg_stat_database)`, pgx.QueryExecModeSimpleProtocol).
		Scan(&f.Version, &f.Major, &lax[0], &lax[1], &lax[2], &f.Most, &f.Connections)
	if err != nil {
		return f, err
	}
	for i, name := range []string{"synchronous_commit", "fsync", "full_page_writes"} {
		if lax[i] == "off" {
			f.Lax = append(f.Lax, name)
		}
	}
	if e.Empty() {
		return f, nil
	}
	err = conn.QueryRow(ctx, `SELECT layout, (SELECT count(*) FROM zoomtag.shards s WHERE NOT EXISTS (SELECT FROM
		zoomtag.members m WHERE m.id = s.owner AND m.until >= clock_timestamp())) FROM zoomtag.head`,
		pgx.QueryExecModeSimpleProtocol).
		Scan(&f.Layout, &f.Orphans)
	return f, err
}

// way is how a connection gets to its database.
func way(conn *pgx.Conn) (remote, plain bool) {
	_, secret := conn.PgConn().Conn().(*tls.Conn)
	address := conn.PgConn().Conn().RemoteAddr()
	if tcp, ok := address.(*net.TCPAddr); ok {
		remote = !tcp.IP.IsLoopback()
	}
	return remote, !secret
}

// pooled reports whether two connections that are both open come to one and the same in the database.
func (e *Engine) pooled(ctx context.Context, one *pgxpool.Conn) (bool, error) {
	other, err := pgx.ConnectConfig(ctx, e.pool.Config().ConnConfig)
	if err != nil {
		return false, err
	}
	defer func() { _ = other.Close(ctx) }() // nothing is lost with it
	var names [2]string
	for i, conn := range []*pgx.Conn{one.Conn(), other} {
		names[i], err = backend(ctx, conn)
		if err != nil {
			return false, err
		}
	}
	return names[0] == names[1], nil
}

// backend names the connection in the database that a statement comes to.
func backend(ctx context.Context, conn *pgx.Conn) (string, error) {
	var pid int
	var start time.Time
	err := conn.QueryRow(ctx, "SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()",
		pgx.QueryExecModeSimpleProtocol).Scan(&pid, &start)
	return strings.Join([]string{strconv.Itoa(pid), start.String()}, " "), err
}
