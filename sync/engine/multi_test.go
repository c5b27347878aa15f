package engine_test

import (
	"testing"

	"zoomtag/sync/engine/enginetest"
)

// The walk where things meet; package enginetest says what it is.
//
//	go test ./sync/engine -run Multi -multi.seeds=100000
//	go test ./sync/engine -run Multi -multi.seed=4711 -v
var multiWalks = enginetest.MultiFlags(800)

func TestMultiWalk(t *testing.T) {
	enginetest.RunMulti(t, *multiWalks)
}
