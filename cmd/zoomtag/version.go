package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"zoomtag/cmd/zoomtag/build"
	"zoomtag/cmd/zoomtag/terminal"
)

// Set by the script that makes the packages: -ldflags "-X main.version=0.1.0 -X main.commit=… -X main.date=…". Other
// builds know by themselves what they are made of.
var version, commit, date string

// thisBuild is the build.Identity of the running program.
func thisBuild() build.Identity {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return build.Identify(build.Identity{Version: version, Commit: commit, Date: date, Go: runtime.Version()}, info)
}

func (a *app) versionCommand() *cobra.Command {
	return a.jsonFlag(&cobra.Command{
		Use:   "version",
		Short: "Show version, commit, date and Go version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.flags.json {
				return terminal.JSON(a.term.out, thisBuild())
			}
			_, err := fmt.Fprintln(a.term.out, thisBuild())
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
			this := thisBuild()
			header := &doc.GenManHeader{Title: "ZOOMTAG", Section: "1", Source: "zoomtag " + this.Version,
				Manual: "zoomtag"}
			// else of today: the same program would have other pages
			if of, err := time.Parse(time.RFC3339, this.Date); err == nil {
				header.Date = &of
			}
			if err := doc.GenManTree(cmd.Root(), header, filepath.Clean(args[0])); err != nil {
				return fmt.Errorf("the man pages could not be written: %w", err)
			}
			return nil
		},
	}
}
