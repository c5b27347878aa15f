package main

import "os"

// environment is os.Getenv, where the home folder has the name that it has on Windows.
func environment(name string) string {
	if value := os.Getenv(name); value != "" || name != "HOME" {
		return value
	}
	return os.Getenv("USERPROFILE")
}
