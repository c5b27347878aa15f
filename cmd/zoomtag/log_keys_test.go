package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestLogKeys: the keys of log lines are a promise to those who search them: docs/log.md lists each, and no other.
func TestLogKeys(t *testing.T) {
	used := map[string]string{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		skip := d != nil && d.IsDir() &&
			(d.Name() == "testdata" || d.Name() == ".git" || strings.HasSuffix(d.Name(), "test"))
		switch {
		case err != nil:
			return err
		case skip:
			return filepath.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && keysFrom(call) > 0 {
				for i := keysFrom(call); i < len(call.Args); i += 2 {
					if key, ok := call.Args[i].(*ast.BasicLit); ok && key.Kind == token.STRING {
						name, err := strconv.Unquote(key.Value)
						if err != nil {
							t.Error(err)
						}
						used[name] = path
					}
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(root, "docs", "log.md"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{"time": true, "level": true, "msg": true}
	for _, row := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\|").FindAllStringSubmatch(string(page), -1) {
		listed[row[1]] = true
	}
	for key, path := range used {
		if !listed[key] {
			t.Errorf("docs/log.md lacks the key %s, which is in %s", key, path)
		}
	}
	for key := range listed {
		if _, is := used[key]; !is && key != "time" && key != "level" && key != "msg" && key != "account" {
			t.Errorf("docs/log.md lists %s, which no line has", key)
		}
	}
	if len(used) < 10 {
		t.Errorf("only %d keys were found", len(used))
	}
}

// keysFrom is from which argument on a call that writes a log line has its keys: a method of slog's on something that
// is called log, or the engine's warn; 0 for any other call.
func keysFrom(call *ast.CallExpr) int {
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return 0
	}
	onLog := false
	switch on := method.X.(type) {
	case *ast.Ident:
		onLog = strings.EqualFold(on.Name, "log")
	case *ast.SelectorExpr:
		onLog = strings.EqualFold(on.Sel.Name, "log")
	}
	switch name := method.Sel.Name; {
	case name == "warn", onLog && slices.Contains([]string{"Debug", "Info", "Warn", "Error"}, name):
		return 1
	case onLog && name == "Log":
		return 3
	}
	return 0
}
