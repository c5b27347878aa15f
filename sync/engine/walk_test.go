package engine_test

import (
	"flag"
	"testing"

	"zoomtag/sync/engine/enginetest"
)

// The random walk on the calendar in memory; package enginetest says what it is.
//
//	go test ./sync/engine -run Walk -walk.seeds=1000000
//	go test ./sync/engine -run Walk -walk.seed=4711 -v
var (
	walkSeeds = flag.Int("walk.seeds", 3000, "how many seeds the random walk takes")
	walkSeed  = flag.Uint64("walk.seed", 0, "walk this seed only")
	walkDir   = flag.String("walk.dir", "", "where the walk keeps its databases (a RAM disk is fastest)")
)

func TestWalk(t *testing.T) {
	enginetest.Run(t, enginetest.Options{Seeds: *walkSeeds, Seed: *walkSeed, Dir: *walkDir}, enginetest.Fake)
}
