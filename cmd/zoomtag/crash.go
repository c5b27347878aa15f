//go:build !crashpoints

package main

// crashHook is for builds with the tag crashpoints only, which the crash tests use.
func crashHook(func(string) string) func(string) { return nil }
