package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPromises: each test that docs/promises.md names exists.
func TestPromises(t *testing.T) {
	root := filepath.Join("..", "..")
	there := map[string]bool{}
	function := regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, m := range function.FindAllStringSubmatch(string(raw), -1) {
			there[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(root, "docs", "promises.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllStringSubmatch(string(raw), -1)
	for _, m := range named {
		if !there[m[1]] {
			t.Errorf("docs/promises.md names %s, which there is not", m[1])
		}
	}
	for i, row := range strings.Split(string(raw), "\n") {
		before, _, _ := strings.Cut(string(raw), "## Requests")
		if strings.HasPrefix(row, "| ") && !strings.HasPrefix(row, "| promise") && strings.Contains(before, row) &&
			!strings.Contains(row, "`Test") {
			t.Errorf("line %d of docs/promises.md has no test: %s", i+1, row)
		}
	}
	if len(named) < 40 {
		t.Errorf("%d tests are named", len(named))
	}
}
