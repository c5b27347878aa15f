package local

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/signin"
	"zoomtag/providers/words"
	"zoomtag/store"
	"zoomtag/store/record"
	"zoomtag/sync/api"
	"zoomtag/sync/assemble"
	"zoomtag/sync/doctor/examine"
	"zoomtag/sync/engine"
	"zoomtag/sync/invite/keep"
	"zoomtag/sync/lists"
	"zoomtag/sync/reason"
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
	Observer Observer // counts what is done; nil does not

	lists map[string]record.List // what the configuration's lists name; nil is what is remembered of them
	rolls *rolls                 // of the service before; nil is none
}

// Observer hears what is done, for counting it. It has to return at once.
type Observer interface {
	engine.Observer
	// Called tells how a request to a service ended: with the status of the answer, or 0 where there was none.
	Called(service string, status int)
}

// New makes accounts, calendars and the engine of a configuration. It asks nobody.
func New(o Options) (*Service, error) {
	zone, err := zoneOf(o.Config)
	if err != nil {
		return nil, err
	}
	known := o.lists
	if known == nil {
		if known, err = keptLists(o.Store, o.Config); err != nil {
			return nil, err
		}
	}
	expansion := lists.Expand(o.Config, known)
	cfg := expansion.Config
	s := &Service{
		requests: assemble.NewCounter(o.Haste),
		log:      o.Log,
		version:  o.Version,
		grants:   map[string]string{},
		reader: reader{st: o.Store, calendars: make(map[string]*engine.Calendar, len(cfg.Calendars)), now: o.Now,
			away: map[string]reason.Reason{}},
		options:  o,
		enlisted: &enlistment{},
		rolls:    o.rolls,
		quotas:   &quotas{path: cfg.State + ".quotas", kept: map[string]*calendar.Meter{}},
		outcomes: expansion.Lists,
		kept:     heardOf(known),
	}
	s.options.lists = nil
	if s.rolls == nil {
		s.rolls = newRolls()
	}
	s.requests.Now = o.Now
	if o.Observer != nil {
		s.requests.Called = o.Observer.Called
	}
	if s.builder, err = builderOf(o, cfg, zone, s.requests); err != nil {
		return nil, err
	}
	calendars, err := s.builder.Calendars()
	if err != nil {
		return nil, err
	}
	cfg.ForgetPlaces()
	o.Config.ForgetPlaces() // of which cfg is a copy
	s.accounts = s.builder.Accounts
	s.called = s.accounts.Names()
	s.watch(calendars)
	s.keepInvites(cfg)
	s.examine(o)
	s.engine = engine.New(o.Store, calendars, s.engineOptions(o))
	s.passed, s.sum = s.engine.LastPass, s.engine.Sum()
	if !o.Silent {
		for _, notice := range o.Store.Notices() {
			o.Log.Warn(words.Join(words.Apart(notice)))
		}
	}
	return s, nil
}

// builderOf is what makes accounts and calendars of a configuration.
func builderOf(o Options, cfg *configs.Config, zone *time.Location,
	requests *assemble.Counter) (b *assemble.Builder, err error) {
	b = &assemble.Builder{
		Kinds:    o.Kinds,
		Config:   cfg,
		Requests: requests,
		Log:      o.Log,
		Zone:     zone,
		Hook:     o.Hook,
		Now:      o.Now,
		Haste:    o.Haste,
		Alikes:   new(assemble.Alikes),
		Tokens:   signin.KeepTokens(assemble.TokensFile(cfg.State), o.Now),
	}
	if b.Grants, err = assemble.Grants(cfg, o.Store); err == nil {
		err = b.Grants.Check()
	}
	return b, err
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
		s.calendars[c.Name] = c
	}
	s.meters = s.findMeters()
	for _, c := range s.builder.Config.Calendars {
		if c.Away != "" {
			s.away[c.Name] = reason.LeftList.Because(c.Away).Mend(c.AwayCure)
		}
		if c.SignsIn() {
			s.grants[c.Name] = assemble.GrantFile(s.builder.Config.State, c)
		}
	}
}

// keepInvites makes the keeper of invitations.
func (s *Service) keepInvites(cfg *configs.Config) {
	s.invites = cfg.Invites.Dir != "" || !cfg.Invites.FeedToken.IsZero()
	s.invitations = keep.New(keep.Options{
		Store:     s.st,
		Calendars: s.calendars,
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
		Status:    func() (api.StatusReport, error) { return s.Status(context.Background(), api.StatusRequest{}) },
		Refused:   func() (map[string]error, error) { return s.engine.Refused() },
		Lists:     s.lookAtLists,
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
	if o.Observer != nil {
		options.Observer = o.Observer
	}
	if s.invites {
		options.Invites = true
		options.Passed = func(ctx context.Context, name string) { s.invitations.Run(ctx, name) }
	}
	return options
}
