package lineartest

import (
	"time"

	"golang.org/x/sys/unix"
)

// spent is the processor time that this thread has spent.
func spent() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	return time.Duration(now.Nano())
}
