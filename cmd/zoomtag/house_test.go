package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// mostOperands is how many operands a condition may have, by the folder at the top: what has more is read twice, and
// gets names. Where foreign formats are taken apart, a few more say less than names for each would.
var mostOperands = map[string]int{"cmd": 3, "sync": 3, "providers": 5, "store": 5, "configs": 5, "systemd": 5}

// mostValues is how many values one line may assign.
const mostValues = 3

// mostFields is how many fields the structs may have that much of the engine may write: values that belong together are
// structs of their own.
var mostFields = map[string]int{"pass": 8, "settling": 8, "mode": 8, "outside": 8, "reading": 8, "conclusions": 8,
	"work": 8, "story": 8, "claim": 8}

// mostColumns is how wide a line may be, where a tab is four columns. Tables of texts and data may be wider: lines with
// a text that is longer than longText in them, in bytes.
const (
	mostColumns = 120
	longText    = 30
)

// TestHouse keeps what the linters do not know of.
func TestHouse(t *testing.T) {
	root := filepath.Join("..", "..")
	h := house{T: t, files: token.NewFileSet(), structs: map[string]bool{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(h.files, path, source, parser.ParseComments)
		if err != nil {
			return err
		}
		h.look(filepath.ToSlash(rel), file)
		h.columns(filepath.ToSlash(rel), source, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range mostFields {
		if !h.structs[name] {
			t.Errorf("sync/engine has no struct %s any more: take it out of the table", name)
		}
	}
}

type house struct {
	*testing.T
	files   *token.FileSet
	structs map[string]bool // those of mostFields that were seen
}

// look looks at one file. Tests may have long conditions: they say what is expected.
func (h *house) look(path string, file *ast.File) {
	top, _, _ := strings.Cut(path, "/")
	most, limited := mostOperands[top]
	limited = limited && !strings.HasSuffix(path, "_test.go")
	counted := map[ast.Node]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Rhs) == len(n.Lhs) && len(n.Lhs) > mostValues {
				h.complain(path, n, "assigns %d values: %d at most", len(n.Lhs), mostValues)
			}
		case *ast.TypeSpec:
			if strings.HasPrefix(path, "sync/engine/") {
				h.fields(path, n)
			}
			h.locks(path, n)
		case *ast.BinaryExpr:
			if counted[n] || !joins(n) {
				return true
			}
			if c := operands(n, counted); limited && c > most {
				h.complain(path, n, "a condition of %d operands: give parts of it names, %d at most", c, most)
			}
		}
		return true
	})
}

// columns measures the lines of a file.
func (h *house) columns(path string, source []byte, file *ast.File) {
	excepted := map[int]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING && len(text.Value) > longText {
			for line := h.files.Position(text.Pos()).Line; line <= h.files.Position(text.End()).Line; line++ {
				excepted[line] = true
			}
		}
		return true
	})
	n := 0
	for line := range strings.Lines(string(source)) {
		n++
		wide := utf8.RuneCountInString(line) - 1 + 3*strings.Count(line, "\t")
		directive := strings.Contains(line, "//nolint:") || strings.HasPrefix(line, "//go:")
		if wide > mostColumns && !excepted[n] && !directive {
			h.Errorf("%s:%d: %d columns, %d at most", path, n, wide, mostColumns)
		}
	}
}

func (h *house) complain(path string, n ast.Node, format string, args ...any) {
	h.Helper()
	h.Errorf("%s:%d: "+format, append([]any{path, h.files.Position(n.Pos()).Line}, args...)...)
}

// fields counts those of a struct.
func (h *house) fields(path string, spec *ast.TypeSpec) {
	most, listed := mostFields[spec.Name.Name]
	s, isStruct := spec.Type.(*ast.StructType)
	if !listed || !isStruct {
		return
	}
	h.structs[spec.Name.Name] = true
	count := 0
	for _, f := range s.Fields.List {
		count += max(len(f.Names), 1) // an embedded one has no name
	}
	if count > most {
		h.complain(path, spec, "%s has %d fields: %d at most", spec.Name.Name, count, most)
	}
}

// locks has each lock of a struct say what it guards. Tests, and what they play with, have few.
func (h *house) locks(path string, spec *ast.TypeSpec) {
	s, isStruct := spec.Type.(*ast.StructType)
	played := strings.HasSuffix(path, "_test.go") || strings.HasSuffix(filepath.Dir(path), "test")
	if !isStruct || played {
		return
	}
	for _, f := range s.Fields.List {
		typed := f.Type
		if pointer, is := typed.(*ast.StarExpr); is {
			typed = pointer.X
		}
		of, named := typed.(*ast.SelectorExpr)
		if named && strings.HasSuffix(of.Sel.Name, "Mutex") && f.Comment == nil && f.Doc == nil {
			h.complain(path, f, "%s has a lock that does not say what it guards", spec.Name.Name)
		}
	}
}

func joins(e *ast.BinaryExpr) bool { return e.Op == token.LAND || e.Op == token.LOR }

// operands counts what && and || join, in brackets and behind ! as well, and notes the parts that it has counted.
func operands(e ast.Expr, counted map[ast.Node]bool) int {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if joins(e) {
			counted[e] = true
			return operands(e.X, counted) + operands(e.Y, counted)
		}
	case *ast.ParenExpr:
		return operands(e.X, counted)
	case *ast.UnaryExpr:
		if e.Op == token.NOT {
			return operands(e.X, counted)
		}
	}
	return 1
}
