package daemon

import (
	"os"
	"runtime/debug"
)

// gcPercent is how much garbage there may be beside what is in use, in per cent of it. A daemon holds little, works
// little, and runs on machines that are there for something else: memory counts for more than the processor.
const gcPercent = 25

// beModest has the process use little memory, unless whoever starts it says otherwise in Go's own way (GOGC, and
// GOMEMLIMIT, which Go heeds by itself).
func beModest() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
}

// giveBack returns to the system what the start, or a configuration that was read again, has used and nobody uses now.
func giveBack() { debug.FreeOSMemory() }
