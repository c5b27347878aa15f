package configs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"zoomtag/providers/words"
)

const fileName = "zoomtag.yaml"

// System is the configuration of the machine, where nobody has named another one.
const System = "/etc/zoomtag/" + fileName

// SystemFolder is where systemd lets the machine's service write, and SystemState its state.
const (
	SystemFolder = "/var/lib/zoomtag"
	SystemState  = SystemFolder + "/zoomtag.db"
)

// Find says which file the configuration is: explicit (the flag --config), else $ZOOMTAG_CONFIG, else
// $XDG_CONFIG_HOME/zoomtag/zoomtag.yaml, else /etc/zoomtag/zoomtag.yaml. The first two need not exist: Load says so.
func Find(explicit string, getenv func(string) string) (path string, err error) {
	return find(explicit, getenv, System)
}

// overlooked says that the machine's configuration is not looked for.
var overlooked atomic.Bool

// OverlookSystem has Find act as if the machine had no configuration. It is for tests, which must not depend on whether
// zoomtag is installed where they run.
func OverlookSystem() { overlooked.Store(true) }

func find(explicit string, getenv func(string) string, system string) (string, error) {
	if explicit != "" {
		return explicit, nil
	}
	if path := getenv("ZOOMTAG_CONFIG"); path != "" {
		return path, nil
	}
	places := []string{system}
	if folder := xdg(getenv, "XDG_CONFIG_HOME", ".config"); folder != "" {
		places = []string{filepath.Join(folder, "zoomtag", fileName), system}
	}
	for _, path := range places {
		if path == System && overlooked.Load() {
			continue
		}
		// A file that is there but cannot be looked at is the one that was meant.
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return path, nil
		}
	}
	return "", words.Mend(fmt.Errorf("there is no configuration (no %s)", strings.Join(places, " and no ")),
		"make one with zoomtag init, which asks what it needs, or name it with --config")
}

// Own is where a person's own configuration is, whether it is there or not; "" where no home is known.
func Own(getenv func(string) string) string {
	folder := xdg(getenv, "XDG_CONFIG_HOME", ".config")
	if folder == "" {
		return ""
	}
	return filepath.Join(folder, "zoomtag", fileName)
}

// xdg is a base folder of the XDG specification, which says that one that is not absolute does not count; "" where
// there is no home either.
func xdg(getenv func(string) string, variable, below string) string {
	if folder := getenv(variable); filepath.IsAbs(folder) {
		return folder
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, below)
	}
	return ""
}

// defaultState says where the store is when the configuration does not.
func (d *decoder) defaultState(c *Config, getenv func(string) string) {
	if c.State != "" || d.wrong("state") {
		return
	}
	const file = "zoomtag.db"
	// systemd lists several folders with colons between them; the first is ours.
	if folder, _, _ := strings.Cut(getenv("STATE_DIRECTORY"), ":"); folder != "" {
		c.State = filepath.Join(folder, file)
		return
	}
	folder := xdg(getenv, "XDG_STATE_HOME", filepath.Join(".local", "state"))
	if folder == "" {
		d.failAt("state",
			"there is no place for the state: $STATE_DIRECTORY, $XDG_STATE_HOME and $HOME are not set").
			mend("write state")
		return
	}
	c.State = filepath.Join(folder, "zoomtag", file)
}

// checkState finds that no file can be where the state is to be. What else may be wrong there shows when it is opened.
func (d *decoder) checkState(c *Config) {
	if c.State == "" || !c.Store.IsZero() {
		return
	}
	info, err := os.Stat(c.State)
	switch {
	case errors.Is(err, syscall.ENOTDIR):
		d.failAt("state", "the state %s has a file where a folder should be on its path", c.State).
			mend("write a path as state that leads through folders only")
	case err != nil || !info.IsDir():
	case d.isWatched(c, c.State):
		d.failAt("state", "the state %s is a folder, and a calendar is watched in it", c.State).
			mend("write the path of a file in another folder as state, or delete the line")
	default:
		d.failAt("state", "the state %s is a folder", c.State).
			mend("write the path of a file as state, for instance %s", filepath.Join(c.State, "zoomtag.db"))
	}
}

// isWatched reports whether a folder is that of a calendar.
func (d *decoder) isWatched(c *Config, folder string) bool {
	return slices.ContainsFunc(c.Calendars, func(cal Calendar) bool {
		return cal.folder() != "" && SameFolder(cal.folder(), folder)
	})
}
