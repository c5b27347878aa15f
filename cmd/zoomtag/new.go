package main

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

// deskOptions are what a desk works with.
type deskOptions struct {
	config   *configs.Config
	store    *store.Store   // open; Close closes it
	kinds    assemble.Kinds // what the configuration can name
	log      *slog.Logger
	progress func(calendar string, done, all int) // told how far a pass is; nil is not
	told     bool                                 // whoever asks prints the reports, so that they need not be logged
	silent   bool                                 // the notices of the store are printed, and need not be logged
	now      func() time.Time
	hook     func(string) // called at each crash point; nil is not
	haste    assemble.Haste
}

// newDesk makes accounts, calendars and the engine of a configuration. It asks nobody.
func newDesk(o deskOptions) (*desk, error) {
	cfg := o.config
	zone, err := zoneOf(cfg)
	if err != nil {
		return nil, err
	}
	d := &desk{
		requests:  assemble.NewCounter(o.haste),
		log:       o.log,
		grants:    map[string]string{},
		calendars: map[string]*engine.Calendar{},
		ledger:    ledger{st: o.store, kinds: map[string]string{}, now: o.now},
	}
	d.requests.Now = o.now
	d.builder = &assemble.Builder{
		Kinds:    o.kinds,
		Config:   cfg,
		Requests: d.requests,
		Log:      o.log,
		Zone:     zone,
		Hook:     o.hook,
		Now:      o.now,
		Haste:    o.haste,
	}
	calendars, err := d.builder.Calendars()
	if err != nil {
		return nil, err
	}
	d.accounts = d.builder.Accounts
	d.called = d.accounts.Names()
	d.watch(calendars)
	d.keepInvites(calendars, cfg)
	d.examine(o)
	d.engine = engine.New(o.store, calendars, d.engineOptions(o))
	d.passed = d.engine.LastPass
	if !o.silent {
		for _, notice := range o.store.Notices() {
			o.log.Warn(notice)
		}
	}
	return d, nil
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
func (d *desk) watch(calendars []*engine.Calendar) {
	for _, c := range calendars {
		d.names = append(d.names, c.Name)
		d.kinds[c.Name] = c.Provider
		d.calendars[c.Name] = c
	}
	for _, c := range d.builder.Config.Calendars {
		if c.SignsIn() {
			d.grants[c.Name] = assemble.GrantFile(d.builder.Config.State, c)
		}
	}
}

// keepInvites makes the keeper of invitations.
func (d *desk) keepInvites(calendars []*engine.Calendar, cfg *configs.Config) {
	d.invites = cfg.Invites.Dir != "" || !cfg.Invites.FeedToken.IsZero()
	d.inviter = keep.New(keep.Options{
		Store:     d.st,
		Calendars: calendars,
		Dir:       cfg.Invites.Dir,
		Token:     cfg.Invites.FeedToken.Reveal(),
		Log:       d.log,
		Now:       d.now,
	})
}

// examine makes the examiner, which looks at the network as well, unless in haste.
func (d *desk) examine(o deskOptions) {
	options := examine.Options{
		Store:     d.st,
		Builder:   d.builder,
		Names:     d.names,
		Calendars: d.calendars,
		Grants:    d.grants,
		Status:    d.status,
		Now:       d.now,
	}
	if !o.haste.Aloof {
		options.Probes = examine.NewProber(d.now, o.haste.Within)
	}
	d.examiner = examine.New(options)
}

func (d *desk) engineOptions(o deskOptions) engine.Options {
	options := engine.Options{
		Accounts: d.accounts.AtWork(),
		Now:      o.now,
		Log:      o.log,
		Progress: o.progress,
		Judge:    d.examiner.JudgeLink,
		Told:     o.told,
	}
	if d.invites {
		options.Invites = true
		options.Passed = func(ctx context.Context, name string) { d.inviter.Run(ctx, name) }
	}
	return options
}
