package service

import (
	"context"
	"strings"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
)

// Report is the document of `service status --json`.
type Report struct {
	Scope     Scope      `json:"scope"` // person or machine
	Installed bool       `json:"installed"`
	Enabled   bool       `json:"enabled"` // it starts by itself
	Running   bool       `json:"running"` // it works, and answers if this user may ask it
	State     string     `json:"state"`   // as the system calls it
	Since     *time.Time `json:"since"`   // it has been running
	Unit      string     `json:"unit"`    // the file
	Origin    string     `json:"origin"`  // install, changed (by hand since), other or package
	DropIns   []string   `json:"drop_ins"`
	// it runs while the person is not signed in; null where that is not known, or not the question
	Linger  *bool  `json:"linger"`
	Version string `json:"version"`
	// Daemon is the version of the daemon that runs; "" where none answers, or where this user may not ask it.
	Daemon  string   `json:"daemon_version"`
	Reason  string   `json:"reason"`  // why it does not run
	Cure    string   `json:"cure"`    // what mends that, in a sentence
	Notices []string `json:"notices"` // what else somebody should know
	Journal []string `json:"journal"` // its last words, where it has failed
}

// install is the cure where zoomtag itself can make it right.
const install = "run zoomtag service install"

// mistakes are told where the service goes on without the configuration that there is.
var mistakes = why{"the configuration has mistakes now, and the service goes on with the one before",
	"run zoomtag config check, which tells them"}

// Told is what people read of Reason: cause and cure.
func (r *Report) Told() string { return words.Join(r.Reason, words.Clause(r.Cure)) }

// because notes why it does not run.
func (r *Report) because(w why) { r.Reason, r.Cure = w.cause, words.Sentence(w.cure) }

// notice notes what else somebody should know.
func (r *Report) notice(w why) { r.Notices = append(r.Notices, words.Join(w.cause, w.cure)) }

// status tells how the service stands.
func (s *systemd) status(ctx context.Context) (Report, error) {
	r := Report{Scope: s.Scope, Version: s.Version, DropIns: []string{}, Notices: []string{}, Journal: []string{}}
	env, err := s.environment(ctx)
	if err != nil {
		return r, err
	}
	f, err := s.look(env)
	if err != nil {
		return r, err
	}
	p, err := s.properties(ctx)
	if err != nil {
		return r, err
	}
	r.Unit, r.Origin, r.Installed = f.path, string(f.origin), f.origin != nowhere
	if at := p["FragmentPath"]; at != "" {
		r.Unit = at
	}
	r.Enabled, r.Since, r.State = p.enabled(), p.since(), p["ActiveState"]
	r.DropIns = append(r.DropIns, strings.Fields(p["DropInPaths"])...)
	if s.Scope == Person {
		if on, known := s.lingers(ctx); known {
			r.Linger = &on
		}
	}
	s.judge(ctx, &r, p, f, env)
	return r, ctx.Err()
}

// judge says whether it runs, and else why not.
func (s *systemd) judge(ctx context.Context, r *Report, p properties, f found, env func(string) string) {
	switch {
	case p.failed():
		r.because(p.why())
		r.Journal = s.journal(ctx, time.Time{})
	case !r.Installed:
		r.Unit = ""
		r.because(why{"zoomtag is no service of " + s.whose(), install})
	case p.active():
		s.ask(ctx, r, p, f, env)
	case p.up():
		r.because(why{"it is just " + p["ActiveState"], "ask again in a moment"})
	default:
		r.because(why{"it was stopped, or never started", "run " + s.tell("start", unitName)})
	}
	if p.needsReload() {
		r.notice(why{"the unit was changed since systemd has read it", "run " + s.tell("daemon-reload") + ", then " +
			s.tell("restart", unitName)})
	}
	if r.Linger != nil && !*r.Linger && r.Installed {
		r.notice(why{"it stops when you sign out", "run loginctl enable-linger, or have root type loginctl enable-linger " +
			s.User})
	}
	if r.Installed && !r.Enabled && p.active() {
		r.notice(why{"it does not start with the machine", "run " + s.tell("enable", unitName)})
	}
}

// ask asks the daemon for its version. A person may not ask the machine's.
func (s *systemd) ask(ctx context.Context, r *Report, p properties, f found, env func(string) string) {
	r.Running = true
	if s.Scope == Machine && s.UID != 0 {
		r.notice(why{"whether it answers is for root to ask", "run sudo zoomtag service status"})
		return
	}
	_, config := runs(f.text)
	if config == "" {
		config, _ = configs.Find("", s.Env) // without one there is nobody to ask, as below
	}
	cfg, err := configs.LoadWithoutSecrets(config, env)
	if err != nil {
		r.notice(mistakes)
		return
	}
	version, err := s.Alive(ctx, cfg.State)
	switch {
	case err != nil:
		r.Running = false
		r.because(why{words.Cause(err), words.Cure(err)})
	case version == "":
		r.Running = false
		r.because(why{"nobody answers beside " + cfg.State, "if state was changed in the configuration, run " +
			s.tell("restart", unitName)})
	case version != s.Version:
		r.notice(why{"the service runs version " + version + ", and this program is " + s.Version, "run " +
			s.tell("restart", unitName)})
	}
	if version == s.Version && s.replaced(p) {
		r.notice(why{s.Program + " is another file than the one that runs", "run " + s.tell("restart", unitName)})
	}
	r.Daemon = version
}
