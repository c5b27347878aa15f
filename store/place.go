package store

import (
	"context"
	"time"

	"zoomtag/store/entries"
	"zoomtag/store/postgres"
)

// Place is a worker's place among those who share a store, where no database says what it is: in a test, which has
// calendars change hands whenever it likes.
type Place interface {
	// Owns, Hold and Taken are what the worker believes. They are as those of Store.
	Owns(name string) bool
	Hold(ctx context.Context, name, sum string) (held context.Context, release func(), ok bool)
	Taken(name string) time.Time
	// Fence is the truth: it returns ErrFenced unless what has this name is the worker's, and Agreed is whether all
	// workers know these calendars alone. They are asked in a transaction, in which nothing may change hands.
	Fence(name string) error
	Agreed(sum string) bool
}

// For is the store as another one of several workers has it: with the same entries, which that does not close. For
// tests.
func (s *Store) For(p Place, o Options) *Store {
	return &Store{engine: placedEngine{s.engine, p}, file: s.file, options: o.withDefaults(), place: p,
		calm: newCalm(false)}
}

// WithLease is the context of a Hold which Lease says to end with lease.
func WithLease(ctx, lease context.Context) context.Context { return postgres.WithLease(ctx, lease) }

// placedEngine fences its transactions.
type placedEngine struct {
	entries.Engine
	place Place
}

// Begin implements entries.Engine.
func (e placedEngine) Begin() (entries.Transaction, error) {
	tx, err := e.Engine.Begin()
	if err != nil {
		return nil, err
	}
	return placedTransaction{tx, e.place}, nil
}

type placedTransaction struct {
	entries.Transaction
	place Place
}

// Fence implements entries.Fenced.
func (tx placedTransaction) Fence(name string) error { return tx.place.Fence(name) }

// Agreed implements entries.Fenced.
func (tx placedTransaction) Agreed(sum string) (bool, error) { return tx.place.Agreed(sum), nil }
