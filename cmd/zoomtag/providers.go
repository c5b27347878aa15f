package main

import (
	"context"
	"strings"

	"zoomtag/cmd/zoomtag/lists"
	"zoomtag/cmd/zoomtag/persons"
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
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// providers is THE list: what a configuration can name, and what it becomes. Google's projects and the
// lanes of Outlook's mailboxes are those of all calendars of one configuration.
func providers() assemble.Kinds {
	projects, lanes := new(google.Projects), outlook.NewLanes()
	return assemble.Kinds{
		Calendars: map[string]assemble.CalendarKind{
			"ics": {Open: openFolder},
			"google": {
				Credentials: google.CheckCredentials,
				Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					config := googleConfig(b, c, s)
					config.Project = projects.Of(config.Credentials)
					return opened(google.New(config))
				},
				SignIn: func(ctx context.Context, b *assemble.Builder, c configs.Calendar, p signin.Prompt) error {
					return google.SignIn(ctx, googleConfig(b, c, plan.Settings{}), p)
				},
				SignOut: func(ctx context.Context, b *assemble.Builder, c configs.Calendar,
					here bool) (signin.Farewell, error) {
					return google.SignOut(ctx, googleConfig(b, c, plan.Settings{}), here)
				},
			},
			"outlook": {
				Open: func(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
					config := outlookConfig(b, c, s)
					config.Lanes = lanes
					return opened(outlook.New(config))
				},
				SignIn: func(ctx context.Context, b *assemble.Builder, c configs.Calendar, p signin.Prompt) error {
					return outlook.SignIn(ctx, outlookConfig(b, c, plan.Settings{}), p)
				},
				SignOut: func(ctx context.Context, b *assemble.Builder, c configs.Calendar,
					_ bool) (signin.Farewell, error) {
					return outlook.SignOut(ctx, outlookConfig(b, c, plan.Settings{}))
				},
			},
			"caldav": {Open: openCalDAV},
		},
		Zoom: func(b *assemble.Builder, z configs.Zoom) (meeting.Service, error) {
			service, err := zoom.New(persons.ZoomConfig(b, z))
			if err != nil {
				return nil, err
			}
			return service, nil
		},
		Personal: func(link string) (meeting.Service, error) {
			room, err := personal.New(link)
			if err != nil {
				return nil, err
			}
			return room, nil
		},
		File:  openFile,
		Lists: lists.Kinds(),
	}
}

// opened is a calendar of any kind, or none at all where it could not be opened.
func opened[C calendar.Calendar](c C, err error) (calendar.Calendar, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

func openFolder(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	return opened(icsdir.New(icsdir.Config{
		Path:      c.ICS.Path,
		Owners:    b.Owners(c.ICS.Owner, s.Host),
		Needles:   b.Needles(s),
		MaxBytes:  int64(b.Config.Limits.FileMegabytes) << 20,
		MaxEvents: b.Config.Limits.Events,
		Zone:      b.Zone,
		Now:       b.Now,
		Hook:      b.Hook,
		Log:       b.Log.With("calendar", c.Name),
	}))
}

func openFile(b *assemble.Builder, dir string) (calendar.Calendar, error) {
	return opened(icsdir.New(icsdir.Config{
		Path:     dir,
		Owners:   []string{configs.AnyOwner},
		Messages: true,
		Zone:     b.Zone,
		Now:      b.Now,
		Hook:     b.Hook,
		Log:      b.Log,
	}))
}

func googleConfig(b *assemble.Builder, c configs.Calendar, s plan.Settings) google.Config {
	g, shared := c.Google, b.Shared(s)
	return google.Config{
		Calendar:      g.Calendar,
		Auth:          g.Auth,
		Credentials:   g.Credentials,
		Subject:       g.Subject,
		Tokens:        b.Tokens,
		GrantFile:     assemble.GrantFile(b.Config.State, c),
		SignInCommand: "zoomtag auth google --calendar " + c.Name,
		APIURL:        g.APIURL,
		Announce:      b.Config.For(c).Link.Announce == "all",
		AsGuest:       g.AsGuest,
		Bounds:        b.Bounds(),
		Interesting:   shared.Interesting,
		Foreign:       shared.Foreign,
		Zone:          b.Zone,
		HTTP:          b.Requests.To("google", strings.TrimSuffix(g.APIURL, "/")+"/calendars/", ""),
		Within:        b.Haste.Within,
		Wait:          b.Haste.Wait,
		Now:           b.Now,
		Name:          c.Name,
		Log:           b.Log,
	}
}

func outlookConfig(b *assemble.Builder, c configs.Calendar, s plan.Settings) outlook.Config {
	o := c.Outlook
	return outlook.Config{
		User:              o.User,
		Calendar:          o.Calendar,
		Auth:              o.Auth,
		Tenant:            o.Tenant,
		ClientID:          o.ClientID,
		ClientSecret:      o.ClientSecret.Reveal(),
		ClientCertificate: o.ClientCertificate,
		Tokens:            b.Tokens,
		GrantFile:         assemble.GrantFile(b.Config.State, c),
		SignInCommand:     "zoomtag auth outlook --calendar " + c.Name,
		APIURL:            o.APIURL,
		LoginURL:          o.LoginURL,
		Bounds:            b.Bounds(),
		Interesting:       b.Interesting(s),
		Zone:              b.Zone,
		HTTP:              b.Requests.To("outlook", strings.TrimSuffix(o.APIURL, "/")+"/", ""),
		Within:            b.Haste.Within,
		Wait:              b.Haste.Wait,
		Now:               b.Now,
		Log:               b.Log.With("calendar", c.Name),
	}
}

func openCalDAV(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	v := c.CalDAV
	transport, err := caldav.Transport(b.Requests.Transport, v.CAFile)
	if err != nil {
		return nil, err
	}
	return opened(caldav.New(caldav.Config{
		URL:         v.URL,
		Calendar:    v.Calendar,
		Username:    v.Username,
		Password:    v.Password.Reveal(),
		Token:       v.Token.Reveal(),
		Owners:      b.Owners(v.Owner, s.Host),
		Quiet:       v.Quiet,
		Announce:    b.Config.For(c).Link.Announce == "all",
		Needles:     b.Needles(s),
		Bounds:      b.Bounds(),
		Interesting: b.Interesting(s),
		Zone:        b.Zone,
		HTTP:        b.Requests.Through(transport, "caldav", "", ""),
		Within:      b.Haste.Within,
		Wait:        b.Haste.Wait,
		Now:         b.Now,
		Log:         b.Log.With("calendar", c.Name),
	}))
}
