package postgres

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"zoomtag/store/entries"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// keyMax is the longest key that stands in the index as it is, in bytes. A page of the index takes a third of 8 kB.
const keyMax = 2000

// nameMax is the longest name with which keys begin, in bytes: a range of keys needs all of it.
const nameMax = 1024

// pageSize is how many entries a walk asks for at once.
const pageSize = 500

// short is what stands in the index for a key.
func short(key []byte) []byte {
	if len(key) <= keyMax {
		return key
	}
	sum := sha256.Sum256(key)
	return append(bytes.Clone(key[:keyMax-len(sum)]), sum[:]...)
}

// entry is one as it was read or written; value is nil where there is none.
type entry struct{ key, value []byte }

// reader sees one state of the entries, that of its transaction.
type reader struct {
	e    *Engine
	ctx  context.Context //nolint:containedctx // the life of a reader is that of one transaction, which this bounds
	conn *pgxpool.Conn
	// begin is what begins the transaction, sent with the first question.
	begin string
	// known are entries that were read before, or written; written are those of them that are not in the database yet.
	known, written buckets
	// failed is the first question that failed: the database answers no other one in this transaction.
	failed error
}

// buckets are entries by bucket and key.
type buckets map[string]map[string]entry

func (b *buckets) put(bucket string, e entry) {
	if *b == nil {
		*b = buckets{}
	}
	in := (*b)[bucket]
	if in == nil {
		in = map[string]entry{}
		(*b)[bucket] = in
	}
	in[string(e.key)] = e
}

// start queues what has to be sent first.
func (r *reader) start(batch *pgx.Batch) (queued int) {
	if r.begin == "" {
		return 0
	}
	batch.Queue(r.begin)
	r.begin = ""
	return 1
}

// ask sends one question, and the beginning of the transaction if it has not begun, and calls fn with each row.
func (r *reader) ask(sql string, args []any, fn func(pgx.Rows) error) error {
	batch := &pgx.Batch{}
	before := r.start(batch)
	batch.Queue(sql, args...)
	return r.send(batch, before, fn)
}

