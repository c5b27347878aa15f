package adapters

import (
	"strings"

	"zoomtag/configs"
	"zoomtag/providers/calendar"
	"zoomtag/providers/calendar/google"
	"zoomtag/sync/assemble"
	"zoomtag/sync/plan"
)

// Google opens a Google calendar, in the project of its credentials. Of thousands, most have all in common but whose
// they are.
func Google(b *assemble.Builder, c configs.Calendar, s plan.Settings, projects *google.Projects) (calendar.Calendar,
	error) {
	section := *c.Google
	section.Calendar, section.Subject = "", ""
	alike := struct {
		section  configs.Google
		announce string
	}{section, b.Config.For(c).Link.Announce}
	first, err := assemble.First(b.Shared(s), alike, func() (*google.Calendar, error) {
		config := GoogleConfig(b, c, s)
		config.Project = projects.Of(config.Credentials)
		return google.New(config)
	})
	if err != nil {
		return nil, err
	}
	return first.Another(googleOwn(b, c)), nil
}

// GoogleConfig is what the configuration says of a Google calendar.
func GoogleConfig(b *assemble.Builder, c configs.Calendar, s plan.Settings) google.Config {
	g, shared := c.Google, b.Shared(s)
	return google.Config{
		Own:         googleOwn(b, c),
		Auth:        g.Auth,
		Credentials: g.Credentials,
		Grants:      b.Grants,
		Tokens:      b.Tokens,
		APIURL:      g.APIURL,
		Announce:    b.Config.For(c).Link.Announce == "all",
		AsGuest:     g.AsGuest,
		Bounds:      b.Bounds(),
		Interesting: shared.Interesting,
		Foreign:     shared.Foreign,
		Zone:        b.Zone,
		HTTP:        b.Requests.To("google", strings.TrimSuffix(g.APIURL, "/")+"/calendars/", ""),
		Within:      b.Haste.Within,
		Wait:        b.Haste.Wait,
		Now:         b.Now,
		Log:         b.Log,
	}
}

// googleOwn is what a calendar has for itself. Nobody signs in for that of a service account.
func googleOwn(b *assemble.Builder, c configs.Calendar) google.Own {
	own := google.Own{Calendar: c.Google.Calendar, Subject: c.Google.Subject, Name: c.Name}
	if c.SignsIn() {
		own.GrantFile = assemble.GrantFile(b.Config.State, c)
		own.SignInCommand = "zoomtag auth google --calendar " + c.Name
	}
	return own
}
