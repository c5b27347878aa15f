// Command crosscheck tells whether the packages and their tests are well typed on other systems, given as windows/amd64
// and the like.
//
// It reads sources and compiles nothing: a vet for each system would compile all dependencies anew, which takes minutes
// apiece.
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/tools/go/packages"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: crosscheck OS/ARCH...")
		os.Exit(2)
	}
	failed := false
	for _, target := range os.Args[1:] {
		system, arch, _ := strings.Cut(target, "/")
		cfg := &packages.Config{
			Mode:  packages.LoadAllSyntax,
			Tests: true,
			Env:   append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0"),
		}
		loaded, err := packages.Load(cfg, "./...")
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", target, err)
			os.Exit(1)
		}
		wrong := packages.PrintErrors(loaded)
		failed = failed || wrong > 0 || len(loaded) == 0
		fmt.Printf("%s: %d packages with their tests, %d errors\n", target, len(loaded), wrong)
	}
	if failed {
		os.Exit(1)
	}
}
