package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// gate is a store whose next commit waits until some others want to save as well.
type gate struct {
	*Store

	commits atomic.Int32
	cut     atomic.Bool // the next commit but one is cut off
}

func newGate(t *testing.T) *gate {
	g := &gate{}
	o := testOptions()
	o.Hook = func(point string) {
		if point == "store.commit.before" && g.commits.Add(1) == 2 && g.cut.Load() {
			panic("the power is cut")
		}
	}
	g.Store = must[*Store](t)(Open(filepath.Join(t.TempDir(), "zoomtag.db"), o))
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}

// together has functions wait while another one is at work, and returns what came of each, and what each panicked with.
func (g *gate) together(t *testing.T, fns ...func(tx *Tx) error) (errs []error, panics []any) {
	t.Helper()
	errs, panics = make([]error, len(fns)), make([]any, len(fns))
	begun, goOn := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := g.Update(func(tx *Tx) error {
			close(begun)
			<-goOn
			return put(tx, example("team", "first"))
		}); err != nil {
			t.Error(err)
		}
	})
	<-begun
	for i, fn := range fns {
		wg.Go(func() {
			defer func() { panics[i] = recover() }()
			errs[i] = g.Update(fn)
		})
		g.untilWaiting(i + 1)
	}
	close(goOn)
	wg.Wait()
	return errs, panics
}

// untilWaiting returns when so many wait to save.
func (g *gate) untilWaiting(n int) {
	for waiting := 0; waiting < n; runtime.Gosched() {
		g.waiting.mu.Lock()
		waiting = len(g.waiting.list)
		g.waiting.mu.Unlock()
	}
}

func (g *gate) has(t *testing.T, id string) bool {
	t.Helper()
	r, err := g.Record("team", id)
	if err != nil {
		t.Fatal(err)
	}
	return r != nil
}

func saves(id string) func(tx *Tx) error {
	return func(tx *Tx) error {
		return errors.Join(put(tx, example("team", id)), tx.Journal(Entry{Calendar: "team", EventID: id, Step: "link"}))
	}
}

// TestTogether: those who wait while another one saves share one commit. Each sees what those before it wrote, and each
// has its entries in the journal.
func TestTogether(t *testing.T) {
	g := newGate(t)
	var fns []func(tx *Tx) error
	for i := range 20 {
		fns = append(fns, func(tx *Tx) error {
			if i > 0 {
				if r, err := tx.Record("team", fmt.Sprint("e", i-1)); err != nil || r == nil {
					return fmt.Errorf("the one before is %v, %w", r, err)
				}
			}
			return saves(fmt.Sprint("e", i))(tx)
		})
	}
	errs, _ := g.together(t, fns...)
	if err := errors.Join(errs...); err != nil {
		t.Error(err)
	}
	if n := g.commits.Load(); n != 2 {
		t.Errorf("%d commits, want that of the first and one for all others", n)
	}
	entries, err := g.Journal(JournalFilter{})
	if err != nil || len(entries) != 20 {
		t.Errorf("%d entries in the journal, %v", len(entries), err)
	}
	if err := g.Check(); err != nil {
		t.Error(err)
	}
}

