package setup

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGuidesInDocs: docs/set-up.md has the steps that init shows, word for word.
func TestGuidesInDocs(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "set-up.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range Guides() {
		var want strings.Builder
		fmt.Fprintf(&want, "### %s\n\n", g.Title)
		for i, step := range g.Steps {
			fmt.Fprintf(&want, "%d. %s\n", i+1, step)
		}
		if !strings.Contains(string(page), want.String()) {
			t.Errorf("docs/set-up.md lacks:\n%s", want.String())
		}
		if g.Page == "" || !strings.Contains(want.String(), g.Page) {
			t.Errorf("%s: no step names the page %q, which is opened", g.Title, g.Page)
		}
	}
}

// TestScalar: what YAML would take for something else is quoted.
func TestScalar(t *testing.T) {
	for text, want := range map[string]string{
		"primary": "primary", "a@example.com": "a@example.com", "/srv/x y": `"/srv/x y"`,
		"file:zoom-secret": "file:zoom-secret",
		"yes":              `"yes"`, "https://us02web.zoom.us/j/1?pwd=a&b=c": `"https://us02web.zoom.us/j/1?pwd=a&b=c"`,
		"-x": `"-x"`, "": `""`,
		"null": `"null"`, "a: b": `"a: b"`, "#zoom": `"#zoom"`, "x #y": `"x #y"`, `a"b`: `"a\"b"`,
	} {
		if got := scalar(text); got != want {
			t.Errorf("%q is written %s, want %s", text, got, want)
		}
	}
}
