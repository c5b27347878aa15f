// Command crosscheck tells whether the packages and their tests are well typed on other systems, given as windows/amd64
// and the like.
//
// It reads sources and compiles nothing: a vet for each system would compile all dependencies anew, which takes minutes
// apiece. Of what the packages need it reads what is declared, and not what functions do.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
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
			Mode:      packages.LoadAllSyntax | packages.NeedModule,
			Tests:     true,
			Env:       append(os.Environ(), "GOOS="+system, "GOARCH="+arch, "CGO_ENABLED=0"),
			ParseFile: parse,
		}
		loaded, err := packages.Load(cfg, "./...")
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", target, err)
			os.Exit(1)
		}
		wrong := told(loaded)
		failed = failed || wrong > 0 || len(loaded) == 0
		fmt.Printf("%s: %d packages with their tests, %d errors\n", target, len(loaded), wrong)
	}
	if failed {
		os.Exit(1)
	}
}

// parse reads a file. One of another module, or of the standard library, loses what its functions do.
func parse(files *token.FileSet, name string, text []byte) (*ast.File, error) {
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if file == nil || isOwn(name) || !strings.HasSuffix(name, ".go") { // without an ending: the main of a test
		return file, err
	}
	for _, d := range file.Decls {
		if f, is := d.(*ast.FuncDecl); is {
			f.Body = nil
		}
	}
	return file, err
}

// isOwn reports whether a file is one of this repository's, which the command is run in.
func isOwn(name string) bool {
	here, err := os.Getwd()
	return err == nil && strings.HasPrefix(name, here+string(filepath.Separator))
}

// told prints what is wrong, and counts it. Of a file without functions' bodies the type checker complains, of imports
// that nothing uses for one; the rest counts there too.
func told(loaded []*packages.Package) (wrong int) {
	packages.Visit(loaded, nil, func(p *packages.Package) {
		own := p.Module != nil && p.Module.Main
		for _, e := range p.Errors {
			if own || e.Kind != packages.TypeError {
				fmt.Fprintln(os.Stderr, e)
				wrong++
			}
		}
	})
	return wrong
}
