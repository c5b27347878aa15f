package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// Scope says whose service it is.
type Scope string

// The scopes.
const (
	Person  Scope = "person"
	Machine Scope = "machine"
)

// Options are what the commands work with.
type Options struct {
	Scope   Scope
	System  string // as runtime.GOOS has it
	UID     int
	User    string // the name
	Home    string
	Env     func(string) string
	Root    string // stands before the paths of the system; empty but in tests
	Program string // the running program
	Version string // of it
	Config  string // as --config names it; may be empty
	Run     Runner
	Out     io.Writer
	// Check finds what is wrong with what a configuration names.
	Check func(*configs.Config) error
	// Alive asks the daemon beside a state for its version: "" where none answers.
	Alive func(ctx context.Context, state string) (version string, err error)
	// Dry shows what would be done, Force overwrites a unit that somebody else has written, and Open leaves out the
	// sandbox of a person's service.
	Dry, Force, Open bool
	// Anywhere has Status look for the machine's service where the person has none.
	Anywhere bool
}

// manager is what keeps services on a system.
type manager interface {
	// there reports whether it answers.
	there(ctx context.Context) bool
	install(ctx context.Context) error
	uninstall(ctx context.Context) error
	status(ctx context.Context) (Report, error)
}

// ScopeOf is the scope that is meant by flags, or by who asks.
func ScopeOf(uid int, user, system bool) (Scope, error) {
	switch {
	case user && system:
		return "", words.Usage(words.Mend(errors.New("--user and --system contradict each other"),
			"leave one of them out"))
	case system && uid > 0:
		return "", words.Usage(words.Mend(errors.New("a service of the machine is for root to make"),
			"write sudo before the command, or leave --system out"))
	case system, uid == 0 && !user:
		return Machine, nil
	}
	return Person, nil
}

// Possible reports whether this system keeps services for whoever asks, and lets them be made now.
func Possible(ctx context.Context, o Options) bool {
	m, err := o.manager()
	return err == nil && m.there(ctx)
}

// darwin is the system of Macs.
const darwin = "darwin"

// manager is what keeps services here.
func (o *Options) manager() (manager, error) {
	switch {
	case o.System == "linux":
		return &systemd{o}, nil
	case o.System == darwin && o.Scope == Machine:
		return nil, words.Mend(words.Say(nil, "on a Mac zoomtag is a service of a person only"),
			"run the command without sudo, as the person whose calendars it watches")
	case o.System == darwin:
		return &launchd{o}, nil
	case o.System == "windows":
		return nil, words.Mend(words.Say(nil, "zoomtag makes no services on Windows"), "have Task Scheduler "+
			"start it when you sign in, as docs/service.md shows (schtasks /Create /SC ONLOGON /TN zoomtag /TR "+
			"\""+o.Program+" run\")")
	}
	return nil, words.Mend(words.Say(nil, "zoomtag makes services with systemd and on Macs only"),
		"have the system's own init start "+o.Program+" run")
}

// Install makes zoomtag a service, or brings the service up to date.
func Install(ctx context.Context, o Options) error {
	m, err := o.manager()
	if err != nil {
		return err
	}
	return m.install(ctx)
}

// Uninstall ends the service, and removes what Install has written.
func Uninstall(ctx context.Context, o Options) error {
	m, err := o.manager()
	if err != nil {
		return err
	}
	return m.uninstall(ctx)
}

// Status tells how the service stands.
func Status(ctx context.Context, o Options) (Report, error) {
	m, err := o.manager()
	if err != nil {
		return Report{}, err
	}
	r, err := m.status(ctx)
	if o.System != "linux" || !o.Anywhere || r.Running {
		return r, err
	}
	o.Scope = Machine
	other, unknown := (&systemd{&o}).status(ctx)
	if own := err == nil && r.Installed; unknown == nil && other.Installed && !own {
		return other, nil
	}
	return r, err
}

// say prints a line for people.
func (o *Options) say(format string, args ...any) { fmt.Fprintf(o.Out, format+"\n", args...) }

// whose is the service in words.
func (o *Options) whose() string {
	if o.Scope == Machine {
		return "the machine"
	}
	return o.User
}

// load reads the configuration as the service will read it, and finds its mistakes. Secrets that only the service gets
// are left out.
func (o *Options) load(env func(string) string, secrets bool) (*configs.Config, error) {
	path, err := o.config()
	if err != nil {
		return nil, err
	}
	read := configs.LoadWithoutSecrets
	if secrets {
		read = configs.Load
	}
	cfg, err := read(path, env)
	if err != nil {
		return nil, words.Usage(fmt.Errorf("%w\nNothing was installed: the service would stop at this", err))
	}
	if secrets {
		err = o.Check(cfg)
	}
	return cfg, err
}

// config is the whole path of the configuration that is meant.
func (o *Options) config() (string, error) {
	path := o.Config
	if path == "" && o.Scope == Machine {
		path = o.Env("ZOOMTAG_CONFIG")
	}
	if path == "" && o.Scope == Machine {
		path = configs.System
		if !exists(path) {
			return "", words.Usage(words.Mend(errors.New(
				"there is no "+path+", which the machine's service reads"),
				"write it, or name another file with --config; for a service of your own leave sudo out"))
		}
	}
	path, err := configs.Find(path, o.Env)
	if err != nil {
		return "", words.Usage(err)
	}
	return filepath.Abs(path)
}

// printable reports whether a path can stand in a unit, in a property list and on a screen.
func printable(path string) bool {
	return !strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' })
}
