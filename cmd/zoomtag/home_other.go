//go:build !windows

package main

import "os"

func environment(name string) string { return os.Getenv(name) }
