package service

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/providers/files"
	units "zoomtag/systemd"
)

// try reports whether this system lets a person's service have the sandbox: the program is started in it once, to tell
// its version. Where files belong to another group than the person's own, it would have to leave them alone, so that
// there is none.
func (s *systemd) try(ctx context.Context, w wish) (bool, error) {
	if s.Scope == Machine || s.Open {
		return false, nil
	}
	for _, folder := range folders(w.cfg) {
		if othersGroup(folder) {
			return false, nil
		}
	}
	args := []string{"--user", "--quiet", "--wait", "--collect"}
	for _, setting := range settings(units.PersonUnit) {
		if inTrial(setting) {
			args = append(args, "--property="+setting)
		}
	}
	for _, setting := range settings(units.PersonSandbox) {
		args = append(args, "--property="+setting)
	}
	result, err := s.call(ctx, asks, "systemd-run", append(args, "--", s.Program, "version")...)
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	return err == nil && result.Code == 0, nil
}

// inTrial reports whether a line of the unit is one of those that forbid: they have to go together with the sandbox.
func inTrial(setting string) bool {
	for _, name := range []string{"NoNewPrivileges=", "Restrict", "LockPersonality=", "MemoryDenyWriteExecute=",
		"SystemCall"} {
		if strings.HasPrefix(setting, name) {
			return true
		}
	}
	return false
}

// writeSandbox writes the drop-in, or takes it out, and reports whether it did. One that somebody has changed stays as
// it is.
func (s *systemd) writeSandbox(w wish) (bool, error) {
	path, text := s.sandbox(w.env), marked(units.PersonSandbox)
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, files.ReadError(path, err)
	}
	there := err == nil
	switch {
	case there && originOf(string(old)) != ours && !s.Force:
		s.say("  sandbox        %s stays, as somebody has changed it", path)
		return false, nil
	case w.sandbox:
		s.say("  sandbox        %s", path)
		return string(old) != text, s.put(path, text)
	case there:
		s.say("  sandbox        %s is taken out: this system does not let zoomtag have it", path)
		return true, s.remove(path)
	}
	return false, nil
}

// remove removes a drop-in, and its folder where nothing else is in it.
func (s *systemd) remove(path string) error {
	if err := os.Remove(path); err != nil {
		return files.WriteError(path, err)
	}
	folder := filepath.Dir(path)
	if left, err := os.ReadDir(folder); err == nil && len(left) == 0 {
		return os.Remove(folder)
	}
	return nil
}
