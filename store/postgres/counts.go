package postgres

import (
	"bytes"
	"sync"

	"github.com/jackc/pgx/v5"
)

// What workers ask of services that count the requests of all of them together, each of them says in a text of its own
// in the table counts. Nothing else rests on that, so that it needs neither the pen nor a generation.

// Count is what another process says of what it has asked.
type Count struct {
	Text []byte
	// Lives says that it is a worker that lives. What is left by one that does not stands for a day.
	Lives bool
}

// saidCount is what this process has said last, and as which worker.
type saidCount struct {
	mu     sync.Mutex // one journey at a time; guards all below
	text   []byte
	member *[16]byte
}

// same reports whether there is no news.
func (c *saidCount) same(text []byte, member *[16]byte) bool {
	known := c.member != nil && member != nil && *c.member == *member
	return bytes.Equal(c.text, text) && (known || c.member == member)
}

// countLife is how long the text of a process stays that has not said another one: a little longer than services count.
const countLife = "25 hours"

// Counts says a text for this process and returns those of the others, and how many workers live, this process taken
// for one of them. All of that is one journey, and one that writes nothing where the text is what was said before.
func (e *Engine) Counts(text []byte) (others []Count, workers int, err error) {
	if err := e.Usable(); err != nil || e.Empty() {
		return nil, 1, err
	}
	e.said.mu.Lock()
	defer e.said.mu.Unlock()
	me := e.memberID()
	batch := &pgx.Batch{}
	if !e.options.ReadOnly && !e.said.same(text, me) {
		batch.Queue(`INSERT INTO zoomtag.counts (worker, member, at, text) VALUES ($1, $2, now(), $3)
			ON CONFLICT (worker) DO UPDATE SET member = EXCLUDED.member, at = now(), text = EXCLUDED.text`,
			e.worker, me, text)
		batch.Queue("DELETE FROM zoomtag.counts WHERE at < now() - interval '" + countLife + "'")
	}
	writes := batch.Len()
	batch.Queue(`SELECT c.text, EXISTS (SELECT FROM zoomtag.members m
		WHERE m.id = c.member AND m.until >= clock_timestamp()) FROM zoomtag.counts c WHERE c.worker <> $1`, e.worker)
	batch.Queue("SELECT count(*) FROM zoomtag.members WHERE until >= clock_timestamp() AND id IS DISTINCT FROM $1", me)
	ctx, cancel := e.call()
	defer cancel()
	results := e.pool.SendBatch(ctx, batch)
	others, workers, err = readCounts(results, writes)
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, 1, e.explain("share", err)
	}
	e.said.text, e.said.member = text, me
	return others, workers + 1, nil
}

// memberID is as which worker this process lives; nil: it is none.
func (e *Engine) memberID() *[16]byte {
	m := e.member.Load()
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id := m.id
	return &id
}

// readCounts reads the answers, of which the first are those to what was written.
func readCounts(results pgx.BatchResults, writes int) (others []Count, workers int, err error) {
	for range writes {
		if _, err := results.Exec(); err != nil {
			return nil, 0, err
		}
	}
	rows, err := results.Query()
	if err != nil {
		return nil, 0, err
	}
	others, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Count])
	if err != nil {
		return nil, 0, err
	}
	err = results.QueryRow().Scan(&workers)
	return others, workers, err
}
