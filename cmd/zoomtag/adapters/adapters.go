// Package adapters makes of a section of the configuration the calendar that it describes.
package adapters

import (
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/caldav"
	"zoomtag/providers/calendar/icsdir"
	"zoomtag/providers/calendar/outlook"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// Opened is a calendar of any kind, or none at all where it could not be opened.
func Opened[C calendar.Calendar](c C, err error) (calendar.Calendar, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

// Folder opens a folder.
func Folder(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	return Opened(icsdir.New(icsdir.Config{
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

// File opens the folder that holds one file, for which a meeting is made though nothing in it says so.
func File(b *assemble.Builder, dir string) (calendar.Calendar, error) {
	return Opened(icsdir.New(icsdir.Config{
		Path:     dir,
		Owners:   []string{configs.AnyOwner},
		Messages: true,
		Zone:     b.Zone,
		Now:      b.Now,
		Hook:     b.Hook,
		Log:      b.Log,
	}))
}

// CalDAV opens a calendar on a CalDAV server.
func CalDAV(b *assemble.Builder, c configs.Calendar, s plan.Settings) (calendar.Calendar, error) {
	v := c.CalDAV
	transport, err := caldav.Transport(b.Requests.Transport, v.CAFile)
	if err != nil {
		return nil, err
	}
	return Opened(caldav.New(caldav.Config{
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
		Interesting: b.Shared(s).Interesting,
		Zone:        b.Zone,
		HTTP:        b.Requests.Through(transport, "caldav", "", ""),
		Within:      b.Haste.Within,
		Wait:        b.Haste.Wait,
		Now:         b.Now,
		Log:         b.Log.With("calendar", c.Name),
	}))
}

// OutlookConfig is what the configuration says of an Outlook calendar.
func OutlookConfig(b *assemble.Builder, c configs.Calendar, s plan.Settings) outlook.Config {
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
		Grants:            b.Grants,
		SignInCommand:     "zoomtag auth outlook --calendar " + c.Name,
		APIURL:            o.APIURL,
		LoginURL:          o.LoginURL,
		Bounds:            b.Bounds(),
		Interesting:       b.Shared(s).Interesting,
		Zone:              b.Zone,
		HTTP:              b.Requests.To("outlook", strings.TrimSuffix(o.APIURL, "/")+"/", ""),
		Within:            b.Haste.Within,
		Wait:              b.Haste.Wait,
		Now:               b.Now,
		Log:               b.Log.With("calendar", c.Name),
	}
}
