package engine

import (
	"context"
	"slices"
	"sync"
)

// Locks keep two from working on one thing at a time: on one calendar, and on one event, which several calendars may
// hold under its UID. They outlive an engine: when the configuration is read again, passes and commands of the engine
// before may still be at work.
type Locks struct {
	mu   sync.Mutex               // guards held
	held map[string]chan struct{} // closed when it is let go
	// busy, if set, is called instead of waiting; a test that decides itself who goes on sets it.
	busy func(ctx context.Context) error
}

// NewLocks makes locks that nobody holds. busy, if not nil, is called each time a lock is found held, in place of
// waiting for it, and returns when it is worth another try.
func NewLocks(busy func(ctx context.Context) error) *Locks {
	return &Locks{held: map[string]chan struct{}{}, busy: busy}
}

// The kinds of things that are locked.
func calendarLock(name string) string { return "calendar " + name }
func eventLock(uid string) string     { return "event " + uid }

// try takes a lock. Where somebody holds it, it returns what is closed when they let go.
func (l *Locks) try(key string) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if held := l.held[key]; held != nil {
		return held
	}
	l.held[key] = make(chan struct{})
	return nil
}

// release lets a lock go.
func (l *Locks) release(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.held[key])
	delete(l.held, key)
}

// lock waits for a lock until ctx ends, which it returns as an error.
func (l *Locks) lock(ctx context.Context, key string) error {
	for {
		held := l.try(key)
		switch {
		case held == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case l.busy != nil:
			if err := l.busy(ctx); err != nil {
				return err
			}
			continue
		}
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// lockAll takes several locks, always in the same order, so that no two wait for each other. Empty names and
// repetitions do not count.
func (l *Locks) lockAll(ctx context.Context, keys ...string) (unlock func(), err error) {
	slices.Sort(keys)
	keys = slices.Compact(keys)
	var got []string
	unlock = func() {
		for _, key := range got {
			l.release(key)
		}
	}
	for _, key := range keys {
		if err := l.lock(ctx, key); err != nil {
			unlock()
			return nil, err
		}
		got = append(got, key)
	}
	return unlock, nil
}
