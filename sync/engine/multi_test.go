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

// TestCrewWalk is the same walk with several workers, among whom calendars change hands at any moment.
//
//	go test ./sync/engine -run Crew -multi.seeds=100000
func TestCrewWalk(t *testing.T) {
	enginetest.RunCrew(t, *multiWalks)
}

func TestMultiWalk(t *testing.T) {
	enginetest.RunMulti(t, *multiWalks)
}
