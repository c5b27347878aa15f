//go:build ignore

// This program writes windows_zones.go: which zone of the zone database a Windows zone name means. Go's own source
// names it in comments beside each name, taken from the Unicode CLDR.
package main

import (
	"log"
	"os"

	"zoomtag/providers/ical/internal/windowszones"
)

func main() {
	source, err := windowszones.Generate()
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile("windows_zones.go", source, 0o644); err != nil {
		log.Fatal(err)
	}
}
