//go:build crashpoints

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"zoomtag/configs"
)

// crashHook kills this process, as a power cut would, at the point that ZOOMTAG_CRASH names: POINT:N is the Nth time
// that POINT is reached; at the one that ZOOMTAG_FREEZE names it is stopped until somebody has it go on. With
// ZOOMTAG_CRASH_LOG set it appends the name of each point reached to that file, so that the crash test knows them all.
func crashHook(env func(string) string) func(string) {
	configs.OverlookSystem() // such a binary is for tests
	named, signal := env("ZOOMTAG_CRASH"), syscall.SIGKILL
	if freeze := env("ZOOMTAG_FREEZE"); freeze != "" {
		named, signal = freeze, syscall.SIGSTOP
	}
	target, count, _ := strings.Cut(named, ":")
	log := env("ZOOMTAG_CRASH_LOG")
	left, err := strconv.Atoi(count)
	if err != nil {
		left = 1
	}
	var mu sync.Mutex
	return func(point string) {
		mu.Lock()
		defer mu.Unlock()
		if log != "" {
			f, err := os.OpenFile(log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				_, err = f.WriteString(point + "\n")
			}
			if err == nil {
				err = f.Close()
			}
			if err != nil {
				fmt.Fprintln(os.Stderr, "crash points:", err)
			}
		}
		if point != target {
			return
		}
		if left--; left == 0 {
			if err := syscall.Kill(os.Getpid(), signal); err != nil {
				fmt.Fprintln(os.Stderr, "crash points:", err)
			}
			if signal == syscall.SIGKILL {
				select {} // it is on its way
			}
		}
	}
}

// wallClock is the time, moved by ZOOMTAG_CLOCK (as "7h"): a crash test need not wait for a grace period.
func wallClock(env func(string) string) func() time.Time {
	ahead, err := time.ParseDuration(env("ZOOMTAG_CLOCK"))
	if err != nil {
		ahead = 0
	}
	return func() time.Time { return time.Now().Add(ahead) }
}
