package main

import (
	"strings"
	"testing"
)

// TestServiceHelpFits: what the commands say of themselves fits a screen of 80 columns.
func TestServiceHelpFits(t *testing.T) {
	root := newRoot(&process{env: func(string) string { return "" }})
	for _, name := range []string{"", "install", "uninstall", "status"} {
		cmd, _, err := root.Find(strings.Fields("service " + name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(cmd.Long + "\n" + cmd.Short + "\n" +
			cmd.LocalNonPersistentFlags().FlagUsages()) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
				t.Errorf("%s: %d columns: %s", cmd.CommandPath(), n, line)
			}
		}
	}
}