// send sends a batch and calls fn with each row that comes after the first answers.
func (r *reader) send(batch *pgx.Batch, before int, fn func(pgx.Rows) error) (err error) {
	if r.failed != nil {
		return r.failed
	}
	defer func() { r.failed = err }()
	results := r.conn.SendBatch(r.ctx, batch)
	defer func() {
		if closed := results.Close(); err == nil && closed != nil {
			err = r.e.explain("read", closed)
		}
	}()
	for i := range batch.Len() {
		if i < before {
			if _, err := results.Exec(); err != nil {
				return r.e.explain("read", err)
			}
			continue
		}
		rows, err := results.Query()
		if err != nil {
			return r.e.explain("read", err)
		}
		for rows.Next() {
			if err := fn(rows); err != nil {
				rows.Close()
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return r.e.explain("read", err)
		}
	}
	return nil
}

// Get implements entries.Reader.
func (r *reader) Get(bucket string, key []byte) ([]byte, error) {
	if found, ok := r.known[bucket][string(key)]; ok {
		return found.value, nil
	}
	if err := r.Ahead([]entries.Key{{Bucket: bucket, Key: key}}); err != nil {
		return nil, err
	}
	return r.known[bucket][string(key)].value, nil
}

// Value is one value by itself, without a transaction: one statement. nil where there is none.
func (e *Engine) Value(bucket string, key []byte) ([]byte, error) {
	if err := e.Usable(); err != nil || e.Empty() {
		return nil, err
	}
	ctx, cancel := e.call()
	defer cancel()
	var framed []byte
	err := e.pool.QueryRow(ctx, "SELECT value FROM "+table(bucket)+" WHERE key = $1", short(key)).Scan(&framed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, e.explain("read", err)
	}
	value, err := entries.Unseal(bucket, key, framed)
	if err != nil {
		return nil, e.Damage(fmt.Errorf("an entry of %s: %w", bucket, err))
	}
	return value, nil
}

// Ahead implements entries.Reader: one journey for all.
func (r *reader) Ahead(keys []entries.Key) error {
	asked := map[string][][]byte{}
	var order []string
	for _, k := range keys {
		if _, ok := r.known[k.Bucket][string(k.Key)]; ok {
			continue
		}
		if asked[k.Bucket] == nil {
			order = append(order, k.Bucket)
		}
		asked[k.Bucket] = append(asked[k.Bucket], short(k.Key))
		r.known.put(k.Bucket, entry{key: bytes.Clone(k.Key)}) // there is none, unless one comes
	}
	if len(order) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	before := r.start(batch)
	for i, bucket := range order {
		batch.Queue(fmt.Sprintf("SELECT %d, coalesce(whole, key), value FROM %s WHERE key = ANY($1)", i, table(bucket)),
			asked[bucket])
	}
	return r.send(batch, before, func(rows pgx.Rows) error {
		var i int
		var key, framed []byte
		if err := rows.Scan(&i, &key, &framed); err != nil {
			return r.e.explain("read", err)
		}
		value, err := r.unseal(order[i], key, framed)
		if err == nil {
			r.known.put(order[i], entry{key, value})
		}
		return err
	})
}

func (r *reader) unseal(bucket string, key, framed []byte) ([]byte, error) {
	value, err := entries.Unseal(bucket, key, framed)
	if err != nil {
		return nil, r.e.Damage(fmt.Errorf("an entry of %s: %w", bucket, err))
	}
	return value, nil
}

// Walk implements entries.Reader. It asks for a page at a time and weaves in what the transaction has written.
func (r *reader) Walk(bucket string, in entries.Range, fn func(key, value []byte) (bool, error)) error {
	ours := r.writtenIn(bucket, in)
	given := 0
	give := func(e entry) (more bool, err error) {
		if e.value == nil {
			return true, nil
		}
		if more, err = fn(e.key, e.value); err != nil || !more {
			return false, err
		}
		given++
		return given != in.Limit, nil
	}
	var last []byte // what stands in the index for the last key of the page before
	for {
		page, err := r.page(bucket, in, last)
		if err != nil {
			return err
		}
		for _, theirs := range page {
			for len(ours) > 0 && comesFirst(ours[0], theirs, in.Back) {
				if more, err := give(ours[0]); err != nil || !more {
					return err
				}
				ours = ours[1:]
			}
			if len(ours) > 0 && bytes.Equal(ours[0].key, theirs.key) {
				theirs, ours = ours[0], ours[1:]
			}
			if more, err := give(theirs); err != nil || !more {
				return err
			}
		}
		if len(page) < pageOf(in) {
			break
		}
		last = short(page[len(page)-1].key)
	}
	for _, e := range ours {
		if more, err := give(e); err != nil || !more {
			return err
		}
	}
	return nil
}

// pageOf is how many entries of a range are asked for at once.
func pageOf(in entries.Range) int {
	if in.Limit > 0 {
		return min(in.Limit, pageSize)
	}
	return pageSize
}

// comesFirst reports whether a comes before b in a walk, in the order of the index.
func comesFirst(a, b entry, back bool) bool {
	order := bytes.Compare(short(a.key), short(b.key))
	return order < 0 && !back || order > 0 && back
}

// writtenIn returns what the transaction has written or deleted of a range, in the order of the walk.
func (r *reader) writtenIn(bucket string, in entries.Range) (list []entry) {
	for _, e := range r.written[bucket] {
		if key := short(e.key); bytes.Compare(key, short(in.From)) >= 0 &&
			(in.To == nil || bytes.Compare(key, short(in.To)) < 0) {
			list = append(list, e)
		}
	}
	slices.SortFunc(list, func(a, b entry) int {
		order := bytes.Compare(short(a.key), short(b.key))
		if in.Back {
			return -order
		}
		return order
	})
	return list
}

// page asks for the entries of a range that come after the last one seen.
func (r *reader) page(bucket string, in entries.Range, last []byte) (list []entry, err error) {
	var where []string
	var args []any
	bound := func(op string, key []byte) {
		args = append(args, short(key))
		where = append(where, fmt.Sprintf("key %s $%d", op, len(args)))
	}
	if in.From != nil {
		bound(">=", in.From)
	}
	if in.To != nil {
		bound("<", in.To)
	}
	order := "key"
	if in.Back {
		order = "key DESC"
	}
	switch {
	case last == nil:
	case in.Back:
		bound("<", last)
	default:
		bound(">", last)
	}
	value := "value"
	if in.Head > 0 {
		value = fmt.Sprintf("substring(value FROM 1 FOR %d)", in.Head+sealSize)
	}
	sql := fmt.Sprintf("SELECT coalesce(whole, key), %s FROM %s", value, table(bucket))
	if len(where) > 0 {
		sql += " WHERE " + strings.Join(where, " AND ")
	}
	sql += fmt.Sprintf(" ORDER BY %s LIMIT %d", order, pageOf(in))
	err = r.ask(sql, args, func(rows pgx.Rows) error {
		var key, framed []byte
		if err := rows.Scan(&key, &framed); err != nil {
			return r.e.explain("read", err)
		}
		if in.Head > 0 {
			list = append(list, entry{key, framed[min(sealSize, len(framed)):]})
			return nil
		}
		value, err := r.unseal(bucket, key, framed)
		list = append(list, entry{key, value})
		return err
	})
	return list, err
}

// sealSize is the length of what stands before each value.
const sealSize = 4

// Names implements entries.Reader: the index is asked for the first key behind all of the name before.
func (r *reader) Names(bucket string, fn func(name string)) error {
	if len(r.written[bucket]) > 0 {
		return r.namesByWalk(bucket, fn)
	}
	const first = `(SELECT key FROM %[1]s WHERE key >= %[2]s ORDER BY key LIMIT 1)`
	name := `substring(n.key FOR CASE position('\x00'::bytea IN n.key) WHEN 0 THEN length(n.key)
		ELSE position('\x00'::bytea IN n.key) - 1 END)`
	sql := fmt.Sprintf(`WITH RECURSIVE n(key) AS (`+first+` UNION ALL SELECT `+
		strings.Replace(first, "%[2]s", "%[3]s || '\\x01'::bytea", 1)+` FROM n WHERE n.key IS NOT NULL)
		SELECT %[3]s FROM n WHERE n.key IS NOT NULL`, table(bucket), `''::bytea`, name)
	return r.ask(sql, nil, func(rows pgx.Rows) error {
		var name []byte
		if err := rows.Scan(&name); err != nil {
			return r.e.explain("read", err)
		}
		fn(string(name))
		return nil
	})
}

// namesByWalk is Names where the transaction has written into the bucket.
func (r *reader) namesByWalk(bucket string, fn func(name string)) error {
	last, any := "", false
	return r.Walk(bucket, entries.Range{Head: 1}, func(key, _ []byte) (bool, error) {
		name, _, _ := strings.Cut(string(key), "\x00")
		if !any || name != last {
			fn(name)
		}
		last, any = name, true
		return true, nil
	})
}
