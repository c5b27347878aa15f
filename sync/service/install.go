package service

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/files"
	"zoomtag/providers/words"
	units "zoomtag/systemd"
)

// wish is a service as it is to be.
type wish struct {
	env     func(string) string
	cfg     *configs.Config
	found   found
	path    string // of the unit that will hold
	text    string // what is written there; empty: the unit of a package stays
	sandbox bool   // the drop-in is to be there
}

// install makes the service, or brings it up to date.
func (s *systemd) install(ctx context.Context) error {
	if s.Dry {
		return s.show()
	}
	env, err := s.environment(ctx)
	if err != nil {
		return err
	}
	w, err := s.prepare(env)
	if err != nil {
		return err
	}
	before, err := s.properties(ctx)
	if err != nil {
		return err
	}
	running, err := s.Alive(ctx, w.cfg.State)
	if err != nil && before.active() {
		running = "" // one that hangs is restarted
	} else if err != nil {
		return err
	}
	if running != "" && !before.up() {
		return words.Mend(words.Say(nil, "a zoomtag runs beside "+w.cfg.State+" that is not this service"),
			"end it first (Ctrl-C, or kill), and run the command again")
	}
	if w.sandbox, err = s.try(ctx, w); err != nil {
		return err
	}
	current := before.active() && running == s.Version && !s.replaced(before)
	s.announce(w, current)
	wrote, err := s.write(w)
	if err != nil {
		return err
	}
	return s.start(ctx, w, before, wrote || !current)
}

// prepare finds all that stands against the service, before anything is written.
func (s *systemd) prepare(env func(string) string) (wish, error) {
	w := wish{env: env}
	config, err := s.config()
	if err != nil {
		return w, err
	}
	if err := s.checkPaths(config); err != nil {
		return w, err
	}
	own := !s.others(env) // drop-ins may give it secrets, folders and another user
	if w.cfg, err = s.load(env, own && s.Scope == Person); err != nil {
		return w, err
	}
	if own && s.Scope == Machine {
		if err := errors.Join(s.checkReadable(config), s.checkState(w.cfg)); err != nil {
			return w, words.Usage(err)
		}
	}
	if w.found, err = s.look(env); err != nil {
		return w, err
	}
	w.path, w.text = filepath.Join(s.folder(env), unitName), s.unit(config)
	return w, s.mayWrite(&w, config)
}

// mayWrite says why a unit that is there is not overwritten.
func (s *systemd) mayWrite(w *wish, config string) error {
	switch {
	case w.found.origin == masked:
		return words.Say(nil, "the service is masked, so that nobody starts it: "+s.tell("unmask", unitName)+
			", and run the command again")
	case w.found.origin == packaged && s.suits(w.found.text, config):
		w.path, w.text = w.found.path, ""
	case s.Force:
	case w.found.origin == packaged:
		program, _ := runs(w.found.text)
		return words.Usage(words.Mend(fmt.Errorf(
			"the package's unit %s runs %s with a configuration at its usual place, and you ask for %s with %s",
			w.found.path, program, s.Program, config), fmt.Sprintf(
			"run %s service install, or put a unit of your own before it with --force", program)))
	case w.found.origin == changed:
		return words.Usage(words.Mend(fmt.Errorf("somebody has changed %s by hand", w.found.path), fmt.Sprintf(
			"move what you need into a drop-in (%s), then overwrite the unit with --force",
			s.tell("edit", "zoomtag"))))
	case w.found.origin == another:
		return words.Usage(words.Mend(fmt.Errorf("there is a unit %s already that zoomtag has not written",
			w.found.path), "remove it, or overwrite it with --force"))
	}
	return nil
}

// suits reports whether a package's unit runs this program with this configuration.
func (s *systemd) suits(unit, config string) bool {
	program, reads := runs(unit)
	if reads == "" {
		var err error
		if reads, err = configs.Find("", s.Env); err != nil {
			return false
		}
	}
	return same(program, s.Program) && same(reads, config)
}

// same reports whether two paths lead to one file.
func same(a, b string) bool {
	if a == b {
		return true
	}
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	two, err := os.Stat(b)
	return err == nil && os.SameFile(one, two)
}

// announce says what will be done. A service is current where the program that runs is this one.
func (s *systemd) announce(w wish, current bool) {
	switch {
	case w.found.path != w.path || w.found.origin == nowhere:
		s.say("zoomtag becomes a service of %s, which systemd starts now, and by itself from now on:", s.whose())
	case current:
		s.say("zoomtag is a service of %s already:", s.whose())
	default:
		s.say("zoomtag is a service of %s, which is brought up to date:", s.whose())
	}
	s.say("  unit           %s%s", w.path, w.fate())
	s.say("  program        %s", s.Program)
	s.say("  configuration  %s", w.cfg.Path)
	s.say("  state          %s", w.cfg.State)
}

