package enginetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zoomtag/store"
)

// opened is a store and, where it is one that several workers share, the life of the worker to whom all of it belongs.
type opened struct {
	*store.Store

	leave func() error
}

// open opens a store.
func open(address string, o store.Options) (*opened, error) {
	st, err := store.Open(address, o)
	if err != nil {
		return nil, err
	}
	s := &opened{Store: st, leave: func() error { return nil }}
	if !st.Shared() {
		return s, nil
	}
	if err := s.work(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// work becomes a worker. The clock of its trust stands still: no slow machine makes it uncertain of what is its own.
func (s *opened) work() error {
	working, end := context.WithCancel(context.Background())
	changed, left := make(chan struct{}, 1), make(chan error, 1)
	o := store.WorkerOptions{Name: "walker", Clock: func() time.Duration { return 0 }, Changed: func() {
		select {
		case changed <- struct{}{}:
		default: // it is known already
		}
	}}
	go func() { left <- s.Work(working, o) }()
	s.leave = func() error {
		end()
		return <-left
	}
	select {
	case <-changed:
		return nil
	case err := <-left:
		left <- err
		return err
	case <-time.After(patience):
		return fmt.Errorf("nothing of %s has become the walker's within %v", s.Path(), patience)
	}
}

// Close hands over what the worker has, and closes the store.
func (s *opened) Close() error { return errors.Join(s.leave(), s.Store.Close()) }
