package enginetest

import (
	"fmt"
	"math/rand/v2"
)

// baton lets several goroutines work one at a time. Each hands it over at its points, and chance says who goes on: a
// seed decides how their calls and commits interleave.
type baton struct {
	rng *rand.Rand
	// between is called whenever somebody has handed over, by whoever runs the tasks.
	between func()
	tasks   []*task // that have not ended
	holder  *task   // who works; nil: nobody of them
	stopped chan *task
	cut     bool // the power is cut: nobody goes on
	spins   int  // how often in a row somebody found a lock held
}

// task is a goroutine that waits for its turn.
type task struct {
	name string
	of   *bool // whether the process that works on it is dead
	work func() error
	rest int       // for so many turns it is left out, as long as there are others
	turn chan bool // false: the power is cut
	err  error
	bug  any // what it panicked with, if that was no power cut
	over bool
}

func newBaton(rng *rand.Rand, between func()) *baton {
	return &baton{rng: rng, between: between, stopped: make(chan *task)}
}

// add has a process do work when run lets it, as long as it is not dead.
func (b *baton) add(dead *bool, name string, work func() error) {
	t := &task{name: name, of: dead, work: work, turn: make(chan bool)}
	b.tasks = append(b.tasks, t)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				if _, is := p.(powerCut); !is {
					t.bug = p
				}
			}
			t.over = true
			b.stopped <- t
		}()
		if <-t.turn {
			t.err = t.work()
		}
	}()
}

// run lets the tasks work until none is left, those included that were added meanwhile. It reports whether the power
// was cut.
func (b *baton) run() (cut bool, err error) {
	b.cut, b.spins = false, 0
	for len(b.tasks) > 0 {
		i := b.next()
		t := b.tasks[i]
		b.holder = t
		t.turn <- !b.cut && !*t.of
		<-b.stopped
		b.holder = nil
		switch {
		case t.bug != nil:
			panic(t.bug)
		case t.over:
			b.tasks = append(b.tasks[:i], b.tasks[i+1:]...)
			dead := b.cut || *t.of
			if t.err != nil && err == nil && !dead {
				err = fmt.Errorf("%s: %w", t.name, t.err)
			}
		}
		if !b.cut && len(b.tasks) > 0 {
			b.between()
		}
	}
	return b.cut, err
}

// next is whose turn it is.
func (b *baton) next() int {
	i := b.rng.IntN(len(b.tasks))
	for n := range b.tasks { // those behind who rests, in their order
		at := (i + n) % len(b.tasks)
		t := b.tasks[at]
		if t.rest == 0 || b.cut || *t.of {
			return at
		}
		t.rest--
	}
	return i
}

// freeze has the task that works rest, as one whose process the machine does not run: others go on meanwhile.
func (b *baton) freeze(turns int) {
	b.holder.rest = turns
	b.handOver(b.holder)
}

// kill ends the task that works, and its process.
func (b *baton) kill(at string) {
	*b.holder.of = true
	panic(powerCut{at})
}

// point hands over, and returns when it is this one's turn again. Outside of tasks it does nothing.
func (b *baton) point() {
	t := b.holder
	if t == nil {
		return
	}
	b.spins = 0
	b.handOver(t)
}

func (b *baton) handOver(t *task) {
	b.stopped <- t
	if !<-t.turn {
		panic(powerCut{"the end of all"})
	}
}

// maxSpins is how often in a row locks may be found held before they are held for ever.
const maxSpins = 10_000

// busy hands over because a lock is held: whoever holds it has to go on first.
func (b *baton) busy() error {
	t := b.holder
	if b.spins++; t == nil || b.spins > maxSpins {
		return fmt.Errorf("a lock is held for ever")
	}
	b.handOver(t)
	return nil
}

// cutPower ends the task that works, and has the others end as well.
func (b *baton) cutPower(at string) {
	b.cut = true
	panic(powerCut{at})
}
