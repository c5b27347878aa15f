// Package zonetest gives tests time zones that are the same everywhere. The rules of a zone change several times a
// year, and a machine has those of its own zone database, of the Go distribution, or none. A test binary that imports
// this package,
//
//	import _ "zoomtag/providers/ical/zonetest"
//
// reads zoneinfo.zip instead, and so do the processes that it starts with its environment. Package time looks at
// ZONEINFO when the first zone is loaded, and never again; imported packages are initialised before that.
//
// zoneinfo.zip holds the zones that the project names, as the zone database 2025c has them. That is in the public
// domain (iana.org/time-zones). go test ./providers/ical/zonetest -update makes it anew from the Go distribution.
package zonetest

import (
	_ "embed" // so that a changed file is a changed test, also for the cache of go test
	"fmt"
	"os"
	"path/filepath"
	"time"
)

//go:embed zoneinfo.zip
var data []byte

// sentinel is a zone that no zone database has but this one.
const sentinel = "zoomtag/pinned"

// file is where the zones are, as package time is told.
var file = pin()

// pin lets package time read the zones of this package. It ends the process where that fails: each test would go on
// with the zones of the machine, and be right or wrong by chance.
func pin() string {
	// Children that run elsewhere have been told the path by their parent.
	path := os.Getenv("ZONEINFO")
	if found, ok := find(); ok {
		path = found
	}
	err := os.Setenv("ZONEINFO", path)
	if err == nil {
		_, err = time.LoadLocation(sentinel)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "zonetest: the zones of tests are not in force: %v\n"+
			"Tests run within the module, and no package may load a zone while it is initialised.\n", err)
		os.Exit(2)
	}
	return path
}

// find looks for the zones in the module in which the process runs: go test starts tests in their package's folder.
func find() (string, bool) {
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	for {
		path := filepath.Join(dir, "providers", "ical", "zonetest", "zoneinfo.zip")
		if _, err := os.Stat(path); err == nil {
			return path, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}
