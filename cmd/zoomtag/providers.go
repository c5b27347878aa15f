package main

import (
	"context"
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/google"
	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/providers/meeting"
	"zoomtag/providers/meeting/personal"
	"zoomtag/providers/meeting/zoom"
	"zoomtag/providers/signin"
	"zoomtag/sync/plan"
)

// providers is THE list: what a configuration can name, and what it becomes. The quotas of Google's projects and the lanes of Outlook's
// mailboxes are those of all calendars of one configuration.
func providers() kinds {
	quotas, lanes := map[string]*google.Quota{}, outlook.NewLanes()
	return kinds{
		calendars: map[string]calendarKind{
			"ics": {open: openFolder},
			"google": {
				open: func(b *builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					config := googleConfig(b, c, s)
					if quotas[config.Credentials] == nil {
						quotas[config.Credentials] = google.NewQuota()
					}
					config.Quota = quotas[config.Credentials]
					return opened(google.New(config))
				},
				signIn: func(ctx context.Context, b *builder, c configs.Calendar, p signin.Prompt) error {
					return google.SignIn(ctx, googleConfig(b, c, plan.Settings{}), p)
				},
			},
			"outlook": {
				open: func(b *builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					config := outlookConfig(b, c, s)
					config.Lanes = lanes
					return opened(outlook.New(config))
				},
				signIn: func(ctx context.Context, b *builder, c configs.Calendar, p signin.Prompt) error {
					return outlook.SignIn(ctx, outlookConfig(b, c, plan.Settings{}), p)
				},
			},
			"caldav": {open: openCalDAV},
		},
		zoom: func(b *builder, z configs.Zoom) (meeting.Service, error) {
			service, err := zoom.New(zoomConfig(b, z))
			if err != nil {
				return nil, err
			}
			return service, nil
		},
		personal: func(link string) (meeting.Service, error) {
			room, err := personal.New(link)
			if err != nil {
				return nil, err
			}
			return room, nil
		},
		file: openFile,
	}
}

// opened is a calendar of any kind, or none at all where it could not be opened.
func opened[C calendar.Calendar](c C, err error) (calendar.Calendar, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

func openFolder(b *builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	return opened(icsdir.New(icsdir.Config{
		Path:      c.ICS.Path,
		Owners:    b.owners(c.ICS.Owner, s.Host),
		Needles:   b.needles(s),
		MaxBytes:  int64(b.cfg.Limits.FileMegabytes) << 20,
		MaxEvents: b.cfg.Limits.Events,
		Zone:      b.zone,
		Now:       b.now,
		Hook:      b.hook,
		Log:       b.log.With("calendar", c.Name),
	}))
}

func openFile(b *builder, dir string) (calendar.Calendar, error) {
	return opened(icsdir.New(icsdir.Config{
		Path:     dir,
		Owners:   []string{configs.AnyOwner},
		Messages: true,
		Zone:     b.zone,
		Now:      b.now,
		Hook:     b.hook,
		Log:      b.log,
	}))
}

func googleConfig(b *builder, c configs.Calendar, s plan.Settings) google.Config {
	g := c.Google
	return google.Config{
		Calendar:      g.Calendar,
		Auth:          g.Auth,
		Credentials:   g.Credentials,
		Subject:       g.Subject,
		GrantFile:     grantFile(b.cfg.State, c),
		SignInCommand: "zoomtag auth google --calendar " + c.Name,
		APIURL:        g.APIURL,
		Announce:      b.cfg.For(c).Link.Announce == "all",
		AsGuest:       g.AsGuest,
		Bounds:        b.bounds(),
		Interesting:   b.interesting(s),
		Foreign:       func(ev *calendar.Event, ours ...string) (string, bool) { return plan.OtherConference(ev, &s, ours...) },
		Zone:          b.zone,
		HTTP:          b.requests.to("google", strings.TrimSuffix(g.APIURL, "/")+"/calendars/", ""),
		Within:        b.hurry.within,
		Wait:          b.hurry.wait,
		Now:           b.now,
		Log:           b.log.With("calendar", c.Name),
	}
}

func outlookConfig(b *builder, c configs.Calendar, s plan.Settings) outlook.Config {
	o := c.Outlook
	return outlook.Config{
		User:              o.User,
		Calendar:          o.Calendar,
		Auth:              o.Auth,
		Tenant:            o.Tenant,
		ClientID:          o.ClientID,
		ClientSecret:      o.ClientSecret.Reveal(),
		ClientCertificate: o.ClientCertificate,
		GrantFile:         grantFile(b.cfg.State, c),
		SignInCommand:     "zoomtag auth outlook --calendar " + c.Name,
		APIURL:            o.APIURL,
		LoginURL:          o.LoginURL,
		Bounds:            b.bounds(),
		Interesting:       b.interesting(s),
		Zone:              b.zone,
		HTTP:              b.requests.to("outlook", strings.TrimSuffix(o.APIURL, "/")+"/", ""),
		Within:            b.hurry.within,
		Wait:              b.hurry.wait,
		Now:               b.now,
		Log:               b.log.With("calendar", c.Name),
	}
}

func openCalDAV(b *builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	v := c.CalDAV
	transport, err := caldav.Transport(b.requests.transport, v.CAFile)
	if err != nil {
		return nil, err
	}
	return opened(caldav.New(caldav.Config{
		URL:         v.URL,
		Calendar:    v.Calendar,
		Username:    v.Username,
		Password:    v.Password.Reveal(),
		Token:       v.Token.Reveal(),
		Owners:      b.owners(v.Owner, s.Host),
		Quiet:       v.Quiet,
		Announce:    b.cfg.For(c).Link.Announce == "all",
		Needles:     b.needles(s),
		Bounds:      b.bounds(),
		Interesting: b.interesting(s),
		Zone:        b.zone,
		HTTP:        b.requests.through(transport, "caldav", "", ""),
		Within:      b.hurry.within,
		Wait:        b.hurry.wait,
		Now:         b.now,
		Log:         b.log.With("calendar", c.Name),
	}))
}

func zoomConfig(b *builder, z configs.Zoom) zoom.Config {
	log := b.log
	if z.Name != "" {
		log = log.With("account", z.Name)
	}
	return zoom.Config{
		Mode:          z.Mode,
		AccountID:     z.AccountID,
		ClientID:      z.ClientID,
		ClientSecret:  z.ClientSecret.Reveal(),
		Host:          z.Host,
		GrantFile:     zoomGrantFile(b.cfg.State, z.Name),
		SignInCommand: zoomSignIn(z.Name),
		APIURL:        z.APIURL,
		OAuthURL:      z.OAuthURL,
		Templates:     b.templates(z),
		HTTP:          b.requests.to("zoom", z.APIURL, strings.TrimSuffix(z.OAuthURL, "/")+"/"),
		Within:        b.hurry.within,
		Wait:          b.hurry.wait,
		Now:           b.now,
		Hook:          b.hook,
		Log:           log,
	}
}
