package enginetest

import (
	"net/http"
	"sync/atomic"
	"testing"
)

// Doubter is an Office on an emulator that can be made to answer in ways from which nothing may be concluded.
type Doubter interface {
	Base() *Office
	// Fill puts events into the calendar, has them linked, and returns their ids.
	Fill() []string
	// Disturb makes work for each kind of request, and Restore takes back what of that would last. call is the kind of
	// request that is about to fail.
	Disturb(ids []string, call string)
	Restore(ids []string)
	// Mend has the emulator answer as it should again.
	Mend()
}

// Doubts are answers from which nothing may be concluded, of a service with faults of the kind F.
type Doubts[O Doubter, F any] struct {
	New func(t *testing.T) O
	// Always are doubtful however often they are given; Once are so the first time, and given again and again they
	// would be answers.
	Always, Once map[string]F
	// Calls are the kinds of requests.
	Calls map[string]func(*http.Request) bool
	// Break has the requests that match be answered with a fault, so many times; 0 is always.
	Break func(o O, fault F, match func(*http.Request) bool, times int)
}

// Run has every kind of request over linked events fail in every way, for hours.
func (d Doubts[O, F]) Run(t *testing.T) {
	for call := range d.Calls {
		for name, fault := range d.Always {
			t.Run(name+" to "+call, func(t *testing.T) { t.Parallel(); d.one(t, call, fault, 0) })
		}
		for name, fault := range d.Once {
			t.Run("once "+name+" to "+call, func(t *testing.T) { t.Parallel(); d.one(t, call, fault, 1) })
		}
	}
}

func (d Doubts[O, F]) one(t *testing.T, call string, fault F, times int) {
	o := d.New(t)
	ids := o.Fill()
	o.Disturb(ids, call)
	o.Base().Start()
	var hits atomic.Int64
	d.Break(o, fault, func(r *http.Request) bool {
		if !d.Calls[call](r) {
			return false
		}
		hits.Add(1)
		return true
	}, times)
	o.Base().Passes()
	if hits.Load() == 0 {
		t.Error("there was no such request")
	}
	o.Base().NothingCancelled()
	o.Mend()
	o.Restore(ids)
	o.Base().Heals(ids)
}

// Spell is a time in which the calendar as a whole, or what is configured, is another one.
type Spell[O Doubter] struct {
	Change, Back func(o O)
	Held         bool // the calendar is held meanwhile
}

// Spells has each of them last for hours: nothing may be cancelled.
func Spells[O Doubter](t *testing.T, anew func(t *testing.T) O, spells map[string]Spell[O]) {
	for name, spell := range spells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := anew(t)
			ids := o.Fill()
			spell.Change(o)
			o.Base().Passes()
			o.Base().NothingCancelled()
			if st, err := o.Base().Store.Calendar("c"); err != nil || !st.HeldAt.IsZero() != spell.Held {
				t.Errorf("held at %v (%s), %v", st.HeldAt, st.HeldReason, err)
			}
			spell.Back(o)
			o.Base().Heals(ids)
		})
	}
}
