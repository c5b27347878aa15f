package postgres

import (
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Worker is a member as others see it.
type Worker struct {
	Name    string // of the machine, and the number of the process
	Version string
	Since   time.Time
	// Lag is how long ago it gave its last sign.
	Lag time.Duration
	// Shards are those that it owns (ShardOf).
	Shards []int
	// Calendars is the sum of the calendars that it knows; "" while it is between two configurations.
	Calendars string
	Me        bool
}

// Workers lists the members that live.
func (e *Engine) Workers() ([]Worker, error) {
	ctx, cancel := e.call()
	defer cancel()
	rows, err := e.pool.Query(ctx, `SELECT m.id, m.name, m.version, m.since,
		extract(epoch FROM clock_timestamp() - (m.until - $1::interval))::float8,
		ARRAY(SELECT shard FROM zoomtag.shards s WHERE s.owner = m.id ORDER BY shard), coalesce(m.calendars, '')
		FROM zoomtag.members m WHERE m.until >= clock_timestamp() ORDER BY m.name, m.since`, Life)
	if err != nil {
		return nil, e.explain("read", err)
	}
	var me [16]byte
	if m := e.member.Load(); m != nil {
		m.mu.Lock()
		me = m.id
		m.mu.Unlock()
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (w Worker, err error) {
		var id [16]byte
		var lag float64
		err = row.Scan(&id, &w.Name, &w.Version, &w.Since, &lag, &w.Shards, &w.Calendars)
		w.Lag, w.Me = time.Duration(lag*float64(time.Second)), id == me
		return w, err
	})
	if err != nil {
		return nil, e.explain("read", err)
	}
	return slices.Clip(list), nil
}
