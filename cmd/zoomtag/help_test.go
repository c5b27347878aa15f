package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// TestHelpFits: no line of help is wider than a terminal of 80 columns.
func TestHelpFits(t *testing.T) {
	var out bytes.Buffer
	var look func(cmd *cobra.Command)
	root := newRoot(&process{out: &out, env: func(string) string { return "" }})
	look = func(cmd *cobra.Command) {
		out.Reset()
		cmd.SetOut(&out)
		if err := cmd.Help(); err != nil {
			t.Errorf("%s: %v", cmd.CommandPath(), err)
		}
		if !strings.Contains(out.String(), "Usage:") {
			t.Errorf("%s says nothing", cmd.CommandPath())
		}
		for line := range strings.Lines(out.String()) {
			if line = strings.TrimRight(line, "\n"); utf8.RuneCountInString(line) > 80 {
				t.Errorf("%s --help: %d columns: %s", cmd.CommandPath(), utf8.RuneCountInString(line), line)
			}
		}
		for _, child := range cmd.Commands() {
			look(child)
		}
	}
	look(root)
}
