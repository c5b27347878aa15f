package enginetest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"zoomtag/store"
	"zoomtag/sync/engine"
)

// crew are the workers who share the state of a zoomtag. The walk says what belongs to whom.
type crew struct {
	w     *Multi
	in    *instance
	list  []*worker
	owner map[string]int       // by the name of a calendar or job; who is not in it has the worker that its hash names
	taken map[string]time.Time // when it last changed hands
}

// worker is one of them, a process.
type worker struct {
	crew  *crew
	n     int
	st    *store.Store
	e     *engine.Engine
	names []string // of the calendars that e has
	late  bool     // it has not read yet what is now configured
	locks *engine.Locks
	dead  *bool           // of its present life
	stale map[string]bool // what it takes for its own, though another one has it
	holds []*lent
	ice   bool // it is frozen, and nothing is its own
}

// lent is a hold.
type lent struct {
	name, sum string
	lose      context.CancelCauseFunc
	void      bool // the calendar has been another worker's since, whoever has it now
}

func newCrew(w *Multi, in *instance) *crew {
	c := &crew{w: w, in: in, owner: map[string]int{}, taken: map[string]time.Time{}}
	for n := range 2 + w.rng.IntN(2) {
		k := &worker{crew: c, n: n}
		k.st = in.st.For(k, store.Options{Strict: true, Now: w.clock, Hook: w.storeHook})
		c.list = append(c.list, k)
	}
	return c
}

// worker is who works on a calendar, and whether it has died since.
func (in *instance) worker(name string) (e *engine.Engine, dead *bool) {
	if in.crew == nil {
		return in.e, new(bool)
	}
	k := in.crew.list[in.crew.ownerOf(name)]
	return k.e, k.dead
}

