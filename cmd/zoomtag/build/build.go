// Package build says what a program was made of.
package build

import (
	"cmp"
	"fmt"
	"runtime/debug"
	"strings"
)

// Identity is what a build is made of.
type Identity struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`   // "unknown" where the build was not made from a checkout
	Date     string `json:"date"`     // of the commit, RFC 3339
	Modified bool   `json:"modified"` // it holds changes that are in no commit
	Go       string `json:"go"`
}

// Identify fills up what the script has not set with what the toolchain has noted.
func Identify(told Identity, info *debug.BuildInfo) Identity {
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
func (i Identity) String() string {
	changed := ""
	if i.Modified {
		changed = " with changes"
	}
	return fmt.Sprintf("zoomtag %s, commit %s%s, of %s, %s", i.Version, i.Commit, changed, i.Date, i.Go)
}

// Release is the version with the beginning of its commit, as semantic versioning writes it: two builds of one version
// are told apart.
func (i Identity) Release() string {
	if i.Commit == "unknown" {
		return i.Version
	}
	return i.Version + "+" + i.Commit[:min(len(i.Commit), 10)]
}
