package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"zoomtag/cmd/zoomtag/terminal"
)

// Set by the script that makes the packages: -ldflags "-X main.version=0.1.0 -X main.commit=… -X main.date=…". Other builds know by
// themselves what they are made of.
var version, commit, date string

// identity is what a build is made of.
type identity struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`   // "unknown" where the build was not made from a checkout
	Date     string `json:"date"`     // of the commit, RFC 3339
	Modified bool   `json:"modified"` // it holds changes that are in no commit
	Go       string `json:"go"`
}

// thisBuild is the identity of the running program.
func thisBuild() identity {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return identify(identity{Version: version, Commit: commit, Date: date, Go: runtime.Version()}, info)
}

// identify fills up what the script has not set with what the toolchain has noted.
func identify(told identity, info *debug.BuildInfo) identity {
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	module := strings.TrimPrefix(info.Main.Version, "v")
	if module == "(devel)" {
		module = ""
	}
	told.Version = cmp.Or(told.Version, module, "development")
	told.Modified = told.Commit == "" && settings["vcs.modified"] == "true"
	told.Commit = cmp.Or(told.Commit, settings["vcs.revision"], "unknown")
	told.Date = cmp.Or(told.Date, settings["vcs.time"], "unknown")
	return told
}

// String is the line for people.
func (i identity) String() string {
	changed := ""
	if i.Modified {
		changed = " with changes"
	}
	return fmt.Sprintf("zoomtag %s, commit %s%s, of %s, %s", i.Version, i.Commit, changed, i.Date, i.Go)
}

// release is the version with the beginning of its commit, as semantic versioning writes it: two builds of one version are told apart.
func (i identity) release() string {
	if i.Commit == "unknown" {
		return i.Version
	}
	return i.Version + "+" + i.Commit[:min(len(i.Commit), 10)]
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
			build := thisBuild()
			header := &doc.GenManHeader{Title: "ZOOMTAG", Section: "1", Source: "zoomtag " + build.Version, Manual: "zoomtag"}
			if of, err := time.Parse(time.RFC3339, build.Date); err == nil { // else of today: the same program would have other pages
				header.Date = &of
			}
			if err := doc.GenManTree(cmd.Root(), header, filepath.Clean(args[0])); err != nil {
				return fmt.Errorf("the man pages could not be written: %w", err)
			}
			return nil
		},
	}
}
