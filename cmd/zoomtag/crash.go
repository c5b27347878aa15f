//go:build !crashpoints

package main

import "time"

// crashHook is for builds with the tag crashpoints only, which the crash tests use.
func crashHook(func(string) string) func(string) { return nil }

// wallClock is the time. Crash tests set it.
func wallClock(func(string) string) func() time.Time { return time.Now }
