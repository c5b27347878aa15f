//go:build !linux

package postgres

import "time"

// sinceBoot is the time since the program was started, by the clock on the wall or the machine's own, whichever says
// more: one of them passes while the machine is suspended.
func sinceBoot() time.Duration {
	return max(time.Since(started), time.Now().Round(0).Sub(started.Round(0)))
}

var started = time.Now()
