package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"zoomtag/cmd/zoomtag/terminal"
)

// version is set by release builds: -ldflags "-X main.version=1.2.3".
var version = "development"

func (a *app) versionCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "version",
		Short: "Show version, commit and Go version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			commit := "unknown"
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						commit = s.Value
					}
				}
			}
			if a.flags.json {
				return terminal.JSON(a.term.out, map[string]string{"version": version, "commit": commit, "go": runtime.Version()})
			}
			_, err := fmt.Fprintf(a.term.out, "zoomtag %s, commit %s, %s\n", version, commit, runtime.Version())
			return err
		},
	})
}

// manCommand writes the man pages of all commands, for packagers.
func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the man pages into a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			header := &doc.GenManHeader{Title: "ZOOMTAG", Section: "1", Source: "zoomtag " + version, Manual: "zoomtag"}
			if err := doc.GenManTree(cmd.Root(), header, filepath.Clean(args[0])); err != nil {
				return fmt.Errorf("the man pages could not be written: %w", err)
			}
			return nil
		},
	}
}
