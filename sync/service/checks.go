package service

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// closed reports whether the machine's unit closes a path to zoomtag.
func (o *Options) closed(path string) bool {
	return within(strings.TrimPrefix(path, o.Root), "/home", "/root", "/run/user", "/tmp", "/var/tmp")
}

// checkPaths finds what a service could not run, or not read.
func (o *Options) checkPaths(config string) error {
	for _, path := range []string{o.Program, config} {
		if !printable(path) {
			return words.Usage(words.Mend(fmt.Errorf("the path %q has characters in it that no unit can hold",
				path), "move the file"))
		}
	}
	if o.System == "linux" && strings.ContainsAny(o.Program, `"'\`) {
		return words.Usage(words.Mend(fmt.Errorf(
			"systemd runs no program with quotes or backslashes in its path (%s)", o.Program), "move it"))
	}
	if strings.Contains(o.Program, "/go-build") {
		return words.Usage(words.Mend(errors.New("go run makes a program that is gone afterwards"),
			"build it (go build -o ~/bin/zoomtag ./cmd/zoomtag) and run that one"))
	}
	if o.Scope == Person {
		return nil
	}
	if o.closed(o.Program) {
		return words.Usage(words.Mend(fmt.Errorf("the machine's service may not look into %s",
			filepath.Dir(o.Program)), fmt.Sprintf("install -m 755 %s /usr/local/bin/zoomtag, and run that one",
			o.Program)))
	}
	if o.closed(config) {
		return words.Usage(words.Mend(fmt.Errorf("the machine's service may not look into %s",
			filepath.Dir(config)), "put the configuration into "+configs.System))
	}
	return nil
}

// Suit has the service be one of root's own where the machine's could not read a configuration at this path.
func (o *Options) Suit(config string) {
	if o.closed(config) {
		o.Scope = Person
	}
}

// dropIn is where changes of the machine's unit are written. systemctl edit opens it only where there is a unit
// already.
const dropIn = "/etc/systemd/system/" + unitName + ".d/override.conf"

// checkReadable finds a configuration that the machine's service, a user of its own, may not read.
func (o *Options) checkReadable(config string) error {
	const everybody = 0o004
	info, err := os.Stat(config)
	if err != nil {
		return err
	}
	if info.Mode()&everybody == 0 {
		return words.Usage(words.Mend(fmt.Errorf("the machine's service, a user of its own, may not read %s",
			config), fmt.Sprintf("chmod 644 it (secrets belong into files beside it), or have the service run "+
			"as its owner, by a drop-in (%s; docs/service.md)", dropIn)))
	}
	return nil
}

// checkState finds a state that the machine's service may not write.
func (o *Options) checkState(cfg *configs.Config) error {
	if within(cfg.State, stateFolder) {
		return nil
	}
	return words.Usage(words.Mend(fmt.Errorf("the machine's service may not write the state %s", cfg.State), fmt.Sprintf(
		"write state: %s/zoomtag.db, or open the folder to it by ReadWritePaths=%s in a drop-in (%s)",
		stateFolder, filepath.Dir(cfg.State), dropIn)))
}

// within reports whether a path is below one of some folders.
func within(path string, folders ...string) bool {
	for _, folder := range folders {
		if strings.HasPrefix(path, folder+"/") {
			return true
		}
	}
	return false
}

// folders are those of .ics files in a configuration.
func folders(cfg *configs.Config) (list []string) {
	for _, c := range cfg.Calendars {
		if c.ICS != nil {
			list = append(list, c.ICS.Path)
		}
	}
	return list
}
