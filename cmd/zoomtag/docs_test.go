package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zoomtag/configs"
)

// pages are README and docs, by their paths from the top.
func pages(t *testing.T) map[string]string {
	t.Helper()
	names, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d pages, %v", len(names), err)
	}
	found := map[string]string{}
	for _, name := range append(names, "../../README.md", "../../CHANGELOG.md") {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimPrefix(filepath.ToSlash(name), "../../")] = string(raw)
	}
	return found
}

var (
	linkTo   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	noAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are those of a page's headings, as GitHub makes them.
func anchors(page string) (list []string) {
	for _, h := range heading.FindAllStringSubmatch(page, -1) {
		list = append(list, strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-"))
	}
	return list
}

// TestLinksBetweenPages: each leads to a page, or a file, that there is, and to a heading in it.
func TestLinksBetweenPages(t *testing.T) {
	all := pages(t)
	for name, text := range all {
		for _, m := range linkTo.FindAllStringSubmatch(text, -1) {
			to, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(to, "://") || strings.HasPrefix(to, "mailto:") {
				continue
			}
			path := name
			if to != "" {
				path = filepath.ToSlash(filepath.Join(filepath.Dir(name), to))
			}
			if _, err := os.Stat("../../" + path); err != nil {
				t.Errorf("%s: %s leads nowhere", name, m[1])
			} else if anchor != "" && !slices.Contains(anchors(all[path]), anchor) {
				t.Errorf("%s: %s has no heading #%s", name, path, anchor)
			}
		}
	}
}

// TestReadmeIsShort: it is read on a phone.
func TestReadmeIsShort(t *testing.T) {
	if n := len(pages(t)["README.md"]); n > 9000 {
		t.Errorf("it has %d bytes: the rest belongs into docs/", n)
	}
}

// TestCommandsAreDocumented: each stands in README or docs, and each that stands there exists, with its flags.
func TestCommandsAreDocumented(t *testing.T) {
	root := newRoot(&process{env: func(string) string { return "" }})
	var text strings.Builder
	for name, page := range pages(t) {
		text.WriteString(page)
		for _, line := range commandLines(page) {
			checkCommand(t, root, name, line)
		}
	}
	for _, cmd := range root.Commands() {
		if !cmd.Hidden && !regexp.MustCompile("\\b"+cmd.Name()+"\\b").MatchString(text.String()) {
			t.Errorf("zoomtag %s stands in no page", cmd.Name())
		}
	}
}

var inline = regexp.MustCompile("`(?:sudo )?zoomtag ([a-z][^`]*)`")

// commandLines are what a page shows behind the word zoomtag: in code blocks, and in running text between backticks.
func commandLines(page string) (list []string) {
	code := false
	for line := range strings.Lines(page) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			code = !code
			continue
		}
		if !code {
			for _, m := range inline.FindAllStringSubmatch(line, -1) {
				list = append(list, m[1])
			}
			continue
		}
		line = strings.TrimPrefix(strings.TrimPrefix(line, "$ "), "sudo ")
		if command, ok := strings.CutPrefix(line, "zoomtag "); ok {
			command, _, _ = strings.Cut(command, " #")
			list = append(list, command)
		}
	}
	return list
}

// checkCommand checks that the words behind zoomtag are a command, and flags of it.
func checkCommand(t *testing.T, root *cobra.Command, page, line string) {
	t.Helper()
	words := strings.Fields(line)
	cmd, _, err := root.Find(words[:1])
	if err != nil || cmd == root {
		t.Errorf("%s: there is no command %q (%s)", page, words[0], line)
		return
	}
	if sub, _, err := root.Find(words[:min(2, len(words))]); err == nil {
		cmd = sub
	}
	known := map[string]bool{"--help": true}
	note := func(f *pflag.Flag) { known["--"+f.Name], known["-"+f.Shorthand] = true, true }
	cmd.Flags().VisitAll(note)
	root.PersistentFlags().VisitAll(note)
	for _, w := range words[1:] {
		flag, _, _ := strings.Cut(strings.Trim(w, "[],.;:)"), "=")
		if strings.HasPrefix(flag, "--") && !known[flag] || len(flag) == 2 && flag[0] == '-' && flag != "--" &&
			!known[flag] {
			t.Errorf("%s: %s has no flag %s (%s)", page, cmd.CommandPath(), flag, line)
		}
	}
}

// TestOptionsAreDocumented: each option of a tag stands in its page.
func TestOptionsAreDocumented(t *testing.T) {
	page := pages(t)["docs/tags.md"]
	for _, option := range configs.TagOptions {
		if option != "length" && option != "start" && !strings.Contains(page, option) {
			t.Errorf("docs/tags.md does not tell of %s", option)
		}
	}
}
