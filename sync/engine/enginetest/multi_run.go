package enginetest

import (
	"flag"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// MultiOptions of RunMulti.
type MultiOptions struct {
	Options
	// Acts are the kinds of acts that happen besides what owners do in any calendar: "" is all of across, config, instances, reload, zoom,
	// lost, mass, strip, organizer, clock, drops, command, limit, vanish, hide, joined by commas.
	Acts string
}

// MultiFlags defines the flags of the walk where things meet.
func MultiFlags(seeds int) *MultiOptions {
	o := &MultiOptions{}
	flag.IntVar(&o.Seeds, "multi.seeds", seeds, "how many seeds the walk over several calendars takes")
	flag.Uint64Var(&o.Seed, "multi.seed", 0, "walk this seed only")
	flag.StringVar(&o.Dir, "multi.dir", "", "where the walk keeps its databases (a RAM disk is fastest)")
	flag.StringVar(&o.Acts, "multi.acts", "", "only these kinds of acts, joined by commas")
	return o
}

// RunMulti takes walks, several at a time, until one fails.
func RunMulti(t *testing.T, o MultiOptions) {
	t.Helper()
	if o.Seed != 0 {
		w := testMulti(t, o)
		w.whole = true
		err := w.Walk(o.Seed)
		t.Log(w.Story())
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var next atomic.Uint64
	var failed atomic.Bool
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		w := testMulti(t, o)
		wg.Go(func() {
			for !failed.Load() {
				seed := next.Add(1)
				if seed > uint64(max(o.Seeds, 0)) {
					return
				}
				if err := w.Walk(seed); err != nil {
					failed.Store(true)
					t.Errorf("seed %d: %v\n%s", seed, err, w.Story())
				}
			}
		})
	}
	wg.Wait()
	if !failed.Load() {
		t.Logf("%d seeds", o.Seeds)
	}
}

func testMulti(t *testing.T, o MultiOptions) *Multi {
	t.Helper()
	dir := t.TempDir()
	if o.Dir != "" {
		var err error
		if dir, err = os.MkdirTemp(o.Dir, "walk"); err != nil { //nolint:usetesting // the caller names the place, for the sake of a RAM disk
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	w, err := NewMulti(dir)
	if err != nil {
		t.Fatal(err)
	}
	if o.Acts != "" {
		w.only = map[string]bool{}
		for _, act := range strings.Split(o.Acts, ",") {
			w.only[act] = true
		}
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}
