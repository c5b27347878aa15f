package local

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor/examine"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
)

// Options are what a service works with.
type Options struct {
	Config   *configs.Config
	Store    *store.Store   // open; Close closes it
	Kinds    assemble.Kinds // what the configuration can name
	Log      *slog.Logger
	Version  string                               // of the program
	Progress func(calendar string, done, all int) // told how far a pass is; nil is not
	Told     bool                                 // whoever asks prints the reports, so that they need not be logged
	Silent   bool                                 // the notices of the store are printed, and need not be logged
	Now      func() time.Time
	Hook     func(string) // called at each crash point; nil is not
	Haste    assemble.Haste
}

// New makes accounts, calendars and the engine of a configuration. It asks nobody.
func New(o Options) (*Service, error) {
	cfg := o.Config
	zone, err := zoneOf(cfg)
	if err != nil {
		return nil, err
	}
	s := &Service{
		requests:  assemble.NewCounter(o.Haste),
		log:       o.Log,
		version:   o.Version,
		grants:    map[string]string{},
		calendars: map[string]*engine.Calendar{},
		reader:    reader{st: o.Store, kinds: map[string]string{}, now: o.Now},
	}
	s.requests.Now = o.Now
	s.builder = &assemble.Builder{
		Kinds:    o.Kinds,
		Config:   cfg,
		Requests: s.requests,
		Log:      o.Log,
		Zone:     zone,
		Hook:     o.Hook,
		Now:      o.Now,
		Haste:    o.Haste,
	}
	calendars, err := s.builder.Calendars()
	if err != nil {
		return nil, err
	}
	s.accounts = s.builder.Accounts
	s.called = s.accounts.Names()
	s.watch(calendars)
	s.keepInvites(calendars, cfg)
	s.examine(o)
	s.engine = engine.New(o.Store, calendars, s.engineOptions(o))
	s.passed = s.engine.LastPass
	if !o.Silent {
		for _, notice := range o.Store.Notices() {
			o.Log.Warn(notice)
		}
	}
	return s, nil
}

// zoneOf is the zone of times that name none: as configured, or this machine's.
func zoneOf(cfg *configs.Config) (*time.Location, error) {
	if cfg.Zone == "" || cfg.Zone == configs.GuessZone {
		return time.Local, nil
	}
	zone, err := time.LoadLocation(cfg.Zone)
	if err != nil {
		return nil, words.Usage(fmt.Errorf("zone %q is not known: %w", cfg.Zone, err))
	}
	return zone, nil
}

// watch notes which calendars there are, and where the sign-ins of those lie for which a person signs in.
func (s *Service) watch(calendars []*engine.Calendar) {
	for _, c := range calendars {
		s.names = append(s.names, c.Name)
		s.kinds[c.Name] = c.Provider
		s.calendars[c.Name] = c
	}
	for _, c := range s.builder.Config.Calendars {
		if c.SignsIn() {
			s.grants[c.Name] = assemble.GrantFile(s.builder.Config.State, c)
		}
	}
}

// keepInvites makes the keeper of invitations.
func (s *Service) keepInvites(calendars []*engine.Calendar, cfg *configs.Config) {
	s.invites = cfg.Invites.Dir != "" || !cfg.Invites.FeedToken.IsZero()
	s.invitations = keep.New(keep.Options{
		Store:     s.st,
		Calendars: calendars,
		Dir:       cfg.Invites.Dir,
		Token:     cfg.Invites.FeedToken.Reveal(),
		Log:       s.log,
		Now:       s.now,
	})
}

// examine makes the examiner, which looks at the network as well, unless in haste.
func (s *Service) examine(o Options) {
	options := examine.Options{
		Store:     s.st,
		Builder:   s.builder,
		Names:     s.names,
		Calendars: s.calendars,
		Grants:    s.grants,
		Status:    s.status,
		Now:       s.now,
	}
	if !o.Haste.Aloof {
		options.Probes = examine.NewProber(s.now, o.Haste.Within)
	}
	s.examiner = examine.New(options)
}

func (s *Service) engineOptions(o Options) engine.Options {
	options := engine.Options{
		Accounts: s.accounts.AtWork(),
		Now:      o.Now,
		Log:      o.Log,
		Progress: o.Progress,
		Judge:    s.examiner.JudgeLink,
		Told:     o.Told,
	}
	if s.invites {
		options.Invites = true
		options.Passed = func(ctx context.Context, name string) { s.invitations.Run(ctx, name) }
	}
	return options
}
