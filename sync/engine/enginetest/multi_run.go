package enginetest

import (
	"flag"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// MultiOptions of RunMulti.
type MultiOptions struct {
	Options
	// Acts are the kinds of acts that happen besides what owners do in any calendar: "" is all of across, config, instances, reload, zoom,
	// lost, mass, strip, organizer, clock, drops, command, limit, vanish, hide, shared, joined by commas.
	Acts string
	// Every has walks go on after one that failed: then the first seed of each kind of failure is told, and how many others show it.
	Every bool
}

// MultiFlags defines the flags of the walk where things meet.
func MultiFlags(seeds int) *MultiOptions {
	o := &MultiOptions{}
	flag.IntVar(&o.Seeds, "multi.seeds", seeds, "how many seeds the walk over several calendars takes")
	flag.Uint64Var(&o.Seed, "multi.seed", 0, "walk this seed only")
	flag.StringVar(&o.Dir, "multi.dir", "", "where the walk keeps its databases (a RAM disk is fastest)")
	flag.StringVar(&o.Acts, "multi.acts", "", "only these kinds of acts, joined by commas")
	flag.BoolVar(&o.Every, "multi.every", false, "go on after a failure, and tell the first seed of each kind")
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
	kinds := failures{seeds: map[string][]uint64{}}
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		w := testMulti(t, o)
		wg.Go(func() {
			for !failed.Load() {
				seed := next.Add(1)
				if seed > uint64(max(o.Seeds, 0)) {
					return
				}
				switch err := w.Walk(seed); {
				case err == nil:
				case o.Every:
					kinds.add(seed, err)
				default:
					failed.Store(true)
					t.Errorf("seed %d: %v\n%s", seed, err, w.Story())
				}
			}
		})
	}
	wg.Wait()
	kinds.tell(t)
	if !failed.Load() {
		t.Logf("%d seeds", o.Seeds)
	}
}

// failures are the seeds that failed, by kind of failure.
type failures struct {
	mu    sync.Mutex
	seeds map[string][]uint64
}

// particular is what one failure has of its own: numbers, and what was quoted.
var particular = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|\(.*\)|[0-9]+(?:-[0-9]+)*`)

func (f *failures) add(seed uint64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	first, _, _ := strings.Cut(err.Error(), "\n")
	kind := particular.ReplaceAllString(first, "…")
	f.seeds[kind] = append(f.seeds[kind], seed)
}

// tell has the test fail for each kind of failure, with the first seed that shows it.
func (f *failures) tell(t *testing.T) {
	t.Helper()
	for kind, seeds := range f.seeds {
		t.Errorf("seed %d, and %d others: %s", slices.Min(seeds), len(seeds)-1, kind)
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
