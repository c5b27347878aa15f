package postgres

import (
	"time"

	"golang.org/x/sys/unix"
)

// sinceBoot is the time since the machine was started, the time that it was suspended included: Go's own clock stands
// still meanwhile.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil { // a kernel older than 2.6.39
		return time.Since(started)
	}
	return time.Duration(t.Nano())
}

var started = time.Now()
