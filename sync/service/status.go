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
	Reason  string   `json:"reason"`  // why it does not run, and what mends it
	Notices []string `json:"notices"` // what else somebody should know
	Journal []string `json:"journal"` // its last words, where it has failed
}

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
		r.Reason, r.Journal = p.cause(), s.journal(ctx, time.Time{})
	case !r.Installed:
		r.Unit, r.Reason = "", "zoomtag is no service of "+s.whose()+": zoomtag service install makes it one"
	case p.active():
		s.ask(ctx, r, p, f, env)
	case p.up():
		r.Reason = "it is just " + p["ActiveState"] + ": ask again in a moment"
	default:
		r.Reason = "it was stopped, or never started: " + s.tell("start", unitName)
	}
	if p.needsReload() {
		r.Notices = append(r.Notices, "the unit was changed since systemd has read it: "+s.tell("daemon-reload")+
			", then "+s.tell("restart", unitName))
	}
	if r.Linger != nil && !*r.Linger && r.Installed {
		r.Notices = append(r.Notices, "it stops when you sign out: loginctl enable-linger, or have root type "+
			"loginctl enable-linger "+s.User)
	}
	if r.Installed && !r.Enabled && p.active() {
		r.Notices = append(r.Notices, "it does not start with the machine: "+s.tell("enable", unitName))
	}
}

// ask asks the daemon for its version. A person may not ask the machine's.
func (s *systemd) ask(ctx context.Context, r *Report, p properties, f found, env func(string) string) {
	r.Running = true
	if s.Scope == Machine && s.UID != 0 {
		r.Notices = append(r.Notices, "whether it answers is for root to ask: sudo zoomtag service status")
		return
	}
	_, config := runs(f.text)
	if config == "" {
		config, _ = configs.Find("", s.Env) // without one there is nobody to ask, as below
	}
	cfg, err := configs.LoadWithoutSecrets(config, env)
	if err != nil {
		r.Notices = append(r.Notices, "the configuration has mistakes now, and the service goes on with the one "+
			"before: zoomtag config check tells them")
		return
	}
	version, err := s.Alive(ctx, cfg.State)
	switch {
	case err != nil:
		r.Running, r.Reason = false, words.Of(err)
	case version == "":
		r.Running, r.Reason = false, "nobody answers beside "+cfg.State+": was state changed in the configuration? "+
			s.tell("restart", unitName)
	case version != s.Version:
		r.Notices = append(r.Notices, "the service runs version "+version+", and this program is "+s.Version+": "+
			s.tell("restart", unitName))
	}
	if version == s.Version && s.replaced(p) {
		r.Notices = append(r.Notices, s.Program+" is another file than the one that runs: "+s.tell("restart", unitName))
	}
	r.Daemon = version
}