// fate is what becomes of the unit.
func (w wish) fate() string {
	switch {
	case w.text == "":
		return " (the package's own)"
	case w.found.text == w.text:
		return " (as it is)"
	case w.found.origin == nowhere, w.found.path != w.path:
		return " (new)"
	}
	return " (written anew)"
}

// write puts the files into their places, and reports whether any of them is another one than before.
func (s *systemd) write(w wish) (wrote bool, err error) {
	if w.text != "" && w.text != w.found.text {
		if err := s.put(w.path, w.text); err != nil {
			return false, err
		}
		wrote = true
	}
	if s.Scope == Machine {
		return wrote, nil
	}
	if err := os.MkdirAll(filepath.Dir(w.cfg.State), private); err != nil {
		return wrote, files.WriteError(w.cfg.State, err)
	}
	closing, err := s.writeSandbox(w)
	return wrote || closing, err
}

// The modes of folders and files: a person's are nobody else's matter.
const (
	private = 0o700
	shared  = 0o755
	unit    = 0o644
)

// put writes a file of systemd's, and the folders above it.
func (s *systemd) put(path, text string) error {
	mode := fs.FileMode(private)
	if s.Scope == Machine {
		mode = shared
	}
	if err := os.MkdirAll(filepath.Dir(path), mode); err != nil {
		return files.WriteError(path, err)
	}
	return files.Replace(path, []byte(text), unit)
}

// start has systemd read the unit, enables it, and waits until zoomtag runs.
func (s *systemd) start(ctx context.Context, w wish, before properties, restart bool) error {
	if restart || before.needsReload() {
		if err := s.must(ctx, "daemon-reload"); err != nil {
			return err
		}
	}
	if restart || !before.enabled() {
		if err := s.must(ctx, "enable", unitName); err != nil {
			return err
		}
	}
	lingers, err := s.linger(ctx)
	if err != nil {
		return err
	}
	if !restart {
		s.say("It runs already, and is up to date.")
	} else if err := s.restart(ctx, w); err != nil {
		return err
	}
	if lingers != "" {
		s.say("%s", lingers)
	}
	s.remarks(w)
	return nil
}

// restart starts zoomtag, also where it runs, and waits for its first answer.
func (s *systemd) restart(ctx context.Context, w wish) error {
	if err := s.must(ctx, "restart", "--no-block", unitName); err != nil {
		return err
	}
	if err := s.wait(ctx, w.cfg.State); err != nil {
		return err
	}
	s.say("It runs: zoomtag status shows how the calendars are, zoomtag service status how the service is.")
	return nil
}

// remarks are what somebody should know of a service that runs.
func (s *systemd) remarks(w wish) {
	if cfg, err := configs.LoadWithoutSecrets(w.cfg.Path, s.Env); err == nil && cfg.State != w.cfg.State {
		s.say("Commands in this shell would look for the state at %s: write state: %s into the configuration, so "+
			"that they find the service.",
			cfg.State, w.cfg.State)
	}
	if list := folders(w.cfg); s.Scope == Machine && len(list) > 0 && !s.others(w.env) {
		s.say("The service may not write into %s yet: open it with %s, as docs/service.md shows.",
			strings.Join(list, ", "), s.tell("edit", "zoomtag"))
	}
}

// show prints the unit as it would be written, and the commands behind it as comments: what is printed is a unit.
func (s *systemd) show() error {
	env := s.Env
	if s.Scope == Machine {
		env = machineEnvironment
	}
	w, err := s.prepare(env)
	if err != nil {
		return err
	}
	if w.text == "" {
		s.say("# %s stays, which is the package's own", w.path)
	} else {
		s.say("# %s%s", w.path, w.fate())
		fmt.Fprint(s.Out, w.text)
	}
	if s.Scope == Person && !s.Open {
		s.say("\n# %s, where this system lets persons have it", s.sandbox(env))
		fmt.Fprint(s.Out, units.PersonSandbox)
	}
	s.say("\n# then")
	for _, args := range [][]string{{"daemon-reload"}, {"enable", unitName}, {"restart", "--no-block", unitName}} {
		s.say("#   %s", s.tell(args...))
	}
	if s.Scope == Person {
		s.say("#   loginctl enable-linger %s", s.User)
	}
	return nil
}
