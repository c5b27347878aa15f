package local

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"zoomtag/providers/words"
	"zoomtag/store"
)

// inAllLimit is how long workers have for what is asked of all of them.
const inAllLimit = time.Minute

// inAll does something in calendars, or has the workers do it whose they are: one request for each worker, side by
// side. Those that have changed hands meanwhile are asked for again. It returns how many events that concerns, and
// which calendars nobody has seen to in time is an error.
func (s *Service) inAll(ctx context.Context, limit time.Duration, names []string, a act) (events int, err error) {
	if err := s.enlist(ctx); err != nil {
		return 0, err
	}
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	a.Names = names
	o, err := s.performAll(a)
	if err != nil {
		return o.Events, err
	}
	left, events := without(names, o.Done), o.Events
	for len(left) > 0 {
		if limited.Err() != nil {
			return events, undone(ctx, left, len(names))
		}
		groups, err := s.byWorker(left)
		if err != nil {
			return events, err
		}
		done, more, err := s.askGroups(limited, groups, a)
		events += more
		if left = without(left, done); len(left) == 0 {
			return events, nil
		}
		if err != nil && !errors.Is(err, store.ErrNobody) && limited.Err() == nil {
			return events, err
		}
		if len(done) > 0 {
			continue // they have changed hands
		}
		select {
		case <-time.After(regroupPause):
		case <-limited.Done():
		}
	}
	return events, nil
}

// regroupPause is how long calendars that are nobody's are waited for until it is seen whose they are.
const regroupPause = time.Second

// undone says in which calendars nobody has done what was asked for.
func undone(ctx context.Context, left []string, all int) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return words.Mend(fmt.Errorf("no worker has seen to %d of %d calendars in time: %s: %w", len(left), all,
		someOf(left), store.ErrNobody), "see with zoomtag status which workers there are, then run it again")
}

// someOf names the first of many.
func someOf(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d others", strings.Join(names[:most], ", "), len(names)-most)
}

// performAll does something in those of several calendars that are this worker's.
func (s *Service) performAll(a act) (o outcome, err error) {
	for _, name := range a.Names {
		if s.calendars[name] != nil && s.st.Owns(name) {
			o.Done = append(o.Done, name)
		}
	}
	if len(o.Done) == 0 {
		return o, nil
	}
	if a.Do != doRetry {
		return o, fmt.Errorf("%d calendars were asked for %q, which this zoomtag does in one alone", len(a.Names), a.Do)
	}
	o.Events, err = s.engine.Retry(again(a, o.Done...))
	if s.schedule != nil && err == nil {
		for _, name := range o.Done {
			s.schedule.Nudge(name)
		}
	}
	return o, err
}

// byWorker are calendars by whose they are. What is nobody's is left out.
func (s *Service) byWorker(names []string) (groups [][]string, err error) {
	workers, err := s.st.Workers()
	if err != nil {
		return nil, err
	}
	owners := map[int]int{}
	for i, w := range workers {
		for _, shard := range w.Shards {
			owners[shard] = i
		}
	}
	groups = make([][]string, len(workers))
	for _, name := range names {
		if owner, ok := owners[store.ShardOf(name)]; ok {
			groups[owner] = append(groups[owner], name)
		}
	}
	return slices.DeleteFunc(groups, func(group []string) bool { return len(group) == 0 }), nil
}

// askGroups asks the worker of each group, all at once, and returns the calendars that were seen to.
func (s *Service) askGroups(ctx context.Context, groups [][]string, a act) (done []string, events int, err error) {
	outcomes, faults := make([]outcome, len(groups)), make([]error, len(groups))
	var asking sync.WaitGroup
	for i, group := range groups {
		asking.Go(func() {
			a := a
			a.Names = group
			outcomes[i], faults[i] = s.askFor(ctx, group[0], a)
		})
	}
	asking.Wait()
	for i := range outcomes {
		if faults[i] == nil {
			done, events = append(done, outcomes[i].Done...), events+outcomes[i].Events
		}
	}
	return done, events, errors.Join(faults...)
}

// without are the names that are not among others.
func without(names, others []string) []string {
	known := make(map[string]bool, len(others))
	for _, name := range others {
		known[name] = true
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return known[name] })
}
