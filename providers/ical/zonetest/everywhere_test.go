package zonetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const self = "zoomtag/providers/ical/zonetest"

// source is what the files of one package say of zones.
type source struct {
	loads, tests             bool // it loads zones by name; it has tests
	testsLoad, pins, shipped bool // its tests do; they import this package; other files import it
	imports, testImports     []string
}

// TestEverywhere: each package whose tests load a zone by its name, or import what does, imports this one.
func TestEverywhere(t *testing.T) {
	packages := map[string]*source{}
	walk(t, func(path string, text []byte) {
		if filepath.Ext(path) == ".go" {
			look(t, packages, path, text)
		}
	})
	pinned := 0
	for name, p := range packages {
		if p.shipped {
			t.Errorf("%s imports %s outside of its tests", name, self)
		}
		switch needs := p.tests && (p.testsLoad || reaches(packages, append(p.testImports, name), map[string]bool{})); {
		case p.pins:
			pinned++
		case needs:
			t.Errorf("tests of %s load zones: one of its test files has to import _ %q", name, self)
		}
	}
	if pinned < 15 {
		t.Errorf("only %d packages import it: are they found?", pinned)
	}
}

// look notes what one file says.
func look(t *testing.T, packages map[string]*source, path string, text []byte) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	rel, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		t.Fatal(err)
	}
	name := "zoomtag/" + filepath.ToSlash(rel)
	p := packages[name]
	if p == nil {
		p = &source{}
		packages[name] = p
	}
	var imports []string
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		imports = append(imports, imported)
	}
	if strings.HasSuffix(path, "_test.go") {
		p.tests, p.testImports = true, append(p.testImports, imports...)
		p.testsLoad = p.testsLoad || loads(parsed)
		p.pins = p.pins || slices.Contains(imports, self)
		return
	}
	p.imports = append(p.imports, imports...)
	p.loads = p.loads || loads(parsed)
	p.shipped = p.shipped || slices.Contains(imports, self)
}

// loads says whether a file names time.LoadLocation.
func loads(file *ast.File) bool {
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Name == "LoadLocation" {
			found = true
		}
		return !found
	})
	return found
}

// reaches says whether one of some packages, or of those that they import, loads zones.
func reaches(packages map[string]*source, names []string, seen map[string]bool) bool {
	for _, name := range names {
		p := packages[name]
		if p == nil || seen[name] {
			continue
		}
		seen[name] = true
		if p.loads || reaches(packages, p.imports, seen) {
			return true
		}
	}
	return false
}
