package service

import (
	"bytes"
	"context"
	_ "embed" // for the property list
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/files"
	"zoomtag/providers/words"
)

// label is what launchd calls the service.
const label = "zoomtag"

//go:embed zoomtag.plist
var plist string

// launchd keeps services on a Mac, each in a property list (launchd.plist(5)).
type launchd struct{ *Options }

func (l *launchd) path() string {
	return filepath.Join(l.Home, "Library", "LaunchAgents", label+".plist")
}
func (l *launchd) log() string { return filepath.Join(l.Home, "Library", "Logs", label+".log") }

// domain is that of the person's session at the screen, and target the service in it (launchctl(1)).
func (l *launchd) domain() string { return "gui/" + strconv.Itoa(l.UID) }
func (l *launchd) target() string { return l.domain() + "/" + label }

// environment is what launchd lets the service see, as far as anything in a configuration rests on it.
func (l *launchd) environment(name string) string {
	if name == "HOME" {
		return l.Home
	}
	return ""
}

// text is the property list, with its checksum at the end.
func (l *launchd) text(config string) string {
	escape := func(s string) string {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, []byte(s)) // a buffer takes all
		return b.String()
	}
	text := strings.NewReplacer("@LABEL@", label, "@PROGRAM@", escape(l.Program), "@CONFIG@", escape(config), "@LOG@",
		escape(l.log())).Replace(plist)
	return text + plistMarker + sum(text) + " -->\n"
}

// plistMarker begins the last line of a property list that was written here. What stands before it is summed up.
const plistMarker = "<!-- Written by zoomtag service install. "

// look tells whether there is a property list, and who has written it.
func (l *launchd) look() (origin, string, error) {
	text, err := os.ReadFile(l.path())
	if errors.Is(err, fs.ErrNotExist) {
		return nowhere, "", nil
	}
	if err != nil {
		return nowhere, "", files.ReadError(l.path(), err)
	}
	before, behind, found := strings.Cut(string(text), plistMarker)
	switch {
	case !found:
		return another, string(text), nil
	case behind != sum(before)+" -->\n":
		return changed, string(text), nil
	}
	return ours, string(text), nil
}

// install makes the service, or brings it up to date.
func (l *launchd) install(ctx context.Context) error {
	config, err := l.config()
	if err != nil {
		return err
	}
	if err := l.checkPaths(config); err != nil {
		return err
	}
	cfg, err := l.load(l.environment, true)
	if err != nil {
		return err
	}
	from, old, err := l.look()
	if err != nil {
		return err
	}
	text := l.text(config)
	switch {
	case (from == another || from == changed) && !l.Force:
		return words.Usage(words.Mend(fmt.Errorf("%s is not as zoomtag has written it", l.path()),
			"move it away, or overwrite it with --force"))
	case l.Dry:
		fmt.Fprint(l.Out, text)
		l.say("<!-- %s, then: launchctl bootstrap %s %s -->", l.path(), l.domain(), l.path())
		return nil
	}
	return l.bring(ctx, cfg, text, text != old)
}

// bring writes the property list, and has launchd start it where anything is another one than before.
func (l *launchd) bring(ctx context.Context, cfg *configs.Config, text string, wrote bool) error {
	state, err := l.ask(ctx)
	if err != nil {
		return err
	}
	running, err := l.Alive(ctx, cfg.State)
	if err != nil && !state.loaded {
		return err
	}
	if running != "" && !state.loaded {
		return words.Mend(words.Say(nil, "a zoomtag runs beside "+cfg.State+" that is not this service"),
			"end it first (Ctrl-C, or kill), and run the command again")
	}
	l.say("zoomtag becomes a service of %s, which launchd starts now and at each sign-in:", l.User)
	l.say("  property list  %s\n  program        %s\n  configuration  %s\n  state          %s\n  log            %s",
		l.path(), l.Program, cfg.Path, cfg.State, l.log())
	if !wrote && state.loaded && running == l.Version {
		l.say("It runs already, and is up to date.")
		return nil
	}
	for _, path := range []string{l.path(), l.log(), cfg.State} {
		if err := os.MkdirAll(filepath.Dir(path), private); err != nil {
			return files.WriteError(path, err)
		}
	}
	if err := files.Replace(l.path(), []byte(text), unit); err != nil {
		return err
	}
	if err := l.boot(ctx, state.loaded); err != nil {
		return err
	}
	return l.wait(ctx, cfg.State)
}

// uninstall ends the service, and removes its property list.
func (l *launchd) uninstall(ctx context.Context) error {
	from, text, err := l.look()
	if err != nil {
		return err
	}
	state, err := l.ask(ctx)
	switch {
	case err != nil:
		return err
	case from == nowhere && !state.loaded:
		l.say("zoomtag is no service of %s: there is nothing to uninstall.", l.User)
		return nil
	case (from == another || from == changed) && !l.Force:
		return words.Usage(fmt.Errorf("%s is not as zoomtag has written it: launchctl bootout %s, then remove it, or "+
			"write --force", l.path(), l.target()))
	case l.Dry:
		l.say("launchctl bootout %s\nrm %s", l.target(), l.path())
		return nil
	}
	if state.loaded {
		if err := l.out(ctx); err != nil {
			return err
		}
	}
	if from != nowhere {
		if err := os.Remove(l.path()); err != nil {
			return files.WriteError(l.path(), err)
		}
	}
	l.say("zoomtag is no service of %s any more. State and log stay, and so do events, links, meetings and the "+
		"configuration%s.", l.User, configOf(text))
	return nil
}

// configOf names the configuration of a property list.
func configOf(text string) string {
	_, behind, found := strings.Cut(text, "<string>--config</string>")
	if !found {
		return ""
	}
	var path string
	if err := xml.Unmarshal([]byte(strings.TrimSpace(behind[:strings.Index(behind, "</string>")+len("</string>")])),
		&path); err != nil {
		return ""
	}
	return " " + path
}

// status tells how the service stands.
func (l *launchd) status(ctx context.Context) (Report, error) {
	r := Report{Scope: l.Scope, Version: l.Version, Unit: l.path(), DropIns: []string{}, Notices: []string{},
		Journal: []string{}}
	from, text, err := l.look()
	if err != nil {
		return r, err
	}
	state, err := l.ask(ctx)
	if err != nil {
		return r, err
	}
	r.Origin, r.Installed = string(from), from != nowhere
	r.Enabled, r.State = state.loaded, state.state
	switch {
	case !r.Installed && !state.loaded:
		r.Unit = ""
		r.because(why{"zoomtag is no service of " + l.User, install})
	case state.failed():
		r.because(state.why())
		r.Journal = append(r.Journal, l.journal()...)
	case state.state != "running":
		r.because(why{"it was stopped, or launchd has not read it", install})
	default:
		r.Running = true
		l.version(ctx, &r, strings.TrimPrefix(configOf(text), " "))
	}
	return r, nil
}

// version asks the daemon for its version.
func (l *launchd) version(ctx context.Context, r *Report, config string) {
	cfg, err := configs.LoadWithoutSecrets(config, l.environment)
	if err != nil {
		r.notice(mistakes)
		return
	}
	if r.Daemon, err = l.Alive(ctx, cfg.State); err != nil || r.Daemon == "" {
		r.Running = false
		r.because(why{"nobody answers beside " + cfg.State, install})
	} else if r.Daemon != l.Version {
		r.notice(why{"the service runs version " + r.Daemon + ", and this program is " + l.Version, install})
	}
}
