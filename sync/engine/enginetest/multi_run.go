package enginetest

import (
	"flag"
	"strings"
	"testing"
)

// MultiOptions of RunMulti.
type MultiOptions struct {
	Options
	// Acts are those of kinds that are to happen, joined by commas. "" is all of them, in every other walk without
	// some.
	Acts string
}

// MultiFlags defines the flags of the walk where things meet.
func MultiFlags(seeds int) *MultiOptions {
	o := &MultiOptions{Options: Options{Usual: seeds}}
	flag.IntVar(&o.Seeds, "multi.seeds", seeds, "how many seeds the walk over several calendars takes")
	flag.BoolVar(&o.More, "multi.more", false, "only those seeds that are not walked without flags")
	flag.Uint64Var(&o.Seed, "multi.seed", 0, "walk this seed only")
	flag.StringVar(&o.Dir, "multi.dir", "", "where the walk keeps its databases (a RAM disk is fastest)")
	flag.StringVar(&o.Acts, "multi.acts", "", "only these kinds of acts, joined by commas")
	flag.BoolVar(&o.Every, "multi.every", false, "go on after a failure, and tell the first seed of each kind")
	return o
}

// RunMulti takes walks, several at a time, until one fails.
func RunMulti(t *testing.T, o MultiOptions) {
	t.Helper()
	runMulti(t, o, false)
}

// RunCrew takes walks as RunMulti does, in which two or three workers share the state: calendars change hands at each
// call and before each transaction, and whoever loses one hears of it at once, or is frozen meanwhile and goes on with
// its call, which no lease can hold back. Workers die alone, or all at once.
func RunCrew(t *testing.T, o MultiOptions) {
	t.Helper()
	runMulti(t, o, true)
}

func runMulti(t *testing.T, o MultiOptions, crewed bool) {
	t.Helper()
	run(t, o.Options, func(at addresses) (walking, error) {
		w, err := NewMulti(at)
		if err == nil {
			w.crewed = crewed
		}
		if err == nil && o.Acts != "" {
			w.only = map[string]bool{}
			for act := range strings.SplitSeq(o.Acts, ",") {
				w.only[act] = true
			}
		}
		return w, err
	})
}