// TestOneOfSeveralFails: what fails leaves nothing of what it wrote, of whatever kind, and all others are saved.
func TestOneOfSeveralFails(t *testing.T) {
	g := newGate(t)
	if err := g.Update(func(tx *Tx) error {
		return errors.Join(saves("old")(tx), tx.PutCalendar("there", CalendarState{Cursor: "before"}))
	}); err != nil {
		t.Fatal(err)
	}
	g.commits.Store(0)
	why := errors.New("no")
	spoil := func(tx *Tx) error {
		old, err := tx.Record("team", "old")
		if err != nil || old == nil {
			return fmt.Errorf("%v, %w", old, err)
		}
		old.Title = "spoilt"
		return errors.Join(put(tx, old), saves("spoilt")(tx), tx.SetDue("team", "old", t0),
			tx.PutCalendar("new", CalendarState{Cursor: "new"}),
			tx.PutCalendar("there", CalendarState{Cursor: "spoilt"}),
			tx.DeleteRecord("team", "before"))
	}
	errs, panics := g.together(t, saves("before"),
		func(tx *Tx) error { return errors.Join(spoil(tx), why) },
		saves("between"),
		func(tx *Tx) error {
			if err := spoil(tx); err != nil {
				return err
			}
			panic("broken")
		},
		func(tx *Tx) error { return tx.PutCalendar("", CalendarState{}) }, // a call that fails
		saves("after"))
	if !errors.Is(errs[1], why) || panics[3] != "broken" || !errors.Is(errs[4], errName) {
		t.Errorf("errors %v, panics %v", errs, panics)
	}
	for i, want := range []bool{true, false, true, false, false, true} {
		if worked := errs[i] == nil && panics[i] == nil; worked != want {
			t.Errorf("the function %d: %v, panic %v", i, errs[i], panics[i])
		}
	}
	for id, want := range map[string]bool{"before": true, "between": true, "after": true, "spoilt": false} {
		if got := g.has(t, id); got != want {
			t.Errorf("%s is there: %v", id, got)
		}
	}
	old, err := g.Record("team", "old")
	if err != nil || old.Title == "spoilt" {
		t.Errorf("%v, %v", old, err)
	}
	there, err := g.Calendar("there")
	if err != nil || there.Cursor != "before" {
		t.Errorf("%v, %v", there, err)
	}
	if names, err := g.Calendars(); err != nil || !slices.Equal(names, []string{"team", "there"}) {
		t.Errorf("%q, %v", names, err)
	}
	if err := g.view(func(tx *Tx) error {
		if cursor, err := tx.get(bucketCursors, []byte("new")); err != nil || cursor != nil {
			return fmt.Errorf("the cursor of a calendar is left that was not saved: %q, %w", cursor, err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
	if err := g.Check(); err != nil || g.commits.Load() != 2 {
		t.Errorf("%v, %d commits", err, g.commits.Load())
	}
}

// TestAloneInAGroup: what cannot be undone for itself shares no transaction.
func TestAloneInAGroup(t *testing.T) {
	g := newGate(t)
	done := make(chan error, 1)
	errs, _ := g.together(t, saves("before"), func(*Tx) error {
		go func() { done <- g.Reset() }()
		g.untilWaiting(1)
		return nil
	}, saves("after"))
	if err := errors.Join(append(errs, <-done)...); err != nil {
		t.Error(err)
	}
	if g.has(t, "before") || g.has(t, "after") || g.Check() != nil {
		t.Error("not all was forgotten")
	}
}

// TestCutOffTogether: where the commit that several share does not come about, each of them hears of it, and nothing is
// saved.
func TestCutOffTogether(t *testing.T) {
	g := newGate(t)
	g.cut.Store(true)
	errs, panics := g.together(t, saves("a"), saves("b"), saves("c"))
	cut := 0
	for i := range errs {
		switch {
		case panics[i] != nil:
			cut++
		case !errors.Is(errs[i], errCutOff) || !strings.Contains(errs[i].Error(), "zoomtag.db"):
			t.Errorf("%d heard %v", i, errs[i])
		}
	}
	if cut != 1 || g.has(t, "a") || g.has(t, "b") || g.has(t, "c") {
		t.Errorf("%d were cut off at their commit; saved: %v %v %v", cut, g.has(t, "a"), g.has(t, "b"), g.has(t, "c"))
	}
	if err := errors.Join(g.Update(saves("later")), g.Check()); err != nil || !g.has(t, "later") {
		t.Error(err)
	}
}

// TestManyTogether: what many save at once, and fail to save, is what they would have saved one after the other.
func TestManyTogether(t *testing.T) {
	o := testOptions()
	s := must[*Store](t)(Open(filepath.Join(t.TempDir(), "zoomtag.db"), o))
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	const workers, steps, ids = 16, 60, 12
	why := errors.New("no")
	var counts [ids]atomic.Int64
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(w), 1)) //nolint:gosec // a test
			for range steps {
				n, fails := rng.IntN(ids), rng.IntN(3) == 0
				err := s.Update(func(tx *Tx) error {
					r, err := tx.Record("team", fmt.Sprint(n))
					if err != nil {
						return err
					}
					if r == nil {
						r = example("team", fmt.Sprint(n))
						r.Tries = 0
					}
					r.Tries++
					if err := put(tx, r); err != nil || !fails {
						return err
					}
					return errors.Join(tx.DeleteRecord("team", fmt.Sprint((n+1)%ids)), why)
				})
				if fails != errors.Is(err, why) || !fails && err != nil {
					t.Error(err)
				}
				if err == nil {
					counts[n].Add(1)
				}
			}
		})
	}
	wg.Wait()
	for n := range ids {
		r, err := s.Record("team", fmt.Sprint(n))
		if err != nil || r == nil || int64(r.Tries) != counts[n].Load() {
			t.Errorf("%d: %v, %v, want %d tries", n, r, err, counts[n].Load())
		}
	}
	if err := s.Check(); err != nil {
		t.Error(err)
	}
}