// works are the names of the calendars over which somebody makes passes.
func (w *Multi) works(in *instance) (names []string) {
	if in.crew == nil {
		return w.configured(in)
	}
	for _, k := range in.crew.list {
		for _, name := range k.names {
			if in.crew.ownerOf(name) == k.n {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// all are the names of the calendars that somebody knows, or works on still.
func (c *crew) all() []string {
	names := c.w.configured(c.in)
	for _, k := range c.list {
		names = append(names, k.names...)
		for _, l := range k.holds {
			names = append(names, l.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (c *crew) ownerOf(name string) int {
	if n, ok := c.owner[name]; ok {
		return n
	}
	h := fnv.New32a()
	h.Write([]byte(name))
	return int(h.Sum32() % uint32(len(c.list)))
}

// restart makes new processes of all.
func (c *crew) restart() {
	for _, k := range c.list {
		k.begin()
	}
}

func (k *worker) begin() {
	k.dead, k.stale, k.holds = new(bool), map[string]bool{}, nil
	k.locks = k.crew.w.newLocks()
	k.e, k.names, k.late = k.crew.w.engine(k.crew.in, k.st, k.locks), k.crew.w.configured(k.crew.in), false
}

// reload has all read what is now configured, but for some, where they may be late.
func (c *crew) reload(late bool) {
	for _, k := range c.list {
		if k.late = late && c.w.rng.IntN(3) == 0; k.late {
			c.w.say(" worker %d reads it later", k.n)
			continue
		}
		k.reload()
	}
}

// catchUp has those read it that are late.
func (c *crew) catchUp() {
	for _, k := range c.list {
		if k.late {
			c.w.say(" worker %d reads what is configured", k.n)
			k.late = false
			k.reload()
		}
	}
}

func (k *worker) reload() {
	e := k.crew.w.engine(k.crew.in, k.st, k.locks)
	e.Succeed(k.e)
	k.e, k.names = e, k.crew.w.configured(k.crew.in)
}

// give has a calendar change hands. Whoever had it hears of that, unless it is frozen.
func (c *crew) give(name string, to int, heard bool) {
	from := c.list[c.ownerOf(name)]
	if from.n == to {
		return
	}
	c.owner[name], c.taken[name] = to, c.w.now
	c.list[to].ice = false // it is awake
	delete(c.list[to].stale, name)
	for _, l := range from.holds {
		l.void = l.void || l.name == name
	}
	if heard {
		from.lost(name)
	} else {
		from.stale[name] = true
	}
	c.w.say(" worker %d takes %s from %d, who hears of it: %t", to, name, from.n, heard)
}

// lost ends what a worker does in a calendar.
func (k *worker) lost(name string) {
	delete(k.stale, name)
	for _, l := range k.holds {
		if l.name == name {
			l.lose(store.ErrFenced)
		}
	}
}

// another is a worker besides one.
func (c *crew) another(n int) int { return (n + 1 + c.w.rng.IntN(len(c.list)-1)) % len(c.list) }

// between has a calendar change hands, now and then, while passes are at work.
func (c *crew) between() {
	w := c.w
	if w.rng.IntN(60) == 0 {
		c.catchUp()
	}
	names := w.works(c.in)
	if len(names) == 0 || w.rng.IntN(20) > 0 {
		return
	}
	if w.rng.IntN(3) == 0 { // longer than a new owner waits until it believes what it does not find
		w.now = w.now.Add(engine.DefaultSettle + time.Second)
		w.say(" time goes by")
	}
	name := names[w.rng.IntN(len(names))]
	c.give(name, c.another(c.ownerOf(name)), w.rng.IntN(2) == 0)
	if len(w.baton.tasks) < mostPasses && w.rng.IntN(4) > 0 {
		w.pass(c.in, name)
	}
}

// mayFreeze has the worker whose call has come to a point be frozen there, now and then, while others take over.
func (c *crew) mayFreeze(at string) {
	w := c.w
	if w.calm || w.baton.holder == nil || w.rng.IntN(30) > 0 {
		return
	}
	dead := w.baton.holder.of
	i := slices.IndexFunc(c.list, func(k *worker) bool { return k.dead == dead })
	if i < 0 {
		return
	}
	w.say(" worker %d is frozen at %s", i, at)
	c.list[i].ice = true
	for _, name := range c.all() {
		if c.ownerOf(name) == i {
			c.give(name, c.another(i), false)
			if len(w.baton.tasks) < mostPasses {
				w.pass(c.in, name)
			}
		}
	}
	for _, t := range w.baton.tasks {
		if t.of == dead {
			t.rest = 20 + w.rng.IntN(400)
		}
	}
	w.baton.freeze(w.baton.holder.rest)
	c.list[i].ice = false
	w.say(" worker %d goes on", i)
}

// die ends the worker that works. Another life begins, and others take what it had.
func (c *crew) die(at string) {
	w := c.w
	for _, k := range c.list {
		if k.dead != w.baton.holder.of {
			continue
		}
		w.say(" worker %d dies", k.n)
		dead := k.dead
		k.begin()
		*dead = true
		for _, name := range c.all() {
			if c.ownerOf(name) == k.n {
				c.give(name, c.another(k.n), true)
				if len(w.baton.tasks) < mostPasses {
					w.pass(c.in, name)
				}
			}
		}
		w.baton.kill(at)
	}
}

// Owns implements store.Place.
func (k *worker) Owns(name string) bool { return k.crew.ownerOf(name) == k.n || k.stale[name] }

// Hold implements store.Place. What holds is told to stop in the moment in which it is, so that a seed takes one walk.
func (k *worker) Hold(ctx context.Context, name, sum string) (held context.Context, release func(), ok bool) {
	if !k.Owns(name) {
		return ctx, func() {}, false
	}
	lease, lose := context.WithCancelCause(ctx)
	l := &lent{name: name, sum: sum, lose: lose}
	k.holds = append(k.holds, l)
	return store.WithLease(lease, lease), func() {
		lose(nil)
		k.holds = slices.DeleteFunc(k.holds, func(one *lent) bool { return one == l })
	}, true
}

// Taken implements store.Place.
func (k *worker) Taken(name string) time.Time { return k.crew.taken[name] }

// Fence implements store.Place.
func (k *worker) Fence(name string) error {
	for _, l := range k.holds {
		if l.name == name && l.void {
			l.lose(store.ErrFenced)
		}
	}
	if k.crew.ownerOf(name) == k.n {
		return nil
	}
	k.lost(name)
	return fmt.Errorf("%s: %w", name, store.ErrFenced)
}

// Agreed implements store.Place. Whoever is frozen has nothing any more, and saves nothing.
func (k *worker) Agreed(sum string) bool {
	return !slices.ContainsFunc(k.crew.list, func(one *worker) bool {
		other := func(l *lent) bool { return l.sum != "" && l.sum != sum }
		return !one.ice && (one.e.Sum() != sum || slices.ContainsFunc(one.holds, other))
	})
}

// swept are the meetings without an event of which workers tell people: those that a worker made while it was frozen,
// and that nobody could cancel.
func (w *Multi) swept() (map[int64]bool, error) {
	found := map[int64]bool{}
	if !w.crewed {
		return found, nil
	}
	for _, k := range w.insts[0].crew.list {
		if err := k.e.Sweep(context.Background()); err != nil && !errors.Is(err, engine.ErrUnread) {
			return nil, err
		}
		list, failures, err := k.e.Leftovers()
		if err != nil || len(failures) > 0 {
			return nil, errors.Join(err, fmt.Errorf("the sweep has failed: %q", failures))
		}
		for _, l := range list {
			found[l.MeetingID] = true
		}
	}
	return found, nil
}
