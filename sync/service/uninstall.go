package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/files"
	"zoomtag/providers/words"
)

// uninstall ends the service and removes what install has written. Units of others and of packages stay.
func (s *systemd) uninstall(ctx context.Context) error {
	env, err := s.environment(ctx)
	if err != nil {
		return err
	}
	f, err := s.look(env)
	if err != nil {
		return err
	}
	p, err := s.properties(ctx)
	if err != nil {
		return err
	}
	switch {
	case f.origin == nowhere, f.origin == packaged && !p.enabled() && !p.up():
		s.say("zoomtag is no service of %s: there is nothing to uninstall.", s.whose())
		return nil
	case f.origin == another, f.origin == masked:
		return words.Usage(fmt.Errorf("%s was not written by zoomtag, which leaves it alone: %s, then remove it",
			f.path, s.tell("disable", "--now", unitName)))
	}
	remove, err := s.removable(f, env)
	if err != nil {
		return err
	}
	if s.Dry {
		return s.showRemoval(remove)
	}
	if err := s.must(ctx, "disable", "--now", unitName); err != nil {
		return err
	}
	if err := s.clear(ctx, remove); err != nil {
		return err
	}
	s.farewell(f, env)
	return nil
}

// removable are the files that install has written, as it has written them; others are told of.
func (s *systemd) removable(f found, env func(string) string) (list []string, err error) {
	switch f.origin {
	case ours:
		list = append(list, f.path)
	case changed:
		if s.Force {
			list = append(list, f.path)
		} else {
			s.say("%s stays, as somebody has changed it: remove it yourself, or with --force.", f.path)
		}
	}
	drop := s.sandbox(env)
	text, err := os.ReadFile(drop)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return list, nil
	case err != nil:
		return list, files.ReadError(drop, err)
	case originOf(string(text)) == ours || s.Force:
		list = append(list, drop)
	}
	return list, nil
}

// clear removes files, and has systemd forget what was read from them.
func (s *systemd) clear(ctx context.Context, list []string) error {
	for _, path := range list {
		remove := os.Remove
		if filepath.Base(path) == sandboxName {
			remove = s.remove
		}
		if err := remove(path); err != nil {
			return files.WriteError(path, err)
		}
	}
	if err := s.must(ctx, "daemon-reload"); err != nil {
		return err
	}
	// That it had failed is forgotten as well; of a unit that is not loaded systemd says that there is nothing to
	// forget.
	_, err := s.systemctl(ctx, "reset-failed", unitName)
	return err
}

// farewell says what is left.
func (s *systemd) farewell(f found, env func(string) string) {
	s.say("zoomtag is no service of %s any more.", s.whose())
	if f.origin == packaged {
		s.say("The unit %s belongs to the package, and stays.", f.path)
	}
	_, config := runs(f.text)
	if config == "" {
		config, _ = configs.Find("", s.Env) // where there is none, nothing stays
	}
	if cfg, err := configs.LoadWithoutSecrets(config, env); err == nil {
		s.say("The state %s stays, and so do events, links and meetings; to remove it: rm -r %s", cfg.State,
			shellWord(filepath.Dir(cfg.State)))
	}
	if exists(config) {
		s.say("The configuration %s stays, with the secrets beside it; to remove it: rm -r %s", config,
			shellWord(filepath.Dir(config)))
	}
	if s.Scope == Person {
		s.say("What else you have running may rest on lingering, so it stays as it is; to end it: loginctl " +
			"disable-linger")
	}
}

// shellWord is a path as it can be typed.
func shellWord(path string) string {
	if strings.ContainsAny(path, " '\"\\$&;()<>|*?[]#~`!") {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}

// showRemoval prints what would be done.
func (s *systemd) showRemoval(list []string) error {
	s.say("# %s", s.tell("disable", "--now", unitName))
	for _, path := range list {
		s.say("# rm %s", shellWord(path))
	}
	s.say("# %s", s.tell("daemon-reload"))
	return nil
}
