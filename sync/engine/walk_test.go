package engine_test

import (
	"testing"

	"zoomtag/sync/engine/enginetest"
)

// The random walk on the calendar in memory; package enginetest says what it is.
//
//	go test ./sync/engine -run Walk -walk.seeds=1000000
//	go test ./sync/engine -run Walk -walk.seed=4711 -v
var walks = enginetest.Flags(3000)

func TestWalk(t *testing.T) {
	enginetest.Run(t, *walks, enginetest.Fake)
}

// TestWalkRemoved: zoomtag can be removed from a calendar at any moment, broken off at any point, and leaves nothing of
// itself behind.
func TestWalkRemoved(t *testing.T) {
	enginetest.RunRemoval(t, *walks, enginetest.Fake)
}
