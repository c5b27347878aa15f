package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
)

// A request asks the worker whose calendar something is about to do what only that one may do. It is a row, so that it
// reaches a worker on any machine, and so that nobody listens on the network for it.

// Request is one that is to be carried out.
type Request struct {
	ID   [16]byte
	Name string // of the calendar or job
	Body []byte
}

const (
	// askPause is how often whoever asks looks for the answer.
	askPause = 200 * time.Millisecond
	// claimLimit is how long a request may wait for somebody who sees to it: longer than a shard may be nobody's.
	claimLimit = 15 * time.Second
	// requestLife is how long rows stay of which nobody has fetched the answer.
	requestLife = "1 day"
)

// ErrNobody says that no worker has seen to a request in time.
var ErrNobody = errors.New("no worker")

// Ask asks the worker of a calendar or job, and waits for the answer. It returns ErrNobody if none has taken the
// request for a while, or the one who had is gone.
func (e *Engine) Ask(ctx context.Context, name string, body []byte) (answer []byte, err error) {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	if err := e.put(ctx, id, name, body); err != nil {
		return nil, e.explain("ask", err)
	}
	defer func() {
		last, cancel := e.call()
		defer cancel()
		if _, gone := e.pool.Exec(last, "DELETE FROM zoomtag.requests WHERE id = $1", id); gone != nil && err == nil {
			err = e.explain("ask", gone)
		}
	}()
	for began := time.Now(); ; {
		var taken, lives bool
		err := e.pool.QueryRow(ctx, `SELECT r.answer, r.worker IS NOT NULL, EXISTS (SELECT FROM zoomtag.members m
			WHERE m.id = r.worker AND m.until >= clock_timestamp()) FROM zoomtag.requests r WHERE r.id = $1`, id).
			Scan(&answer, &taken, &lives)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			return nil, e.explain("ask", err)
		case answer != nil:
			return answer, nil
		case taken && !lives:
			return nil, &entries.Error{Cause: fmt.Sprintf("the worker that has %s is gone, and what it had begun there "+
				"another one goes on with", name), Remedy: "ask again in a while", Err: ErrNobody}
		case !taken && time.Since(began) > claimLimit:
			return nil, &entries.Error{Cause: fmt.Sprintf("no worker has taken %s in time", name),
				Remedy: "see with zoomtag status which workers there are", Err: ErrNobody}
		}
		wait(ctx, askPause)
	}
}

// put saves a request and tells the workers of it.
func (e *Engine) put(ctx context.Context, id [16]byte, name string, body []byte) error {
	batch := &pgx.Batch{}
	batch.Queue("DELETE FROM zoomtag.requests WHERE asked < now() - interval '" + requestLife + "'")
	batch.Queue("INSERT INTO zoomtag.requests (id, name, body, asked) VALUES ($1, $2, $3, now())", id, name, body)
	batch.Queue("NOTIFY " + channel)
	return e.pool.SendBatch(ctx, batch).Close()
}

// Asked returns the requests for what is this worker's, and takes them.
func (m *Member) Asked() (list []Request, err error) {
	ctx, cancel := m.e.call()
	defer cancel()
	rows, err := m.e.pool.Query(ctx, "SELECT id, name, body FROM zoomtag.requests WHERE worker IS NULL")
	if err != nil {
		return nil, m.e.explain("ask", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Request, err error) {
		err = row.Scan(&r.ID, &r.Name, &r.Body)
		return r, err
	})
	if err != nil {
		return nil, m.e.explain("ask", err)
	}
	for _, r := range all {
		if !m.Owns(r.Name) {
			continue
		}
		m.mu.Lock()
		id := m.id
		m.mu.Unlock()
		tag, err := m.e.pool.Exec(ctx, "UPDATE zoomtag.requests SET worker = $2 WHERE id = $1 AND worker IS NULL", r.ID, id)
		if err != nil {
			return list, m.e.explain("ask", err)
		}
		if tag.RowsAffected() == 1 {
			list = append(list, r)
		}
	}
	return list, nil
}

// Answer saves the answer to a request, for whoever asked.
func (m *Member) Answer(id [16]byte, answer []byte) error {
	ctx, cancel := m.e.call()
	defer cancel()
	if _, err := m.e.pool.Exec(ctx, "UPDATE zoomtag.requests SET answer = $2 WHERE id = $1", id, answer); err != nil {
		return m.e.explain("ask", err)
	}
	return nil
}
