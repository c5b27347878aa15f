package service

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/files"
	"zoomtag/providers/words"
	units "zoomtag/systemd"
)

// The names of the unit and of the drop-in that closes more.
const (
	unitName    = "zoomtag.service"
	sandboxName = "zoomtag-sandbox.conf"
)

// stateFolder is what systemd makes for the machine's service, by StateDirectory= in its unit.
const stateFolder = configs.SystemFolder

// systemd keeps services on Linux.
type systemd struct{ *Options }

// found is the unit as it lies on this machine.
type found struct {
	origin
	path string // where it lies, or where it would be written
	text string
}

// command is systemctl as it is called for this scope.
func (s *systemd) command(args ...string) []string {
	if s.Scope == Person {
		args = append([]string{"--user"}, args...)
	}
	return args
}

// tell is a command as people type it.
func (s *systemd) tell(args ...string) string {
	line := "systemctl " + strings.Join(s.command(args...), " ")
	if s.Scope == Machine && s.UID != 0 {
		line = "sudo " + line
	}
	return line
}

// systemctl runs it. That it could not reach systemd is an error; that it failed otherwise is in the result.
func (s *systemd) systemctl(ctx context.Context, args ...string) (Result, error) {
	within := asks
	if args[0] == "disable" {
		within = ends
	}
	result, err := s.call(ctx, within, "systemctl", s.command(args...)...)
	switch {
	case errors.Is(err, exec.ErrNotFound):
		err = words.Mend(words.Say(err, words.Of(err)), "have its own init start "+s.Program+" run")
	case err == nil:
		err = s.unreached(result)
	}
	return result, err
}

// must runs systemctl where only success goes on.
func (s *systemd) must(ctx context.Context, args ...string) error {
	result, err := s.systemctl(ctx, args...)
	if err == nil && result.Code != 0 {
		err = words.Say(nil, "systemd refuses: "+result.complaint()+" (on "+s.tell(args...)+")")
	}
	return err
}

// unreached says why systemctl did not come through to systemd.
func (s *systemd) unreached(r Result) error {
	said := r.Err
	switch {
	case r.Code == 0:
		return nil
	case !strings.Contains(said, "Failed to connect to") && !strings.Contains(said, "XDG_RUNTIME_DIR"):
		return nil
	case strings.Contains(said, "not been booted with systemd"), !exists(s.Root + "/run/systemd/system"):
		// as sd_booted(3) looks
		return words.Mend(words.Say(nil, "systemd does not run this system"),
			"have its own init start "+s.Program+" run")
	case s.Scope == Machine:
		return words.Mend(words.Say(nil, "systemd cannot be reached ("+r.complaint()+")"),
			"run the command on the machine itself, outside containers")
	}
	return words.Mend(words.Say(nil,
		"there is no systemd of "+s.User+"'s to talk to here, since su, sudo and cron start none"), "sign "+
		"in as "+s.User+", for instance with ssh, or have root type loginctl enable-linger "+s.User+
		" and machinectl shell "+s.User+"@, and run the command again")
}

// there reports whether systemd answers.
func (s *systemd) there(ctx context.Context) bool {
	_, err := s.environment(ctx)
	return err == nil
}

// environment is what the service will see. Asking for it shows as well whether systemd can be reached.
func (s *systemd) environment(ctx context.Context) (func(string) string, error) {
	if s.Scope == Machine {
		_, err := s.systemctl(ctx, "show-environment")
		return machineEnvironment, err
	}
	result, err := s.systemctl(ctx, "show-environment")
	if err != nil {
		return nil, err
	}
	if result.Code != 0 {
		return nil, words.Say(nil, "systemd does not tell with which environment it starts services: "+
			result.complaint())
	}
	known := map[string]string{}
	for line := range strings.Lines(result.Out) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		known[name] = unquoted(value)
	}
	if known["HOME"] == "" {
		known["HOME"] = s.Home // systemd sets it for each service of a person
	}
	return func(name string) string { return known[name] }, nil
}

// machineEnvironment is what the machine's unit lets zoomtag see, as far as anything in a configuration rests on it.
func machineEnvironment(name string) string {
	if name == "STATE_DIRECTORY" {
		return stateFolder
	}
	return ""
}

// unquoted is a value as show-environment has written it: what is odd in a shell stands in $'…'.
func unquoted(value string) string {
	inner, ok := strings.CutPrefix(value, "$'")
	if !ok {
		return value
	}
	inner = strings.TrimSuffix(inner, "'")
	if plain, err := strconv.Unquote(`"` + strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, `'`), `"`, `\"`) +
		`"`); err == nil {
		return plain
	}
	return inner
}

// folder is where units of this scope are written.
func (s *systemd) folder(env func(string) string) string {
	if s.Scope == Machine {
		return s.Root + "/etc/systemd/system"
	}
	if config := env("XDG_CONFIG_HOME"); filepath.IsAbs(config) {
		return filepath.Join(config, "systemd", "user")
	}
	return filepath.Join(s.Home, ".config", "systemd", "user")
}

// packages are the folders into which others put units, the first wins.
func (s *systemd) packages() (list []string) {
	below := "system"
	if s.Scope == Person {
		below = "user"
		list = []string{s.Root + "/etc/systemd/user"}
	}
	for _, top := range []string{"/usr/local/lib", "/usr/lib", "/lib"} {
		list = append(list, s.Root+top+"/systemd/"+below)
	}
	return list
}

// look finds the unit that holds on this machine.
func (s *systemd) look(env func(string) string) (found, error) {
	own := filepath.Join(s.folder(env), unitName)
	if to, err := os.Readlink(own); err == nil && to == os.DevNull {
		return found{origin: masked, path: own}, nil
	}
	text, err := os.ReadFile(own)
	switch {
	case err == nil:
		return found{originOf(string(text)), own, string(text)}, nil
	case !errors.Is(err, fs.ErrNotExist):
		return found{}, files.ReadError(own, err)
	}
	for _, folder := range s.packages() {
		path := filepath.Join(folder, unitName)
		if text, err := os.ReadFile(path); err == nil {
			return found{packaged, path, string(text)}, nil
		}
	}
	return found{path: own}, nil
}

// sandbox is where the drop-in that closes more lies.
func (s *systemd) sandbox(env func(string) string) string {
	return filepath.Join(s.folder(env), unitName+".d", sandboxName)
}

// others reports whether somebody has written drop-ins of their own.
func (s *systemd) others(env func(string) string) bool {
	folders := []string{filepath.Join(s.folder(env), unitName+".d")}
	for _, folder := range s.packages() {
		folders = append(folders, filepath.Join(folder, unitName+".d"))
	}
	for _, folder := range folders {
		list, err := filepath.Glob(filepath.Join(folder, "*.conf"))
		for _, path := range list {
			if err == nil && filepath.Base(path) != sandboxName {
				return true
			}
		}
	}
	return false
}

// unit is what the unit has to say.
func (s *systemd) unit(config string) string {
	if s.Scope == Machine {
		return unitText(units.MachineUnit, s.Program, config)
	}
	return unitText(units.PersonUnit, s.Program, config)
}

// replaced reports whether another file lies at the program's path than the one that runs: builds may have the same
// version.
func (s *systemd) replaced(p properties) bool {
	// its target may be deleted; what it was is told all the same
	runs, err := os.Stat(s.Root + "/proc/" + p["MainPID"] + "/exe")
	if err != nil {
		return false
	}
	lies, err := os.Stat(s.Program)
	return err == nil && !os.SameFile(runs, lies)
}

// exists reports whether something is at a path.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
