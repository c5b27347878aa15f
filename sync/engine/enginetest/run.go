package enginetest

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// Options of Run.
type Options struct {
	// Seeds is the last of the seeds that are walked, from 1 on; from the one behind Usual on where More is set: those
	// before it somebody else has walked, for whom nothing was said.
	Seeds, Usual int
	More         bool
	// Seed, unless 0, is the one that is walked instead, and told whole.
	Seed uint64
	// Dir is where the databases are kept: a RAM disk is fastest. "" is a folder of the test's own.
	Dir string
	// Address, if set, is where they are kept instead: each call returns the address of an empty one, for store.Open.
	Address func() string
	// Walkers is how many walks are taken at a time; 0 is one for each processor. A backend that waits has room for
	// more.
	Walkers int
	// Every has walks go on after one that failed: then the first seed of each kind of failure is told, and how many
	// others show it.
	Every bool
}

// Flags defines the flags of a package's walk; the Options are filled in when they are parsed. seeds is how many walks
// are taken where nothing else is said.
func Flags(seeds int) *Options {
	o := &Options{Usual: seeds}
	flag.IntVar(&o.Seeds, "walk.seeds", seeds, "how many seeds the random walk takes")
	flag.BoolVar(&o.More, "walk.more", false, "only those seeds that are not walked without flags")
	flag.Uint64Var(&o.Seed, "walk.seed", 0, "walk this seed only")
	flag.StringVar(&o.Dir, "walk.dir", "", "where the walk keeps its databases and files (a RAM disk is fastest)")
	flag.BoolVar(&o.Every, "walk.every", false, "go on after a failure, and tell the first seed of each kind")
	return o
}

// walking is somebody who takes walks, one at a time.
type walking interface {
	Walk(seed uint64) error
	// Story tells the last walk.
	Story() string
	// tellAll has the story be told whole, however long it is.
	tellAll()
	Close() error
}

// Run takes walks on calendars that newBackend makes, several at a time, until one fails.
func Run(t *testing.T, o Options, newBackend func(Setup) (Backend, error)) {
	t.Helper()
	run(t, o, func(at addresses) (walking, error) { return NewWalker(at("walk.db"), newBackend) })
}

// addresses returns, for a file's name, the address of a database that is empty.
type addresses func(file string) string

// run takes walks, several at a time, until one fails.
func run(t *testing.T, o Options, newWalker func(at addresses) (walking, error)) {
	t.Helper()
	if o.Seed != 0 {
		w := made(t, o, newWalker)
		w.tellAll()
		err := w.Walk(o.Seed)
		t.Log(w.Story())
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	var next atomic.Uint64
	if o.More {
		next.Store(uint64(o.Usual))
	}
	var failed atomic.Bool
	kinds := failures{seeds: map[string][]uint64{}}
	var wg sync.WaitGroup
	walkers := o.Walkers
	if walkers <= 0 {
		walkers = runtime.GOMAXPROCS(0)
	}
	for range walkers {
		w := made(t, o, newWalker)
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
		t.Logf("seeds up to %d", o.Seeds)
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

// made makes a walker that is closed when the test ends.
func made(t *testing.T, o Options, newWalker func(at addresses) (walking, error)) walking {
	t.Helper()
	dir := t.TempDir()
	if o.Dir != "" {
		var err error
		dir, err = os.MkdirTemp(o.Dir, "walk") //nolint:usetesting // the caller names the place, a RAM disk
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
	}
	w, err := newWalker(func(file string) string {
		if o.Address != nil {
			return o.Address()
		}
		return filepath.Join(dir, file)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}
